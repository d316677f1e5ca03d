package activities

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
)

// Whatever a signal to a task carries comes out as an event that can be stored and that keeps the rules, or as a
// refusal.
func TestDeliverySignal(t *testing.T) {
	t.Parallel()
	const now = delivery.Instant(1_772_463_600_000) // 2026-03-02T15:00:00Z
	for name, c := range map[string]struct {
		signal  string
		command delivery.EventType
		payload string
		want    delivery.Event
		refused string
	}{
		"cancel":       {"cancel", delivery.TaskCancelled, "", delivery.Event{Type: delivery.TaskCancelled, Time: now}, ""},
		"null":         {"cancel", delivery.TaskCancelled, "null", delivery.Event{Type: delivery.TaskCancelled, Time: now}, ""},
		"only its own": {"cancel", delivery.TaskCancelled, `{"fence":7,"action":"cancel"}`, delivery.Event{Type: delivery.TaskCancelled, Time: now}, ""},
		"moved": {"reschedule", delivery.TaskRescheduled, `{"not_before":"2026-03-02T16:00:00Z"}`,
			delivery.Event{Type: delivery.TaskRescheduled, Time: now, Data: delivery.Data{NotBefore: now + 3600_000}}, ""},
		"moved to nothing":   {"reschedule", delivery.TaskRescheduled, "", delivery.Event{}, "give not_before"},
		"backward window":    {"reschedule", delivery.TaskRescheduled, `{"windows":[{"start":"2026-03-03T10:00:00Z","end":"2026-03-03T09:00:00Z"}]}`, delivery.Event{}, "end after its start"},
		"window of the past": {"reschedule", delivery.TaskRescheduled, `{"windows":[{"start":"2026-03-01T10:00:00Z","end":"2026-03-01T11:00:00Z"}]}`, delivery.Event{}, "all windows have ended"},
		"far away":           {"reschedule", delivery.TaskRescheduled, `{"not_before":"2027-03-02T16:00:00Z"}`, delivery.Event{}, "within 90 days"},
		"no object":          {"suspend", delivery.TaskSuspended, `[1]`, delivery.Event{}, "JSON object"},
		"NUL":                {"opt_out", delivery.ContactOptedOut, `{"contact_id":"a\u0000b"}`, delivery.Event{}, "NUL"},
		"no NUL": {"opt_out", delivery.ContactOptedOut, `{"contact_id":"a\\u0000b"}`,
			delivery.Event{Type: delivery.ContactOptedOut, Time: now, Data: delivery.Data{ContactID: `a\u0000b`}}, ""},
		"long": {"opt_out", delivery.ContactOptedOut, `{"contact_id":"` + strings.Repeat("a", maxSignal) + `"}`, delivery.Event{}, "Shorten"},
		"result": {"call_result", "", `{"type":"call.ended","time":"2026-03-02T14:59:00Z"}`,
			delivery.Event{Type: delivery.CallEnd, Time: now - 60_000}, ""},
		"engine's own": {"call_result", "", `{"type":"attempt.ordered"}`, delivery.Event{}, "attempt.ordered"},
		"NUL of an id": {"call_result", "", `{"type":"call.ended","id":"\u0000"}`, delivery.Event{}, "NUL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := DeliverySignal{Signal: c.signal, Type: c.command, Payload: c.payload, ID: "s1", At: now}.event()
			require.Equal(t, "s1", got.ID)
			if c.refused == "" {
				c.want.ID = "s1"
				require.Equal(t, c.want, got)
				return
			}
			require.Equal(t, delivery.SignalRefused, got.Type)
			require.Contains(t, got.Data.Diagnostics, c.refused)
			text, err := json.Marshal(got)
			require.NoError(t, err)
			require.NotContains(t, string(text), `\u0000`)
		})
	}
}
