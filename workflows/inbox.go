package workflows

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"engaged/activities"
	"engaged/engagement"
	"engaged/models"
)

// inbox is where signals and updates put what they bring; the run's own coroutine takes it out.
type inbox struct {
	entries workflow.ReceiveChannel
	events  workflow.ReceiveChannel
	aliases []workflow.ReceiveChannel
	// wake tells the run that an update wants entries up to wanted.
	wake   workflow.Channel
	wanted int64

	// batches and direct are what drain found.
	batches []models.Batch
	direct  []activities.DirectSignal
	// named counts the direct signals of each name. A channel keeps its order when a workflow task is
	// carried out again, all of them together do not.
	named map[string]int
}

// listen opens the channels and the update handler.
func (r *run) listen(ctx workflow.Context) error {
	in := &r.inbox
	in.named = map[string]int{}
	in.entries = workflow.GetSignalChannel(ctx, SignalEntries)
	in.events = workflow.GetSignalChannel(ctx, SignalEvents)
	for _, a := range aliases {
		in.aliases = append(in.aliases, workflow.GetSignalChannel(ctx, a.name))
	}
	in.wake = workflow.NewBufferedChannel(ctx, 1)
	return workflow.SetUpdateHandler(ctx, UpdateAwaitAccept, r.awaitAccept)
}

// drain empties every channel and returns the highest entry number that a signal told of.
func (in *inbox) drain() int64 {
	highest := in.wanted
	for in.wake.ReceiveAsync(nil) {
	}
	var batch models.Batch
	for in.entries.ReceiveAsync(&batch) {
		in.batches = append(in.batches, batch)
		highest = max(highest, batch.To)
		batch = models.Batch{}
	}
	in.drainDirect(SignalEvents, nil, in.events)
	for i, channel := range in.aliases {
		in.drainDirect(aliases[i].name, aliases[i].types, channel)
	}
	return highest
}

// waiting tells that a channel holds what drain has not taken out.
func (in *inbox) waiting() bool {
	return slices.ContainsFunc(in.channels(), func(c workflow.ReceiveChannel) bool { return c.Len() > 0 })
}

// drainDirect takes a routing system's own signals as they came: what cannot be read is not lost.
func (in *inbox) drainDirect(name string, types []engagement.EventType, channel workflow.ReceiveChannel) {
	var signal converter.RawValue
	for channel.ReceiveAsync(&signal) {
		in.direct = append(in.direct, activities.DirectSignal{
			Signal: name, Types: types, Payload: strings.ToValidUTF8(string(signal.Payload().GetData()), "\uFFFD"),
		})
		signal = converter.RawValue{}
	}
}

// takeIn brings the run up to all that was signalled: direct events go through the log first, a
// gap between what is seen and what a signal brings is read from the log, then everything is folded
// once.
func (r *run) takeIn(ctx workflow.Context) error {
	seen := r.seen
	highest := r.inbox.drain()
	if _, err := r.appendDirect(ctx); err != nil {
		return err
	}
	for _, batch := range r.inbox.batches {
		r.add(batch)
	}
	r.inbox.batches = nil
	if highest > r.seen {
		if err := r.fetch(ctx); err != nil {
			return err
		}
	}
	newSettings, err := r.refreshSettings(ctx)
	if err != nil {
		return err
	}
	if r.seen > seen || newSettings {
		r.fold()
	}
	r.taken = max(r.taken, highest)
	return nil
}

// add takes in a batch if it continues what is seen; otherwise the log will be asked.
func (r *run) add(batch models.Batch) {
	r.newestSettings = max(r.newestSettings, batch.SettingsVersion)
	if batch.From > r.seen+1 || batch.To <= r.seen {
		return
	}
	for _, e := range batch.Entries {
		if e.Number > r.seen {
			r.base.Entries = append(r.base.Entries, e)
		}
	}
	r.seen = batch.To
}

// fetch reads the log from what is seen to its end.
func (r *run) fetch(ctx workflow.Context) error {
	for {
		batch, err := activities.FetchEntries(ctx, activities.FetchEntriesInput{Subject: r.input.Subject, After: r.seen})
		if err != nil {
			return err
		}
		r.add(batch)
		if !batch.More {
			return nil
		}
	}
}

// refreshSettings reads the settings again when a batch told of a newer version, or brought an entry
// from before the oldest one at hand.
func (r *run) refreshSettings(ctx workflow.Context) (bool, error) {
	from := r.settingsNeeded()
	if r.newestSettings <= knownSettings(r.base.Settings) && !predates(r.base.Settings, from) {
		return false, nil
	}
	versions, err := activities.ReadSettings(ctx, activities.ReadSettingsInput{OrganizationID: r.input.OrganizationID, From: from})
	if err != nil {
		return false, err
	}
	r.base.Settings = versions
	r.newestSettings = knownSettings(versions)
	return true, nil
}

// settingsNeeded is the earliest instant at which the fold may ask for settings.
func (r *run) settingsNeeded() engagement.Instant {
	from := r.result.Clock
	if leg := r.base.Carry.Leg; leg != nil {
		from = min(from, leg.Leg.StartedAt)
	}
	for _, e := range r.base.Entries {
		from = min(from, e.Time)
	}
	return from
}

// predates tells that an instant lies before the oldest version at hand, and that there are older.
func predates(versions []engagement.Settings, at engagement.Instant) bool {
	return len(versions) > 0 && versions[0].Version > 1 && at < versions[0].EffectiveFrom
}

func knownSettings(versions []engagement.Settings) int {
	if len(versions) == 0 {
		return 0
	}
	return versions[len(versions)-1].Version
}

// appendDirect puts what was signalled directly into the log and takes in what the log then holds.
func (r *run) appendDirect(ctx workflow.Context) (bool, error) {
	direct := r.inbox.direct
	if len(direct) == 0 {
		return false, nil
	}
	r.inbox.direct = nil
	for i := range direct {
		name := direct[i].Signal
		r.inbox.named[name]++
		direct[i].ID = fmt.Sprintf("signal:%s:%s:%d", workflow.GetInfo(ctx).WorkflowExecution.RunID, name, r.inbox.named[name])
		direct[i].At = engagement.At(workflow.Now(ctx))
	}
	batch, err := activities.AppendEvents(ctx, activities.AppendEventsInput{Subject: r.input.Subject, Signals: direct, After: r.seen})
	if err != nil {
		return false, err
	}
	r.add(batch)
	if batch.More {
		return true, r.fetch(ctx)
	}
	return true, nil
}
