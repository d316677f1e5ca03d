package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"engaged/engagement"
)

// MaxEntries is how many entries of one leg a run holds; past it the oldest are folded into the
// carry, where messages remain as counts and waits.
const MaxEntries = 20_000

// tooLong tells that the history or what the run holds has grown long enough to begin afresh.
func (r *run) tooLong(ctx workflow.Context) bool {
	return len(r.base.Entries) > MaxEntries || workflow.GetInfo(ctx).GetContinueAsNewSuggested()
}

// checkpoint folds the older three quarters of the entries into the carry and leaves the rest to a
// run with a fresh history. Nothing that has ended but may still be undone is touched.
func (r *run) checkpoint(ctx workflow.Context) (bool, error) {
	r.goesOn = true
	if len(r.base.Entries) == 0 {
		return true, nil
	}
	times := make([]engagement.Instant, 0, len(r.base.Entries))
	for _, e := range r.base.Entries {
		times = append(times, e.Time)
	}
	slices.Sort(times)
	cut := times[len(times)*3/4]
	if len(r.result.Legs) > 0 {
		cut = min(cut, *r.result.Legs[0].EndedAt-1)
	}
	through, after := engagement.UpTo(r.base.Entries, cut)
	part := engagement.Fold(r.base.Settings, r.base.Carry, through, cut)
	part.State.Floor = max(part.State.Floor, cut)
	return r.write(ctx, cut, part, after)
}
