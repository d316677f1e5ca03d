package analytics

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/models"
)

// openFacts returns a store on a fresh database that takes engagements of all months.
func openFacts(t testing.TB) *models.Store {
	t.Helper()
	store, err := models.Open(t.Context(), devstack.Database(t), models.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	_, err = store.Pool().Exec(t.Context(), `CREATE TABLE engagements_any PARTITION OF engagements FOR VALUES FROM ('2000-01-01') TO ('2100-01-01')`)
	require.NoError(t, err)
	return store
}

// fact is an engagement as far as these tests need it.
type fact struct {
	id                                         int
	queue, channel, agent, group, kind, reason string
	endedAt                                    time.Time
	duration                                   int64
	firstReply                                 *int64
	expired                                    bool
}

const writeFactSQL = `
INSERT INTO engagements (id, organization_id, revision, conversation_key, conversation_id, ordinal, ticket_id,
    agent_id, agent_type, group_id, queue_id, channel, started_at, ended_at, start_reason, end_reason,
    ticket_status_start, ticket_status_end, duration_ms, first_reply_ms, hold_ms, talk_ms, handle_ms, expired, settings_version,
    started_in_business_hours, duration_business_ms, first_entry, last_entry, rules_version, workflow_id, run_id)
VALUES (lpad(to_hex($2::int), 32, '0')::uuid, $1, 1, 0, 'c', 1, 't', $5, $7, $6, $3, $4, $9::timestamptz - $10::bigint * interval '1 ms', $9, 'manual', $8,
    'open', 'open', $10, $11, $10 % 7, $10 - $10 % 7, $10, $12, 1, $10 % 2 = 0, $10 / 2, 1, 2, 1, 'w', 'r')`

const markFactSQL = `
INSERT INTO rollup_marks (organization_id, record, cell)
SELECT organization_id, 'engagements', to_timestamp(floor(extract(epoch FROM ended_at) / 900) * 900)
FROM engagements WHERE organization_id = $1 AND id = lpad(to_hex($2::int), 32, '0')::uuid`

// write inserts a fact and marks it, as a record transaction does.
func (f fact) write(batch *pgx.Batch, organization string) {
	batch.Queue(writeFactSQL, organization, f.id, f.queue, f.channel, f.agent, f.group, f.kind, f.reason, f.endedAt, f.duration, f.firstReply, f.expired)
	batch.Queue(markFactSQL, organization, f.id)
}

// drop deletes a fact and marks where it was.
func (f fact) drop(batch *pgx.Batch, organization string) {
	batch.Queue(markFactSQL, organization, f.id)
	batch.Queue(`DELETE FROM engagements WHERE organization_id = $1 AND id = lpad(to_hex($2::int), 32, '0')::uuid`, organization, f.id)
}

// commit runs what a function queues in one transaction.
func commit(t require.TestingT, store *models.Store, queue func(*pgx.Batch)) {
	err := pgx.BeginFunc(background, store.Pool(), func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		queue(batch)
		return tx.SendBatch(background, batch).Close()
	})
	require.NoError(t, err)
}

// answerBoth answers a request from rollups, with rows where the plan says so, and from rows alone, on
// one snapshot.
func answerBoth(t require.TestingT, store *models.Store, r *request) (plan *rollupPlan, kept, raw *partials) {
	kept, raw = newPartials(len(r.terms)), newPartials(len(r.terms))
	engine := NewEngine(store, Options{})
	require.NoError(t, store.ReadSnapshot(background, time.Minute, func(tx pgx.Tx) (err error) {
		var why string
		if plan, why, err = engine.planRollup(background, tx, r); err != nil {
			return err
		}
		require.Empty(t, why)
		batch := &pgx.Batch{}
		plan.queue(batch, kept)
		queueRows(batch, r, append([]stretch{}, plan.raw...), kept)
		exact := *r
		exact.sketch, exact.fractions = make([]bool, len(r.terms)), fractions
		queueRows(batch, &exact, nil, raw)
		return tx.SendBatch(background, batch).Close()
	}))
	return plan, kept, raw
}

var fractions = []float64{0, 0.5, 0.75, 0.9, 0.95, 0.99, 1}

// requireSame compares what was answered: rows, sums and extremes exactly, percentiles of the first
// term within the sketch's error of those that Postgres computes.
func requireSame(t require.TestingT, kept, raw *partials) {
	known, wanted := kept.named(), raw.named()
	require.Len(t, known, len(wanted))
	for c, want := range wanted {
		got := known[c]
		require.NotNil(t, got, "%v", c)
		for i := range want {
			w, g := want[i], got[i]
			require.Equal(t, []float64{float64(w.N), w.Sum, w.Min, w.Max}, []float64{float64(g.N), g.Sum, g.Min, g.Max}, "%v %d", c, i)
			require.InDelta(t, w.SumSq, g.SumSq, 1e-12*w.SumSq, "squares may not be exact above 2^53")
			for j, exact := range w.quantiles {
				require.Equal(t, g.N, g.Sketch.N())
				require.InDelta(t, exact, g.Sketch.Quantile(fractions[j], g.Min, g.Max), SketchError*exact+1e-9, "%v %d %g", c, i, fractions[j])
			}
		}
	}
}

// named are the cells that have rows, by bucket and key of the group: rollups do not know the groups of
// the others, and each source numbers groups as it meets them.
func (p *partials) named() map[string][]Partial {
	named := map[string][]Partial{}
	for c, terms := range p.cells {
		n := int64(0)
		for _, term := range terms {
			n += term.N
		}
		if n > 0 {
			named[fmt.Sprintf("%d %q", c.bucket, p.groups[c.group])] = terms
		}
	}
	return named
}

func organizationOf(t require.TestingT, store *models.Store, number int, zone string) string {
	id := fmt.Sprint("o", number)
	require.NoError(t, store.CreateOrganization(background, id, ""))
	setZone(t, store, id, zone)
	return id
}

func setZone(t require.TestingT, store *models.Store, organization, zone string) {
	_, err := store.Pool().Exec(background, `UPDATE organizations SET reporting_zone = $2 WHERE id = $1`, organization, zone)
	require.NoError(t, err)
}
