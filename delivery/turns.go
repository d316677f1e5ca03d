package delivery

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// Processing is the order in which the waiting attempts of one configuration are dialed.
type Processing string

// The processing orders. Under the custom ones what has no readable priority comes last, first in
// first out.
const (
	EarliestScheduled  Processing = "earliest_scheduled"
	FirstInFirstOut    Processing = "first_in_first_out"
	LastInFirstOut     Processing = "last_in_first_out"
	PriorityAscending  Processing = "priority_ascending"
	PriorityDescending Processing = "priority_descending"
)

// Waiting is an attempt that waits for a dial token.
type Waiting struct {
	TaskID          string `json:"task_id"`
	ConfigurationID string `json:"configuration_id"`
	// Class is the configuration's priority: 1 critical, 2 high, 3 normal.
	Class int `json:"class"`
	// Callback tells that the customer asked for the call: it comes before the others of its
	// configuration.
	Callback    bool    `json:"callback,omitempty"`
	AcceptedAt  Instant `json:"accepted_at"`
	ScheduledAt Instant `json:"scheduled_at"`
	// Priority is the caller's own value: a number or a date.
	Priority string `json:"priority,omitempty"`
}

// Compare orders two waiting attempts of one configuration; negative if a is dialed first.
func (p Processing) Compare(a, b Waiting) int {
	if a.Callback != b.Callback {
		if a.Callback {
			return -1
		}
		return 1
	}
	fifo := cmp.Or(cmp.Compare(a.AcceptedAt, b.AcceptedAt), cmp.Compare(a.TaskID, b.TaskID))
	switch p {
	case FirstInFirstOut:
		return fifo
	case LastInFirstOut:
		return cmp.Or(cmp.Compare(b.AcceptedAt, a.AcceptedAt), cmp.Compare(a.TaskID, b.TaskID))
	case PriorityAscending, PriorityDescending:
		return cmp.Or(p.byPriority(a.Priority, b.Priority), fifo)
	case EarliestScheduled:
		return cmp.Or(cmp.Compare(a.ScheduledAt, b.ScheduledAt), fifo)
	default:
		return cmp.Or(cmp.Compare(a.ScheduledAt, b.ScheduledAt), fifo)
	}
}

func (p Processing) byPriority(a, b string) int {
	x, xOK := priorityValue(a)
	y, yOK := priorityValue(b)
	switch {
	case xOK != yOK && xOK:
		return -1
	case xOK != yOK:
		return 1
	case p == PriorityDescending:
		return cmp.Compare(y, x)
	default:
		return cmp.Compare(x, y)
	}
}

// priorityValue reads a number, or a date as its milliseconds.
func priorityValue(s string) (float64, bool) {
	if n, err := strconv.ParseFloat(s, 64); err == nil && n-n == 0 {
		return n, true
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return float64(t.UnixMilli()), true
		}
	}
	return 0, false
}

// Turns returns the order in which the waiting attempts of several configurations get free calls:
// a class before the next, within a class the configurations in turn, each by its own processing
// order. The first turn goes to the configuration after the one that was served last.
func Turns(waiting []Waiting, orders map[string]Processing, servedLast string) []Waiting {
	sorted := slices.SortedFunc(slices.Values(waiting), func(a, b Waiting) int {
		return cmp.Or(
			cmp.Compare(a.Class, b.Class),
			cmp.Compare(a.ConfigurationID, b.ConfigurationID),
			orders[a.ConfigurationID].Compare(a, b),
		)
	})
	turn := make(map[string]int, len(orders))
	round := make([]int, len(sorted))
	for i, w := range sorted {
		round[i] = turn[w.ConfigurationID]
		turn[w.ConfigurationID]++
	}
	index := make([]int, len(sorted))
	for i := range index {
		index[i] = i
	}
	slices.SortStableFunc(index, func(i, j int) int {
		a, b := sorted[i], sorted[j]
		return cmp.Or(
			cmp.Compare(a.Class, b.Class),
			cmp.Compare(round[i], round[j]),
			cmp.Compare(behind(a.ConfigurationID, servedLast), behind(b.ConfigurationID, servedLast)),
			cmp.Compare(a.ConfigurationID, b.ConfigurationID),
		)
	})
	turns := make([]Waiting, len(sorted))
	for i, at := range index {
		turns[i] = sorted[at]
	}
	return turns
}

// behind is 0 for the configurations after the one served last, 1 for it and those before.
func behind(configuration, servedLast string) int {
	if configuration > servedLast {
		return 0
	}
	return 1
}
