package e2e

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/dialer"
)

const (
	// campaignLasts is how long the tasks' windows are open.
	campaignLasts = 5 * time.Minute
	// campaignPatience bounds the wait for each step: a loaded machine takes its time.
	campaignPatience = 15 * time.Minute
)

// TestDeliveries dials a campaign of 15,000 tasks through an evening in which calling ends for some and
// begins for others, while the worker is killed and Postgres crashes. What the dialer remembers, what was
// asked for and plain SQL must agree: each task ends once, nobody is called when they must not be, and
// never are there more calls than may be.
func TestDeliveries(t *testing.T) {
	s, err := stackAt(t, evening)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(s.logs())
		}
		s.stop()
	})
	require.NoError(t, err)
	require.NoError(t, s.start("api"))
	require.NoError(t, s.start("worker"))
	ready, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, s.ready(ready))
	o := newOrganization(t, s, "campaign", nil, nil)

	begun := time.Now()
	c := o.newCampaign(t, deliveries, campaignLasts)
	t.Logf("%d tasks are accepted after %v", deliveries, time.Since(begun).Round(100*time.Millisecond))
	d := dialer.New(dialer.Options{
		URL: s.url(), Key: o.key, Name: "sim", Seed: 1, World: world(), Calls: 400, Agents: map[string]int{"Progressive": agents},
		Report: 500 * time.Millisecond, Wait: 2 * time.Second, Lease: 5 * time.Second, AtEnd: true, Now: s.now,
	})
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	var dialing sync.WaitGroup
	dialing.Go(func() { d.Run(ctx) })
	o.cancelSome(t, c)
	ends := &endings{seen: map[string]string{}}
	o.breakThings(t, d.Journal(), ends)
	slowly(t, func(ctx context.Context) string { return ends.until(ctx, o, deliveries) })
	t.Logf("all tasks are over after %v", time.Since(begun).Round(time.Second))
	hangUp()
	dialing.Wait()
	c.check(t, o, d.Journal().Calls(), ends)
	t.Logf("%v; checked after %v", d.Journal().Kinds(), time.Since(begun).Round(time.Second))
}

// breakThings breaks one thing after another as calls are ordered and tasks come to their end.
func (o *organization) breakThings(t *testing.T, journal *dialer.Journal, ends *endings) {
	t.Helper()
	s := o.stack
	killWorker := func() error {
		s.process("worker").kill()
		return s.start("worker")
	}
	crashPostgres := func() error {
		s.postgres.Kill()
		return s.postgres.Restart(t.Context())
	}
	for _, b := range []struct {
		percent int
		what    string
		do      func() error
	}{
		{10, "the worker is killed", killWorker},
		{25, "Postgres crashes", crashPostgres},
		{45, "the worker is killed", killWorker},
		{60, "Postgres crashes while the worker is dead", func() error {
			s.process("worker").kill()
			if err := crashPostgres(); err != nil {
				return err
			}
			return s.start("worker")
		}},
	} {
		slowly(t, func(ctx context.Context) string {
			missing := ends.until(ctx, o, deliveries*b.percent/100)
			if journal.Len() >= deliveries*b.percent/100 {
				return ""
			}
			return missing
		})
		t.Logf("%d orders have come, %d tasks are over: %s", journal.Len(), len(ends.seen), b.what)
		require.NoError(t, b.do())
	}
}

// endings watches tasks end: one that has ended must stay as it is.
type endings struct{ seen map[string]string }

// slowly asks every two seconds until the answer is empty: to look more often would be a load of its own.
func slowly(t *testing.T, ask func(ctx context.Context) string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), campaignPatience)
	defer cancel()
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		missing := ask(ctx)
		if missing == "" {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			require.Fail(t, "the campaign takes too long", missing)
		}
	}
}

// until says what is missing until so many tasks are over.
func (e *endings) until(ctx context.Context, o *organization, count int) string {
	var rows []struct{ ID, Ended string }
	err := o.stack.store.DB().WithContext(ctx).Raw(`SELECT id::text, status || ' ' || reason || ' ' || ended_at AS ended
		FROM delivery_tasks WHERE organization_id = ? AND ended_at IS NOT NULL`, o.id).Scan(&rows).Error
	if err != nil {
		return err.Error()
	}
	for _, r := range rows {
		if before, ok := e.seen[r.ID]; ok && before != r.Ended {
			return fmt.Sprintf("task %s has ended twice: %s, and %s", r.ID, before, r.Ended)
		}
		e.seen[r.ID] = r.Ended
	}
	if len(rows) < count {
		return fmt.Sprintf("%d of %d tasks are over", len(rows), count)
	}
	return ""
}

// cancelSome cancels tasks wherever they stand; that one is over already is no failure.
func (o *organization) cancelSome(t *testing.T, c *campaign) {
	t.Helper()
	for id, a := range c.tasks {
		if a.cancelled() {
			status, body := o.do(t.Context(), t, http.MethodPost, "/v1/delivery-tasks/"+id+"/cancel", map[string]any{})
			require.Contains(t, []int{http.StatusOK, http.StatusConflict}, status, string(body))
		}
	}
}
