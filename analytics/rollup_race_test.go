package analytics

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/models"
)

// byQueueSQL is the answer to allRows as a report would be written by hand.
const byQueueSQL = `
SELECT queue_id, count(*), sum(duration_ms)::float8, min(duration_ms)::float8, max(duration_ms)::float8
FROM engagements WHERE organization_id = $1 AND agent_type <> 'bot' AND NOT expired GROUP BY queue_id`

// requirePlain compares the rollups' answer with plain SQL on one snapshot; kept tells that rows are
// not to be needed.
func requirePlain(t require.TestingT, store *models.Store, engine *Engine, organization string, kept bool) {
	r := allRows(organization)
	got, want := newPartials(1), newPartials(1)
	require.NoError(t, store.ReadSnapshot(background, time.Minute, func(tx pgx.Tx) error {
		plan, _, err := engine.planRollup(background, tx, r)
		if err != nil || plan == nil {
			return err
		}
		require.False(t, kept && len(plan.raw) > 0)
		batch := &pgx.Batch{}
		plan.queue(batch, got)
		queueRows(batch, r, append([]stretch{}, plan.raw...), got)
		if err := tx.SendBatch(background, batch).Close(); err != nil {
			return err
		}
		rows, err := tx.Query(background, byQueueSQL, organization)
		if err != nil {
			return err
		}
		var queue string
		var p Partial
		if _, err = pgx.ForEachRow(rows, []any{&queue, &p.N, &p.Sum, &p.Min, &p.Max}, func() error {
			want.at(cell{group: want.group(queue)})[0] = p
			return nil
		}); err != nil {
			return err
		}
		named := got.named()
		require.Len(t, named, len(want.cells))
		for c, w := range want.named() {
			g := named[c]
			require.NotNil(t, g)
			require.Equal(t, []float64{float64(w[0].N), w[0].Sum, w[0].Min, w[0].Max}, []float64{float64(g[0].N), g[0].Sum, g[0].Min, g[0].Max})
		}
		return nil
	}))
}

// While facts come, move and go and several keepers are at work, every answer is what plain SQL says at
// that moment; when all is kept, without any rows.
func TestKeepersAgainstWriters(t *testing.T) {
	t.Parallel()
	store := openFacts(t)
	organization := organizationOf(t, store, 1, "Europe/Copenhagen")
	today := time.Date(2025, 10, 27, 12, 0, 0, 0, time.UTC)
	const writers, rounds, each = 3, 40, 100
	var writing, others sync.WaitGroup
	for w := range writers {
		writing.Go(func() { writeFacts(t, store, organization, today, w*each, each, rounds) })
	}
	done, stop := context.WithCancel(t.Context())
	for range 3 {
		keeper := NewKeeper(store.Pool(), KeeperOptions{Now: func() time.Time { return today }})
		others.Go(func() {
			for done.Err() == nil {
				_, err := keeper.sweep(background, 0)
				require.NoError(t, err)
			}
		})
	}
	others.Go(func() {
		engine := NewEngine(store, Options{})
		for done.Err() == nil {
			requirePlain(t, store, engine, organization, false)
		}
	})
	writing.Wait()
	stop()
	others.Wait()
	later := today.AddDate(0, 0, 1)
	require.NoError(t, NewKeeper(store.Pool(), KeeperOptions{Now: func() time.Time { return later }}).Keep(t.Context()))
	requirePlain(t, store, NewEngine(store, Options{}), organization, true)
	var marks int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM rollup_marks`).Scan(&marks))
	require.Zero(t, marks)
}

// writeFacts inserts facts with ids from first on, moves some to other cells and queues, and deletes some.
func writeFacts(t *testing.T, store *models.Store, organization string, today time.Time, first, each, rounds int) {
	random := rand.New(rand.NewPCG(uint64(first), 1))
	known := map[int]fact{}
	for range rounds {
		commit(t, store, func(batch *pgx.Batch) {
			for range 1 + random.IntN(5) {
				id := first + random.IntN(each)
				if f, again := known[id]; again {
					f.drop(batch, organization)
					delete(known, id)
					if random.IntN(3) == 0 {
						continue
					}
				}
				f := fact{
					id: id, queue: fmt.Sprint("q", random.IntN(4)), channel: "voice", agent: "a", kind: "human", reason: "ended",
					endedAt: today.Add(-time.Duration(random.IntN(72*60)) * time.Minute), duration: int64(random.IntN(1_000_000)),
				}
				f.write(batch, organization)
				known[id] = f
			}
		})
	}
}
