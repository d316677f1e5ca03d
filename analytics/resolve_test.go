package analytics

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestResolveDefaults asks as little as possible.
func TestResolveDefaults(t *testing.T) {
	t.Parallel()
	r, err := resolve(Query{Organization: "acme", Metric: "service_level"})
	require.NoError(t, err)
	require.Equal(t, Query{
		Organization: "acme", Metric: "service_level", Measures: []Measure{Percentage}, Location: time.UTC, Attribution: AtEnd, Limit: MaxRows,
		Parameters: Parameters{"variant": "all_abandons", "threshold_seconds": 20.0, "short_abandon_seconds": 5.0},
	}, r.query)
	require.Equal(t, []string{"service_level", "queue_visits"}, []string{r.metric.ID, r.record.ID})
	require.Equal(t, []Term{
		{Where: "outcome = 'answered' AND wait_ms <= ?", Args: []any{int64(20_000)}}, {Where: "outcome IN ('answered', 'abandoned')"},
	}, r.terms)
	require.Empty(t, r.bounds, "all time")
}

// TestResolve asks for everything, in other forms than the canonical ones, and keeps the caller's
// slices as they were.
func TestResolve(t *testing.T) {
	t.Parallel()
	start, end := instant(t, "2026-11-20T10:30Z"), instant(t, "2026-11-20T12:00Z")
	q := Query{
		Metric: "engagement_duration", Measures: []Measure{P95, Sum, P95, Distribution}, Period: Period{start, end},
		Filters: []Filter{
			{Attribute: "channel", Values: []string{"PSTN_PHONE", "Fax", "email"}},
			{Attribute: "direction", Operator: IsNot, Values: []string{"INBOUND"}},
			{Attribute: "tag", Operator: NotEmpty},
			{Attribute: "started_in_business_hours", Values: []string{"TRUE"}},
			{Attribute: "end_reason", Values: []string{"ticket status updated - solved", "EXPIRED"}},
		},
		GroupBy: []string{"tag", "channel"}, Interval: Hour, Attribution: AtStart, BusinessHours: true, IncludeExpired: true,
		Edges: []float64{-1, 0, 60.5}, Limit: 7, Conversations: []string{"c-1"},
	}
	r, err := resolve(q)
	require.NoError(t, err)
	require.Equal(t, []Filter{
		{Attribute: "channel", Operator: Is, Values: []string{"FAX", "Fax", "email", "fax", "voice"}},
		{Attribute: "initial_direction", Operator: IsNot, Values: []string{"inbound"}},
		{Attribute: "tag_id", Operator: NotEmpty},
		{Attribute: "started_in_business_hours", Operator: Is, Values: []string{"true"}},
		{Attribute: "end_reason", Operator: Is, Values: []string{"expired", "status_solved"}},
	}, r.query.Filters)
	require.Equal(t, []Measure{P95, Sum, Distribution}, r.query.Measures)
	require.Equal(t, []string{"tag_id", "channel"}, r.query.GroupBy)
	require.Equal(t, []time.Time{start, instant(t, "2026-11-20T11:00Z"), end}, r.bounds)
	require.Equal(t, []Term{{Value: "duration_business_ms"}}, r.terms)
	require.Equal(t, "PSTN_PHONE", q.Filters[0].Values[0])
	require.Equal(t, "tag", q.GroupBy[0])
}

func TestResolveKinds(t *testing.T) {
	t.Parallel()
	r, err := resolve(Query{Metric: "end_reason_mix", GroupBy: []string{"queue_id"}})
	require.NoError(t, err)
	require.Equal(t, []string{"queue_id", "end_reason"}, r.query.GroupBy, "a share is always grouped")
	r, err = resolve(Query{Metric: "conversation_assignments_per_agent"})
	require.NoError(t, err)
	require.Empty(t, r.query.GroupBy)
	r, err = resolve(Query{Metric: "expired_open_engagements", Parameters: Parameters{"limit_days": 7}})
	require.NoError(t, err)
	require.True(t, r.query.IncludeExpired)
	require.Equal(t, []any{int64(604_800_000), int64(604_800_000)}, r.terms[0].Args)
	r, err = resolve(Query{Metric: "tickets_engaged"})
	require.NoError(t, err)
	require.Empty(t, r.terms)
	r, err = resolve(Query{Metric: "data_freshness"})
	require.NoError(t, err)
	require.Equal(t, []Measure{Value}, r.query.Measures)
	at := instant(t, "2026-11-20T10:30Z")
	r, err = resolve(Query{Metric: "engagements", Period: Period{at, at}})
	require.NoError(t, err)
	require.Equal(t, []time.Time{at, at}, r.bounds, "an empty period is a period")
	r, err = resolve(Query{Metric: "csat", Filters: []Filter{{Attribute: "score", Values: []string{"4.0", "1e0"}}, {Attribute: "score", Operator: Range, Least: new(2.0)}}})
	require.NoError(t, err)
	require.Equal(t, []string{"1", "4"}, r.query.Filters[0].Values)
}

