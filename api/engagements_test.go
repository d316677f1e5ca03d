package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/engagement"
	"engaged/models"
)

// decode reads a JSON answer.
func decode[T any](t *testing.T, got answer) T {
	t.Helper()
	require.Equal(t, http.StatusOK, got.status, got.body)
	var value T
	require.NoError(t, json.Unmarshal([]byte(got.body), &value))
	return value
}

// simple plays timeline V1 of the reference: an offer accepted, two replies, solved.
func (w *world) simple(key, conversation string) {
	w.say(key, conversation,
		`customer.message 08:59:30 "channel":"messaging","ticket_id":94588,"requester_id":"77"`,
		`offer.created 09:00:00 "agent_id":7,"group_id":"support"`,
		`offer.accepted 09:00:06 "agent_id":7`,
		`agent.message 09:00:36 "agent_id":7`,
		`customer.message 09:01:36`,
		`agent.message 09:02:06 "agent_id":7`,
		`status.changed 09:03:06 "data":{"status":"solved"}`,
		`clock.reached 09:30:00`)
	w.run("acme", conversation)
}

func TestCompatibleWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.EventsWrite, api.ReportsRead)
	w.simple(key, "talk")
	got := w.ask(key, "GET", "/api/v2/engagements", "")
	var page struct {
		Data []map[string]any `json:"agent_engagement_data"`
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &page))
	require.Len(t, page.Data, 1)
	id := page.Data[0]["engagement_id"].(string)
	want := `{"engagement_id":"` + id + `","ticket_id":94588,"agent_id":7,"group_id":"support","requester_id":77,"channel":"MESSAGING",
		"engagement_start_time":"2026-03-10T09:00:06","engagement_end_time":"2026-03-10T09:03:06",
		"engagement_start_reason":"Accepted","engagement_end_reason":"Work Item Solved","ticket_status_start":"NEW","ticket_status_end":"SOLVED",
		"offer_time_seconds":6,"assignment_to_first_reply_time_seconds":30,"agent_messages_count":2,"agent_replies_count":2,"end_user_messages_count":1,
		"total_requester_wait_time_seconds":60,"average_requester_wait_time_seconds":30,"longest_requester_wait_time_seconds":30}`
	require.JSONEq(t, `{"agent_engagement_data":[`+want+`],"next_page_url":null,"has_more":false,"page_size":1}`, got.body)
	require.JSONEq(t, want, w.ask(key, "GET", "/api/v2/engagements/"+id, "").body)
	require.JSONEq(t, want, w.ask(key, "GET", "/api/v2/engagements/"+strings.ToLower(id), "").body)
	require.Equal(t, 404, w.ask(key, "GET", "/api/v2/engagements/"+strings.Repeat("0", 32), "").status)
	require.Equal(t, 404, w.ask(key, "GET", "/api/v2/engagements/7", "").status)
}

func TestCompatibleWireHasZerosAndNulls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.key("acme", api.Admin)
	// The legs begin outside of business hours, which are on Sundays; before the first version of
	// the settings the first one holds.
	settings := models.OrganizationSettings{OrganizationID: "acme"}
	settings.Defaults.ScheduleID = new("sunday")
	settings.Schedules = map[string]engagement.Schedule{"sunday": {TimeZone: "UTC", Weekly: []engagement.WeeklyInterval{{Weekday: 0, EndMinute: 1440}}}}
	_, err := w.store.AddSettings(t.Context(), settings, models.Audit{OrganizationID: "acme"})
	require.NoError(t, err)
	w.say(admin, "answered", `agent.assigned 09:00:00 "agent_id":"ada","channel":"email","data":{"reason":"manual"}`,
		`agent.message 09:00:30 "agent_id":"ada"`, `status.changed 09:01:00 "data":{"status":"pending"}`, `clock.reached 09:30:00`)
	w.say(admin, "silent", `agent.assigned 09:05:00 "agent_id":"007","channel":"voice"`, `conversation.removed 09:06:00`, `clock.reached 09:30:00`)
	w.run("acme", "answered")
	w.run("acme", "silent")
	page := decode[struct {
		Data []map[string]any `json:"agent_engagement_data"`
	}](t, w.ask(admin, "GET", "/api/v2/engagements", ""))
	require.Len(t, page.Data, 2)
	answered, silent := page.Data[0], page.Data[1]
	require.Nil(t, answered["assignment_to_first_reply_time_seconds"], "a reply, but out of hours")
	require.Equal(t, "ada", answered["agent_id"])
	require.Nil(t, answered["group_id"])
	require.EqualValues(t, 0, answered["offer_time_seconds"], "no offer")
	require.Equal(t, "SUPPORT", answered["channel"])
	require.Equal(t, "Manual Assigned", answered["engagement_start_reason"])
	require.Equal(t, "Work Item On Hold", answered["engagement_end_reason"])
	require.EqualValues(t, 0, silent["assignment_to_first_reply_time_seconds"], "no reply")
	require.EqualValues(t, 0, silent["agent_messages_count"], "no messages on this channel")
	require.Equal(t, "007", silent["agent_id"], "not the integer 7")
	require.Equal(t, "TALK", silent["channel"])
}

