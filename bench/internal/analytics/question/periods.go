package question

import (
	"fmt"
	"time"

	"engaged/bench/internal/analytics/dataset"
)

// periods are what the questions ask for, by the reporting zone's days.
type periods struct {
	zone  *time.Location
	today time.Time
}

func newPeriods(end time.Time) (periods, error) {
	zone, err := time.LoadLocation(dataset.Zone)
	if err != nil {
		return periods{}, fmt.Errorf("loading the reporting zone: %w", err)
	}
	return periods{zone: zone, today: midnight(end.In(zone))}, nil
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// days are the last n whole ones.
func (p periods) days(n int) Period {
	return Period{Start: p.today.AddDate(0, 0, -n), End: p.today}
}

// year is the last whole one, from the first whole day of the data set.
func (p periods) year() Period {
	return Period{Start: p.today.AddDate(-1, 0, 1), End: p.today}
}

// weekday is the last day before today that was neither Saturday nor Sunday.
func (p periods) weekday() Period {
	day := p.today.AddDate(0, 0, -1)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, -1)
	}
	return Period{Start: day, End: day.AddDate(0, 0, 1)}
}

// empty is a day before there were any data.
func (p periods) empty() Period {
	day := time.Date(2001, 3, 5, 0, 0, 0, 0, p.zone)
	return Period{Start: day, End: day.AddDate(0, 0, 1)}
}

// in is the period in another zone: whole days there.
func (p periods) in(zone string, days int) (Period, error) {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Period{}, fmt.Errorf("loading zone %s: %w", zone, err)
	}
	today := midnight(p.today.In(location))
	return Period{Start: today.AddDate(0, 0, -days), End: today}, nil
}
