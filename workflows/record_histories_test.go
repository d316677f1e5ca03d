package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/reflect/protoreflect"

	"engaged/engagement"
	"engaged/intake"
	"engaged/models"
	"engaged/worker"
	"engaged/workflows"
)

// story is a conversation whose history is kept for replay.
type story struct {
	// steps happen one after another, each delivered before the next.
	steps []func(*stack, models.Subject) error
	// records is the number of engagements that come of it.
	records int
}

// say appends events that happen now.
func say(events ...engagement.Event) func(*stack, models.Subject) error {
	return func(s *stack, subject models.Subject) error {
		now := time.Now()
		for i := range events {
			events[i] = at(now, events[i])
		}
		return s.append(subject, events...)
	}
}

// send signals the workflow directly.
func send(name string, event engagement.Event) func(*stack, models.Subject) error {
	return func(s *stack, subject models.Subject) error {
		_, err := s.temporal.SignalWithStartWorkflow(s.t.Context(), workflows.WorkflowID(subject, false), name, event,
			client.StartWorkflowOptions{TaskQueue: s.queue}, workflows.EngagementWorkflow, workflows.EngagementInput{Subject: subject})
		return err
	}
}

func grouped(e engagement.Event, group string) engagement.Event {
	e.GroupID = group
	return e
}

// offerExpiring is an offer that the engine itself times out.
func offerExpiring(s *stack, subject models.Subject) error {
	offer := of(engagement.OfferCreated, "a1")
	offer.Data.ExpiresAt = new(engagement.At(time.Now().Add(500 * time.Millisecond)))
	return say(offer)(s, subject)
}

func acceptNow(s *stack, subject models.Subject) error {
	outcome, err := s.accept(subject, "a1", "accept")
	if err == nil && outcome.Kind != engagement.Applied {
		err = fmt.Errorf("accept: %v", outcome)
	}
	return err
}

var histories = map[string]story{
	"abandoned_then_answered": {records: 1, steps: []func(*stack, models.Subject) error{
		say(engagement.Event{Type: engagement.QueueEntered, QueueID: "q1", Channel: "voice"}),
		say(engagement.Event{Type: engagement.QueueLeft, QueueID: "q1", Channel: "voice", Data: engagement.Data{Reason: "overflowed"}}),
		say(of(engagement.AgentAssigned, "a1")),
		say(engagement.Event{Type: engagement.AgentEnded, AgentID: "a1"}),
	}},
	"accept_command": {records: 1, steps: []func(*stack, models.Subject) error{
		say(of(engagement.OfferCreated, "a1")), acceptNow, say(status("solved")),
	}},
	"chat_with_offer": {records: 1, steps: []func(*stack, models.Subject) error{
		say(of(engagement.CustomerMessage, ""), of(engagement.OfferCreated, "a1")),
		say(of(engagement.OfferAccepted, "a1")),
		say(of(engagement.AgentMessage, "a1"), engagement.Event{Type: engagement.HoldStarted, AgentID: "a1"}),
		say(engagement.Event{Type: engagement.HoldEnded, AgentID: "a1"}, of(engagement.CustomerMessage, "")),
		say(status("solved"), engagement.Event{Type: engagement.ConversationRated, Data: engagement.Data{Score: new(5.0)}}),
	}},
	"direct_signals": {records: 1, steps: []func(*stack, models.Subject) error{
		send("assign", of(engagement.AgentAssigned, "a1")), send("end", of(engagement.AgentEnded, "a1")),
	}},
	"expired":    {records: 1, steps: []func(*stack, models.Subject) error{say(grouped(of(engagement.AgentAssigned, "a1"), "brief"))}},
	"fell_quiet": {records: 1, steps: []func(*stack, models.Subject) error{say(grouped(of(engagement.AgentAssigned, "a1"), "quick"))}},
	"offer_expires": {records: 1, steps: []func(*stack, models.Subject) error{
		offerExpiring, say(of(engagement.AgentAssigned, "a2")), say(status("pending")),
	}},
	"transfer_then_wrapup": {records: 2, steps: []func(*stack, models.Subject) error{
		say(engagement.Event{Type: engagement.AgentAssigned, AgentID: "a1", Channel: "voice"}),
		say(engagement.Event{Type: engagement.ConversationTransferred, Channel: "voice", Data: engagement.Data{To: &engagement.Target{AgentID: "a2"}}}),
		say(engagement.Event{Type: engagement.ConversationClosed, Data: engagement.Data{ClosedBy: "end_user"}}, engagement.Event{Type: engagement.WrapupStarted, AgentID: "a2"}),
		say(engagement.Event{Type: engagement.WrapupEnded, AgentID: "a2"}),
	}},
}

