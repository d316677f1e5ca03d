package models

import (
	"time"

	"engaged/delivery"
)

// DeliveryConfiguration is one version of an engagement configuration, with what holds for all of
// its versions.
type DeliveryConfiguration struct {
	OrganizationID string
	ID             string
	// Version counts the configuration's versions from 1.
	Version int
	// Active false means that nothing is dialed; SuspensionType is then one of the Suspended
	// constants, SuspendedAt when that was and SuspendedBy who did it.
	Active         bool
	SuspensionType string
	SuspendedAt    *time.Time
	SuspendedBy    string
	// CreatedAt is when the configuration was made, UpdatedAt when it got its current version or was
	// suspended or resumed last.
	CreatedAt, UpdatedAt time.Time
	DeliveryDocument
}

// What suspended a configuration.
const (
	SuspendedByAPI        = "api"
	SuspendedByAdmin      = "admin"
	SuspendedByBotFailure = "bot_failure"
)

// DeliveryDocument is what one version of an engagement configuration says: whom it dials for, how
// fast, and the planner's rules.
type DeliveryDocument struct {
	// Name is what agents read, 1 to 100 characters; Description says more, up to 200.
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	// Type is voice, which is also what an empty one means.
	Type string `json:"type,omitempty"`
	// WorkstreamID and QueueID are the routing system's own: where answered calls go.
	WorkstreamID string `json:"workstream_id,omitempty"`
	QueueID      string `json:"queue_id"`
	// Mode is how calls are dialed.
	Mode delivery.Mode `json:"mode"`
	// Pacing bounds how many at once, and in which order.
	Pacing DeliveryPacing `json:"pacing,omitzero"`
	// BotFailure says when failing AI agents suspend the configuration.
	BotFailure BotFailure `json:"bot_failure,omitzero"`
	// The other fields are those of delivery.Rules, of the same names.
	Retry              delivery.Retry                        `json:"retry,omitzero"`
	Zones              delivery.ZoneRules                    `json:"zones,omitzero"`
	Calling            map[delivery.PhoneType]delivery.Hours `json:"calling,omitempty"`
	Packs              []delivery.Pack                       `json:"packs,omitempty"`
	Holidays           []delivery.HolidaySet                 `json:"holidays,omitempty"`
	Queue              *delivery.QueueHours                  `json:"queue,omitempty"`
	IgnoreQueueHours   bool                                  `json:"ignore_queue_hours,omitempty"`
	Caps               []delivery.Cap                        `json:"caps,omitempty"`
	OptOutDispositions []string                              `json:"opt_out_dispositions,omitempty"`
	WaitThreshold      delivery.Millis                       `json:"wait_threshold_ms,omitempty"`
	RingLimit          delivery.Millis                       `json:"ring_limit_ms,omitempty"`
	CallLimit          delivery.Millis                       `json:"call_limit_ms,omitempty"`
	DispositionLimit   delivery.Millis                       `json:"disposition_limit_ms,omitempty"`
	Settle             delivery.Millis                       `json:"settle_ms,omitempty"`
}

// DeliveryPacing is how many calls a configuration may make at once, and which of its waiting
// attempts go first. It always holds in the current version, also for tasks of an older one.
type DeliveryPacing struct {
	// MaxConcurrentCalls is 1 to 500; 0: no bound but the mode's own. Copilot needs it.
	MaxConcurrentCalls int `json:"max_concurrent_calls,omitempty"`
	// CallsPerAgent in Progressive mode, above 0 to 5; 0: the default of 1.
	CallsPerAgent float64 `json:"calls_per_agent,omitempty"`
	// QueueAllotment is the share of the queue's agents that count, 1 to 100 percent; 0: all.
	QueueAllotment int `json:"queue_allotment,omitempty"`
	// SkipAvailability lets previews wait for agents.
	SkipAvailability bool `json:"skip_availability,omitempty"`
	// Priority among the configurations of a queue: critical, high or normal, the default.
	Priority string `json:"priority,omitempty"`
	// ProcessingOrder of waiting attempts; default earliest_scheduled.
	ProcessingOrder delivery.Processing `json:"processing_order,omitempty"`
	// StartJitter spreads the attempts that wait for one window's start over so many milliseconds;
	// default 0.
	StartJitter delivery.Millis `json:"start_jitter_ms,omitempty"`
}

// The priority classes of configurations.
const (
	PriorityCritical = "critical"
	PriorityHigh     = "high"
	PriorityNormal   = "normal"
)

// Class returns the priority as a number: 1 critical, 2 high, 3 normal.
func (p DeliveryPacing) Class() int {
	switch p.Priority {
	case PriorityCritical:
		return 1
	case PriorityHigh:
		return 2
	default:
		return 3
	}
}

// Order returns the processing order, the default where none is set.
func (p DeliveryPacing) Order() delivery.Processing {
	if p.ProcessingOrder == "" {
		return delivery.EarliestScheduled
	}
	return p.ProcessingOrder
}

// BotFailure says when failing AI agents suspend a configuration.
type BotFailure struct {
	// Treatment is none (default), suspend (at the first failure) or threshold.
	Treatment string `json:"treatment,omitempty"`
	// ThresholdPercent is the share of answered calls whose AI agent failed that is still borne,
	// above 0 to 100; needed by threshold alone.
	ThresholdPercent float64 `json:"threshold_percent,omitempty"`
}

// The treatments of failing AI agents.
const (
	BotFailureNone      = "none"
	BotFailureSuspend   = "suspend"
	BotFailureThreshold = "threshold"
)

// Rules returns the document's part that the core works with, as a version of it.
func (d *DeliveryDocument) Rules(version int) delivery.Rules {
	return delivery.Rules{
		Version: version, Mode: d.Mode, Retry: d.Retry, Zones: d.Zones, Calling: d.Calling, Packs: d.Packs, Holidays: d.Holidays,
		Queue: d.Queue, IgnoreQueueHours: d.IgnoreQueueHours, Caps: d.Caps, OptOutDispositions: d.OptOutDispositions,
		WaitThreshold: d.WaitThreshold, RingLimit: d.RingLimit, CallLimit: d.CallLimit, DispositionLimit: d.DispositionLimit, Settle: d.Settle,
	}
}

// Pace returns the limits that the core's pacing works with.
func (d *DeliveryDocument) Pace() delivery.Pace {
	p := d.Pacing
	return delivery.Pace{
		Mode: d.Mode, MaxConcurrent: p.MaxConcurrentCalls, CallsPerAgent: p.CallsPerAgent, Allotment: p.QueueAllotment, SkipAvailability: p.SkipAvailability,
	}
}

// Plan returns what a task was accepted with under this version.
func (c *DeliveryConfiguration) Plan(task delivery.Task) delivery.Plan {
	return delivery.Plan{Task: task, Rules: c.Rules(c.Version)}
}
