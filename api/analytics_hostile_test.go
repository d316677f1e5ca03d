package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/api"
)

// hostileTexts are put wherever a text may stand.
var hostileTexts = []string{
	`'; DROP TABLE closed_conversations; --`, `" OR 1=1 --`, `$1`, `?`, `%s`, `\\`, `\u0000`, `\ud800`, `../../etc/passwd`,
	`{{7*7}}`, `<script>`, "\xff\xfe", strings.Repeat("x", 5000), `1e999`, `NaN`,
}

func TestAnalyticsTakesTextForText(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	for _, text := range hostileTexts {
		for _, body := range []string{
			`{"id":"%s","timezone":"UTC"}`,
			`{"id":"closed_conversations","timezone":"%s"}`,
			`{"id":"closed_conversations","timezone":"UTC","aggregations":["%s"]}`,
			`{"id":"closed_conversations","timezone":"UTC","periodFilter":{"_type":"%s","value":"Today"}}`,
			`{"id":"closed_conversations","timezone":"UTC","periodFilter":{"value":"%s"}}`,
			`{"id":"closed_conversations","timezone":"UTC","periodFilter":{"value":{"_type":"%s"}}}`,
			`{"id":"closed_conversations","timezone":"UTC","periodFilter":{"start":"%s","end":"2023-01-01T00:00:00Z"}}`,
			`{"id":"closed_conversations","timezone":"UTC","csidFilter":["%s"]}`,
		} {
			body = strings.Replace(body, "%s", text, 1)
			for _, path := range []string{"/v1/analytics/metrics", "/v1/analytics/records"} {
				if strings.Contains(body, "aggregations") && path == "/v1/analytics/records" {
					continue
				}
				require.Less(t, len(w.refused(w.wire("POST", path, body), http.StatusBadRequest)), 1000, body)
			}
		}
		for _, attribute := range []string{"queue_id", "channel", "initial_direction", "tag_id", "contact_point", text} {
			body := `{"id":"closed_conversations","timezone":"UTC","filters":[{"attribute":"` + attribute + `","values":["` + text + `"]}]}`
			for _, path := range []string{"/v1/analytics/metrics", "/v1/analytics/records"} {
				got := w.wire("POST", path, body)
				require.Less(t, got.status, 500, "%s: %s", body, got.body)
				if got.status == 200 && attribute != text {
					require.NotContains(t, got.body, "184471", body)
				}
			}
		}
		for _, path := range []string{"/v1/analytics/metrics/", "/v1/analytics/records/", "/v1/analytics/filter/", "/v1/analytics/metrics?pageKey=", "/v1/analytics/filter/channel?pageKey=", "/v1/analytics/records?pageLimit="} {
			w.refused(w.wire("GET", path+url.QueryEscape(text), ""), http.StatusBadRequest)
		}
	}
	require.Equal(t, counted(7), w.metric(`{"id":"closed_conversations","timezone":"UTC"}`), "nothing was changed")
}

