package delivery

// dispatched applies what the engine itself did with the waiting attempt.
func (f *folder) dispatched(e *Entry) Outcome {
	at := f.s.Clock
	a := f.s.Current
	switch {
	case f.s.Status.Final() || a == nil || e.Attempt != 0 && e.Attempt < a.Seq:
		return superseded(SupersededOver)
	case e.Attempt > a.Seq:
		return superseded(SupersededNotFound)
	case e.Type == ClaimLost:
		return f.lost(e, a, at)
	case e.Type == AttemptBlocked && e.Data.Fence != 0:
		return f.refused(e, a, at)
	case a.Status != Pending:
		return superseded(SupersededInProcess)
	case e.Type == AttemptBlocked:
		return f.blocked(e, a, at)
	case a.Order != nil:
		return superseded(SupersededInProcess)
	default:
		return f.ordered(e, a, at)
	}
}

// ordered hands the attempt to the dialer, if the rules over time allow a start at that instant.
// The order runs out when they no longer do.
func (f *folder) ordered(e *Entry, a *Attempt, at Instant) Outcome {
	cal := calendarOf(f.plan, f.s.Windows, a.Position)
	if next, ok := cal.next(at); !ok || next != at || at < a.NotBefore || f.s.Suspended {
		return superseded(SupersededForbidden)
	}
	notAfter := cal.until(at)
	if e.Data.NotAfter != 0 {
		notAfter = min(notAfter, e.Data.NotAfter)
	}
	if notAfter <= at {
		return superseded(SupersededTooLate)
	}
	fence := e.Data.Fence
	if fence == 0 {
		fence = e.Number
	}
	a.Order = &Order{Fence: fence, HandedAt: at, NotAfter: notAfter, ClaimsTold: e.Data.ClaimsTold}
	f.touch(a)
	return applied
}

// blocked keeps a verdict that does not allow the attempt. What a dialer was ordered to do and has not
// begun can still be cancelled; everything else is decided by then.
func (f *folder) blocked(e *Entry, a *Attempt, at Instant) Outcome {
	if a.Order != nil && e.Data.Action != Cancel {
		return superseded(SupersededInProcess)
	}
	f.touch(a)
	switch e.Data.Action {
	case Wait:
		if !f.schedule(a, max(at, a.NotBefore, e.Data.NextAt)) {
			f.expire(at, ResultExpired, e.Data.Reason, sequel{})
		}
	case Expire:
		f.expire(at, ResultExpired, e.Data.Reason, sequel{})
	case Cancel:
		a.PolicyID = e.Data.PolicyID
		scope := e.Data.Scope
		if scope != ScopeContact {
			scope = ScopeNumber
		}
		f.s.drop(&f.plan.Task, scope, a.ContactID, a.ToAddress, e.Data.Reason)
		f.cancelAttempt(at, e.Data.Reason)
	case Fail:
		f.close(at, Error, ResultError, e.Data.Reason)
		f.finish(at, Error, e.Data.Reason)
	case Allow, Hold:
	}
	return applied
}

// refused takes the order back of a dialer who asked to start and was refused by a rule: nobody has dialed, and what
// the rule says holds as for an attempt that waits.
func (f *folder) refused(e *Entry, a *Attempt, at Instant) Outcome {
	switch {
	case a.StartedAt != nil:
		return superseded(SupersededInProcess)
	case a.Order == nil || a.Order.Fence != e.Data.Fence:
		return superseded(SupersededStale)
	}
	a.Order, a.Status, f.s.Status = nil, Pending, Pending
	return f.blocked(e, a, at)
}

// lost ends an attempt whose claimed order came to nothing before its start. It may have been dialed:
// it is never handed out again, but retried as a failed call.
func (f *folder) lost(e *Entry, a *Attempt, at Instant) Outcome {
	switch {
	case a.Order == nil:
		return superseded(SupersededNotOrdered)
	case e.Data.Fence != 0 && e.Data.Fence != a.Order.Fence:
		return superseded(SupersededStale)
	case a.StartedAt != nil:
		return superseded(SupersededInProcess)
	}
	f.touch(a)
	f.giveUp(at)
	return applied
}

func (f *folder) giveUp(at Instant) {
	f.close(at, Error, Unknown, ReasonLost)
	f.decide(at)
}

// advance applies every deadline before an instant, in order; with inclusive, those at it too.
func (f *folder) advance(to Instant, inclusive bool) {
	for {
		d, ok := f.nextDeadline()
		if !ok || d.At > to || d.At == to && !inclusive {
			return
		}
		f.pass(d)
	}
}

// nextDeadline returns the earliest deadline. At one instant an order runs out before the attempt
// expires.
func (f *folder) nextDeadline() (Deadline, bool) {
	if f.s.DecideAt != nil {
		return Deadline{*f.s.DecideAt, DeadlineDisposition}, true
	}
	a := f.s.Current
	switch {
	case a == nil:
		return Deadline{}, false
	case a.StartedAt != nil:
		r := &f.plan.Rules
		from, limit := *a.StartedAt, orDefault(r.CallLimit, 4*hour)
		if a.CustomerConnectedAt == nil {
			limit += orDefault(r.RingLimit, 2*minute)
		} else {
			from = *a.CustomerConnectedAt
		}
		return Deadline{from.Add(limit), DeadlineCall}, true
	case a.Order != nil && a.Order.NotAfter <= a.ExpiresAt:
		return Deadline{a.Order.NotAfter, DeadlineOrder}, true
	default:
		return Deadline{a.ExpiresAt, DeadlineExpiry}, true
	}
}

// pass applies one deadline.
func (f *folder) pass(d Deadline) {
	f.s.Clock = max(f.s.Clock, d.At)
	switch a := f.s.Current; d.Kind {
	case DeadlineDisposition:
		f.decide(d.At)
	case DeadlineCall:
		f.over(d.At, Complete, Unknown)
	case DeadlineExpiry:
		f.expire(d.At, ResultExpired, ReasonNoWindowLeft, sequel{})
	case DeadlineOrder:
		switch {
		case f.plan.Rules.Mode != Preview && !a.Order.ClaimsTold:
			f.giveUp(d.At)
		case a.Status == InProcess:
			// No call was made: the next window is no retry.
			f.expire(d.At, Terminated, ReasonNoWindowLeft, sequel{same: true, delay: new(Millis)})
		default:
			// Nobody took it: it waits again while there is time.
			a.Order = nil
			f.touch(a)
		}
	}
}
