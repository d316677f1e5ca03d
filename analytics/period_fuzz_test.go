package analytics

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzPeriods takes any zone, preset and instant: what is accepted has a period around now or before
// it, and a period to compare with.
func FuzzPeriods(f *testing.F) {
	f.Add("Europe/Copenhagen", "PreviousWeek", int64(1_682_503_200))
	f.Add("Local", "Today", int64(0))
	f.Add("../etc/passwd", "NextWeek", int64(-1))
	f.Add("Pacific/Apia", "Yesterday", int64(1_325_307_600))
	f.Add("Africa/Monrovia", "ThisYear", int64(63_593_070))
	f.Fuzz(func(t *testing.T, name, preset string, seconds int64) {
		zone, err := LoadZone(name)
		if err != nil {
			require.NotEqual(t, "UTC", name)
			return
		}
		require.Equal(t, name, zone.String())
		// Years that a request can name.
		now := time.Unix(seconds%200_000_000_000, 0)
		period, ok := ResolvePreset(Preset(preset), now, zone)
		if !ok {
			return
		}
		require.False(t, period.Start.After(now), "it begins in the past")
		require.False(t, period.End.Before(period.Start))
		for _, how := range Comparisons {
			other, err := ComparePeriod(period, Preset(preset), how, zone)
			require.NoError(t, err)
			require.False(t, other.End.After(period.Start))
			require.False(t, other.End.Before(other.Start))
		}
	})
}
