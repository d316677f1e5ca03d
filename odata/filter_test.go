package odata

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// things is an entity with a property of each type.
func things() *Entity {
	parts := &Entity{
		Name: "part", Set: "parts", ID: "id", Table: "part",
		Properties: []Property{
			{Name: "id", Type: GUID, Required: true, SQL: "id"}, {Name: "_thing_value", Type: GUID, Required: true, SQL: "thing"},
			{Name: "word", Type: String, SQL: "word"},
		},
	}
	e := &Entity{
		Name: "thing", Set: "things", ID: "id", Table: "thing", Order: "made",
		Properties: []Property{
			{Name: "id", Type: GUID, Required: true, SQL: "id"},
			{Name: "name", Type: String, MaxLength: 100, SQL: "name"},
			{Name: "made", Type: DateTimeOffset, Required: true, SQL: "made"},
			{Name: "left", Type: DateTimeOffset, SQL: "gone"},
			{Name: "size", Type: Int32, SQL: "size"},
			{Name: "open", Type: Boolean, SQL: "open"},
			{Name: "owner", Type: String, SQL: "owner::text", Key: "owner", KeyType: "uuid", KeyOf: func(v any) (any, bool) {
				text, _ := v.(string)
				id, ok := ParseGUID(text)
				return id, ok && id == text
			}},
			{Name: "note", Type: String, SQL: "note", Unordered: true},
		},
		Navigations: []Navigation{{Name: "parts", Target: parts, Collection: true, From: "id", To: "_thing_value", Partner: "thing"}},
	}
	parts.Navigations = []Navigation{{Name: "thing", Target: e, From: "_thing_value", To: "id", Partner: "parts"}}
	return e
}

const aGUID = "0f9b5f0a-3b0e-4c51-9f5b-0f6f0c9b7c11"

func TestFiltersInSQL(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string]string{
		"name eq 'O''Neil'":            `name = $1::text`,
		"name ne 'x'":                  `name IS DISTINCT FROM $1::text`,
		"not (name eq 'x')":            `name IS DISTINCT FROM $1::text`,
		"name eq null":                 `name IS NULL`,
		"not name eq null":             `name IS NOT NULL`,
		"name gt null":                 `FALSE`,
		"not (size le null)":           `TRUE`,
		"name ge 'x'":                  `name COLLATE "C" >= $1::text`,
		"size gt 5":                    `size > $1::double precision`,
		"not (size gt 5)":              `(size > $1::double precision) IS NOT TRUE`,
		"5 gt size":                    `size < $1::double precision`,
		"size in (1,2.5,null)":         `(size = ANY($1::double precision[]) OR size IS NULL)`,
		"not (size in (1))":            `(size = ANY($1::double precision[])) IS NOT TRUE`,
		"name in (null)":               `(FALSE OR name IS NULL)`,
		"open":                         `open`,
		"not open":                     `NOT open`,
		"open eq false":                `open = $1::boolean`,
		"true":                         `TRUE`,
		"id eq " + aGUID:               `id = $1::uuid`,
		"owner eq '" + aGUID + "'":     `owner = $1::uuid`,
		"owner eq 'x'":                 `FALSE`,
		"owner ne 'x'":                 `TRUE`,
		"owner in ('x','" + aGUID:      "", // no closing quote
		"contains(name,'%')":           `strpos(name, $1::text) > 0`,
		"not startswith(owner,'a')":    `NOT (starts_with(owner::text, $1::text))`,
		"endswith(name,'z')":           `right(name, length($1::text)) = $1::text`,
		"open and size eq 1 or true":   `((open AND size = $1::double precision) OR TRUE)`,
		"open and (size eq 1 or true)": `(open AND (size = $1::double precision OR TRUE))`,
		"not (open and not (name eq 'a' or size lt 1))": `(NOT open OR (name = $1::text OR size < $2::double precision))`,
		"made ge 2026-03-02T15:00:00Z":                  `made >= $1::timestamptz`,
		"made eq 2026-03-02T15:00:00.001Z":              `(made >= $1::timestamptz AND made < $2::timestamptz)`,
		"made eq 2026-03-02T15:00:00.0001Z":             `FALSE`,
		"left ne 2026-03-02":                            `((gone >= $1::timestamptz AND gone < $2::timestamptz)) IS NOT TRUE`,
	} {
		parsed, err := ParseFilter(things(), filter)
		if want == "" {
			require.Error(t, err, filter)
			continue
		}
		require.NoError(t, err, filter)
		require.Equal(t, want, parsed.SQL(NewArgs()), filter)
	}
}

