package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
)

// vienna is the centre of docs/reports.md.
func vienna(t *testing.T) (*world, string) {
	t.Helper()
	w, key := reporting(t)
	admin := w.key("acme", api.Admin)
	for path, name := range map[string]string{"queues/support": "Support", "queues/sales": "Sales", "agents/ada": "Ada", "agents/ben": "Ben"} {
		require.Equal(t, 200, w.ask(admin, "PUT", "/v1/directory/"+path, `{"name":"`+name+`"}`).status)
	}
	visit := func(day, queue, outcome string, seconds int) fact {
		left := timeAt(day + "T10:00")
		return fact{"queue_id": queue, "outcome": outcome, "wait_ms": seconds * 1000, "left_at": left, "entered_at": left.Add(-time.Duration(seconds) * time.Second)}
	}
	w.insert("acme", "queue_visits",
		visit("2026-03-02", "support", "answered", 5), visit("2026-03-02", "support", "answered", 15),
		visit("2026-03-02", "support", "answered", 40), visit("2026-03-02", "support", "abandoned", 30),
		visit("2026-03-03", "support", "answered", 10), visit("2026-03-03", "support", "answered", 18), visit("2026-03-03", "sales", "answered", 12),
		visit("2026-03-04", "sales", "abandoned", 3), visit("2026-03-04", "sales", "answered", 25),
		visit("2026-02-23", "support", "answered", 14), visit("2026-02-23", "support", "answered", 30))
	leg := func(start, end, queue, agent string) fact {
		return engagementAt(start, end, fact{"queue_id": queue, "agent_id": agent})
	}
	w.insert("acme", "engagements",
		leg("2026-03-02T10:00", "2026-03-02T10:20", "support", "ada"), leg("2026-03-03T10:00", "2026-03-03T10:10", "support", "ada"),
		leg("2026-03-05T05:23", "2026-03-05T06:15", "support", "ada"), leg("2026-03-02T10:00", "2026-03-02T10:05", "support", "ben"),
		leg("2026-03-03T10:00", "2026-03-03T10:15", "sales", "ben"), leg("2026-03-04T10:00", "2026-03-04T10:10", "sales", "ben"),
		leg("2026-02-23T10:00", "2026-02-23T10:10", "support", "ada"))
	rating := func(queue string, score int) fact {
		return fact{"queue_id": queue, "score": score, "created_at": "2026-03-05T12:00:00Z", "rated_at": "2026-03-05T12:00:00Z", "requested_at": "2026-03-05T11:00:00Z"}
	}
	w.insert("acme", "ratings", rating("support", 5), rating("support", 4), rating("support", 2), rating("support", 5), rating("sales", 5))
	w.insertDeliveries("acme", "Renewals",
		fact{"result": "LiveAnswer", "agent_connected_at": "2026-03-03T10:00:06Z", "dispositions": []string{"PromiseToPay"}},
		fact{"result": "LiveAnswer", "agent_connected_at": "2026-03-03T10:00:10Z", "dispositions": []string{"PromiseToPay", "CallLater"}},
		fact{"result": "Busy", "customer_connected_at": nil}, fact{"result": "NoAnswer", "customer_connected_at": nil},
		fact{"status": "Expired", "result": "Expired", "started_at": nil, "customer_connected_at": nil},
		fact{"status": "Pending", "started_at": nil, "customer_connected_at": nil, "ended_at": nil, "recorded_at": nil})
	return w, key
}

// Every example of docs/reports.md is asked, and answers what the page shows.
func TestReportsPage(t *testing.T) {
	t.Parallel()
	w, key := vienna(t)
	var e examples
	w.follow(key, "reports.md", "", "", &e)
	require.Equal(t, []int{15, 13}, []int{e.asked, e.shown})
}