// TestRecordHistories plays the stories on a real server. With -update it writes their histories
// for TestHistoriesReplay; without, it makes sure that they still come to the same records.
func TestRecordHistories(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.settings(engagement.Rules{Settle: new(engagement.Millis(200))}, map[string]engagement.Rules{
		"quick": {InactivityPeriod: new(engagement.Millis(700))},
		"brief": {Inactivity: new(false), OpenLimit: new(engagement.Millis(700))},
	})
	defer s.work()()
	defer s.dispatch(intake.DispatchOptions{})()
	for name, story := range histories {
		s.tell(name, story)
	}
}

// away is a store that does not record until an instant.
type away struct {
	worker.Store
	until time.Time
}

func (a away) Record(ctx context.Context, r models.Record) (models.Recorded, error) {
	if time.Now().Before(a.until) {
		return models.Recorded{}, errors.New("postgres is away")
	}
	return a.Store.Record(ctx, r)
}

// TestRecordsWaitForPostgres keeps Postgres away for longer than a local activity is tried: the
// record is then the server's to retry.
func TestRecordsWaitForPostgres(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	w := worker.New(s.temporal, away{s.store, time.Now().Add(8 * time.Second)}, worker.Options{TaskQueue: s.queue, StopTimeout: time.Second})
	require.NoError(t, w.Start())
	defer w.Stop()
	defer s.dispatch(intake.DispatchOptions{})()
	s.tell("postgres_away", story{records: 1, steps: []func(*stack, models.Subject) error{
		say(of(engagement.AgentAssigned, "a1"), engagement.Event{Type: engagement.AgentEnded, AgentID: "a1"}),
	}})
}

// tell plays a story, waits for its records and for its run to close, and keeps its histories.
func (s *stack) tell(name string, story story) {
	s.t.Helper()
	subject := s.conversation(name)
	for _, step := range story.steps {
		require.NoError(s.t, step(s, subject))
		s.applied(subject)
	}
	_, err := s.records(subject, story.records)
	require.NoError(s.t, err)
	runs := s.closedRuns(subject)
	require.NotEmpty(s.t, runs)
	for i, history := range runs {
		if *update {
			s.write(fmt.Sprintf("%s_%d", name, i+1), history)
		}
	}
}

// applied waits until the dispatcher has delivered everything.
func (s *stack) applied(subject models.Subject) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		var waiting int
		err := s.store.Pool().QueryRow(s.t.Context(), `SELECT count(*) FROM dispatch_claims d JOIN conversations c ON c.key = d.conversation_key
			WHERE c.organization_id = $1 AND c.conversation_id = $2`, subject.OrganizationID, subject.ConversationID).Scan(&waiting)
		return err == nil && waiting == 0
	}, 20*time.Second, 20*time.Millisecond)
}

// closedRuns waits for the conversation's newest run to close and returns the histories of its
// chain of runs, oldest first.
func (s *stack) closedRuns(subject models.Subject) []*historypb.History {
	s.t.Helper()
	id := workflows.WorkflowID(subject, false)
	require.Eventually(s.t, func() bool {
		d, err := s.temporal.DescribeWorkflowExecution(s.t.Context(), id, "")
		return err == nil && d.WorkflowExecutionInfo.Status == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	}, 30*time.Second, 50*time.Millisecond)
	var runs []*historypb.History
	d, err := s.temporal.DescribeWorkflowExecution(s.t.Context(), id, "")
	require.NoError(s.t, err)
	for run := d.WorkflowExecutionInfo.FirstRunId; run != ""; {
		history := s.history(id, run)
		runs = append(runs, history)
		last := history.Events[len(history.Events)-1]
		run = last.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
	}
	return runs
}

func (s *stack) history(id, run string) *historypb.History {
	s.t.Helper()
	history := &historypb.History{}
	events := s.temporal.GetWorkflowHistory(s.t.Context(), id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(s.t, err)
		anonymous(event.ProtoReflect())
		history.Events = append(history.Events, event)
	}
	return history
}

// anonymous clears who did it: process and host have no place in a golden file.
func anonymous(m protoreflect.Message) {
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Name() == "identity":
			m.Clear(field)
		case field.Kind() == protoreflect.MessageKind && !field.IsList() && !field.IsMap():
			anonymous(value.Message())
		}
		return true
	})
}

func (s *stack) write(name string, history *historypb.History) {
	s.t.Helper()
	compact, err := temporalproto.CustomJSONMarshalOptions{}.Marshal(history)
	require.NoError(s.t, err)
	var document any
	require.NoError(s.t, json.Unmarshal(compact, &document))
	text, err := json.MarshalIndent(document, "", " ")
	require.NoError(s.t, err)
	folder := filepath.Join("testdata", "replay", fmt.Sprintf("v%d", engagement.RulesVersion))
	require.NoError(s.t, os.MkdirAll(folder, 0o750))
	require.NoError(s.t, os.WriteFile(filepath.Join(folder, name+".json"), append(text, '\n'), 0o600))
}
