package models

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"engaged/delivery"
)

const (
	// startsAtOnce is up to how many tasks of a request get their runs at once.
	startsAtOnce = 20
	// startEvery spreads the starts of all others, of all bulk requests together: a start costs far more than a
	// row, and a task that only waits is in no hurry. What happens to it starts its run at once.
	startEvery = 200 * time.Millisecond
	// tellEvery spreads those of tasks that are over as they are created: all that is left is to tell of them.
	tellEvery = 50 * time.Millisecond
)

// CreateDeliveryTasks writes tasks in one transaction, with their first attempts and a first entry each
// that has dispatch start their runs. Receipts are in the order of the tasks; a repeat of a request
// within 24 hours is answered as before. ErrNoOrganization where there is none.
func (s *Store) CreateDeliveryTasks(ctx context.Context, tasks []NewDeliveryTask) ([]DeliveryTaskReceipt, error) {
	if len(tasks) == 0 {
		return nil, nil
	}
	var receipts []DeliveryTaskReceipt
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
			c := &creating{tasks: tasks, receipts: make([]DeliveryTaskReceipt, len(tasks))}
			receipts = c.receipts
			return c.run(ctx, tx)
		})
	})
	if noOrganization(err) {
		err = ErrNoOrganization
	}
	if err != nil {
		return nil, fmt.Errorf("create delivery tasks: %w", err)
	}
	return receipts, nil
}

// creating is one attempt to create tasks.
type creating struct {
	tasks    []NewDeliveryTask
	receipts []DeliveryTaskReceipt
	now      time.Time
	// configurations are those that the tasks name, by id.
	configurations map[string]deliveryConfiguration
	// fresh are the tasks to write.
	fresh []*newTask
}

// deliveryConfiguration is a configuration's current version.
type deliveryConfiguration struct {
	organization string
	version      int
	document     DeliveryDocument
}

// newTask is a task to write.
type newTask struct {
	index int
	key   int64
	*NewDeliveryTask
	configuration deliveryConfiguration
	plan          delivery.Plan
	// entries are the task's first: its acceptance, and what forbids its attempts.
	entries []delivery.Entry
	folded  delivery.Folded
	// refused are the verdicts that cancelled attempts, in their order.
	refused []delivery.Verdict
}

func (c *creating) run(ctx context.Context, tx pgx.Tx) error {
	if err := tx.QueryRow(ctx, logClockSQL).Scan(&c.now); err != nil {
		return err
	}
	if err := c.readConfigurations(ctx, tx); err != nil {
		return err
	}
	requests, err := c.takeRequests(ctx, tx)
	if err != nil {
		return err
	}
	if err := c.refuseReused(ctx, tx, requests); err != nil {
		return err
	}
	for i := range c.tasks {
		t := &c.tasks[i]
		configuration, known := c.configurations[t.Task.ConfigurationID]
		switch {
		case !known || configuration.organization != t.OrganizationID:
			c.receipts[i].Err = ErrNoConfiguration
			continue
		case c.receipts[i].Err != nil:
			continue
		case requests[i] != nil:
			c.answerAgain(i, requests[i])
			continue
		case t.OnlyRepeat:
			c.receipts[i].Err = ErrTaskExpired
			continue
		}
		c.receipts[i] = DeliveryTaskReceipt{TaskID: t.Task.ID, DeliveryID: delivery.AttemptID(t.OrganizationID, t.Task.ID, 1)}
		plan := delivery.Plan{Task: t.Task, Rules: configuration.document.Rules(configuration.version)}
		c.fresh = append(c.fresh, &newTask{index: i, NewDeliveryTask: t, configuration: configuration, plan: plan})
	}
	if len(c.fresh) == 0 {
		return nil
	}
	if err := c.decide(ctx, tx); err != nil {
		return err
	}
	if err := c.writeLog(ctx, tx); err != nil {
		return err
	}
	return c.writeTasks(ctx, tx)
}

const configurationsSQL = `
SELECT c.id::text, c.organization_id, c.version, v.document
FROM delivery_configurations c
JOIN delivery_configuration_versions v ON v.configuration_id = c.id AND v.version = c.version
WHERE c.id = ANY ($1::uuid[])`

