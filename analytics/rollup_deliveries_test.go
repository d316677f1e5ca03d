package analytics_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/delivery"
	"engaged/models"
)

// handwritten are questions about deliveries, each with a report as somebody would write it who knows the
// tables alone: a group and the measures.
var handwritten = map[string]struct {
	query analytics.Query
	sql   string
}{
	"statuses": {
		analytics.Query{Metric: "deliveries", GroupBy: []string{"status"}},
		`SELECT status, ARRAY[count(*)]::float8[] FROM deliveries WHERE organization_id = $1 AND status NOT IN ('Pending', 'InProcess') GROUP BY 1`,
	},
	"calls by result": {
		analytics.Query{Metric: "delivery_duration", GroupBy: []string{"result"}, Measures: []analytics.Measure{"Count", "Sum", "Max"}},
		`SELECT result, ARRAY[count(*), extract(epoch FROM sum(ended_at - started_at)), extract(epoch FROM max(ended_at - started_at))]::float8[]
		FROM deliveries WHERE organization_id = $1 AND result IS NOT NULL AND started_at IS NOT NULL GROUP BY 1`,
	},
	"answers by mode": {
		analytics.Query{Metric: "connect_rate", GroupBy: []string{"dial_mode"}, Measures: []analytics.Measure{"Numerator", "Denominator"}},
		`SELECT mode, ARRAY[count(customer_connected_at), count(*)]::float8[] FROM deliveries
		WHERE organization_id = $1 AND (status = 'Complete' OR status = 'Error') GROUP BY 1`,
	},
	"abandoned by queue": {
		analytics.Query{Metric: "campaign_abandonment_rate", GroupBy: []string{"queue_id"}, Measures: []analytics.Measure{"Numerator", "Denominator"}},
		`SELECT queue_id, ARRAY[sum(CASE WHEN agent_connected_at <= customer_connected_at + interval '2 seconds' THEN 0 ELSE 1 END), count(*)]::float8[]
		FROM deliveries WHERE organization_id = $1 AND mode = 'Progressive' AND result = 'LiveAnswer' GROUP BY 1`,
	},
	"latency": {
		analytics.Query{Metric: "attempt_latency", GroupBy: []string{"queue_id"}, Measures: []analytics.Measure{"Sum", "Min"}},
		`SELECT queue_id, ARRAY[extract(epoch FROM sum(started_at - window_start)), extract(epoch FROM min(started_at - window_start))]::float8[]
		FROM deliveries WHERE organization_id = $1 AND ended_at IS NOT NULL AND started_at IS NOT NULL GROUP BY 1`,
	},
	"tasks": {
		analytics.Query{Metric: "tasks_reached_rate", GroupBy: []string{"configuration_id"}, Measures: []analytics.Measure{"Numerator", "Denominator"}},
		`SELECT configuration_id::text, ARRAY[count(*) FILTER (WHERE view @> '{"customer_reached": true}'), count(*)]::float8[]
		FROM delivery_tasks WHERE organization_id = $1 AND ended_at IS NOT NULL GROUP BY 1`,
	},
	"calls of tasks": {
		analytics.Query{Metric: "attempts_per_task", GroupBy: []string{"status"}, Measures: []analytics.Measure{"Average", "Max"}},
		`SELECT status, ARRAY[avg((view ->> 'calls')::numeric), max((view ->> 'calls')::numeric)]::float8[]
		FROM delivery_tasks WHERE organization_id = $1 AND ended_at IS NOT NULL GROUP BY 1`,
	},
}

// requireHandwritten compares all answers with the reports; kept tells that no row is to be read.
func requireHandwritten(t *testing.T, store *models.Store, engine *analytics.Engine, organization string, kept bool) (groups int) {
	t.Helper()
	for name, h := range handwritten {
		q := h.query
		q.Organization = organization
		answer, err := engine.Ask(t.Context(), q)
		require.NoError(t, err)
		if kept {
			require.Equal(t, "rollup", answer.Plan.Source, "%s: %s", name, answer.Plan.Reason)
		}
		got := map[string][]float64{}
		for _, row := range answer.Rows {
			if row.SampleSize == 0 {
				continue
			}
			for _, n := range row.Values {
				got[*row.Group[0]] = append(got[*row.Group[0]], *n.Value)
			}
		}
		found, err := store.Pool().Query(t.Context(), h.sql, organization)
		require.NoError(t, err)
		want := map[string][]float64{}
		var group string
		var numbers []float64
		_, err = pgx.ForEachRow(found, []any{&group, &numbers}, func() error { want[group], numbers = numbers, nil; return nil })
		require.NoError(t, err)
		require.Len(t, got, len(want), "%s: %v instead of %v", name, got, want)
		for group, numbers := range want {
			require.InDeltaSlice(t, numbers, got[group], 1e-6, "%s of %s", name, group)
		}
		groups += len(want)
	}
	return groups
}

// campaign is some delivery tasks under two configurations that were accepted three days ago.
type campaign struct {
	store        *models.Store
	organization string
	random       *rand.Rand
	accepted     delivery.Instant
	tasks        []delivery.Task
	seen         []int64
}

