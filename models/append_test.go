package models_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/engagement"
	"engaged/models"
)

const organization = "acme"

func subject(id string) models.Subject {
	return models.Subject{OrganizationID: organization, ConversationID: id}
}

// event is an event of an agent a1 now, less ago.
func event(conversation, id string, kind engagement.EventType, ago time.Duration) engagement.Event {
	e := engagement.Event{ID: id, Type: kind, ConversationID: conversation, Time: engagement.At(time.Now().Add(-ago)), Channel: "messaging"}
	if kind != engagement.CustomerMessage {
		e.AgentID = "a1"
	}
	return e
}

func submission(e engagement.Event) models.Submission {
	return models.Submission{OrganizationID: organization, Event: e}
}

func appendEvents(t *testing.T, store *models.Store, events ...engagement.Event) []models.Receipt {
	t.Helper()
	var submissions []models.Submission
	for _, e := range events {
		submissions = append(submissions, submission(e))
	}
	receipts, err := store.Append(t.Context(), submissions)
	require.NoError(t, err)
	require.Len(t, receipts, len(events))
	return receipts
}

func TestAppendNumbersWithoutGaps(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	first := event("c1", "1", engagement.AgentAssigned, time.Minute)
	first.Data.Reason = "routing"
	receipts := appendEvents(t, store, first, event("c2", "1", engagement.CustomerMessage, 0), event("c1", "2", engagement.AgentMessage, time.Second))
	require.Equal(t, []int64{1, 1, 2}, numbersOf(receipts))
	batch, err := store.FetchEntries(t.Context(), subject("c1"), 0)
	require.NoError(t, err)
	require.Len(t, batch.Entries, 2)
	require.Equal(t, int64(1), batch.From)
	require.Equal(t, int64(2), batch.To)
	require.Equal(t, first, batch.Entries[0].Event)
	require.Equal(t, engagement.AgentHuman, batch.Entries[0].AgentType)
	require.Equal(t, receipts[0].ReceivedAt, batch.Entries[0].ReceivedAt)
}

func TestAppendRecognizesRepeats(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	e := event("c1", "1", engagement.AgentMessage, time.Second)
	other := e
	other.Data.Visibility = "internal"
	elsewhere := e
	elsewhere.Source = "import"
	first := appendEvents(t, store, e, e, other, elsewhere)
	require.Equal(t, []int64{1, 1, 1, 2}, numbersOf(first))
	require.Equal(t, []bool{false, true, true, false}, []bool{first[0].Duplicate, first[1].Duplicate, first[2].Duplicate, first[3].Duplicate})
	require.Equal(t, []bool{false, false, true, false}, []bool{first[0].Conflict, first[1].Conflict, first[2].Conflict, first[3].Conflict})
	again := appendEvents(t, store, other, e, event("c1", "2", engagement.AgentMessage, 0))
	require.Equal(t, []int64{1, 1, 3}, numbersOf(again))
	require.True(t, again[0].Conflict)
	require.Equal(t, first[0].ReceivedAt, again[1].ReceivedAt)
	status, err := store.FindEvent(t.Context(), subject("c1"), "", "1")
	require.NoError(t, err)
	require.Equal(t, 4, status.Duplicates)
	require.Equal(t, 2, status.Conflicts)
	require.Equal(t, engagement.Waiting, status.Outcome.Kind)
}

// The order of keys in data is the sender's own affair; a value is not.
func TestAppendComparesDataByContent(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	s := submission(event("c1", "1", engagement.CustomerMessage, 0))
	send := func(data string) models.Receipt {
		s.RawData = json.RawMessage(data)
		receipts, err := store.Append(t.Context(), []models.Submission{s})
		require.NoError(t, err)
		return receipts[0]
	}
	require.False(t, send(`{"a":1,"b":2}`).Duplicate)
	require.False(t, send(`{"b":2, "a":1}`).Conflict)
	require.True(t, send(`{"a":1,"b":3}`).Conflict)
}

