package analytics

import (
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/models"
)

// noon is when the keepers of these tests live.
var noon = time.Date(2025, 10, 27, 12, 0, 0, 0, time.UTC)

func newTestKeeper(store *models.Store) *Keeper {
	return NewKeeper(store.Pool(), KeeperOptions{Now: func() time.Time { return noon }})
}

// planOf plans allRows.
func planOf(t *testing.T, store *models.Store, organization string) (plan *rollupPlan, why string) {
	t.Helper()
	require.NoError(t, store.ReadSnapshot(background, time.Minute, func(tx pgx.Tx) (err error) {
		plan, why, err = NewEngine(store, Options{}).planRollup(background, tx, allRows(organization))
		return err
	}))
	return plan, why
}

// threeDays writes facts of the day before yesterday, yesterday and today.
func threeDays(t *testing.T, store *models.Store, organization string) {
	t.Helper()
	commit(t, store, func(batch *pgx.Batch) {
		for i := range 30 {
			f := fact{id: i, queue: "q", kind: "human", endedAt: noon.Add(-time.Duration(i) * 100 * time.Minute), duration: int64(i)}
			f.write(batch, organization)
		}
	})
}

func count(t *testing.T, store *models.Store, sql string) (n int) {
	t.Helper()
	require.NoError(t, store.Pool().QueryRow(background, "SELECT count(*) FROM "+sql).Scan(&n))
	return n
}

// Every record of the catalogue can be kept: its statement runs on the real schema.
func TestEveryRecordIsKept(t *testing.T) {
	t.Parallel()
	store := openFacts(t)
	organization := organizationOf(t, store, 1, "UTC")
	require.NoError(t, newTestKeeper(store).Keep(background))
	for record := range rollups() {
		_, err := store.Pool().Exec(background, `INSERT INTO rollup_marks (organization_id, record, cell) VALUES ($1, $2, $3)`, organization, record, noon)
		require.NoError(t, err)
	}
	require.Len(t, rollups(), len(Records()))
	require.NoError(t, newTestKeeper(store).Keep(background))
	require.Zero(t, count(t, store, "rollup_marks"))
	require.Zero(t, count(t, store, "rollup_cells"))
}

// Facts that were written past the record transaction are found when rollups are made anew.
func TestRebuildFindsUnmarkedFacts(t *testing.T) {
	t.Parallel()
	store := openFacts(t)
	organization := organizationOf(t, store, 1, "Europe/Copenhagen")
	_, why := planOf(t, store, organization)
	require.Equal(t, "the rollups have not been made yet", why)
	require.NoError(t, newTestKeeper(store).Keep(background))
	threeDays(t, store, organization)
	_, err := store.Pool().Exec(background, `TRUNCATE rollup_marks`)
	require.NoError(t, err)
	require.NoError(t, store.RebuildRollups(background, organization))
	require.NoError(t, newTestKeeper(store).Keep(background))
	plan, kept, raw := answerBoth(t, store, allRows(organization))
	require.Empty(t, plan.raw)
	require.Equal(t, []int{2, 1}, []int{plan.days, plan.quarters / 96}, "two days are over")
	requireSame(t, kept, raw)
	require.Zero(t, count(t, store, "rollups WHERE retired_at IS NOT NULL"), "what was there before is gone")
}

// Of two versions of the program the one that began later says what is kept; the other one leaves its
// cells and its marks alone.
func TestLaterVersionKeeps(t *testing.T) {
	t.Parallel()
	store := openFacts(t)
	organization := organizationOf(t, store, 1, "UTC")
	older, later := newTestKeeper(store), newTestKeeper(store)
	changed := *later.rollups["engagements"]
	changed.version = "another"
	later.rollups = map[string]*rollup{"engagements": &changed}
	require.NoError(t, older.Keep(background))
	require.NoError(t, later.Keep(background))
	threeDays(t, store, organization)
	_, err := older.sweep(background, 0)
	require.NoError(t, err)
	require.Equal(t, 30, count(t, store, "rollup_marks WHERE record = 'engagements'"))
	_, why := planOf(t, store, organization)
	require.Contains(t, why, "another version")
	require.NoError(t, later.Keep(background))
	require.Zero(t, count(t, store, "rollup_marks"))

	require.NoError(t, newTestKeeper(store).Keep(background), "the first version, begun again")
	_, kept, raw := answerBoth(t, store, allRows(organization))
	requireSame(t, kept, raw)
}

