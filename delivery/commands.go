package delivery

import (
	"errors"
	"fmt"
	"slices"
)

// CheckReschedule tells what is wrong with the data of a task.rescheduled that was received at an instant.
func (d *Data) CheckReschedule(received Instant) error {
	if d.NotBefore == 0 && len(d.Windows) == 0 {
		return errors.New("reschedule: give not_before, windows or both")
	}
	if d.NotBefore < 0 || d.NotBefore > received.Add(FarthestWindow) {
		return fmt.Errorf("reschedule: use a not_before within %d days", FarthestWindow/day)
	}
	if len(d.Windows) == 0 {
		return nil
	}
	_, err := PlanWindows(d.Windows, received)
	return err
}

// command applies what a caller wants of the task. It takes effect at the task's clock.
func (f *folder) command(e *Entry) Outcome {
	at := f.s.Clock
	if f.s.Status.Final() {
		return superseded(SupersededOver)
	}
	switch e.Type {
	case TaskCancelled:
		// Where it names an attempt, it is meant only while that one waits.
		if a := f.s.Current; e.Attempt != 0 && (a == nil || a.Seq != e.Attempt || a.Status != Pending) {
			return superseded(SupersededInProcess)
		}
		f.cancel(at)
	case TaskSuspended:
		f.s.Suspended = true
		if a := f.s.Current; a != nil && a.Status == Pending && a.Order != nil {
			a.Order = nil
			f.touch(a)
		}
	case TaskResumed:
		f.s.Suspended = false
	case TaskRescheduled:
		f.reschedule(at, e)
	default:
		f.optOut(at, e)
	}
	return applied
}

// cancel ends what waits; a call that is under way finishes with its own result.
func (f *folder) cancel(at Instant) {
	f.s.Stopped = true
	switch a := f.s.Current; {
	case a == nil:
		f.decide(at)
	case a.Status == Pending:
		f.close(at, Cancelled, ResultCancelled, "")
		f.finish(at, Cancelled, "")
	}
}

// reschedule gives the waiting attempt another time or other windows. An order for it is void.
// During a call it plans a callback.
func (f *folder) reschedule(at Instant, e *Entry) {
	if len(e.Data.Windows) > 0 {
		f.s.Windows = mergeWindows(e.Data.Windows)
	}
	a := f.s.Current
	if a == nil || a.Status != Pending {
		if e.Data.NotBefore == 0 {
			return
		}
		if f.s.CallbackAt = new(e.Data.NotBefore); a == nil {
			f.decide(at)
		}
		return
	}
	notBefore := max(at, a.NotBefore)
	if e.Data.NotBefore != 0 {
		notBefore = max(at, e.Data.NotBefore)
		// Only what follows a call calls back.
		if f.s.Calls > 0 && !a.Callback {
			a.Callback = true
			f.s.Callbacks++
		}
	}
	a.Order = nil
	f.touch(a)
	if !f.schedule(a, notBefore) {
		f.expire(at, ResultExpired, ReasonNoWindowLeft, sequel{})
	}
}

// expire ends the present attempt for want of time and goes on with the chain.
func (f *folder) expire(at Instant, result Result, reason string, next sequel) {
	if n := f.s.number(f.s.Current.Position); result == ResultExpired && !n.Out {
		n.Out, n.Why = true, reason
	}
	f.close(at, Expired, result, reason)
	f.goOn(at, f.last(), next)
}

// optOut takes a contact or number out of the chain.
func (f *folder) optOut(at Instant, e *Entry) {
	a := f.s.Current
	if a == nil {
		a = f.last()
	}
	scope, contact, number := ScopeContact, e.Data.ContactID, e.Data.Number
	switch {
	case contact == "" && number == "":
		scope, number = ScopeNumber, a.ToAddress
	case contact == "":
		scope = ScopeNumber
	}
	f.s.drop(&f.plan.Task, scope, contact, number, ReasonOptedOut)
	f.cancelDropped(at)
}

// cancelDropped cancels the waiting attempt if its number was taken out of the chain.
func (f *folder) cancelDropped(at Instant) {
	if a := f.s.Current; a != nil && a.Status == Pending && f.s.number(a.Position).Out {
		f.cancelAttempt(at, ReasonOptedOut)
	}
}

// cancelAttempt cancels the waiting attempt alone and goes on with the chain.
func (f *folder) cancelAttempt(at Instant, reason string) {
	a := f.s.Current
	if reason == ReasonOptedOut || reason == ReasonDoNotContact {
		if a.Attributes == nil {
			a.Attributes = map[string]string{}
		}
		a.OptedOut, a.Attributes["OptedOut"] = true, "true"
	}
	f.close(at, Cancelled, ResultCancelled, reason)
	f.goOn(at, f.last(), sequel{})
}

// disposition applies the codes that an agent chose, also after the call.
func (f *folder) disposition(e *Entry, a *Attempt, over bool) Outcome {
	if CheckDispositions(e.Data.Codes) != nil {
		return superseded(CodeTooManyCodes)
	}
	if a.StartedAt == nil {
		return superseded(SupersededNotOrdered)
	}
	a.Dispositions = slices.Clone(e.Data.Codes)
	f.touch(a)
	if slices.ContainsFunc(a.Dispositions, f.optsOut) {
		a.OptedOut = true
		f.s.drop(&f.plan.Task, ScopeContact, a.ContactID, "", ReasonOptedOut)
		f.s.drop(&f.plan.Task, ScopeNumber, "", a.ToAddress, ReasonOptedOut)
		f.cancelDropped(f.s.Clock)
	}
	if over && f.s.DecideAt != nil && a.Seq == f.last().Seq {
		f.decide(f.s.Clock)
	}
	return applied
}

func (f *folder) optsOut(code string) bool {
	codes := f.plan.Rules.OptOutDispositions
	if len(codes) == 0 {
		codes = []string{"DoNotContact", "Do not contact"}
	}
	return holdsFold(codes, code)
}
