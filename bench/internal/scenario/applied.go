package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	historypb "go.temporal.io/api/history/v1"

	"engaged/bench/internal/ledger"
	"engaged/bench/internal/openloop"
)

// span is the part of a signal's payload that says which entries it brings.
type span struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// applied measures, for each lifecycle entry that the log received in an interval, the time until the workflow
// had applied it: from received_at in the log to the completion, in the real history, of the workflow task that
// took its signal in. By then the fold is done and the live view written, so it errs on the long side. Entries
// that no task had taken in are counted apart.
func (b *Bench) applied(ctx context.Context, organization string, from, until time.Time) (openloop.Latency, int, error) {
	received, err := b.Log.Lifecycle(ctx, organization, from, until)
	if err != nil {
		return openloop.Latency{}, 0, err
	}
	type entry struct {
		number int64
		at     time.Time
		done   time.Time
	}
	byWorkflow := map[string][]entry{}
	for _, r := range received {
		id := "engagement/" + organization + "/" + r.ConversationID
		byWorkflow[id] = append(byWorkflow[id], entry{number: r.Number, at: r.At})
	}
	runs, err := ledger.Runs(ctx, b.Temporal, fmt.Sprintf("TaskQueue=%q", organization))
	if err != nil {
		return openloop.Latency{}, 0, err
	}
	var wanted []ledger.Run
	for _, run := range runs {
		if len(byWorkflow[run.WorkflowID]) > 0 {
			wanted = append(wanted, run)
		}
	}
	err = ledger.Each(ctx, b.Temporal, wanted, func(run ledger.Run, history []*historypb.HistoryEvent) error {
		entries := byWorkflow[run.WorkflowID]
		for _, signal := range ledger.Signals(history) {
			var brings span
			if err := json.Unmarshal(signal.Payload.GetData(), &brings); err != nil {
				return fmt.Errorf("reading a signal of %s: %w", run.WorkflowID, err)
			}
			for i := range entries {
				e := &entries[i]
				if e.number <= brings.To && signal.Applied.After(e.at) && (e.done.IsZero() || signal.Applied.Before(e.done)) {
					e.done = signal.Applied
				}
			}
		}
		return nil
	})
	histogram, missing := openloop.NewHistogram(), 0
	for _, entries := range byWorkflow {
		for _, e := range entries {
			if e.done.IsZero() {
				missing++
				continue
			}
			histogram.Record(e.done.Sub(e.at))
		}
	}
	return histogram.Latency(), missing, err
}
