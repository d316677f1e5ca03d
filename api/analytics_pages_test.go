package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
)

func (w *world) page(method, path, body string) wirePage {
	w.t.Helper()
	var page wirePage
	require.NoError(w.t, json.Unmarshal([]byte(w.asked(method, path, body)), &page))
	return page
}

// manyClosings writes rows of which several share an instant, and returns their ids in order of time.
func (w *world) manyClosings(organization string) []string {
	w.t.Helper()
	var ids []string
	for i := range 11 {
		c := closing{csid: fmt.Sprint(i + 1), closedAt: fmt.Sprintf("2023-04-2%dT10:00:00Z", i/4), channel: "email", direction: "inbound", closedBy: "agent"}
		w.insertClosing(organization, c)
		ids = append(ids, c.csid)
	}
	return ids
}

// TestAnalyticsPeriodsBetweenMicroseconds asks for periods whose bounds Postgres cannot store: metrics and
// records agree on what lies in them.
func TestAnalyticsPeriodsBetweenMicroseconds(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	for period, count := range map[string]int{
		`{"start":"2023-04-16T21:59:59.9999999Z","end":"2023-04-16T22:00:00.0000001Z"}`: 1,
		`{"start":"2023-04-16T22:00:00.0000001Z","end":"2023-04-16T22:00:00.9999999Z"}`: 0,
	} {
		body := `{"id":"closed_conversations","timezone":"UTC","periodFilter":` + period + `}`
		require.Equal(t, counted(count), w.metric(body), period)
		require.Len(t, w.page("POST", "/v1/analytics/records", body).Data, count, period)
	}
}

func TestAnalyticsPagesForthAndBack(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, func() time.Time { return conformanceNow }, func(config *api.Config) { config.DevKey = "test-key" })
	ids := w.manyClosings("dev")
	body := `{"id":"closed_conversations","timezone":"UTC","periodFilter":{"value":"ThisMonth"}}`
	whole := w.page("POST", "/v1/analytics/records?pageLimit=300", body).csids(t)
	require.ElementsMatch(t, ids, whole)
	for limit := 1; limit <= 12; limit++ {
		page := w.page("POST", fmt.Sprintf("/v1/analytics/records?pageLimit=%d", limit), body)
		if page.Meta != nil {
			require.Empty(t, page.Meta.Previous, "the first page")
		}
		forth := [][]string{page.csids(t)}
		for page.Meta != nil && page.Meta.Next != "" {
			require.True(t, strings.HasPrefix(page.Meta.Next, "/v1/analytics/records?pageKey="), page.Meta.Next)
			page = w.page("POST", page.Meta.Next, body)
			forth = append(forth, page.csids(t))
		}
		require.Equal(t, whole, slices.Concat(forth...))
		back := [][]string{page.csids(t)}
		for page.Meta != nil && page.Meta.Previous != "" {
			page = w.page("POST", page.Meta.Previous, body)
			require.NotEmpty(t, page.Meta.Next)
			back = append(back, page.csids(t))
		}
		slices.Reverse(back)
		require.Equal(t, forth, back, "pages of %d", limit)
	}
	first := w.page("POST", "/v1/analytics/records?pageLimit=2", body)
	require.Equal(t, whole[2:7], w.page("POST", first.Meta.Next+"&pageLimit=5", body).csids(t), "the limit beside a key wins")
	require.Equal(t, whole[2:4], w.page("POST", first.Meta.Next+"&pageLimit=", body).csids(t))
	require.Equal(t, whole[2:4], w.page("POST", first.Meta.Next+"%3D%3D", body).csids(t), "padding that a client adds is harmless")
	values, links := w.listed("/v1/analytics/filter/channel?pageLimit=3")
	require.Len(t, values, 3)
	next, links := w.listed(links["next"])
	require.NotContains(t, next, values[0])
	again, _ := w.listed(links["previous"])
	require.Equal(t, values, again)
}

