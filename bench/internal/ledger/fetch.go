package ledger

import (
	"context"
	"fmt"
	"sync"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
)

// Run names one run of a workflow.
type Run struct {
	WorkflowID, RunID string
}

// Runs lists runs by a visibility query.
func Runs(ctx context.Context, temporal client.Client, query string) ([]Run, error) {
	var runs []Run
	request := &workflowservice.ListWorkflowExecutionsRequest{Query: query, PageSize: 1000}
	for {
		page, err := temporal.ListWorkflow(ctx, request)
		if err != nil {
			return nil, fmt.Errorf("listing workflows by %q: %w", query, err)
		}
		for _, execution := range page.GetExecutions() {
			runs = append(runs, Run{execution.GetExecution().GetWorkflowId(), execution.GetExecution().GetRunId()})
		}
		if len(page.GetNextPageToken()) == 0 {
			return runs, nil
		}
		request.NextPageToken = page.GetNextPageToken()
	}
}

// Each fetches the history of every run, several at once, and hands each to visit, one at a time.
func Each(ctx context.Context, temporal client.Client, runs []Run, visit func(Run, []*historypb.HistoryEvent) error) error {
	work := make(chan Run)
	var (
		fetchers sync.WaitGroup
		mu       sync.Mutex
		failed   error
	)
	for range 8 {
		fetchers.Go(func() {
			for run := range work {
				history, err := fetch(ctx, temporal, run)
				mu.Lock()
				if err == nil && failed == nil {
					err = visit(run, history)
				}
				if failed == nil {
					failed = err
				}
				mu.Unlock()
			}
		})
	}
	for _, run := range runs {
		work <- run
	}
	close(work)
	fetchers.Wait()
	return failed
}

func fetch(ctx context.Context, temporal client.Client, run Run) ([]*historypb.HistoryEvent, error) {
	var history []*historypb.HistoryEvent
	events := temporal.GetWorkflowHistory(ctx, run.WorkflowID, run.RunID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			return nil, fmt.Errorf("reading the history of %s: %w", run.WorkflowID, err)
		}
		history = append(history, e)
	}
	return history, nil
}
