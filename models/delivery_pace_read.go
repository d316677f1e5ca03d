package models

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

const (
	// One transaction at a time paces a queue.
	lockQueueSQL = `SELECT pg_advisory_xact_lock(hashtextextended($1, 21))`

	queueOfSQL = `
SELECT v.document ->> 'queue_id' FROM delivery_configurations c
JOIN delivery_configuration_versions v ON v.configuration_id = c.id AND v.version = c.version WHERE c.id = $1`

	queueConfigurationsSQL = `
SELECT c.id::text, c.active, v.document, coalesce(p.served_at, 'epoch'), clock_timestamp()
FROM delivery_configurations c
JOIN delivery_configuration_versions v ON v.configuration_id = c.id AND v.version = c.version
LEFT JOIN delivery_pacing p ON p.configuration_id = c.id
WHERE c.organization_id = $1 AND v.document ->> 'queue_id' = $2`

	// A lost claim has rung for as long as it may.
	releaseLostSQL = `
UPDATE delivery_tokens SET released_at = counts_until WHERE configuration_id = ANY ($1::uuid[]) AND released_at IS NULL AND counts_until <= $2`

	// An agent who took a call since the queue's load was told still counts as ready there.
	countTokensSQL = `
SELECT configuration_id::text, count(*), count(*) FILTER (WHERE answered_at IS NULL OR answered_at > $2)
FROM delivery_tokens WHERE configuration_id = ANY ($1::uuid[]) AND released_at IS NULL GROUP BY configuration_id`
)

// findQueue finds the queue of the claim's configuration.
func (p *pacing) findQueue(ctx context.Context, tx pgx.Tx) error {
	if err := tx.QueryRow(ctx, queueOfSQL, p.claim.ConfigurationID).Scan(&p.queueID); err != nil {
		return fmt.Errorf("read the configuration's queue: %w", notFound(err))
	}
	return nil
}

// lockQueue waits until nobody else paces the queue.
func (p *pacing) lockQueue(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, lockQueueSQL, p.claim.OrganizationID+"\x1f"+p.queueID); err != nil {
		return fmt.Errorf("lock the queue's pacing: %w", err)
	}
	return nil
}

// readQueue reads the configurations of the queue and what is known of its agents.
func (p *pacing) readQueue(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, queueConfigurationsSQL, p.claim.OrganizationID, p.queueID)
	if err != nil {
		return fmt.Errorf("read the queue's configurations: %w", err)
	}
	defer rows.Close()
	p.configurations = map[string]*pacedConfiguration{}
	for rows.Next() {
		c := &pacedConfiguration{}
		var document []byte
		if err := rows.Scan(&c.id, &c.active, &document, &c.servedAt, &p.now); err != nil {
			return fmt.Errorf("read the queue's configurations: %w", err)
		}
		if c.document, err = decodeDocument(document); err != nil {
			return err
		}
		p.configurations[c.id] = c
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the queue's configurations: %w", err)
	}
	p.now = p.now.Truncate(time.Millisecond)
	p.load, p.known, err = QueueLoad(ctx, tx, p.claim.OrganizationID, p.queueID, delivery.At(p.now))
	if err == nil && p.known {
		var told QueueCapacity
		told, err = LoadCapacity(ctx, tx, p.claim.OrganizationID, p.queueID)
		p.since = told.At
	}
	return err
}

// sorted are the configurations in the order of their ids.
func (p *pacing) sorted() []*pacedConfiguration {
	var list []*pacedConfiguration
	for _, id := range slices.Sorted(maps.Keys(p.configurations)) {
		list = append(list, p.configurations[id])
	}
	return list
}

// releaseLost gives back the tokens of lost claims that cannot ring any more.
func (p *pacing) releaseLost(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, releaseLostSQL, slices.Sorted(maps.Keys(p.configurations)), p.now); err != nil {
		return fmt.Errorf("release lost tokens: %w", err)
	}
	return nil
}

// countTokens counts what is live of each configuration.
func (p *pacing) countTokens(ctx context.Context, tx pgx.Tx) error {
	ids := slices.Sorted(maps.Keys(p.configurations))
	since := p.now
	if p.known {
		since = p.since
	}
	rows, err := tx.Query(ctx, countTokensSQL, ids, since)
	if err != nil {
		return fmt.Errorf("count tokens: %w", err)
	}
	var id string
	var live, dialed int
	_, err = pgx.ForEachRow(rows, []any{&id, &live, &dialed}, func() error {
		p.configurations[id].live, p.configurations[id].dialed = live, dialed
		return nil
	})
	if err != nil {
		return fmt.Errorf("count tokens: %w", err)
	}
	// What is granted is granted after what was counted as free.
	if err := tx.QueryRow(ctx, logClockSQL).Scan(&p.now); err != nil {
		return fmt.Errorf("count tokens: %w", err)
	}
	p.now = p.now.Truncate(time.Millisecond)
	return nil
}

// turnsSQL is by processing order how attempts take turns; callbacks always come first. The custom orders
// are the core's: it sorts what is read here.
var turnsSQL = map[delivery.Processing]string{
	delivery.EarliestScheduled:  "w.callback DESC, w.scheduled_at, w.accepted_at, w.task_key",
	delivery.FirstInFirstOut:    "w.callback DESC, w.accepted_at, w.task_key",
	delivery.LastInFirstOut:     "w.callback DESC, w.accepted_at DESC, w.task_key",
	delivery.PriorityAscending:  "w.accepted_at, w.task_key",
	delivery.PriorityDescending: "w.accepted_at, w.task_key",
}

