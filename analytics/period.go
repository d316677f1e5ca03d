package analytics

import (
	"fmt"
	"regexp"
	"sync"
	"time"
	_ "time/tzdata" // a bare image has zones too
)

// Preset names a period relative to now.
type Preset string

// The presets. This* covers the whole current period, the part to come included; weeks begin on
// Monday (ISO 8601).
const (
	Today           Preset = "Today"
	Yesterday       Preset = "Yesterday"
	ThisWeek        Preset = "ThisWeek"
	PreviousWeek    Preset = "PreviousWeek"
	ThisMonth       Preset = "ThisMonth"
	PreviousMonth   Preset = "PreviousMonth"
	ThisQuarter     Preset = "ThisQuarter"
	PreviousQuarter Preset = "PreviousQuarter"
	ThisYear        Preset = "ThisYear"
	PreviousYear    Preset = "PreviousYear"
)

// Presets are all of them, in order.
var Presets = []Preset{
	Today, Yesterday, ThisWeek, PreviousWeek, ThisMonth, PreviousMonth, ThisQuarter, PreviousQuarter, ThisYear, PreviousYear,
}

// span is a length on the calendar.
type span struct{ years, months, days int }

// add returns the date that lies n spans later.
func (s span) add(d date, n int) date {
	return dateOf(time.Date(d.year+n*s.years, d.month+time.Month(n*s.months), d.day+n*s.days, 0, 0, 0, 0, time.UTC))
}

// around returns the date on which the period around today begins, the length of such periods, and
// how many of them it lies back.
func (p Preset) around(today date) (first date, length span, back int, ok bool) {
	quarter := today.month - (today.month-1)%3
	switch p {
	case Today:
		return today, span{days: 1}, 0, true
	case Yesterday:
		return today, span{days: 1}, 1, true
	case ThisWeek:
		return today.monday(), span{days: 7}, 0, true
	case PreviousWeek:
		return today.monday(), span{days: 7}, 1, true
	case ThisMonth:
		return date{today.year, today.month, 1}, span{months: 1}, 0, true
	case PreviousMonth:
		return date{today.year, today.month, 1}, span{months: 1}, 1, true
	case ThisQuarter:
		return date{today.year, quarter, 1}, span{months: 3}, 0, true
	case PreviousQuarter:
		return date{today.year, quarter, 1}, span{months: 3}, 1, true
	case ThisYear:
		return date{today.year, time.January, 1}, span{years: 1}, 0, true
	case PreviousYear:
		return date{today.year, time.January, 1}, span{years: 1}, 1, true
	default:
		return date{}, span{}, 0, false
	}
}

// ResolvePreset returns the period that a preset means at an instant, by the calendar of a zone. ok is
// false for an unknown preset.
func ResolvePreset(p Preset, now time.Time, zone *time.Location) (period Period, ok bool) {
	first, length, back, ok := p.around(dateOf(now.In(zone)))
	if !ok {
		return Period{}, false
	}
	first = length.add(first, -back)
	return Period{Start: first.begin(zone), End: length.add(first, 1).begin(zone)}, true
}

// zoneName is the form of IANA names: Europe/Copenhagen, Etc/GMT+5, America/Argentina/Ushuaia.
var zoneName = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}$`)

// notZones are names that time.LoadLocation knows and that are no place's time.
var notZones = map[string]bool{"Local": true, "Factory": true}

// zones are those that were loaded before, by name: the database is in a file that must be read.
var zones sync.Map

// LoadZone returns the time zone of an IANA name. Names are read as the database writes them;
// offsets, abbreviations of one's own and the server's own zone ("", Local) are refused.
func LoadZone(name string) (*time.Location, error) {
	if zone, known := zones.Load(name); known {
		return zone.(*time.Location), nil
	}
	if len(name) > 64 || !zoneName.MatchString(name) || notZones[name] {
		return nil, fmt.Errorf("%s is not an IANA time zone such as Europe/Copenhagen or UTC", quoted(name))
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%s is not an IANA time zone such as Europe/Copenhagen or UTC", quoted(name))
	}
	zones.Store(name, zone)
	return zone, nil
}