func TestCompatiblePaging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.EventsWrite, api.ReportsRead)
	for n := range 25 {
		name := "talk-" + strconv.Itoa(n)
		// Many begin at the same instant: the id decides.
		w.say(key, name, `agent.assigned 09:00:0`+strconv.Itoa(n%3)+`.5 "agent_id":7,"channel":"messaging"`, `agent.ended 09:01:00`, `clock.reached 09:30:00`)
		w.run("acme", name)
	}
	all := decode[api.EngagementPage](t, w.ask(key, "GET", "/v1/engagements?limit=500", ""))
	require.Len(t, all.Data, 25)
	var want, got []string
	for _, row := range all.Data {
		want = append(want, row.ID)
	}
	address := "/api/v2/engagements?channel=MESSAGING"
	for _, size := range []int{10, 10, 5} {
		page := decode[struct {
			Data []struct {
				ID string `json:"engagement_id"`
			} `json:"agent_engagement_data"`
			Next *string `json:"next_page_url"`
			More bool    `json:"has_more"`
			Size int     `json:"page_size"`
		}](t, w.ask(key, "GET", address, ""))
		require.Equal(t, size, page.Size)
		require.Equal(t, size == 10, page.More)
		for _, row := range page.Data {
			got = append(got, row.ID)
		}
		if page.More {
			require.True(t, strings.HasPrefix(*page.Next, w.address+"/api/v2/engagements?"), *page.Next)
			next, err := url.Parse(*page.Next)
			require.NoError(t, err)
			require.Equal(t, "10", next.Query().Get("page_size"))
			require.Equal(t, "MESSAGING", next.Query().Get("channel"))
			address = next.RequestURI()
		}
	}
	require.Equal(t, want, got)
	got = nil
	for cursor := ""; ; {
		page := decode[api.EngagementPage](t, w.ask(key, "GET", "/v1/engagements?limit=7&cursor="+cursor, ""))
		for _, row := range page.Data {
			got = append(got, row.ID)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	require.Equal(t, want, got)
}

func TestCompatibleFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.EventsWrite, api.ReportsRead)
	w.simple(key, "talk")
	size := func(query string) int {
		return decode[struct {
			Size int `json:"page_size"`
		}](t, w.ask(key, "GET", "/api/v2/engagements?"+query, "")).Size
	}
	start := today.Unix() - 3*3600 + 6
	for query, want := range map[string]int{
		"agent_id=7": 1, "agent_id=8": 0, "agent_id=8,7": 1, "ticket_id=94588": 1, "ticket_id=1": 0,
		"channel=MESSAGING": 1, "channel=messaging": 1, "channel=SUPPORT": 0, "filter_by=x": 1, "page_size=1000": 1,
		"start_time=" + strconv.FormatInt(start, 10): 1, "start_time=" + strconv.FormatInt(start+1, 10): 0,
		"end_time=" + strconv.FormatInt(start, 10): 1, "end_time=" + strconv.FormatInt(start-1, 10): 0,
	} {
		require.Equal(t, want, size(query), query)
	}
	for _, query := range []string{"start_time=x", "page_size=0", "page_size=x", "start_time_cursor=1", "engagement_id_cursor=0", "start_time=1e300"} {
		require.Equal(t, 400, w.ask(key, "GET", "/api/v2/engagements?"+query, "").status, query)
	}
}

