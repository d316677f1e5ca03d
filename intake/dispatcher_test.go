package intake_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/engagement"
	"engaged/intake"
	"engaged/models"
)

// inbox stands for the workflows: it takes in batches as a run does, and notices gaps.
type inbox struct {
	mu    sync.Mutex
	seen  map[models.Subject]int64
	calls int
	// fail, if set, decides what a delivery answers.
	fail func(models.Subject) error
}

func (i *inbox) Deliver(_ context.Context, s models.Subject, batch models.Batch) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls++
	if i.fail != nil {
		if err := i.fail(s); err != nil {
			return err
		}
	}
	if i.seen == nil {
		i.seen = map[models.Subject]int64{}
	}
	if batch.From > i.seen[s]+1 {
		return fmt.Errorf("gap: %d follows %d", batch.From, i.seen[s])
	}
	for n, e := range batch.Entries {
		if e.Number != batch.From+int64(n) {
			return fmt.Errorf("entry %d at place %d of %d", e.Number, n, batch.From)
		}
	}
	i.seen[s] = max(i.seen[s], batch.To)
	return nil
}

func (i *inbox) through(id string) int64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.seen[subject(id)]
}

func (i *inbox) setFail(fail func(models.Subject) error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fail = fail
}

// dispatch runs a dispatcher until the returned function is called.
func dispatch(t *testing.T, store *models.Store, deliverer intake.Deliverer, options intake.DispatchOptions) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { intake.NewDispatcher(store, deliverer, options).Run(ctx) })
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})
	t.Cleanup(stop)
	return stop
}

func appendTo(t *testing.T, store *models.Store, events ...models.Submission) {
	t.Helper()
	_, err := store.Append(t.Context(), events)
	require.NoError(t, err)
}

func TestDispatchTakesMessagesAlong(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	appendTo(t, store, message("quiet", 1), message("c1", 1), assignment("c1", 2), message("c1", 3))
	box := &inbox{}
	// The poll is longer than the test: it is the notification that wakes.
	dispatch(t, store, box, intake.DispatchOptions{Poll: time.Hour})
	eventually(t, func() bool { return box.through("c1") == 3 })
	require.Zero(t, box.through("quiet"))
	eventually(t, func() bool { return backlog(t, store) == 0 })
	appendTo(t, store, message("c1", 4))
	appendTo(t, store, assignment("c2", 1))
	eventually(t, func() bool { return box.through("c2") == 1 })
	require.Equal(t, int64(3), box.through("c1"))
	appendTo(t, store, assignment("c1", 5))
	eventually(t, func() bool { return box.through("c1") == 5 })
}

// Without a notification, as from a process whose connection broke, the poll finds what is due.
func TestDispatchPolls(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	box := &inbox{}
	dispatch(t, store, box, intake.DispatchOptions{Poll: 20 * time.Millisecond})
	_, err := store.Pool().Exec(t.Context(), `
WITH c AS (INSERT INTO conversations (organization_id, conversation_id, last_number) VALUES ('acme', 'c1', 0) RETURNING key)
INSERT INTO dispatch_claims (conversation_key, wanted_number, due_at) SELECT key, 0, clock_timestamp() FROM c`)
	require.NoError(t, err)
	eventually(t, func() bool { return backlog(t, store) == 0 })
}

// A customer's message that may itself begin a leg is dispatched at once, and only the first is.
func TestDispatchTellsOfAMessageThatBeginsALeg(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	appendTo(t, store, message("c1", 1))
	_, err := store.Pool().Exec(t.Context(), `UPDATE conversations SET wakes = true`)
	require.NoError(t, err)
	automatic := message("c1", 2)
	automatic.Event.Data.Automatic = true
	appendTo(t, store, automatic)
	require.Zero(t, backlog(t, store))
	appendTo(t, store, message("c1", 3))
	require.Equal(t, int64(1), backlog(t, store))
	box := &inbox{}
	dispatch(t, store, box, intake.DispatchOptions{})
	eventually(t, func() bool { return box.through("c1") == 3 && backlog(t, store) == 0 })
	appendTo(t, store, message("c1", 4))
	require.Zero(t, backlog(t, store))
}

// Many dispatchers, appends all the while, deliveries that fail now and then: in the end everything
// was delivered without a gap.
func TestDispatchAgainstAppend(t *testing.T) {
	t.Parallel()
	url := devstack.Database(t)
	store := openURL(t, url)
	box := &inbox{}
	attempts := 0
	box.fail = func(models.Subject) error {
		if attempts++; attempts%7 == 0 {
			return errors.New("away")
		}
		return nil
	}
	for range 3 {
		dispatch(t, openURL(t, url), box, intake.DispatchOptions{Poll: 50 * time.Millisecond})
	}
	const rounds, conversations = 60, 8
	for round := range rounds {
		var batch []models.Submission
		for c := range conversations {
			batch = append(batch, message(fmt.Sprint("c", c), 2*round), assignment(fmt.Sprint("c", c), 2*round+1))
		}
		appendTo(t, store, batch...)
	}
	for c := range conversations {
		eventually(t, func() bool { return box.through(fmt.Sprint("c", c)) == 2*rounds })
	}
	eventually(t, func() bool { return backlog(t, store) == 0 })
}

