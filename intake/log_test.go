package intake_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/intake"
	"engaged/models"
)

func TestLogSharesTransactions(t *testing.T) {
	t.Parallel()
	store := &countingStore{Store: openStore(t)}
	log := intake.NewLog(store, intake.LogOptions{Committers: 1})
	const requests = 200
	var wait sync.WaitGroup
	numbers := make([]int64, requests)
	for i := range requests {
		wait.Go(func() {
			receipts, err := log.Append(t.Context(), []models.Submission{message("c1", i)})
			require.NoError(t, err)
			numbers[i] = receipts[0].Number
		})
	}
	wait.Wait()
	log.Close()
	require.Less(t, store.transactions, requests/2)
	seen := map[int64]bool{}
	for _, n := range numbers {
		seen[n] = true
	}
	require.Len(t, seen, requests)
	require.Zero(t, log.Waiting())
	_, err := log.Append(t.Context(), []models.Submission{message("c1", 0)})
	require.ErrorIs(t, err, intake.ErrClosed)
}

// One request that Postgres refuses fails alone.
func TestLogIsolatesTheRequestThatFails(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	log := intake.NewLog(store, intake.LogOptions{Committers: 1})
	defer log.Close()
	const requests = 40
	errs := make([]error, requests)
	var wait sync.WaitGroup
	for i := range requests {
		wait.Go(func() {
			s := message(fmt.Sprint("c", i), i)
			if i%10 == 3 {
				s.OrganizationID = "nobody"
			}
			_, errs[i] = log.Append(t.Context(), []models.Submission{s})
		})
	}
	wait.Wait()
	for i, err := range errs {
		if i%10 == 3 {
			require.Error(t, err)
		} else {
			require.NoError(t, err)
		}
	}
}

func TestLogRefusesABacklog(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	store := &stalledStore{release: release, began: make(chan struct{}, 1)}
	log := intake.NewLog(store, intake.LogOptions{Committers: 1, MaxWaiting: 3})
	var wait sync.WaitGroup
	wait.Go(func() {
		_, err := log.Append(t.Context(), []models.Submission{message("c", 0), message("c", 1)})
		require.NoError(t, err)
	})
	<-store.began
	_, err := log.Append(t.Context(), []models.Submission{message("c", 2), message("c", 3)})
	require.ErrorIs(t, err, intake.ErrBacklog)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = log.Append(ctx, []models.Submission{message("c", 4)})
	require.ErrorIs(t, err, context.Canceled)
	close(release)
	wait.Wait()
	log.Close()
	require.Equal(t, []string{"m0", "m1"}, store.appended, "a caller who has gone is not appended for")
}

// Where Postgres is away, every request fails at once instead of one after the other.
func TestLogFailsAllWithoutPostgres(t *testing.T) {
	t.Parallel()
	away := &awayStore{}
	log := intake.NewLog(away, intake.LogOptions{Committers: 1})
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			_, err := log.Append(t.Context(), []models.Submission{message("c", i)})
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
	wait.Wait()
	log.Close()
	require.LessOrEqual(t, away.calls, 20)
}

type countingStore struct {
	*models.Store
	transactions int
}

func (s *countingStore) Append(ctx context.Context, events []models.Submission) ([]models.Receipt, error) {
	s.transactions++
	return s.Store.Append(ctx, events)
}

type stalledStore struct {
	began    chan struct{}
	release  chan struct{}
	appended []string
}

func (s *stalledStore) Append(_ context.Context, events []models.Submission) ([]models.Receipt, error) {
	select {
	case s.began <- struct{}{}:
	default:
	}
	<-s.release
	for _, e := range events {
		s.appended = append(s.appended, e.Event.ID)
	}
	return make([]models.Receipt, len(events)), nil
}

type awayStore struct{ calls int }

func (s *awayStore) Append(context.Context, []models.Submission) ([]models.Receipt, error) {
	s.calls++
	return nil, fmt.Errorf("append: %w", errors.Join(context.DeadlineExceeded, errors.New(strings.Repeat("x", 3))))
}

// A transaction that follows a crowded one gathers what comes meanwhile.
func TestLogLingersUnderLoad(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	store := &stalledStore{release: release, began: make(chan struct{}, 1)}
	log := intake.NewLog(store, intake.LogOptions{Committers: 1, Linger: time.Millisecond})
	var wait sync.WaitGroup
	send := func(n int) {
		for i := range n {
			wait.Go(func() {
				_, err := log.Append(t.Context(), []models.Submission{message("c", i)})
				require.NoError(t, err)
			})
		}
	}
	send(1)
	<-store.began
	require.False(t, log.Busy())
	send(40)
	eventually(t, func() bool { return log.Waiting() == 41 })
	eventually(t, log.Busy)
	close(release)
	wait.Wait()
	log.Close()
	require.Zero(t, log.Waiting())
}
