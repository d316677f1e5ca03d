package api_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/api"
)

// twoWeeks is a centre with a week of five engagements and the week before of four: Monday 2 March is
// the day between. Lengths in minutes by queue: now support 10, 20, 60 and sales 5 and none 30; before
// support 10, 10 and retired 7, 7.
func twoWeeks(t *testing.T) (*world, string) {
	t.Helper()
	w, key := reporting(t)
	admin := w.key("acme", api.Admin)
	require.Equal(t, 200, w.ask(admin, "PUT", "/v1/directory/queues/support", `{"name":"Support, all"}`).status)
	require.Equal(t, 200, w.ask(admin, "PUT", "/v1/directory/queues/sales", `{"name":"=HYPERLINK(\"http://evil\")"}`).status)
	w.insert("acme", "engagements",
		engagementAt("2026-03-02T09:00", "2026-03-02T09:10", fact{"queue_id": "support", "channel": "voice"}),
		engagementAt("2026-03-03T09:00", "2026-03-03T09:20", fact{"queue_id": "support"}),
		engagementAt("2026-03-04T22:30", "2026-03-04T23:30", fact{"queue_id": "support"}),
		engagementAt("2026-03-04T09:00", "2026-03-04T09:05", fact{"queue_id": "sales"}),
		engagementAt("2026-03-08T09:00", "2026-03-08T09:30", fact{"queue_id": ""}),
		engagementAt("2026-02-23T09:00", "2026-02-23T09:10", fact{"queue_id": "support"}),
		engagementAt("2026-02-24T09:00", "2026-02-24T09:10", fact{"queue_id": "support"}),
		engagementAt("2026-02-24T09:00", "2026-02-24T09:07", fact{"queue_id": "retired"}),
		engagementAt("2026-02-25T09:00", "2026-02-25T09:07", fact{"queue_id": "retired"}),
	)
	w.key("other")
	w.insert("other", "engagements", engagementAt("2026-03-02T09:00", "2026-03-02T12:00", fact{"queue_id": "secret-queue"}))
	return w, key
}

// values are group value, label and number of each row.
func values(a reportAnswer, attribute string, measure analytics.Measure) []string {
	var list []string
	for _, row := range a.Rows {
		group := row.Group[attribute]
		text := func(s *string) string {
			if s == nil {
				return "null"
			}
			return *s
		}
		list = append(list, fmt.Sprintf("%s|%s|%v", text(group.Value), text(group.Label), *row.Values[measure].Value))
	}
	return list
}

func TestReportGroupsWithNames(t *testing.T) {
	t.Parallel()
	w, key := twoWeeks(t)
	a := w.report(key, `{"metric":"engagement_duration","measures":["Sum"],"period":{"preset":"PreviousWeek"},"group_by":["queue_id"],"order_by":"Sum"}`)
	require.Equal(t, []string{"support|Support, all|5400", "null|null|1800", `sales|=HYPERLINK("http://evil")|300`}, values(a, "queue_id", analytics.Sum))
	require.Equal(t, "desc", a.Query.Direction)
	ascending := w.report(key, `{"metric":"engagement_duration","measures":["Sum"],"period":{"preset":"PreviousWeek"},"group_by":["queue_id"],"order_by":"Sum","direction":"asc"}`)
	slices.Reverse(a.Rows)
	require.Equal(t, a.Rows, ascending.Rows)
	channels := w.report(key, `{"metric":"engagements","period":{"preset":"PreviousWeek"},"group_by":["channel"],"filters":[{"attribute":"channel","operator":"not_empty"}]}`)
	require.Equal(t, []string{"voice|Phone|1"}, values(channels, "channel", analytics.Count))
	require.Equal(t, []api.ReportFilter{{Attribute: "channel", Operator: analytics.NotEmpty}}, channels.Query.Filters)
}

func TestReportBucketsInTheZone(t *testing.T) {
	t.Parallel()
	w, key := twoWeeks(t)
	admin := w.key("acme", api.Admin)
	require.Equal(t, 200, w.ask(admin, "PUT", "/v1/settings", `{"reporting_time_zone":"Europe/Vienna"}`).status)
	a := w.report(key, `{"metric":"engagements","period":{"preset":"PreviousWeek"},"interval":"day"}`)
	require.Equal(t, "Europe/Vienna", a.Query.Timezone, "the organization's zone")
	require.Equal(t, &api.ReportPeriod{Preset: "PreviousWeek", Start: "2026-03-02T00:00:00+01:00", End: "2026-03-09T00:00:00+01:00"}, a.Query.Period)
	require.Equal(t, []float64{1, 1, 1, 1, 0, 0, 1}, a.column(analytics.Count), "23:30 UTC is the next day in Vienna; empty days are there")
	require.Equal(t, &api.ReportPeriod{Start: "2026-03-04T00:00:00+01:00", End: "2026-03-05T00:00:00+01:00"}, a.Rows[2].Bucket)
	utc := w.report(key, `{"metric":"engagements","period":{"preset":"PreviousWeek"},"interval":"day","timezone":"UTC"}`)
	require.Equal(t, []float64{1, 1, 2, 0, 0, 0, 1}, utc.column(analytics.Count))
	require.Equal(t, "2026-03-02T00:00:00Z", utc.Query.Period.Start)
}