// TestResolveRefuses changes one thing of a good query at a time.
func TestResolveRefuses(t *testing.T) {
	t.Parallel()
	at := instant(t, "2026-11-20T10:00Z")
	filter := func(f Filter) func(*Query) { return func(q *Query) { q.Filters = []Filter{f} } }
	for name, c := range map[string]struct {
		change      func(*Query)
		field, code string
		says        string
	}{
		"unknown metric":    {func(q *Query) { q.Metric = "nope'; --" }, "metric", "unknown_metric", `unknown metric id "nope'; --"`},
		"long metric":       {func(q *Query) { q.Metric = strings.Repeat("x", 9999) }, "metric", "unknown_metric", `xxx..."`},
		"unknown measure":   {func(q *Query) { q.Measures = []Measure{Count, "Mode"} }, "measures[1]", "unknown_measure", "Average, Min"},
		"measure elsewhere": {func(q *Query) { q.Measures = []Measure{Percentage} }, "measures[0]", "measure_not_offered", "does not offer Percentage"},
		"half a period":     {func(q *Query) { q.Period = Period{End: at} }, "period", "invalid_period", "start and an end"},
		"period backwards":  {func(q *Query) { q.Period = Period{at, at.Add(-1)} }, "period", "invalid_period", "ends before it starts"},
		"buckets of all":    {func(q *Query) { q.Interval, q.Period = Day, Period{} }, "interval", "no_period", "need a period"},
		"unknown interval":  {func(q *Query) { q.Interval = "5m" }, "interval", "unknown_interval", "15m, 30m, hour"},
		"too many buckets":  {func(q *Query) { q.Interval, q.Period.End = Quarter, at.AddDate(3, 0, 0) }, "interval", "too_many_buckets", "shorter period"},
		"period of now":     {func(q *Query) { q.Metric, q.Measures = "active_engagements", nil }, "period", "no_period", "without a period"},
		"interval of now":   {func(q *Query) { *q = Query{Metric: "engagement_age", Interval: Day} }, "interval", "no_period", "without an interval"},
		"unknown attribute": {filter(Filter{Attribute: "colour", Values: []string{"red"}}), "filters[0].attribute", "unknown_attribute", "agent_id, queue_id"},
		"attribute of offers": {filter(Filter{Attribute: "outcome", Values: []string{"accepted"}}), "filters[0].attribute", "unknown_attribute",
			"engagement_duration does not have outcome"},
		"attributes of none":  {func(q *Query) { *q = Query{Metric: "data_freshness", GroupBy: []string{"channel"}} }, "group_by[0]", "unknown_attribute", "has no attributes"},
		"unknown operator":    {filter(Filter{Attribute: "channel", Operator: "like", Values: []string{"x"}}), "filters[0].operator", "unknown_operator", "is, is_not"},
		"no values":           {filter(Filter{Attribute: "channel"}), "filters[0].values", "invalid_value", "needs values"},
		"empty value":         {filter(Filter{Attribute: "channel", Values: []string{"chat", ""}}), "filters[0].values[1]", "invalid_value", "operator empty"},
		"value of empty":      {filter(Filter{Attribute: "channel", Operator: Empty, Values: []string{"x"}}), "filters[0].values", "invalid_value", "takes no values"},
		"not a flag":          {filter(Filter{Attribute: "started_in_business_hours", Values: []string{"1"}}), "filters[0].values[0]", "invalid_value", "true or false"},
		"broken text":         {filter(Filter{Attribute: "agent_id", Values: []string{"\xff"}}), "filters[0].values[0]", "invalid_value", "UTF-8"},
		"character 0":         {filter(Filter{Attribute: "agent_id", Values: []string{"a\x00"}}), "filters[0].values[0]", "invalid_value", "UTF-8"},
		"long value":          {filter(Filter{Attribute: "agent_id", Values: []string{strings.Repeat("x", 1025)}}), "filters[0].values[0]", "invalid_value", "1024 bytes"},
		"range of text":       {filter(Filter{Attribute: "agent_id", Operator: Range, Least: new(1.0)}), "filters[0].operator", "not_numeric", "agent_id is not a number"},
		"bounds of is":        {filter(Filter{Attribute: "agent_id", Values: []string{"x"}, Most: new(1.0)}), "filters[0]", "invalid_value", "only the operator range"},
		"too many filters":    {func(q *Query) { q.Filters = make([]Filter, MaxFilters+1) }, "filters", "too_many_filters", "at most 50"},
		"too many values":     {filter(Filter{Attribute: "agent_id", Values: make([]string, MaxFilterValues+1)}), "filters[0].values", "too_many_values", "at most 1000"},
		"no conversations":    {func(q *Query) { q.Conversations = []string{} }, "conversations", "invalid_conversations", "1 to 10000"},
		"many conversations":  {func(q *Query) { q.Conversations = make([]string, 10_001) }, "conversations", "invalid_conversations", "1 to 10000"},
		"conversation bytes":  {func(q *Query) { q.Conversations = []string{"a\x00"} }, "conversations[0]", "invalid_value", "UTF-8"},
		"conversations now":   {func(q *Query) { *q = Query{Metric: "data_freshness", Conversations: []string{"a"}} }, "conversations", "no_conversations", "cannot be limited"},
		"grouped twice":       {func(q *Query) { q.GroupBy = []string{"tag", "tag_id"} }, "group_by[1]", "repeated_attribute", "twice"},
		"too many groups":     {func(q *Query) { q.GroupBy = make([]string, MaxGroupBy+1) }, "group_by", "too_many_groups", "at most 8"},
		"unknown attribution": {func(q *Query) { q.Attribution = "middle" }, "attribution", "unknown_attribution", "end, start, prorated"},
		"prorated average":    {func(q *Query) { q.Attribution, q.Measures = Prorated, []Measure{Sum, Average} }, "measures[1]", "not_prorated", "only Sum"},
		"prorated handling":   {func(q *Query) { q.Metric, q.Attribution = "handle_time", Prorated }, "attribution", "not_prorated", "handle_time is not one"},
		"prorated business":   {func(q *Query) { q.BusinessHours, q.Attribution = true, Prorated }, "attribution", "not_prorated", "business time"},
		"start of a rating":   {func(q *Query) { q.Metric, q.Attribution, q.Measures = "csat", AtStart, nil }, "attribution", "no_start", "use attribution end"},
		"start of tickets":    {func(q *Query) { q.Metric, q.Attribution, q.Measures = "tickets_engaged", AtStart, nil }, "attribution", "no_start", "use attribution end"},
		"business talk":       {func(q *Query) { q.Metric, q.BusinessHours = "talk_time", true }, "business_hours", "no_business_time", "not kept"},
		"unknown parameter":   {func(q *Query) { q.Parameters = Parameters{"x": 1.0} }, "parameters", "unknown_parameter", "has no parameters"},
		"other parameter":     {level(Parameters{"threshold": 1.0}), "parameters", "unknown_parameter", "variant, threshold_seconds, short_abandon_seconds"},
		"unknown choice":      {level(Parameters{"variant": "best"}), "parameters.variant", "invalid_parameter", "one of all_abandons"},
		"number as choice":    {level(Parameters{"variant": 1.0}), "parameters.variant", "invalid_parameter", "one of all_abandons"},
		"text as number":      {level(Parameters{"threshold_seconds": "20"}), "parameters.threshold_seconds", "invalid_parameter", "from 0 to 604800"},
		"below":               {level(Parameters{"threshold_seconds": -1.0}), "parameters.threshold_seconds", "invalid_parameter", "from 0 to 604800"},
		"no number":           {level(Parameters{"threshold_seconds": math.NaN()}), "parameters.threshold_seconds", "invalid_parameter", "from 0 to 604800"},
		"no edges":            {func(q *Query) { q.Measures = []Measure{Distribution} }, "edges", "invalid_edges", "needs edges"},
		"edges of a sum":      {func(q *Query) { q.Edges = []float64{1} }, "edges", "invalid_edges", "measure Distribution"},
		"edges descend":       {edges(1, 3, 3), "edges[2]", "invalid_edges", "ascend"},
		"infinite edge":       {edges(1, math.Inf(1)), "edges[1]", "invalid_edges", "finite"},
		"many edges":          {edges(make([]float64, MaxEdges+1)...), "edges", "invalid_edges", "at most 100"},
		"negative limit":      {func(q *Query) { q.Limit = -1 }, "limit", "invalid_limit", "1 to 50000"},
		"large limit":         {func(q *Query) { q.Limit = MaxRows + 1 }, "limit", "invalid_limit", "1 to 50000"},
		"unknown order":       {func(q *Query) { q.OrderBy, q.GroupBy = "Average", []string{"channel"} }, "order_by", "invalid_order", "one of channel, Sum"},
		"order of buckets":    {func(q *Query) { q.OrderBy, q.Interval = "Sum", Hour }, "order_by", "invalid_order", "come by time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := Query{Organization: "acme", Metric: "engagement_duration", Measures: []Measure{Sum}, Period: Period{at, at.AddDate(0, 0, 1)}}
			_, err := resolve(q)
			require.NoError(t, err)
			c.change(&q)
			_, err = resolve(q)
			requireInvalid(t, err, c.field, c.code)
			require.ErrorContains(t, err, c.says)
			require.Less(t, len(err.Error()), 500)
		})
	}
}

