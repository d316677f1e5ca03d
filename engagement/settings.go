package engagement

// Settings is one immutable version of an organization's settings. A leg pins the version that was
// current at its start; before the first version, the first holds.
type Settings struct {
	// Version numbers an organization's versions from 1. 0 is DefaultSettings.
	Version int `json:"version"`
	// EffectiveFrom is the instant from which legs that begin use this version.
	EffectiveFrom Instant `json:"effective_from"`
	// Defaults hold for every channel and group that does not say otherwise.
	Defaults Rules `json:"defaults"`
	// Channels holds what differs by channel; it outranks the built-in channel defaults.
	Channels map[string]Rules `json:"channels,omitempty"`
	// Groups holds what differs by group; it outranks Channels.
	Groups map[string]Rules `json:"groups,omitempty"`
	// Schedules are the business-hours schedules that ScheduleID names.
	Schedules map[string]Schedule `json:"schedules,omitempty"`
}

// Rules are the settings that can differ by channel and group. A nil field falls through: group,
// channel, organization, built-in default.
type Rules struct {
	// InactivityPeriod in milliseconds, 180,000 to 900,000; default 600,000.
	InactivityPeriod *Millis `json:"inactivity_period_ms,omitempty"`
	// Inactivity switches the inactivity deadline; default true for conversational channels,
	// false for the others.
	Inactivity *bool `json:"inactivity,omitempty"`
	// InactivityAnchor is last_end_user_message (default) or first_unanswered_agent_message.
	InactivityAnchor *string `json:"inactivity_anchor,omitempty"`
	// ActivityRouting true means that silence does not end a leg; default false.
	ActivityRouting *bool `json:"activity_routing,omitempty"`
	// OpenLimit in milliseconds: a leg, offer or visit open longer expires; default 14 days.
	OpenLimit *Millis `json:"open_limit_ms,omitempty"`
	// ReturnAfterTimeout is same_agent (default) or queue: whether a customer's message after an
	// inactivity end begins a leg of the same agent.
	ReturnAfterTimeout *string `json:"return_after_timeout,omitempty"`
	// CloseOnSolved writes a closing row when the status becomes solved; default false.
	CloseOnSolved *bool `json:"close_on_solved,omitempty"`
	// Settle in milliseconds: how long a leg must have been ended before it is recorded; default
	// 2,000.
	Settle *Millis `json:"settle_ms,omitempty"`
	// WrapupLimit in milliseconds: an open wrap-up is closed after it; default 600,000.
	WrapupLimit *Millis `json:"wrapup_limit_ms,omitempty"`
	// ScheduleID names the business-hours schedule; none means always open.
	ScheduleID *string `json:"schedule_id,omitempty"`
}

// Schedule is when an organization or group works.
type Schedule struct {
	// TimeZone is an IANA name.
	TimeZone string `json:"time_zone"`
	// Weekly holds the open intervals of a week, in local wall-clock minutes.
	Weekly []WeeklyInterval `json:"weekly"`
	// Holidays are local dates (YYYY-MM-DD) without hours.
	Holidays []string `json:"holidays,omitempty"`
}

// WeeklyInterval is one half-open interval [StartMinute, EndMinute) of a local day.
type WeeklyInterval struct {
	// Weekday is 0 (Sunday) to 6 (Saturday).
	Weekday int `json:"weekday"`
	// StartMinute is minutes after local midnight, 0 to 1439.
	StartMinute int `json:"start_minute"`
	// EndMinute is minutes after local midnight, up to 1440.
	EndMinute int `json:"end_minute"`
}
