package reconcile

import (
	"context"
	"errors"
	"slices"
	"time"

	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
)

// overdueDelivery folds what no record transaction of a task has folded, as a run would have done a grace ago with
// what the log held then: what was final for it should have been recorded by now, and what could be dialed should
// wait for a token.
func overdueDelivery(h models.DeliveryHistory, grace time.Duration) (Overdue, bool) {
	o := Overdue{Subject: h.Subject}
	then := h.Now.Add(-delivery.MillisOf(grace))
	entries := slices.DeleteFunc(slices.Clone(h.Unfolded), func(e delivery.Entry) bool { return e.ReceivedAt > then })
	o.Entries = len(entries)
	lag := delivery.Fold(&h.Plan, h.Carry, entries, 0).Lag
	o.lag = engagement.Millis(lag)
	r := delivery.Fold(&h.Plan, h.Carry, entries, then.Add(-lag))
	step := r.Next()
	o.Since = engagement.Instant(step.At)
	switch step.Kind {
	case delivery.StepRecord:
		o.Attempt = r.Attempts[0].Seq
		for _, a := range r.Attempts {
			if a.EndedAt != nil && *a.EndedAt == step.At {
				o.Attempt = a.Seq
			}
		}
		return o, true
	case delivery.StepEnd:
		return o, o.Entries > 0
	case delivery.StepDial, delivery.StepWait:
	}
	return o, unasked(h, then, &o)
}

// unasked tells that an attempt could be dialed and nobody has asked for it with all that the log holds. What has
// arrived since is told to a run, which asks.
func unasked(h models.DeliveryHistory, then delivery.Instant, o *Overdue) bool {
	last := int64(1)
	for _, e := range h.Unfolded {
		if e.ReceivedAt > then {
			return false
		}
		last = max(last, e.Number)
	}
	r := delivery.Fold(&h.Plan, h.Carry, h.Unfolded, 0)
	if r.Dial == nil || len(r.Ended) > 0 || h.Asked >= last {
		return false
	}
	o.Since, o.Unasked = engagement.Instant(r.Clock), r.Dial.Seq
	return true
}

// undone looks for what no run has done of a task and has a run started for it.
func (s *Summary) undone(ctx context.Context, store Store, o Options, h models.DeliveryHistory) error {
	missing, found := overdueDelivery(h, o.Grace)
	if !found {
		return nil
	}
	s.Overdue++
	o.Missed(missing)
	if !o.Repair {
		return nil
	}
	err := store.Redeliver(ctx, models.Redelivery{Subject: h.Subject, RecordCount: h.RecordCount, LastNumber: h.LastNumber, Lag: missing.lag})
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
