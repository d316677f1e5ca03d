package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// DeliveryConsent says whether a contact, or whoever has a number, may be called. The latest record
// about a contact and the latest about the number must both allow it.
type DeliveryConsent struct {
	// ID numbers the records as they came.
	ID int64
	// ContactID or Number says whom it concerns; the other one is empty.
	ContactID string
	Number    string
	OptedOut  bool
	// Source is who says so: an API key's name, a disposition.
	Source string
	// RecordedAt is from when on it holds.
	RecordedAt time.Time
}

const (
	// The clock is read once for all records of a request.
	insertConsentsSQL = `
INSERT INTO delivery_consents (organization_id, contact_id, number, opted_out, source, recorded_at)
SELECT $1, contact_id, number, opted_out, $5, clock.now
FROM unnest($2::text[], $3::text[], $4::boolean[]) AS given (contact_id, number, opted_out), (SELECT clock_timestamp() AS now) AS clock`

	listConsentsSQL = `
SELECT id, contact_id, number, opted_out, source, recorded_at FROM delivery_consents
WHERE organization_id = $1 AND id > $4 AND ($2 = '' OR contact_id = $2) AND ($3 = '' OR number = $3) ORDER BY id LIMIT $5`
)

// AddConsents records consents of now, in the order given; those before stay as they are. What waits for
// whoever has opted out is cancelled by SweepDeliveries.
func (s *Store) AddConsents(ctx context.Context, consents []DeliveryConsent, audit Audit) error {
	contacts, numbers, out := make([]string, len(consents)), make([]string, len(consents)), make([]bool, len(consents))
	withdrawn, about := 0, FactSubjects{[]string{}, []string{}}
	for i, c := range consents {
		contacts[i], numbers[i], out[i] = c.ContactID, c.Number, c.OptedOut
		if c.OptedOut {
			withdrawn++
			about.add(c.ContactID, c.Number)
		}
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, insertConsentsSQL, audit.OrganizationID, contacts, numbers, out, audit.Actor); err != nil {
			return err
		}
		if withdrawn > 0 {
			if _, err := tx.Exec(ctx, sweepContactsSQL, audit.OrganizationID, about.ContactIDs, about.Numbers); err != nil {
				return err
			}
		}
		return writeAudit(ctx, tx, audit, map[string]any{"records": len(consents), "opted_out": withdrawn})
	})
	if err != nil {
		return fmt.Errorf("record consents: %w", err)
	}
	return nil
}

// ListConsents returns the records about a contact or number, both where both are empty, as they
// came, after the one with an id, as many as limit.
func (s *Store) ListConsents(ctx context.Context, organization, contactID, number string, after int64, limit int) ([]DeliveryConsent, error) {
	rows, err := s.pool.Query(ctx, listConsentsSQL, organization, contactID, number, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DeliveryConsent, error) {
		var c DeliveryConsent
		return c, row.Scan(&c.ID, &c.ContactID, &c.Number, &c.OptedOut, &c.Source, &c.RecordedAt)
	})
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	return list, nil
}
