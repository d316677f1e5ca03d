package api_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/api"
)

// event is one server-sent event.
type event struct {
	name, id, data string
}

// readEvent reads the next event of a stream, heartbeats left out.
func readEvent(t testing.TB, from *bufio.Reader) event {
	t.Helper()
	var e event
	for {
		line, err := from.ReadString('\n')
		require.NoError(t, err)
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch {
		case name == "event":
			e.name = value
		case name == "id":
			e.id = value
		case name == "data":
			e.data = value
		case line == "\n" && e.data != "":
			return e
		}
	}
}

// openCentre makes six conversations that are open at noon. Ages at noon: legs of Ada since 10:00 and
// 11:00, of Ben since 11:30, of a bot since 11:45; two wait in queues since 11:50 and 11:58. Ada's
// second customer waits since 11:20, Ben's since 11:55; Ada's first was answered.
func openCentre(t *testing.T) (*world, string) {
	t.Helper()
	w := newWorld(t)
	admin := w.key("acme", api.Admin)
	for path, body := range map[string]string{
		"agents/ada": `{"name":"Ada","group_id":"g1"}`, "agents/ben": `{"name":"Ben","group_id":"g2"}`, "agents/bot": `{"name":"Helper","type":"bot"}`,
		"queues/support": `{"name":"Support"}`, "groups/g1": `{"name":"First"}`,
	} {
		require.Equal(t, 200, w.ask(admin, "PUT", "/v1/directory/"+path, body).status)
	}
	w.say(admin, "a1", `queue.entered 09:59:00 "queue_id":"support","channel":"web"`, `agent.assigned 10:00:00 "agent_id":"ada"`, `customer.message 10:10:00`, `agent.message 10:20:00 "agent_id":"ada"`)
	w.say(admin, "a2", `queue.entered 10:59:00 "queue_id":"sales","channel":"email"`, `agent.assigned 11:00:00 "agent_id":"ada"`, `customer.message 11:20:00`)
	w.say(admin, "b1", `queue.entered 11:29:00 "queue_id":"support","channel":"email"`, `agent.assigned 11:30:00 "agent_id":"ben"`, `agent.message 11:31:00 "agent_id":"ben"`, `customer.message 11:55:00`)
	w.say(admin, "bot", `queue.entered 11:44:00 "queue_id":"support","channel":"web"`, `agent.assigned 11:45:00 "agent_id":"bot"`)
	w.say(admin, "q1", `queue.entered 11:50:00 "queue_id":"support","channel":"web"`, `offer.created 11:51:00 "agent_id":"ada"`)
	w.say(admin, "q2", `queue.entered 11:58:00 "queue_id":"sales","channel":"email"`)
	for _, conversation := range []string{"a1", "a2", "b1", "bot", "q1", "q2"} {
		w.run("acme", conversation)
	}
	return w, w.key("acme", api.ReportsRead)
}

func (w *world) live(key, query string) api.LiveReport {
	w.t.Helper()
	got := w.ask(key, http.MethodGet, "/v1/reports/live"+query, "")
	require.Equal(w.t, http.StatusOK, got.status, got.body)
	var report api.LiveReport
	require.NoError(w.t, json.Unmarshal([]byte(got.body), &report))
	return report
}

// counts are the values with how many each has.
func counts(groups api.LiveGroups) map[string]int64 {
	found := map[string]int64{}
	for _, group := range groups.Groups {
		value := ""
		if group.Value != nil {
			value = *group.Value
		}
		found[value] = group.Count
	}
	return found
}

func waiting(section api.LiveReportSection) []string {
	var ids []string
	for _, item := range section.Longest {
		ids = append(ids, item.ConversationID)
	}
	return ids
}

func TestLiveShowsWhatIsOpen(t *testing.T) {
	t.Parallel()
	w, key := openCentre(t)
	report := w.live(key, "")

	legs := report.Engagements
	require.EqualValues(t, 3, legs.Count, "a bot's leg counts only if it is asked for")
	require.Equal(t, "2026-03-10T10:00:00.000Z", legs.OldestSince.String())
	require.Equal(t, []float64{7200, 3600, 6480, 6840}, []float64{*legs.Oldest, *legs.Median, *legs.P90, *legs.P95},
		"ages 1800, 3600 and 7200: percentiles between neighbours")
	require.Equal(t, map[string]int64{"ada": 2, "ben": 1}, counts(*legs.ByAgent))
	require.Equal(t, map[string]int64{"g1": 2, "g2": 1}, counts(*legs.ByGroup))
	require.Equal(t, map[string]int64{"support": 2, "sales": 1}, counts(legs.ByQueue))
	require.Equal(t, map[string]int64{"web": 1, "email": 2}, counts(legs.ByChannel))
	require.Equal(t, []string{"a1", "a2", "b1"}, waiting(legs))
	require.Equal(t, "Ada", *legs.ByAgent.Groups[0].Label)
	require.Equal(t, "First", *legs.Longest[0].Group.Label)
	require.Len(t, *legs.Longest[0].EngagementID, 32)

	require.EqualValues(t, 2, report.Queued.Count)
	require.Equal(t, []string{"q1", "q2"}, waiting(report.Queued))
	require.InDelta(t, 600, report.Queued.Longest[0].Age, 0)
	require.EqualValues(t, 1, report.Queued.Longest[0].OpenOffers)
	require.Equal(t, map[string]int64{"support": 1, "sales": 1}, counts(report.Queued.ByQueue))
	require.Nil(t, report.Queued.ByAgent)
	require.Nil(t, report.Queued.Longest[0].Agent.Value)

	require.Equal(t, []string{"a2", "b1"}, waiting(report.Replies))
	require.InDelta(t, 2400, *report.Replies.Oldest, 0)
	require.InDelta(t, 300, report.Replies.Longest[1].Age, 0)
}

func TestLiveFilters(t *testing.T) {
	t.Parallel()
	w, key := openCentre(t)
	for query, want := range map[string][3][]string{
		"?queue_id=support":           {{"a1", "b1"}, {"q1"}, {"b1"}},
		"?agent_id=ada":               {{"a1", "a2"}, nil, {"a2"}},
		"?group_id=g2&agent_id=ben":   {{"b1"}, nil, {"b1"}},
		"?channel=email":              {{"a2", "b1"}, {"q2"}, {"a2", "b1"}},
		"?agent_type=all&channel=web": {{"a1", "bot"}, {"q1"}, nil},
		"?agent_type=bot":             {{"bot"}, {"q1", "q2"}, nil},
		"?agent_id=nobody":            {nil, nil, nil},
		"?queue_id=support,sales":     {{"a1", "a2", "b1"}, {"q1", "q2"}, {"a2", "b1"}},
	} {
		report := w.live(key, query)
		require.Equal(t, want, [3][]string{waiting(report.Engagements), waiting(report.Queued), waiting(report.Replies)}, query)
	}
	bounded := w.live(key, "?limit=1")
	require.EqualValues(t, 3, bounded.Engagements.Count)
	require.Equal(t, []string{"a1"}, waiting(bounded.Engagements))
	require.Equal(t, map[string]int64{"ada": 2}, counts(*bounded.Engagements.ByAgent))
	require.EqualValues(t, 2, bounded.Engagements.ByAgent.Total)
	require.Zero(t, w.live(w.key("stranger", api.ReportsRead), "").Engagements.Count)
}
