package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/api"
)

func plainConfig(*api.Config) {}

// messageOf reads an error body, which holds a message and nothing else.
func messageOf(t testing.TB, body string) string {
	t.Helper()
	var parsed map[string]string
	require.NoError(t, json.Unmarshal([]byte(body), &parsed), body)
	require.Len(t, parsed, 1)
	require.NotEmpty(t, parsed["message"])
	return parsed["message"]
}

// counted is the body of an answer with one count.
func counted(n int) string {
	return fmt.Sprintf(`{"data":{"id":"closed_conversations","aggregates":[{"value":%d,"measure":"Count","_type":"LongAggregateValue"}]}}`, n)
}

const previousWeekInCopenhagen = `"periodFilter":{"value":{"_type":"PreviousWeek"},"_type":"Preset"},"timezone":"Europe/Copenhagen"`

// c01 is the request of the reference's own documentation.
const c01 = `{"id":"closed_conversations","periodFilter":{"value":{"_type":"PreviousWeek"},"_type":"Preset"},"filters":[{"attribute":"channel","values":["email"]}],"aggregations":["Count"],"timezone":"Europe/Copenhagen"}`

func TestAnalyticsConformanceOfCounts(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	interval := func(start, end string) string {
		return `{"id":"closed_conversations","timezone":"UTC","periodFilter":{"_type":"Interval","start":"` + start + `","end":"` + end + `"},"aggregations":["Count"]}`
	}
	filtered := func(filter string) string {
		return `{"id":"closed_conversations",` + previousWeekInCopenhagen + `,"filters":[` + filter + `]}`
	}
	for name, c := range map[string]struct {
		body  string
		count int
	}{
		"C01 documentation's request":       {c01, 3},
		"C02 preset as text, no type":       {`{"id":"closed_conversations","aggregations":["Count"],"filters":[],"periodFilter":{"value":"PreviousWeek"},"timezone":"UTC"}`, 3},
		"C02 in Copenhagen":                 {`{"id":"closed_conversations","aggregations":["Count"],"filters":[],"periodFilter":{"value":"PreviousWeek"},"timezone":"Europe/Copenhagen"}`, 4},
		"C03 a tag of its own":              {`{"_type":"GetMetricDataInputPeriodFilter","id":"closed_conversations","periodFilter":{"_type":"Preset","value":"PreviousWeek"},"timezone":"Europe/Copenhagen"}`, 4},
		"C05 offsets":                       {interval("2023-04-17T00:00:00+02:00", "2023-04-24T00:00:00+02:00"), 4},
		"C05 UTC":                           {interval("2023-04-16T22:00:00Z", "2023-04-23T22:00:00Z"), 4},
		"C05 start is end":                  {interval("2023-04-16T22:00:00Z", "2023-04-16T22:00:00Z"), 0},
		"C07 attribute that does not apply": {filtered(`{"attribute":"agent_id","values":["` + agent0 + `"]}`), 4},
		"C07 attribute that does not exist": {filtered(`{"attribute":"no_such_attr","values":["x"]}`), 4},
		"C07 value that does not exist":     {filtered(`{"attribute":"channel","values":["PIGEON"]}`), 0},
		"C07 values missing":                {filtered(`{"attribute":"channel"}`), 4},
		"C07 values empty":                  {filtered(`{"attribute":"channel","values":[]}`), 4},
		"C07 values null":                   {filtered(`{"attribute":"channel","values":null}`), 4},
		"C08 conversations":                 {`{"id":"closed_conversations","csidFilter":[184471,184475,999],"aggregations":["Count"],"timezone":"UTC"}`, 2},
		"values of one filter are joined":   {filtered(`{"attribute":"channel","values":["EMAIL","pstn_phone","PIGEON"]}`), 4},
		"filters are intersected":           {filtered(`{"attribute":"channel","values":["EMAIL"]},{"attribute":"initial_direction","values":["outbound"]}`), 1},
		"a queue":                           {filtered(`{"attribute":"queue_id","values":["` + exampleQueue2 + `"]}`), 3},
		"a contact point":                   {filtered(`{"attribute":"contact_point","values":["+4511223344"]}`), 1},
		"neither period nor conversations":  {`{"id":"closed_conversations","timezone":"UTC","filters":[],"aggregations":["Count"]}`, 7},
		"null is absent":                    {`{"id":"closed_conversations","timezone":"UTC","periodFilter":null,"csidFilter":null,"filters":null,"aggregations":null}`, 7},
		"duplicates of measures count once": {`{"id":"closed_conversations","timezone":"UTC","aggregations":["Count","Count"]}`, 7},
		"keys in alphabetical order":        {`{"aggregations":["Count"],"filters":[{"attribute":"channel","values":["email"]}],"id":"closed_conversations","timezone":"UTC"}`, 4},
		"today's callbacks, all measures":   {`{"id":"closed_conversations","timezone":"UTC","periodFilter":{"_type":"Preset","value":{"_type":"Today"}},"filters":[{"attribute":"channel","values":["callback"]}]}`, 1},
	} {
		require.Equal(t, counted(c.count), w.metric(c.body), name)
	}
}

