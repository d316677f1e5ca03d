package models

import (
	"context"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
	"engaged/engagement"
)

// last is the number of the task's newest entry.
func (t *newTask) last() int64 { return int64(len(t.entries)) }

// decide folds each task's acceptance and cancels every attempt that a policy, a withdrawn consent or a
// do-not-contact list forbids already.
func (c *creating) decide(ctx context.Context, tx pgx.Tx) error {
	known, err := c.refusals(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range c.fresh {
		t.add(c, delivery.Event{ID: "created", Source: engagement.EngineSource, Type: delivery.ClockReached, Time: t.Task.AcceptedAt})
		at := max(t.Task.AcceptedAt, delivery.At(c.now))
		for {
			place, waits := candidateOf(&t.folded.State)
			if !waits {
				break
			}
			v, refused := known[t.OrganizationID].verdict(&t.plan, place, at)
			if !refused {
				break
			}
			// Each of them takes a number or a contact out of the chain.
			t.refused = append(t.refused, v)
			t.add(c, blockedEvent(&v, t.folded.State.Current.Seq, t.last()+1))
		}
	}
	return nil
}

// add appends an entry and folds the task anew.
func (t *newTask) add(c *creating, e delivery.Event) {
	t.entries = append(t.entries, delivery.Entry{Number: t.last() + 1, ReceivedAt: delivery.At(c.now), Event: e})
	t.folded = delivery.Fold(&t.plan, delivery.State{}, t.entries, 0)
}

// refusals reads what forbids calls to anybody whom the tasks may call, by organization.
func (c *creating) refusals(ctx context.Context, tx pgx.Tx) (map[string]*refusals, error) {
	about, accepted := map[string]FactSubjects{}, delivery.At(c.now)
	for _, t := range c.fresh {
		all, one := about[t.OrganizationID], AllSubjectsOf(&t.plan.Task)
		all.ContactIDs, all.Numbers = append(all.ContactIDs, one.ContactIDs...), append(all.Numbers, one.Numbers...)
		about[t.OrganizationID] = all
		accepted = min(accepted, t.Task.AcceptedAt)
	}
	known := make(map[string]*refusals, len(about))
	for organization, subjects := range about {
		var err error
		if known[organization], err = loadRefusals(ctx, tx, organization, subjects, accepted, delivery.At(c.now)); err != nil {
			return nil, err
		}
	}
	return known, nil
}
