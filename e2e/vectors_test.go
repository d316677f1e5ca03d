package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/oracle"
	"engaged/devstack/oracle/vectors"
	"engaged/engagement"
)

// reached closes a vector: its source has said everything up to then.
func reached(v vectors.Vector) engagement.Event {
	return engagement.Event{ID: "until", Type: engagement.ClockReached, Time: v.Conversation.Until, ConversationID: v.Name}
}

// together plays all vectors at once and returns the first thing that went wrong in each.
func together(play func(v vectors.Vector) error) error {
	var (
		wait   sync.WaitGroup
		mu     sync.Mutex
		failed []string
	)
	for _, v := range vectors.All() {
		wait.Go(func() {
			if err := play(v); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, v.Name+": "+err.Error())
			}
		})
	}
	wait.Wait()
	if len(failed) > 0 {
		return fmt.Errorf("%s", strings.Join(failed, "\n"))
	}
	return nil
}

// playVectors plays the vectors in some way and holds the rows to the numbers worked out by hand.
func playVectors(t *testing.T, organizationID string, play func(o *organization, v vectors.Vector) error) *organization {
	t.Helper()
	o := newOrganization(t, sharedStack(t), organizationID, vectors.Agents(), vectors.Settings())
	require.NoError(t, together(func(v vectors.Vector) error { return play(o, v) }))
	var conversations []oracle.Conversation
	for _, v := range vectors.All() {
		conversations = append(conversations, v.Conversation)
	}
	got := o.reaches(t, patience, conversations)
	for _, v := range vectors.All() {
		require.Empty(t, strings.Join(v.Check(got[v.Name]), "\n"), "%s: %s", v.Name, v.Story)
	}
	return o
}

func TestVectorsOneByOne(t *testing.T) {
	t.Parallel()
	o := playVectors(t, "ordered", func(o *organization, v vectors.Vector) error {
		for _, e := range append(v.Conversation.Events, reached(v)) {
			if result, err := o.post(t.Context(), t, e); err != nil || result.Accepted != 1 {
				return fmt.Errorf("%s: %+v: %w", e.ID, result, err)
			}
		}
		return nil
	})
	checkWire(t, o)
}

func TestVectorsShuffledInOneRequest(t *testing.T) {
	t.Parallel()
	playVectors(t, "shuffled", func(o *organization, v vectors.Vector) error {
		events := append(append([]engagement.Event{}, v.Conversation.Events...), reached(v))
		rand.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		_, err := o.post(t.Context(), t, events...)
		return err
	})
}

func TestVectorsEachTwice(t *testing.T) {
	t.Parallel()
	playVectors(t, "twice", func(o *organization, v vectors.Vector) error {
		for _, e := range append(v.Conversation.Events, reached(v)) {
			for _, again := range []bool{false, true} {
				if result, err := o.post(t.Context(), t, e); err != nil || (result.Duplicate == 1) != again {
					return fmt.Errorf("%s: %+v: %w", e.ID, result, err)
				}
			}
		}
		return nil
	})
}

// The vectors at real tempo take place now, so many times faster than they were; deadlines shrink
// with them, but settle does not.
const (
	hours = 240
	days  = 60_480
)

// TestVectorsDelayed plays the vectors at real tempo, each arrival delayed by less than settle.
func TestVectorsDelayed(t *testing.T) {
	t.Parallel()
	organizations := map[int64]*organization{}
	conversations := map[int64][]oracle.Conversation{}
	for _, factor := range []int64{hours, days} {
		organizations[factor] = newOrganization(t, sharedStack(t), fmt.Sprintf("delayed-%d", factor), vectors.Agents(), faster(factor))
	}
	begin := engagement.At(time.Now().Add(200 * time.Millisecond))
	played := map[string]oracle.Conversation{}
	for _, v := range vectors.All() {
		c := v.Conversation
		factor := int64(hours)
		if c.Events[len(c.Events)-1].Time.Sub(c.Events[0].Time) > 12*3_600_000 || c.Until.Sub(c.Events[0].Time) > 12*3_600_000 {
			factor = days
		}
		c = compress(c, begin, factor)
		played[v.Name] = c
		conversations[factor] = append(conversations[factor], c)
	}
	require.NoError(t, together(func(v vectors.Vector) error {
		c := played[v.Name]
		o := organizations[hours]
		if c.Settings[0].Defaults.OpenLimit != nil && *c.Settings[0].Defaults.OpenLimit == 14*86_400_000/days {
			o = organizations[days]
		}
		return playDelayed(t.Context(), t, o, c)
	}))
	for factor, o := range organizations {
		o.reaches(t, patience, conversations[factor])
	}
}

// playDelayed posts every event by itself at its time and up to 1.4 of settle's 2 seconds later.
func playDelayed(ctx context.Context, t *testing.T, o *organization, c oracle.Conversation) error {
	errs := make(chan error, len(c.Events))
	for _, e := range c.Events {
		delay := time.Duration(rand.Int64N(int64(1400 * time.Millisecond)))
		go func() {
			until(ctx, e.Time.Time().Add(delay))
			_, err := o.post(ctx, t, e) //nolint:testifylint // what it asserts is what the test itself encoded
			errs <- err
		}()
	}
	for range c.Events {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

// compress moves a conversation to another time and makes it so many times faster.
func compress(c oracle.Conversation, begin engagement.Instant, factor int64) oracle.Conversation {
	zero := c.Events[0].Time
	move := func(at engagement.Instant) engagement.Instant {
		return begin.Add(at.Sub(zero) / engagement.Millis(factor))
	}
	events := make([]engagement.Event, len(c.Events))
	for i, e := range c.Events {
		e.Time = move(e.Time)
		if x := e.Data.ExpiresAt; x != nil {
			at := move(*x)
			e.Data.ExpiresAt = &at
		}
		events[i] = e
	}
	return oracle.Conversation{Events: events, Agents: c.Agents, Settings: faster(factor), Until: begin.Add(3_600_000)}
}

// faster are the vectors' settings with all their periods so many times shorter, except settle.
func faster(factor int64) []engagement.Settings {
	shorter := func(ms engagement.Millis) *engagement.Millis {
		ms /= engagement.Millis(factor)
		return &ms
	}
	settings := vectors.Settings()
	settings[0].Defaults.InactivityPeriod = shorter(600_000)
	settings[0].Defaults.WrapupLimit = shorter(600_000)
	settings[0].Defaults.OpenLimit = shorter(14 * 86_400_000)
	return settings
}
