package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/dialer"
)

// check holds what was asked for, what the dialer remembers and what the tables say against each other.
func (c *campaign) check(t *testing.T, o *organization, calls []dialer.Call, ends *endings) {
	t.Helper()
	c.checkEnds(t, o, ends)
	c.checkAttempts(t, o, calls)
	c.checkTimes(t, calls)
	c.checkCaps(t, calls)
	for configuration, most := range map[string]int{c.copilot: mostCopilot, c.progressive: mostProgress} {
		of := slices.DeleteFunc(slices.Clone(calls), func(call dialer.Call) bool { return call.ConfigurationID != configuration })
		atOnce := dialer.MostAtOnce(of)
		require.LessOrEqual(t, atOnce, most, "calls at once, lost ones among them")
		require.Greater(t, atOnce, most/2, "the limit was not tried")
		require.LessOrEqual(t, int(o.count(t, tokensAtOnceSQL, configuration)), most, "tokens at once")
	}
	c.checkLog(t, o, calls)
}

// count asks for one number.
func (o *organization) count(t testing.TB, sql string, args ...any) (n int64) {
	t.Helper()
	require.NoError(t, o.stack.store.DB().WithContext(t.Context()).Raw(sql, args...).Scan(&n).Error)
	return n
}

// tokensAtOnceSQL is how many tokens of a configuration counted at one instant at most.
const tokensAtOnceSQL = `
WITH moments AS (
    SELECT granted_at AS at, 1 AS change FROM delivery_tokens WHERE configuration_id = $1
    UNION ALL SELECT date_trunc('milliseconds', coalesce(released_at, 'infinity')), -1 FROM delivery_tokens WHERE configuration_id = $1)
SELECT max(live) FROM (SELECT sum(change) OVER (ORDER BY at, change ROWS UNBOUNDED PRECEDING) AS live FROM moments) AS counted`

// checkEnds: every task that was accepted is over, once, and nothing is left.
func (c *campaign) checkEnds(t *testing.T, o *organization, ends *endings) {
	t.Helper()
	require.Empty(t, ends.until(t.Context(), o, len(c.tasks)), "an ended task has stayed as it was")
	var statuses []struct {
		Status string
		Tasks  int
	}
	require.NoError(t, o.stack.store.DB().Raw(`SELECT status, count(*) AS tasks FROM delivery_tasks WHERE organization_id = ? GROUP BY status`, o.id).Scan(&statuses).Error)
	sum := 0
	for _, s := range statuses {
		sum += s.Tasks
		require.Contains(t, []string{"Complete", "Expired", "Cancelled", "Error"}, s.Status)
	}
	t.Logf("%+v", statuses)
	require.Equal(t, len(c.tasks), sum)
	require.Zero(t, o.count(t, `SELECT count(*) FROM deliveries WHERE organization_id = ? AND (status IN ('Pending', 'InProcess') OR result IS NULL OR ended_at IS NULL)`, o.id))
	require.Zero(t, o.count(t, `SELECT count(*) FROM delivery_waiting WHERE organization_id = ?`, o.id))
	require.Zero(t, o.count(t, `SELECT count(*) FROM delivery_tokens WHERE organization_id = ? AND released_at IS NULL AND lost_at IS NULL`, o.id))
	// What came after a task's end, such as a disposition, is recorded a moment later.
	eventually(t, patience, o.unfinished)
	require.Zero(t, o.count(t, `SELECT count(*) FROM dead_letters`))
}

