package engagement

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// CodeInvalidSetting is the code of a FieldError about settings.
const CodeInvalidSetting = "settings:invalid_field"

// Bounds of the settings, in milliseconds.
const (
	MinInactivityPeriod Millis = 180_000
	MaxInactivityPeriod Millis = 900_000
	MaxOpenLimit               = 365 * day
	MaxSettle           Millis = 3_600_000
	MaxWrapupLimit             = day
	// maxIntervals and maxHolidays bound a schedule.
	maxIntervals = 100
	maxHolidays  = 1000
)

// Validate returns everything that is wrong with a version of the settings.
func (s Settings) Validate() []FieldError {
	var found []FieldError
	found = append(found, s.Defaults.check("defaults", s.Schedules)...)
	for _, name := range slices.Sorted(maps.Keys(s.Channels)) {
		found = append(found, s.Channels[name].check("channels."+name, s.Schedules)...)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Groups)) {
		found = append(found, s.Groups[name].check("groups."+name, s.Schedules)...)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Schedules)) {
		for _, e := range s.Schedules[name].Validate() {
			e.Field = "schedules." + name + "." + e.Field
			found = append(found, e)
		}
	}
	return found
}

// check returns what is wrong with one layer of rules.
func (r Rules) check(at string, schedules map[string]Schedule) []FieldError {
	var found []FieldError
	say := func(field, format string, args ...any) {
		found = append(found, FieldError{CodeInvalidSetting, at + "." + field, fmt.Sprintf(format, args...)})
	}
	within := func(field string, v *Millis, lowest, highest Millis) {
		if v != nil && (*v < lowest || *v > highest) {
			say(field, "Use %d to %d milliseconds for %s.", lowest, highest, field)
		}
	}
	oneOf := func(field string, v *string, allowed ...string) {
		if v != nil && !slices.Contains(allowed, *v) {
			say(field, "Use %s for %s.", listOf(allowed), field)
		}
	}
	within("inactivity_period_ms", r.InactivityPeriod, MinInactivityPeriod, MaxInactivityPeriod)
	within("open_limit_ms", r.OpenLimit, minute, MaxOpenLimit)
	within("settle_ms", r.Settle, 0, MaxSettle)
	within("wrapup_limit_ms", r.WrapupLimit, 1000, MaxWrapupLimit)
	oneOf("inactivity_anchor", r.InactivityAnchor, AnchorLastEndUserMessage, AnchorFirstUnansweredAgentMessage)
	oneOf("return_after_timeout", r.ReturnAfterTimeout, ReturnToSameAgent, ReturnToQueue)
	if r.ScheduleID != nil && *r.ScheduleID != "" {
		if _, ok := schedules[*r.ScheduleID]; !ok {
			say("schedule_id", "Add a schedule named %q, or use one that exists.", shorten(*r.ScheduleID))
		}
	}
	return found
}

// Validate returns everything that is wrong with a schedule.
func (s Schedule) Validate() []FieldError {
	var found []FieldError
	say := func(field, format string, args ...any) {
		found = append(found, FieldError{CodeInvalidSetting, field, fmt.Sprintf(format, args...)})
	}
	if s.TimeZone == "" || s.TimeZone == "Local" {
		say("time_zone", "Use an IANA time zone, such as Europe/Berlin.")
	} else if _, err := time.LoadLocation(s.TimeZone); err != nil {
		say("time_zone", "Use an IANA time zone, such as Europe/Berlin, not %q.", shorten(s.TimeZone))
	}
	if len(s.Weekly) > maxIntervals {
		say("weekly", "Use at most %d intervals.", maxIntervals)
		return found
	}
	for i, w := range s.Weekly {
		if err := w.check(); err != nil {
			say(fmt.Sprintf("weekly[%d]", i), "%s.", err)
		}
	}
	if len(s.Holidays) > maxHolidays {
		say("holidays", "Use at most %d holidays.", maxHolidays)
		return found
	}
	for i, d := range s.Holidays {
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			say(fmt.Sprintf("holidays[%d]", i), "Use a date such as 2025-12-25, not %q.", shorten(d))
		}
	}
	return found
}
