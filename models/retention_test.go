package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/engagement"
	"engaged/models"
)

// age moves the whole log some days into the past, as if it had been received then.
func age(t *testing.T, store *models.Store, days int) (partition string) {
	t.Helper()
	then := time.Now().UTC().AddDate(0, 0, -days)
	require.NoError(t, store.EnsureLogPartitions(t.Context(), then))
	for _, statement := range []string{
		`UPDATE entries SET received_at = received_at - make_interval(days => $1)`,
		`UPDATE conversations SET created_at = created_at - make_interval(days => $1)`,
	} {
		_, err := store.Pool().Exec(t.Context(), statement, days)
		require.NoError(t, err)
	}
	return "entries_" + then.Format("20060102")
}

func dropped(t *testing.T, store *models.Store) []string {
	t.Helper()
	names, err := store.DropOldLogPartitions(t.Context(), time.Now())
	require.NoError(t, err)
	return names
}

func TestRetentionDropsWhatIsRecorded(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	chat(t, store, "c1", time.Hour)
	_, err := store.Record(t.Context(), recordOf(t, store, "c1", "t1"))
	require.NoError(t, err)
	partition := age(t, store, 40)
	days := 60
	_, err = store.AddSettings(t.Context(), models.OrganizationSettings{OrganizationID: organization, LogRetentionDays: &days}, models.Audit{OrganizationID: organization})
	require.NoError(t, err)
	require.Empty(t, dropped(t, store), "an organization keeps its log longer")
	_, err = store.AddSettings(t.Context(), models.OrganizationSettings{OrganizationID: organization, Settings: engagement.Settings{Version: 1}}, models.Audit{OrganizationID: organization})
	require.NoError(t, err)
	require.Contains(t, dropped(t, store), partition)
	require.Zero(t, count(t, store, "entries"))
	require.Equal(t, 1, count(t, store, "engagements"))
	// The conversation goes on, and its numbers with it.
	require.Equal(t, []int64{5}, numbersOf(appendEvents(t, store, event("c1", "5", engagement.CustomerMessage, 0))))
}

func TestRetentionKeepsWhatIsNotRecorded(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	chat(t, store, "c1", time.Hour)
	require.NotContains(t, dropped(t, store), age(t, store, 40))
	require.Equal(t, 4, count(t, store, "entries"))
}

func TestRetentionKeepsTheDead(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	chat(t, store, "c1", time.Hour)
	r := recordOf(t, store, "c1", "t1")
	r.Result.Outcomes[2] = engagement.Outcome{Kind: engagement.Dead, Reason: "panic"}
	_, err := store.Record(t.Context(), r)
	require.NoError(t, err)
	partition := age(t, store, 40)
	require.NotContains(t, dropped(t, store), partition)
	require.NoError(t, store.Redrive(t.Context(), subject("c1"), 2))
	require.Contains(t, dropped(t, store), partition)
}

// What could not be delivered is dead until a later entry takes it along.
func TestDeliveryRevivesTheDead(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	dead := func() int {
		letters, err := store.ListDeadLetters(t.Context(), "", models.DeadLetter{}, 10)
		require.NoError(t, err)
		stats, err := store.LogStats(t.Context())
		require.NoError(t, err)
		require.Equal(t, int64(len(letters)), stats.DeadLetters)
		return len(letters)
	}
	appendEvents(t, store, event("c1", "1", engagement.OfferCreated, time.Hour))
	claims, err := store.ClaimDispatch(t.Context(), 1, time.Minute)
	require.NoError(t, err)
	require.NoError(t, store.DeadLetter(t.Context(), claims[0], "refused"))
	require.Equal(t, 1, dead())
	appendEvents(t, store, event("c1", "2", engagement.OfferCreated, time.Minute))
	claims, err = store.ClaimDispatch(t.Context(), 1, time.Minute)
	require.NoError(t, err)
	require.Equal(t, int64(0), claims[0].Delivered, "the dead entry goes along")
	require.NoError(t, store.MarkDelivered(t.Context(), claims[0], 2))
	require.Zero(t, dead())
}

// Messages that belong to no leg do not hold the log: the carry remembers what they mean.
func TestRetentionFoldsMessagesIntoTheCarry(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	asked := event("c1", "1", engagement.CustomerMessage, time.Hour)
	appendEvents(t, store, asked, event("c1", "2", engagement.CustomerMessage, time.Minute))
	partition := age(t, store, 40)
	appendEvents(t, store, event("c1", "3", engagement.CustomerMessage, 0))
	require.Contains(t, dropped(t, store), partition)
	c, err := store.LoadConversation(t.Context(), subject("c1"))
	require.NoError(t, err)
	require.Equal(t, asked.Time, *c.Carry.PendingSince)
	require.Len(t, c.Entries, 1)
	require.Equal(t, int64(3), c.Seen)
	require.Equal(t, int64(1), c.RecordCount)
}

// An entry at which the core failed is appended again under an id of its own; a repeat of the
// redrive changes nothing.
func TestRedriveAppendsAgain(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	chat(t, store, "c1", time.Hour)
	r := recordOf(t, store, "c1", "t1")
	r.Result.Outcomes[2] = engagement.Outcome{Kind: engagement.Dead, Reason: "panic"}
	_, err := store.Record(t.Context(), r)
	require.NoError(t, err)
	outcome, err := store.EntryOutcome(t.Context(), subject("c1"), 2)
	require.NoError(t, err)
	require.Equal(t, engagement.Outcome{Kind: engagement.Dead, Reason: "panic"}, outcome)
	require.NoError(t, store.Redrive(t.Context(), subject("c1"), 2))
	again, err := store.FindEvent(t.Context(), subject("c1"), engagement.EngineSource, "redrive:2")
	require.NoError(t, err)
	require.Equal(t, int64(5), again.Entry.Number)
	require.Equal(t, engagement.CustomerMessage, again.Entry.Type)
	require.ErrorIs(t, store.Redrive(t.Context(), subject("c1"), 2), models.ErrNotFound)
}
