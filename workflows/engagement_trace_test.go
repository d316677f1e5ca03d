package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/engagement"
	"engaged/workflows"
)

func of(kind engagement.EventType, agent string) engagement.Event {
	return engagement.Event{Type: kind, AgentID: agent, Channel: "messaging"}
}

func status(s string) engagement.Event {
	return engagement.Event{Type: engagement.StatusChanged, Channel: "messaging", Data: engagement.Data{Status: s}}
}

// offered is an offer that the engine times out after 30 s.
func offered() engagement.Event {
	offer := of(engagement.OfferCreated, "a1")
	offer.Data.ExpiresAt = new(engagement.At(noon.Add(30 * time.Second)))
	return offer
}

// traces are the stories told in virtual time.
var traces = map[string]func(*trace){
	"chat_solved": func(tr *trace) {
		tr.event(0, of(engagement.CustomerMessage, ""), offered()).
			event(6*time.Second, of(engagement.OfferAccepted, "a1")).
			event(36*time.Second, of(engagement.AgentMessage, "a1")).
			event(96*time.Second, of(engagement.CustomerMessage, "")).
			event(126*time.Second, of(engagement.AgentMessage, "a1")).
			event(186*time.Second, status("solved"))
	},
	"direct_transfer": func(tr *trace) {
		tr.event(0, of(engagement.AgentAssigned, "a1")).
			event(time.Minute, engagement.Event{Type: engagement.ConversationTransferred, Channel: "messaging", Data: engagement.Data{To: &engagement.Target{AgentID: "a2"}}}).
			event(2*time.Minute, status("solved"))
	},
	"end_undone_within_settle": func(tr *trace) {
		earlier := of(engagement.CustomerMessage, "")
		earlier.Time = engagement.At(noon.Add(59 * time.Second))
		tr.event(0, of(engagement.AgentAssigned, "a1")).
			event(time.Minute, status("pending")).
			event(61*time.Second, earlier)
	},
	"expired_after_14_days": func(tr *trace) {
		e := of(engagement.AgentAssigned, "a1")
		e.Channel = "email"
		tr.event(0, e)
	},
	"inactivity_moves_with_messages": func(tr *trace) {
		tr.event(0, of(engagement.AgentAssigned, "a1")).
			event(4*time.Minute, of(engagement.CustomerMessage, "")).
			event(9*time.Minute, of(engagement.CustomerMessage, ""))
	},
	"lag_falls_a_little": func(tr *trace) {
		assigned, message := of(engagement.AgentAssigned, "a1"), of(engagement.HoldStarted, "a1")
		assigned.Time, message.Time = engagement.At(noon).Add(-90), engagement.At(noon.Add(10*time.Second)).Add(-10)
		tr.event(0, assigned).event(10*time.Second, message)
	},
	"late_entry_meets_record": func(tr *trace) {
		tr.log.onRecord = func() {
			late := of(engagement.CustomerMessage, "")
			late.ID, late.Time, late.ConversationID = "between", engagement.At(noon.Add(30*time.Second)), subject.ConversationID
			tr.log.appendLocked(late)
		}
		tr.event(0, of(engagement.AgentAssigned, "a1")).event(time.Minute, status("solved"))
	},
	"offer_times_out": func(tr *trace) { tr.event(0, offered()) },
	"offered_then_silent": func(tr *trace) {
		tr.event(0, of(engagement.OfferCreated, "a1")).event(5*time.Second, of(engagement.OfferAccepted, "a1"))
	},
	"queue_waited_long": func(tr *trace) {
		entered := engagement.Event{Type: engagement.QueueEntered, QueueID: "q1", Channel: "voice"}
		tr.event(0, entered).event(45*time.Minute, engagement.Event{Type: engagement.QueueLeft, QueueID: "q1", Channel: "voice", Data: engagement.Data{Reason: "abandoned"}})
	},
	"queue_abandoned": func(tr *trace) {
		entered := engagement.Event{Type: engagement.QueueEntered, QueueID: "q1", Channel: "voice"}
		closed := engagement.Event{Type: engagement.ConversationClosed, Channel: "voice", Data: engagement.Data{ClosedBy: "end_user"}}
		tr.event(0, entered).event(time.Minute, closed)
	},
	"signal_meets_record": func(tr *trace) {
		tr.log.onRecord = func() {
			tr.env.SignalWorkflow(workflows.SignalEvents, workflows.EventsSignal{Events: []engagement.Event{
				{ID: "rated", Type: engagement.ConversationRated, Data: engagement.Data{Score: new(5.0)}},
			}})
		}
		tr.event(0, of(engagement.AgentAssigned, "a1")).event(time.Minute, status("solved"))
	},
	"signals_without_the_log": func(tr *trace) {
		tr.signal(0, "offer", engagement.Event{AgentID: "a1", Channel: "messaging"}).
			signal(5*time.Second, "accept", engagement.Event{AgentID: "a1"}).
			signal(time.Minute, workflows.SignalEvents, workflows.EventsSignal{Events: []engagement.Event{of(engagement.AgentMessage, "a1"), {Type: engagement.AgentEnded, AgentID: "a1"}}})
	},
	"signals_refused": func(tr *trace) {
		tr.signal(0, "assign", map[string]any{"agent_id": "a1", "channel": "messaging", "data": map[string]any{"reason": "manual", "skill": "billing"}}).
			signal(10*time.Second, "reply", map[string]any{"agent_id": "a1", "time": "yesterday"}).
			signal(20*time.Second, "reply", map[string]any{"type": "agent.ended", "agent_id": "a1"}).
			signal(30*time.Second, "status", map[string]any{"data": map[string]any{"status": "done"}}).
			signal(40*time.Second, workflows.SignalEvents, "nonsense").
			signal(time.Minute, "end", map[string]any{"agent_id": "a1"})
	},
	"voice_wrapup_after_record": func(tr *trace) {
		voice := func(kind engagement.EventType) engagement.Event {
			return engagement.Event{Type: kind, AgentID: "a1", Channel: "voice"}
		}
		tr.event(0, voice(engagement.AgentAssigned)).
			event(time.Minute, engagement.Event{Type: engagement.ConversationClosed, Channel: "voice", Data: engagement.Data{ClosedBy: "end_user"}}, voice(engagement.WrapupStarted)).
			event(105*time.Second, voice(engagement.WrapupEnded))
	},
}

func TestTraces(t *testing.T) {
	t.Parallel()
	for name, play := range traces {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrace(t)
			play(tr)
			tr.run().golden(name)
			require.NotEmpty(t, tr.log.records)
			require.Equal(t, int64(len(tr.log.entries)), tr.log.applied, "every entry was taken in by a finished run")
		})
	}
}