// The oldest day that is visible is visible as a whole.
func TestCompatibleVisibility(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.EventsWrite, api.ReportsRead)
	for name, day := range map[string]string{"first": "2025-12-10T00:00:00Z", "before": "2025-12-09T23:59:59Z"} {
		body := `[{"id":"1","type":"agent.assigned","time":"` + day + `","conversation_id":"` + name + `","agent_id":"7"},` +
			`{"id":"2","type":"agent.ended","time":"2025-12-10T00:10:00Z","conversation_id":"` + name + `"},` +
			`{"id":"3","type":"clock.reached","time":"2025-12-10T00:20:00Z","conversation_id":"` + name + `"}]`
		require.Equal(t, 202, w.ask(key, "POST", "/v1/events", body).status)
		w.run("acme", name)
	}
	require.Contains(t, w.ask(key, "GET", "/api/v2/engagements", "").body, `"page_size":1`)
	for _, row := range decode[api.EngagementPage](t, w.ask(key, "GET", "/v1/engagements", "")).Data {
		want := map[string]int{"first": 200, "before": 404}[row.ConversationID]
		require.Equal(t, want, w.ask(key, "GET", "/api/v2/engagements/"+row.ID, "").status, row.ConversationID)
	}
}

func TestEngagementsOpenAndEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.key("acme", api.Admin)
	require.Equal(t, 200, w.ask(admin, "PUT", "/v1/directory/agents/robot", `{"name":"Robot","type":"bot"}`).status)
	w.simple(admin, "ended")
	w.say(admin, "open", `offer.created 11:00:00 "agent_id":"8","queue_id":"billing","channel":"chat","tags":["vip","new"],"direction":"inbound"`,
		`offer.accepted 11:00:10 "agent_id":"8"`, `customer.message 11:00:20`, `agent.message 11:00:50 "agent_id":"8"`, `customer.message 11:01:00`)
	w.run("acme", "open")
	w.say(admin, "bot", `agent.assigned 10:00:00 "agent_id":"robot"`, `agent.ended 10:01:00`, `clock.reached 10:30:00`)
	w.run("acme", "bot")

	names := func(query string) []string {
		list := []string{}
		for _, row := range decode[api.EngagementPage](t, w.ask(admin, "GET", "/v1/engagements?"+query, "")).Data {
			list = append(list, row.ConversationID)
		}
		return list
	}
	for query, want := range map[string][]string{
		"": {"ended"}, "state=open": {"open"}, "state=all": {"ended", "open"}, "state=all&agent_type=all": {"ended", "bot", "open"},
		"agent_type=bot": {"bot"}, "state=all&tag=vip,other": {"open"}, "state=all&queue_id=billing": {"open"},
		"state=all&channel=chat&channel=MESSAGING": {"ended", "open"}, "state=all&start_reason=routing_assignment_accepted": {"ended", "open"},
		"state=all&end_reason=status_solved": {"ended"}, "state=all&older_than=2h": {"ended"}, "state=all&older_than=3540": {"ended", "open"},
		"state=open&older_than=1d": {}, "state=all&conversation_id=open": {"open"}, "state=all&ticket_id=94588": {"ended"},
		"state=all&requester_id=77": {"ended"}, "state=all&direction=inbound": {"open"}, "state=all&group_id=support": {"ended"},
		"started_after=2026-03-10T09:00:06Z": {"ended"}, "started_after=2026-03-10T10:00:07%2B01:00": {}, "started_before=2026-03-10T09:00:06Z": {},
		"ended_after=2026-03-10T09:03:06Z": {"ended"}, "state=all&ended_before=2026-03-10T09:03:06Z": {},
	} {
		require.Equal(t, want, names(query), query)
	}
	for _, query := range []string{"state=x", "agent=7", "limit=0", "limit=501", "cursor=x", "started_after=yesterday", "older_than=-1h", "include_expired=maybe"} {
		require.Equal(t, 400, w.ask(admin, "GET", "/v1/engagements?"+query, "").status, query)
	}

	open := decode[api.EngagementPage](t, w.ask(admin, "GET", "/v1/engagements?state=open", "")).Data[0]
	detail := decode[api.EngagementDetail](t, w.ask(admin, "GET", "/v1/engagements/"+open.ID, ""))
	require.Equal(t, "open", detail.State)
	require.Nil(t, detail.EndedAt)
	require.Len(t, detail.Offers, 1)
	require.Len(t, detail.RequesterWaits, 2)
	require.Nil(t, detail.RequesterWaits[1].ClosedAt)
	require.EqualValues(t, 30_000, *detail.WaitTotal)
}

func TestEngagementDetail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.EventsWrite, api.ReportsRead)
	w.simple(key, "talk")
	row := decode[api.EngagementPage](t, w.ask(key, "GET", "/v1/engagements", "")).Data[0]
	detail := decode[api.EngagementDetail](t, w.ask(key, "GET", "/v1/engagements/"+row.ID, ""))
	require.Equal(t, row, detail.Engagement)
	require.EqualValues(t, 180_000, *row.Duration)
	require.EqualValues(t, 6_000, *row.OfferTime)
	require.EqualValues(t, 30_000, *row.AverageAnswered)
	require.Equal(t, "workflow", row.Provenance.WorkflowID)
	require.Len(t, detail.Offers, 1)
	require.Equal(t, "accepted", *detail.Offers[0].Outcome)
	require.Len(t, detail.RequesterWaits, 2)
	require.Equal(t, instantAt("2026-03-10T09:00:06Z"), detail.RequesterWaits[0].OpenedAt)
}

