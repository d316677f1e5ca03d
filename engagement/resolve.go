package engagement

// Built-in defaults of the settings.
const (
	DefaultInactivityPeriod Millis = 600_000
	DefaultOpenLimit        Millis = 14 * 24 * 3_600_000
	DefaultSettle           Millis = 2_000
	DefaultWrapupLimit      Millis = 600_000
)

// Values of the settings that are names.
const (
	AnchorLastEndUserMessage          = "last_end_user_message"
	AnchorFirstUnansweredAgentMessage = "first_unanswered_agent_message"
	ReturnToSameAgent                 = "same_agent"
	ReturnToQueue                     = "queue"
)

// Effective is what the settings say for one channel and group at one instant, nothing left open.
type Effective struct {
	// Version is the settings version that was current; 0 for the built-in defaults.
	Version int `json:"version"`
	// Inactivity tells whether silence ends a leg; activity routing switches it off.
	Inactivity         bool   `json:"inactivity"`
	InactivityPeriod   Millis `json:"inactivity_period_ms"`
	InactivityAnchor   string `json:"inactivity_anchor"`
	ActivityRouting    bool   `json:"activity_routing"`
	OpenLimit          Millis `json:"open_limit_ms"`
	ReturnAfterTimeout string `json:"return_after_timeout"`
	CloseOnSolved      bool   `json:"close_on_solved"`
	Settle             Millis `json:"settle_ms"`
	WrapupLimit        Millis `json:"wrapup_limit_ms"`
	// ScheduleID names the business-hours schedule; empty means always open.
	ScheduleID string `json:"schedule_id,omitempty"`
}

// DefaultSettings is the version that holds for an organization without settings.
func DefaultSettings() Settings { return Settings{} }

// SettingsAt returns the version that was current at an instant: the newest that was effective by
// then, before all of them the first, without any the built-in defaults.
func SettingsAt(versions []Settings, at Instant) Settings {
	if len(versions) == 0 {
		return DefaultSettings()
	}
	var current, first *Settings
	for i := range versions {
		v := &versions[i]
		if first == nil || v.Version < first.Version {
			first = v
		}
		if v.EffectiveFrom <= at && (current == nil || v.Version > current.Version) {
			current = v
		}
	}
	if current == nil {
		return *first
	}
	return *current
}

// Resolve returns what a version says for a channel and group: the group's value, else the
// channel's, else the organization's, else the built-in default.
func (s Settings) Resolve(channel, group string) Effective {
	c := ChannelOf(channel)
	layers := []Rules{s.Groups[group], s.Channels[c.ID], s.Defaults}
	if group == "" {
		layers = layers[1:]
	}
	r := Effective{
		Version:            s.Version,
		Inactivity:         pick(layers, func(r Rules) *bool { return r.Inactivity }, c.Inactivity),
		InactivityPeriod:   pick(layers, func(r Rules) *Millis { return r.InactivityPeriod }, DefaultInactivityPeriod),
		InactivityAnchor:   pick(layers, func(r Rules) *string { return r.InactivityAnchor }, AnchorLastEndUserMessage),
		ActivityRouting:    pick(layers, func(r Rules) *bool { return r.ActivityRouting }, false),
		OpenLimit:          pick(layers, func(r Rules) *Millis { return r.OpenLimit }, DefaultOpenLimit),
		ReturnAfterTimeout: pick(layers, func(r Rules) *string { return r.ReturnAfterTimeout }, ReturnToSameAgent),
		CloseOnSolved:      pick(layers, func(r Rules) *bool { return r.CloseOnSolved }, false),
		Settle:             pick(layers, func(r Rules) *Millis { return r.Settle }, DefaultSettle),
		WrapupLimit:        pick(layers, func(r Rules) *Millis { return r.WrapupLimit }, DefaultWrapupLimit),
		ScheduleID:         pick(layers, func(r Rules) *string { return r.ScheduleID }, ""),
	}
	if r.ActivityRouting {
		r.Inactivity = false
	}
	return r
}

// pick returns the first value that a layer gives.
func pick[T any](layers []Rules, value func(Rules) *T, otherwise T) T {
	for _, l := range layers {
		if v := value(l); v != nil {
			return *v
		}
	}
	return otherwise
}
