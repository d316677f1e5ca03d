package analytics_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"engaged/analytics"
	"engaged/models"
)

// partitions makes a partition for each month around the facts.
func partitions(t testing.TB, store *models.Store) {
	t.Helper()
	for table, s := range shapes() {
		if s.row != nil {
			continue
		}
		for month := range 3 {
			from := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC).AddDate(0, month, 0)
			_, err := store.Pool().Exec(t.Context(), fmt.Sprintf("CREATE TABLE %[1]s_%[2]d PARTITION OF %[1]s FOR VALUES FROM ('%[3]s') TO ('%[4]s')",
				table, month, from.Format(time.DateOnly), from.AddDate(0, 1, 0).Format(time.DateOnly)))
			require.NoError(t, err)
		}
	}
}

var zones = []string{"UTC", "Europe/Copenhagen", "Asia/Kathmandu", "America/St_Johns"}

func TestAnswersFromRowsEqualTheOracles(t *testing.T) {
	t.Parallel()
	store := open(t)
	partitions(t, store)
	engine := analytics.NewEngine(store, analytics.Options{})
	data := 0
	rapid.Check(t, func(rt *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		data++
		// The other organization has other facts in the same conversations.
		facts := slices.Concat(makeFacts(random, fmt.Sprint("own ", data), 40), makeFacts(random, fmt.Sprint("other ", data), 20))
		write(t, store, facts)
		for range 6 {
			q := drawQuery(rt, fmt.Sprint("own ", data))
			check(rt, engine, facts, q)
			checkSums(rt, engine, q)
			checkPages(rt, engine, q)
		}
	})
}

// drawQuery draws a valid query.
func drawQuery(t *rapid.T, organization string) analytics.Query {
	m, _ := analytics.MetricByID(rapid.SampledFrom(asked()).Draw(t, "metric"))
	zone, err := analytics.LoadZone(rapid.SampledFrom(zones).Draw(t, "zone"))
	require.NoError(t, err)
	q := analytics.Query{
		Organization: organization, Metric: m.ID, Location: zone, Attribution: analytics.AtEnd,
		Measures:       rapid.SliceOfNDistinct(rapid.SampledFrom(m.Measures), 1, len(m.Measures), rapid.ID).Draw(t, "measures"),
		IncludeExpired: rapid.Bool().Draw(t, "expired"),
		BusinessHours:  m.Business != nil && rapid.Bool().Draw(t, "business"),
		Parameters:     analytics.Parameters{},
	}
	drawPeriod(t, m, &q)
	attributes := m.Attributes()
	for i := range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "filters") {
		q.Filters = append(q.Filters, drawFilter(t, fmt.Sprint(i), rapid.SampledFrom(attributes).Draw(t, "filter")))
	}
	q.GroupBy = rapid.SliceOfNDistinct(rapid.SampledFrom(attributes), 0, 3, rapid.ID).Draw(t, "group by")
	if m.Kind == analytics.Share && !slices.Contains(q.GroupBy, m.Groups[0]) {
		q.GroupBy = append(q.GroupBy, m.Groups[0])
	}
	if rapid.IntRange(0, 9).Draw(t, "conversations") == 0 {
		q.Conversations = []string{"c1", "c2", "c3", "c4", "c5", "c6", "nowhere'"}
	}
	for _, p := range m.Parameters {
		switch {
		case p.Choices != nil:
			q.Parameters[p.ID] = rapid.SampledFrom(p.Choices).Draw(t, p.ID)
		case p.ID == "limit_days" || p.ID == "days":
			q.Parameters[p.ID] = 1.0 + float64(rapid.IntRange(0, 1).Draw(t, p.ID))/2
		default:
			q.Parameters[p.ID] = float64(rapid.SampledFrom([]int{0, 5, 12, 30, 1800}).Draw(t, p.ID))
		}
	}
	if slices.Contains(q.Measures, analytics.Distribution) {
		q.Edges = []float64{0, 1, 2.5, 60, 3600}
	}
	return q
}

// asked are the metrics that are computed from rows.
func asked() []string {
	var found []string
	for _, m := range analytics.Metrics() {
		if m.Kind != analytics.Open && m.Kind != analytics.Watermark {
			found = append(found, m.ID)
		}
	}
	return found
}

