package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// DoNotContact is an entry of a do-not-contact list: a contact or a number.
type DoNotContact struct {
	// ID numbers the entries as they came.
	ID int64
	// List is the list's name.
	List string
	// ContactID or Number is empty.
	ContactID string
	Number    string
	CreatedAt time.Time
}

const (
	insertDoNotContactSQL = `
INSERT INTO delivery_do_not_contact (organization_id, list, contact_id, number, created_by)
SELECT $1, $2, contact_id, number, $5 FROM unnest($3::text[], $4::text[]) AS given (contact_id, number)
ORDER BY contact_id, number ON CONFLICT DO NOTHING`

	deleteDoNotContactSQL = `
DELETE FROM delivery_do_not_contact d USING unnest($3::text[], $4::text[]) AS given (contact_id, number)
WHERE d.organization_id = $1 AND d.list = $2 AND d.contact_id = given.contact_id AND d.number = given.number`

	listDoNotContactSQL = `
SELECT id, list, contact_id, number, created_at FROM delivery_do_not_contact
WHERE organization_id = $1 AND id > $5 AND ($2 = '' OR list = $2) AND ($3 = '' OR contact_id = $3) AND ($4 = '' OR number = $4)
ORDER BY id LIMIT $6`
)

// AddDoNotContact puts contacts and numbers on a list and returns how many were not on it yet. What waits
// for them is cancelled by SweepDeliveries.
func (s *Store) AddDoNotContact(ctx context.Context, list string, contacts, numbers []string, audit Audit) (int, error) {
	return s.changeList(ctx, insertDoNotContactSQL, list, contacts, numbers, audit, true, audit.Actor)
}

// RemoveDoNotContact takes contacts and numbers off a list and returns how many were on it.
func (s *Store) RemoveDoNotContact(ctx context.Context, list string, contacts, numbers []string, audit Audit) (int, error) {
	return s.changeList(ctx, deleteDoNotContactSQL, list, contacts, numbers, audit, false)
}

func (s *Store) changeList(ctx context.Context, statement, list string, contacts, numbers []string, audit Audit, sweep bool, more ...any) (int, error) {
	var changed int
	contactIDs := append(append([]string{}, contacts...), make([]string, len(numbers))...)
	given := append(make([]string, len(contacts)), numbers...)
	audit.Subject = "do_not_contact/" + list
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, statement, append([]any{audit.OrganizationID, list, contactIDs, given}, more...)...)
		if err != nil {
			return err
		}
		if changed = int(tag.RowsAffected()); sweep && changed > 0 {
			if _, err := tx.Exec(ctx, sweepContactsSQL, audit.OrganizationID, listed(contacts), listed(numbers)); err != nil {
				return err
			}
		}
		return writeAudit(ctx, tx, audit, map[string]any{"entries": changed})
	})
	if err != nil {
		return 0, fmt.Errorf("change a do-not-contact list: %w", err)
	}
	return changed, nil
}

// ListDoNotContact returns the entries of an organization's lists as they came, after the one with
// an id, as many as limit; list, contact and number narrow them where they are not empty.
func (s *Store) ListDoNotContact(ctx context.Context, organization, list, contactID, number string, after int64, limit int) ([]DoNotContact, error) {
	rows, err := s.pool.Query(ctx, listDoNotContactSQL, organization, list, contactID, number, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read do-not-contact lists: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DoNotContact, error) {
		var e DoNotContact
		return e, row.Scan(&e.ID, &e.List, &e.ContactID, &e.Number, &e.CreatedAt)
	})
	if err != nil {
		return nil, fmt.Errorf("read do-not-contact lists: %w", err)
	}
	return entries, nil
}
