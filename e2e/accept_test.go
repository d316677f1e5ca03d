package e2e

import (
	"net/http"
	"sort"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/oracle/vectors"
	"engaged/engagement"
)

// offerTo is an offer made a moment ago.
func offerTo(conversation, agent string) engagement.Event {
	return engagement.Event{
		ID: "offer-" + agent, Type: engagement.OfferCreated, Time: engagement.At(time.Now()).Add(-50),
		ConversationID: conversation, AgentID: agent, Channel: "messaging",
	}
}

// TestAcceptRace lets two agents accept at once, many times over: one has it, the other is told so.
func TestAcceptRace(t *testing.T) {
	t.Parallel()
	o := newOrganization(t, sharedStack(t), "race", vectors.Agents(), nil)
	var wait sync.WaitGroup
	for _, conversation := range []string{"r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"} {
		_, err := o.post(t.Context(), t, offerTo(conversation, "A"), offerTo(conversation, "B"))
		require.NoError(t, err)
		wait.Go(func() {
			statuses := map[string]int{}
			var mu sync.Mutex
			var both sync.WaitGroup
			for _, agent := range []string{"A", "B"} {
				both.Go(func() {
					status, _ := o.do(t.Context(), t, http.MethodPost, "/v1/conversations/"+conversation+"/offers/"+agent+"/accept", nil)
					mu.Lock()
					defer mu.Unlock()
					statuses[agent] = status
				})
			}
			both.Wait()
			got := []int{statuses["A"], statuses["B"]}
			sort.Ints(got)
			if got[0] != http.StatusOK || got[1] != http.StatusConflict {
				t.Errorf("%s: %v", conversation, statuses)
				return
			}
			winner := "A"
			if statuses["B"] == http.StatusOK {
				winner = "B"
			}
			status, body := o.do(t.Context(), t, http.MethodPost, "/v1/conversations/"+conversation+"/offers/"+winner+"/accept", nil)
			if status != http.StatusOK {
				t.Errorf("%s: the winner repeats: %d %s", conversation, status, body)
			}
		})
	}
	wait.Wait()
}

func TestAcceptRefusals(t *testing.T) {
	t.Parallel()
	o := newOrganization(t, sharedStack(t), "refusals", vectors.Agents(), nil)
	accept := func(conversation, agent string) int {
		status, _ := o.do(t.Context(), t, http.MethodPost, "/v1/conversations/"+conversation+"/offers/"+agent+"/accept", nil)
		return status
	}
	require.Equal(t, http.StatusNotFound, accept("unheard-of", "A"))
	_, err := o.post(t.Context(), t, offerTo("over", "A"))
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, accept("over", "B"), "an offer to somebody else")
	declined := offerTo("over", "A")
	declined.ID, declined.Type, declined.Time = "declined", engagement.OfferDeclined, engagement.At(time.Now())
	_, err = o.post(t.Context(), t, declined)
	require.NoError(t, err)
	require.Equal(t, http.StatusGone, accept("over", "A"))
}
