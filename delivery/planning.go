package delivery

// begin plans the task's first attempt. If none of its numbers has an instant left, the first
// attempt expires at once.
func (f *folder) begin() {
	at := f.plan.Task.AcceptedAt
	f.s.Status, f.s.Clock = Pending, at
	f.s.startChain(&f.plan.Task)
	places := chainPlaces(&f.plan.Task, 1)
	for _, p := range places {
		if f.attempt(at, p, at, false) {
			return
		}
	}
	a := f.newAttempt(at, places[0], at)
	f.s.Seq, f.s.Position = a.Seq, a.Position
	a.ExpiresAt, a.Window = at, calendarOf(f.plan, nil, places[0]).window(at)
	f.s.Current = &a
	f.close(at, Expired, ResultExpired, ReasonNoWindowLeft)
	f.finish(at, Expired, ReasonNoWindowLeft)
}

// attempt plans the next attempt at a place, if the rules leave it an instant.
func (f *folder) attempt(at Instant, p Position, notBefore Instant, callback bool) bool {
	a := f.newAttempt(at, p, notBefore)
	a.Callback = callback
	if !f.schedule(&a, notBefore) {
		return false
	}
	f.s.Seq, f.s.Position, f.s.Current, f.s.Status = a.Seq, p, &a, Pending
	f.touched[a.Seq] = true
	return true
}

func (f *folder) newAttempt(at Instant, p Position, notBefore Instant) Attempt {
	contact := &f.plan.Task.Contacts[p.Contact]
	phone := contact.Phones[p.Phone]
	return Attempt{
		Seq: f.s.Seq + 1, Status: Pending, Position: p, ContactID: contact.ID, PhoneType: phone.Type,
		ToAddress: phone.Number, PlannedAt: at, NotBefore: notBefore, FirstEntry: f.number, LastEntry: f.number,
	}
}

// schedule sets when an attempt may start and when it expires; false if no instant is left.
func (f *folder) schedule(a *Attempt, notBefore Instant) bool {
	cal := calendarOf(f.plan, f.s.Windows, a.Position)
	start, ok := cal.next(notBefore)
	if !ok {
		return false
	}
	a.NotBefore, a.ScheduledAt, a.Window = notBefore, &start, cal.window(start)
	a.ExpiresAt, _ = cal.last(start)
	return true
}

// close ends the present attempt.
func (f *folder) close(at Instant, status Status, result Result, reason string) {
	a := f.s.Current
	a.Status, a.Result, a.ResultAt, a.EndedAt, a.Reason = status, result, &at, &at, reason
	a.Order = nil
	f.touch(a)
	f.s.LastResult = result
	f.s.Past = append(f.s.Past, *a)
	f.s.Current = nil
	f.ended = append(f.ended, at)
}

// touch notes that a row changed, and by which entry.
func (f *folder) touch(a *Attempt) {
	f.touched[a.Seq] = true
	if f.number == 0 {
		return
	}
	if a.FirstEntry == 0 || f.number < a.FirstEntry {
		a.FirstEntry = f.number
	}
	a.LastEntry = max(a.LastEntry, f.number)
}

// finish ends the task.
func (f *folder) finish(at Instant, status Status, reason string) {
	f.s.Status, f.s.EndedAt, f.s.Reason = status, &at, reason
	f.s.DecideAt, f.s.CallbackAt = nil, nil
}

// last returns the attempt that was over last.
func (f *folder) last() *Attempt { return &f.s.Past[len(f.s.Past)-1] }

// decide plans what follows the call that was over last.
func (f *folder) decide(at Instant) {
	a := f.last()
	f.s.DecideAt = nil
	if f.callBack(at, a) {
		return
	}
	n := f.s.number(a.Position)
	next := f.plan.Rules.Retry.after(a, n.Used)
	if next.row != "" {
		n.use(next.row)
	}
	if !next.again && !n.Out {
		n.Out, n.Why = true, string(a.Result)
	}
	if next.stop {
		f.finish(at, a.Status, "")
		return
	}
	f.goOn(at, a, next)
}

// callBack plans the call that the customer asked for; it comes before any retry.
func (f *folder) callBack(at Instant, a *Attempt) bool {
	if f.s.CallbackAt == nil || f.s.Stopped || f.s.number(a.Position).Out || f.s.Seq >= MaxAttempts {
		return false
	}
	notBefore := max(*f.s.CallbackAt, at.Add(f.settle()))
	f.s.CallbackAt = nil
	if !f.attempt(at, a.Position, notBefore, true) {
		return false
	}
	f.s.Callbacks++
	return true
}

func (f *folder) settle() Millis { return orDefault(f.plan.Rules.Settle, 2000) }

// goOn plans an attempt at the first place of the chain that is still in it and that the rules
// leave an instant. Where there is such a place but no instant, the task expires now.
func (f *folder) goOn(at Instant, a *Attempt, next sequel) {
	due := false
	for _, p := range f.following(a, next) {
		if f.s.number(p.place).Out {
			continue
		}
		due = true
		if f.s.Stopped || f.s.Seq >= MaxAttempts {
			break
		}
		if f.attempt(at, p.place, f.spread(p.place, at.Add(max(p.delay, f.settle()))), false) {
			return
		}
	}
	switch {
	case due && f.s.Stopped:
		f.finish(at, Cancelled, "")
	case due && f.s.Seq < MaxAttempts:
		f.finish(at, Expired, ReasonNoWindowLeft)
	default:
		f.finish(at, a.Status, a.Reason)
	}
}

// turn is a place of the chain and the delay before its call.
type turn struct {
	place Position
	delay Millis
}

// following returns the places after an attempt's in the order of calling: the same again if it is
// to be, the rest of the loop, the next loop.
func (f *folder) following(a *Attempt, next sequel) []turn {
	retry := &f.plan.Rules.Retry
	again := retry.Delay
	if next.delay != nil {
		again = *next.delay
	}
	var turns []turn
	if next.same {
		turns = append(turns, turn{a.Position, again})
	}
	for _, p := range chainPlaces(&f.plan.Task, a.Position.Loop) {
		switch {
		case p.Contact < a.Position.Contact || p.Contact == a.Position.Contact && p.Phone <= a.Position.Phone:
		case p.Contact == a.Position.Contact:
			turns = append(turns, turn{p, retry.PhoneDelay})
		default:
			turns = append(turns, turn{p, retry.ContactDelay})
		}
	}
	if a.Position.Loop <= retry.Retries {
		for _, p := range chainPlaces(&f.plan.Task, a.Position.Loop+1) {
			turns = append(turns, turn{p, again})
		}
	}
	return turns
}
