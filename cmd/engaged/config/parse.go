package config

import (
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Parser reads a command line and the environment into a grammar of commands. Unlike kong alone it
// reports everything that is wrong at once: values that cannot be read as well as settings that do
// not go together.
type Parser struct {
	kong       *kong.Kong
	unreadable map[*kong.Value]string
}

// NewParser returns a parser for a grammar, a pointer to a struct of commands.
func NewParser(grammar any, options ...kong.Option) (*Parser, error) {
	p := &Parser{unreadable: map[*kong.Value]string{}}
	var groups []kong.Group
	for _, g := range Groups {
		groups = append(groups, kong.Group{Key: g.Key, Title: g.Title})
	}
	options = append(p.mappers(), append(options, kong.ExplicitGroups(groups))...)
	k, err := kong.New(grammar, options...)
	if err != nil {
		return nil, err
	}
	p.kong = k
	return p, nil
}

// Model returns the grammar as kong sees it, for help and documentation.
func (p *Parser) Model() *kong.Application { return p.kong.Model }

// Parse reads arguments and environment; the error is a Problems wherever settings are at fault.
func (p *Parser) Parse(args []string) (*kong.Context, error) {
	clear(p.unreadable)
	ctx, err := p.kong.Parse(args)
	if err != nil {
		return nil, err
	}
	problems := p.problems(ctx)
	for node := ctx.Selected(); node != nil; node = node.Parent {
		if v, ok := node.Target.Addr().Interface().(validator); ok {
			problems = append(problems, without(v.Validate(), problems)...)
		}
	}
	return ctx, problems.Err()
}

// problems returns what could not be read of the selected command's settings.
func (p *Parser) problems(ctx *kong.Context) Problems {
	var problems Problems
	for _, f := range ctx.Flags() {
		if reason, bad := p.unreadable[f.Value]; bad {
			problem := Problem{Flag: f.Name, Reason: reason}
			if len(f.Envs) > 0 {
				problem.Env = f.Envs[0]
			}
			problems = append(problems, problem)
		}
	}
	return problems
}

// without leaves out problems of settings that could not even be read.
func without(found, unreadable Problems) Problems {
	known := map[string]bool{}
	for _, p := range unreadable {
		known[p.Flag] = true
	}
	var rest Problems
	for _, p := range found {
		if !known[p.Flag] {
			rest = append(rest, p)
		}
	}
	return rest
}

// collector reads a value as kong would, but keeps a failure for later instead of stopping.
type collector struct {
	parser *Parser
	inner  kong.Mapper
	want   string
}

// Decode implements kong.Mapper.
func (c collector) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	written := strings.TrimPrefix(ctx.Scan.Peek().String(), "=")
	if err := c.inner.Decode(ctx, target); err != nil {
		c.parser.unreadable[ctx.Value] = "\"" + written + "\" is not " + c.want
		return nil //nolint:nilerr // reported with all the others after parsing
	}
	delete(c.parser.unreadable, ctx.Value)
	return nil
}

func (p *Parser) mappers() []kong.Option {
	registry := kong.NewRegistry().RegisterDefaults()
	kind := func(sample any, want string) kong.Option {
		t := reflect.TypeOf(sample)
		inner := registry.ForType(t)
		return kong.KindMapper(t.Kind(), collector{parser: p, inner: inner, want: want})
	}
	duration := reflect.TypeFor[time.Duration]()
	return []kong.Option{
		kind(int(0), "a whole number"),
		kind(int32(0), "a whole number"),
		kind(float64(0), "a number"),
		kong.TypeMapper(duration, collector{parser: p, inner: registry.ForType(duration), want: "a duration, such as 30s or 5m"}),
	}
}
