package workflows_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"

	"engaged/activities"
	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
	"engaged/workflows"
)

var deliverySubject = models.Subject{OrganizationID: "acme", ConversationID: "t-1", Kind: models.KindDelivery}

// memoryTask is the store of one delivery task on a clock that the test moves. The rows it keeps are what
// Postgres would hold.
type memoryTask struct {
	memoryLog
	mu      sync.Mutex
	clock   func() delivery.Instant
	plan    delivery.Plan
	tasks   []delivery.Entry
	applied int64
	tail    []int64
	state   delivery.State
	records int64
	written int
	// rows are the attempts by number, view the task.
	rows map[int]delivery.Attempt
	view delivery.TaskView
	dial *models.DialRequest
	seen int64
}

func (m *memoryTask) AppendDeliveryEvents(_ context.Context, events []models.DeliverySubmission) ([]models.DeliveryReceipt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	receipts := make([]models.DeliveryReceipt, len(events))
	for i, s := range events {
		receipts[i].Number = m.appendLocked(s.Event)
	}
	return receipts, nil
}

func (m *memoryTask) appendLocked(e delivery.Event) int64 {
	number := int64(len(m.tasks)) + 1
	if e.ID == "" {
		e.ID = fmt.Sprint("e", number)
	}
	if e.Time == 0 {
		e.Time = m.clock()
	}
	m.tasks = append(m.tasks, delivery.Entry{Number: number, ReceivedAt: m.clock(), Event: e})
	return number
}

func (m *memoryTask) batchLocked(after int64) models.Batch {
	b := models.Batch{From: after + 1, To: int64(len(m.tasks))}
	for _, e := range m.tasks {
		if e.Number > after && (e.Number > m.applied || slices.Contains(m.tail, e.Number)) {
			b.TaskEntries = append(b.TaskEntries, e)
		}
	}
	return b
}

func (m *memoryTask) FetchEntries(_ context.Context, _ models.Subject, after int64) (models.Batch, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.batchLocked(after), nil
}

func (m *memoryTask) LoadDelivery(context.Context, models.Subject) (models.DeliveryRun, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.batchLocked(0)
	return models.DeliveryRun{Plan: m.plan, Carry: m.state, RecordCount: m.records, Entries: b.TaskEntries, Seen: b.To}, nil
}

func (m *memoryTask) ReachTime(_ context.Context, _ models.Subject, seen int64, at engagement.Instant, lag engagement.Millis) (models.Reached, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.clock()
	reached := now.Add(-delivery.Millis(lag))
	switch {
	case int64(len(m.tasks)) > seen:
		return models.Reached{Batch: m.batchLocked(seen), Now: engagement.Instant(now)}, nil
	case reached < delivery.Instant(at):
		return models.Reached{Now: engagement.Instant(now)}, nil
	}
	m.appendLocked(delivery.Event{Type: delivery.ClockReached, Time: reached})
	return models.Reached{Batch: m.batchLocked(seen), Now: engagement.Instant(now)}, nil
}

func (m *memoryTask) ProjectDelivery(_ context.Context, u models.DeliveryUpdate) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.write(u)
	return nil
}

func (m *memoryTask) write(u models.DeliveryUpdate) {
	m.written++
	m.view, m.dial, m.seen = u.Task, u.Dial, u.Seen
	for _, a := range u.Attempts {
		m.rows[a.Seq] = a
	}
}

func (m *memoryTask) RecordDelivery(_ context.Context, r models.DeliveryRecord) (models.Recorded, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if int64(len(m.tasks)) > r.Seen {
		return models.Recorded{Batch: m.batchLocked(r.Seen)}, nil
	}
	m.applied, m.tail, m.state = r.Seen, r.Tail, r.State
	m.records++
	m.write(r.DeliveryUpdate)
	return models.Recorded{Done: true}, nil
}

// deliveryTrace plays a task in virtual time. Every minute a pacer looks whether the attempt that waits
// may be handed out, and a dialer starts what was handed out at once and ends it as the script says.
type deliveryTrace struct {
	t     *testing.T
	env   *testsuite.TestWorkflowEnvironment
	store *memoryTask
	// answers are the SIP codes of the calls in order; 200 is a person who speaks.
	answers []int
	every   time.Duration
	told    int64
}

