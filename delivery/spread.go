package delivery

import (
	"fmt"
	"time"
)

// Spread says how a number's retries keep off the times at which it was called in vain.
type Spread string

// The spreads. Without one a retry comes as soon as its delay and the rules allow.
const (
	// SpreadHours prefers, within a day after the delay, the part of the contact's day in which the number was
	// called least: until 12, until 17, or later.
	SpreadHours Spread = "hours"
	// SpreadWeekdays does so within a week after the delay, and of equal parts prefers the weekday.
	SpreadWeekdays Spread = "weekdays"
)

// dayParts are when the parts of a day begin, in minutes.
var dayParts = [3]int{0, 12 * 60, 17 * 60}

// rememberedCalls is how many calls of one number a spread looks at.
const rememberedCalls = 50

func (s Spread) check() error {
	switch s {
	case "", SpreadHours, SpreadWeekdays:
		return nil
	default:
		return fmt.Errorf("spread %q: use hours or weekdays", string(s))
	}
}

// horizon is how long after its delay a retry is put off at most; 0: not at all.
func (s Spread) horizon() Millis {
	switch s {
	case SpreadHours:
		return day
	case SpreadWeekdays:
		return 7 * day
	default:
		return 0
	}
}

// called remembers the start of a call for the retries to come.
func (f *folder) called(n *NumberState, at Instant) {
	if f.plan.Rules.Retry.Spread == "" {
		return
	}
	n.Called = append(n.Called, at)
	if more := len(n.Called) - rememberedCalls; more > 0 {
		n.Called = n.Called[more:]
	}
}

// spread returns from when on a place's next call is to be made, which may be at once: of the instants that the
// rules allow the first at whose time of day, and weekday, its number was called least.
func (f *folder) spread(p Position, notBefore Instant) Instant {
	n, kind := f.s.number(p), f.plan.Rules.Retry.Spread
	if kind == "" || len(n.Called) == 0 {
		return notBefore
	}
	cal := calendarOf(f.plan, f.s.Windows, p)
	zone := cal.zones[0]
	chosen, least := notBefore, 0
	first := true
	for at := notBefore; at < notBefore.Add(kind.horizon()); at = nextPart(at, zone) {
		start, ok := cal.next(at)
		if !ok || start >= notBefore.Add(kind.horizon()) && !first {
			break
		}
		if cost := n.cost(kind, start, zone); first || cost < least {
			chosen, least = at, cost
		}
		first = false
		at = max(at, start)
	}
	return chosen
}

// cost is larger the more often the number was called at a time of day; in a spread over weekdays the weekday
// decides among equal ones.
func (n *NumberState) cost(kind Spread, at Instant, zone *time.Location) int {
	part, weekday := dayPart(at, zone)
	sameParts, sameDays := 0, 0
	for _, c := range n.Called {
		p, d := dayPart(c, zone)
		if p == part {
			sameParts++
		}
		if d == weekday {
			sameDays++
		}
	}
	if kind == SpreadWeekdays {
		return sameParts*(rememberedCalls+1) + sameDays
	}
	return sameParts
}

// dayPart returns the part of the day and the weekday that a zone's clock shows.
func dayPart(at Instant, zone *time.Location) (part, weekday int) {
	local := at.Time().In(zone)
	for i, from := range dayParts {
		if local.Hour()*60+local.Minute() >= from {
			part = i
		}
	}
	return part, int(local.Weekday())
}

// nextPart returns when the next part of a day begins.
func nextPart(at Instant, zone *time.Location) Instant {
	today := civilOf(at, zone)
	for _, from := range dayParts[1:] {
		if begins := firstShowing(today, from, zone); begins > at {
			return begins
		}
	}
	return max(at+1, firstShowing(today+1, 0, zone))
}
