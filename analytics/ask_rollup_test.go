package analytics_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"engaged/analytics"
	"engaged/models"
)

// mark says that facts were written, as the record transaction does.
func mark(t testing.TB, store *models.Store, facts []*fact) {
	t.Helper()
	for _, f := range facts {
		record := f.table
		if s := shapes()[f.table]; s.record != "" {
			record = s.record
		}
		_, err := store.Pool().Exec(t.Context(), "INSERT INTO rollup_marks (organization_id, record, cell) VALUES ($1, $2, $3)",
			f.organization, record, f.at.Truncate(models.RollupCell))
		require.NoError(t, err)
	}
}

// keptFacts stores facts of some organizations, keeps their rollups, and then stores some more. It
// returns the facts by organization: its own and those of another one in the same conversations.
func keptFacts(t *testing.T, store *models.Store) map[string][]*fact {
	t.Helper()
	early, late, known := []*fact{}, []*fact{}, map[string][]*fact{}
	for i, zone := range slices.Concat(zones, zones) {
		random := rand.New(rand.NewPCG(uint64(i), 2))
		for _, organization := range []string{fmt.Sprint("own ", i), fmt.Sprint("other ", i)} {
			_, err := store.Pool().Exec(t.Context(), "INSERT INTO organizations (id, reporting_zone) VALUES ($1, $2)", organization, zone)
			require.NoError(t, err)
			early = append(early, makeFacts(random, organization, 60)...)
			if i%4 > 0 {
				late = append(late, makeFacts(random, organization, i)...)
			}
		}
	}
	write(t, store, early)
	mark(t, store, early)
	require.NoError(t, analytics.NewKeeper(store.Pool(), analytics.KeeperOptions{}).Keep(t.Context()))
	write(t, store, late)
	mark(t, store, late)
	for _, f := range slices.Concat(early, late) {
		pair := strings.Replace(f.organization, "other", "own", 1)
		known[pair] = append(known[pair], f)
	}
	return known
}

func TestAnswersFromRollupsEqualTheOracles(t *testing.T) {
	t.Parallel()
	store := open(t)
	partitions(t, store)
	engine := analytics.NewEngine(store, analytics.Options{})
	known := keptFacts(t, store)
	sources := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		own := rapid.SampledFrom(slices.Sorted(maps.Keys(known))).Draw(rt, "organization")
		q := drawCovered(rt, own)
		answer := check(rt, engine, known[own], q)
		sources[answer.Plan.Source]++
		require.Contains(rt, []string{"rollup", "mixed"}, answer.Plan.Source, "%s: %+v", answer.Plan.Reason, q)
		checkPages(rt, engine, q)
	})
	require.Positive(t, sources["mixed"])
	require.Positive(t, sources["rollup"])
}

// drawCovered draws a query that rollups can answer.
func drawCovered(t *rapid.T, organization string) analytics.Query {
	q := drawQuery(t, organization)
	for {
		m, _ := analytics.MetricByID(q.Metric)
		if m.Kind != analytics.Custom && m.Kind != analytics.Share && !m.IncludesExpired && q.Attribution != analytics.Prorated {
			break
		}
		q = drawQuery(t, organization)
	}
	m, _ := analytics.MetricByID(q.Metric)
	record, _ := analytics.RecordByID(m.Record)
	q.IncludeExpired, q.Conversations, q.Attribution, q.Edges = false, nil, analytics.AtEnd, nil
	q.Measures = slices.DeleteFunc(q.Measures, func(measure analytics.Measure) bool { return measure == analytics.Distribution })
	if len(q.Measures) == 0 {
		q.Measures = m.Measures[:1]
	}
	for _, p := range m.Parameters {
		q.Parameters[p.ID] = p.Default
		if p.Choices != nil {
			q.Parameters[p.ID] = p.Choices[0]
		}
	}
	attributes := rapid.SampledFrom(record.Rollups).Draw(t, "set").Attributes
	attributes = slices.DeleteFunc(slices.Clone(attributes), func(id string) bool { return !slices.Contains(m.Attributes(), id) })
	q.Filters, q.GroupBy = nil, nil
	if len(attributes) == 0 || m.Kind == analytics.Nested {
		return q
	}
	q.GroupBy = rapid.SliceOfNDistinct(rapid.SampledFrom(attributes), 0, min(len(attributes), analytics.MaxGroupBy), rapid.ID).Draw(t, "dimensions")
	if rapid.Bool().Draw(t, "filtered") {
		q.Filters = append(q.Filters, drawFilter(t, "covered", rapid.SampledFrom(attributes).Draw(t, "dimension")))
	}
	return q
}