func TestAnalyticsConformanceC04Presets(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	for _, c := range []struct {
		zone, preset string
		count        int
	}{
		{"Europe/Copenhagen", "Today", 1}, {"Europe/Copenhagen", "Yesterday", 1}, {"Europe/Copenhagen", "ThisWeek", 3},
		{"Europe/Copenhagen", "PreviousWeek", 4}, {"Europe/Copenhagen", "ThisMonth", 7}, {"Europe/Copenhagen", "PreviousMonth", 0},
		{"Europe/Copenhagen", "ThisQuarter", 7}, {"Europe/Copenhagen", "PreviousQuarter", 0}, {"Europe/Copenhagen", "ThisYear", 7},
		{"Europe/Copenhagen", "PreviousYear", 0},
		{"UTC", "ThisWeek", 2}, {"UTC", "PreviousWeek", 3}, {"America/New_York", "PreviousWeek", 3},
	} {
		body := `{"_type":"GetMetricDataInputPeriodFilter","id":"closed_conversations","periodFilter":{"_type":"Preset","value":"` + c.preset + `"},"aggregations":["Count"],"timezone":"` + c.zone + `"}`
		require.Equal(t, counted(c.count), w.metric(body), "%s in %s", c.preset, c.zone)
	}
}

func TestAnalyticsConformanceC10Percentage(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	csat := func(preset, more string) string {
		return `{"id":"csat","timezone":"Europe/Copenhagen","periodFilter":{"_type":"Preset","value":{"_type":"` + preset + `"}}` + more + `}`
	}
	percentage := func(number string) string {
		return `{"data":{"id":"csat","aggregates":[{"value":` + number + `,"measure":"Percentage","_type":"DoubleAggregateValue"}]}}`
	}
	require.Equal(t, percentage("66.66666666666667"), w.metric(csat("PreviousWeek", `,"aggregations":["Percentage"]`)))
	require.Equal(t, percentage("100.0"), w.metric(csat("ThisWeek", "")))
	require.Equal(t, percentage("0.0"), w.metric(csat("PreviousMonth", "")))
	require.Equal(t, percentage("100.0"), w.metric(csat("PreviousWeek", `,"filters":[{"attribute":"agent_id","values":["`+agent0+`"]}]`)))
}

// c11First is the first record of C11, to the byte.
const c11First = `{"primaryTimestampField":{"name":"closed_at","timestamp":"2023-04-16T22:00:00Z"},"fields":[` +
	`{"name":"csid","field":{"value":184472,"_type":"LongField"}},` +
	`{"name":"initial_direction","field":{"value":"INBOUND","label":"Inbound","_type":"StringField"}},` +
	`{"name":"initial_channel","field":{"value":"PSTN_PHONE","label":"Phone","_type":"StringField"}},` +
	`{"name":"contact_point","field":{"value":"+4511223344","label":"+4511223344","_type":"StringField"}},` +
	`{"name":"conversation_id","field":{"value":184472,"_type":"LongField"}},` +
	`{"name":"agent_id","field":{"value":"93b885ad-fe0d-3089-8df6-34904fd59f71","label":"Agent 0","_type":"UUIDField"}},` +
	`{"name":"queue_id","field":{"value":"220ffe6a-3040-4ece-ae3a-c4c6d63ff3cc","label":"Example queue","_type":"UUIDField"}},` +
	`{"name":"closed_by","field":{"value":"Agent","_type":"StringField"}}]}`