const (
	waitingSQL = `
SELECT w.task_key, t.id::text, w.callback, w.accepted_at, w.scheduled_at, w.priority
FROM %s w JOIN delivery_tasks t ON t.key = w.task_key
WHERE w.configuration_id = $1 AND w.due_at <= $2 ORDER BY %s LIMIT $3`

	// fewDue are few enough to be found by their instants and sorted.
	fewDue = 200
	// fewMore are read beyond the calls that are free, since some may not go out.
	fewMore = 10
	// mostWaiting bounds what is sorted for a custom order.
	mostWaiting = 100_000
)

var (
	countDueSQL = fmt.Sprintf(`
SELECT count(*) FROM (SELECT FROM delivery_waiting WHERE configuration_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT %d) AS due`, fewDue+1)

	fewDueSQL = fmt.Sprintf(`(SELECT * FROM delivery_waiting WHERE configuration_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT %d)`, fewDue)
)

// candidate is an attempt that may get a token.
type candidate struct {
	delivery.Waiting
	key int64
	// seq, place and seen are of its request, task is what it is about.
	seq   int
	place delivery.Candidate
	seen  int64
	task  *storedTask
	head  *head
}

// candidates reads the attempts that are due and whose configurations have calls free, in their turns.
func (p *pacing) candidates(ctx context.Context, tx pgx.Tx) ([]*candidate, error) {
	var waiting []delivery.Waiting
	keys := map[string]int64{}
	orders := map[string]delivery.Processing{}
	last := &pacedConfiguration{}
	for _, c := range p.sorted() {
		if c.servedAt.After(last.servedAt) {
			last = c
		}
		free := p.free(c)
		if free == 0 {
			continue
		}
		order := c.document.Pacing.Order()
		orders[c.id] = order
		limit := min(2*free+fewMore, mostEvaluated)
		if order == delivery.PriorityAscending || order == delivery.PriorityDescending {
			limit = mostWaiting
		}
		err := p.readWaiting(ctx, tx, c, limit, func(w delivery.Waiting, key int64) {
			waiting, keys[w.TaskID] = append(waiting, w), key
		})
		if err != nil {
			return nil, fmt.Errorf("read waiting attempts: %w", err)
		}
	}
	var list []*candidate
	for _, w := range delivery.Turns(waiting, orders, last.id) {
		if len(list) == mostEvaluated {
			p.left = true
			break
		}
		list = append(list, &candidate{Waiting: w, key: keys[w.TaskID]})
	}
	return list, p.readCandidates(ctx, tx, list)
}

// readWaiting reads the first attempts of a configuration that are due, in their turns. The index of turns
// holds what waits for later too, and would be read past all of it: unless many are due, their instants
// find them.
func (p *pacing) readWaiting(ctx context.Context, tx pgx.Tx, c *pacedConfiguration, limit int, take func(delivery.Waiting, int64)) error {
	var due int
	if err := tx.QueryRow(ctx, countDueSQL, c.id, p.now).Scan(&due); err != nil || due == 0 {
		return err
	}
	from := "delivery_waiting"
	if due <= fewDue {
		from = fewDueSQL
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(waitingSQL, from, turnsSQL[c.document.Pacing.Order()]), c.id, p.now, limit)
	if err != nil {
		return err
	}
	w := delivery.Waiting{ConfigurationID: c.id, Class: c.document.Pacing.Class()}
	var key int64
	var accepted, scheduled time.Time
	n, err := pgx.ForEachRow(rows, []any{&key, &w.TaskID, &w.Callback, &accepted, &scheduled, &w.Priority}, func() error {
		w.AcceptedAt, w.ScheduledAt = delivery.At(accepted), delivery.At(scheduled)
		take(w, key)
		return nil
	})
	p.left = p.left || n.RowsAffected() == int64(limit)
	return err
}

const candidatesSQL = `
SELECT w.task_key, w.seq, w.candidate, w.seen_number, t.plan, t.batch_id, t.rules_version, v.document
FROM delivery_waiting w
JOIN delivery_tasks t ON t.key = w.task_key
JOIN delivery_configuration_versions v ON v.configuration_id = t.configuration_id AND v.version = t.rules_version
WHERE w.task_key = ANY ($1)`

// readCandidates reads what the rules ask of each.
func (p *pacing) readCandidates(ctx context.Context, tx pgx.Tx, list []*candidate) error {
	byKey := make(map[int64]*candidate, len(list))
	keys := make([]int64, len(list))
	for i, c := range list {
		byKey[c.key], keys[i] = c, c.key
	}
	rows, err := tx.Query(ctx, candidatesSQL, keys)
	if err != nil {
		return fmt.Errorf("read waiting tasks: %w", err)
	}
	var key, seen int64
	var seq, version int
	var place, plan, document []byte
	var batchID string
	_, err = pgx.ForEachRow(rows, []any{&key, &seq, &place, &seen, &plan, &batchID, &version, &document}, func() error {
		c := byKey[key]
		c.seq, c.seen, c.task = seq, seen, &storedTask{}
		if err := json.Unmarshal(place, &c.place); err != nil {
			return err
		}
		if err := json.Unmarshal(plan, &c.task.plan.Task); err != nil {
			return err
		}
		c.task.document, err = decodeDocument(document)
		c.task.plan.Rules = c.task.document.Rules(version)
		c.task.taskInfo = taskInfo{
			key: key, organization: p.claim.OrganizationID, task: &c.task.plan.Task, mode: c.task.plan.Rules.Mode,
			queueID: c.task.document.QueueID, batchID: batchID, version: version,
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read waiting tasks: %w", err)
	}
	return nil
}