func (c *creating) readConfigurations(ctx context.Context, tx pgx.Tx) error {
	c.configurations = map[string]deliveryConfiguration{}
	var ids []string
	for _, t := range c.tasks {
		if _, seen := c.configurations[t.Task.ConfigurationID]; !seen && isUUID(t.Task.ConfigurationID) {
			c.configurations[t.Task.ConfigurationID] = deliveryConfiguration{}
			ids = append(ids, t.Task.ConfigurationID)
		}
	}
	rows, err := tx.Query(ctx, configurationsSQL, ids)
	if err != nil {
		return fmt.Errorf("read configurations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var found deliveryConfiguration
		var document []byte
		if err := rows.Scan(&id, &found.organization, &found.version, &document); err != nil {
			return fmt.Errorf("read configurations: %w", err)
		}
		if found.document, err = decodeDocument(document); err != nil {
			return err
		}
		c.configurations[id] = found
	}
	return rows.Err()
}

// isUUID reports whether a text is a UUID in the form in which Postgres writes it.
func isUUID(s string) bool {
	var id pgtype.UUID
	return len(s) == 36 && id.Scan(s) == nil && id.String() == s
}

const insertTaskSubjectsSQL = `
INSERT INTO conversations (organization_id, conversation_id, kind, last_number)
SELECT w.organization_id, w.id, $4, w.last
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w (organization_id, id, last)
ORDER BY w.organization_id COLLATE "C", w.id COLLATE "C"
RETURNING key, conversation_id`

// A bulk request's runs start one after another, behind those that are to be started already, but no later than
// their first deadlines.
const (
	startRunsSQL = `
INSERT INTO dispatch_claims (conversation_key, wanted_number, due_at)
SELECT w.key, w.last, $3 FROM unnest($1::bigint[], $2::bigint[]) AS w (key, last)`

	startRunsLaterSQL = `
INSERT INTO dispatch_claims (conversation_key, wanted_number, due_at)
SELECT w.key, w.last, least(w.deadline, queue.behind + w.n * $4 * interval '1 microsecond')
FROM unnest($1::bigint[], $2::bigint[], $5::timestamptz[]) WITH ORDINALITY AS w (key, last, deadline, n),
    (SELECT greatest($3::timestamptz, max(due_at)) AS behind FROM dispatch_claims) AS queue`
)

// writeLog gives each task its row in the log and its first entries.
func (c *creating) writeLog(ctx context.Context, tx pgx.Tx) error {
	organizations, ids := make([]string, len(c.fresh)), make([]string, len(c.fresh))
	keys, last, deadlines := make([]int64, len(c.fresh)), make([]int64, len(c.fresh)), make([]*time.Time, len(c.fresh))
	byID := make(map[string]*newTask, len(c.fresh))
	for i, t := range c.fresh {
		organizations[i], ids[i], last[i], byID[t.Task.ID] = t.OrganizationID, t.Task.ID, t.last(), t
	}
	rows, err := tx.Query(ctx, insertTaskSubjectsSQL, organizations, ids, last, KindDelivery)
	if err != nil {
		return fmt.Errorf("insert tasks: %w", err)
	}
	var id string
	var key int64
	if _, err := pgx.ForEachRow(rows, []any{&key, &id}, func() error {
		byID[id].key = key
		return nil
	}); err != nil {
		return fmt.Errorf("insert tasks: %w", err)
	}
	batch := &pgx.Batch{}
	var entries taskEntries
	over := 0
	for i, t := range c.fresh {
		keys[i] = t.key
		if deadline := t.folded.Deadline; deadline != nil {
			deadlines[i] = instantOf(&deadline.At)
		} else {
			over++
			deadlines[i] = new(c.now.Add(time.Duration(over) * tellEvery))
		}
		for _, e := range t.entries {
			hash, err := taskEventHash(e.Event)
			if err != nil {
				return err
			}
			if err := entries.add(t.key, e.Number, e.Event, hash); err != nil {
				return err
			}
		}
	}
	entries.queue(batch, c.now)
	if len(keys) <= startsAtOnce {
		batch.Queue(startRunsSQL, keys, last, c.now)
	} else {
		batch.Queue(startRunsLaterSQL, keys, last, c.now, startEvery.Microseconds(), deadlines)
	}
	batch.Queue(notifySQL, NotifyChannel)
	return tx.SendBatch(ctx, batch).Close()
}

// requestKey is under which a request is remembered; empty for one that cannot be recognized.
func (t *NewDeliveryTask) requestKey() string {
	switch {
	case t.IdempotencyKey != "":
		return "key:" + t.IdempotencyKey
	case t.Task.TrackingID != "":
		return "tracking:" + t.Task.TrackingID + ":" + hex.EncodeToString(t.RequestHash)
	default:
		return ""
	}
}
