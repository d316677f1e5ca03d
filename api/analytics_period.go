package api

import (
	"encoding/json"
	"time"

	"engaged/analytics"
)

// wirePeriod is a periodFilter in any of the forms that clients send:
//
//	{"_type":"Preset","value":{"_type":"PreviousWeek"}}
//	{"_type":"Preset","value":"PreviousWeek"}
//	{"_type":"Interval","start":"2025-05-19T00:00:00Z","end":"2025-11-19T23:59:59Z"}
//
// _type may be left out: what has a value is a preset, what has start and end an interval.
type wirePeriod struct {
	// Preset is the name; empty for an interval.
	Preset string `json:"preset,omitempty"`
	// Start and End are an interval's, absolute instants.
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// UnmarshalJSON takes the forms apart. What is wrong with one is a *Problem.
func (p *wirePeriod) UnmarshalJSON(text []byte) error {
	var form struct {
		Type  *string         `json:"_type"`
		Value json.RawMessage `json:"value"`
		Start *string         `json:"start"`
		End   *string         `json:"end"`
	}
	if err := json.Unmarshal(text, &form); err != nil {
		return invalidBody("periodFilter must be an object with _type Preset and value, or with _type Interval, start and end")
	}
	kind := ""
	switch {
	case form.Type != nil:
		kind = *form.Type
	case present(form.Value):
		kind = "Preset"
	case form.Start != nil || form.End != nil:
		kind = "Interval"
	}
	switch kind {
	case "Preset":
		return p.readPreset(form.Value)
	case "Interval":
		return p.readInterval(form.Start, form.End)
	case "":
		return invalidBody("periodFilter needs value, or start and end")
	default:
		return invalidBody("periodFilter._type must be Preset or Interval, not '%s'", echo(kind))
	}
}

func present(value json.RawMessage) bool { return len(value) > 0 && string(value) != "null" }

// readPreset takes a name, or an object whose _type is the name.
func (p *wirePeriod) readPreset(value json.RawMessage) error {
	if present(value) && json.Unmarshal(value, &p.Preset) != nil {
		var named struct {
			Type string `json:"_type"`
		}
		if err := json.Unmarshal(value, &named); err != nil {
			return invalidBody("periodFilter.value must be the name of a preset")
		}
		p.Preset = named.Type
	}
	if _, ok := analytics.ResolvePreset(analytics.Preset(p.Preset), time.Unix(0, 0), time.UTC); !ok {
		return invalidBody("unknown preset '%s'; known are %s", echo(p.Preset), joined(analytics.Presets))
	}
	return nil
}

// readInterval takes two instants, each with its offset from UTC.
func (p *wirePeriod) readInterval(start, end *string) error {
	if start == nil || end == nil {
		return invalidBody("an interval needs start and end")
	}
	var err error
	if p.Start, err = instantOf(*start); err != nil {
		return err
	}
	if p.End, err = instantOf(*end); err != nil {
		return err
	}
	if p.End.Before(p.Start) {
		return invalidBody("the interval ends before it starts")
	}
	return nil
}

// instantOf reads RFC 3339 with an offset, in the years that Postgres and JSON both know. What Postgres
// stores lies before the instant if and only if it lies before the next whole microsecond.
func instantOf(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, invalidBody("start and end must be times such as 2025-05-19T00:00:00Z, not '%s'", echo(text))
	}
	if at = at.UTC(); at.Nanosecond()%1000 > 0 {
		at = at.Truncate(time.Microsecond).Add(time.Microsecond)
	}
	if !instantInRange(at) {
		return time.Time{}, invalidBody("start and end must lie in the years 1 to 9999")
	}
	return at, nil
}

// instantInRange leaves out the first and the last instants of the calendar, which mean none.
func instantInRange(at time.Time) bool {
	return at.Year() >= 1 && at.Year() <= 9999 && !at.IsZero()
}

// resolve returns the half-open period that is meant at an instant.
func (p *wirePeriod) resolve(now time.Time, zone *time.Location) (analytics.Period, error) {
	if p.Preset == "" {
		return analytics.Period{Start: p.Start, End: p.End}, nil
	}
	period, ok := analytics.ResolvePreset(analytics.Preset(p.Preset), now, zone)
	if !ok {
		return period, invalidBody("unknown preset '%s'", echo(p.Preset))
	}
	return period, nil
}