// c13 is the answer of C13, to the byte, with the null columns of ratings without a queue.
const c13 = `{"data":[{"primaryTimestampField":{"name":"created_at","timestamp":"2023-04-20T10:00:00Z"},"value":{"value":2,"_type":"LongField"},"fields":[` +
	`{"name":"csid","field":{"value":184474,"_type":"LongField"}},{"name":"initial_direction"},{"name":"initial_channel"},{"name":"contact_point"},` +
	`{"name":"conversation_id","field":{"value":184474,"_type":"LongField"}},` +
	`{"name":"agent_id","field":{"value":"55a54008-ad1b-3589-aa21-0d2629c1df41","label":"Agent 1","_type":"UUIDField"}},` +
	`{"name":"queue_id"},{"name":"survey","field":{"value":"CSAT","label":"Customer satisfaction","_type":"StringField"}}]}]}`

// noRecords is a page of nothing.
const noRecords = `{"data":[]}`

const c11 = `{"id":"closed_conversations","periodFilter":{"value":{"_type":"PreviousWeek"},"_type":"Preset"},"filters":[{"attribute":"initial_direction","values":["INBOUND"]}],"timezone":"Europe/Copenhagen"}`

// exactly compares answers byte by byte: also the order of their members is part of the wire.
func (w *world) exactly(want, got string, about ...any) {
	w.t.Helper()
	require.Equal(w.t, want, got, about...)
}

func TestAnalyticsConformanceOfRecords(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)

	body := w.records(c11)
	require.True(t, strings.HasPrefix(body, `{"data":[`+c11First+`,`), body)
	var page wirePage
	require.NoError(t, json.Unmarshal([]byte(body), &page))
	require.Equal(t, []string{"184472", "184471", "184473"}, page.csids(t), "C11")
	require.Nil(t, page.Meta, "C11")
	require.JSONEq(t, `"2023-04-21T10:24:04.259Z"`, string(page.Data[2].PrimaryTimestampField.Timestamp), "C11")

	w.exactly(c13, w.records(`{"id":"ratings","timezone":"UTC","csidFilter":[184474]}`), "C13, and null columns of gap 21")

	w.exactly(noRecords, w.records(`{"id":"closed_conversations","periodFilter":{"value":"PreviousMonth"},"timezone":"UTC"}`), "C15")
	w.exactly(noRecords, w.records(`{"id":"closed_conversations","periodFilter":{"value":"ThisMonth"},"filters":[{"attribute":"channel","values":["\u0000"]}],"timezone":"UTC"}`))
}

// wirePage is a page of records as far as tests look at it.
type wirePage struct {
	Data []struct {
		PrimaryTimestampField struct{ Timestamp json.RawMessage }
		Fields                []struct {
			Name  string
			Field struct{ Value json.RawMessage }
		}
	}
	Meta *struct{ Previous, Next string }
}

func (p wirePage) csids(t testing.TB) []string {
	var ids []string
	for _, record := range p.Data {
		require.Equal(t, "csid", record.Fields[0].Name)
		ids = append(ids, string(record.Fields[0].Field.Value))
	}
	return ids
}

const c16CSAT = `{"id":"csat","description":"(Number of satisfied customers (4 and 5)/ Number of survey responses) x 100 = % of satisfied customers","filters":[{"filterAttribute":"agent_id","description":"Used to filter by the agent_id"},{"filterAttribute":"queue_id","description":"Used to filter by the queue_id"},{"filterAttribute":"channel","description":"Used to filter by the channel"},{"filterAttribute":"initial_direction","description":"Used to filter by the initial_direction"},{"filterAttribute":"tag_id","description":"Used to filter by the tag_id"},{"filterAttribute":"contact_point","description":"Used to filter by the contact_point"}],"aggregations":[{"measure":"Percentage","description":"Calculated Percentage"}],"relatedRecordIds":["ratings"]}`

const c16Closed = `{"id":"closed_conversations","description":"Closed conversation data","filters":[{"filterAttribute":"queue_id","description":"Used to filter by the queue_id"},{"filterAttribute":"channel","description":"Used to filter by the channel"},{"filterAttribute":"initial_direction","description":"Used to filter by the initial_direction"},{"filterAttribute":"tag_id","description":"Used to filter by the tag_id"},{"filterAttribute":"contact_point","description":"Used to filter by the contact_point"}],"aggregations":[{"measure":"Count","description":"Conversation closed count"}],"relatedRecordIds":["closed_conversations"]}`

