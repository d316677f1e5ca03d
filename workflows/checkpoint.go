package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"engaged/engagement"
)

// MaxEntries is how many entries of one leg a run holds; past it the oldest are folded into the
// carry, where messages remain as counts and waits.
const MaxEntries = 20_000

// tooLong tells that the history or what the run holds has grown long enough to begin afresh. Where
// nothing can be folded before a leg that has just ended, its record, which is due within settle, has
// to come first: beginning afresh would find the same.
func (r *run) tooLong(ctx workflow.Context) bool {
	held := len(r.base.Entries)
	if held <= MaxEntries && !workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
		return false
	}
	cut := r.checkpointCut()
	return held == 0 || slices.ContainsFunc(r.base.Entries, func(e engagement.Entry) bool { return e.Time <= cut })
}

// checkpoint folds the older three quarters of the entries into the carry and leaves the rest to a
// run with a fresh history. Nothing that has ended but may still be undone is touched.
func (r *run) checkpoint(ctx workflow.Context) (bool, error) {
	r.goesOn = true
	if len(r.base.Entries) == 0 {
		return true, nil
	}
	cut := r.checkpointCut()
	through, after := engagement.UpTo(r.base.Entries, cut)
	part := engagement.Fold(r.base.Settings, r.base.Carry, through, cut)
	part.State.Floor = max(part.State.Floor, cut)
	return r.write(ctx, cut, part, after)
}

// checkpointCut is the instant up to which a checkpoint folds; 0 without entries.
func (r *run) checkpointCut() engagement.Instant {
	if len(r.base.Entries) == 0 {
		return 0
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
	return cut
}
