package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/api"
)

// wrongIn asks a query that must be refused and returns its invalid fields as "field code".
func (w *world) wrongIn(key, query string) []string {
	w.t.Helper()
	got := w.ask(key, http.MethodPost, "/v1/reports/query", query)
	require.Equal(w.t, http.StatusBadRequest, got.status, "%.300s: %s", query, got.body)
	var p api.Problem
	require.NoError(w.t, json.Unmarshal([]byte(got.body), &p))
	var list []string
	for _, wrong := range p.InvalidParameters {
		require.NotEmpty(w.t, wrong.Reason)
		list = append(list, wrong.Field+" "+wrong.Code)
	}
	return list
}

func TestReportSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w, key := reporting(t)
	for query, want := range map[string][]string{
		`{}`:                {"metric report:missing_field"},
		`{"metric":"cast"}`: {"metric report:unknown_metric"},
		`{"metric":"csat","colour":"red","group-by":[]}`:                                               {"colour report:unknown_field", "group-by report:unknown_field"},
		`{"metric":5,"measures":"Count","limit":1.5,"exact":"yes","period":[]}`:                        {"metric report:wrong_type", "exact report:wrong_type", "metric report:missing_field", "measures report:wrong_type", "limit report:wrong_type", "period report:wrong_type"},
		`{"metric":"csat","measures":["Median"]}`:                                                      {"measures[0] report:measure_not_offered"},
		`{"metric":"csat","measures":["Mode"]}`:                                                        {"measures[0] report:unknown_measure"},
		`{"metric":"csat","group_by":["colour"]}`:                                                      {"group_by[0] report:unknown_attribute"},
		`{"metric":"csat","filters":[{"attribute":"colour","values":["red"]}]}`:                        {"filters[0].attribute report:unknown_attribute"},
		`{"metric":"csat","filters":[{"attribute":"queue_id","value":"red"},7]}`:                       {"filters[1] report:wrong_type", "filters[0].value report:unknown_field"},
		`{"metric":"csat","filters":[{"attribute":"queue_id","operator":"like","values":["%"]}]}`:      {"filters[0].operator report:unknown_operator"},
		`{"metric":"csat","filters":[{"attribute":"queue_id","operator":"range","min":1}]}`:            {"filters[0].operator report:not_numeric"},
		`{"metric":"csat","timezone":"Mars/Olympus"}`:                                                  {"timezone report:unknown_timezone"},
		`{"metric":"csat","timezone":"../../etc/passwd"}`:                                              {"timezone report:unknown_timezone"},
		`{"metric":"csat","period":{"preset":"LastWeek"}}`:                                             {"period.preset report:unknown_preset"},
		`{"metric":"csat","period":{"start":"2026-03-01T00:00:00Z"}}`:                                  {"period.end report:missing_field"},
		`{"metric":"csat","period":{"start":"yesterday","end":"2026-03-01"}}`:                          {"period.start report:invalid_value", "period.end report:invalid_value"},
		`{"metric":"csat","period":{"start":"2026-03-02T00:00:00Z","end":"2026-03-01T00:00:00Z"}}`:     {"period.end report:invalid_period"},
		`{"metric":"csat","period":{"start":"","end":""}}`:                                             {"period.start report:invalid_value", "period.end report:invalid_value"},
		`{"metric":"csat","period":{}}`:                                                                {"period.preset report:missing_field"},
		`{"metric":"csat","period":{"preset":"Today"},"compare":"tomorrow"}`:                           {"compare report:unknown_comparison"},
		`{"metric":"csat","compare":"previous"}`:                                                       {"compare report:no_period"},
		`{"metric":"csat","interval":"day"}`:                                                           {"interval report:no_period"},
		`{"metric":"csat","interval":"year","period":{"preset":"Today"}}`:                              {"interval report:unknown_interval"},
		`{"metric":"csat","attribution":"middle"}`:                                                     {"attribution report:unknown_attribution"},
		`{"metric":"csat","business_hours":true}`:                                                      {"business_hours report:no_business_time"},
		`{"metric":"csat","parameters":{"threshold":5}}`:                                               {"parameters report:unknown_parameter"},
		`{"metric":"service_level","parameters":{"threshold_seconds":"20"}}`:                           {"parameters.threshold_seconds report:invalid_parameter"},
		`{"metric":"service_level","parameters":{"threshold_seconds":-1}}`:                             {"parameters.threshold_seconds report:invalid_parameter"},
		`{"metric":"service_level","parameters":{"variant":["a"]}}`:                                    {"parameters.variant report:invalid_parameter"},
		`{"metric":"queue_wait","measures":["Distribution"]}`:                                          {"edges report:invalid_edges"},
		`{"metric":"queue_wait","measures":["Distribution"],"edges":[5,5]}`:                            {"edges[1] report:invalid_edges"},
		`{"metric":"csat","order_by":"Median"}`:                                                        {"order_by report:invalid_order"},
		`{"metric":"csat","direction":"asc"}`:                                                          {"direction report:invalid_order"},
		`{"metric":"csat","group_by":["queue_id"],"order_by":"queue_id","direction":"desc"}`:           {"direction report:invalid_order"},
		`{"metric":"csat","limit":0}`:                                                                  {"limit report:invalid_limit"},
		`{"metric":"csat","limit":50001}`:                                                              {"limit report:invalid_limit"},
		`{"metric":"csat","after":"nonsense"}`:                                                         {"after report:invalid_page"},
		`{"queries":[]}`:                                                                               {"queries report:missing_field"},
		`{"queries":[{"metric":"csat"}]}`:                                                              {"queries[0].name report:missing_field"},
		`{"queries":[{"name":"a","metric":"csat"},{"name":"a","metric":"nps"}]}`:                       {"queries[1].name report:repeated_name"},
		`{"metric":"nope","queries":[{"name":"a"},{"name":"b","metric":"csat"}]}`:                      {"metric report:unknown_metric"},
		`{"timezone":"x","queries":[{"name":"a","metric":"csat"},{"name":"b","metric":"csat","x":1}]}`: {"timezone report:unknown_timezone", "queries[1].x report:unknown_field"},
		`{"queries":[{"name":"a","metric":"csat","queries":[]}]}`:                                      {"queries[0].queries report:unknown_field"},
		`{"queries":[{"name":"a","metric":"csat","limit":30000},{"name":"b","metric":"csat"}]}`:        {"queries[0].limit report:invalid_limit"},
		`{"queries":[{"name":"a","metric":"csat","group_by":["x"]}]}`:                                  {"queries[0].group_by[0] report:unknown_attribute"},
		`{"metric":"csat"`: nil, `[]`: nil, `null`: nil, ``: nil, `{"metric":"\u0000"}`: {" body:unreadable"},
	} {
		got := w.wrongIn(key, query)
		if want == nil {
			continue
		}
		if want[0] == " body:unreadable" {
			require.Len(t, got, 1)
			continue
		}
		require.ElementsMatch(t, want, got, query)
	}
	unbounded := w.ask(key, http.MethodPost, "/v1/reports/query", `{"metric":"rating_average","filters":[{"attribute":"score","operator":"range"}]}`)
	require.Contains(t, unbounded.body, "needs min or max", "in the words of the wire")
	for _, field := range []string{"messages", "xml"} {
		got := w.ask(key, http.MethodPost, "/v1/reports/query", field, "Content-Type", "text/"+field)
		require.Equal(t, http.StatusUnsupportedMediaType, got.status)
	}
}

