package engagement

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestOffsetUntil walks through years far ahead, hour by hour beside it: it moves on, and passes no
// change of the offset.
func TestOffsetUntil(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Europe/Vienna", "America/Santiago", "Asia/Gaza", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for _, year := range []int{2026, 2040, 2041, 2096} {
			at := time.Date(year, 12, 1, 0, 0, 0, 0, time.UTC)
			for last := at.AddDate(0, 5, 0); at.Before(last); {
				end := OffsetUntil(at.In(zone))
				require.True(t, end.After(at), "%s: from %s to %s", name, at, end)
				_, offset := at.In(zone).Zone()
				for hour := at; hour.Before(end) && hour.Before(last); hour = hour.Add(time.Hour) {
					_, then := hour.In(zone).Zone()
					require.Equal(t, offset, then, "%s: at %s", name, hour)
				}
				at = end
			}
		}
	}
	require.Zero(t, OffsetUntil(time.Date(2040, 12, 31, 12, 0, 0, 0, time.UTC)))
}
