package models

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
	"engaged/engagement"
)

const (
	// What somebody else is busy with is left for the next time.
	lockCandidatesSQL = `
SELECT key, last_number, created_at, $2::timestamptz FROM conversations WHERE key = ANY ($1)
ORDER BY organization_id, conversation_id FOR NO KEY UPDATE SKIP LOCKED`

	insertTokenSQL = `
INSERT INTO delivery_tokens (delivery_id, fence, organization_id, configuration_id, task_key, task_id, seq, contact_id, number, granted_at, not_after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	handedSQL = `UPDATE deliveries SET handed_at = $2, updated_at = $2 WHERE id = $1`

	logAttemptSQL = `
INSERT INTO delivery_attempt_log (organization_id, task_key, delivery_id, seq, at, kind, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)`
)

// The kinds of lines of the attempt log.
const (
	logVerdict = "verdict"
	logOrdered = "ordered"
	logStarted = "started"
	logRefused = "refused"
	logLost    = "lost"
)

// grant asks the rules of each candidate in its turn and hands it out, or keeps why not.
func (p *pacing) grant(ctx context.Context, tx pgx.Tx, candidates []*candidate) error {
	if len(candidates) == 0 {
		return nil
	}
	var about FactSubjects
	for _, c := range candidates {
		if c.task == nil {
			continue
		}
		one := SubjectsOf(c.task.task, c.place.Position)
		about.ContactIDs, about.Numbers = append(about.ContactIDs, one.ContactIDs...), append(about.Numbers, one.Numbers...)
	}
	if err := LockSubjects(ctx, tx, p.claim.OrganizationID, about); err != nil {
		return err
	}
	if err := p.lockCandidates(ctx, tx, candidates); err != nil {
		return err
	}
	for _, c := range candidates {
		configuration := p.configurations[c.ConfigurationID]
		if p.free(configuration) == 0 {
			continue
		}
		if c.head == nil || c.task == nil {
			p.left = true
			continue
		}
		if c.head.last != c.seen {
			// Its run has not folded everything: it asks again when it has.
			continue
		}
		if err := p.decide(ctx, tx, c, configuration); err != nil {
			return err
		}
	}
	return nil
}

func (p *pacing) lockCandidates(ctx context.Context, tx pgx.Tx, candidates []*candidate) error {
	byKey := make(map[int64]*candidate, len(candidates))
	keys := make([]int64, len(candidates))
	for i, c := range candidates {
		byKey[c.key], keys[i] = c, c.key
	}
	rows, err := tx.Query(ctx, lockCandidatesSQL, keys, p.now)
	if err != nil {
		return fmt.Errorf("lock waiting tasks: %w", err)
	}
	var h head
	_, err = pgx.ForEachRow(rows, []any{&h.key, &h.last, &h.createdAt, &h.now}, func() error {
		locked, c := h, byKey[h.key]
		locked.Subject = taskSubject(p.claim.OrganizationID, c.TaskID)
		c.head = &locked
		return nil
	})
	if err != nil {
		return fmt.Errorf("lock waiting tasks: %w", err)
	}
	return nil
}

// decide evaluates one candidate by the facts as they stand, those of this transaction's grants among
// them.
func (p *pacing) decide(ctx context.Context, tx pgx.Tx, c *candidate, configuration *pacedConfiguration) error {
	at := delivery.At(p.now)
	facts, err := LoadFacts(ctx, tx, p.claim.OrganizationID, &c.task.plan, c.place, at)
	if err != nil {
		return err
	}
	v := delivery.Evaluate(&c.task.plan, c.place, &facts, at)
	if v.Action == delivery.Hold {
		return nil
	}
	e := delivery.Event{Source: engagement.EngineSource, Type: delivery.AttemptBlocked, Time: at, Attempt: c.seq}
	if v.Action == delivery.Allow {
		e.Type, e.Data = delivery.AttemptOrdered, delivery.Data{NotAfter: *v.Until, ClaimsTold: true}
	} else {
		e.Data = v.Blocked()
	}
	e.ID = fmt.Sprintf("%s:%d", e.Type, c.head.last+1)
	if _, err := c.head.appendTask(ctx, tx, []delivery.Event{e}, true); err != nil {
		return err
	}
	kind := logVerdict
	batch := &pgx.Batch{}
	if v.Action == delivery.Allow {
		kind = logOrdered
		if err := p.hand(batch, c, *v.Until); err != nil {
			return err
		}
		configuration.live++
		configuration.dialed++
		configuration.served = true
		p.granted++
	}
	batch.Queue(stopWaitingSQL, c.key)
	if err := queueAttemptLog(batch, c.task.taskInfo, c.seq, p.now, kind, v); err != nil {
		return err
	}
	// At once, since the next candidate's facts depend on it.
	return tx.SendBatch(ctx, batch).Close()
}

// hand writes the token of an order, and the webhook where one tells of it.
func (p *pacing) hand(batch *pgx.Batch, c *candidate, notAfter delivery.Instant) error {
	contact := c.task.task.Contacts[c.place.Position.Contact]
	phone := contact.Phones[c.place.Position.Phone]
	id := delivery.AttemptID(p.claim.OrganizationID, c.TaskID, c.seq)
	batch.Queue(insertTokenSQL, id, c.head.last, p.claim.OrganizationID, c.ConfigurationID, c.key, c.TaskID, c.seq,
		contact.ID, phone.Number, p.now, notAfter.Time())
	batch.Queue(handedSQL, id, p.now)
	batch.Queue(notifySQL, OrdersChannel)
	return queueOrderWebhook(batch, p.claim.OrganizationID, DialOrder{
		DeliveryID: id, TaskID: c.TaskID, ConfigurationID: c.ConfigurationID, Seq: c.seq, Fence: c.head.last, Mode: c.task.mode,
		QueueID: c.task.queueID, NotAfter: notAfter, ContactID: contact.ID, PhoneType: phone.Type, ToAddress: phone.Number,
		Callback: c.Callback, TrackingID: c.task.task.TrackingID, InputAttributes: inputAttributes(c.task.task, c.place.Position.Contact),
	}, p.now)
}

// OrdersChannel is the channel on which the store tells that there are orders to claim.
const OrdersChannel = "engaged_orders"

func queueAttemptLog(batch *pgx.Batch, t taskInfo, seq int, at any, kind string, detail any) error {
	document, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("encode the attempt log: %w", err)
	}
	batch.Queue(logAttemptSQL, t.organization, t.key, delivery.AttemptID(t.organization, t.task.ID, seq), seq, at, kind, string(document))
	return nil
}
