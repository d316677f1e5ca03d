package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"engaged/delivery"
)

// DeliveryRun is what a run of a delivery task takes in when it starts.
type DeliveryRun struct {
	// Plan is what the task was accepted with; without an id there is no such task.
	Plan delivery.Plan `json:"plan"`
	// Carry is the state at the last record; its zero value before the first.
	Carry delivery.State `json:"carry"`
	// RecordCount is the number of record transactions so far: what the run builds on.
	RecordCount int64 `json:"record_count"`
	// Entries are those that are not recorded yet, Seen the highest number up to which they are complete.
	Entries []delivery.Entry `json:"entries,omitempty"`
	Seen    int64            `json:"seen"`
	// More tells that there are entries after Seen which did not fit.
	More bool `json:"more,omitempty"`
	// Jitter spreads the attempts that wait for one window's start.
	Jitter delivery.Millis `json:"jitter_ms,omitempty"`
	// Shown is the highest entry that the task's rows show.
	Shown int64 `json:"shown"`
}

// LoadDelivery reads what a run of a task must know: of the entries that are not recorded at most 500 or
// 256 KB.
func (s *Store) LoadDelivery(ctx context.Context, subject Subject) (DeliveryRun, error) {
	h, err := readHead(ctx, s.pool, readHeadSQL, subject)
	if errors.Is(err, ErrNotFound) {
		return DeliveryRun{}, nil
	}
	if err != nil {
		return DeliveryRun{}, fmt.Errorf("load delivery task: %w", err)
	}
	t, err := readTask(ctx, s.pool, h)
	if err != nil {
		return DeliveryRun{}, fmt.Errorf("load delivery task: %w", err)
	}
	run := DeliveryRun{Plan: t.plan, RecordCount: h.recordCount, Jitter: t.document.Pacing.StartJitter, Shown: t.seen}
	if run.Carry, err = h.taskState(); err != nil {
		return run, err
	}
	batch, err := h.taskBatchAfter(ctx, s.pool, 0)
	if err != nil {
		return run, fmt.Errorf("load delivery task: %w", err)
	}
	run.Entries, run.Seen, run.More = batch.TaskEntries, batch.To, batch.More
	return run, nil
}

// taskState is the carry of a task.
func (h head) taskState() (delivery.State, error) {
	var state delivery.State
	if h.carry == nil {
		return state, nil
	}
	if err := json.Unmarshal(h.carry, &state); err != nil {
		return state, fmt.Errorf("decode carry: %w", err)
	}
	return state, nil
}

// storedTask is a task as its row and its configuration's version say.
type storedTask struct {
	taskInfo
	plan     delivery.Plan
	document DeliveryDocument
	seen     int64
}

const readTaskSQL = `
SELECT t.plan, t.batch_id, t.rules_version, t.seen_number, v.document
FROM delivery_tasks t
JOIN delivery_configuration_versions v ON v.configuration_id = t.configuration_id AND v.version = t.rules_version
WHERE t.key = $1`

func readTask(ctx context.Context, q querier, h head) (*storedTask, error) {
	t := &storedTask{}
	var plan, document []byte
	var batchID string
	var version int
	if err := q.QueryRow(ctx, readTaskSQL, h.key).Scan(&plan, &batchID, &version, &t.seen, &document); err != nil {
		return nil, fmt.Errorf("read delivery task: %w", notFound(err))
	}
	if err := json.Unmarshal(plan, &t.plan.Task); err != nil {
		return nil, fmt.Errorf("decode delivery task: %w", err)
	}
	var err error
	if t.document, err = decodeDocument(document); err != nil {
		return nil, err
	}
	t.plan.Rules = t.document.Rules(version)
	t.taskInfo = taskInfo{
		key: h.key, organization: h.OrganizationID, task: &t.plan.Task, mode: t.plan.Rules.Mode,
		queueID: t.document.QueueID, batchID: batchID, version: version,
	}
	return t, nil
}