func TestReportCompares(t *testing.T) {
	t.Parallel()
	w, key := twoWeeks(t)
	a := w.report(key, `{"metric":"engagement_duration","measures":["Average","Count","Distribution"],"edges":[600],"period":{"preset":"PreviousWeek"},"compare":"previous","group_by":["queue_id"]}`)
	require.Equal(t, "2026-02-23T00:00:00Z", a.Query.ComparedWith.Start)
	require.Equal(t, "2026-03-02T00:00:00Z", a.Query.ComparedWith.End)
	byQueue := map[string]api.ReportRow{}
	for _, row := range a.Rows {
		if row.Group["queue_id"].Value != nil {
			byQueue[*row.Group["queue_id"].Value] = row
		}
	}
	support := byQueue["support"]
	require.EqualValues(t, 2, *support.PreviousSampleSize)
	require.InDelta(t, 1800, *support.Values["Average"].Value, 0)
	require.Equal(t, api.ReportChange{Previous: new(600.0), Absolute: new(1200.0), Relative: new(2.0)}, *support.Values["Average"].Compare)
	require.Equal(t, []api.ReportRange{{To: new(600.0), Count: 0, Previous: new(int64)}, {From: new(600.0), Count: 3, Previous: new(int64(2))}}, support.Values["Distribution"].Ranges)
	sales := byQueue["sales"]
	require.Equal(t, api.ReportChange{}, *sales.Values["Average"].Compare, "an average of nothing is not defined, nor is a change from it")
	require.Equal(t, api.ReportChange{Previous: new(0.0), Absolute: new(1.0)}, *sales.Values["Count"].Compare, "a count of nothing is 0")
	require.Zero(t, *sales.PreviousSampleSize)

	days := w.report(key, `{"metric":"engagements","period":{"preset":"PreviousWeek"},"compare":"previous","interval":"day"}`)
	var before []float64
	for _, row := range days.Rows {
		before = append(before, *row.Values["Count"].Compare.Previous)
	}
	require.Equal(t, []float64{1, 2, 1, 0, 0, 0, 0}, before, "Monday stands beside Monday")
}

func TestReportPages(t *testing.T) {
	t.Parallel()
	w, key := twoWeeks(t)
	query := func(limit int, after string) string {
		return fmt.Sprintf(`{"metric":"engagements","period":{"preset":"PreviousWeek"},"interval":"day","group_by":["queue_id"],"compare":"previous","limit":%d,"after":%q}`, limit, after)
	}
	all := w.report(key, query(1000, ""))
	require.Len(t, all.Rows, 7*3)
	var rows []api.ReportRow
	after := ""
	for {
		page := w.report(key, query(4, after))
		rows = append(rows, page.Rows...)
		if after = page.Next; after == "" {
			break
		}
	}
	require.Equal(t, all.Rows, rows)
}

