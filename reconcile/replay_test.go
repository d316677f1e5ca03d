package reconcile

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/engagement"
	"engaged/models"
)

const (
	second  = engagement.Instant(1000)
	morning = engagement.Instant(1_772_442_000_000)
)

// arrival is an event and how many seconds after the beginning it happened and arrived.
type arrival struct {
	at, received engagement.Instant
	event        engagement.Event
}

// entryOf is the entry that the log makes of the arrival with an index.
func entryOf(i int, a arrival) engagement.Entry {
	e := engagement.Entry{Number: int64(i + 1), ReceivedAt: morning + a.received*second, Event: a.event, AgentType: "human"}
	e.Time = morning + a.at*second
	e.ID, e.ConversationID = fmt.Sprint(i), "c"
	return e
}

// runs plays what arrives through runs that record as soon as they may, and returns the past of the
// conversation as log and records tell it, and what the runs wrote.
func runs(arrivals []arrival) (models.History, engagement.Result) {
	var (
		h       models.History
		state   engagement.State
		open    []engagement.Entry
		written engagement.Result
	)
	turn := func(now engagement.Instant) {
		for {
			step := engagement.Fold(nil, state, open, now).Next()
			if step.Kind == engagement.StepWait {
				return
			}
			through, after := engagement.UpTo(open, step.At)
			part := engagement.Fold(nil, state, through, step.At)
			written, state, open = merge(written, part), part.State, after
			fold := models.RecordLogRow{SeenNumber: int64(len(h.Entries)), CutAt: step.At.Time()}
			for _, e := range after {
				fold.Tail = append(fold.Tail, e.Number)
			}
			h.Folds = append(h.Folds, fold)
			if step.Kind == engagement.StepEnd {
				return
			}
		}
	}
	for i, a := range arrivals {
		e := entryOf(i, a)
		turn(e.ReceivedAt - 1)
		open, h.Entries = append(open, e), append(h.Entries, e)
	}
	turn(morning + 1_000_000*second)
	written.State = state
	return h, written
}

func ofType(t engagement.EventType, agent string, data engagement.Data) engagement.Event {
	return engagement.Event{Type: t, AgentID: agent, Channel: "messaging", Data: data}
}

// day is a conversation with a transfer, a wrap-up, late messages and late ratings.
func day() []arrival {
	score := 4.0
	return []arrival{
		{0, 0, ofType(engagement.CustomerMessage, "", engagement.Data{})},
		{5, 5, ofType(engagement.OfferCreated, "ada", engagement.Data{})},
		{9, 9, ofType(engagement.OfferAccepted, "ada", engagement.Data{})},
		{30, 31, ofType(engagement.AgentMessage, "ada", engagement.Data{})},
		{60, 61, ofType(engagement.ConversationTransferred, "ada", engagement.Data{To: &engagement.Target{QueueID: "billing"}})},
		{50, 90, ofType(engagement.AgentMessage, "ada", engagement.Data{})},
		{95, 95, ofType(engagement.OfferAccepted, "bob", engagement.Data{})},
		{100, 100, ofType(engagement.WrapupStarted, "ada", engagement.Data{})},
		{145, 145, ofType(engagement.WrapupEnded, "ada", engagement.Data{})},
		{120, 146, ofType(engagement.CustomerMessage, "", engagement.Data{})},
		{150, 150, ofType(engagement.StatusChanged, "", engagement.Data{Status: "solved"})},
		{148, 200, ofType(engagement.ConversationRated, "", engagement.Data{Score: &score})},
		{140, 210, ofType(engagement.AgentMessage, "bob", engagement.Data{})},
		{220, 220, ofType(engagement.ConversationTagged, "", engagement.Data{Add: []string{"vip"}})},
		{300, 300, ofType(engagement.AgentAssigned, "cyd", engagement.Data{Reason: "reopened"})},
		{310, 310, ofType(engagement.ConversationClosed, "", engagement.Data{ClosedBy: "end_user"})},
	}
}

func rows(r engagement.Result) engagement.Result {
	return engagement.Result{Legs: r.Legs, Offers: r.Offers, Visits: r.Visits, Ratings: r.Ratings, Closings: r.Closings, State: r.State}
}

func TestReplayGivesWhatTheRunsWrote(t *testing.T) {
	t.Parallel()

	t.Run("Day", func(t *testing.T) {
		t.Parallel()
		h, written := runs(day())
		require.Len(t, written.Legs, 3)
		require.NotEmpty(t, written.Ratings)
		require.Equal(t, []string{"vip"}, written.Legs[1].Tags, "amended after its record")
		require.NotNil(t, written.Legs[0].Wrapup, "amended after its record")
		require.Equal(t, rows(written), rows(Replay(h)))
	})

	t.Run("AnyDelays", func(t *testing.T) {
		t.Parallel()
		for seed := range uint64(300) {
			random := rand.New(rand.NewPCG(seed, 7))
			arrivals := day()
			for i := range arrivals {
				arrivals[i].received = arrivals[i].at + engagement.Instant(random.IntN(40))
			}
			for i := range arrivals {
				j := i
				for j > 0 && arrivals[j].received < arrivals[j-1].received {
					arrivals[j], arrivals[j-1] = arrivals[j-1], arrivals[j]
					j--
				}
			}
			h, written := runs(arrivals)
			require.Equal(t, rows(written), rows(Replay(h)), "seed %d", seed)
		}
	})

	t.Run("Nothing", func(t *testing.T) {
		t.Parallel()
		require.Empty(t, Replay(models.History{}).Legs)
	})
}
