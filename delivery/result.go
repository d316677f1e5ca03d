package delivery

// Folded is what entries made of a task.
type Folded struct {
	// State is the memory of the task after the entries; as a carry it continues the fold.
	State State `json:"state"`
	// Task is the task's row.
	Task TaskView `json:"task"`
	// Attempts are those that are new or changed since the carry, and the present one, in order. A
	// row whose Seq was written before replaces that one.
	Attempts []Attempt `json:"attempts,omitempty"`
	// Ended is when each attempt that ended since the carry did, in order.
	Ended []Instant `json:"ended,omitempty"`
	// Dial is the attempt that waits for its dial token; nil if there is none.
	Dial *Dial `json:"dial,omitempty"`
	// Outcomes tells for each entry number what became of it.
	Outcomes map[int64]Outcome `json:"outcomes"`
	// Clock is how far the task's time has got; Lag the smallest received_at - time seen.
	Clock Instant `json:"clock"`
	Lag   Millis  `json:"lag_ms"`
	// Settle is how long an attempt must have been over before it is recorded.
	Settle Millis `json:"settle_ms"`
	// Deadline is the next instant at which time alone changes the result; nil if there is none.
	Deadline *Deadline `json:"deadline,omitempty"`
}

// TaskView is a task as its readers see it.
type TaskView struct {
	// Status is Pending or InProcess with the present attempt. At the end it is Expired or
	// Cancelled if a further attempt was due and could not be made any more, else that of the last
	// attempt.
	Status  Status   `json:"status"`
	Reason  string   `json:"reason,omitempty"`
	EndedAt *Instant `json:"ended_at,omitempty"`
	// Retries is how many loops have followed the first, MaxRetries how many may.
	Retries    int `json:"retries"`
	MaxRetries int `json:"max_retries"`
	Callbacks  int `json:"callbacks"`
	// Calls is how many calls were started, LastCallAt when the latest was.
	Calls      int      `json:"calls"`
	LastCallAt *Instant `json:"last_call_at,omitempty"`
	// NextScheduledAt is the earliest instant of the attempt that is Pending.
	NextScheduledAt *Instant  `json:"next_scheduled_at,omitempty"`
	CustomerReached bool      `json:"customer_reached"`
	Chain           ChainView `json:"chain"`
}

// Dial is an attempt that may be handed to the dialer.
type Dial struct {
	Seq       int       `json:"seq"`
	Candidate Candidate `json:"candidate"`
	// At is the earliest instant, not before the clock, that the rules over time allow; Until the
	// first after it that they forbid.
	At    Instant `json:"at"`
	Until Instant `json:"until"`
}

// Deadline is an instant at which time alone changes something.
type Deadline struct {
	At Instant `json:"at"`
	// Kind is expiry, order_limit, call_limit or disposition_limit.
	Kind string `json:"kind"`
}

// The kinds of deadlines.
const (
	DeadlineOrder       = "order_limit"
	DeadlineExpiry      = "expiry"
	DeadlineCall        = "call_limit"
	DeadlineDisposition = "disposition_limit"
)

// StepKind is what a run has to do next.
type StepKind string

// What a run has to do next: record what is final and carry the state from there; ask for a dial
// token and hand the attempt out; wait until an instant of the task's clock (or an entry); end.
const (
	StepRecord StepKind = "record"
	StepDial   StepKind = "dial"
	StepWait   StepKind = "wait"
	StepEnd    StepKind = "end"
)

// Step tells a run what to do next.
type Step struct {
	Kind StepKind `json:"kind"`
	// At is for record the cut: entries with time up to it are consumed. For dial it is when the
	// run must look again if no token came, for wait until when nothing happens by itself, for end
	// the task's clock.
	At Instant `json:"at"`
}

// Next tells a run what to do with the result of folding all its entries. A run must carry the
// state at each record: from there on entries that come too late cannot undo an attempt that a
// later one has followed.
func (r *Folded) Next() Step {
	if len(r.Ended) > 0 {
		cut := r.Ended[0]
		if final := cut.Add(r.Settle); r.Clock < final {
			return Step{StepWait, final}
		}
		return Step{StepRecord, cut}
	}
	if r.State.Status.Final() {
		return Step{StepEnd, r.Clock}
	}
	if r.Dial != nil && r.Dial.At <= r.Clock {
		return Step{StepDial, r.Dial.Until}
	}
	at := endOfTime
	if r.Deadline != nil {
		at = r.Deadline.At
	}
	if r.Dial != nil {
		at = min(at, r.Dial.At)
	}
	return Step{StepWait, at}
}

func (f *folder) dial() *Dial {
	a := f.s.Current
	if a == nil || a.Status != Pending || a.Order != nil || f.s.Suspended {
		return nil
	}
	cal := calendarOf(f.plan, f.s.Windows, a.Position)
	at, ok := cal.next(max(a.NotBefore, f.s.Clock))
	if !ok {
		return nil
	}
	c := Candidate{Position: a.Position, NotBefore: a.NotBefore, Windows: f.s.Windows}
	return &Dial{Seq: a.Seq, Candidate: c, At: at, Until: cal.until(at)}
}

func (f *folder) task() TaskView {
	s := &f.s
	retries := f.plan.Rules.Retry.Retries
	v := TaskView{
		Status: s.Status, Reason: s.Reason, EndedAt: s.EndedAt, Retries: s.Position.Loop - 1, MaxRetries: retries,
		Callbacks: s.Callbacks, Calls: s.Calls, LastCallAt: s.LastCallAt, CustomerReached: s.Reached,
		Chain: s.view(&f.plan.Task, retries),
	}
	if a := s.Current; a != nil && a.Status == Pending {
		v.NextScheduledAt = a.ScheduledAt
	}
	return v
}
