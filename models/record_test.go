package models_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/engagement"
	"engaged/models"
)

// conversationOf appends a chat: assigned, asked, answered, ended; the end lies ago.
func chat(t *testing.T, store *models.Store, id string, ago time.Duration) {
	t.Helper()
	assigned := event(id, "1", engagement.AgentAssigned, ago+time.Minute)
	assigned.Data.Reason = "manual"
	appendEvents(t, store, assigned, event(id, "2", engagement.CustomerMessage, ago+50*time.Second),
		event(id, "3", engagement.AgentMessage, ago+20*time.Second), event(id, "4", engagement.AgentEnded, ago))
}

// recordOf makes the record that a run would write now, without writing it.
func recordOf(t *testing.T, store *models.Store, id, token string) models.Record {
	t.Helper()
	c, err := store.LoadConversation(t.Context(), subject(id))
	require.NoError(t, err)
	require.False(t, c.More)
	clock := engagement.At(time.Now())
	step := engagement.Fold(c.Settings, c.Carry, c.Entries, clock).Next()
	require.NotEqual(t, engagement.StepWait, step.Kind)
	through, after := engagement.UpTo(c.Entries, step.At)
	r := models.Record{
		Subject: subject(id), Token: token, RecordCount: c.RecordCount, Seen: c.Seen, WorkflowID: "w", RunID: "r",
		Cut: step.At, Result: engagement.Fold(c.Settings, c.Carry, through, step.At),
	}
	if n := len(c.Settings); n > 0 {
		r.SettingsVersion = c.Settings[n-1].Version
	}
	for _, e := range after {
		r.Tail = append(r.Tail, e.Number)
	}
	return r
}

func TestRecordWritesRowsCarryAndNumbersTogether(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	chat(t, store, "c1", time.Hour)
	done, err := store.Record(t.Context(), recordOf(t, store, "c1", "t1"))
	require.NoError(t, err)
	require.True(t, done.Done)
	rows, err := store.ConversationEngagements(t.Context(), subject("c1"))
	require.NoError(t, err)
	require.Len(t, rows, 1)
	row := rows[0]
	require.Equal(t, int64(60_000), row.DurationMS)
	require.Equal(t, int64(30_000), *row.WaitAnsweredMS)
	require.Equal(t, int32(1), *row.AgentReplies)
	require.Equal(t, int64(60_000), row.DurationBusinessMS)
	require.Equal(t, []int64{1, 4}, []int64{row.FirstEntry, row.LastEntry})
	_, waits, err := store.Timeline(t.Context(), row)
	require.NoError(t, err)
	require.Len(t, waits, 1)
	require.True(t, waits[0].Answered)
	c, err := store.LoadConversation(t.Context(), subject("c1"))
	require.NoError(t, err)
	require.Empty(t, c.Entries)
	require.Equal(t, int64(1), c.RecordCount)
	require.Equal(t, 1, c.Carry.LegCount)
	outcome, err := store.EntryOutcome(t.Context(), subject("c1"), 4)
	require.NoError(t, err)
	require.Equal(t, engagement.Applied, outcome.Kind)
	receipts := appendEvents(t, store, event("c1", "5", engagement.CustomerMessage, 2*time.Hour))
	require.True(t, receipts[0].Late)
}

func TestRecordNullsMessagesOfVoice(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	assigned, ended := event("c1", "1", engagement.AgentAssigned, 2*time.Hour), event("c1", "2", engagement.AgentEnded, time.Hour)
	assigned.Channel, ended.Channel = "voice", "voice"
	appendEvents(t, store, assigned, ended)
	_, err := store.Record(t.Context(), recordOf(t, store, "c1", "t1"))
	require.NoError(t, err)
	rows, err := store.ConversationEngagements(t.Context(), subject("c1"))
	require.NoError(t, err)
	require.Nil(t, rows[0].AgentMessages)
	require.Nil(t, rows[0].WaitTotalMS)
	require.Equal(t, rows[0].DurationMS, rows[0].TalkMS)
}

