package oracle

import (
	"slices"

	"engaged/engagement"
)

// pinned are the settings that hold for one leg, offer or visit.
type pinned struct {
	version      int
	inactivity   bool
	period       engagement.Millis
	anchor       string
	openLimit    engagement.Millis
	returnTo     string
	closeSolved  bool
	wrapupLimit  engagement.Millis
	scheduleID   string
	schedule     *engagement.Schedule
	activityRule bool
}

const (
	minute engagement.Millis = 60_000
	day                      = 24 * 60 * minute
)

// quiet are the channels whose silence ends nothing unless a setting says otherwise.
var quiet = []string{"email", "contact_form", "voice", "callback"}

// rulesAt resolves the settings version current at an instant for a channel and group.
func (s *story) rulesAt(at engagement.Instant, channel, group string) pinned {
	version := engagement.Settings{}
	for i, v := range s.Settings {
		if i == 0 || v.EffectiveFrom <= at {
			version = v
		}
	}
	layers := []engagement.Rules{version.Groups[group], version.Channels[channel], version.Defaults}
	p := pinned{
		version:      version.Version,
		inactivity:   pick(layers, !slices.Contains(quiet, channel), func(r engagement.Rules) *bool { return r.Inactivity }),
		period:       pick(layers, 10*minute, func(r engagement.Rules) *engagement.Millis { return r.InactivityPeriod }),
		anchor:       pick(layers, "last_end_user_message", func(r engagement.Rules) *string { return r.InactivityAnchor }),
		openLimit:    pick(layers, 14*day, func(r engagement.Rules) *engagement.Millis { return r.OpenLimit }),
		returnTo:     pick(layers, "same_agent", func(r engagement.Rules) *string { return r.ReturnAfterTimeout }),
		closeSolved:  pick(layers, false, func(r engagement.Rules) *bool { return r.CloseOnSolved }),
		wrapupLimit:  pick(layers, 10*minute, func(r engagement.Rules) *engagement.Millis { return r.WrapupLimit }),
		scheduleID:   pick(layers, "", func(r engagement.Rules) *string { return r.ScheduleID }),
		activityRule: pick(layers, false, func(r engagement.Rules) *bool { return r.ActivityRouting }),
	}
	if schedule, ok := version.Schedules[p.scheduleID]; ok {
		p.schedule = &schedule
	}
	return p
}

// pick takes the first layer that says something.
func pick[T any](layers []engagement.Rules, otherwise T, of func(engagement.Rules) *T) T {
	for _, layer := range layers {
		if v := of(layer); v != nil {
			return *v
		}
	}
	return otherwise
}
