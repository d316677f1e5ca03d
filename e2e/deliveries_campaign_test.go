package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/dialer"
)

// The campaign's size, and what its two configurations may at once.
const (
	deliveries   = 15_000
	mostCopilot  = 150
	mostProgress = 60
	agents       = 40
	capLength    = 20 * time.Second
)

// evening is when the campaign begins: a minute before calling ends in New York, and begins in Dhaka. In
// Chicago it goes on.
var evening = time.Date(2026, 3, 3, 1, 59, 0, 0, time.UTC)

// zones are where contacts are, by tenths of them.
var zones = []string{
	"America/Chicago", "America/New_York", "America/Chicago", "Asia/Dhaka", "America/Chicago",
	"America/Chicago", "America/New_York", "America/Chicago", "Asia/Dhaka", "America/Chicago",
}

// window is when a task may be attempted.
type window struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// asked is one task as it was asked for.
type asked struct {
	number, zone, tracking string
	progressive            bool
	windows                []window
}

// cancelled tells that the task is cancelled while the campaign runs.
func (a asked) cancelled() bool { return strings.HasSuffix(a.tracking, "17") }

// campaign is what was asked for, and under which configurations.
type campaign struct {
	copilot, progressive string
	// tasks are by id.
	tasks map[string]asked
}

// retry is what both configurations say about calling again.
var retry = dialer.Chain{Retries: 1, On: []string{"busy", "failed"}}

// configuration makes a configuration: calls from 8 to 21 by the contact's clock, one in capLength to a number.
func (o *organization) deliveryConfiguration(t testing.TB, mode string, pacing map[string]any) string {
	t.Helper()
	var weekly []map[string]int
	for weekday := range 7 {
		weekly = append(weekly, map[string]int{"weekday": weekday, "start_minute": 8 * 60, "end_minute": 21 * 60})
	}
	status, body := o.do(t.Context(), t, http.MethodPost, "/v1/delivery-configurations", map[string]any{
		"name": mode, "queue_id": mode, "mode": mode, "pacing": pacing,
		"retry":         map[string]any{"retries": retry.Retries, "delay_ms": 5_000, "on": retry.On},
		"calling":       map[string]any{"mobile": map[string]any{"weekly": weekly}},
		"caps":          []any{map[string]any{"scope": "number", "period": "rolling", "length_ms": capLength.Milliseconds(), "most": 1}},
		"ring_limit_ms": 10_000, "call_limit_ms": 20_000,
	})
	require.Equal(t, http.StatusCreated, status, string(body))
	var made struct {
		ID string `json:"id"`
	}
	require.NoError(t, json.Unmarshal(body, &made))
	return made.ID
}

// ask makes up the n-th task of a campaign that begins at an instant and lasts for a while: mostly one
// window, some two, some too short for most; a few contacts share a number.
func ask(n int, begin time.Time, lasts time.Duration) asked {
	a := asked{
		number: fmt.Sprintf("+1312%07d", n), zone: zones[n%len(zones)], tracking: fmt.Sprintf("order-%05d", n),
		progressive: n%4 == 1, windows: []window{{begin, begin.Add(lasts)}},
	}
	switch {
	case n%20 == 3:
		a.windows = []window{{begin, begin.Add(lasts / 4)}, {begin.Add(lasts / 2), begin.Add(lasts)}}
	case n%50 == 7:
		a.windows = []window{{begin, begin.Add(3 * time.Second)}}
	case n%100 == 11:
		// Too late for the evening and too early for the morning.
		a.zone, a.windows = "America/New_York", []window{{evening.Add(time.Hour), evening.Add(2 * time.Hour)}}
	case n%100 > 30 && n%100 < 34:
		a.number = fmt.Sprintf("+1312%07d", n-n%100+30)
	}
	return a
}

// newCampaign asks for all of it in one request.
func (o *organization) newCampaign(t testing.TB, count int, lasts time.Duration) *campaign {
	t.Helper()
	c := &campaign{
		copilot:     o.deliveryConfiguration(t, "Copilot", map[string]any{"max_concurrent_calls": mostCopilot}),
		progressive: o.deliveryConfiguration(t, "Progressive", map[string]any{"max_concurrent_calls": mostProgress, "calls_per_agent": 1.5}),
		tasks:       map[string]asked{},
	}
	begin := o.stack.now().UTC().Truncate(time.Millisecond)
	var bodies []map[string]any
	var all []asked
	for n := range count {
		a := ask(n, begin, lasts)
		configuration := c.copilot
		if a.progressive {
			configuration = c.progressive
		}
		all = append(all, a)
		bodies = append(bodies, map[string]any{
			"configuration_id": configuration, "tracking_id": a.tracking, "windows": a.windows, "contacts": []any{map[string]any{
				"id": a.tracking, "time_zone": a.zone, "phones": []any{map[string]string{"type": "mobile", "number": a.number}}}},
		})
	}
	status, body := o.do(t.Context(), t, http.MethodPost, "/v1/delivery-tasks", bodies)
	require.Equal(t, http.StatusOK, status, string(body[:min(len(body), 2000)]))
	var made struct {
		Created int `json:"created"`
		Tasks   []struct {
			Index int    `json:"index"`
			ID    string `json:"delivery_task_id"`
		} `json:"tasks"`
	}
	require.NoError(t, json.Unmarshal(body, &made))
	require.Equal(t, count, made.Created)
	for _, task := range made.Tasks {
		c.tasks[task.ID] = all[task.Index]
	}
	require.Len(t, c.tasks, count)
	return c
}

// world is that of the campaign: calls of a second, some orders lost and some calls never told of.
func world() dialer.World {
	return dialer.World{
		Shares: []dialer.Share{
			{Kind: dialer.Human, Weight: 40}, {Kind: dialer.Silence, Weight: 3}, {Kind: dialer.Machine, Weight: 10},
			{Kind: dialer.MachineHangup, Weight: 12}, {Kind: dialer.Busy, Weight: 8}, {Kind: dialer.NoAnswer, Weight: 16},
			{Kind: dialer.BadNumber, Weight: 4}, {Kind: dialer.Failure, Weight: 4}, {Kind: dialer.Refusal, Weight: 1},
			{Kind: dialer.Lost, Weight: 1}, {Kind: dialer.Mute, Weight: 1},
		},
		Ring:               dialer.Lognormal{Median: 300 * time.Millisecond, Sigma: 0.6, Most: 3 * time.Second},
		Talk:               dialer.Lognormal{Median: 500 * time.Millisecond, Sigma: 0.8, Most: 6 * time.Second},
		Machine:            dialer.Lognormal{Median: 300 * time.Millisecond, Sigma: 0.3, Most: 2 * time.Second},
		DispositionPercent: 20,
	}
}