func drawPeriod(t *rapid.T, m *analytics.Metric, q *analytics.Query) {
	if m.ID != "backlog" && rapid.IntRange(0, 5).Draw(t, "all time") == 0 {
		return
	}
	start := firstDay.Add(time.Duration(rapid.Int64Range(-86_400_000, factDays*86_400_000).Draw(t, "start")) * time.Millisecond)
	if rapid.Bool().Draw(t, "round") {
		start = start.Truncate(15 * time.Minute)
	}
	q.Period = analytics.Period{Start: start, End: start.Add(time.Duration(rapid.Int64Range(1, 4*86_400_000).Draw(t, "length")) * time.Millisecond)}
	intervals := append([]analytics.Interval{"", ""}, analytics.Intervals...)
	q.Interval = rapid.SampledFrom(intervals).Draw(t, "interval")
	record, _ := analytics.RecordByID(m.Record)
	switch {
	case record.Start == "" || m.Kind == analytics.Custom:
	case m.Spans && !q.BusinessHours && slices.Contains(q.Measures, analytics.Sum) && rapid.Bool().Draw(t, "prorated"):
		q.Attribution, q.Measures = analytics.Prorated, []analytics.Measure{analytics.Sum}
	case rapid.IntRange(0, 3).Draw(t, "at start") == 0:
		q.Attribution = analytics.AtStart
	}
}

func drawFilter(t *rapid.T, name, attribute string) analytics.Filter {
	f := analytics.Filter{Attribute: attribute}
	a, _ := analytics.AttributeByID(attribute)
	operators := []analytics.Operator{analytics.Is, analytics.Is, analytics.IsNot, analytics.Empty, analytics.NotEmpty}
	if a.Type == analytics.Numeric {
		operators = append(operators, analytics.Range)
	}
	f.Operator = rapid.SampledFrom(operators).Draw(t, name+" operator")
	pool := slices.Concat([]string{attribute + "1", attribute + "2", "vip", "refund"}, hostile)
	switch {
	case a.Type == analytics.Numeric:
		pool = []string{"1", "4", "4.5", "9"}
	case a.Type == analytics.Flag:
		pool = []string{"true", "false"}
	case attribute == "outcome":
		pool = []string{"accepted", "declined", "answered", "abandoned", hostile[0]}
	case len(deliveryPools[attribute]) > 0:
		pool = slices.Concat(deliveryPools[attribute], hostile[:2])
	case attribute == "disposition_code":
		pool = []string{"Sold", "Call back", hostile[0], hostile[5], "None"}
	case len(reasons[attribute]) > 0:
		pool = slices.DeleteFunc(slices.Concat(reasons[attribute], hostile[:2]), func(v string) bool { return v == "" })
	}
	switch f.Operator {
	case analytics.Is, analytics.IsNot:
		f.Values = rapid.SliceOfN(rapid.SampledFrom(pool), 1, 3).Draw(t, name+" values")
	case analytics.Range:
		f.Least = new(float64(rapid.IntRange(0, 4).Draw(t, name+" least")))
		if rapid.Bool().Draw(t, name+" bounded") {
			f.Most = new(*f.Least + 3)
		}
	case analytics.Empty, analytics.NotEmpty:
	}
	return f
}

// check asks the engine and the oracle.
func check(t *rapid.T, engine *analytics.Engine, facts []*fact, q analytics.Query) analytics.Answer {
	answer, err := engine.Ask(t.Context(), q)
	require.NoError(t, err)
	o := &oracle{facts: facts, q: q, m: oracleMetrics[q.Metric]}
	if m, ok := deliveryOracle[q.Metric]; ok {
		o.m = m
	}
	if q.BusinessHours {
		o.q.Parameters = maps.Clone(q.Parameters)
		o.q.Parameters["business"] = true
	}
	require.NotEmpty(t, o.m.table, "the oracle does not know %s", q.Metric)
	for _, f := range facts {
		if f.table == o.m.table && f.organization == q.Organization {
			o.own = append(o.own, f)
		}
	}
	overlaps := o.m.overlaps || q.Attribution == analytics.Prorated
	cells := o.cells(overlaps, q.GroupBy)
	wholes := map[[2]string]float64{}
	if o.m.share != "" {
		rest := slices.DeleteFunc(slices.Clone(q.GroupBy), func(id string) bool { return id == o.m.share })
		for key, pieces := range o.cells(false, rest) {
			wholes[key] = o.kept(pieces)
		}
	}
	names, starts := labels(q)
	if q.Interval == "" {
		names, starts = []string{""}, []time.Time{q.Period.Start}
	}
	seen := map[[2]string]bool{}
	for _, row := range answer.Rows {
		i := 0
		if q.Interval != "" {
			i = slices.Index(names, label(row.Bucket, q.Interval, q.Location))
			require.GreaterOrEqual(t, i, 0, row.Bucket)
		}
		to := q.Period.End
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		key := [2]string{names[i], groupOf(row)}
		require.False(t, seen[key], "%q appears twice", key)
		seen[key] = true
		rest := []string{}
		for j, id := range q.GroupBy {
			if id != o.m.share {
				rest = append(rest, groupOf(analytics.Row{Group: row.Group[j : j+1]}))
			}
		}
		whole := wholes[[2]string{names[i], joined(rest)}]
		for j, measure := range answer.Measures {
			want := o.measure(measure, cells[key], whole, starts[i], to)
			got := row.Values[j]
			requireNumber(t, answer.Plan.Source, measure, q.Attribution, want, got, fmt.Sprintf("%q %s of %+v\n%s", key, measure, q, answer.Plan.SQL))
		}
	}
	for key, pieces := range cells {
		if len(q.GroupBy) == 0 || o.hasData(pieces) {
			require.True(t, seen[key], "%q is missing in %+v\n%s", key, q, answer.Plan.SQL)
		}
	}
	if len(q.GroupBy) == 0 {
		require.Len(t, answer.Rows, len(names))
	}
	return answer
}

