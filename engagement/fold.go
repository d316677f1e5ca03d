package engagement

// Outcome is what became of an entry.
type Outcome struct {
	// Kind is one of the Outcome constants.
	Kind OutcomeKind `json:"kind"`
	// Reason says more: for superseded accept requests not_found, over or taken; for dead the fault.
	Reason string `json:"reason,omitempty"`
}

// OutcomeKind names what became of an entry.
type OutcomeKind string

// What became of an entry. Waiting means that no run has folded it yet.
const (
	Waiting    OutcomeKind = "waiting"
	Applied    OutcomeKind = "applied"
	Duplicate  OutcomeKind = "duplicate"
	Late       OutcomeKind = "late"
	NoLeg      OutcomeKind = "no_leg"
	Superseded OutcomeKind = "superseded"
	Dead       OutcomeKind = "dead"
)

// RulesVersion numbers the rules of this package; every record names the version that made it.
const RulesVersion = 1

// Fold applies entries, in whatever order they are given, to a carry and returns what they make.
// The versions are the organization's settings, in any order. Deadlines up to reached are decided
// too; 0 decides none beyond the entries' own times. Fold changes none of its arguments.
//
// An entry whose rules panic gets the outcome dead with the reason; the others are applied as if it
// were not there.
func Fold(versions []Settings, carry State, entries []Entry, reached Instant) Result {
	return foldEntries(versions, carry, entries, reached, nil)
}

// Result is what entries made of a carry: the state after them and every row that is new or
// changed since the carry. A row whose ordinal (of a rating: whose survey) was written before
// replaces that one.
type Result struct {
	// State is the memory of the conversation after the entries; as a Carry it continues the fold.
	State State `json:"state"`
	// Legs are the legs that ended since the carry, in order of their start.
	Legs []Leg `json:"legs,omitempty"`
	// Open is the leg still open, or nil.
	Open *Leg `json:"open,omitempty"`
	// Offers are those that were resolved since the carry; the one whose acceptance began a leg
	// comes with the leg's end and stands in State.Leg until then.
	Offers []Offer `json:"offers,omitempty"`
	// Visits are those that ended since the carry; the one that a leg answered comes with the leg's
	// end and stands in State.Leg until then.
	Visits []Visit `json:"visits,omitempty"`
	// Ratings and Closings are those that are new or changed since the carry.
	Ratings  []Rating  `json:"ratings,omitempty"`
	Closings []Closing `json:"closings,omitempty"`
	// Amendments change legs that were recorded before the carry.
	Amendments []Amendment `json:"amendments,omitempty"`
	// Outcomes tells for each entry number what became of it.
	Outcomes map[int64]Outcome `json:"outcomes"`
	// Clock is how far the conversation's time has got: the latest time among carry, entries and
	// reached.
	Clock Instant `json:"clock"`
	// Lag is the smallest received_at - time seen, never negative; the carry's lag included.
	Lag Millis `json:"lag_ms"`
	// IdleAt is when a conversation of which nothing is open is over: the newest entry's time (clock
	// marks aside) + settle; 0 without such an entry.
	IdleAt Instant `json:"idle_at,omitzero"`
	// Deadline is the next instant at which time alone changes the result (inactivity, an offer's
	// expiry, a wrap-up's limit, the 14 days); nil if there is none.
	Deadline *Deadline `json:"deadline,omitempty"`
}

// Deadline is an instant at which time alone changes something.
type Deadline struct {
	At Instant `json:"at"`
	// Kind is inactivity, offer_expiry, wrapup_limit or open_limit.
	Kind string `json:"kind"`
}

// StepKind is what a run has to do next.
type StepKind string

// What a run has to do next: record what is final, wait until an instant of the conversation's
// clock (or an entry), or end, having recorded what is left.
const (
	StepRecord StepKind = "record"
	StepWait   StepKind = "wait"
	StepEnd    StepKind = "end"
)

// Step tells a run what to do next.
type Step struct {
	Kind StepKind `json:"kind"`
	// At is, for record and end, the cut: entries with time up to it are consumed and everything
	// after it belongs to the next run. For wait it is the instant of the conversation's clock
	// until which nothing happens by itself.
	At Instant `json:"at"`
}
