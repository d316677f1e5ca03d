package delivery

import "fmt"

// Facts is what the rules ask beyond a task's plan, as it stands at dial time.
type Facts struct {
	// Inactive tells that the configuration is suspended, SuspensionType by what.
	Inactive       bool   `json:"inactive,omitempty"`
	SuspensionType string `json:"suspension_type,omitempty"`
	// Policies are the cancellation policies that may concern the task.
	Policies []Policy `json:"policies,omitempty"`
	// Consents and NotToContact are the records about the contact and number.
	Consents     []Consent      `json:"consents,omitempty"`
	NotToContact []NotToContact `json:"not_to_contact,omitempty"`
	// History is the past attempts of the contact, number and task, as far back as any cap or pause
	// reaches.
	History []PastAttempt `json:"history,omitempty"`
	// Capacity is what the pacing says; nil leaves it out.
	Capacity *Capacity `json:"capacity,omitempty"`
}

// Capacity is what the pacing of a configuration has to give.
type Capacity struct {
	// Known false means that nobody has told of agents lately.
	Known bool `json:"known"`
	// Free is how many calls may be started now.
	Free int `json:"free"`
}

// Candidate is the attempt whose eligibility is asked.
type Candidate struct {
	Position Position `json:"position"`
	// NotBefore is the end of a retry's delay, or a callback's time; 0 without.
	NotBefore Instant `json:"not_before,omitzero"`
	// Windows, where given, replace those of task and contact.
	Windows []Window `json:"windows,omitempty"`
	// Suspended tells that the task is.
	Suspended bool `json:"suspended,omitempty"`
}

// Evaluate tells whether an attempt may start at an instant. It asks every rule in the order of the
// Rule constants. The first that ends the attempt decides; else the first that nothing but a change
// of facts can lift holds it; else it waits for the earliest instant that all rules over time allow
// together, and where there is none the attempt expires now.
func Evaluate(plan *Plan, c Candidate, facts *Facts, at Instant) Verdict {
	cal := calendarOf(plan, c.Windows, c.Position)
	v := Verdict{At: at, ZonesFrom: cal.zonesFrom}
	for _, zone := range cal.zones {
		v.Zones = append(v.Zones, zone.String())
	}
	rules := timed(plan, cal, c, facts)
	v.configuration(c, facts)
	v.overTime(rules, at, RuleExpiry)
	v.policies(cal.target, facts, at)
	v.consent(cal.target, facts)
	v.overTime(rules, at, RuleCaps, RuleRetryDelay, RuleWindows, RuleQuietHours, RuleStatutory, RuleHolidays, RuleQueueHours)
	v.capacity(facts)
	next, ok := newWalk(rules).next(at)
	if ok {
		v.NextAt = &next
	}
	v.decide(ok)
	if v.Action == Allow {
		v.Until = new(newWalk(rules).until(at))
	}
	return v
}

// timed returns all rules over time in their order: the calendar's and those that facts make.
func timed(plan *Plan, cal *calendar, c Candidate, facts *Facts) []namedRule {
	all := &calendar{}
	for _, limit := range plan.Rules.Caps {
		all.add(RuleCaps, ReasonCap, fmt.Sprintf("%d per %s and %s", limit.Most, limit.Scope, limit.Period), newCapRule(limit, cal.target, facts.History))
	}
	if c.NotBefore != 0 {
		all.add(RuleRetryDelay, ReasonRetryDelay, "", spanRule{Start: c.NotBefore, End: endOfTime})
	}
	for i := range plan.Rules.Packs {
		p := &plan.Rules.Packs[i]
		if !p.covers(cal.contact, cal.number) {
			continue
		}
		for _, limit := range p.Caps {
			all.add(RuleStatutory, ReasonStatutoryCap, p.Name+" "+p.Version, newCapRule(limit, cal.target, facts.History))
		}
		for _, pause := range p.Pauses {
			all.add(RuleStatutory, ReasonPause, p.Name+" "+p.Version, newPauseRule(pause, cal.target, facts.History))
		}
	}
	all.rules = append(all.rules, cal.rules...)
	return all.rules
}

