package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"engaged/delivery"
	"engaged/models"
)

// replayed is what a task's log says of it.
type replayed struct {
	// attempts are all of them, as the rows must show them; task, suspended and windows what the task's row must.
	attempts  []delivery.Attempt
	task      delivery.TaskView
	suspended bool
	windows   []delivery.Window
}

// ReplayDelivery folds a task's past again, record transaction by record transaction, and then what the rows show
// beyond the last of them.
func ReplayDelivery(h models.DeliveryHistory) (attempts []delivery.Attempt, last delivery.Folded) {
	var state delivery.State
	var open []delivery.Entry
	entries := h.Entries
	for _, f := range h.Folds {
		n := 0
		for n < len(entries) && entries[n].Number <= f.SeenNumber {
			n++
		}
		open, entries = append(open, entries[:n]...), entries[n:]
		cut := delivery.At(f.CutAt)
		through, _ := delivery.UpTo(open, cut)
		r := delivery.Fold(&h.Plan, state, through, cut)
		attempts, state = merged(attempts, r.Attempts), r.State
		open = slices.DeleteFunc(slices.Clone(open), func(e delivery.Entry) bool { return !slices.Contains(f.Tail, e.Number) })
	}
	shown := slices.DeleteFunc(slices.Clone(h.Unfolded), func(e delivery.Entry) bool { return e.Number > h.Task.SeenNumber })
	last = delivery.Fold(&h.Plan, state, shown, 0)
	return merged(attempts, last.Attempts), last
}

// merged adds attempts to those before; one that was there takes the place of the old.
func merged(attempts, more []delivery.Attempt) []delivery.Attempt {
	return replacing(attempts, more, func(a delivery.Attempt) int { return a.Seq })
}

// delivery compares a task's rows with its log and looks for what no run has done.
func (s *Summary) delivery(ctx context.Context, store Store, o Options, subject models.Subject) error {
	history, err := store.LoadDeliveryHistory(ctx, subject)
	if err != nil {
		return err
	}
	if history.Complete {
		if err := s.shown(ctx, store, o, history); err != nil {
			return err
		}
	} else {
		s.Incomplete++
	}
	return s.undone(ctx, store, o, history)
}

// shown compares the rows with what the log says.
func (s *Summary) shown(ctx context.Context, store Store, o Options, h models.DeliveryHistory) error {
	s.DeliveryTasks++
	attempts, last := ReplayDelivery(h)
	want := replayed{attempts, last.Task, last.State.Suspended, last.State.Windows}
	found := compareDelivery(h, want)
	s.Rows += int64(len(attempts)) + 1
	if len(found) == 0 {
		return nil
	}
	s.Differing++
	s.Differences += int64(len(found))
	for _, d := range found {
		o.Found(d)
	}
	if !o.Repair {
		return nil
	}
	switch err := store.CorrectDelivery(ctx, want.correction(h, found)); {
	case errors.Is(err, models.ErrConflict):
		return fmt.Errorf("%s/%s has changed meanwhile; run the command again", h.OrganizationID, h.ConversationID)
	case err != nil:
		return err
	}
	s.Repaired++
	return nil
}

// correction is what has to be written.
func (r replayed) correction(h models.DeliveryHistory, found []Difference) models.DeliveryCorrection {
	wrong, extra := choose(found)
	c := models.DeliveryCorrection{
		Subject: h.Subject, RecordCount: h.RecordCount, Seen: h.Task.SeenNumber, Task: r.task, Suspended: r.suspended, Windows: r.windows,
	}
	for _, a := range r.attempts {
		if wrong[delivery.AttemptID(h.OrganizationID, h.ConversationID, a.Seq)] {
			c.Attempts = append(c.Attempts, a)
		}
	}
	for id := range extra {
		c.Extra = append(c.Extra, id)
	}
	return c
}