func TestAnalyticsConformanceOfCatalogues(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	for _, path := range []string{"/v1/analytics/metrics", "/v1/analytics/records"} {
		whole, links := w.listed(path + "?pageLimit=300")
		require.Empty(t, links)
		require.NotEmpty(t, whole)
		var walked []string
		for next := path + "?pageLimit=1"; next != ""; {
			page, meta := w.listed(next)
			require.Len(t, page, 1)
			walked = append(walked, page...)
			next = meta["next"]
		}
		require.Equal(t, whole, walked, "C16: every entry once")
		for _, entry := range whole {
			var named struct{ ID string }
			require.NoError(t, json.Unmarshal([]byte(entry), &named))
			require.Equal(t, `{"data":`+entry+`}`, w.asked("GET", path+"/"+named.ID, ""), "C17")
		}
	}
	metrics, _ := w.listed("/v1/analytics/metrics?pageLimit=300")
	require.Contains(t, metrics, c16CSAT, "C16")
	require.Contains(t, metrics, c16Closed, "C16")

	ratings := w.asked("GET", "/v1/analytics/records/ratings", "")
	require.True(t, strings.HasPrefix(ratings, `{"data":{"id":"ratings","description":"Conversation Ratings","filters":[`), ratings)
	require.Contains(t, ratings, `"relatedMetricIds":["csat"]`, "C17")
	require.Contains(t, ratings, `{"field":"agent_id","description":"The agent assigned to the conversation","nullable":true}`, "C17")
}

// listed asks for a list and returns its elements and links.
func (w *world) listed(path string) ([]string, map[string]string) {
	w.t.Helper()
	var page struct {
		Data []json.RawMessage
		Meta map[string]string
	}
	require.NoError(w.t, json.Unmarshal([]byte(w.asked("GET", path, "")), &page))
	var elements []string
	for _, element := range page.Data {
		elements = append(elements, string(element))
	}
	return elements, page.Meta
}

func TestAnalyticsConformanceC19FilterValues(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	channels, _ := w.listed("/v1/analytics/filter/channel")
	require.Contains(t, channels, `{"value":"CALLBACK","label":"Callback"}`)
	require.Contains(t, channels, `{"value":"CONTACT_FORM","label":"Contact Form"}`)
	queues, _ := w.listed("/v1/analytics/filter/queue_id")
	require.Equal(t, []string{`{"value":"` + exampleQueue + `","label":"Example queue"}`, `{"value":"` + exampleQueue2 + `","label":"Example queue 2"}`}, queues)
	points, _ := w.listed("/v1/analytics/filter/contact_point")
	require.Equal(t, []string{`{"value":"+4511223344","label":"+4511223344"}`, `{"value":"dixa@email.com","label":"dixa@email.com"}`, `{"value":"form","label":"form"}`}, points)
	total := 0
	for _, channel := range channels {
		var value struct{ Value string }
		require.NoError(t, json.Unmarshal([]byte(channel), &value))
		var answer struct {
			Data struct{ Aggregates []struct{ Value int } }
		}
		got := w.metric(`{"id":"closed_conversations","timezone":"UTC","filters":[{"attribute":"channel","values":["` + value.Value + `"]}]}`)
		require.NoError(t, json.Unmarshal([]byte(got), &answer))
		total += answer.Data.Aggregates[0].Value
	}
	require.Equal(t, len(conformanceClosings), total, "every value returned is accepted as a filter")
}

func TestAnalyticsConformanceC20Authorization(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("bearer:test-key"))
	for _, header := range []string{"test-key", "Bearer test-key", basic} {
		require.Equal(t, 200, w.ask("", "GET", "/v1/analytics/metrics", "", "Authorization", header).status, header)
	}
	for _, header := range []string{"", "wrong", "Bearer wrong", "Basic %%%"} {
		got := w.ask("", "GET", "/v1/analytics/metrics", "", "Authorization", header)
		require.Equal(t, http.StatusUnauthorized, got.status)
		w.exactly(`{"message":"Unauthorized"}`, got.body)
	}
	w.refused(w.ask(w.key("dev", api.EventsWrite), "GET", "/v1/analytics/metrics", ""), http.StatusForbidden)
}

