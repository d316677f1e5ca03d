package workflows

import (
	"go.temporal.io/sdk/workflow"

	"engaged/activities"
	"engaged/engagement"
	"engaged/models"
)

// liveView is what decides whether the live projection must be written again.
type liveView struct {
	leg, visit, offers int
	group, queue       string
}

func viewOf(r engagement.Result) liveView {
	v := liveView{offers: len(r.State.Offers)}
	if r.Open != nil {
		v.leg, v.group, v.queue = r.Open.Ordinal, r.Open.GroupID, r.Open.QueueID
	}
	if visit := openVisit(r); visit != nil {
		v.visit = visit.Ordinal
	}
	return v
}

// project writes the live projection if what it shows has changed; messages alone never do. Where
// nothing is open any more, the record that follows after settle writes it.
func (r *run) project(ctx workflow.Context) error {
	view := viewOf(r.result)
	if view == r.shown || r.result.State.Idle() {
		return nil
	}
	r.shown = view
	return activities.ProjectLive(ctx, models.Live{
		Subject:     r.input.Subject,
		Seen:        r.seen,
		RecordCount: r.base.RecordCount,
		Open:        r.result.Open,
		Visit:       openVisit(r.result),
		OpenOffers:  view.offers,
		Channel:     r.result.State.Channel,
		TicketID:    r.result.State.TicketID,
	})
}

func openVisit(r engagement.Result) *engagement.Visit {
	if r.State.Visit == nil {
		return nil
	}
	return &r.State.Visit.Visit
}
