package engagement

import (
	"cmp"
	"fmt"
	"slices"
)

// folder is one fold under way: the state so far and the rows it has made.
type folder struct {
	versions []Settings
	hours    map[scheduleKey]*Hours

	s      State
	moment moment
	legs   []Leg
	offers []Offer
	visits []Visit

	closings   []Closing
	rated      map[string]bool
	amendments []Amendment
	outcomes   map[int64]Outcome

	// newest is the latest time of an entry that is no clock mark; 0 without one.
	newest Instant
	// probe, where set, is called before each entry is applied; tests make it panic.
	probe func(*Entry)
}

type scheduleKey struct {
	version int
	id      string
}

// moment is what the fold must remember while it applies the entries of one instant, since a leg
// holds everything at both its ends, whatever its rank.
type moment struct {
	at Instant
	// statusBefore is the ticket status before the instant's changes.
	statusBefore string
	statusSeen   bool
	// agentSpoke tells that an agent's message of the instant belonged to no leg; pendingBefore and
	// answeredBefore are the pending message and FirstAnswered before it.
	agentSpoke     bool
	pendingBefore  *Instant
	answeredBefore bool
	// loose are the instant's messages that belong to no leg (yet).
	loose []*Entry
}

// fault is a panic of the rules while they applied one entry.
type fault struct {
	index  int
	reason string
}

func foldEntries(versions []Settings, carry State, entries []Entry, reached Instant, probe func(*Entry)) Result {
	sorted := inOrder(entries)
	dead := map[int]string{}
	for {
		f := &folder{
			versions: versions,
			hours:    map[scheduleKey]*Hours{},
			s:        carry.clone(),
			rated:    map[string]bool{},
			outcomes: make(map[int64]Outcome, len(entries)),
			probe:    probe,
		}
		if broken := f.run(sorted, dead, reached); broken != nil {
			// The entry may have half changed the state: start over without it.
			dead[broken.index] = broken.reason
			continue
		}
		return f.result()
	}
}

// run applies all entries in order, and the deadlines between them, until one panics.
func (f *folder) run(sorted []*Entry, dead map[int]string, reached Instant) *fault {
	for i, e := range sorted {
		if e.Type == SignalRefused {
			f.outcomes[e.Number] = Outcome{Kind: Dead, Reason: e.Data.Reason}
			continue
		}
		f.see(e)
		if reason, ok := dead[i]; ok {
			f.outcomes[e.Number] = Outcome{Kind: Dead, Reason: reason}
			continue
		}
		if i > 0 && repeats(sorted[i-1], e) {
			if e.Number != sorted[i-1].Number {
				f.outcomes[e.Number] = Outcome{Kind: Duplicate}
			}
			continue
		}
		f.advance(e.Time, e.Type == ClockReached)
		if broken := f.try(i, e); broken != nil {
			return broken
		}
	}
	if reached != 0 {
		f.advance(reached, true)
		f.s.Clock = max(f.s.Clock, reached)
	}
	return nil
}

// see takes in what every entry says about the conversation's clock.
func (f *folder) see(e *Entry) {
	f.s.Clock = max(f.s.Clock, e.Time)
	lag := max(0, e.ReceivedAt.Sub(e.Time))
	if f.s.Lag == nil || lag < *f.s.Lag {
		f.s.Lag = &lag
	}
	if e.Type != ClockReached {
		f.newest = max(f.newest, e.Time)
	}
}

func (f *folder) try(i int, e *Entry) (broken *fault) {
	defer func() {
		if r := recover(); r != nil {
			broken = &fault{index: i, reason: fmt.Sprint(r)}
		}
	}()
	if f.probe != nil {
		f.probe(e)
	}
	f.outcomes[e.Number] = f.apply(e)
	return nil
}

// result collects what the fold made.
func (f *folder) result() Result {
	for _, l := range f.legs {
		f.s.Floor = max(f.s.Floor, *l.EndedAt)
	}
	slices.SortFunc(f.offers, func(a, b Offer) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	slices.SortFunc(f.visits, func(a, b Visit) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	slices.SortFunc(f.amendments, func(a, b Amendment) int { return cmp.Compare(a.LegOrdinal, b.LegOrdinal) })
	r := Result{
		State:      f.s,
		Legs:       f.legs,
		Offers:     f.offers,
		Visits:     f.visits,
		Closings:   f.closings,
		Amendments: f.amendments,
		Outcomes:   f.outcomes,
		Clock:      f.s.Clock,
	}
	for _, rating := range f.s.Ratings {
		if f.rated[rating.Survey] {
			r.Ratings = append(r.Ratings, rating)
		}
	}
	if f.s.Lag != nil {
		r.Lag = *f.s.Lag
	}
	if f.s.Leg != nil {
		r.Open = new(f.dress(f.s.Leg.Leg))
		r.Open.Waits = slices.Clone(r.Open.Waits)
	}
	if d, ok := f.nextDeadline(); ok {
		r.Deadline = &d
	}
	if f.newest != 0 {
		r.IdleAt = f.newest.Add(f.settings(f.newest, f.s.Channel, f.s.AssigneeGroupID).Settle)
	}
	return r
}

// settings resolves what the settings say at an instant.
func (f *folder) settings(at Instant, channel, group string) Effective {
	return SettingsAt(f.versions, at).Resolve(channel, group)
}

// schedule returns the hours of a version's schedule, or nil if it has none of that name.
func (f *folder) schedule(version int, id string) *Hours {
	key := scheduleKey{version, id}
	if h, ok := f.hours[key]; ok {
		return h
	}
	var h *Hours
	for _, v := range f.versions {
		if s, ok := v.Schedules[id]; ok && v.Version == version {
			// Schedules are validated when they are stored; one that no longer compiles counts as
			// always open rather than stopping the conversation.
			h, _ = NewHours(s)
		}
	}
	f.hours[key] = h
	return h
}