func newCampaign(t *testing.T, store *models.Store) *campaign {
	t.Helper()
	c := &campaign{store: store, organization: "acme", random: rand.New(rand.NewPCG(11, 7)), accepted: delivery.At(time.Now().AddDate(0, 0, -3))}
	require.NoError(t, store.CreateOrganization(t.Context(), c.organization, ""))
	var made []models.NewDeliveryTask
	for i, mode := range []delivery.Mode{delivery.Progressive, delivery.Copilot} {
		d := models.DeliveryDocument{Name: "Renewals", QueueID: fmt.Sprint("q", i), Mode: mode, Pacing: models.DeliveryPacing{MaxConcurrentCalls: 5}}
		require.Empty(t, d.Validate())
		configuration, err := store.CreateDeliveryConfiguration(t.Context(), d, models.Audit{OrganizationID: c.organization, Actor: "test", Action: "create"})
		require.NoError(t, err)
		for n := range 5 {
			task := delivery.Task{
				ID: fmt.Sprintf("00000000-0000-4000-8000-%06d%06d", i, n), ConfigurationID: configuration.ID, AcceptedAt: c.accepted,
				Contacts: []delivery.Contact{{ID: "C", Phones: []delivery.Phone{{Type: delivery.Mobile, Number: "+12125550101"}}}},
				Windows:  []delivery.Window{{Start: c.accepted, End: c.accepted.Add(3 * 86_400_000)}},
			}
			if n == 4 { // its windows are over when it is accepted
				task.Windows = []delivery.Window{{Start: c.accepted.Add(-7_200_000), End: c.accepted.Add(-3_600_000)}}
			}
			c.tasks, c.seen = append(c.tasks, task), append(c.seen, 1)
			made = append(made, models.NewDeliveryTask{OrganizationID: c.organization, Task: task})
		}
	}
	_, err := store.CreateDeliveryTasks(t.Context(), made)
	require.NoError(t, err)
	return c
}

// moment is an instant within three days, often on a bound of a quarter hour.
func (c *campaign) moment() delivery.Instant {
	at := c.accepted.Time().Truncate(models.RollupCell).Add(time.Duration(c.random.IntN(70*4)) * models.RollupCell)
	return delivery.At(at.Add(time.Duration([]int{0, 1, 899_999, c.random.IntN(900_000)}[c.random.IntN(4)]) * time.Millisecond))
}

// show has a task's rows show what its fold might say next: attempts that end, that go on, that have
// ended at another time or not at all.
func (c *campaign) show(t *testing.T) {
	t.Helper()
	n := c.random.IntN(len(c.tasks))
	task := &c.tasks[n]
	c.seen[n]++
	u := models.DeliveryUpdate{
		Subject: models.Subject{OrganizationID: c.organization, ConversationID: task.ID, Kind: models.KindDelivery},
		Seen:    c.seen[n], WorkflowID: "w", RunID: "r",
		Task: delivery.TaskView{Status: delivery.InProcess, Calls: c.random.IntN(4), CustomerReached: c.random.IntN(2) == 0},
	}
	for seq := range 1 + c.random.IntN(3) {
		u.Attempts = append(u.Attempts, c.attempt(task, seq+1, c.seen[n]))
	}
	if c.random.IntN(3) > 0 {
		u.Task.Status, u.Task.EndedAt = []delivery.Status{delivery.Complete, delivery.Expired}[c.random.IntN(2)], new(c.moment())
	}
	require.NoError(t, c.store.ProjectDelivery(t.Context(), u))
}

func (c *campaign) attempt(task *delivery.Task, seq int, entry int64) delivery.Attempt {
	a := delivery.Attempt{
		Seq: seq, Status: delivery.Pending, Position: delivery.Position{Loop: 1}, ContactID: "C", PhoneType: delivery.Mobile, ToAddress: "+12125550101",
		PlannedAt: task.AcceptedAt, NotBefore: task.AcceptedAt, ExpiresAt: task.Windows[0].End, FirstEntry: 1, LastEntry: entry,
	}
	ended := c.moment()
	started := ended.Add(-delivery.Millis(c.random.IntN(7_200_000)))
	a.Window = delivery.Window{Start: started.Add(-delivery.Millis(c.random.IntN(600_000))), End: task.Windows[0].End}
	switch c.random.IntN(6) {
	case 0:
		return a
	case 1:
		a.Status, a.Result = delivery.Expired, delivery.ResultExpired
	case 2:
		a.Status, a.Result, a.StartedAt = delivery.Complete, delivery.Busy, &started
	default:
		a.Status, a.Result, a.StartedAt, a.CustomerConnectedAt = delivery.Complete, delivery.LiveAnswer, &started, &started
		if c.random.IntN(3) > 0 {
			a.AgentConnectedAt = new(started.Add(delivery.Millis(c.random.IntN(4_000))))
		}
	}
	a.EndedAt, a.ResultAt = &ended, &ended
	return a
}

// Whatever becomes of the rows of tasks and attempts, the answers are what plain SQL says at that moment:
// with rollups that are out of date, while keepers are at work, and when everything is kept, without rows.
func TestDeliveriesFromRollupsEqualPlainSQL(t *testing.T) {
	t.Parallel()
	store := open(t)
	engine, keeper := analytics.NewEngine(store, analytics.Options{}), analytics.NewKeeper(store.Pool(), analytics.KeeperOptions{})
	c := newCampaign(t, store)
	require.Positive(t, requireHandwritten(t, store, engine, c.organization, false), "some were over at once")
	require.NoError(t, keeper.Keep(t.Context()))
	groups := 0
	for range 25 {
		for range c.random.IntN(4) {
			c.show(t)
			requireHandwritten(t, store, engine, c.organization, false)
		}
		require.NoError(t, keeper.Keep(t.Context()))
		groups = max(groups, requireHandwritten(t, store, engine, c.organization, true))
	}
	require.Greater(t, groups, 10)
	require.Zero(t, requireHandwritten(t, store, engine, "stranger", false))
}
