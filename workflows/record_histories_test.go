package workflows_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"engaged/engagement"
	"engaged/intake"
	"engaged/models"
	"engaged/workflows"
)

// histories are the stories whose histories are kept for replay: each appends events step by step,
// so that every step is a signal of its own.
var histories = map[string]struct {
	steps   [][]engagement.Event
	records int
}{
	"abandoned_then_answered": {records: 1, steps: [][]engagement.Event{
		{{Type: engagement.QueueEntered, QueueID: "q1", Channel: "voice"}},
		{{Type: engagement.QueueLeft, QueueID: "q1", Channel: "voice", Data: engagement.Data{Reason: "overflowed"}}},
		{of(engagement.AgentAssigned, "a1")},
		{{Type: engagement.AgentEnded, AgentID: "a1"}},
	}},
	"chat_with_offer": {records: 1, steps: [][]engagement.Event{
		{of(engagement.CustomerMessage, ""), of(engagement.OfferCreated, "a1")},
		{of(engagement.OfferAccepted, "a1")},
		{of(engagement.AgentMessage, "a1"), {Type: engagement.HoldStarted, AgentID: "a1"}},
		{{Type: engagement.HoldEnded, AgentID: "a1"}, of(engagement.CustomerMessage, "")},
		{status("solved"), {Type: engagement.ConversationRated, Data: engagement.Data{Score: new(5.0)}}},
	}},
	"transfer_then_wrapup": {records: 2, steps: [][]engagement.Event{
		{{Type: engagement.AgentAssigned, AgentID: "a1", Channel: "voice"}},
		{{Type: engagement.ConversationTransferred, Channel: "voice", Data: engagement.Data{To: &engagement.Target{AgentID: "a2"}}}},
		{{Type: engagement.ConversationClosed, Data: engagement.Data{ClosedBy: "end_user"}}, {Type: engagement.WrapupStarted, AgentID: "a2"}},
		{{Type: engagement.WrapupEnded, AgentID: "a2"}},
	}},
}

// TestRecordHistories plays the stories on a real server. With -update it writes their histories
// for TestHistoriesReplay; without, it makes sure that they still come to the same records.
func TestRecordHistories(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.settle(200)
	defer s.work()()
	defer s.dispatch(intake.DispatchOptions{})()
	for name, story := range histories {
		subject := s.conversation(name)
		for _, events := range story.steps {
			now := time.Now()
			for i := range events {
				events[i] = at(now, events[i])
			}
			require.NoError(t, s.append(subject, events...))
			s.applied(subject)
		}
		_, err := s.records(subject, story.records)
		require.NoError(t, err)
		runs := s.closedRuns(subject)
		require.NotEmpty(t, runs)
		if *update {
			for i, history := range runs {
				s.write(fmt.Sprintf("%s_%d", name, i+1), history)
			}
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
