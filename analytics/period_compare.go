package analytics

import "time"

// Comparison says with which other period a period is compared.
type Comparison string

// The comparisons.
const (
	// PreviousPeriod is the period of the same length just before.
	PreviousPeriod Comparison = "previous"
	// SamePeriodLastYear is the same dates a year before; for weeks, the same week 52 weeks before, so
	// that the days of the week match.
	SamePeriodLastYear Comparison = "same_period_last_year"
)

// Comparisons are all of them.
var Comparisons = []Comparison{PreviousPeriod, SamePeriodLastYear}

// ComparePeriod returns the period with which p is compared. preset is the preset that p came from,
// empty for none. The period before a month is the month before, whatever their lengths: lengths are
// those of the zone's calendar if p begins and ends with a month or a day of it, else of the clock.
func ComparePeriod(p Period, preset Preset, how Comparison, zone *time.Location) (Period, error) {
	if p.Start.IsZero() || p.End.IsZero() {
		return Period{}, invalid("compare", "no_period", "all time has nothing to be compared with; give a period")
	}
	_, length, _, known := preset.around(dateOf(p.Start.In(zone)))
	switch how {
	case PreviousPeriod:
		if !known {
			return previous(p, zone), nil
		}
		return shift(p, length, zone), nil
	case SamePeriodLastYear:
		if known && length.days == 7 {
			return shift(p, span{days: 52 * 7}, zone), nil
		}
		return yearBefore(p, zone), nil
	default:
		return Period{}, invalid("compare", "unknown_comparison", "%s is not a comparison; use one of %s", quoted(string(how)), listed(Comparisons))
	}
}

// previous is the period of p's length that ends where p begins.
func previous(p Period, zone *time.Location) Period {
	first, last := dateOf(p.Start.In(zone)), dateOf(p.End.In(zone))
	if !first.begin(zone).Equal(p.Start) || !last.begin(zone).Equal(p.End) {
		return Period{p.Start.Add(-p.End.Sub(p.Start)), p.Start}
	}
	length := span{days: int(last.utc().Sub(first.utc()) / (24 * time.Hour))}
	if first.day == 1 && last.day == 1 {
		length = span{months: 12*(last.year-first.year) + int(last.month) - int(first.month)}
	}
	return Period{length.add(first, -1).begin(zone), p.Start}
}

// shift moves a period of whole days back by one length.
func shift(p Period, length span, zone *time.Location) Period {
	back := func(t time.Time) time.Time { return length.add(dateOf(t.In(zone)), -1).begin(zone) }
	return Period{back(p.Start), back(p.End)}
}

// yearBefore has the same readings of the zone's clocks a year before. 29 February becomes 28, but the
// end of 28 February, which is midnight of the 29th, stays the end of February.
func yearBefore(p Period, zone *time.Location) Period {
	back := func(t time.Time, end bool) time.Time {
		wall := wallOf(t, zone)
		before := wall.AddDate(-1, 0, 0)
		midnight := wall.Equal(dateOf(wall).utc())
		if before.Day() != wall.Day() && !(end && midnight) {
			before = before.AddDate(0, 0, -1)
		}
		return firstAt(before, zone)
	}
	return Period{back(p.Start, false), back(p.End, true)}
}
