package demo_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/demo"
	"engaged/devstack/oracle"
)

var monday = time.Date(2025, 3, 10, 0, 0, 0, 0, time.UTC)

func TestSameSeedSameDay(t *testing.T) {
	t.Parallel()
	var first, second, other bytes.Buffer
	require.NoError(t, demo.Generate(7, 200, monday).WriteNDJSON(&first))
	require.NoError(t, demo.Generate(7, 200, monday).WriteNDJSON(&second))
	require.NoError(t, demo.Generate(8, 200, monday).WriteNDJSON(&other))
	require.Equal(t, first.String(), second.String())
	require.NotEqual(t, first.String(), other.String())
}

// TestDayIsRealistic wants every kind of row and reason in a day, so that the demo shows them.
func TestDayIsRealistic(t *testing.T) {
	t.Parallel()
	day := demo.Generate(1, 2000, monday)
	seen := map[string]int{}
	for _, c := range day.Conversations() {
		records := oracle.Of(c)
		for _, l := range records.Legs {
			seen["start "+l.StartReason]++
			seen["end "+l.EndReason]++
			seen["channel "+l.Channel]++
			seen["agent "+l.AgentType]++
			if l.Wrapup != nil {
				seen["wrap-up"]++
			}
			if l.Hold > 0 {
				seen["hold"]++
			}
		}
		for _, o := range records.Offers {
			seen["offer "+o.Outcome]++
		}
		for _, v := range records.Visits {
			seen["visit "+v.Outcome]++
		}
		for _, r := range records.Ratings {
			seen["rating "+r.Survey]++
		}
		for _, k := range records.Closings {
			seen["closing "+k.ClosedBy]++
		}
	}
	for _, kind := range []string{
		"start routing_assignment_accepted", "start assigned", "start manual_assignment", "start reopened", "start transferred",
		"end inactivity_timeout", "end agent_closed_conversation", "end customer_closed_conversation", "end unknown",
		"end transferred", "end status_pending_or_hold", "end status_solved", "end removed",
		"channel messaging", "channel email", "channel voice", "channel sms", "channel contact_form", "agent human", "agent bot",
		"wrap-up", "hold", "offer accepted", "offer declined", "offer timed_out", "offer rescinded",
		"visit answered", "visit abandoned", "visit flowed_out", "visit overflowed", "visit closed",
		"rating csat", "rating nps", "closing agent", "closing end_user", "closing unknown",
	} {
		require.Positive(t, seen[kind], kind)
	}
	t.Log(len(day.Events), "events", seen)
}
