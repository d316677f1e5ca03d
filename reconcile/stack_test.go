package reconcile_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/engagement"
	"engaged/intake"
	"engaged/models"
	"engaged/reconcile"
	"engaged/worker"
	"engaged/workflows"
)

// soon is how long conditions may take to come true.
const soon, often = time.Minute, 50 * time.Millisecond

// compared reconciles everything at once and returns what was found.
func compared(t *testing.T, store *models.Store, repair bool) (summary reconcile.Summary, missed []reconcile.Overdue) {
	t.Helper()
	summary, err := reconcile.Run(t.Context(), store, reconcile.Options{
		Repair: repair, Begin: func(int64) {}, Step: func() {},
		Found:  func(d reconcile.Difference) { require.Fail(t, "a difference", d.String()) },
		Missed: func(o reconcile.Overdue) { missed = append(missed, o) },
	})
	require.NoError(t, err)
	return summary, missed
}

// A workflow that was terminated from outside has been told of everything and has recorded nothing:
// the repair starts another, which records it.
func TestRunAfterTermination(t *testing.T) {
	t.Parallel()
	store, err := models.Open(t.Context(), devstack.Database(t), models.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	require.NoError(t, store.CreateOrganization(t.Context(), "acme", ""))
	temporal := devstack.TemporalClient(t)
	client := workflows.NewClient(temporal, "reconcile", store)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		intake.NewDispatcher(store, client, intake.DispatchOptions{}).Run(ctx)
	}()
	defer func() { cancel(); <-done }()

	subject := models.Subject{OrganizationID: "acme", ConversationID: fmt.Sprintf("reconcile-%d", time.Now().UnixNano())}
	say := func(kind engagement.EventType) {
		e := engagement.Event{ID: string(kind), Type: kind, Time: engagement.At(time.Now()), ConversationID: subject.ConversationID, AgentID: "ada"}
		_, err := store.Append(t.Context(), []models.Submission{{OrganizationID: "acme", Event: e}})
		require.NoError(t, err)
	}
	say(engagement.AgentAssigned)
	say(engagement.AgentEnded)
	delivered := func() bool {
		var number int64
		require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT delivered_number FROM conversations`).Scan(&number))
		return number == 2
	}
	require.Eventually(t, delivered, soon, often)
	require.NoError(t, temporal.TerminateWorkflow(t.Context(), workflows.WorkflowID(subject, false), "", "by hand"))
	w := worker.New(temporal, store, worker.Options{TaskQueue: "reconcile", StopTimeout: time.Second})
	require.NoError(t, w.Start())
	defer w.Stop()

	require.Eventually(t, func() bool { s, _ := compared(t, store, false); return s.Overdue == 1 }, soon, often, "once the leg has settled")
	summary, missed := compared(t, store, true)
	require.EqualValues(t, 1, summary.Redelivered)
	require.Equal(t, 1, missed[0].Leg)
	recorded := func() bool {
		rows, err := store.ConversationEngagements(t.Context(), subject)
		require.NoError(t, err)
		return len(rows) == 1
	}
	require.Eventually(t, recorded, soon, often)
	summary, _ = compared(t, store, true)
	require.Zero(t, summary.Overdue)
	require.EqualValues(t, 1, summary.Conversations)
}