func TestParametersOfFilters(t *testing.T) {
	t.Parallel()
	f, err := ParseFilter(things(), "name eq 'O''Neil' and made gt 2026-03-02T15:00:00.5 02:00 and id eq "+strings.ToUpper(aGUID)+" and size in (1,-2.5e0)")
	require.NoError(t, err)
	args := NewArgs("acme")
	require.Contains(t, f.SQL(args), "$2::text")
	values := args.Values()
	require.Equal(t, []any{"acme", "O'Neil", aGUID, []float64{1, -2.5}}, []any{values[0], values[1], values[3], values[4]})
	next, _ := parseInstant("2026-03-02T13:00:00.501Z")
	require.Equal(t, next, values[2])
}

func TestRefusedFilters(t *testing.T) {
	t.Parallel()
	for filter, reason := range map[string]Reason{
		"":                                      Syntax,
		"name":                                  Syntax,
		"name eq":                               Syntax,
		"name eq 'x":                            Syntax,
		"name eq 'x' 'y'":                       Syntax,
		"(name eq 'x'":                          Syntax,
		"name eq 'x')":                          Syntax,
		"name in ()":                            Syntax,
		"name in ('a',)":                        Syntax,
		"1 eq 1":                                Syntax,
		"size eq 5x":                            Syntax,
		"size eq 1e999":                         Syntax,
		"made eq 2026-02-30":                    Syntax,
		"made eq 0000-01-01":                    Syntax,
		"name eq \"x\"":                         Syntax,
		"name = 'x'":                            Syntax,
		"name eq 'x'; DROP TABLE x":             Syntax,
		"nome eq 'x'":                           Unknown,
		"NAME eq 'x'":                           Unknown,
		"contains(nome,'x')":                    Unknown,
		"size eq '5'":                           Mismatch,
		"name eq 5":                             Mismatch,
		"owner eq " + aGUID:                     Mismatch,
		"id eq 'x'":                             Mismatch,
		"made eq '2026-03-02'":                  Mismatch,
		"open gt true":                          Mismatch,
		"contains(size,'1')":                    Mismatch,
		"name in ('a',1)":                       Mismatch,
		"name eq owner":                         Unsupported,
		"tolower(name) eq 'x'":                  Unsupported,
		"size add 1 eq 2":                       Unsupported,
		"contains(name,'x') eq true":            Unsupported,
		"parts/any(p:p/word eq 'x')":            Unsupported,
		"thing/name eq 'x'":                     Unsupported,
		"parts eq null":                         Unsupported,
		"name eq @p":                            Unsupported,
		strings.Repeat("(", 40):                 TooMuch,
		strings.Repeat("not ", 40) + "open":     TooMuch,
		strings.Repeat("open and ", 100):        TooMuch,
		"name eq '" + strings.Repeat("x", 4096): TooMuch,
		"size in (" + strings.Repeat("1,", 300): TooMuch,
	} {
		_, err := ParseFilter(things(), filter)
		var wrong *Error
		require.ErrorAs(t, err, &wrong, filter)
		require.Equal(t, reason, wrong.Reason, "%s: %s", filter, wrong)
		require.Equal(t, "$filter", wrong.Option)
	}
}
