package engagement

import "slices"

// tagsChangeable is how long after a leg's end a change of tags still updates the leg's row.
const tagsChangeable Millis = 24 * 3_600_000

// tagged applies conversation.tagged: to the conversation, and to the legs that it held then or
// that had ended within the last 24 hours.
func (f *folder) tagged(e *Entry) Outcome {
	f.s.Tags = retag(f.s.Tags, e)
	for i := range f.s.RecentLegs {
		ref := &f.s.RecentLegs[i]
		if e.Time < ref.StartedAt || e.Time > ref.EndedAt.Add(tagsChangeable) {
			continue
		}
		ref.Tags = retag(ref.Tags, e)
		if leg := f.row(ref.Ordinal); leg != nil {
			leg.Tags = ref.Tags
			continue
		}
		f.amend(ref.Ordinal).Tags = new(ref.Tags)
	}
	return applied
}

// retag returns the set after an event's changes, as a new slice.
func retag(tags []string, e *Entry) []string {
	if e.Tags != nil {
		tags = *e.Tags
	}
	left := slices.DeleteFunc(slices.Clone(tags), func(t string) bool {
		return slices.Contains(e.Data.Remove, t)
	})
	return tagSet(append(left, e.Data.Add...))
}

// tagSet returns tags sorted and without repeats, nil if there are none.
func tagSet(tags []string) []string {
	set := slices.Clone(tags)
	slices.Sort(set)
	set = slices.Compact(set)
	if len(set) == 0 {
		return nil
	}
	return set
}
