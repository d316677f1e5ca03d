package models

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
	"engaged/engagement"
)

// refusals is what forbids calls for good: policies, withdrawn consents and lists.
type refusals struct {
	policies []delivery.Policy
	// executed is when the latest policy was: what is visible holds, also for a transaction that began before.
	executed delivery.Instant
	// contacts and numbers hold what concerns each of them.
	contacts, numbers map[string]refusal
}

// refusal is what forbids calls to one contact or number.
type refusal struct {
	consents []delivery.Consent
	lists    []delivery.NotToContact
}

const (
	// Whoever writes a rule finds transactions that have a number and are not over.
	takeNumberSQL = `SELECT pg_current_xact_id()`

	// Whoever has not opted out is not asked for.
	optedOutSQL = `SELECT * FROM (` + factsConsentsSQL + `) AS latest WHERE opted_out`
)

// loadRefusals reads what forbids calls to contacts and numbers for tasks accepted at an instant or later.
// A rule that is not seen yet is written by a transaction whose sweep waits for this one.
func loadRefusals(ctx context.Context, tx pgx.Tx, organization string, about FactSubjects, accepted, at delivery.Instant) (*refusals, error) {
	found := &refusals{contacts: map[string]refusal{}, numbers: map[string]refusal{}}
	batch := &pgx.Batch{}
	batch.Queue(takeNumberSQL)
	batch.Queue(factsPoliciesSQL, organization, accepted.Time(), at.Time()).Query(func(rows pgx.Rows) (err error) {
		found.policies, err = pgx.CollectRows(rows, scanFactPolicy)
		for _, p := range found.policies {
			found.executed = max(found.executed, p.ExecutedAt)
		}
		return err
	})
	batch.Queue(optedOutSQL, organization, about.ContactIDs, about.Numbers).Query(func(rows pgx.Rows) error {
		consents, err := pgx.CollectRows(rows, scanConsent)
		for _, c := range consents {
			found.add(c.ContactID, c.Number, func(r *refusal) { r.consents = append(r.consents, c) })
		}
		return err
	})
	batch.Queue(factsListsSQL, organization, about.ContactIDs, about.Numbers).Query(func(rows pgx.Rows) error {
		lists, err := pgx.CollectRows(rows, pgx.RowToStructByPos[delivery.NotToContact])
		for _, l := range lists {
			found.add(l.ContactID, l.Number, func(r *refusal) { r.lists = append(r.lists, l) })
		}
		return err
	})
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("read what forbids a delivery: %w", err)
	}
	return found, nil
}

func (r *refusals) add(contact, number string, change func(*refusal)) {
	of, key := r.contacts, contact
	if contact == "" {
		of, key = r.numbers, number
	}
	one := of[key]
	change(&one)
	of[key] = one
}

// verdict asks about a waiting attempt; false where nothing cancels it.
func (r *refusals) verdict(plan *delivery.Plan, c delivery.Candidate, at delivery.Instant) (delivery.Verdict, bool) {
	contact := &plan.Task.Contacts[c.Position.Contact]
	byContact, byNumber := r.contacts[contact.ID], r.numbers[contact.Phones[c.Position.Phone].Number]
	facts := delivery.Facts{}
	for _, p := range r.policies {
		if p.Concerns(plan.Task.ConfigurationID, contact.Country, contact.State, contact.PostalCode) {
			facts.Policies = append(facts.Policies, p)
		}
	}
	facts.Consents = append(append(facts.Consents, byContact.consents...), byNumber.consents...)
	facts.NotToContact = append(append(facts.NotToContact, byContact.lists...), byNumber.lists...)
	if len(facts.Policies)+len(facts.Consents)+len(facts.NotToContact) == 0 {
		return delivery.Verdict{}, false
	}
	v := delivery.Evaluate(plan, c, &facts, max(at, r.executed))
	return v, v.Action == delivery.Cancel
}

// candidateOf is the waiting attempt of a state as the rules are asked about it; false if there is none.
func candidateOf(s *delivery.State) (delivery.Candidate, bool) {
	a := s.Current
	if a == nil || a.Status != delivery.Pending {
		return delivery.Candidate{}, false
	}
	return delivery.Candidate{Position: a.Position, NotBefore: a.NotBefore, Windows: s.Windows, Suspended: s.Suspended}, true
}

// blockedEvent is the entry that keeps a verdict under a number of the task's log.
func blockedEvent(v *delivery.Verdict, seq int, number int64) delivery.Event {
	return delivery.Event{
		ID: fmt.Sprintf("%s:%d", delivery.AttemptBlocked, number), Source: engagement.EngineSource, Type: delivery.AttemptBlocked,
		Time: v.At, Attempt: seq, Data: v.Blocked(),
	}
}

// refuse cancels a waiting attempt of the task whose row h has locked, if something forbids it. The entry goes
// through the log; what waited for a token or had an order that nobody took has neither any more.
func (h *head) refuse(ctx context.Context, tx pgx.Tx, t *storedTask, c delivery.Candidate, seq int) (refused bool, err error) {
	at := delivery.At(h.now)
	found, err := loadRefusals(ctx, tx, t.organization, SubjectsOf(t.task, c.Position), t.task.AcceptedAt, at)
	if err != nil {
		return false, err
	}
	v, refused := found.verdict(&t.plan, c, at)
	if !refused {
		return false, nil
	}
	if _, err := h.appendTask(ctx, tx, []delivery.Event{blockedEvent(&v, seq, h.last+1)}, true); err != nil {
		return false, err
	}
	withdrawn, err := tx.Exec(ctx, withdrawTokensSQL, h.key, seq, 0, h.now)
	if err != nil {
		return false, fmt.Errorf("withdraw an order: %w", err)
	}
	batch := &pgx.Batch{}
	batch.Queue(stopWaitingSQL, h.key)
	if err := queueAttemptLog(batch, t.taskInfo, seq, h.now, logVerdict, v); err != nil {
		return false, err
	}
	if withdrawn.RowsAffected() > 0 {
		wakePacingAt(batch, t.organization, t.task.ConfigurationID, h.now)
	}
	return true, tx.SendBatch(ctx, batch).Close()
}

// soonPaced is how soon an attempt must come up to be dialed to be asked about only then.
const soonPaced delivery.Millis = 10_000

// askPlanned asks about an attempt that was planned after another one, when its row is written: it may come up
// to be dialed days later. What it cancels is cancelled after what batch holds.
func (t *storedTask) askPlanned(ctx context.Context, tx pgx.Tx, batch *pgx.Batch, h head, u DeliveryUpdate) error {
	if len(u.Attempts) == 0 {
		return nil
	}
	a := u.Attempts[len(u.Attempts)-1]
	soon := u.Dial != nil && u.Dial.DueAt <= delivery.At(h.now).Add(soonPaced)
	place, waits := candidateOf(&delivery.State{Current: &a, Windows: u.Windows, Suspended: u.Suspended})
	if !waits || a.Seq == 1 || a.Order != nil || soon {
		return nil
	}
	refused, err := h.refuse(ctx, tx, t, place, a.Seq)
	if refused {
		batch.Queue(stopWaitingSQL, h.key)
	}
	return err
}
