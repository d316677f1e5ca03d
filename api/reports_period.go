package api

import (
	"time"

	"engaged/analytics"
)

// readPeriod reads zone, period and what to compare with.
func (q *question) readPeriod(o *object, at clock) {
	q.readZone(o, at)
	q.compare = analytics.Comparison(o.text("compare"))
	period := o.object("period")
	if period != nil {
		q.readBounds(period, at)
	}
	if q.compare == "" {
		return
	}
	if period == nil {
		o.refuse("compare", "no_period", "needs a period; all time has nothing to be compared with")
		return
	}
	if q.query.Period == (analytics.Period{}) {
		return
	}
	other, err := analytics.ComparePeriod(q.query.Period, q.preset, q.compare, q.query.Location)
	switch {
	case err != nil:
		o.refuse("compare", "unknown_comparison", "must be previous or same_period_last_year")
	case other.Start.Year() < leastYear:
		o.refuse("compare", "invalid_period", "needs a shorter or later period; the one before it begins before the year 2")
	}
	q.other = other
}

// readZone reads the zone; where there is none, it is the one of the clock.
func (q *question) readZone(o *object, at clock) {
	var err error
	name := o.text("timezone")
	if name == "" {
		q.query.Location, q.failed = at.zone()
	} else if q.query.Location, err = analytics.LoadZone(name); err != nil {
		o.refuse("timezone", "unknown_timezone", "must be an IANA time zone such as Europe/Vienna or UTC")
	}
	if q.query.Location == nil {
		q.query.Location = time.UTC // so that the rest can be read
	}
}

// readBounds reads {"preset": ...} or {"start": ..., "end": ...}.
func (q *question) readBounds(period *object, at clock) {
	defer period.end()
	preset, start, end := period.text("preset"), period.instant("start"), period.instant("end")
	hasStart, hasEnd := period.has("start"), period.has("end")
	switch {
	case preset != "" && (hasStart || hasEnd):
		period.refuse("preset", "invalid_period", "must stand alone, without start and end")
	case preset != "":
		resolved, ok := analytics.ResolvePreset(analytics.Preset(preset), at.now, q.query.Location)
		if !ok {
			period.refuse("preset", "unknown_preset", "must be one of "+joined(analytics.Presets))
		}
		q.preset, q.query.Period = analytics.Preset(preset), resolved
	case !hasStart && !hasEnd:
		period.refuse("preset", "missing_field", "must name a period such as PreviousWeek, or give start and end")
	case !hasStart:
		period.refuse("start", "missing_field", "must be a time such as 2026-01-31T09:00:00Z")
	case !hasEnd:
		period.refuse("end", "missing_field", "must be a time such as 2026-01-31T09:00:00Z; the period ends just before it")
	case start != nil && end != nil && !start.Before(*end):
		period.refuse("end", "invalid_period", "must be later than start")
	case start != nil && end != nil:
		q.query.Period = analytics.Period{Start: *start, End: *end}
	}
}

// leastYear is the first that a period may lie in.
const leastYear = 2

// instant reads RFC 3339 within the years that Postgres and JSON can hold.
func (o *object) instant(name string) *time.Time {
	var text string
	if !o.read(name, &text, "a time such as 2026-01-31T09:00:00Z") {
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if year := t.UTC().Year(); err != nil || year < leastYear || year > 9998 {
		o.refuse(name, "invalid_value", "must be a time such as 2026-01-31T09:00:00Z, in the years 2 to 9998")
		return nil
	}
	return &t
}

func joined[T ~string](names []T) string {
	var text string
	for i, name := range names {
		if i > 0 {
			text += ", "
		}
		text += string(name)
	}
	return text
}