// A worker that dies after the commit records again with the same token: nothing happens twice.
func TestRecordRepeatedAfterCommit(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	chat(t, store, "c1", time.Hour)
	r := recordOf(t, store, "c1", "t1")
	for range 2 {
		done, err := store.Record(t.Context(), r)
		require.NoError(t, err)
		require.True(t, done.Done)
	}
	r.Token = "t2"
	overtaken, err := store.Record(t.Context(), r)
	require.NoError(t, err)
	require.True(t, overtaken.Overtaken)
	require.Equal(t, 1, count(t, store, "engagements"))
	require.Equal(t, 1, count(t, store, "requester_waits"))
	require.Equal(t, 1, count(t, store, "record_keys"))
}

func TestRecordRefusesWhatItHasNotSeen(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	chat(t, store, "c1", time.Hour)
	r := recordOf(t, store, "c1", "t1")
	appendEvents(t, store, event("c1", "5", engagement.CustomerMessage, time.Minute))
	_, err := store.AddSettings(t.Context(), models.OrganizationSettings{OrganizationID: organization}, models.Audit{OrganizationID: organization})
	require.NoError(t, err)
	refused, err := store.Record(t.Context(), r)
	require.NoError(t, err)
	require.False(t, refused.Done)
	require.Equal(t, int64(5), refused.Batch.From)
	require.Len(t, refused.Batch.Entries, 1)
	require.Len(t, refused.Settings, 1)
	require.Zero(t, count(t, store, "engagements"))
}

// Appends and records of one conversation race: every entry is either seen by the record or refuses
// it, so that in the end exactly the legs of the log are recorded.
func TestRecordAgainstAppend(t *testing.T) {
	t.Parallel()
	url := devstack.Database(t)
	store, other := openURL(t, url), openURL(t, url)
	const rounds = 25
	var wait sync.WaitGroup
	wait.Go(func() {
		for i := range rounds {
			ago := time.Duration(rounds-i) * time.Minute
			started, ended := event("c1", fmt.Sprint("s", i), engagement.AgentAssigned, ago), event("c1", fmt.Sprint("e", i), engagement.AgentEnded, ago-30*time.Second)
			for _, e := range []engagement.Event{started, ended} {
				_, err := other.Append(t.Context(), []models.Submission{submission(e)})
				require.NoError(t, err)
			}
		}
	})
	recorded := 0
	for attempt := 0; recorded < rounds; attempt++ {
		recorded += tryRecord(t, store, fmt.Sprint(attempt))
	}
	wait.Wait()
	require.Equal(t, rounds, count(t, store, "engagements"))
	var ordinals int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(DISTINCT ordinal) FROM engagements`).Scan(&ordinals))
	require.Equal(t, rounds, ordinals)
}

// tryRecord records the first final leg, if there is one, and returns how many it recorded.
func tryRecord(t *testing.T, store *models.Store, token string) int {
	t.Helper()
	c, err := store.LoadConversation(t.Context(), subject("c1"))
	require.NoError(t, err)
	step := engagement.Fold(c.Settings, c.Carry, c.Entries, 0).Next()
	if step.Kind != engagement.StepRecord {
		// The last leg becomes final only by the clock.
		if _, err := store.ReachTime(t.Context(), subject("c1"), c.Seen, step.At, 0); err != nil {
			require.ErrorIs(t, err, models.ErrNotFound)
		}
		return 0
	}
	through, after := engagement.UpTo(c.Entries, step.At)
	r := models.Record{
		Subject: subject("c1"), Token: token, RecordCount: c.RecordCount, Seen: c.Seen,
		Cut: step.At, Result: engagement.Fold(c.Settings, c.Carry, through, step.At),
	}
	for _, e := range after {
		r.Tail = append(r.Tail, e.Number)
	}
	done, err := store.Record(t.Context(), r)
	require.NoError(t, err)
	if !done.Done {
		return 0
	}
	return len(r.Result.Legs)
}

// Wrap-up that ends after the record writes the next revision of the row, in its place.
func TestRecordAmends(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	chat(t, store, "c1", time.Hour)
	_, err := store.Record(t.Context(), recordOf(t, store, "c1", "t1"))
	require.NoError(t, err)
	appendEvents(t, store, event("c1", "5", engagement.WrapupStarted, time.Hour-time.Second), event("c1", "6", engagement.WrapupEnded, time.Hour-11*time.Second))
	_, err = store.Record(t.Context(), recordOf(t, store, "c1", "t2"))
	require.NoError(t, err)
	rows, err := store.ConversationEngagements(t.Context(), subject("c1"))
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, int32(2), rows[0].Revision)
	require.Equal(t, int64(10_000), *rows[0].WrapupMS)
	require.Equal(t, rows[0].DurationMS+10_000, rows[0].HandleMS)
	var revision int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT revision FROM record_keys WHERE kind = 'engagement'`).Scan(&revision))
	require.Equal(t, 2, revision)
}

