package engagement

// openWait opens the requester wait unless one is open. Channels without messages have none.
func (f *folder) openWait(leg *OpenLeg, at Instant) {
	if !leg.Leg.HasMessages() || leg.Leg.waiting() {
		return
	}
	leg.Leg.Waits = append(leg.Leg.Waits, Wait{OpenedAt: at})
}

// waiting reports whether a requester wait is open.
func (l *Leg) waiting() bool {
	n := len(l.Waits)
	return n > 0 && l.Waits[n-1].ClosedAt == nil
}

// closeWait closes the open wait, if any, and reports whether there was one.
func (l *Leg) closeWait(at Instant, answered bool, hours *Hours) bool {
	if !l.waiting() {
		return false
	}
	w := &l.Waits[len(l.Waits)-1]
	at = max(at, w.OpenedAt)
	w.ClosedAt, w.Answered, w.Business = &at, answered, new(hours.Between(w.OpenedAt, at))
	return true
}

// addEmptyWait gives an ended leg, where nothing was waiting at its end, the wait without length that
// a message at its last instant opens, as it would have done just before the end.
func (l *Leg) addEmptyWait() {
	if n := len(l.Waits); l.HasMessages() && (n == 0 || l.Waits[n-1].Answered) {
		l.Waits = append(l.Waits, Wait{OpenedAt: *l.EndedAt, ClosedAt: l.EndedAt, Business: new(Millis(0))})
	}
}

// dropWait forgets the open wait: what it waited for was answered before the leg had begun.
func (l *Leg) dropWait() {
	if l.waiting() {
		l.Waits = without(l.Waits, len(l.Waits)-1)
	}
}

// WaitTotals are the sums over a leg's requester waits.
type WaitTotals struct {
	// Total is Answered + Unanswered; Longest the longest wait of either kind.
	Total, Answered, Unanswered, Longest Millis
	// TotalBusiness and LongestBusiness are the same within the leg's business hours.
	TotalBusiness, LongestBusiness Millis
}

// WaitTotals sums up the waits that are closed.
func (l Leg) WaitTotals() WaitTotals {
	var t WaitTotals
	for _, w := range l.Waits {
		if w.ClosedAt == nil {
			continue
		}
		length := w.ClosedAt.Sub(w.OpenedAt)
		t.Total += length
		t.Longest = max(t.Longest, length)
		if w.Answered {
			t.Answered += length
		} else {
			t.Unanswered += length
		}
		if w.Business != nil {
			t.TotalBusiness += *w.Business
			t.LongestBusiness = max(t.LongestBusiness, *w.Business)
		}
	}
	return t
}

// Duration returns E - S, or 0 while the leg is open.
func (l Leg) Duration() Millis {
	if l.EndedAt == nil {
		return 0
	}
	return l.EndedAt.Sub(l.StartedAt)
}

// Talk returns the duration without the time on hold.
func (l Leg) Talk() Millis { return l.Duration() - l.Hold }

// Handle returns the duration with the wrap-up.
func (l Leg) Handle() Millis {
	if l.Wrapup == nil {
		return l.Duration()
	}
	return l.Duration() + *l.Wrapup
}