func newDeliveryTrace(t *testing.T, begins time.Time, rules delivery.Rules, task delivery.Task) *deliveryTrace {
	t.Helper()
	task.ID, task.ConfigurationID, task.AcceptedAt = deliverySubject.ConversationID, "CFG", delivery.At(begins)
	if task.Contacts == nil {
		task.Contacts = []delivery.Contact{{ID: "C1", Phones: []delivery.Phone{{Type: delivery.Mobile, Number: "+12125550101"}}}}
	}
	task.Windows, _ = delivery.PlanWindows(task.Windows, task.AcceptedAt)
	require.Empty(t, task.Validate())
	require.NoError(t, rules.Check())
	tr := &deliveryTrace{t: t, every: time.Minute}
	tr.store = &memoryTask{rows: map[int]delivery.Attempt{}, plan: delivery.Plan{Task: task, Rules: rules}}
	tr.store.clock = func() delivery.Instant { return delivery.At(tr.env.Now()) }
	tr.store.tasks = []delivery.Entry{{Number: 1, ReceivedAt: task.AcceptedAt, Event: delivery.Event{ID: "created", Type: delivery.ClockReached, Time: task.AcceptedAt}}}
	tr.begin(begins)
	return tr
}

// begin makes the environment of a run.
func (tr *deliveryTrace) begin(at time.Time) {
	tr.env = (&testsuite.WorkflowTestSuite{}).NewTestWorkflowEnvironment()
	tr.env.SetStartTime(at)
	tr.env.SetTestTimeout(time.Minute)
	tr.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: workflows.DeliveryWorkflowID(deliverySubject)})
	workflows.Register(tr.env)
	(&activities.Activities{Store: tr.store, Deliveries: tr.store}).Register(tr.env)
}

// at lets something happen some time after the start.
func (tr *deliveryTrace) at(after time.Duration, events ...delivery.Event) *deliveryTrace {
	tr.env.RegisterDelayedCallback(func() { tr.append(events...) }, after)
	return tr
}

func (tr *deliveryTrace) append(events ...delivery.Event) {
	tr.store.mu.Lock()
	for _, e := range events {
		tr.store.appendLocked(e)
	}
	batch := tr.store.batchLocked(tr.told)
	tr.told = batch.To
	tr.store.mu.Unlock()
	tr.env.SignalWorkflow(workflows.SignalEntries, batch)
}

// pace hands out what waits and may go out, and has it answered.
func (tr *deliveryTrace) pace() {
	if tr.env.IsWorkflowCompleted() {
		return
	}
	defer tr.env.RegisterDelayedCallback(tr.pace, tr.every)
	tr.store.mu.Lock()
	dial, now, current := tr.store.dial, tr.store.clock(), tr.store.seen == int64(len(tr.store.tasks))
	tr.store.mu.Unlock()
	if dial == nil || dial.DueAt > now || !current {
		return
	}
	v := delivery.Evaluate(&tr.store.plan, dial.Candidate, &delivery.Facts{}, now)
	switch {
	case v.Action == delivery.Hold:
	case v.Action != delivery.Allow:
		tr.append(delivery.Event{Type: delivery.AttemptBlocked, Attempt: dial.Seq, Data: v.Blocked()})
	case len(tr.answers) == 0:
	default:
		tr.append(delivery.Event{Type: delivery.AttemptOrdered, Attempt: dial.Seq, Data: delivery.Data{NotAfter: *v.Until}},
			delivery.Event{Type: delivery.CallStarted, Attempt: dial.Seq})
		code := tr.answers[0]
		tr.answers = tr.answers[1:]
		if code == 200 {
			tr.append(delivery.Event{Type: delivery.CallConnected, Attempt: dial.Seq}, delivery.Event{Type: delivery.SpeechDetected, Attempt: dial.Seq},
				delivery.Event{Type: delivery.CallEnd, Attempt: dial.Seq})
			return
		}
		tr.append(delivery.Event{Type: delivery.CallFailure, Attempt: dial.Seq, Data: delivery.Data{SIPCode: code}})
	}
}

func (tr *deliveryTrace) run() *memoryTask {
	tr.t.Helper()
	tr.env.RegisterDelayedCallback(tr.pace, time.Millisecond)
	tr.env.ExecuteWorkflow(workflows.DeliveryWorkflow, workflows.DeliveryInput{Subject: deliverySubject})
	require.True(tr.t, tr.env.IsWorkflowCompleted())
	require.NoError(tr.t, tr.env.GetWorkflowError())
	return tr.store
}
