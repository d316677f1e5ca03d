package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
)

// monday is T0 of the worked examples.
var monday = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

func window(start, end time.Time) delivery.Window {
	return delivery.Window{Start: delivery.At(start), End: delivery.At(end)}
}

func instant(day, hour, minute int) delivery.Instant {
	return delivery.At(time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC))
}

var (
	preview = delivery.Rules{Mode: delivery.Preview}
	copilot = delivery.Rules{Mode: delivery.Copilot, Retry: delivery.Retry{
		Retries: 3, Delay: 2 * 3600_000, On: []delivery.ReattemptRule{delivery.OnBusy, delivery.OnNoAnswer, delivery.OnFailed},
	}}
)

// V1: without windows a task has the 24 hours from its acceptance; without an offer it expires with them,
// with one it ends as terminated.
func TestVectorDefaultWindow(t *testing.T) {
	t.Parallel()
	store := newDeliveryTrace(t, monday, preview, delivery.Task{}).run()
	require.Equal(t, delivery.Expired, store.view.Status)
	require.Equal(t, []delivery.Instant{instant(2, 15, 0), instant(3, 15, 0)}, []delivery.Instant{store.rows[1].Window.Start, store.rows[1].Window.End})
	require.Equal(t, delivery.ResultExpired, store.rows[1].Result)
	require.Equal(t, instant(3, 15, 0), *store.rows[1].EndedAt)

	offered := newDeliveryTrace(t, monday, preview, delivery.Task{})
	offered.at(time.Hour, delivery.Event{Type: delivery.AttemptOrdered, Attempt: 1}, delivery.Event{Type: delivery.PreviewOffered, Attempt: 1})
	store = offered.run()
	require.Equal(t, []any{delivery.Expired, delivery.Terminated}, []any{store.rows[1].Status, store.rows[1].Result})
	require.Equal(t, instant(3, 15, 0), *store.rows[1].EndedAt)
}

// V2: a busy line at 18:05 with a delay of two hours is called again when the next window begins.
func TestVectorTwoWindows(t *testing.T) {
	t.Parallel()
	trace := newDeliveryTrace(t, monday, copilot, delivery.Task{Windows: []delivery.Window{
		{Start: instant(2, 18, 0), End: instant(2, 19, 0)}, {Start: instant(3, 9, 0), End: instant(3, 16, 0) - 1},
	}})
	trace.answers, trace.every = []int{486, 200}, 5*time.Minute
	trace.env.RegisterDelayedCallback(func() {
		trace.store.mu.Lock()
		defer trace.store.mu.Unlock()
		require.Equal(t, instant(3, 9, 0), *trace.store.view.NextScheduledAt)
	}, 4*time.Hour)
	store := trace.run()
	require.Len(t, store.rows, 2)
	require.Equal(t, []any{delivery.Complete, delivery.Busy}, []any{store.rows[1].Status, store.rows[1].Result})
	require.Equal(t, instant(3, 9, 0), *store.rows[2].ScheduledAt)
	require.Less(t, store.rows[2].StartedAt.Sub(instant(3, 9, 0)), delivery.Millis(5*60_000))
	require.Equal(t, delivery.LiveAnswer, store.rows[2].Result)
}

// V3: windows that are all past expire at once; nothing waits for a token.
func TestVectorPastWindows(t *testing.T) {
	t.Parallel()
	store := newDeliveryTrace(t, monday, copilot, delivery.Task{Windows: []delivery.Window{{Start: instant(1, 9, 0), End: instant(1, 17, 0)}}}).run()
	require.Equal(t, []any{delivery.Expired, delivery.ResultExpired}, []any{store.rows[1].Status, store.rows[1].Result})
	require.Nil(t, store.dial)
	require.Equal(t, instant(2, 15, 0), *store.rows[1].EndedAt)
}