func TestAppendTakesTheNearFutureAsReceiptAndRefusesTheFar(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	receipts := appendEvents(t, store,
		event("c1", "near", engagement.CustomerMessage, -30*time.Second), event("c1", "far", engagement.CustomerMessage, -2*time.Minute),
		event("c1", "far", engagement.CustomerMessage, -2*time.Minute), event("c1", "past", engagement.CustomerMessage, 0))
	require.Equal(t, []int64{1, 0, 0, 2}, numbersOf(receipts))
	require.Equal(t, "event:time_in_future", receipts[1].Refused.Code)
	require.NotNil(t, receipts[2].Refused)
	batch, err := store.FetchEntries(t.Context(), subject("c1"), 0)
	require.NoError(t, err)
	require.Len(t, batch.Entries, 2)
	require.Equal(t, receipts[0].ReceivedAt, batch.Entries[0].Time)
}

func TestAppendStampsTheDirectory(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	require.NoError(t, store.PutDirectoryEntry(t.Context(), models.DirectoryEntry{OrganizationID: organization, Kind: "agent", ID: "helper", Type: "bot", GroupID: "bots"}))
	transfer := event("c1", "1", engagement.ConversationTransferred, 0)
	transfer.Data.To = &engagement.Target{AgentID: "helper"}
	appendEvents(t, store, transfer, event("c1", "2", engagement.AgentMessage, 0))
	batch, err := store.FetchEntries(t.Context(), subject("c1"), 0)
	require.NoError(t, err)
	require.Equal(t, "bot", batch.Entries[0].AgentType)
	require.Equal(t, "bots", batch.Entries[0].AgentGroupID)
	require.Equal(t, "human", batch.Entries[1].AgentType)
}

// Two processes append to the same conversations in opposite order: nobody deadlocks, no number is
// given twice, none is missing.
func TestAppendInOppositeOrder(t *testing.T) {
	t.Parallel()
	url := devstack.Database(t)
	const rounds, conversations = 40, 12
	var wait sync.WaitGroup
	for process := range 2 {
		store := openURL(t, url)
		for worker := range 2 {
			wait.Go(func() {
				for round := range rounds {
					var batch []models.Submission
					for i := range conversations {
						c := i
						if process == 1 {
							c = conversations - 1 - i
						}
						batch = append(batch, submission(event(fmt.Sprint("c", c), fmt.Sprint(process, worker, round), engagement.CustomerMessage, 0)))
					}
					_, err := store.Append(t.Context(), batch)
					require.NoError(t, err)
				}
			})
		}
	}
	wait.Wait()
	store := openURL(t, url)
	var count, highest, rows int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(DISTINCT (conversation_key, number)), max(number), count(*) FROM entries`).Scan(&count, &highest, &rows))
	require.Equal(t, 4*rounds*conversations, rows)
	require.Equal(t, rows, count)
	require.Equal(t, 4*rounds, highest)
}

// The same event from two processes at once is one entry.
func TestAppendTheSameEventTwiceAtOnce(t *testing.T) {
	t.Parallel()
	url := devstack.Database(t)
	stores := []*models.Store{openURL(t, url), openURL(t, url)}
	for round := range 30 {
		e := event("c1", fmt.Sprint(round), engagement.CustomerMessage, 0)
		receipts := make([]models.Receipt, 2)
		var wait sync.WaitGroup
		for i, store := range stores {
			wait.Go(func() {
				got, err := store.Append(t.Context(), []models.Submission{submission(e)})
				require.NoError(t, err)
				receipts[i] = got[0]
			})
		}
		wait.Wait()
		require.Equal(t, int64(round+1), receipts[0].Number)
		require.Equal(t, int64(round+1), receipts[1].Number)
		require.NotEqual(t, receipts[0].Duplicate, receipts[1].Duplicate)
	}
}

// Where nobody has made today's partition, the append makes it.
func TestAppendMakesAMissingPartition(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	_, err := store.Pool().Exec(t.Context(), `DROP TABLE entries_`+time.Now().UTC().Format("20060102"))
	require.NoError(t, err)
	require.Equal(t, []int64{1}, numbersOf(appendEvents(t, store, event("c1", "1", engagement.CustomerMessage, 0))))
}

func numbersOf(receipts []models.Receipt) []int64 {
	var n []int64
	for _, r := range receipts {
		n = append(n, r.Number)
	}
	return n
}
