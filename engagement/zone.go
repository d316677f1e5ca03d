package engagement

import "time"

// OffsetUntil returns an instant after t up to which the clocks of t's location keep their offset from
// UTC; zero if they keep it for good. They may keep it beyond: it is where to look again.
//
// It is what Time.ZoneBounds returns, but for the last days of leap years of which a zone knows only the
// rule: that takes every year for 365 days long and returns an end that t has passed, for which a walk
// from end to end would wait forever.
func OffsetUntil(t time.Time) time.Time {
	_, end := t.ZoneBounds()
	if end.IsZero() || end.After(t) {
		return end
	}
	return time.Date(t.UTC().Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC)
}