func TestAnalyticsConformanceC21Bodies(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	period := func(period string) string {
		return `{"id":"closed_conversations","timezone":"UTC","periodFilter":` + period + `}`
	}
	zone := func(zone string) string {
		return `{"id":"closed_conversations","periodFilter":{"value":"Today"},"timezone":` + zone + `}`
	}
	for name, body := range map[string]string{
		"preset": period(`{"_type":"Preset","value":{"_type":"NextWeek"}}`), "preset as text": period(`{"value":"NextWeek"}`),
		"type": period(`{"_type":"Custom"}`), "nothing": period(`{}`), "period is text": period(`"Today"`), "period is a list": period(`[]`),
		"value is a number": period(`{"value":7}`), "value is null": period(`{"_type":"Preset","value":null}`),
		"zone missing": `{"id":"closed_conversations","periodFilter":{"value":"Today"}}`,
		"zone empty":   zone(`""`), "zone Local": zone(`"Local"`), "zone of no place": zone(`"Mars/Olympus"`), "zone with a path": zone(`"../../etc/passwd"`),
		"id missing": `{"timezone":"UTC"}`, "id unknown": `{"id":"nope","timezone":"UTC"}`, "id empty": `{"id":"","timezone":"UTC"}`,
		"measure unknown":     `{"id":"closed_conversations","timezone":"UTC","aggregations":["Median"]}`,
		"measure not offered": `{"id":"csat","timezone":"UTC","aggregations":["Count"]}`,
		"start after end":     period(`{"_type":"Interval","start":"2023-04-18T00:00:00Z","end":"2023-04-17T00:00:00Z"}`),
		"start yesterday":     period(`{"_type":"Interval","start":"yesterday","end":"2023-04-17T00:00:00Z"}`),
		"start without zone":  period(`{"_type":"Interval","start":"2023-04-16T00:00:00","end":"2023-04-17T00:00:00Z"}`),
		"end missing":         period(`{"start":"2023-04-16T00:00:00Z"}`),
		"csids empty":         `{"id":"closed_conversations","timezone":"UTC","csidFilter":[]}`,
		"csid is text":        `{"id":"closed_conversations","timezone":"UTC","csidFilter":["a"]}`,
		"both":                `{"id":"closed_conversations","timezone":"UTC","csidFilter":[1],"periodFilter":{"value":"Today"}}`,
		"filter is text":      `{"id":"closed_conversations","timezone":"UTC","filters":["channel"]}`,
		"filter of nothing":   `{"id":"closed_conversations","timezone":"UTC","filters":[{"values":["x"]}]}`,
		"cut short":           `{`, "nothing at all": ``, "a list": `[]`, "null": `null`, "two objects": `{} {}`, "blanks": "  \n",
	} {
		message := w.refused(w.wire("POST", "/v1/analytics/metrics", body), http.StatusBadRequest)
		require.Regexp(t, `^(Invalid value in request|Invalid value for: body|Decoding failure in request)`, message, name)
	}
	got := w.wire("POST", "/v1/analytics/metrics", `{"id":"nope","timezone":"UTC"}`)
	w.exactly(`{"message":"Invalid value in request: unknown metric id 'nope'"}`, got.body)
	got = w.wire("POST", "/v1/analytics/metrics", `{"id":"csat","timezone":"UTC","aggregations":["Count"]}`)
	require.Contains(t, messageOf(t, got.body), "only Percentage")
	got = w.wire("POST", "/v1/analytics/metrics", `{"id":"csat","timezone":"UTC","csidFilter":[1.5]}`)
	require.Equal(t, "Decoding failure in request: csidFilter must be a whole number, not 1.5", messageOf(t, got.body))
	got = w.wire("POST", "/v1/analytics/metrics", `{"id":7,"timezone":"UTC"}`)
	require.Equal(t, "Decoding failure in request: id must be a string, not a number", messageOf(t, got.body))
}

