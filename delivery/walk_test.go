package delivery

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// askedAnew is what a walk comes to if every rule is asked at every step.
func askedAnew(rules []namedRule, at Instant) (Instant, bool) {
	for moved := true; moved; {
		moved = false
		for _, r := range rules {
			if at >= endOfTime {
				return 0, false
			}
			if later := r.next(at); later > at {
				at, moved = later, true
			}
		}
	}
	return at, at < endOfTime
}

func TestWalkIsAsIfEveryRuleWereAsked(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{time.UTC, mustZone(t, "Europe/Berlin"), mustZone(t, "America/New_York")}
	start := At(time.Date(2026, 3, 27, 0, 0, 0, 0, time.UTC))
	rapid.Check(t, func(t *rapid.T) {
		var rules []namedRule
		for range rapid.IntRange(1, 5).Draw(t, "rules") {
			var h Hours
			for range rapid.IntRange(1, 9).Draw(t, "intervals") {
				from := rapid.IntRange(0, 1438).Draw(t, "from")
				h.Weekly = append(h.Weekly, WeeklyInterval{rapid.IntRange(0, 6).Draw(t, "weekday"), from, rapid.IntRange(from+1, 1440).Draw(t, "to")})
			}
			rules = append(rules, namedRule{timeRule: hoursRule{h, rapid.SampledFrom(zones).Draw(t, "zone")}})
		}
		days := Millis(rapid.IntRange(1, 20).Draw(t, "days"))
		rules = append(rules, namedRule{timeRule: windowsRule{{start, start.Add(days * day)}}})
		w, at := newWalk(rules), start
		for range 200 {
			want, ok := askedAnew(rules, at)
			got, gotOK := w.next(at)
			require.Equal(t, ok, gotOK)
			if !ok {
				return
			}
			require.Equal(t, want, got)
			end := w.until(got)
			require.Greater(t, end, got)
			next, ok := askedAnew(rules, end)
			require.False(t, ok && next == end, "it would go on")
			middle, ok := askedAnew(rules, got+(end-got)/2)
			require.True(t, ok && middle == got+(end-got)/2, "all of it is allowed")
			at = end
		}
	})
}

func mustZone(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, ok := LoadZone(name)
	require.True(t, ok)
	return zone
}

// countedRule counts how often it is asked.
type countedRule struct {
	timeRule
	asked *int
}

func (r countedRule) next(at Instant) Instant { *r.asked++; return r.timeRule.next(at) }

func (r countedRule) until(at Instant) Instant { *r.asked++; return r.timeRule.until(at) }

// Rules each of which forbids another minute of the day, the last one the first, are each asked a few
// times a day, not once for each of the others.
func TestWalkAsksIntricateRulesOnce(t *testing.T) {
	t.Parallel()
	const n, days = 100, 10
	asked := 0
	var rules []namedRule
	for k := range n {
		h := Daily(0, n-k)
		h.Weekly = append(h.Weekly, Daily(n-k+1, 1440).Weekly...)
		rules = append(rules, namedRule{timeRule: countedRule{hoursRule{h, time.UTC}, &asked}})
	}
	start := At(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	rules = append(rules, namedRule{timeRule: windowsRule{{start, start.Add(days * day)}}})
	c := &calendar{rules: rules}
	last, ok := c.last(start)
	require.True(t, ok)
	require.Equal(t, start.Add(days*day), last)
	require.Less(t, asked, 10*n*days)
}
