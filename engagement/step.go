package engagement

// Next tells a run what to do with the result of folding all its entries.
func (r Result) Next() Step {
	if final, cut := r.firstFinal(); final {
		return Step{Kind: StepRecord, At: cut}
	}
	idle := len(r.Legs) == 0 && r.State.Idle()
	if idle && r.Clock >= r.IdleAt {
		return Step{Kind: StepEnd, At: r.Clock}
	}
	next := Step{Kind: StepWait}
	wait := func(at Instant) {
		if next.At == 0 || at < next.At {
			next.At = at
		}
	}
	if r.Deadline != nil {
		wait(r.Deadline.At)
	}
	if at, ok := r.lookAt(); ok {
		wait(at)
	}
	if len(r.Legs) > 0 {
		_, end := r.firstEnd()
		wait(end)
	}
	if idle {
		wait(r.IdleAt)
	}
	return next
}

// lookAt returns when a run has to look into the log although nothing is due: messages are not
// dispatched by themselves, and under the anchor of the agent's first unanswered message one that
// the run has not seen may have set the time running.
func (r Result) lookAt() (Instant, bool) {
	leg := r.State.Leg
	if leg == nil || leg.Leg.InactivityPeriod == nil || leg.Leg.InactivityAnchor != AnchorFirstUnansweredAgentMessage || leg.UnansweredAgentAt != nil {
		return 0, false
	}
	return r.Clock.Add(*leg.Leg.InactivityPeriod), true
}

// firstFinal reports whether the legs that ended first are final, and when they ended. Later legs
// wait for earlier ones, whatever their own settle says: records are written in order.
func (r Result) firstFinal() (final bool, cut Instant) {
	if len(r.Legs) == 0 {
		return false, 0
	}
	cut, at := r.firstEnd()
	return r.Clock >= at, cut
}

// firstEnd returns when the first ended leg ended, and when it and the legs that ended with it
// become final.
func (r Result) firstEnd() (cut, final Instant) {
	cut = *r.Legs[0].EndedAt
	for _, l := range r.Legs {
		if *l.EndedAt == cut {
			final = max(final, cut.Add(l.Settle))
		}
	}
	return cut, final
}
