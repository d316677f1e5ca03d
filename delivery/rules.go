package delivery

import (
	"errors"
	"fmt"
)

// Rules is one version of an engagement configuration with its planner settings: all that the core
// asks beside the task itself. A task keeps the version under which it was accepted.
type Rules struct {
	// Version numbers a configuration's versions from 1.
	Version int `json:"version"`
	// Mode is how calls are dialed.
	Mode Mode `json:"mode"`
	// Retry says what follows an attempt.
	Retry Retry `json:"retry"`
	// Zones say whose clock holds.
	Zones ZoneRules `json:"zones"`
	// Calling holds, by type of number, when the contact's clock allows calls; a type without hours
	// may be called at any time.
	Calling map[PhoneType]Hours `json:"calling,omitempty"`
	// Packs and Holidays are the statutory packs and holidays in force.
	Packs    []Pack       `json:"packs,omitempty"`
	Holidays []HolidaySet `json:"holidays,omitempty"`
	// Queue is when the queue works; nil: always.
	Queue *QueueHours `json:"queue,omitempty"`
	// IgnoreQueueHours dials whatever Queue says.
	IgnoreQueueHours bool `json:"ignore_queue_hours,omitempty"`
	// Caps bound how often contact, number and task may be called.
	Caps []Cap `json:"caps,omitempty"`
	// OptOutDispositions are the codes that end a number's consent; default DoNotContact and
	// Do not contact. Case does not matter.
	OptOutDispositions []string `json:"opt_out_dispositions,omitempty"`
	// WaitThreshold in milliseconds: how long an answered customer may wait for an agent before the
	// attempt is marked; default 2,000.
	WaitThreshold Millis `json:"wait_threshold_ms,omitempty"`
	// RingLimit and CallLimit in milliseconds: a call of which nothing has been heard for both
	// together is over; defaults 120,000 and four hours.
	RingLimit Millis `json:"ring_limit_ms,omitempty"`
	CallLimit Millis `json:"call_limit_ms,omitempty"`
	// DispositionLimit in milliseconds: how long an answered call's disposition is waited for before
	// the next step is decided, if any disposition retries; default 600,000.
	DispositionLimit Millis `json:"disposition_limit_ms,omitempty"`
	// Settle in milliseconds: how long an attempt must have been over before it is recorded and the
	// next one starts; default 2,000.
	Settle Millis `json:"settle_ms,omitempty"`
}

// QueueHours is when a queue works, by the clock of its own zone.
type QueueHours struct {
	// TimeZone is an IANA, Windows or Dynamics name.
	TimeZone string `json:"time_zone"`
	Hours    Hours  `json:"hours"`
}

// Check returns everything that is wrong with rules, joined; nil if nothing is.
func (r *Rules) Check() error {
	errs := []error{r.Mode.Check(), r.Retry.Check()}
	for kind, h := range r.Calling {
		if err := h.Check(); err != nil {
			errs = append(errs, fmt.Errorf("calling hours of %s: %w", kind, err))
		}
	}
	if r.Queue != nil {
		errs = append(errs, r.Queue.Hours.Check(), checkZone("queue", r.Queue.TimeZone))
	}
	if r.Zones.Default != "" {
		errs = append(errs, checkZone("default", r.Zones.Default))
	}
	for _, c := range r.Caps {
		errs = append(errs, c.Check())
	}
	for _, h := range r.Holidays {
		errs = append(errs, Hours{ClosedDates: h.Dates}.Check())
	}
	for i := range r.Packs {
		errs = append(errs, r.Packs[i].check())
	}
	for _, d := range []Millis{r.WaitThreshold, r.RingLimit, r.CallLimit, r.DispositionLimit, r.Settle} {
		if d < 0 {
			errs = append(errs, errors.New("limits: give no negative duration"))
		}
	}
	return errors.Join(errs...)
}

func checkZone(of, name string) error {
	if _, ok := LoadZone(name); !ok {
		return fmt.Errorf("time zone %q of %s: use an IANA, Windows or Dynamics name", name, of)
	}
	return nil
}

func (p *Pack) check() error {
	var errs []error
	if p.Hours != nil {
		errs = append(errs, p.Hours.Check())
	}
	for _, r := range p.Regions {
		errs = append(errs, r.Hours.Check())
	}
	for _, c := range p.Caps {
		errs = append(errs, c.Check())
	}
	for _, pause := range p.Pauses {
		if pause.After != AfterConversation && pause.After != AfterAbandoned || pause.Length <= 0 {
			errs = append(errs, fmt.Errorf("pause after %q: use conversation or abandoned and a length", pause.After))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("pack %s: %w", p.Name, err)
	}
	return nil
}

// Plan is what a task was accepted with; Fold and Evaluate take it as it is.
type Plan struct {
	Task  Task  `json:"task"`
	Rules Rules `json:"rules"`
}

func orDefault(v, standard Millis) Millis {
	if v > 0 {
		return v
	}
	return standard
}