// A second rating of a survey replaces the first, also where that moves it into another month.
func TestRecordReplacesRatings(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	rate := func(id string, score float64, ago time.Duration) {
		rated := event("c1", id, engagement.ConversationRated, ago)
		rated.AgentID, rated.Data.Score = "", &score
		appendEvents(t, store, rated)
		_, err := store.Record(t.Context(), recordOf(t, store, "c1", id))
		require.NoError(t, err)
	}
	rate("1", 2, 40*24*time.Hour)
	rate("2", 5, time.Hour)
	var score float64
	var revision int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT score, revision FROM ratings`).Scan(&score, &revision))
	require.InDelta(t, 5, score, 0)
	require.Equal(t, 2, revision)
}

func TestReachTimePassesTimeOnlyThroughTheLog(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	appendEvents(t, store, event("c1", "1", engagement.AgentAssigned, 0))
	far := engagement.At(time.Now().Add(time.Hour))
	early, err := store.ReachTime(t.Context(), subject("c1"), 1, far, 0)
	require.NoError(t, err)
	require.Empty(t, early.Batch.Entries)
	require.NotZero(t, early.Now)
	unseen, err := store.ReachTime(t.Context(), subject("c1"), 0, 0, 0)
	require.NoError(t, err)
	require.Len(t, unseen.Batch.Entries, 1)
	lag := engagement.Millis(60_000)
	reached, err := store.ReachTime(t.Context(), subject("c1"), 1, early.Now.Add(-lag), lag)
	require.NoError(t, err)
	mark := reached.Batch.Entries[0]
	require.Equal(t, engagement.ClockReached, mark.Type)
	require.Equal(t, int64(2), mark.Number)
	require.Equal(t, reached.Now.Add(-lag), mark.Time)
	// A worker that dies before it hears of the mark asks again and finds it.
	again, err := store.ReachTime(t.Context(), subject("c1"), 1, early.Now.Add(-lag), lag)
	require.NoError(t, err)
	require.Equal(t, mark, again.Batch.Entries[0])
}

// Time-outs race against appends: what was appended before the mark is seen instead of it, so a mark
// always follows everything that the run knows.
func TestReachTimeAgainstAppend(t *testing.T) {
	t.Parallel()
	url := devstack.Database(t)
	store, other := openURL(t, url), openURL(t, url)
	appendEvents(t, store, event("c1", "0", engagement.AgentAssigned, time.Hour))
	const messages = 60
	var wait sync.WaitGroup
	wait.Go(func() {
		for i := range messages {
			_, err := other.Append(t.Context(), []models.Submission{submission(event("c1", fmt.Sprint("m", i), engagement.CustomerMessage, 0))})
			require.NoError(t, err)
		}
	})
	seen, marks, received := int64(1), 0, 0
	for received < messages {
		reached, err := store.ReachTime(t.Context(), subject("c1"), seen, 0, 0)
		require.NoError(t, err)
		require.Equal(t, seen+1, reached.Batch.From)
		for _, e := range reached.Batch.Entries {
			seen++
			require.Equal(t, seen, e.Number)
			if e.Type == engagement.ClockReached {
				marks++
			} else {
				received++
			}
		}
	}
	wait.Wait()
	require.Positive(t, marks)
}

func TestLoadConversationHandsOverInPieces(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	var events []engagement.Event
	for i := range 1200 {
		events = append(events, event("c1", fmt.Sprint(i), engagement.CustomerMessage, time.Duration(1200-i)*time.Second))
	}
	appendEvents(t, store, events...)
	c, err := store.LoadConversation(t.Context(), subject("c1"))
	require.NoError(t, err)
	require.True(t, c.More)
	require.Equal(t, int64(500), c.Seen)
	rest, err := store.FetchEntries(t.Context(), subject("c1"), c.Seen)
	require.NoError(t, err)
	require.Equal(t, []int64{501, 1000}, []int64{rest.From, rest.To})
	require.True(t, rest.More)
	nothing, err := store.LoadConversation(t.Context(), subject("unknown"))
	require.NoError(t, err)
	require.Empty(t, nothing.Generation)
}

// An older projection never overwrites a newer one, nor brings back what a record took away.
func TestProjectNeverGoesBack(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	chat(t, store, "c1", time.Hour)
	leg := &engagement.Leg{Ordinal: 1, AgentID: "a1", StartedAt: engagement.At(time.Now()), TicketID: "c1"}
	live := models.Live{Subject: subject("c1"), Seen: 3, Open: leg, Channel: "messaging"}
	require.NoError(t, store.Project(t.Context(), live))
	older := live
	older.Seen, older.Open = 2, nil
	require.NoError(t, store.Project(t.Context(), older))
	open, err := store.OpenEngagements(t.Context(), models.EngagementFilter{OrganizationID: organization, Limit: 10})
	require.NoError(t, err)
	require.Len(t, open, 1)
	require.Equal(t, "a1", open[0].Leg.AgentID)
	_, err = store.Record(t.Context(), recordOf(t, store, "c1", "t1"))
	require.NoError(t, err)
	require.NoError(t, store.Project(t.Context(), live))
	require.Zero(t, count(t, store, "live_conversations"))
}

// The identity of an open leg is that of its record.
func TestOpenLegBecomesTheRecord(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	appendEvents(t, store, event("c1", "1", engagement.AgentAssigned, time.Hour))
	c, err := store.LoadConversation(t.Context(), subject("c1"))
	require.NoError(t, err)
	result := engagement.Fold(nil, c.Carry, c.Entries, 0)
	require.NoError(t, store.Project(t.Context(), models.Live{Subject: subject("c1"), Seen: 1, Open: result.Open}))
	open, err := store.OpenEngagements(t.Context(), models.EngagementFilter{OrganizationID: organization, Limit: 10})
	require.NoError(t, err)
	appendEvents(t, store, event("c1", "2", engagement.AgentEnded, time.Minute))
	_, err = store.Record(t.Context(), recordOf(t, store, "c1", "t1"))
	require.NoError(t, err)
	row, err := store.Engagement(t.Context(), organization, open[0].ID)
	require.NoError(t, err)
	require.Equal(t, open[0].ID.UUID(), row.ID)
	_, err = store.Engagement(t.Context(), "other", open[0].ID)
	require.ErrorIs(t, err, models.ErrNotFound)
}

func count(t *testing.T, store *models.Store, table string) int {
	t.Helper()
	var n int
	require.NoError(t, store.Pool().QueryRow(context.Background(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}