// checkSums holds that what adds up does: the buckets are the whole.
func checkSums(t *rapid.T, engine *analytics.Engine, q analytics.Query) {
	m, _ := analytics.MetricByID(q.Metric)
	if q.Interval == "" || m.Kind == analytics.Custom || m.Kind == analytics.Nested {
		return
	}
	sums := func(q analytics.Query) map[string]float64 {
		answer, err := engine.Ask(t.Context(), q)
		require.NoError(t, err)
		sums := map[string]float64{}
		for _, row := range answer.Rows {
			for i, measure := range answer.Measures {
				switch measure {
				case analytics.Sum, analytics.Count, analytics.Numerator, analytics.Denominator:
					sums[groupOf(row)+string(measure)] += *row.Values[i].Value
				default:
				}
			}
		}
		return sums
	}
	parts := sums(q)
	q.Interval = ""
	for name, whole := range sums(q) {
		require.InDelta(t, whole, parts[name], 1e-9*max(whole, 1), "%s of %+v", name, q)
	}
}

// checkPages holds that the pages together are the answer, whatever the order.
func checkPages(t *rapid.T, engine *analytics.Engine, q analytics.Query) {
	orders := []string{""}
	if q.Interval == "" {
		for _, measure := range q.Measures {
			if measure != analytics.Distribution {
				orders = append(orders, string(measure))
			}
		}
		orders = append(orders, q.GroupBy...)
	}
	q.OrderBy, q.Ascending = rapid.SampledFrom(orders).Draw(t, "order"), rapid.Bool().Draw(t, "ascending")
	all, err := engine.Ask(t.Context(), q)
	require.NoError(t, err)
	require.Empty(t, all.Next)
	for i, row := range all.Rows {
		at := slices.Index(q.Measures, analytics.Measure(q.OrderBy))
		if i == 0 || at < 0 || row.Values[at].Value == nil {
			continue
		}
		before, now := *all.Rows[i-1].Values[at].Value, *row.Values[at].Value
		require.True(t, before == now || before < now == q.Ascending, "%v before %v in %+v", before, now, q)
	}
	q.Limit = max(len(all.Rows)/3, 1)
	var paged []analytics.Row
	for {
		page, err := engine.Ask(t.Context(), q)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Rows), q.Limit)
		paged = append(paged, page.Rows...)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	require.Equal(t, all.Rows, paged)
}

// hasData tells that a measure of the pieces is defined and more than nothing.
func (o *oracle) hasData(pieces []piece) bool {
	for _, measure := range []analytics.Measure{analytics.Count, analytics.Denominator} {
		want := o.measure(measure, pieces, 1, o.q.Period.Start, o.q.Period.End)
		if o.m.share == "" && want.values[0] != nil && *want.values[0] > 0 && (measure == analytics.Denominator) == (o.m.part != nil) && o.m.of == nil && o.m.above == "" {
			return true
		}
	}
	return false
}

func joined(values []string) string {
	text := ""
	for i, value := range values {
		if i > 0 {
			text += "|"
		}
		text += value
	}
	return text
}

func requireNumber(t require.TestingT, source string, measure analytics.Measure, attribution analytics.Attribution, want expected, got analytics.Number, where string) {
	switch {
	case got.Approximate:
		require.NotEqual(t, "rows", source, where)
		require.InDelta(t, *want.values[0], *got.Value, got.Error*math.Abs(*want.values[0])+1e-9, where)
	case measure == analytics.Distribution:
		require.Equal(t, want.shares, got.Shares, where)
	case attribution != analytics.Prorated && slices.Contains([]analytics.Measure{analytics.Count, analytics.Sum, analytics.Min, analytics.Max, analytics.Numerator, analytics.Denominator}, measure):
		require.Equal(t, want.values[0], got.Value, where)
	default:
		scale := 0.0
		switch measure {
		case analytics.StdDev, analytics.ConfidenceLow, analytics.ConfidenceHigh:
			scale = 1 // differences of larger numbers
		default:
		}
		require.True(t, agree(want.values[0], got.Value, scale), "%v instead of %v: %s", text(got.Value), text(want.values[0]), where)
	}
}

func text(n *float64) string {
	if n == nil {
		return "null"
	}
	return fmt.Sprint(*n)
}