func TestAnalyticsBodiesAreBounded(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	list := func(n int, element string) string { return strings.TrimSuffix(strings.Repeat(element+",", n), ",") }
	with := func(members string) string { return `{"id":"closed_conversations","timezone":"UTC",` + members + `}` }
	filter := `{"attribute":"channel","values":["email"]}`
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"300 filters":               {with(`"filters":[` + list(300, filter) + `]`), 400},
		"51 filters":                {with(`"filters":[` + list(51, filter) + `]`), 400},
		"50 filters":                {with(`"filters":[` + list(50, filter) + `]`), 200},
		"1001 values":               {with(`"filters":[{"attribute":"contact_point","values":[` + list(1001, `"a"`) + `]}]`), 400},
		"1000 values":               {with(`"filters":[{"attribute":"contact_point","values":[` + list(1000, `"a"`) + `]}]`), 200},
		"1001 conversations":        {with(`"csidFilter":[` + list(1001, "1") + `]`), 400},
		"1000 conversations":        {with(`"csidFilter":[` + list(1000, "1") + `]`), 200},
		"51 measures":               {with(`"aggregations":[` + list(51, `"Count"`) + `]`), 400},
		"a number beyond 64 bits":   {with(`"csidFilter":[9223372036854775808]`), 400},
		"a fraction":                {with(`"csidFilter":[1.5]`), 400},
		"the largest number":        {with(`"csidFilter":[9223372036854775807,-9223372036854775808,0]`), 200},
		"deep":                      {with(`"else":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)), 400},
		"deep objects":              {with(`"periodFilter":` + strings.Repeat(`{"value":`, 20_000) + "1" + strings.Repeat("}", 20_000)), 400},
		"unclosed":                  {strings.Repeat(`{"id":`, 10_000), 400},
		"more than a megabyte":      {with(`"else":"` + strings.Repeat("x", api.MaxBody) + `"`), 413},
		"all of the calendar":       {with(`"periodFilter":{"start":"0001-01-02T00:00:00Z","end":"9999-12-30T00:00:00Z"}`), 200},
		"before the calendar":       {with(`"periodFilter":{"start":"0001-01-01T00:00:00+14:00","end":"9999-12-30T00:00:00Z"}`), 400},
		"after the calendar":        {with(`"periodFilter":{"start":"2023-01-01T00:00:00Z","end":"9999-12-31T23:59:59-14:00"}`), 400},
		"a year of five digits":     {with(`"periodFilter":{"start":"2023-01-01T00:00:00Z","end":"12023-01-01T00:00:00Z"}`), 400},
		"members that are repeated": {`{"id":"nope","id":"closed_conversations","timezone":"Mars","timezone":"UTC"}`, 200},
	} {
		for _, path := range []string{"/v1/analytics/metrics", "/v1/analytics/records"} {
			got := w.wire("POST", path, c.body)
			require.Equal(t, c.status, got.status, "%s: %s", name, got.body)
			if c.status != 200 {
				require.Less(t, len(messageOf(t, got.body)), 1000, name)
			}
		}
	}
	got := w.ask("", "POST", "/v1/analytics/metrics", c01, "Authorization", "test-key", "Content-Encoding", "gzip")
	w.refused(got, http.StatusUnsupportedMediaType)
	require.Equal(t, counted(3), w.ask("", "POST", "/v1/analytics/metrics", c01, "Authorization", "test-key", "Content-Type", "text/plain").body, "the content type does not matter")
}

// Every metric and record of the catalogue answers, with every filter that it says it has.
func TestAnalyticsAnswersForTheWholeCatalogue(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	ask := func(id, filters string) string {
		return fmt.Sprintf(`{"id":%q,"timezone":"Europe/Copenhagen","periodFilter":{"value":"ThisMonth"},"filters":[%s]}`, id, filters)
	}
	filtersOf := func(ids []string) string {
		var filters []string
		for _, id := range ids {
			filters = append(filters, `{"attribute":"`+id+`","values":["true","7","x"]}`)
		}
		return strings.Join(filters, ",")
	}
	shown := 0
	for _, m := range analytics.Metrics() {
		if w.wire("GET", "/v1/analytics/metrics/"+m.ID, "").status != 200 {
			require.Equal(t, 400, w.wire("POST", "/v1/analytics/metrics", ask(m.ID, "")).status, m.ID)
			continue
		}
		shown++
		for _, filters := range []string{"", filtersOf(m.Filters)} {
			got := w.metric(ask(m.ID, filters))
			require.Equal(t, len(m.WireMeasures()), strings.Count(got, `"measure"`), got)
			require.NotContains(t, got, "null")
		}
	}
	require.Greater(t, shown, 40)
	for _, r := range analytics.Records() {
		var ids []string
		for _, a := range r.Attributes {
			ids = append(ids, a.ID)
		}
		w.records(ask(r.ID, ""))
		w.exactly(`{"data":[]}`, w.records(ask(r.ID, filtersOf(ids))))
	}
	for _, a := range analytics.Attributes() {
		require.Contains(t, []int{200, 400}, w.wire("GET", "/v1/analytics/filter/"+a.ID, "").status, a.ID)
	}
}

// A question that takes too long is refused in the wire's words.
func TestAnalyticsThatTakesTooLong(t *testing.T) {
	t.Parallel()
	w, key := servedSlowly(t)
	for path, body := range map[string]string{
		"/v1/analytics/metrics": `{"id":"engagement_duration","timezone":"UTC"}`,
		"/v1/analytics/records": `{"id":"engagements","timezone":"UTC"}`,
	} {
		started := time.Now()
		require.Contains(t, w.refused(w.ask(key, "POST", path, body), http.StatusBadRequest), "takes too long", path)
		require.Less(t, time.Since(started), time.Minute)
	}
}
