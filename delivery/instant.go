package delivery

import (
	"encoding/json"
	"fmt"
	"time"
)

// Instant is a point in time in milliseconds since the Unix epoch, the precision in which every
// event time is kept. Its JSON form is RFC 3339 in UTC with milliseconds.
type Instant int64

// Millis is a duration in milliseconds, the difference of two stored instants.
type Millis int64

const instantLayout = "2006-01-02T15:04:05.000Z07:00"

// At returns t as an Instant; what lies below the millisecond is cut off.
func At(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Time returns the instant as a time in UTC.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// Add returns the instant d later.
func (i Instant) Add(d Millis) Instant { return i + Instant(d) }

// Sub returns how long after o the instant lies; negative if before.
func (i Instant) Sub(o Instant) Millis { return Millis(i - o) }

// String returns the instant in RFC 3339, UTC, with milliseconds.
func (i Instant) String() string { return i.Time().Format(instantLayout) }

// MarshalJSON writes the instant in RFC 3339, UTC, with milliseconds.
func (i Instant) MarshalJSON() ([]byte, error) {
	return i.Time().AppendFormat([]byte{'"'}, instantLayout+`"`), nil
}

// UnmarshalJSON reads RFC 3339 with any zone.
func (i *Instant) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("instant: %w", err)
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return fmt.Errorf("instant: %w", err)
	}
	*i = At(t)
	return nil
}

// Duration returns the millis as a time.Duration.
func (m Millis) Duration() time.Duration { return time.Duration(m) * time.Millisecond }

// MillisOf returns d in whole milliseconds.
func MillisOf(d time.Duration) Millis { return Millis(d.Milliseconds()) }

const (
	minute Millis = 60_000
	hour   Millis = 60 * minute
	day    Millis = 24 * hour
)

// endOfTime is later than any instant that a rule can name.
const endOfTime Instant = 1 << 62