func TestReportSeveralQueries(t *testing.T) {
	t.Parallel()
	w, key := twoWeeks(t)
	got := w.ask(key, http.MethodPost, "/v1/reports/query", `{"period":{"preset":"PreviousWeek"},"filters":[{"attribute":"queue_id","values":["support"]}],"explain":true,
		"queries":[{"name":"volume","metric":"engagements"},{"name":"all","metric":"engagements","filters":[]},{"name":"length","metric":"engagement_duration","measures":["Max"],"explain":false}]}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	var body struct{ Answers []reportAnswer }
	require.NoError(t, json.Unmarshal([]byte(got.body), &body))
	require.Len(t, body.Answers, 3)
	require.Equal(t, "volume", body.Answers[0].Name)
	require.InDelta(t, 3, body.Answers[0].one(t, analytics.Count), 0)
	require.InDelta(t, 5, body.Answers[1].one(t, analytics.Count), 0, "a field of its own comes before the shared one")
	require.InDelta(t, 3600, body.Answers[2].one(t, analytics.Max), 0)
	require.NotEmpty(t, body.Answers[0].Plan.Source)
	require.Nil(t, body.Answers[2].Plan)
	require.Equal(t, analytics.MaxRows/3, body.Answers[0].Query.Limit, "queries share the rows of a request")
	one := w.ask(key, http.MethodPost, "/v1/reports/query", `{"queries":[{"name":"a","metric":"engagements"}]}`)
	require.True(t, strings.HasPrefix(one.body, `{"answers":[{"name":"a",`), one.body)
}

func TestReportAsCSV(t *testing.T) {
	t.Parallel()
	w, key := twoWeeks(t)
	got := w.ask(key, http.MethodPost, "/v1/reports/query", `{"metric":"engagement_duration","measures":["Sum","Median","Distribution"],"edges":[600,1200.5],"period":{"preset":"PreviousWeek"},"compare":"previous",
		"group_by":["queue_id"],"order_by":"Sum"}`, "Accept", "text/csv")
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Equal(t, "text/csv; charset=utf-8; header=present", got.header.Get("Content-Type"))
	require.Contains(t, got.body, "\r\n")
	rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, strings.Fields(`queue_id queue_id_label Sum Sum_previous Sum_absolute Sum_relative Median Median_error Median_previous Median_absolute Median_relative
		Distribution_below_600 Distribution_below_600_previous Distribution_600_to_1200.5 Distribution_600_to_1200.5_previous Distribution_from_1200.5 Distribution_from_1200.5_previous sample_size`), rows[0])
	require.Equal(t, []string{"support", "Support, all", "5400", "1200", "4200", "3.5", "1200"}, rows[1][:7])
	require.Equal(t, []string{"0", "0", "2", "2", "1", "0", "3"}, rows[1][11:])
	require.Equal(t, []string{"", "", "1800", "0", "1800", ""}, rows[2][:6])
	require.Equal(t, []string{"sales", `'=HYPERLINK("http://evil")`}, rows[3][:2], "no formula")

	page := `{"metric":"engagements","group_by":["queue_id"],"limit":3,"after":%q}`
	first := w.ask(key, http.MethodPost, "/v1/reports/query", fmt.Sprintf(page, ""), "Accept", "text/csv")
	second := w.ask(key, http.MethodPost, "/v1/reports/query", fmt.Sprintf(page, first.header.Get("X-Next")), "Accept", "text/csv")
	require.Equal(t, []int{4, 2}, []int{strings.Count(first.body, "\r\n"), strings.Count(second.body, "\r\n")}, "four queues on two pages, each with names")
	require.Empty(t, second.header.Get("X-Next"))

	many := w.ask(key, http.MethodPost, "/v1/reports/query", `{"queries":[{"name":"a","metric":"engagements"},{"name":"b","metric":"engagements"}]}`, "Accept", "text/csv")
	require.Equal(t, http.StatusBadRequest, many.status)
	require.Contains(t, many.body, "report:one_query_only")
}

func TestReportAsLines(t *testing.T) {
	t.Parallel()
	w, key := twoWeeks(t)
	got := w.ask(key, http.MethodPost, "/v1/reports/query", `{"period":{"preset":"PreviousWeek"},"queries":[{"name":"a","metric":"engagements","group_by":["queue_id"]},{"name":"b","metric":"csat"}]}`, "Accept", "application/x-ndjson")
	require.Equal(t, http.StatusOK, got.status, got.body)
	var seen []string
	for line := range strings.Lines(got.body) {
		var one struct {
			Type, Name string
			Query      *api.ReportQuery
			Values     map[string]api.ReportValue
		}
		require.NoError(t, json.Unmarshal([]byte(line), &one), line)
		require.Equal(t, one.Type == "answer", one.Query != nil)
		require.Equal(t, one.Type == "row", one.Values != nil)
		seen = append(seen, one.Type+" "+one.Name)
	}
	require.Equal(t, []string{"answer a", "row a", "row a", "row a", "answer b", "row b"}, seen)
	require.Contains(t, got.body, `{"Percentage":{"value":null,"approximate":false}}`, "a rate of nothing is null")
}

func TestReportNegotiatesItsFormat(t *testing.T) {
	t.Parallel()
	w, key := reporting(t)
	for accept, want := range map[string]string{
		"": "application/json", "*/*": "application/json", "text/*": "text/csv", "text/csv, application/json": "application/json",
		"application/json;q=0.5, text/csv": "text/csv", "application/x-ndjson": "application/x-ndjson",
		"application/json;q=0, */*;q=0.1": "text/csv", "text/html, */*;q=0.1": "application/json", "nonsense, text/csv": "text/csv",
	} {
		got := w.ask(key, http.MethodPost, "/v1/reports/query", `{"metric":"engagements"}`, "Accept", accept)
		require.Equal(t, http.StatusOK, got.status, "%q: %s", accept, got.body)
		require.True(t, strings.HasPrefix(got.header.Get("Content-Type"), want), "%q: %s", accept, got.header.Get("Content-Type"))
	}
	for _, accept := range []string{"text/html", "application/json;q=0", "image/*"} {
		got := w.ask(key, http.MethodPost, "/v1/reports/query", `{"metric":"engagements"}`, "Accept", accept)
		require.Equal(t, http.StatusNotAcceptable, got.status, accept)
		require.Contains(t, got.body, `"report:not_acceptable"`)
	}
}