func TestAnalyticsConformanceC22Queries(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	lists := []string{"/v1/analytics/metrics", "/v1/analytics/records", "/v1/analytics/filter/channel"}
	get := func(path, query string) answer { return w.wire("GET", path+"?"+query, "") }
	post := func(query, body string) answer { return w.wire("POST", "/v1/analytics/records?"+query, body) }
	for _, limit := range []string{"0", "-1", "301", "abc", "99999999999", "1.5"} {
		for _, path := range lists {
			require.Contains(t, w.refused(get(path, "pageLimit="+limit), 400), "query parameter pageLimit")
		}
		require.Contains(t, w.refused(post("pageLimit="+limit, c11), 400), "query parameter pageLimit")
	}
	_, links := w.listed(lists[0] + "?pageLimit=1")
	_, keyOfMetrics, _ := strings.Cut(links["next"], "pageKey=")
	var page wirePage
	require.NoError(t, json.Unmarshal([]byte(w.asked("POST", lists[1]+"?pageLimit=1", c11)), &page))
	_, keyOfC11, _ := strings.Cut(page.Meta.Next, "pageKey=")
	keys := []string{"%25%25", "eA", "bm90IGpzb24", "e30", "cGFnZUxpbWl0PTEmb2Zmc2V0PTE%3D"}
	for _, key := range append(keys, keyOfMetrics, keyOfC11) {
		for _, path := range lists[1:] {
			require.Contains(t, w.refused(get(path, "pageKey="+key), 400), "query parameter pageKey")
		}
	}
	for _, key := range append(keys, keyOfMetrics) {
		require.Contains(t, w.refused(post("pageKey="+key, c11), 400), "query parameter pageKey")
	}
	other := strings.Replace(c11, "INBOUND", "OUTBOUND", 1)
	require.Contains(t, w.refused(post("pageKey="+keyOfC11, other), 400), "query parameter pageKey")
	require.Equal(t, 200, post("pageKey="+keyOfC11, c11).status)
	require.Equal(t, 200, post("pageKey="+keyOfC11, strings.Replace(c11, `,`, ` , `, 1)).status, "blanks are no other body")
}

func TestAnalyticsConformanceC23UnknownThings(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	for _, path := range []string{"metrics/nope", "records/nope", "filter/nope", "filter/direction", "metrics/%00", "metrics/" + strings.Repeat("x", 200)} {
		w.refused(w.wire("GET", "/v1/analytics/"+path, ""), http.StatusBadRequest)
	}
	for _, path := range []string{"/v1/analytics/zzz", "/v1/analytics", "/v1/analytics/", "/v1/analytics/metrics/csat/more", "/v1/analytics/filter"} {
		got := w.wire("GET", path, "")
		require.Equal(t, http.StatusNotFound, got.status, path)
		w.exactly(`{"message":"The requested resource could not be found"}`, got.body)
	}
	for _, path := range []string{"/v1/analytics/metrics", "/v1/analytics/filter/channel", "/v1/analytics/records/ratings/"} {
		w.refused(w.wire("DELETE", path, ""), http.StatusMethodNotAllowed)
	}
}

func TestAnalyticsConformanceC24SlashAndIgnoredQuery(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	// The contract names each path once, without the slash; and a redirect is not followed.
	w.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	require.Equal(t, counted(3), w.metric(c01))
	require.Equal(t, counted(3), w.asked("POST", "/v1/analytics/metrics?pageLimit=5", c01))
	require.Equal(t, counted(3), w.asked("POST", "/v1/analytics/metrics?pageLimit=0&pageKey=%25&else=1", c01))
	for _, path := range []string{"/v1/analytics/metrics", "/v1/analytics/records", "/v1/analytics/metrics/csat", "/v1/analytics/records/ratings", "/v1/analytics/filter/channel"} {
		require.Equal(t, w.asked("GET", path, ""), w.asked("GET", path+"/", ""))
	}
	require.Equal(t, counted(3), w.asked("POST", "/v1/analytics/metrics/", c01))
	require.Equal(t, w.records(c11), w.asked("POST", "/v1/analytics/records/", c11))
}

