package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"engaged/engagement"
	"engaged/models"
)

// Overdue is a conversation or delivery task of which a run should have recorded something and has not: its
// workflow was ended from outside, it cannot be told of, or nobody carries it out.
type Overdue struct {
	models.Subject
	// Leg is the ordinal of the first leg that is missing; 0 where no leg is.
	Leg int `json:"leg,omitempty"`
	// Rows is the number of offers, visits, ratings, closings and amendments that are missing.
	Rows int `json:"rows,omitempty"`
	// Attempt is the first attempt of a task that is over and not recorded, Unasked the one that waits to be
	// dialed without having asked for it; 0 where there is none.
	Attempt int `json:"attempt,omitempty"`
	Unasked int `json:"unasked,omitempty"`
	// Entries is the number of entries for the sake of which a run should have begun.
	Entries int `json:"entries,omitempty"`
	// Since is the instant of the conversation's clock up to which it should be recorded.
	Since engagement.Instant `json:"since"`

	lag engagement.Millis
}

// String is one line about it.
func (o Overdue) String() string {
	missing := fmt.Sprintf("%d entries are not applied", o.Entries)
	switch {
	case o.Leg > 0:
		missing = fmt.Sprintf("engagement %d is not recorded", o.Leg)
	case o.Attempt > 0:
		missing = fmt.Sprintf("attempt %d is not recorded", o.Attempt)
	case o.Unasked > 0:
		missing = fmt.Sprintf("attempt %d has not asked to be dialed", o.Unasked)
	case o.Rows > 0:
		missing = fmt.Sprintf("%d rows are not recorded", o.Rows)
	}
	return fmt.Sprintf("%s/%s overdue since %s: %s", o.OrganizationID, o.ConversationID, o.Since, missing)
}

// overdue folds what no record transaction has folded, as a run would have done a grace ago with what
// the log held then: what was final for it should have been recorded by now.
func overdue(h models.History, grace time.Duration) (Overdue, bool) {
	o := Overdue{Subject: h.Subject}
	then := h.Now.Add(-engagement.Millis(grace.Milliseconds()))
	var entries []engagement.Entry
	for _, e := range h.Unfolded {
		if e.ReceivedAt > then {
			continue
		}
		entries = append(entries, e)
		if e.Lifecycle() {
			o.Entries++
		}
	}
	o.lag = engagement.Fold(h.Settings, h.Carry, entries, 0).Lag
	r := engagement.Fold(h.Settings, h.Carry, entries, then.Add(-o.lag))
	step := r.Next()
	o.Rows = len(r.Offers) + len(r.Visits) + len(r.Ratings) + len(r.Closings) + len(r.Amendments)
	switch step.Kind {
	case engagement.StepRecord:
		o.Leg, o.Since = r.Legs[0].Ordinal, step.At
		return o, true
	case engagement.StepEnd:
		o.Since = max(r.IdleAt, h.Carry.Floor)
		// Messages alone start no run.
		return o, o.Rows+o.Entries > 0
	case engagement.StepWait:
	}
	return o, false
}

// unrecorded looks for what is overdue and has a run started for it.
func (s *Summary) unrecorded(ctx context.Context, store Store, o Options, history models.History) error {
	missing, found := overdue(history, o.Grace)
	if !found {
		return nil
	}
	s.Overdue++
	o.Missed(missing)
	if !o.Repair {
		return nil
	}
	err := store.Redeliver(ctx, models.Redelivery{
		Subject: history.Subject, RecordCount: history.RecordCount, LastNumber: history.LastNumber, Lag: missing.lag,
	})
	if errors.Is(err, models.ErrConflict) {
		// Somebody is at it.
		return nil
	}
	if err != nil {
		return err
	}
	s.Redelivered++
	return nil
}