// A conversation that nobody ever records is not folded for anyone who asks.
func TestConversationTooLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.EventsWrite, api.ReportsRead)
	w.say(key, "endless", `customer.message 09:00:00`)
	_, err := w.store.Pool().Exec(t.Context(), `
INSERT INTO entries (conversation_key, number, received_at, event_id, type, time, lifecycle, content_hash, entry)
SELECT conversation_key, number + n, received_at, 'copy-' || n, type, time, lifecycle, content_hash, entry
FROM entries, generate_series(1, 50000) n`)
	require.NoError(t, err)
	_, err = w.store.Pool().Exec(t.Context(), `UPDATE conversations SET last_number = 50001`)
	require.NoError(t, err)
	got := w.ask(key, "GET", "/v1/conversations/endless", "")
	require.Equal(t, 422, got.status)
	require.Contains(t, got.body, "conversation:too_long")
}

func TestConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.EventsWrite, api.ReportsRead)
	w.simple(key, "talk/1")
	w.say(key, "talk/1", `status.changed 10:00:00 "data":{"status":"open"}`, `customer.message 10:00:10`)
	shown := decode[api.Conversation](t, w.ask(key, "GET", "/v1/conversations/talk%2F1", ""))
	require.Equal(t, "talk/1", shown.ConversationID)
	require.Equal(t, "engaged", shown.State)
	require.Len(t, shown.Engagements, 2)
	require.Equal(t, "ended", shown.Engagements[0].State)
	require.NotNil(t, shown.Engagements[0].Provenance)
	require.Equal(t, "open", shown.Engagements[1].State)
	require.Equal(t, "reopened", shown.Engagements[1].StartReason)
	require.Equal(t, "inactivity", shown.Deadline.Kind)
	require.Equal(t, instantAt("2026-03-10T10:10:10Z"), shown.Deadline.At)
	require.Equal(t, instantAt("2026-03-10T10:00:10Z"), *shown.PendingSince)
	require.EqualValues(t, 10, shown.LastNumber)

	w.say(key, "queue", `queue.entered 10:00:00 "queue_id":"billing"`)
	require.Equal(t, "queued", decode[api.Conversation](t, w.ask(key, "GET", "/v1/conversations/queue", "")).State)
	w.say(key, "queue", `offer.created 10:00:05 "agent_id":"7"`)
	offered := decode[api.Conversation](t, w.ask(key, "GET", "/v1/conversations/queue", ""))
	require.Equal(t, "offered", offered.State)
	require.Equal(t, "billing", offered.QueueVisit.QueueID)
	require.Len(t, offered.OpenOffers, 1)
	require.Equal(t, 404, w.ask(key, "GET", "/v1/conversations/nobody", "").status)
}

func TestEventStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.EventsWrite)
	body := `{"id":"e/1","source":"router","type":"offer.created","time":"2026-03-10T09:00:00Z","conversation_id":"talk","agent_id":"7","data":{"offer_id":"o","own":{"x":1}}}`
	require.JSONEq(t, `{"accepted":1,"duplicate":0,"late":0,"rejected":[]}`, w.ask(key, "POST", "/v1/events", body).body)
	require.JSONEq(t, `{"accepted":0,"duplicate":1,"late":0,"rejected":[]}`, w.ask(key, "POST", "/v1/events", body).body)
	require.Equal(t, 404, w.ask(key, "GET", "/v1/events/talk/e%2F1", "").status, "another source")
	status := decode[api.EventStatus](t, w.ask(key, "GET", "/v1/events/talk/e%2F1?source=router", ""))
	require.Equal(t, engagement.Waiting, status.Outcome)
	require.EqualValues(t, 1, status.Number)
	require.Equal(t, 1, status.Duplicates)
	require.JSONEq(t, `{"offer_id":"o","own":{"x":1}}`, string(status.Data))

	w.simple(key, "late")
	require.JSONEq(t, `{"accepted":0,"duplicate":0,"late":1,"rejected":[]}`,
		w.ask(key, "POST", "/v1/events", `{"id":"x","type":"agent.message","agent_id":"7","time":"2026-03-10T09:02:00Z","conversation_id":"late"}`).body)
}
