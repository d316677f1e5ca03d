package analytics

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"engaged/models"
)

var background = context.Background()

var testZones = []string{"UTC", "Europe/Copenhagen", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"}

// drawFact draws an engagement that ended within some days from start, often on a bound of a cell.
func drawFact(t *rapid.T, id int, start time.Time) fact {
	f := fact{
		id:      id,
		queue:   rapid.SampledFrom([]string{"", "q1", "q2", "q\x1f3"}).Draw(t, "queue"),
		channel: rapid.SampledFrom([]string{"", "voice", "messaging"}).Draw(t, "channel"),
		agent:   rapid.SampledFrom([]string{"a1", "a2", "a'3"}).Draw(t, "agent"),
		group:   rapid.SampledFrom([]string{"", "g1"}).Draw(t, "group"),
		kind:    rapid.SampledFrom([]string{"human", "human", "human", "bot"}).Draw(t, "type"),
		reason:  rapid.SampledFrom([]string{"transferred", "ended", "inactivity"}).Draw(t, "reason"),
		expired: rapid.IntRange(0, 9).Draw(t, "expired") == 0,
	}
	f.endedAt = start.Add(time.Duration(rapid.IntRange(0, 4*96).Draw(t, "quarter")) * models.RollupCell)
	f.endedAt = f.endedAt.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 899_999, 123_456}).Draw(t, "within")) * time.Millisecond)
	f.duration = rapid.SampledFrom([]int64{0, 1, 7, 60_000, 3_600_000, 1_209_600_000, int64(rapid.IntRange(0, 1_000_000).Draw(t, "any"))}).Draw(t, "duration")
	if rapid.Bool().Draw(t, "replied") {
		f.firstReply = new(int64(rapid.IntRange(0, 100_000).Draw(t, "first reply")))
	}
	return f
}

// change draws changes of facts: new ones, such that move to another cell or group, and such that go.
func change(t *rapid.T, store *models.Store, organization string, facts map[int]fact, start time.Time) {
	commit(t, store, func(batch *pgx.Batch) {
		for range rapid.IntRange(0, 25).Draw(t, "facts") {
			id := rapid.IntRange(1, 40).Draw(t, "id")
			if known, again := facts[id]; again {
				known.drop(batch, organization)
				delete(facts, id)
				if rapid.Bool().Draw(t, "gone") {
					continue
				}
			}
			facts[id] = drawFact(t, id, start)
			facts[id].write(batch, organization)
		}
	})
}

// drawRequest draws something that rollups cover.
func drawRequest(t *rapid.T, organization string, start time.Time) *request {
	p := rollups()["engagements"]
	r := &request{organization: organization, record: p.record}
	for range rapid.IntRange(1, 3).Draw(t, "terms") {
		r.terms = append(r.terms, rapid.SampledFrom(p.terms).Draw(t, "term"))
		r.wants = append(r.wants, sums|squares|extremes)
		r.sketch = append(r.sketch, len(r.sketch) == 0)
	}
	// Terms without values have no distribution.
	r.terms[0] = rapid.SampledFrom([]Term{{Value: "duration_ms"}, {Value: "first_reply_ms"}, {Value: "hold_ms"}}).Draw(t, "first")
	set := rapid.SampledFrom(p.sets).Draw(t, "set")
	for _, attribute := range set.Attributes {
		if rapid.Bool().Draw(t, "grouped") {
			r.groupBy = append(r.groupBy, attribute)
		}
		if rapid.Bool().Draw(t, "filtered") {
			values := rapid.SliceOfN(rapid.SampledFrom([]string{"q1", "q\x1f3", "voice", "a1", "a'3", "g1", "nobody"}), 1, 3).Draw(t, "values")
			r.filters = append(r.filters, Filter{Attribute: attribute, Operator: rapid.SampledFrom([]Operator{Is, IsNot, Empty, NotEmpty}).Draw(t, "operator"), Values: values})
		}
	}
	slices.Reverse(r.groupBy)
	if rapid.IntRange(0, 4).Draw(t, "all time") == 0 {
		return r
	}
	zone := zoneOf(t, rapid.SampledFrom(testZones).Draw(t, "zone of the question"))
	from := start.Add(time.Duration(rapid.IntRange(-96, 5*96).Draw(t, "from")) * models.RollupCell)
	to := from.Add(time.Duration(rapid.IntRange(0, 5*96).Draw(t, "length")) * models.RollupCell)
	if rapid.Bool().Draw(t, "between") {
		from, to = from.Add(time.Duration(rapid.IntRange(0, 900_000).Draw(t, "odd")*int(time.Millisecond))), to.Add(17*time.Minute)
	}
	if rapid.Bool().Draw(t, "whole days") {
		from, to = dateOf(from.In(zone)).begin(zone), span{days: 1}.add(dateOf(to.In(zone)), 1).begin(zone)
	}
	if r.bounds = []time.Time{from, to}; rapid.Bool().Draw(t, "buckets") {
		bounds, err := buckets(Period{from, to}, rapid.SampledFrom(Intervals).Draw(t, "interval"), zone)
		require.NoError(t, err)
		r.bounds = bounds
	}
	return r
}

// What rollups answer, with cells that are not kept yet, is what rows answer.
func TestRollupsAnswerWhatRowsAnswer(t *testing.T) {
	t.Parallel()
	store := openFacts(t)
	organizations := 0
	rapid.Check(t, func(t *rapid.T) {
		organizations++
		organization := organizationOf(t, store, organizations, rapid.SampledFrom(testZones).Draw(t, "reporting zone"))
		// Around a change of clocks in most of the zones.
		start := rapid.SampledFrom([]time.Time{
			time.Date(2025, 3, 28, 0, 0, 0, 0, time.UTC), time.Date(2025, 10, 24, 0, 0, 0, 0, time.UTC),
			time.Date(2011, 12, 28, 0, 0, 0, 0, time.UTC), time.Date(2018, 11, 2, 0, 0, 0, 0, time.UTC),
		}).Draw(t, "start")
		now := start
		keeper := NewKeeper(store.Pool(), KeeperOptions{Now: func() time.Time { return now }})
		facts := map[int]fact{}
		for range rapid.IntRange(1, 4).Draw(t, "rounds") {
			change(t, store, organization, facts, start)
			now = now.Add(time.Duration(rapid.IntRange(0, 48).Draw(t, "hours")) * time.Hour)
			if rapid.IntRange(0, 9).Draw(t, "move") == 0 {
				setZone(t, store, organization, rapid.SampledFrom(testZones).Draw(t, "another zone"))
			}
			require.NoError(t, keeper.Keep(background))
			plan, kept, raw := answerBoth(t, store, allRows(organization))
			require.Empty(t, plan.raw, "everything is kept")
			requireSame(t, kept, raw)
			change(t, store, organization, facts, start)
			for range 3 {
				_, kept, raw := answerBoth(t, store, drawRequest(t, organization, start))
				requireSame(t, kept, raw)
			}
		}
	})
}

// allRows asks for the durations of all engagements by queue.
func allRows(organization string) *request {
	return &request{
		organization: organization, record: &engagements, terms: []Term{{Value: "duration_ms"}},
		wants: []aggregate{sums | squares | extremes}, sketch: []bool{true}, groupBy: []string{"queue_id"},
	}
}
