package odata

import (
	"regexp"
	"strings"
)

// kind is the kind of a token.
type kind int

const (
	end kind = iota
	word
	text
	number
	guid
	instant
	punctuation
)

// token is a piece of an expression.
type token struct {
	kind kind
	// text is the token as it stands there; of a text, its value.
	text string
	// at is its place, in bytes from 0.
	at int
}

var guidShape = regexp.MustCompile(`^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}`)

// What a token may look like, tried in this order. A plus sign of an offset that was not escaped in an address
// arrives as a blank.
var shapes = []struct {
	kind  kind
	shape *regexp.Regexp
}{
	{guid, guidShape},
	{instant, regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,12})?)?(?:[Zz]|[-+ ][0-9]{2}:[0-9]{2})?)?`)},
	{number, regexp.MustCompile(`^-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][-+]?[0-9]{1,3})?`)},
	{word, regexp.MustCompile(`^[A-Za-z_@$][A-Za-z0-9_/.@$]*`)},
	{punctuation, regexp.MustCompile(`^[(),]`)},
}

// lexer cuts an expression into tokens.
type lexer struct {
	option string
	input  string
	at     int
}

// next returns the next token.
func (l *lexer) next() (token, error) {
	for l.at < len(l.input) && (l.input[l.at] == ' ' || l.input[l.at] == '\t') {
		l.at++
	}
	rest, at := l.input[l.at:], l.at
	if rest == "" {
		return token{end, "", at}, nil
	}
	if rest[0] == '\'' {
		value, size, ok := quoted(rest)
		if !ok {
			return token{}, fault(l.option, Syntax, "The text that begins at %d has no closing quote; a quote in a text is doubled.", at)
		}
		l.at += size
		return l.alone(token{text, value, at})
	}
	for _, s := range shapes {
		if found := s.shape.FindString(rest); found != "" {
			l.at += len(found)
			t := token{s.kind, found, at}
			if s.kind == punctuation {
				return t, nil
			}
			return l.alone(t)
		}
	}
	return token{}, fault(l.option, Syntax, "There is no meaning to %q at %d.", echo(rest), at)
}

// alone refuses a token that runs into what follows, such as 5x.
func (l *lexer) alone(t token) (token, error) {
	if l.at == len(l.input) || strings.IndexByte(" \t(),", l.input[l.at]) >= 0 {
		return t, nil
	}
	return token{}, fault(l.option, Syntax, "There is no meaning to %q at %d.", echo(l.input[t.at:]), t.at)
}

// quoted reads a text in single quotes, of which those within are doubled, and how long it is with them.
func quoted(input string) (value string, size int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(input); i++ {
		if input[i] != '\'' {
			b.WriteByte(input[i])
			continue
		}
		if i+1 < len(input) && input[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		return b.String(), i + 1, true
	}
	return "", 0, false
}
