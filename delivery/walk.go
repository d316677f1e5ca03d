package delivery

// walk goes through the time of several rules together. It remembers for each rule a stretch in which
// it allows everything, so that no rule is asked twice about one stretch: many rules with many hours,
// each of which forbids another minute, would take the square of their number otherwise.
type walk struct {
	rules []namedRule
	// open is for each rule the stretch that was found last; empty before.
	open []Window
}

func newWalk(rules []namedRule) *walk { return &walk{rules, make([]Window, len(rules))} }

// isOpen tells that a rule is known to allow everything from an instant up to the end of its stretch.
func (w *walk) isOpen(i int, at Instant) bool { return at >= w.open[i].Start && at < w.open[i].End }

// next returns the earliest instant not before at that all rules allow; false if there is none.
// Each rule may move the instant later, until none does any more.
func (w *walk) next(at Instant) (Instant, bool) {
	for moved := true; moved; {
		moved = false
		for i, r := range w.rules {
			if at >= endOfTime {
				return 0, false
			}
			if w.isOpen(i, at) {
				continue
			}
			if later := r.next(at); later > at {
				at, moved = later, true
			}
			w.allowedFrom(i, at)
		}
	}
	return at, at < endOfTime
}

// until returns the first instant after at, which all rules allow, that some rule forbids.
func (w *walk) until(at Instant) Instant {
	for {
		end := endOfTime
		for i, r := range w.rules {
			if w.isOpen(i, at) {
				end = min(end, w.open[i].End)
				continue
			}
			end = min(end, r.until(at))
			w.allowedFrom(i, at)
		}
		if end >= endOfTime {
			return endOfTime
		}
		if again, ok := w.next(end); !ok || again > end {
			return end
		}
		at = end
	}
}

// allowedFrom notes up to when a rule allows everything from an instant that it allows. A rule that
// names no end is asked again: caps count what lies ahead of them, too.
func (w *walk) allowedFrom(i int, at Instant) {
	if at >= endOfTime {
		return
	}
	if until := w.rules[i].until(at); until < endOfTime {
		w.open[i] = Window{at, until}
	}
}