// A mark that is young stays for a while.
func TestSettle(t *testing.T) {
	t.Parallel()
	store := openFacts(t)
	organization := organizationOf(t, store, 1, "UTC")
	keeper := newTestKeeper(store)
	require.NoError(t, keeper.Keep(background))
	threeDays(t, store, organization)
	found, err := keeper.sweep(background, time.Hour)
	require.NoError(t, err)
	require.Equal(t, 3, found)
	require.Equal(t, 30, count(t, store, "rollup_marks"))
	_, err = store.Pool().Exec(background, `UPDATE rollup_marks SET marked_at = marked_at - interval '2 hours' WHERE cell < $1`, noon.Truncate(24*time.Hour))
	require.NoError(t, err)
	_, err = keeper.sweep(background, time.Hour)
	require.NoError(t, err)
	plan, kept, raw := answerBoth(t, store, allRows(organization))
	require.Equal(t, 2, plan.days)
	require.NotEmpty(t, plan.raw, "today is read from rows")
	requireSame(t, kept, raw)
}

// What rollups cannot answer says why.
func TestCoverSaysWhy(t *testing.T) {
	t.Parallel()
	p := rollups()["engagements"]
	for why, change := range map[string]func(*request){
		"":                               func(*request) {},
		"it is limited to conversations": func(r *request) { r.conversations = []string{"c"} },
		"expired engagements count, which are not kept ready": func(r *request) { r.includeExpired = true },
		"only attribution at the end is kept ready":           func(r *request) { r.attribution = AtStart },
		"exact distributions are not kept ready":              func(r *request) { r.edges = []float64{1} },
		"only default parameters are kept ready":              func(r *request) { r.terms = []Term{{Where: "duration_ms <= ?", Args: []any{17}}} },
		"tag_id is not a dimension of the rollups":            func(r *request) { r.filters = []Filter{{Attribute: "tag_id"}} },
		"no rollup has queue_id, agent_id together":           func(r *request) { r.groupBy = []string{"queue_id", "agent_id"} },
	} {
		r := allRows("o")
		change(r)
		plan, got := p.cover(r)
		require.Equal(t, why, got)
		require.Equal(t, why == "", plan != nil)
	}
}

// However many quarter hours are marked, rows are read in a bounded number of places.
func TestStretchesAreBounded(t *testing.T) {
	t.Parallel()
	start := noon.Truncate(24 * time.Hour)
	var dirty []time.Time
	for i := range 2 * maxStretches {
		dirty = append(dirty, start.Add(time.Duration(2*i)*models.RollupCell))
	}
	state := planState{through: start.AddDate(1, 0, 0), first: new(start), last: new(start.AddDate(0, 2, 0))}
	r := allRows("o")
	plan := &rollupPlan{request: r}
	require.True(t, plan.split(state, days{time.UTC}, dirty))
	require.LessOrEqual(t, len(plan.raw), maxStretches)
	require.Len(t, plan.raw, 1, "marked quarter hours lie in every hour")
	require.Equal(t, start, plan.raw[0].start)

	bounds, err := buckets(Period{start, start.AddDate(0, 1, 0)}, Quarter, time.UTC)
	require.NoError(t, err)
	r.bounds = bounds
	require.False(t, plan.split(state, days{time.UTC}, dirty), "each bucket is a place of its own")
	r.bounds = bounds[:1]
	require.True(t, plan.split(state, days{time.UTC}, dirty))
	require.Empty(t, slices.Concat(plan.raw))
}

// A sweep makes the newest days and leaves the rest to the next.
func TestSweepIsBounded(t *testing.T) {
	t.Parallel()
	store := openFacts(t)
	organization := organizationOf(t, store, 1, "UTC")
	keeper := newTestKeeper(store)
	require.NoError(t, keeper.Keep(background))
	commit(t, store, func(batch *pgx.Batch) {
		for i := range maxDays + 10 {
			fact{id: i, queue: "q", kind: "human", endedAt: noon.AddDate(0, 0, -i), duration: 1}.write(batch, organization)
		}
	})
	found, err := keeper.sweep(background, 0)
	require.NoError(t, err)
	require.Equal(t, maxDays+10, found)
	require.True(t, keeper.behind)
	require.Equal(t, 10, count(t, store, "rollup_marks"))
	require.Equal(t, 10, count(t, store, "rollup_marks WHERE cell < '2025-09-08'"))
	require.NoError(t, keeper.Keep(background))
	require.False(t, keeper.behind)
	require.Zero(t, count(t, store, "rollup_marks"))
}
