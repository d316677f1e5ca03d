package workflows_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"engaged/devstack"
	"engaged/engagement"
	"engaged/intake"
	"engaged/models"
	"engaged/worker"
	"engaged/workflows"
)

// stack is a log, a dispatcher and a worker on a real Postgres and a real Temporal server.
type stack struct {
	t        *testing.T
	store    *models.Store
	temporal client.Client
	client   *workflows.Client
	queue    string
}

const organization = "acme"

func newStack(t *testing.T) *stack {
	t.Helper()
	store, err := models.Open(t.Context(), devstack.Database(t), models.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	require.NoError(t, store.CreateOrganization(t.Context(), organization, ""))
	s := &stack{t: t, store: store, temporal: devstack.TemporalClient(t), queue: "test-" + t.Name()}
	s.client = workflows.NewClient(s.temporal, s.queue, s.store)
	return s
}

// work starts a worker; the function returned stops it.
func (s *stack) work() (stop func()) {
	w := worker.New(s.temporal, s.store, worker.Options{TaskQueue: s.queue, StopTimeout: time.Second})
	require.NoError(s.t, w.Start())
	return w.Stop
}

// dispatch starts a dispatcher; the function returned stops it.
func (s *stack) dispatch(options intake.DispatchOptions) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		intake.NewDispatcher(s.store, s.client, options).Run(ctx)
	}()
	return func() { cancel(); <-done }
}

// conversation names a conversation of this test alone: workflow ids are shared by all tests.
func (s *stack) conversation(name string) models.Subject {
	return models.Subject{OrganizationID: organization, ConversationID: fmt.Sprintf("%s.%d.%s", s.queue, time.Now().UnixNano(), name)}
}

// append appends events of a conversation, each with an id made from its place in the story.
func (s *stack) append(subject models.Subject, events ...engagement.Event) error {
	submissions := make([]models.Submission, len(events))
	for i, e := range events {
		e.ConversationID = subject.ConversationID
		e.ID = fmt.Sprintf("%s:%s:%s", e.Type, e.AgentID, e.Time)
		if faults := e.Validate(); len(faults) > 0 {
			return fmt.Errorf("%s: %s", e.Type, faults[0].Reason)
		}
		submissions[i] = models.Submission{OrganizationID: subject.OrganizationID, Event: e}
	}
	_, err := s.store.Append(s.t.Context(), submissions)
	return err
}

// records waits until the conversation has as many records and returns them.
func (s *stack) records(subject models.Subject, count int) ([]models.EngagementRow, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		rows, err := s.store.ConversationEngagements(ctx, subject)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%d of %d records: %w", len(rows), count, err)
		case len(rows) == count:
			return rows, nil
		case len(rows) > count:
			return nil, fmt.Errorf("%d records instead of %d", len(rows), count)
		}
		<-ticker.C
	}
}