func level(p Parameters) func(*Query) {
	return func(q *Query) { q.Metric, q.Measures, q.Parameters = "service_level", nil, p }
}

func edges(edges ...float64) func(*Query) {
	return func(q *Query) { q.Measures, q.Edges = []Measure{Distribution}, edges }
}

// TestResolveRanges refuses ranges that cannot hold a number.
func TestResolveRanges(t *testing.T) {
	t.Parallel()
	for says, f := range map[string]Filter{
		"needs least or most":   {Operator: Range},
		"finite numbers":        {Operator: Range, Least: new(math.NaN())},
		"greater than most":     {Operator: Range, Least: new(2.0), Most: new(1.0)},
		"least and most, not":   {Operator: Range, Values: []string{"1"}},
		"takes a number":        {Values: []string{"many"}},
		"a number, not \"Inf\"": {Values: []string{"Inf"}},
	} {
		f.Attribute = "score"
		_, err := resolve(Query{Metric: "csat", Filters: []Filter{f}})
		require.ErrorContains(t, err, says)
		var wrong *InvalidQuery
		require.ErrorAs(t, err, &wrong)
	}
}

// FuzzResolve puts anything everywhere: a query is refused with an InvalidQuery or names only what the
// catalogue has.
func FuzzResolve(f *testing.F) {
	f.Add("csat", "Percentage", "channel", "is", "EMAIL", "day", "end", "survey", 5.0, int64(1_700_000_000), int64(86_400))
	f.Add("service_level", "Percentage", "tag", "range", "'; DROP TABLE ratings", "15m", "prorated", "variant", math.Inf(1), int64(-1), int64(1<<40))
	f.Fuzz(func(t *testing.T, metric, measure, attribute, operator, value, interval, attribution, parameter string, number float64, start, length int64) {
		q := Query{
			Metric: metric, Measures: []Measure{Measure(measure)}, Interval: Interval(interval), Attribution: Attribution(attribution),
			Filters: []Filter{{Attribute: attribute, Operator: Operator(operator), Values: []string{value}}},
			GroupBy: []string{attribute}, Edges: []float64{number}, OrderBy: measure, Parameters: Parameters{parameter: number},
			Period: Period{time.Unix(start, 0), time.Unix(start, 0).Add(time.Duration(length))}, Limit: int(length),
		}
		r, err := resolve(q)
		if err != nil {
			var wrong *InvalidQuery
			require.ErrorAs(t, err, &wrong)
			return
		}
		require.LessOrEqual(t, len(r.bounds), MaxBuckets+1)
		for _, id := range append(slices.Clone(r.query.GroupBy), r.query.Filters[0].Attribute) {
			_, ok := r.record.attributeSQL(id)
			require.True(t, ok, id)
		}
		for id := range maps.Keys(r.query.Parameters) {
			_, ok := r.metric.parameter(id)
			require.True(t, ok)
		}
	})
}