// checkAttempts: every attempt came to what the dialer told, and followed from the one before.
func (c *campaign) checkAttempts(t *testing.T, o *organization, calls []dialer.Call) {
	t.Helper()
	var rows []dialer.Row
	require.NoError(t, o.stack.store.DB().Raw(`SELECT task_id::text, seq, to_address AS number, status, result, coalesce(started_at::text, '') AS started_at
		FROM deliveries WHERE organization_id = ?`, o.id).Scan(&rows).Error)
	var ended []struct{ ID, Status string }
	require.NoError(t, o.stack.store.DB().Raw(`SELECT id::text, status FROM delivery_tasks WHERE organization_id = ?`, o.id).Scan(&ended).Error)
	tasks := map[string]dialer.Task{}
	for _, task := range ended {
		chain := retry
		chain.Numbers = []string{c.tasks[task.ID].number}
		tasks[task.ID] = dialer.Task{Chain: chain, Status: task.Status}
	}
	t.Logf("%d attempts, %d orders", len(rows), len(calls))
	differences := dialer.Compare(tasks, rows, calls)
	require.Empty(t, strings.Join(differences[:min(20, len(differences))], "\n"), "%d differences", len(differences))
}

// checkTimes: no call was started outside its task's windows or when its contact's clock forbids it.
func (c *campaign) checkTimes(t *testing.T, calls []dialer.Call) {
	t.Helper()
	started := map[string]int{}
	for _, call := range calls {
		if call.StartedAt.IsZero() {
			continue
		}
		a := c.tasks[call.TaskID]
		zone, err := time.LoadLocation(a.zone)
		require.NoError(t, err)
		if hour := call.StartedAt.In(zone).Hour(); hour < 8 || hour >= 21 {
			t.Errorf("task %s was called at %s", call.TaskID, call.StartedAt.In(zone))
		}
		if !slices.ContainsFunc(a.windows, func(w window) bool { return !call.StartedAt.Before(w.Start) && call.StartedAt.Before(w.End) }) {
			t.Errorf("task %s was called at %s, outside of %v", call.TaskID, call.StartedAt, a.windows)
		}
		started[a.zone]++
	}
	t.Logf("calls by zone: %v", started)
	for _, zone := range zones {
		require.Positive(t, started[zone], zone)
	}
}

// checkCaps: no number was called twice within the cap's length.
func (c *campaign) checkCaps(t *testing.T, calls []dialer.Call) {
	t.Helper()
	byNumber := map[string][]time.Time{}
	for _, call := range calls {
		if !call.StartedAt.IsZero() {
			byNumber[call.ToAddress] = append(byNumber[call.ToAddress], call.StartedAt)
		}
	}
	again := 0
	for number, times := range byNumber {
		slices.SortFunc(times, time.Time.Compare)
		for i := 1; i < len(times); i++ {
			if times[i].Sub(times[i-1]) < capLength {
				t.Errorf("%s was called at %s and %s", number, times[i-1], times[i])
			}
			again++
		}
	}
	require.Positive(t, again, "no number was called again: the cap was not tried")
}

// checkLog: every event that was acknowledged is in the log, once.
func (c *campaign) checkLog(t *testing.T, o *organization, calls []dialer.Call) {
	t.Helper()
	var logged []struct {
		Task, ID string
		Times    int
	}
	require.NoError(t, o.stack.store.DB().Raw(`SELECT c.conversation_id AS task, e.event_id AS id, count(*) AS times
		FROM entries e JOIN conversations c ON c.key = e.conversation_key
		WHERE c.organization_id = ? AND e.source = 'sim' GROUP BY 1, 2`, o.id).Scan(&logged).Error)
	times := map[string]int{}
	for _, l := range logged {
		times[l.Task+" "+l.ID] = l.Times
	}
	told, repeats := 0, 0
	for _, call := range calls {
		repeats += call.Repeats
		require.Empty(t, call.Untold, "events that were never acknowledged")
		for _, e := range call.Told {
			told++
			if n := times[call.TaskID+" "+e.ID]; n != 1 {
				t.Errorf("event %s of task %s is in the log %d times", e.ID, call.TaskID, n)
			}
		}
	}
	require.Len(t, times, told, fmt.Sprint("events in the log that were not told; repeats: ", repeats))
	t.Logf("%d events were told, %d of them twice", told, repeats)
}
