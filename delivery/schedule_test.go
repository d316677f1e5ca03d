package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScheduleCountsItsOwnAttempts(t *testing.T) {
	t.Parallel()
	p := withWindows(newPlan(), Window{t0, t0.Add(3 * day)})
	p.Rules.Mode = Copilot
	p.Rules.Retry = Retry{Retries: 5, Delay: 2 * hour, On: []ReattemptRule{OnBusy}}
	p.Rules.Caps = []Cap{{Scope: ScopeContact, Period: PeriodDay, Most: 2}}
	p.Rules.Packs = ExamplePacks()
	starts := func(most int, facts *Facts) (at []string, end TaskView) {
		slots, end := Schedule(p, facts, Busy, most)
		for _, s := range slots {
			at = append(at, s.At.String()[:16])
		}
		return at, end
	}
	facts := &Facts{}
	at, end := starts(10, facts)
	// 8:00 in New York is 13:00 UTC; two calls fit a day.
	want := []string{"2026-03-02T15:00", "2026-03-02T17:00", "2026-03-03T13:00", "2026-03-03T15:00", "2026-03-04T13:00", "2026-03-04T15:00"}
	require.Equal(t, want, at)
	require.Equal(t, Complete, end.Status)
	require.Empty(t, facts.History)
	at, end = starts(2, facts)
	require.Equal(t, want[:2], at)
	require.Equal(t, Pending, end.Status)

	// A suspended configuration does not keep the schedule from being shown.
	at, _ = starts(10, &Facts{Inactive: true, Capacity: &Capacity{}})
	require.Equal(t, want, at)
	at, end = starts(10, &Facts{NotToContact: []NotToContact{{ContactID: "C1"}}})
	require.Empty(t, at)
	require.Equal(t, Cancelled, end.Status)
}
