package delivery

import (
	"maps"
	"slices"
)

// rememberedAttempts is how many attempts that are over can still be amended.
const rememberedAttempts = 16

// State is the memory of a task, so that the fold of a prefix continues as if it had never
// stopped. Its zero value is a task of which nothing has been folded yet.
type State struct {
	// Status is the task's; EndedAt and Reason stand once it is final.
	Status  Status   `json:"status,omitempty"`
	EndedAt *Instant `json:"ended_at,omitempty"`
	Reason  string   `json:"reason,omitempty"`
	// Suspended and Stopped tell that the task is suspended, and that no attempt is to follow the
	// present one.
	Suspended bool `json:"suspended,omitempty"`
	Stopped   bool `json:"stopped,omitempty"`
	// Windows, where given, replace those of task and contacts.
	Windows []Window `json:"windows,omitempty"`
	// CallbackAt is when the customer is to be called back, once the present call is over.
	CallbackAt *Instant `json:"callback_at,omitempty"`
	// Current is the attempt that is not over; nil between attempts and at the end.
	Current *Attempt `json:"current,omitempty"`
	// Past are the attempts that were over lately, oldest first.
	Past []Attempt `json:"past,omitempty"`
	// DecideAt is until when the last attempt's disposition is waited for; nil if it is not.
	DecideAt *Instant `json:"decide_at,omitempty"`
	// Position is the present or last place in the chain, Numbers what is known of its numbers.
	Position Position        `json:"position,omitzero"`
	Numbers  [][]NumberState `json:"numbers,omitempty"`
	// Seq, Calls and Callbacks count the attempts planned, the calls started and the callbacks.
	Seq       int `json:"seq,omitempty"`
	Calls     int `json:"calls,omitempty"`
	Callbacks int `json:"callbacks,omitempty"`
	// Reached tells that a customer was reached, LastResult the latest result of all.
	Reached    bool   `json:"reached,omitempty"`
	LastResult Result `json:"last_result,omitempty"`
	// LastCallAt is the start of the latest call.
	LastCallAt *Instant `json:"last_call_at,omitempty"`
	// Clock is how far the task's time has got.
	Clock Instant `json:"clock,omitzero"`
	// Lag is the smallest received_at - time of any entry, never negative; nil before the first.
	Lag *Millis `json:"lag_ms,omitempty"`
}

// clone copies everything that the fold changes in place.
func (s State) clone() State {
	if s.Current != nil {
		s.Current = new(s.Current.clone())
	}
	s.Past = slices.Clone(s.Past)
	for i := range s.Past {
		s.Past[i] = s.Past[i].clone()
	}
	s.Numbers = slices.Clone(s.Numbers)
	for c := range s.Numbers {
		s.Numbers[c] = slices.Clone(s.Numbers[c])
		for p := range s.Numbers[c] {
			s.Numbers[c][p].Used = maps.Clone(s.Numbers[c][p].Used)
			s.Numbers[c][p].Called = slices.Clone(s.Numbers[c][p].Called)
		}
	}
	return s
}

func (a Attempt) clone() Attempt {
	a.Attributes = maps.Clone(a.Attributes)
	return a
}
