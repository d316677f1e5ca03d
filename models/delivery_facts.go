package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

const (
	factsConfigurationSQL = `
SELECT active, suspension_type FROM delivery_configurations WHERE organization_id = $1 AND id = $2::uuid`

	// Policies that can still concern a task of its age.
	factsPoliciesSQL = `SELECT ` + policyColumns + ` FROM delivery_policies
WHERE organization_id = $1 AND (executed_at >= $2 OR until > $3) ORDER BY executed_at, id`

	// Of the records about one subject only the latest counts, and of two at once the one that forbids.
	factsConsentsSQL = `
SELECT DISTINCT ON (contact_id, number) contact_id, number, opted_out, recorded_at FROM (
    SELECT contact_id, number, opted_out, recorded_at FROM delivery_consents WHERE organization_id = $1 AND contact_id = ANY ($2) AND contact_id <> ''
    UNION ALL
    SELECT contact_id, number, opted_out, recorded_at FROM delivery_consents WHERE organization_id = $1 AND number = ANY ($3) AND number <> ''
) AS said ORDER BY contact_id, number, recorded_at DESC, opted_out DESC`

	factsListsSQL = `
SELECT list, contact_id, number FROM delivery_do_not_contact WHERE organization_id = $1 AND contact_id = ANY ($2) AND contact_id <> ''
UNION
SELECT list, contact_id, number FROM delivery_do_not_contact WHERE organization_id = $1 AND number = ANY ($3) AND number <> ''
ORDER BY list, contact_id, number`
)

// FactSubjects are those whom facts are about.
type FactSubjects struct {
	// ContactIDs and Numbers are the contacts and numbers that may be called.
	ContactIDs, Numbers []string
}

// add takes in a contact or a number, whichever is given.
func (s *FactSubjects) add(contact, number string) {
	if contact != "" {
		s.ContactIDs = append(s.ContactIDs, contact)
	}
	if number != "" {
		s.Numbers = append(s.Numbers, number)
	}
}

// SubjectsOf returns whom one place of a task's chain calls.
func SubjectsOf(task *delivery.Task, at delivery.Position) FactSubjects {
	contact := &task.Contacts[at.Contact]
	return FactSubjects{[]string{contact.ID}, []string{contact.Phones[at.Phone].Number}}
}

// AllSubjectsOf returns everybody whom a task may call.
func AllSubjectsOf(task *delivery.Task) FactSubjects {
	var all FactSubjects
	for i := range task.Contacts {
		all.ContactIDs = append(all.ContactIDs, task.Contacts[i].ID)
		for _, phone := range task.Contacts[i].Phones {
			all.Numbers = append(all.Numbers, phone.Number)
		}
	}
	return all
}

// LoadFacts reads what the rules ask beyond a task's plan about the attempt at a candidate's place, as
// it stands at an instant; Capacity is left to whoever paces. Two transactions that could both grant a
// call to one contact or number call LockSubjects first. Task and configuration ids must be UUIDs.
func LoadFacts(ctx context.Context, q querier, organization string, plan *delivery.Plan, candidate delivery.Candidate, at delivery.Instant) (delivery.Facts, error) {
	return LoadFactsAbout(ctx, q, organization, plan, SubjectsOf(&plan.Task, candidate.Position), at)
}

// LoadFactsAbout is LoadFacts about several contacts and numbers. All of it takes one trip to Postgres.
func LoadFactsAbout(ctx context.Context, q querier, organization string, plan *delivery.Plan, about FactSubjects, at delivery.Instant) (delivery.Facts, error) {
	var facts delivery.Facts
	batch := &pgx.Batch{}
	batch.Queue(factsConfigurationSQL, organization, plan.Task.ConfigurationID).Query(func(rows pgx.Rows) error {
		var active bool
		_, err := pgx.ForEachRow(rows, []any{&active, &facts.SuspensionType}, func() error { facts.Inactive = !active; return nil })
		return err
	})
	batch.Queue(factsPoliciesSQL, organization, plan.Task.AcceptedAt.Time(), at.Time()).Query(func(rows pgx.Rows) (err error) {
		facts.Policies, err = pgx.CollectRows(rows, scanFactPolicy)
		return err
	})
	batch.Queue(factsConsentsSQL, organization, about.ContactIDs, about.Numbers).Query(func(rows pgx.Rows) (err error) {
		facts.Consents, err = pgx.CollectRows(rows, scanConsent)
		return err
	})
	batch.Queue(factsListsSQL, organization, about.ContactIDs, about.Numbers).Query(func(rows pgx.Rows) (err error) {
		facts.NotToContact, err = pgx.CollectRows(rows, pgx.RowToStructByPos[delivery.NotToContact])
		return err
	})
	if reach := historyReach(&plan.Rules); reach > 0 {
		since := at.Add(-reach).Time()
		batch.Queue(factsHistorySQL, organization, about.ContactIDs, about.Numbers, plan.Task.ID, since, maxHistory).Query(func(rows pgx.Rows) (err error) {
			facts.History, err = pgx.CollectRows(rows, scanPast)
			return err
		})
	}
	if err := q.SendBatch(ctx, batch).Close(); err != nil {
		return facts, fmt.Errorf("load the facts of a delivery: %w", err)
	}
	return facts, nil
}

// DeliveryFacts reads the facts about everybody whom a task may call, for looking ahead.
func (s *Store) DeliveryFacts(ctx context.Context, organization string, plan *delivery.Plan, at delivery.Instant) (delivery.Facts, error) {
	return LoadFactsAbout(ctx, s.pool, organization, plan, AllSubjectsOf(&plan.Task), at)
}

func scanFactPolicy(row pgx.CollectableRow) (delivery.Policy, error) {
	p, err := scanPolicy(row)
	return p.Policy, err
}

func scanConsent(row pgx.CollectableRow) (delivery.Consent, error) {
	var c delivery.Consent
	var at time.Time
	err := row.Scan(&c.ContactID, &c.Number, &c.OptedOut, &at)
	c.At = delivery.At(at)
	return c, err
}

// lockSubjectsSQL takes the locks in one order, so that two batches of grants never wait for each other.
const lockSubjectsSQL = `
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended(subject, 20) AS key FROM unnest($1::text[]) AS subject ORDER BY 1 OFFSET 0) AS keys`

// LockSubjects lets no other transaction that calls it grant calls to the contacts and numbers until
// this one is over. It is called once, with everybody at once.
func LockSubjects(ctx context.Context, tx pgx.Tx, organization string, about FactSubjects) error {
	var keys []string
	for _, id := range about.ContactIDs {
		keys = append(keys, organization+"\x1fcontact\x1f"+id)
	}
	for _, number := range about.Numbers {
		keys = append(keys, organization+"\x1fnumber\x1f"+number)
	}
	if _, err := tx.Exec(ctx, lockSubjectsSQL, keys); err != nil {
		return fmt.Errorf("lock contacts and numbers: %w", err)
	}
	return nil
}
