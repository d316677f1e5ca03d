package analytics

import (
	"slices"
	"time"

	"engaged/models"
)

// run is a row of neighbouring cells of one grain.
type run struct {
	grain int16
	timeSpan
}

// splitter divides buckets among day cells, quarter-hour cells and rows.
type splitter struct {
	days
	// through is where the days end that have cells.
	through time.Time
	// dirty are stretches that only rows tell about, ascending and apart.
	dirty []timeSpan
	// runs are to be read from cells, raw from rows.
	runs []run
	raw  []stretch
	// dayCells and quarterCells count what the runs have.
	dayCells, quarterCells int
	// known is the day that was looked up last.
	known timeSpan
}

// bucket divides a bucket. Buckets come in order.
func (s *splitter) bucket(start, end time.Time, number int) {
	first := start.Truncate(models.RollupCell)
	if first.Before(start) {
		first = first.Add(models.RollupCell)
	}
	last := end.Truncate(models.RollupCell)
	if !first.Before(last) {
		s.addRaw(start, end, number)
		return
	}
	s.addRaw(start, first, number)
	for at := first; at.Before(last); {
		if !at.Before(s.known.end) || at.Before(s.known.start) {
			s.known.start, s.known.end = s.around(at)
		}
		day := s.known
		if at.Equal(day.start) && !last.Before(day.end) && day.start.Before(s.through) && whole(day.start, day.end) && !s.touched(day) {
			s.addRun(run{dayGrain, day})
			s.dayCells++
			at = day.end
			continue
		}
		until := day.end.Truncate(models.RollupCell) // inside of a quarter hour only by local mean time
		if !at.Before(until) {
			until = at.Add(models.RollupCell)
		}
		if last.Before(until) {
			until = last
		}
		s.quarters(at, until, number)
		at = until
	}
	s.addRaw(last, end, number)
}

// quarters divides a stretch on quarter hours between cells and rows.
func (s *splitter) quarters(start, end time.Time, bucket int) {
	for start.Before(end) {
		s.passDirty(start)
		if len(s.dirty) == 0 || !s.dirty[0].start.Before(end) {
			s.addQuarters(start, end)
			return
		}
		if clean := s.dirty[0].start; start.Before(clean) {
			s.addQuarters(start, clean)
			start = clean
		}
		stop := s.dirty[0].end
		if end.Before(stop) {
			stop = end
		}
		s.addRaw(start, stop, bucket)
		start = stop
	}
}

// touched tells that a part of the day is dirty.
func (s *splitter) touched(day timeSpan) bool {
	s.passDirty(day.start)
	return len(s.dirty) > 0 && s.dirty[0].start.Before(day.end)
}

// passDirty drops what lies before an instant.
func (s *splitter) passDirty(at time.Time) {
	for len(s.dirty) > 0 && !at.Before(s.dirty[0].end) {
		s.dirty = s.dirty[1:]
	}
}

func (s *splitter) addQuarters(start, end time.Time) {
	s.addRun(run{quarterGrain, timeSpan{start, end}})
	s.quarterCells += int(end.Sub(start) / models.RollupCell)
}

func (s *splitter) addRun(r run) {
	// The run of the same grain is one of the last two.
	for i := len(s.runs) - 1; i >= max(0, len(s.runs)-2); i-- {
		if s.runs[i].grain == r.grain && s.runs[i].end.Equal(r.start) {
			s.runs[i].end = r.end
			return
		}
	}
	s.runs = append(s.runs, r)
}

func (s *splitter) addRaw(start, end time.Time, bucket int) {
	if !start.Before(end) {
		return
	}
	if n := len(s.raw); n > 0 && s.raw[n-1].bucket == bucket && s.raw[n-1].end.Equal(start) {
		s.raw[n-1].end = end
		return
	}
	s.raw = append(s.raw, stretch{start, end, bucket})
}

// coarsen widens dirty quarter hours, given in order, to blocks and joins those that touch.
func coarsen(cells []time.Time, block time.Duration) []timeSpan {
	var spans []timeSpan
	for _, start := range cells {
		start = start.Truncate(block)
		if n := len(spans); n > 0 && !spans[n-1].end.Before(start) {
			spans[n-1].end = start.Add(block)
			continue
		}
		spans = append(spans, timeSpan{start, start.Add(block)})
	}
	return slices.Clip(spans)
}
