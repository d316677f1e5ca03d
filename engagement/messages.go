package engagement

import "slices"

// customerMessage applies customer.message.
func (f *folder) customerMessage(e *Entry) Outcome {
	if e.Data.Automatic {
		return f.unheard(f.s.Leg != nil)
	}
	if f.s.FirstCustomerMessageAt == nil {
		f.s.FirstCustomerMessageAt = new(e.Time)
	}
	if f.s.Leg == nil && f.returns(e) {
		// The message begins the leg and belongs to it: pending is noted below, for its wait.
		f.hear(e.Time)
		f.countCustomerMessage(f.s.Leg, e.Time)
		return applied
	}
	f.hear(e.Time)
	if ended := f.justEnded(); len(ended) > 0 {
		// At the end of one leg and the start of the next it belongs to the first, and is pending
		// for the next.
		first := ended[0]
		first.countCustomerMessage()
		first.touch(e.Number)
		for _, next := range ended[1:] {
			next.addEmptyWait()
		}
		if f.s.Leg != nil {
			f.openWait(f.s.Leg, e.Time)
		}
		return applied
	}
	if f.s.Leg == nil {
		f.moment.loose = append(f.moment.loose, e)
		return noLeg("")
	}
	f.countCustomerMessage(f.s.Leg, e.Time)
	return applied
}

// hear notes a message that waits for an answer.
func (f *folder) hear(at Instant) {
	if f.s.PendingSince == nil {
		f.s.PendingSince = &at
	}
}

// unheard is the outcome of a message that is neither message nor reply.
func (f *folder) unheard(inLeg bool) Outcome {
	if inLeg {
		return applied
	}
	return noLeg("")
}

// countCustomerMessage takes a customer's message into the open leg.
func (f *folder) countCustomerMessage(leg *OpenLeg, at Instant) {
	leg.LastCustomerAt, leg.UnansweredAgentAt = &at, nil
	if !leg.Leg.HasMessages() {
		return
	}
	leg.Leg.CustomerMessages++
	f.openWait(leg, at)
}

// countCustomerMessage takes a customer's message at a leg's last instant into the ended leg.
func (l *Leg) countCustomerMessage() {
	if l.HasMessages() {
		l.CustomerMessages++
	}
	l.addEmptyWait()
}

// agentMessage applies agent.message.
func (f *folder) agentMessage(e *Entry) Outcome {
	if e.Data.Automatic || e.Data.Visibility == visibilityInternal {
		return f.unheard(f.holds(e.AgentID))
	}
	ended := f.justEnded()
	if i := slices.IndexFunc(ended, func(l *Leg) bool { return l.AgentID == e.AgentID }); i >= 0 {
		f.countLastMessage(ended[i], e)
		return applied
	}
	if f.holds(e.AgentID) {
		f.countAgentMessage(f.s.Leg, e)
		f.answer()
		return applied
	}
	if f.s.Leg != nil || len(ended) > 0 {
		return noLeg(ReasonOtherAgent)
	}
	if !f.moment.agentSpoke {
		f.moment.agentSpoke = true
		f.moment.pendingBefore, f.moment.answeredBefore = f.s.PendingSince, f.s.FirstAnswered
	}
	f.moment.loose = append(f.moment.loose, e)
	f.answer()
	if agentType(e) == AgentHuman && f.s.FirstCustomerMessageAt != nil {
		f.s.FirstAnswered = true
	}
	return noLeg("")
}

// answer notes that the pending message has been answered.
func (f *folder) answer() { f.s.PendingSince = nil }

// countAgentMessage takes a message of the leg's agent into the open leg.
func (f *folder) countAgentMessage(leg *OpenLeg, e *Entry) {
	if leg.UnansweredAgentAt == nil {
		leg.UnansweredAgentAt = new(e.Time)
	}
	hours := f.schedule(leg.Leg.SettingsVersion, leg.Leg.ScheduleID)
	f.countReply(&leg.Leg, e.Time, leg.Leg.closeWait(e.Time, true, hours), hours)
}

// countReply takes an agent's message into a leg; replied tells that it closed a wait.
func (f *folder) countReply(leg *Leg, at Instant, replied bool, hours *Hours) {
	first := leg.AgentType == AgentHuman && f.s.FirstCustomerMessageAt != nil && !f.s.FirstAnswered
	if first {
		f.s.FirstAnswered = true
	}
	if !leg.HasMessages() {
		return
	}
	leg.AgentMessages++
	if replied {
		leg.AgentReplies++
	}
	if leg.FirstReplyAt == nil {
		leg.FirstReplyAt, leg.FirstReply = &at, new(at.Sub(leg.StartedAt))
		leg.FirstReplyBusiness = new(hours.Between(leg.StartedAt, at))
	}
	if first {
		leg.FirstResponse = new(max(0, at.Sub(*f.s.FirstCustomerMessageAt)))
	}
}

// countLastMessage takes an agent's message at a leg's last instant into the ended leg: it answers
// the wait that the end closed, and with it what is pending for the next leg.
func (f *folder) countLastMessage(leg *Leg, e *Entry) {
	replied := false
	if n := len(leg.Waits); n > 0 && !leg.Waits[n-1].Answered {
		leg.Waits[n-1].Answered, replied = true, true
	}
	f.countReply(leg, e.Time, replied, f.schedule(leg.SettingsVersion, leg.ScheduleID))
	leg.touch(e.Number)
	if next := f.s.Leg; next != nil && next.Leg.StartedAt == e.Time {
		next.Leg.dropWait()
	}
	f.answer()
}
