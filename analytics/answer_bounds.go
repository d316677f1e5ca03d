package analytics

import "time"

// Bounds are the ascending bounds of the answer's buckets: bucket i is [Bounds[i], Bounds[i+1]). Without
// an interval there are none.
func (a Answer) Bounds() ([]time.Time, error) {
	if a.Query.Interval == "" {
		return nil, nil
	}
	return buckets(a.Query.Period, a.Query.Interval, a.Query.Location)
}