func TestReportIsBounded(t *testing.T) {
	t.Parallel()
	w, key := reporting(t)
	list := func(n int, entry string) string {
		return strings.TrimSuffix(strings.Repeat(entry+",", n), ",")
	}
	for name, query := range map[string]string{
		"a huge period":      `{"metric":"csat","interval":"15m","period":{"start":"0002-01-01T00:00:00Z","end":"9998-01-01T00:00:00Z"}}`,
		"ten years of 15m":   `{"metric":"csat","interval":"15m","period":{"start":"2016-01-01T00:00:00Z","end":"2026-01-01T00:00:00Z"}}`,
		"300 filters":        `{"metric":"csat","filters":[` + list(300, `{"attribute":"queue_id","values":["a"]}`) + `]}`,
		"2000 values":        `{"metric":"csat","filters":[{"attribute":"queue_id","values":[` + list(2000, `"a"`) + `]}]}`,
		"100 groups":         `{"metric":"csat","group_by":[` + list(100, `"queue_id"`) + `]}`,
		"one group twice":    `{"metric":"csat","group_by":["queue_id","queue_id"]}`,
		"200 edges":          `{"metric":"queue_wait","measures":["Distribution"],"edges":[` + list(200, `1`) + `]}`,
		"21 queries":         `{"queries":[` + list(21, `{"name":"a","metric":"csat"}`) + `]}`,
		"a long value":       `{"metric":"csat","filters":[{"attribute":"queue_id","values":["` + strings.Repeat("x", 5000) + `"]}]}`,
		"a long name":        `{"name":"` + strings.Repeat("x", 65) + `","metric":"csat"}`,
		"deep":               strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40),
		"a year before year": `{"metric":"csat","period":{"start":"0001-01-01T00:00:00Z","end":"2026-01-01T00:00:00Z"}}`,
		"years before it":    `{"metric":"csat","compare":"previous","period":{"start":"0002-01-01T00:00:00Z","end":"9998-01-01T00:00:00Z"}}`,
		"centuries before":   `{"metric":"csat","compare":"previous","period":{"start":"0002-01-01T00:00:00Z","end":"9998-01-01T00:00:01Z"}}`,
		"a year before it":   `{"metric":"csat","compare":"same_period_last_year","period":{"start":"0002-01-01T00:00:00Z","end":"2026-01-01T00:00:00Z"}}`,
		"a huge number":      `{"metric":"csat","limit":1e999}`,
		"a thousand members": `{"metric":"csat",` + manyMembers(1000) + `}`,
	} {
		got := w.ask(key, http.MethodPost, "/v1/reports/query", query)
		require.Equal(t, http.StatusBadRequest, got.status, "%s: %.300s", name, got.body)
		require.Less(t, len(got.body), 20_000, name)
	}
	big := w.ask(key, http.MethodPost, "/v1/reports/query", `{"metric":"`+strings.Repeat("x", 1<<20)+`"}`)
	require.Equal(t, http.StatusRequestEntityTooLarge, big.status)
	// The largest that is allowed.
	w.report(key, `{"metric":"csat","interval":"15m","period":{"start":"2025-01-01T00:00:00Z","end":"2026-01-01T00:00:00Z"}}`)
	w.report(key, `{"metric":"csat","interval":"week","timezone":"Europe/Vienna","period":{"start":"2026-01-01T00:00:00Z","end":"2500-01-01T00:00:00Z"}}`)
	w.report(key, `{"metric":"csat","period":{"start":"4000-01-01T00:00:00Z","end":"7998-01-01T00:00:00Z"},"compare":"previous"}`)
}

