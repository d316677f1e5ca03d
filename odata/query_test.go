package odata

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func ask(t *testing.T, options ...string) *Query {
	t.Helper()
	q, err := ParseQuery(things(), optionsOf(options))
	require.NoError(t, err)
	return q
}

func optionsOf(pairs []string) map[string][]string {
	options := map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		options[pairs[i]] = append(options[pairs[i]], pairs[i+1])
	}
	return options
}

func TestOptions(t *testing.T) {
	t.Parallel()
	q := ask(t, "$select", "size, name", "$top", "7", "$count", "true", "$expand", "parts($select=word;$filter=word eq 'a;b)')")
	require.Equal(t, []string{"name", "size"}, namesOf(q.Select))
	require.True(t, q.Selected)
	require.Equal(t, int64(7), *q.Top)
	require.True(t, q.Count)
	inner := q.Expand[0].Query
	require.Equal(t, []string{"word"}, namesOf(inner.Select))
	args := NewArgs()
	require.Equal(t, "word = $1::text", inner.Filter.SQL(args))
	require.Equal(t, []any{"a;b)"}, args.Values())

	all := ask(t)
	require.Len(t, all.Select, 8)
	require.False(t, all.Selected)
	require.Nil(t, all.Top)
	require.Equal(t, "TRUE", all.Filter.SQL(args))
	require.False(t, ask(t, "$select", "*").Selected)
}

func namesOf(properties []*Property) (names []string) {
	for _, p := range properties {
		names = append(names, p.Name)
	}
	return names
}

func TestRefusedOptions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		option, value string
		reason        Reason
	}{
		{"$apply", "aggregate($count as n)", Unsupported}, {"$search", "x", Unsupported}, {"$skip", "5", Unsupported},
		{"$compute", "x", Unsupported}, {"filter", "x", Unknown}, {"$select", "nome", Unknown}, {"$select", "parts", Unsupported},
		{"$select", "name,,size", Unknown}, {"$top", "-1", Syntax}, {"$top", "9999999999", Syntax}, {"$top", "x", Syntax},
		{"$count", "yes", Syntax}, {"$orderby", "name up", Syntax}, {"$orderby", "name,", Syntax}, {"$orderby", "nome", Unknown},
		{"$orderby", "note", Unsupported}, {"$orderby", "length(name)", Unsupported}, {"$orderby", "id,name,made,left,size,open", TooMuch},
		{"$expand", "pieces", Unknown}, {"$expand", "*", Unsupported}, {"$expand", "parts/$ref", Unsupported}, {"$expand", "parts,parts", Syntax},
		{"$expand", "parts(", Syntax}, {"$expand", "parts(x)", Syntax}, {"$expand", "parts)", Syntax}, {"$expand", "parts($filter=word eq 'a)", Syntax},
		{"$expand", "parts($top=1)", Unsupported}, {"$expand", "parts($expand=thing)", Unsupported}, {"$expand", "parts($filter=word eq 1)", Mismatch},
		{"$expand", "parts($select=x)", Unknown}, {"$expand", "parts($select=word;$select=id)", Syntax},
	} {
		_, err := ParseQuery(things(), optionsOf([]string{test.option, test.value}))
		var wrong *Error
		require.ErrorAs(t, err, &wrong, "%s=%s", test.option, test.value)
		require.Equal(t, test.reason, wrong.Reason, "%s=%s: %s", test.option, test.value, wrong)
		require.Equal(t, test.option, wrong.Option)
	}
	_, err := ParseQuery(things(), map[string][]string{"$top": {"1", "2"}})
	require.ErrorContains(t, err, "more than once")
	_, err = ParseRow(things(), map[string][]string{"$filter": {"open"}})
	require.ErrorContains(t, err, "not supported here")
}

func TestOrder(t *testing.T) {
	t.Parallel()
	at := time.UnixMicro(1_777_000_000_000_123).UTC()
	for _, test := range []struct {
		order, sql, after string
		place             []any
	}{
		{"", "made, id", "(made, id) > ($1::timestamptz, $2::uuid)", []any{at, aGUID}},
		{"made desc", "made DESC, id DESC", "(made, id) < ($1::timestamptz, $2::uuid)", []any{at, aGUID}},
		{"id", "id", "(id) > ($1::uuid)", []any{aGUID}},
		{"id desc,name", "id DESC", "(id) < ($1::uuid)", []any{aGUID}},
		{"name", `name COLLATE "C" NULLS FIRST, id`, `(name COLLATE "C" > $2::text OR (name COLLATE "C" = $2::text AND id > $1::uuid))`, []any{"a", aGUID}},
		{"name", `name COLLATE "C" NULLS FIRST, id`, `(name COLLATE "C" IS NOT NULL OR (name COLLATE "C" IS NULL AND id > $1::uuid))`, []any{nil, aGUID}},
		{"size desc", "size DESC NULLS LAST, id DESC", "((size < $2::integer OR size IS NULL) OR (size = $2::integer AND id < $1::uuid))", []any{int32(4), aGUID}},
		{"size desc", "size DESC NULLS LAST, id DESC", "(FALSE OR (size IS NULL AND id < $1::uuid))", []any{nil, aGUID}},
		{"owner desc,owner,made", "owner DESC NULLS LAST, made, id", "", nil},
	} {
		q := ask(t, "$orderby", test.order)
		require.Equal(t, test.sql, q.OrderSQL())
		if test.place == nil {
			continue
		}
		require.Equal(t, test.after, q.AfterSQL(NewArgs(), test.place))
		encoded, err := q.EncodePlace(test.place)
		require.NoError(t, err)
		decoded, ok := q.DecodePlace(encoded)
		require.True(t, ok, "%s", encoded)
		require.Equal(t, test.place, decoded)
	}
}

func TestForgedPlaces(t *testing.T) {
	t.Parallel()
	q := ask(t, "$orderby", "size,name,open,made")
	for _, forged := range []string{
		``, `{}`, `[]`, `[1]`, `null`, `["x","n",true,0,"` + aGUID + `"]`, `[1.5,"n",true,0,"` + aGUID + `"]`, `[99999999999,"n",true,0,"` + aGUID + `"]`,
		`[1,"\u0000",true,0,"` + aGUID + `"]`, `[1,"n","true",0,"` + aGUID + `"]`, `[1,"n",true,1e30,"` + aGUID + `"]`, `[1,"n",true,null,"` + aGUID + `"]`,
		`[1,"n",true,0,"x"]`, `[1,"n",true,0,null]`, `[[],"n",true,0,"` + aGUID + `"]`,
	} {
		_, ok := q.DecodePlace([]byte(forged))
		require.False(t, ok, forged)
	}
	_, ok := q.DecodePlace([]byte(`[1,null,true,0,"` + aGUID + `"]`))
	require.True(t, ok)
}
