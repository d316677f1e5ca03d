package odata

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// made is all that rendered SQL may consist of: names and operators of this program, and parameters.
var made = regexp.MustCompile(`^(?:[ (),=<>]|\$[0-9]+::[a-z]+(?: precision)?(?:\[\])?|COLLATE "C"|ANY|AND|OR|NOT|IS|NULL|TRUE|FALSE|DISTINCT FROM|` +
	`strpos|starts_with|right|length|owner::text|id|name|made|gone|size|open|owner|note|\b0\b)*$`)

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"name eq 'O''Neil' and not (size gt 5 or open)", "made ge 2026-03-02T15:00:00Z and left eq null", "size in (1,2,null)",
		"contains(name,'; DROP TABLE thing; --') or startswith(owner,'a')", "id eq " + aGUID + " or 5 le size", "true", "((open))",
	} {
		f.Add(seed)
	}
	e := things()
	f.Fuzz(func(t *testing.T, expression string) {
		parsed, err := ParseFilter(e, expression)
		if err != nil {
			var wrong *Error
			require.ErrorAs(t, err, &wrong)
			return
		}
		args := NewArgs()
		sql := parsed.SQL(args)
		require.Regexp(t, made, sql)
		require.Equal(t, strings.Count(sql, "("), strings.Count(sql, ")"))
		for range args.Values() {
			require.Contains(t, sql, "$1")
		}
	})
}

func FuzzExpand(f *testing.F) {
	f.Add("parts($select=word;$filter=word eq 'a;b)')")
	f.Add("parts($filter=contains(word,''''))")
	e := things()
	f.Fuzz(func(t *testing.T, expand string) {
		q, err := ParseQuery(e, map[string][]string{"$expand": {expand}})
		if err == nil {
			require.LessOrEqual(t, len(q.Expand), 1)
		}
	})
}