// An entry appended while a delivery is under way is not lost: the claim becomes due again.
func TestDispatchAgainstCompletion(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	appendTo(t, store, assignment("c1", 1))
	claims, err := store.ClaimDispatch(t.Context(), 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, claims, 1)
	appendTo(t, store, assignment("c1", 2))
	none, err := store.ClaimDispatch(t.Context(), 10, time.Minute)
	require.NoError(t, err)
	require.Empty(t, none)
	require.NoError(t, store.MarkDelivered(t.Context(), claims[0], 1))
	again, err := store.ClaimDispatch(t.Context(), 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, again, 1)
	require.Equal(t, []int64{1, 2}, []int64{again[0].Delivered, again[0].Wanted})
	require.Equal(t, 1, again[0].Attempts)
}

// A dispatcher that wakes up after its lease cannot clear the claim of the one that took over.
func TestDispatchFences(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	appendTo(t, store, assignment("c1", 1))
	slow, err := store.ClaimDispatch(t.Context(), 10, 0)
	require.NoError(t, err)
	fast, err := store.ClaimDispatch(t.Context(), 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, fast, 1)
	require.NoError(t, store.MarkDelivered(t.Context(), slow[0], 1))
	require.NoError(t, store.Postpone(t.Context(), slow[0], time.Hour))
	require.NoError(t, store.DeadLetter(t.Context(), slow[0], "late"))
	require.Equal(t, int64(1), backlog(t, store))
	require.NoError(t, store.MarkDelivered(t.Context(), fast[0], 1))
	require.Zero(t, backlog(t, store))
}

// What a run has read from the log by itself need not be delivered any more.
func TestDispatchSkipsWhatARunHasApplied(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	appendTo(t, store, assignment("c1", 1), message("c1", 2))
	recorded, err := store.Record(t.Context(), models.Record{
		Subject: subject("c1"), Token: "t", Seen: 2, Result: engagement.Fold(nil, engagement.State{}, nil, 0),
	})
	require.NoError(t, err)
	require.True(t, recorded.Done)
	box := &inbox{}
	dispatch(t, store, box, intake.DispatchOptions{})
	eventually(t, func() bool { return backlog(t, store) == 0 })
	require.Zero(t, box.calls)
}

type permanent struct{ error }

func (permanent) Permanent() bool { return true }

// What can never be delivered becomes a dead letter, keeps its number, and can be tried again.
func TestDispatchSetsAsideAndRedrives(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	box := &inbox{fail: func(s models.Subject) error {
		if s.ConversationID == "poison" {
			return permanent{errors.New("too large")}
		}
		return nil
	}}
	dispatch(t, store, box, intake.DispatchOptions{MaxAttempts: 2, Poll: 20 * time.Millisecond})
	appendTo(t, store, assignment("poison", 1), assignment("fine", 1))
	eventually(t, func() bool { return box.through("fine") == 1 })
	var dead []models.DeadLetter
	eventually(t, func() bool {
		var err error
		dead, err = store.ListDeadLetters(t.Context(), organization, models.DeadLetter{}, 10)
		require.NoError(t, err)
		return len(dead) == 1
	})
	require.Equal(t, models.DeadDelivery, dead[0].Kind)
	require.Equal(t, int64(1), dead[0].Number)
	require.Equal(t, engagement.AgentAssigned, dead[0].Type)
	require.Zero(t, backlog(t, store))
	box.setFail(nil)
	require.NoError(t, store.Redrive(t.Context(), dead[0].Subject, dead[0].Number))
	eventually(t, func() bool { return box.through("poison") == 1 })
	require.ErrorIs(t, store.Redrive(t.Context(), dead[0].Subject, dead[0].Number), models.ErrNotFound)
}

// While intake is busy, conversations are told one after the other, but they are told.
func TestDispatchYields(t *testing.T) {
	t.Parallel()
	store := &limitedStore{Store: openStore(t)}
	for c := range 3 {
		appendTo(t, store.Store, assignment(fmt.Sprint("c", c), 1))
	}
	ctx, cancel := context.WithCancel(context.Background())
	dispatcher := intake.NewDispatcher(store, &inbox{}, intake.DispatchOptions{Yield: func() bool { return true }})
	var running sync.WaitGroup
	running.Go(func() { dispatcher.Run(ctx) })
	eventually(t, func() bool { return backlog(t, store.Store) == 0 })
	cancel()
	running.Wait()
	require.Equal(t, 1, store.limit)
}

// limitedStore notes the most conversations that were claimed at once.
type limitedStore struct {
	*models.Store
	limit int
}

func (s *limitedStore) ClaimDispatch(ctx context.Context, limit int, lease time.Duration) ([]models.Claim, error) {
	s.limit = max(s.limit, limit)
	return s.Store.ClaimDispatch(ctx, limit, lease)
}

func backlog(t *testing.T, store *models.Store) int64 {
	t.Helper()
	var n int64
	require.NoError(t, store.Pool().QueryRow(context.Background(), `SELECT count(*) FROM dispatch_claims`).Scan(&n))
	return n
}