// V4: a task that waits ends when it is cancelled; a call that is under way keeps its own result and
// nothing follows it.
func TestVectorCancel(t *testing.T) {
	t.Parallel()
	cancel := delivery.Event{Type: delivery.TaskCancelled}
	store := newDeliveryTrace(t, monday, copilot, delivery.Task{}).at(time.Hour, cancel).run()
	require.Equal(t, []any{delivery.Cancelled, delivery.ResultCancelled}, []any{store.rows[1].Status, store.rows[1].Result})
	require.Nil(t, store.view.NextScheduledAt)

	trace := newDeliveryTrace(t, monday, copilot, delivery.Task{})
	trace.at(time.Hour, delivery.Event{Type: delivery.AttemptOrdered, Attempt: 1}, delivery.Event{Type: delivery.CallStarted, Attempt: 1})
	trace.at(time.Hour+time.Minute, cancel)
	trace.at(time.Hour+2*time.Minute, delivery.Event{Type: delivery.CallFailure, Attempt: 1, Data: delivery.Data{SIPCode: 486}})
	store = trace.run()
	require.Len(t, store.rows, 1)
	require.Equal(t, []any{delivery.Complete, delivery.Busy, delivery.Cancelled}, []any{store.rows[1].Status, store.rows[1].Result, store.view.Status})

	// The same command as a signal.
	trace = newDeliveryTrace(t, monday, copilot, delivery.Task{})
	trace.env.RegisterDelayedCallback(func() { trace.env.SignalWorkflow("cancel", nil) }, time.Hour)
	require.Equal(t, delivery.Cancelled, trace.run().view.Status)
}

// V5: the window goes on ending while a task is suspended; one that is resumed in time is dialed at once.
func TestVectorSuspend(t *testing.T) {
	t.Parallel()
	hour := delivery.Task{Windows: []delivery.Window{{Start: instant(2, 15, 0), End: instant(2, 16, 0)}}}
	suspend, resume := delivery.Event{Type: delivery.TaskSuspended}, delivery.Event{Type: delivery.TaskResumed}
	trace := newDeliveryTrace(t, monday, copilot, hour)
	trace.at(10*time.Minute, suspend).at(65*time.Minute, resume)
	store := trace.run()
	require.Equal(t, []any{delivery.Expired, delivery.ResultExpired}, []any{store.rows[1].Status, store.rows[1].Result})
	require.Equal(t, instant(2, 16, 0), *store.rows[1].EndedAt)

	trace = newDeliveryTrace(t, monday, copilot, hour)
	trace.at(10*time.Minute, suspend).at(50*time.Minute, resume)
	trace.env.RegisterDelayedCallback(func() { trace.answers = []int{200} }, 20*time.Minute)
	store = trace.run()
	require.Equal(t, delivery.LiveAnswer, store.rows[1].Result)
	require.GreaterOrEqual(t, *store.rows[1].StartedAt, instant(2, 15, 50))
	require.LessOrEqual(t, *store.rows[1].StartedAt, instant(2, 15, 51).Add(1000))
}

// In twelve zones, over days on which their clocks change, calls go out only by the contact's own clock:
// each attempt of a line that is always busy starts between nine and five, and the first one at nine.
func TestVectorZones(t *testing.T) {
	t.Parallel()
	zones := []string{
		"America/New_York", "America/Los_Angeles", "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Africa/Cairo",
		"Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Apia",
	}
	begins := []time.Time{time.Date(2026, 3, 6, 21, 0, 0, 0, time.UTC), time.Date(2026, 3, 27, 21, 0, 0, 0, time.UTC), time.Date(2026, 4, 3, 21, 0, 0, 0, time.UTC)}
	rules := copilot
	rules.Calling = map[delivery.PhoneType]delivery.Hours{delivery.Mobile: delivery.Daily(9*60, 17*60)}
	for _, zone := range zones {
		for _, start := range begins {
			t.Run(zone+start.Format(" 2006-01-02"), func(t *testing.T) {
				t.Parallel()
				contact := delivery.Contact{ID: "C1", TimeZone: zone, Phones: []delivery.Phone{{Type: delivery.Mobile, Number: "+12125550101"}}}
				trace := newDeliveryTrace(t, start, rules, delivery.Task{
					Contacts: []delivery.Contact{contact}, Windows: []delivery.Window{window(start, start.AddDate(0, 0, 4))},
				})
				trace.answers = []int{486, 486, 486, 486}
				store := trace.run()
				location, err := time.LoadLocation(zone)
				require.NoError(t, err)
				require.Len(t, store.rows, 4)
				for _, a := range store.rows {
					local := a.StartedAt.Time().In(location)
					require.True(t, local.Hour() >= 9 && local.Hour() < 17, "attempt %d at %s", a.Seq, local)
				}
				first := start.In(location)
				nine := time.Date(first.Year(), first.Month(), first.Day(), 9, 0, 0, 0, location)
				if first.Hour() >= 17 {
					nine = time.Date(first.Year(), first.Month(), first.Day()+1, 9, 0, 0, 0, location)
				}
				if nine.Before(start) {
					nine = start
				}
				require.Less(t, store.rows[1].StartedAt.Time().Sub(nine).Abs(), 2*time.Minute)
			})
		}
	}
}
