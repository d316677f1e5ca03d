package delivery

import "maps"

var applied = Outcome{Kind: Applied}

func superseded(reason string) Outcome { return Outcome{Superseded, reason} }

// apply applies one entry.
func (f *folder) apply(e *Entry) Outcome {
	switch e.Type {
	case ClockReached:
		return applied
	case SignalRefused:
		return Outcome{Dead, e.Data.Diagnostics}
	case TaskCancelled, TaskSuspended, TaskResumed, TaskRescheduled, ContactOptedOut:
		return f.command(e)
	case AttemptOrdered, AttemptBlocked, ClaimLost:
		return f.dispatched(e)
	default:
		return f.told(e)
	}
}

// told applies what the dialer tells of an attempt.
func (f *folder) told(e *Entry) Outcome {
	a, over := f.find(e)
	switch {
	case a == nil:
		return superseded(SupersededNotFound)
	case e.Type == DispositionSet:
		return f.disposition(e, a, over)
	case e.Type == AttributesSet:
		return f.attributes(e, a)
	case over && e.Type == AgentConnected && a.ConversationID == "":
		a.ConversationID = e.Data.ConversationID
		f.touch(a)
		return applied
	case over:
		return Outcome{Kind: Late, Reason: SupersededOver}
	}
	f.touch(a)
	switch e.Type {
	case PreviewOffered, PreviewAccepted, PreviewDeclined:
		return f.preview(e, a)
	case CallStarted:
		return f.started(e, a)
	case AgentConnected:
		if a.AgentConnectedAt == nil {
			a.AgentConnectedAt = &e.Time
		}
		if e.Data.ConversationID != "" {
			a.ConversationID = e.Data.ConversationID
		}
		return applied
	default:
		return f.call(e, a)
	}
}

// attributes adds what the call returned, as much as an attempt may hold.
func (f *folder) attributes(e *Entry, a *Attempt) Outcome {
	merged := make(map[string]string, len(a.Attributes)+len(e.Data.Attributes))
	// One map into another: the order in which it is read does not matter.
	maps.Copy(merged, a.Attributes)      //workflowcheck:ignore
	maps.Copy(merged, e.Data.Attributes) //workflowcheck:ignore
	if len(merged) > MaxAttributes || attributeBytes(merged) > MaxToldBytes {
		return superseded(SupersededTooLarge)
	}
	if len(merged) > 0 {
		a.Attributes = merged
	}
	f.touch(a)
	return applied
}

// find returns the attempt that an event concerns and whether it is over; nil if there is none.
func (f *folder) find(e *Entry) (a *Attempt, over bool) {
	if c := f.s.Current; c != nil && (e.Attempt == 0 || e.Attempt == c.Seq) {
		return c, false
	}
	for i := range f.s.Past {
		if p := &f.s.Past[i]; p.Seq == e.Attempt || e.Attempt == 0 && i == len(f.s.Past)-1 {
			return p, true
		}
	}
	return nil, false
}

// preview applies what becomes of a preview before its call.
func (f *folder) preview(e *Entry, a *Attempt) Outcome {
	switch {
	case f.plan.Rules.Mode != Preview || a.Order == nil:
		return superseded(SupersededNotOrdered)
	case a.StartedAt != nil:
		return superseded(SupersededInProcess)
	case e.Time >= a.Order.NotAfter:
		return superseded(SupersededTooLate)
	case e.Type == PreviewDeclined:
		return applied
	}
	if a.OfferedAt == nil {
		a.OfferedAt = &e.Time
	}
	if e.Type == PreviewAccepted && a.AcceptedAt == nil {
		a.AcceptedAt = &e.Time
	}
	a.Status, f.s.Status = InProcess, InProcess
	return applied
}

// started applies the start of a call: a command, which takes effect only under a live order.
func (f *folder) started(e *Entry, a *Attempt) Outcome {
	switch {
	case a.StartedAt != nil:
		return superseded(SupersededInProcess)
	case a.Order == nil:
		return superseded(SupersededNotOrdered)
	case e.Data.Fence != 0 && e.Data.Fence != a.Order.Fence:
		return superseded(SupersededStale)
	case e.Time >= a.Order.NotAfter:
		return superseded(SupersededTooLate)
	case f.s.Suspended || f.s.number(a.Position).Out || e.Time < a.Order.HandedAt:
		return superseded(SupersededForbidden)
	}
	a.StartedAt, a.CallID, a.FromAddress = &e.Time, e.Data.CallID, e.Data.FromAddress
	a.Window = calendarOf(f.plan, f.s.Windows, a.Position).window(e.Time)
	a.Status, f.s.Status = InProcess, InProcess
	f.s.Calls++
	f.s.LastCallAt = &e.Time
	f.called(f.s.number(a.Position), e.Time)
	return applied
}

// call applies what happens in a call that was started.
func (f *folder) call(e *Entry, a *Attempt) Outcome {
	if a.StartedAt == nil {
		return superseded(SupersededNotOrdered)
	}
	// What is told only after the start was carried may claim to have been before it.
	at := max(e.Time, *a.StartedAt)
	switch e.Type {
	case CallConnected:
		if a.CustomerConnectedAt == nil {
			a.CustomerConnectedAt = &at
		}
		if e.Data.GreetingEndedAt != nil {
			a.GreetingEndedAt = e.Data.GreetingEndedAt
		}
	case SpeechDetected:
		if a.SpeechAt == nil {
			a.SpeechAt = &at
		}
	case AMDResult:
		a.AnsweredBy = e.Data.AnsweredBy
		a.MessageLeft = a.MessageLeft || e.Data.MessageLeft
	case BotFailure:
		a.BotFailed = true
	case CallEnd, CallFailure:
		a.MessageLeft = a.MessageLeft || e.Data.MessageLeft
		a.SIPCode, a.Diagnostics = e.Data.SIPCode, e.Data.Diagnostics
		f.over(at, Complete, a.endedResult(f.plan.Rules.Mode))
	default:
		return superseded(SupersededNotFound)
	}
	return applied
}

// over ends a call and decides what follows, unless a disposition may have a say in it.
func (f *folder) over(at Instant, status Status, result Result) {
	a := f.s.Current
	a.WaitExceeded = f.waitedTooLong(a, result)
	f.s.Reached = f.s.Reached || result == LiveAnswer || result == CallEnded
	f.close(at, status, result, "")
	if a.CustomerConnectedAt != nil && len(a.Dispositions) == 0 && f.plan.Rules.Retry.awaits() && !f.s.Stopped && f.s.CallbackAt == nil {
		f.s.DecideAt = new(at.Add(orDefault(f.plan.Rules.DispositionLimit, 10*minute)))
		f.s.Status = InProcess
		return
	}
	f.decide(at)
}

// waitedTooLong reports whether a customer who answered had no agent within the threshold.
func (f *folder) waitedTooLong(a *Attempt, result Result) bool {
	if f.plan.Rules.Mode != Progressive || result != LiveAnswer && result != Undetermined {
		return false
	}
	from := a.CustomerConnectedAt
	if a.GreetingEndedAt != nil {
		from = a.GreetingEndedAt
	}
	return a.AgentConnectedAt == nil || a.AgentConnectedAt.Sub(*from) > orDefault(f.plan.Rules.WaitThreshold, 2000)
}