func TestAnalyticsPagesKeepThePeriodOfThePreset(t *testing.T) {
	t.Parallel()
	var passed atomic.Int64
	w := newWorldWith(t, func() time.Time { return conformanceNow.Add(time.Duration(passed.Load())) }, func(config *api.Config) { config.DevKey = "test-key" })
	w.conform("dev")
	body := `{"id":"closed_conversations","timezone":"Europe/Copenhagen","periodFilter":{"value":"PreviousWeek"}}`
	page := w.page("POST", "/v1/analytics/records?pageLimit=3", body)
	require.Equal(t, []string{"184472", "184471", "184473"}, page.csids(t))
	passed.Add(int64(7 * 24 * time.Hour))
	require.Equal(t, []string{"184474"}, w.page("POST", page.Meta.Next, body).csids(t), "the week of the first page")
	require.Equal(t, []string{"184475", "184476", "184477"}, w.page("POST", "/v1/analytics/records", body).csids(t), "asked anew, the week that has passed since")
}

// Two organizations have the same conversations, queues and agents.
func TestAnalyticsOrganizationsSeeTheirOwn(t *testing.T) {
	t.Parallel()
	w := newConformance(t, plainConfig)
	theirs := conformanceClosings[0]
	theirs.channel, theirs.contactPoint = "their-channel", "their-contact-point"
	w.insertClosing("other", theirs)
	_, err := w.store.Pool().Exec(t.Context(), "INSERT INTO directory (organization_id, kind, id, name) VALUES ('other', 'queue', $1, 'Their queue')", exampleQueue2)
	require.NoError(t, err)
	other := w.key("other", api.ReportsRead)
	ask := func(method, path, body string) string {
		t.Helper()
		got := w.ask(other, method, path, body)
		require.Equal(t, 200, got.status, got.body)
		return got.body
	}
	all := `{"id":"closed_conversations","timezone":"UTC"}`
	require.Equal(t, counted(7), w.metric(all))
	require.Equal(t, counted(1), ask("POST", "/v1/analytics/metrics", all))
	conversations := `{"id":"closed_conversations","timezone":"UTC","csidFilter":[184471,184472]}`
	require.Equal(t, counted(2), w.metric(conversations))
	require.Equal(t, counted(1), ask("POST", "/v1/analytics/metrics", conversations))
	for _, body := range []string{all, conversations} {
		require.NotContains(t, w.records(body), "heir")
		got := ask("POST", "/v1/analytics/records", body)
		require.Contains(t, got, "Their queue")
		require.NotContains(t, got, "Example queue")
		require.Equal(t, 1, strings.Count(got, "primaryTimestampField"))
	}
	for attribute, value := range map[string]string{"queue_id": "Their queue", "channel": "THEIR-CHANNEL", "contact_point": "their-contact-point"} {
		require.NotContains(t, strings.ToLower(w.asked("GET", "/v1/analytics/filter/"+attribute, "")), "their")
		got := ask("GET", "/v1/analytics/filter/"+attribute, "")
		require.Contains(t, got, value)
		require.NotContains(t, got, "Example queue")
		require.NotContains(t, got, "dixa@email.com")
	}
	// Keys of pages open nothing for others.
	links := []string{w.page("POST", "/v1/analytics/records?pageLimit=1", all).Meta.Next}
	for _, path := range []string{"/v1/analytics/metrics", "/v1/analytics/records", "/v1/analytics/filter/channel"} {
		_, meta := w.listed(path + "?pageLimit=1")
		links = append(links, meta["next"])
	}
	for i, link := range links {
		method, body := http.MethodGet, ""
		if i == 0 {
			method, body = http.MethodPost, all
		}
		require.Equal(t, 200, w.wire(method, link, body).status)
		require.Contains(t, w.refused(w.ask(other, method, link, body), http.StatusBadRequest), "query parameter pageKey")
	}
}
