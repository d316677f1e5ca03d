package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"engaged/engagement"
	"engaged/intake"
	"engaged/models"
	"engaged/workflows"
)

func at(t time.Time, e engagement.Event) engagement.Event {
	e.Time = engagement.At(t)
	return e
}

// TestAcceptIsDecidedOnce lets two agents accept one broadcast offer at once, again and again.
func TestAcceptIsDecidedOnce(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	defer s.work()()
	defer s.dispatch(intake.DispatchOptions{})()
	var group errgroup.Group
	group.SetLimit(4)
	for i := range 20 {
		group.Go(func() error { return s.raceForOffer(fmt.Sprintf("accept-%d", i)) })
	}
	require.NoError(t, group.Wait())
}

func (s *stack) raceForOffer(name string) error {
	subject := s.conversation(name)
	now := time.Now()
	if err := s.append(subject, at(now, of(engagement.OfferCreated, "a1")), at(now, of(engagement.OfferCreated, "a2"))); err != nil {
		return err
	}
	outcomes := make([]engagement.Outcome, 2)
	var group errgroup.Group
	for i, agent := range []string{"a1", "a2"} {
		group.Go(func() (err error) {
			outcomes[i], err = s.accept(subject, agent, "accept-"+agent)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	won := 0
	for i, agent := range []string{"a1", "a2"} {
		if outcomes[i].Kind == engagement.Applied {
			won++
		} else if outcomes[i] != (engagement.Outcome{Kind: engagement.Superseded, Reason: "taken"}) {
			return fmt.Errorf("%s: %s: unexpected outcome %v", name, agent, outcomes[i])
		}
	}
	if won != 1 {
		return fmt.Errorf("%s: %d agents won: %v", name, won, outcomes)
	}
	unknown, err := s.accept(subject, "a3", "accept-a3")
	if err != nil {
		return err
	}
	if unknown.Kind != engagement.Superseded || unknown.Reason == "" {
		return fmt.Errorf("%s: an agent without an offer got %v", name, unknown)
	}
	return nil
}

func (s *stack) accept(subject models.Subject, agent, id string) (engagement.Outcome, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	receipts, err := s.store.Append(ctx, []models.Submission{{OrganizationID: subject.OrganizationID, Event: engagement.Event{
		ID: id, Type: engagement.OfferAcceptRequested, Time: engagement.At(time.Now()), ConversationID: subject.ConversationID, AgentID: agent,
	}}})
	if err != nil {
		return engagement.Outcome{}, err
	}
	return s.client.AwaitAccept(ctx, subject, receipts[0].Number)
}

// TestEntriesMeetTheEndOfTheirRun appends the beginning of a second leg while the first one's run
// records and completes: whichever is first, both legs are recorded once.
func TestEntriesMeetTheEndOfTheirRun(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.settle(200)
	defer s.work()()
	defer s.dispatch(intake.DispatchOptions{})()
	var group errgroup.Group
	for i := range 60 {
		group.Go(func() error { return s.reopenAfter(i) })
	}
	require.NoError(t, group.Wait())
}

// reopenAfter ends a leg and reopens the conversation some milliseconds about the settle after it.
func (s *stack) reopenAfter(i int) error {
	subject := s.conversation(fmt.Sprintf("reopen-%d", i))
	begun := time.Now()
	reopened := begun.Add(time.Duration(190+5*i) * time.Millisecond)
	solved := reopened.Add(50 * time.Millisecond)
	for _, events := range [][]engagement.Event{
		{at(begun, of(engagement.AgentAssigned, "a1")), at(begun.Add(time.Millisecond), status("pending"))},
		{at(reopened, status("open"))},
		{at(solved, status("solved"))},
	} {
		<-time.After(time.Until(events[0].Time.Time()))
		if err := s.append(subject, events...); err != nil {
			return err
		}
	}
	rows, err := s.records(subject, 2)
	if err != nil {
		return err
	}
	for n, want := range []struct{ start, end string }{{engagement.StartUnknown, engagement.EndStatusPendingOrHold}, {engagement.StartReopened, engagement.EndStatusSolved}} {
		if rows[n].StartReason != want.start || rows[n].EndReason != want.end || rows[n].Revision != 1 {
			return fmt.Errorf("leg %d of reopening %d: %s to %s, revision %d", n+1, i, rows[n].StartReason, rows[n].EndReason, rows[n].Revision)
		}
	}
	return nil
}

// settle makes legs settle within so many milliseconds.
func (s *stack) settle(ms engagement.Millis) { s.settings(engagement.Rules{Settle: &ms}, nil) }

func (s *stack) settings(defaults engagement.Rules, groups map[string]engagement.Rules) {
	s.t.Helper()
	_, err := s.store.AddSettings(s.t.Context(), models.OrganizationSettings{
		OrganizationID: organization, Settings: engagement.Settings{Defaults: defaults, Groups: groups},
	}, models.Audit{OrganizationID: organization, Actor: "test", Action: "settings.put", Subject: "settings"})
	require.NoError(s.t, err)
}

// forgetful delivers, and then sometimes says that it did not: a dispatcher that dies between the
// signal and the mark.
type forgetful struct {
	intake.Deliverer
	mu     sync.Mutex
	random *rand.Rand
}

func (f *forgetful) Deliver(ctx context.Context, s models.Subject, b models.Batch) error {
	err := f.Deliverer.Deliver(ctx, s, b)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil && f.random.IntN(2) == 0 {
		return errors.New("the connection broke after the signal")
	}
	return err
}

// TestDeliveriesMayRepeatAndWorkersMayDie stops the worker twice under way and delivers about every
// second batch twice.
func TestDeliveriesMayRepeatAndWorkersMayDie(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.settle(200)
	ctx, cancel := context.WithCancel(t.Context())
	var dispatching sync.WaitGroup
	deliverer := &forgetful{Deliverer: s.client, random: rand.New(rand.NewPCG(1, 2))}
	dispatching.Go(func() {
		intake.NewDispatcher(s.store, deliverer, intake.DispatchOptions{Lease: time.Second, Logger: slog.New(slog.DiscardHandler)}).Run(ctx)
	})
	defer dispatching.Wait()
	defer cancel()
	stop := s.work()
	subjects := make([]models.Subject, 30)
	begun := time.Now().Add(-time.Hour)
	for step, event := range []engagement.Event{
		of(engagement.OfferCreated, "a1"), of(engagement.OfferAccepted, "a1"), of(engagement.CustomerMessage, ""),
		of(engagement.AgentMessage, "a1"), status("solved"),
	} {
		for i := range subjects {
			if step == 0 {
				subjects[i] = s.conversation(fmt.Sprintf("repeat-%d", i))
			}
			require.NoError(t, s.append(subjects[i], at(begun.Add(time.Duration(step)*time.Minute), event)))
		}
		if step == 1 || step == 3 {
			stop()
			stop = s.work()
		}
	}
	defer func() { stop() }()
	for _, subject := range subjects {
		rows, err := s.records(subject, 1)
		require.NoError(t, err)
		row := rows[0]
		require.Equal(t, int64(180_000), row.DurationMS)
		require.Equal(t, int64(60_000), *row.OfferTimeMS)
		require.Equal(t, int32(1), *row.AgentReplies)
		require.Equal(t, int32(1), row.Revision)
	}
}

// TestHashedConversationIDs runs a conversation of an organization whose conversation ids do not appear
// in workflow ids; the plain form is refused, so that no conversation has two workflows.
func TestHashedConversationIDs(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	require.NoError(t, s.store.CreateHashingOrganization(t.Context(), "discreet"))
	require.NoError(t, s.store.CreateHashingOrganization(t.Context(), "discreet"))
	require.ErrorIs(t, s.store.CreateHashingOrganization(t.Context(), organization), models.ErrConflict)
	defer s.work()()
	defer s.dispatch(intake.DispatchOptions{Logger: slog.New(slog.DiscardHandler)})()
	subject := models.Subject{OrganizationID: "discreet", ConversationID: s.conversation("rosa").ConversationID}

	plain := workflows.WorkflowID(subject, false)
	run, err := s.temporal.SignalWithStartWorkflow(t.Context(), plain, "offer", engagement.Event{AgentID: "a1"},
		client.StartWorkflowOptions{TaskQueue: s.queue}, workflows.EngagementWorkflow, workflows.EngagementInput{Subject: subject})
	require.NoError(t, err)
	require.ErrorContains(t, run.Get(t.Context(), nil), workflows.WorkflowID(subject, true))

	begun := time.Now().Add(-time.Hour)
	require.NoError(t, s.append(subject, at(begun, of(engagement.AgentAssigned, "a1")), at(begun.Add(time.Minute), status("solved"))))
	rows, err := s.records(subject, 1)
	require.NoError(t, err)
	require.Equal(t, workflows.WorkflowID(subject, true), rows[0].WorkflowID)
	require.NotContains(t, rows[0].WorkflowID, subject.ConversationID)
}

// TestSignalsForNobody starts a workflow for an organization that does not exist: it fails and says
// why, instead of trying for ever.
func TestSignalsForNobody(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	defer s.work()()
	subject := models.Subject{OrganizationID: "nobody", ConversationID: s.conversation("lost").ConversationID}
	run, err := s.temporal.SignalWithStartWorkflow(t.Context(), workflows.WorkflowID(subject, false), "offer", engagement.Event{AgentID: "a1"},
		client.StartWorkflowOptions{TaskQueue: s.queue}, workflows.EngagementWorkflow, workflows.EngagementInput{Subject: subject})
	require.NoError(t, err)
	require.ErrorContains(t, run.Get(t.Context(), nil), "organization")

	run, err = s.temporal.SignalWithStartWorkflow(t.Context(), "not-the-conversations", "offer", engagement.Event{AgentID: "a1"},
		client.StartWorkflowOptions{TaskQueue: s.queue}, workflows.EngagementWorkflow, workflows.EngagementInput{Subject: subject})
	require.NoError(t, err)
	require.ErrorContains(t, run.Get(t.Context(), nil), workflows.WorkflowID(subject, false))
}

// TestRunsWithoutCauseEnd starts runs for a conversation of which the log knows nothing, and asks for
// the outcome of an entry that it does not have: nothing stays open or waits for ever.
func TestRunsWithoutCauseEnd(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	defer s.work()()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	empty := s.conversation("empty")
	run, err := s.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: workflows.WorkflowID(empty, false), TaskQueue: s.queue},
		workflows.EngagementWorkflow, workflows.EngagementInput{Subject: empty})
	require.NoError(t, err)
	require.NoError(t, run.Get(ctx, nil))

	known := s.conversation("known")
	require.NoError(t, s.append(known, at(time.Now(), of(engagement.AgentAssigned, "a1"))))
	_, err = s.client.AwaitAccept(ctx, known, 7)
	require.ErrorContains(t, err, "no such entry")
}