func TestAnalyticsConformanceC25Limiter(t *testing.T) {
	t.Parallel()
	var passed atomic.Int64
	w := newWorldWith(t, func() time.Time { return conformanceNow.Add(time.Duration(passed.Load())) }, func(config *api.Config) {
		config.DevKey = "test-key"
		config.Analytics = api.AnalyticsConfig{Rate: 10, Burst: 4, Daily: 9}
	})
	get := func() answer { return w.wire("GET", "/v1/analytics/metrics", "") }
	for range 4 {
		require.Equal(t, 200, get().status)
	}
	limited := get()
	require.Equal(t, http.StatusTooManyRequests, limited.status)
	w.exactly(`{"message":"Too Many Requests"}`, limited.body)
	require.Equal(t, "1", limited.header.Get("Retry-After"))
	require.Equal(t, 200, w.wire("GET", "/v1/directory/agents", "").status, "other endpoints have limits of their own")
	passed.Add(int64(time.Second))
	for range 4 {
		require.Equal(t, 200, get().status)
	}
	passed.Add(int64(time.Second))
	require.Equal(t, 200, get().status)
	exhausted := get()
	require.Equal(t, http.StatusTooManyRequests, exhausted.status)
	w.exactly(`{"message":"Limit Exceeded"}`, exhausted.body)
	require.NotEmpty(t, exhausted.header.Get("Retry-After"))
	passed.Add(int64(14 * time.Hour))
	require.Equal(t, 200, get().status, "the next day")
}

func TestAnalyticsConformanceC25NoLimiter(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	statuses := map[int]int{}
	for range 50 {
		statuses[w.wire("GET", "/v1/analytics/metrics/csat", "").status]++
	}
	require.Equal(t, map[int]int{200: 50}, statuses)
}

func TestAnalyticsSwitches(t *testing.T) {
	t.Parallel()
	w := newConformance(t, func(config *api.Config) {
		config.Analytics = api.AnalyticsConfig{OmitEmpty: true, RequireBound: true}
	})
	w.exactly(`{"data":{"id":"csat"}}`, w.metric(`{"id":"csat","timezone":"UTC","periodFilter":{"value":"PreviousMonth"}}`))
	require.Equal(t, counted(3), w.metric(c01))
	message := w.refused(w.wire("POST", "/v1/analytics/metrics", `{"id":"closed_conversations","timezone":"UTC"}`), 400)
	require.Equal(t, "Invalid value for: body (give a periodFilter or a csidFilter)", message)
	require.Equal(t, counted(1), w.metric(`{"id":"closed_conversations","timezone":"UTC","csidFilter":[184471]}`))
}

// Bodies that real clients send, beside those of the cases above.
func TestAnalyticsBodiesOfRealClients(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	page := w.page("POST", "/v1/analytics/records", `{"id":"ratings","filters":[],"periodFilter":{"start":"2023-04-01T00:00:00Z","end":"2023-05-01T00:00:00Z"},"timezone":"UTC"}`)
	require.Equal(t, []string{"184472", "184473", "184474", "184476"}, page.csids(t))
	page = w.page("POST", "/v1/analytics/records?pageLimit=1", `{"id":"ratings","timezone":"UTC","csidFilter":[184474]}`)
	require.Equal(t, []string{"184474"}, page.csids(t))
	require.Nil(t, page.Meta)
	got := w.ask("", "POST", "/v1/analytics/metrics?pageLimit=1&pageKey=x", `{"id":"closed_conversations","timezone":"UTC","periodFilter":{"_type":"Preset","value":{"_type":"Today"}},"filters":[{"attribute":"channel","values":["email"]}]}`, "Authorization", "Bearer test-key", "Accept", "")
	require.Equal(t, counted(0), got.body)
	// Keys that a client brings from the reference are not ours.
	w.refused(w.wire("GET", "/v1/analytics/metrics?pageKey=cGFnZUxpbWl0PTEmb2Zmc2V0PTE%3D&pageLimit=1", ""), http.StatusBadRequest)
}

// The enums of the contract are those of the catalogue.
func TestContractNamesPresetsAndMeasures(t *testing.T) {
	t.Parallel()
	schemas := contract(t).Components.Schemas
	var presets []any
	for _, preset := range analytics.Presets {
		presets = append(presets, string(preset))
	}
	require.Equal(t, presets, schemas["PresetName"].Value.Enum)
	measures := schemas["AnalyticsMeasure"].Value.Enum
	for _, m := range analytics.Metrics() {
		for _, measure := range m.WireMeasures() {
			require.Contains(t, measures, string(measure))
		}
	}
}
