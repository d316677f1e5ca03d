package reconcile

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/engagement"
	"engaged/models"
)

const grace = 5 * time.Minute

// held is what the log holds of arrivals, and nobody has folded, an age after the beginning.
func held(age engagement.Instant, arrivals ...arrival) models.History {
	h := models.History{Subject: models.Subject{OrganizationID: "acme", ConversationID: "c"}, Now: morning + age*second}
	for i, a := range arrivals {
		h.Unfolded = append(h.Unfolded, entryOf(i, a))
	}
	return h
}

func TestOverdue(t *testing.T) {
	t.Parallel()
	assigned := arrival{0, 0, ofType(engagement.AgentAssigned, "ada", engagement.Data{})}
	ended := arrival{60, 60, ofType(engagement.AgentEnded, "ada", engagement.Data{})}
	queued := arrival{0, 0, engagement.Event{Type: engagement.QueueEntered, QueueID: "q"}}
	left := arrival{60, 60, engagement.Event{Type: engagement.QueueLeft, QueueID: "q"}}
	tagged := arrival{0, 0, ofType(engagement.ConversationTagged, "", engagement.Data{Add: []string{"vip"}})}
	asked := arrival{0, 0, ofType(engagement.CustomerMessage, "", engagement.Data{})}
	old := func(a arrival) arrival { a.at -= 365 * 86_400; return a }
	tests := map[string]struct {
		history models.History
		want    Overdue
	}{
		"Nothing":         {held(10_000), Overdue{}},
		"Open":            {held(600, assigned), Overdue{}},
		"EndedJustNow":    {held(361, assigned, ended), Overdue{}},
		"EndedLong":       {held(362, assigned, ended), Overdue{Leg: 1, Entries: 2, Since: morning + 60*second}},
		"InactiveJustNow": {held(901, assigned), Overdue{}},
		"InactiveLong":    {held(902, assigned), Overdue{Leg: 1, Entries: 1, Since: morning + 600*second}},
		"OfLastYear":      {held(901, old(assigned)), Overdue{}},
		"LongOfLastYear":  {held(902, old(assigned)), Overdue{Leg: 1, Entries: 1, Since: morning + (600-365*86_400)*second}},
		"ArrivedJustNow":  {held(400, assigned, arrival{60, 200, ended.event}), Overdue{}},
		"VisitAlone":      {held(362, queued, left), Overdue{Rows: 1, Entries: 2, Since: morning + 62*second}},
		"EntryAlone":      {held(302, tagged), Overdue{Entries: 1, Since: morning + 2*second}},
		"MessageAlone":    {held(100_000, asked), Overdue{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, found := overdue(test.history, grace)
			require.Equal(t, test.want != Overdue{}, found)
			if found {
				test.want.Subject, test.want.lag = test.history.Subject, got.lag
				require.Equal(t, test.want, got)
				require.Contains(t, got.String(), "acme/c overdue since 20")
			}
		})
	}
}

// A run that died after its record leaves a live carry and no entry: the second leg ends all the same.
func TestOverdueOfCarryAlone(t *testing.T) {
	t.Parallel()
	var open []engagement.Entry
	for i, a := range []arrival{
		{0, 0, ofType(engagement.AgentAssigned, "ada", engagement.Data{})},
		{60, 60, ofType(engagement.AgentAssigned, "bob", engagement.Data{})},
	} {
		open = append(open, entryOf(i, a))
	}
	carry := engagement.Fold(nil, engagement.State{}, open, morning+60*second).State
	_, found := overdue(models.History{Carry: carry, Now: morning + 961*second}, grace)
	require.False(t, found)
	got, found := overdue(models.History{Carry: carry, Now: morning + 962*second}, grace)
	require.True(t, found)
	require.Equal(t, 2, got.Leg)
}