func manyMembers(n int) string {
	var members []string
	for i := range n {
		members = append(members, fmt.Sprintf(`"member%d":1`, i))
	}
	return strings.Join(members, ",")
}

// Text of a caller is never part of a statement, wherever it stands.
func TestReportTakesTextForText(t *testing.T) {
	t.Parallel()
	w, key := twoWeeks(t)
	for _, text := range []string{`'; DROP TABLE engagements; --`, `" OR 1=1 --`, `$1`, `\'`, `') UNION SELECT hash FROM api_keys --`, "%", "?", `{x,"y"}`, "\U0001F600", "\u2028"} {
		encoded, err := json.Marshal(text)
		require.NoError(t, err)
		quoted := string(encoded)
		a := w.report(key, `{"metric":"engagements","filters":[{"attribute":"queue_id","values":[`+quoted+`]}],"group_by":["queue_id","agent_id"]}`)
		require.Empty(t, a.Rows, text)
		not := w.report(key, `{"metric":"engagements","filters":[{"attribute":"tag","operator":"is_not","values":[`+quoted+`]}]}`)
		require.InDelta(t, 9, not.one(t, analytics.Count), 0, text)
		for _, field := range []string{"metric", "interval", "attribution", "order_by", "direction", "after", "compare", "timezone"} {
			query := fmt.Sprintf(`{"period":{"preset":"Today"},%q:%s`, field, quoted)
			if field != "metric" {
				query += `,"metric":"engagements"`
			}
			require.NotEmpty(t, w.wrongIn(key, query+`}`), "%s %s", field, text)
		}
		for _, part := range []string{`"measures":[%s]`, `"group_by":[%s]`, `"filters":[{"attribute":%s,"values":["a"]}]`, `"filters":[{"attribute":"queue_id","operator":%s}]`, `"parameters":{%s:1}`, `"period":{"preset":%s}`, `"period":{"start":%s,"end":%[1]s}`} {
			require.NotEmpty(t, w.wrongIn(key, `{"metric":"engagements",`+fmt.Sprintf(part, quoted)+`}`), "%s %s", part, text)
		}
	}
	require.InDelta(t, 9, w.report(key, `{"metric":"engagements"}`).one(t, analytics.Count), 0)
}

// A place in somebody else's answer shows nothing of it.
func TestReportPlacesOfOthersShowNothing(t *testing.T) {
	t.Parallel()
	w, key := twoWeeks(t)
	other := w.key("other", api.ReportsRead)
	query := func(after string) string {
		return fmt.Sprintf(`{"metric":"engagements","group_by":["queue_id"],"limit":1,"after":%q}`, after)
	}
	next := w.report(key, query("")).Next
	require.NotEmpty(t, next)
	got := w.ask(other, http.MethodPost, "/v1/reports/query", query(next))
	require.Less(t, got.status, 500)
	for _, secret := range []string{"support", "sales", "retired"} {
		require.NotContains(t, got.body, secret)
	}
	require.NotContains(t, w.ask(key, http.MethodPost, "/v1/reports/query", `{"metric":"engagements","group_by":["queue_id"],"filters":[{"attribute":"queue_id","values":["secret-queue"]}]}`).body, `"label":"secret`)
	all := w.ask(key, http.MethodPost, "/v1/reports/query", `{"metric":"engagements","group_by":["queue_id"]}`)
	require.NotContains(t, all.body, "secret-queue")
}

// A question that takes too long is refused with advice.
func TestReportThatTakesTooLong(t *testing.T) {
	t.Parallel()
	w, key := servedSlowly(t)
	got := w.ask(key, http.MethodPost, "/v1/reports/query", `{"metric":"engagements"}`)
	require.Equal(t, http.StatusUnprocessableEntity, got.status, got.body)
	require.Contains(t, got.body, `"report:too_slow"`)
	require.Contains(t, got.body, "shorter period")
}
