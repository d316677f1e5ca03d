package main

import (
	"context"
	"time"

	"engaged/engagement"
	"engaged/models"
	"engaged/telemetry"
	"engaged/worker"
)

// observedStore is the worker's Postgres with its record transactions counted.
type observedStore struct {
	worker.Store
	records *telemetry.Records
	now     func() time.Time
}

// Record writes what is final and observes how late it is: the conversation's clock is behind by
// the lag of its events, so the replay of an old file counts as in time.
func (s observedStore) Record(ctx context.Context, r models.Record) (models.Recorded, error) {
	recorded, err := s.Store.Record(ctx, r)
	switch {
	case err != nil:
		s.records.Transaction("failed")
	case recorded.Overtaken:
		s.records.Transaction("overtaken")
	case !recorded.Done:
		s.records.Transaction("refolded")
	default:
		s.records.Transaction("done")
		clock := engagement.At(s.now()).Add(-r.Result.Lag)
		for _, leg := range r.Result.Legs {
			if leg.EndedAt != nil {
				s.records.Lag(clock.Sub(*leg.EndedAt).Duration())
			}
		}
	}
	return recorded, err
}
