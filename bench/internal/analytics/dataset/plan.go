package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// The organizations: Main has 98 % of the rows, Other the rest.
const (
	Main  = "bench"
	Other = "other"

	otherShare = 0.02
)

// Zone is the reporting zone of both organizations.
const Zone = "Europe/Copenhagen"

// slotLength is how finely the weight of time is resolved.
const slotLength = 15 * time.Minute

// shortest is the least part of a month that is filled: a conversation must fit.
const shortest = 48 * time.Hour

// Config says what to make.
type Config struct {
	// Rows is the number of engagements, both organizations together.
	Rows int64
	// Seed starts the randomness.
	Seed uint64
	// End is the end of the twelve months.
	End time.Time
}

// Month is one month's part of the data, made by itself.
type Month struct {
	// Start and End bound every instant of it; the first and last month are not whole.
	Start, End time.Time
	// Partition is the first of the month, UTC.
	Partition time.Time
	// Rows is its number of engagements.
	Rows int64

	// rows are Rows by organization
	rows  [2]int
	index int
	seed  uint64
	pool  int64
	slots []slot
}

// slot is a quarter of an hour with its number of engagements by organization.
type slot struct {
	start int64 // Unix milliseconds
	// offset is local time less UTC, in milliseconds
	offset int64
	quota  [2]int32
}

// Plan divides the engagements over twelve months.
func Plan(c Config) ([]Month, error) {
	if c.Rows < 1000 {
		return nil, fmt.Errorf("%d engagements are too few for a year; make at least 1000", c.Rows)
	}
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return nil, fmt.Errorf("loading the reporting zone: %w", err)
	}
	months := divide(c)
	total := 0.0
	for i := range months {
		total += months[i].weigh(c.Seed, zone, nil)
	}
	var given [2]int64
	run := 0.0
	for i := range months {
		m := &months[i]
		m.weigh(c.Seed, zone, func(s *slot, weight float64) {
			run += weight
			for o, share := range []float64{1 - otherShare, otherShare} {
				due := int64(math.Round(float64(c.Rows) * share * run / total))
				s.quota[o] = int32(due - given[o]) //nolint:gosec // rows of a quarter of an hour
				given[o] = due
				m.Rows += int64(s.quota[o])
				m.rows[o] += int(s.quota[o])
			}
		})
	}
	return months, nil
}

// divide cuts the year at the months of UTC, as the partitions are.
func divide(c Config) []Month {
	end := c.End.UTC().Truncate(time.Minute)
	var months []Month
	for start := end.AddDate(-1, 0, 0); start.Before(end); {
		first := time.Date(start.Year(), start.Month(), 1, 0, 0, 0, 0, time.UTC)
		next := first.AddDate(0, 1, 0)
		if next.After(end) {
			next = end
		}
		if next.Sub(start) >= shortest {
			months = append(months, Month{Start: start, End: next, Partition: first, index: len(months), seed: c.Seed, pool: c.Rows/8 + 1})
		}
		start = next
	}
	return months
}

// weigh lists the month's slots with their weights and returns the sum. It lists them anew each time:
// a year's are few.
func (m *Month) weigh(seed uint64, zone *time.Location, each func(*slot, float64)) float64 {
	sum := 0.0
	m.slots = m.slots[:0]
	for at := m.Start.Truncate(slotLength); at.Before(m.End); at = at.Add(slotLength) {
		if at.Before(m.Start) {
			continue
		}
		local := at.In(zone)
		_, offset := local.Zone()
		weight := slotWeight(local, seed)
		sum += weight
		if each != nil {
			m.slots = append(m.slots, slot{start: at.UnixMilli(), offset: int64(offset) * 1000})
			each(&m.slots[len(m.slots)-1], weight)
		}
	}
	return sum
}

var (
	seasons  = [12]float64{1.05, 1.0, 1.02, 0.98, 0.95, 0.92, 0.88, 0.93, 1.0, 1.04, 1.18, 1.25}
	weekdays = [7]float64{0.22, 1.20, 1.10, 1.05, 1.03, 1.0, 0.35}
	hours    = [24]float64{
		0.02, 0.015, 0.01, 0.01, 0.015, 0.03, 0.10, 0.35, 0.80, 1.05, 1.15, 1.10,
		0.85, 1.0, 1.10, 1.05, 0.85, 0.50, 0.35, 0.30, 0.25, 0.16, 0.09, 0.04,
	}
)

// slotWeight is the weight of the slot that begins at an instant of the reporting zone.
func slotWeight(local time.Time, seed uint64) float64 {
	noise := rand.New(rand.NewPCG(seed, uint64(local.Year()*1000+local.YearDay()))) //nolint:gosec // a data set, not a secret
	return seasons[local.Month()-1] * weekdays[local.Weekday()] * hours[local.Hour()] * (0.9 + 0.2*noise.Float64())
}