func (v *Verdict) check(c Check) { v.Checks = append(v.Checks, c) }

func (v *Verdict) configuration(c Candidate, facts *Facts) {
	switch {
	case facts.Inactive:
		v.check(Check{Rule: RuleConfiguration, Reason: ReasonInactive, Detail: facts.SuspensionType, action: Hold})
	case c.Suspended:
		v.check(Check{Rule: RuleConfiguration, Reason: ReasonSuspended, action: Hold})
	default:
		v.check(Check{Rule: RuleConfiguration, Allowed: true})
	}
}

// overTime asks the rules of the kinds named, kind by kind; a kind without a rule allows.
func (v *Verdict) overTime(rules []namedRule, at Instant, kinds ...Rule) {
	for _, kind := range kinds {
		asked := false
		for _, r := range rules {
			if r.rule != kind {
				continue
			}
			asked = true
			next := r.next(at)
			switch {
			case next == at:
				v.check(Check{Rule: kind, Allowed: true, Detail: r.detail})
			case next >= endOfTime:
				v.check(Check{Rule: kind, Reason: r.reason, Detail: r.detail, action: Expire})
			default:
				v.check(Check{Rule: kind, Reason: r.reason, Detail: r.detail, NextAt: &next, action: Wait})
			}
		}
		if !asked {
			v.check(Check{Rule: kind, Allowed: true})
		}
	}
}

func (v *Verdict) policies(t target, facts *Facts, at Instant) {
	for _, p := range facts.Policies {
		if p.matches(t, at) {
			v.PolicyID, v.Scope = p.ID, ScopeContact
			v.check(Check{Rule: RulePolicy, Reason: ReasonPolicy, Detail: p.ID, action: Cancel})
			return
		}
	}
	v.check(Check{Rule: RulePolicy, Allowed: true})
}

func (v *Verdict) consent(t target, facts *Facts) {
	if scope, out := optedOut(facts.Consents, t); out {
		v.refuse(scope, Check{Rule: RuleConsent, Reason: ReasonOptedOut, action: Cancel})
		return
	}
	for _, entry := range facts.NotToContact {
		check := Check{Rule: RuleConsent, Reason: ReasonDoNotContact, Detail: entry.List, action: Cancel}
		if entry.ContactID != "" && entry.ContactID == t.contact.ID {
			v.refuse(ScopeContact, check)
			return
		}
		if entry.Number != "" && entry.Number == t.number {
			v.refuse(ScopeNumber, check)
			return
		}
	}
	v.check(Check{Rule: RuleConsent, Allowed: true})
}

func (v *Verdict) refuse(scope Scope, c Check) {
	if v.Scope == "" {
		v.Scope = scope
	}
	v.check(c)
}

func (v *Verdict) capacity(facts *Facts) {
	c := Check{Rule: RuleCapacity, action: Hold}
	switch {
	case facts.Capacity == nil || facts.Capacity.Known && facts.Capacity.Free > 0:
		c.Allowed = true
	case !facts.Capacity.Known:
		c.Reason = ReasonCapacityUnknown
	default:
		c.Reason = ReasonCapacityExhausted
	}
	v.check(c)
}

// decide makes one action of all checks; possible tells whether any instant is left.
func (v *Verdict) decide(possible bool) {
	v.Action = Allow
	rank := map[Action]int{Allow: 0, Wait: 1, Hold: 2, Expire: 3, Cancel: 3}
	for _, c := range v.Checks {
		if c.Allowed {
			continue
		}
		if v.Reason == "" || rank[c.action] > rank[v.Action] {
			v.Action, v.Rule, v.Reason = c.action, c.Rule, c.Reason
		}
	}
	if !possible && v.Action != Expire && v.Action != Cancel {
		// Each rule alone would allow some instant, but no two of them the same one.
		v.Action, v.Reason = Expire, ReasonNoWindowLeft
	}
	if v.Action != Cancel {
		v.Scope = ""
	}
}
