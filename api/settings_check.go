package api

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are checked alike on every machine

	"engaged/engagement"
)

// The bounds of settings.
const (
	minInactivity   = engagement.Millis(180_000)
	maxInactivity   = engagement.Millis(900_000)
	minOpenLimit    = engagement.Millis(3_600_000)
	maxOpenLimit    = engagement.Millis(90 * 24 * 3_600_000)
	maxSettle       = engagement.Millis(600_000)
	minWrapupLimit  = engagement.Millis(10_000)
	maxWrapupLimit  = engagement.Millis(24 * 3_600_000)
	minRetention    = 21
	maxRetention    = 3650
	maxRuleSets     = 500
	maxHolidays     = 1000
	maxWeekly       = 200
	minutesADay     = 1440
	settingsInvalid = "settings:invalid_value"
)

// faults collects everything that is wrong with a document.
type faults []InvalidParameter

func (f *faults) add(field, reason string, args ...any) {
	*f = append(*f, InvalidParameter{Field: field, Code: settingsInvalid, Reason: fmt.Sprintf(reason, args...)})
}

func (f *faults) between(field string, value *engagement.Millis, low, high engagement.Millis) {
	if value != nil && (*value < low || *value > high) {
		f.add(field, "must be %d to %d milliseconds", low, high)
	}
}

func (f *faults) oneOf(field string, value *string, allowed ...string) {
	if value != nil && !slices.Contains(allowed, *value) {
		f.add(field, "must be one of %s", strings.Join(allowed, ", "))
	}
}

// rules checks the rules of the organization, a channel or a group; at is their place in the
// document, empty for the document itself.
func (f *faults) rules(at string, r engagement.Rules) {
	f.between(at+"inactivity_period_ms", r.InactivityPeriod, minInactivity, maxInactivity)
	f.oneOf(at+"inactivity_anchor", r.InactivityAnchor, engagement.AnchorLastEndUserMessage, engagement.AnchorFirstUnansweredAgentMessage)
	f.between(at+"open_limit_ms", r.OpenLimit, minOpenLimit, maxOpenLimit)
	f.oneOf(at+"return_after_timeout", r.ReturnAfterTimeout, engagement.ReturnToSameAgent, engagement.ReturnToQueue)
	f.between(at+"settle_ms", r.Settle, 0, maxSettle)
	f.between(at+"wrapup_limit_ms", r.WrapupLimit, minWrapupLimit, maxWrapupLimit)
}

// zone checks an IANA name.
func (f *faults) zone(field, name string) {
	if name == "" || name == "Local" {
		f.add(field, `must be an IANA time zone such as "Europe/Vienna"`)
		return
	}
	if _, err := time.LoadLocation(name); err != nil {
		f.add(field, "%q is not an IANA time zone", name)
	}
}

// schedule checks a business-hours schedule.
func (f *faults) schedule(s engagement.Schedule) {
	f.zone("time_zone", s.TimeZone)
	if len(s.Weekly) > maxWeekly {
		f.add("weekly", "may have at most %d intervals", maxWeekly)
	}
	for i, w := range s.Weekly {
		at := fmt.Sprintf("weekly[%d].", i)
		if w.Weekday < 0 || w.Weekday > 6 {
			f.add(at+"weekday", "must be 0 (Sunday) to 6 (Saturday)")
		}
		if w.StartMinute < 0 || w.StartMinute >= minutesADay {
			f.add(at+"start_minute", "must be 0 to 1439")
		}
		if w.EndMinute <= w.StartMinute || w.EndMinute > minutesADay {
			f.add(at+"end_minute", "must be after start_minute, at most 1440")
		}
	}
	if len(s.Holidays) > maxHolidays {
		f.add("holidays", "may have at most %d dates", maxHolidays)
	}
	for i, day := range s.Holidays {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			f.add(fmt.Sprintf("holidays[%d]", i), "must be a date such as 2026-12-24")
		}
	}
}

// references checks that every schedule that rules name exists, and the number of rule sets.
func (f *faults) references(s engagement.Settings) {
	check := func(field string, r engagement.Rules) {
		if r.ScheduleID == nil || *r.ScheduleID == "" {
			return
		}
		if _, ok := s.Schedules[*r.ScheduleID]; !ok {
			f.add(field, "there is no schedule %q; PUT /v1/settings/schedules/%s first", *r.ScheduleID, *r.ScheduleID)
		}
	}
	check("schedule_id", s.Defaults)
	for _, id := range slices.Sorted(maps.Keys(s.Channels)) {
		check("channels."+id+".schedule_id", s.Channels[id])
	}
	for _, id := range slices.Sorted(maps.Keys(s.Groups)) {
		check("groups."+id+".schedule_id", s.Groups[id])
	}
	if len(s.Channels)+len(s.Groups)+len(s.Schedules) > maxRuleSets {
		f.add("", "an organization may have at most %d channels, groups and schedules with settings", maxRuleSets)
	}
}
