package workflows_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/intake"
	"engaged/models"
	"engaged/reconcile"
)

// scriptedDialer claims orders and lets their calls end as a seeded chance wants; some it loses. Whatever
// fails it simply tries again, as a dialer does.
type scriptedDialer struct {
	*stack
	random *rand.Rand
	calls  sync.WaitGroup
}

func (d *scriptedDialer) run(ctx context.Context) {
	defer d.calls.Wait()
	for ctx.Err() == nil {
		orders, err := d.store.ClaimOrders(ctx, organization, "dialer", 3, 400*time.Millisecond)
		if err != nil || len(orders) == 0 {
			wait(ctx, 10*time.Millisecond)
		}
		for _, o := range orders {
			chance, length := d.random.IntN(10), time.Duration(20+d.random.IntN(60))*time.Millisecond
			if chance > 0 {
				d.calls.Go(func() { d.call(ctx, o, chance, length) })
			}
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (d *scriptedDialer) call(ctx context.Context, o models.DialOrder, chance int, length time.Duration) {
	for ctx.Err() == nil {
		_, err := d.store.StartDelivery(ctx, models.DeliveryStart{OrganizationID: organization, DeliveryID: o.DeliveryID, Fence: o.Fence, CallID: o.DeliveryID})
		if err == nil {
			break
		}
		if !models.Unavailable(err) {
			return
		}
		wait(ctx, 20*time.Millisecond)
	}
	wait(ctx, length)
	events := []delivery.Event{{ID: "failed", Type: delivery.CallFailure, Data: delivery.Data{SIPCode: 486}}}
	if chance > 5 {
		events = []delivery.Event{{ID: "connected", Type: delivery.CallConnected}, {ID: "spoke", Type: delivery.SpeechDetected}, {ID: "ended", Type: delivery.CallEnd}}
	}
	var submissions []models.DeliverySubmission
	for _, e := range events {
		e.ID, e.Source, e.Attempt, e.Time = o.DeliveryID+e.ID, "dialer", o.Seq, delivery.At(time.Now())
		submissions = append(submissions, models.DeliverySubmission{OrganizationID: organization, TaskID: o.TaskID, Event: e})
	}
	for ctx.Err() == nil {
		if _, err := d.store.AppendDeliveryEvents(ctx, submissions); err == nil {
			return
		}
		wait(ctx, 20*time.Millisecond)
	}
}

// mostAtOnceSQL is how many tokens of a configuration counted at one instant at most: each from its grant
// until its release.
const mostAtOnceSQL = `
WITH moments AS (
    SELECT granted_at AS at, 1 AS change FROM delivery_tokens
    UNION ALL SELECT date_trunc('milliseconds', coalesce(released_at, 'infinity')), -1 FROM delivery_tokens)
SELECT max(live) FROM (SELECT sum(change) OVER (ORDER BY at, change ROWS UNBOUNDED PRECEDING) AS live FROM moments) AS counted`

const killConnectionsSQL = `
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'engaged'`

// Workers, dispatchers and pacers stop and start again and every connection to Postgres breaks time and
// again, while dialers call and lose orders: each task ends exactly once, no more calls count at once than
// may, every attempt has one start at most, and nothing is left over.
func TestDeliveriesUnderKill(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	const count, most = 60, 5
	configuration := s.configuration(func(d *models.DeliveryDocument) {
		d.Pacing.MaxConcurrentCalls, d.RingLimit, d.CallLimit = most, 200, 300
		d.Retry.Retries = 3
		d.Caps = []delivery.Cap{{Scope: delivery.ScopeNumber, Period: delivery.PeriodRolling, Length: 500, Most: 1}}
	})
	var tasks []models.NewDeliveryTask
	for n := range count {
		tasks = append(tasks, s.task(configuration, n, 2*time.Minute))
	}
	s.createTasks(tasks...)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	dialer := &scriptedDialer{stack: s, random: rand.New(rand.NewPCG(7, 7))}
	running.Go(func() { dialer.run(ctx) })
	running.Go(func() {
		for ctx.Err() == nil {
			s.someLife(ctx)
		}
	})
	for _, task := range tasks {
		s.untilSafely(task.Task.ID)
	}
	cancel()
	running.Wait()
	s.checkInvariants(count, most)
}

// someLife lets two of everything run for a while, breaking connections meanwhile.
func (s *stack) someLife(ctx context.Context) {
	stops := []func(){s.work(), s.dispatch(intake.DispatchOptions{Lease: time.Second}), s.dispatch(intake.DispatchOptions{Lease: time.Second}), s.pace(), s.pace()}
	for range 3 {
		wait(ctx, 700*time.Millisecond)
		// It may itself meet a connection that was broken.
		_, _ = s.store.Pool().Exec(ctx, killConnectionsSQL)
	}
	for _, stop := range stops {
		stop()
	}
}

// untilSafely waits for a task's end, whatever happens to the connection.
func (s *stack) untilSafely(id string) {
	require.Eventually(s.t, func() bool {
		task, err := s.store.DeliveryTask(s.t.Context(), organization, id)
		return err == nil && task.Row.EndedAt != nil
	}, 2*time.Minute, 50*time.Millisecond)
}

func (s *stack) checkInvariants(count, most int) {
	t := s.t
	query := func(sql string) (n int) {
		require.Eventually(t, func() bool { return s.store.Pool().QueryRow(t.Context(), sql).Scan(&n) == nil }, time.Minute, 10*time.Millisecond)
		return n
	}
	require.Equal(t, count, query(`SELECT count(*) FROM delivery_tasks WHERE ended_at IS NOT NULL AND status IN ('Complete', 'Expired', 'Error')`))
	require.LessOrEqual(t, query(mostAtOnceSQL), most)
	require.Zero(t, query(`SELECT count(*) FROM deliveries WHERE status IN ('Pending', 'InProcess') OR result IS NULL`))
	require.Zero(t, query(`SELECT count(*) FROM delivery_waiting`))
	require.Zero(t, query(`SELECT count(*) FROM (SELECT task_key, seq FROM delivery_tokens WHERE started_at IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1) AS twice`))
	require.Zero(t, query(`SELECT count(*) FROM deliveries d WHERE started_at IS NOT NULL AND NOT EXISTS (
SELECT FROM delivery_tokens t WHERE t.delivery_id = d.id AND t.started_at IS NOT NULL)`))
	require.Zero(t, query(`SELECT count(*) FROM (SELECT started_at - lag(started_at) OVER (PARTITION BY to_address ORDER BY started_at) AS pause
FROM deliveries WHERE started_at IS NOT NULL) AS pauses WHERE pause < interval '500 milliseconds'`), "a cap was exceeded")
	require.Positive(t, query(`SELECT count(*) FROM delivery_tokens WHERE lost_at IS NOT NULL`), "no claim was lost")
	s.checkReplay(count)
	// The rows are what the fold of the log gives.
	for _, id := range s.taskIDs() {
		s.checkFold(id)
	}
}

func (s *stack) taskIDs() (ids []string) {
	rows, err := s.store.ListDeliveryTasks(s.t.Context(), models.DeliveryTaskFilter{OrganizationID: organization, Limit: 1000})
	require.NoError(s.t, err)
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids
}

// checkReplay folds all tasks as their runs did and compares every field of the rows.
func (s *stack) checkReplay(count int) {
	summary, err := reconcile.Run(s.t.Context(), s.store, reconcile.Options{
		Grace: time.Hour, Begin: func(int64) {}, Step: func() {}, Found: func(d reconcile.Difference) { s.t.Log(d.String()) }, Missed: func(reconcile.Overdue) {},
	})
	require.NoError(s.t, err)
	require.Equal(s.t, []int64{int64(count), 0, 0}, []int64{summary.DeliveryTasks, summary.Incomplete, summary.Differences})
}

// checkFold folds a task's whole log at once and compares the attempts with the rows.
func (s *stack) checkFold(id string) {
	task, err := s.store.DeliveryTask(s.t.Context(), organization, id)
	require.NoError(s.t, err)
	entries, err := s.store.DeliveryLog(s.t.Context(), organization, id)
	require.NoError(s.t, err)
	folded := delivery.Fold(&delivery.Plan{Task: task.Task, Rules: task.Rules}, delivery.State{}, entries, 0)
	require.Len(s.t, task.Deliveries, len(folded.Attempts))
	for i, a := range folded.Attempts {
		row := task.Deliveries[i]
		require.Equal(s.t, []any{string(a.Status), string(a.Result), a.EndedAt.Time()}, []any{row.Status, *row.Result, row.EndedAt.UTC()}, "attempt %d of %s", a.Seq, id)
	}
}
