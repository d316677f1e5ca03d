package dataset

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"engaged/engagement"
)

// conversationsPerMonth leaves room for the keys of a month.
const conversationsPerMonth = 1 << 28

// maker draws conversations one after the other.
type maker struct {
	*places
	random *rand.Rand
	month  *Month
	slot   *slot
	next   int64
	c      Conversation
}

// Each calls emit with every conversation of the month, roughly in the order of time. What it hands
// over is used again for the next one.
func (m *Month) Each(emit func(*Conversation) error) error {
	source := rand.NewPCG(m.seed, uint64(m.index)) //nolint:gosec // a small index
	k := &maker{places: newPlaces(), random: rand.New(source), month: m, next: int64(m.index)*conversationsPerMonth + 1}
	// A conversation may have more legs than its slot has left; the slots after it then have fewer.
	var due [2]int
	remaining := m.rows
	for i := range m.slots {
		k.slot = &m.slots[i]
		for o, organization := range []string{Main, Other} {
			due[o] += int(k.slot.quota[o])
			for due[o] > 0 {
				k.make(organization, min(remaining[o], maxLegs))
				if err := emit(&k.c); err != nil {
					return err
				}
				due[o] -= len(k.c.Legs)
				remaining[o] -= len(k.c.Legs)
			}
		}
	}
	return nil
}

// maxLegs is how many legs a conversation has at most.
const maxLegs = 4

// make draws one conversation with at most so many legs.
func (k *maker) make(organization string, legs int) {
	c, r := &k.c, k.random
	c.reset()
	queue := k.queueWeights.draw(r)
	index := k.channelWeights[queue].draw(r)
	c.Organization, c.Key, c.places, c.channel = organization, k.next, k.places, &channels[index]
	k.next++
	c.Requester = r.Int64N(k.month.pool)
	c.Contact = k.contacts[2*index+r.IntN(2)]
	c.Direction = "inbound"
	if chance(r, 0.11) {
		c.Direction = "outbound"
	}
	k.tag()
	k.play(k.slot.start+r.Int64N(slotLength.Milliseconds()), queue, legs)
	if len(c.Legs) > 0 {
		k.after()
	}
	if over := c.last() - k.month.End.UnixMilli() + 1; over > 0 {
		c.move(-over)
	}
	k.business()
}

func (k *maker) tag() {
	for n := k.random.IntN(4); n > 0; n-- {
		if tag := k.tags[k.tagWeights.draw(k.random)]; !slices.Contains(k.c.Tags, tag) {
			k.c.Tags = append(k.c.Tags, tag)
		}
	}
	slices.Sort(k.c.Tags)
}

// id draws an identity.
func (k *maker) id() (id [16]byte) {
	binary.BigEndian.PutUint64(id[:8], k.random.Uint64())
	binary.BigEndian.PutUint64(id[8:], k.random.Uint64())
	return id
}

// agent draws who takes a leg of a queue: most often one of the queue's group.
func (k *maker) agent(queue int) (agent, group int) {
	group = queue / perPlaces
	if chance(k.random, 0.125) {
		group = k.random.IntN(Groups)
	}
	return group*perGroup + k.random.IntN(perGroup-1), group
}

// play draws the legs with what leads up to them, from the instant at which the customer comes.
func (k *maker) play(at int64, queue, legs int) {
	c, r := &k.c, k.random
	reason, gap := engagement.StartRoutingAccepted, int64(none)
	queued := c.Direction == "inbound"
	if !queued {
		reason = engagement.StartManualAssignment
	}
	if queued && c.channel.bots && legs > 1 && chance(r, 0.10) {
		at = k.botLeg(at, queue)
		reason, gap = engagement.StartTransferred, 0
	}
	for {
		leg := Leg{EnteredAt: none, OfferedAt: none, Gap: gap}
		agent, group := k.agent(queue)
		if queued {
			entered := at
			if len(c.Legs) == 0 && chance(r, 0.07) {
				k.visit(entered, entered+min(lognormal(r, 60, 1), 3_600_000), queue, engagement.VisitAbandoned, none)
				return
			}
			at, leg.OfferedAt = k.offers(at, queue, agent, group)
			leg.EnteredAt = entered
			if gap != none {
				leg.Gap += at - entered
			}
			k.visit(entered, at, queue, engagement.VisitAnswered, len(c.Legs))
		}
		leg.Agent, leg.Group, leg.Queue, leg.Start, leg.StartReason = agent, group, queue, at, reason
		at = k.leg(leg)
		done := &c.Legs[len(c.Legs)-1]
		switch {
		case len(c.Legs) >= legs:
			return
		case chance(r, 0.13):
			done.EndReason, done.StatusEnd = engagement.EndTransferred, engagement.StatusOpen
			reason, gap, queued = engagement.StartTransferred, uniform(r, 0, 20), chance(r, 0.6)
			at += gap
			if queued {
				queue = k.queueWeights.draw(r)
			}
		case chance(r, 0.06):
			reason, gap, queued = engagement.StartReopened, none, false
			at += min(lognormal(r, 1800, 0.8), 7_200_000)
		default:
			return
		}
	}
}

// botLeg draws the leg of a bot that begins a conversation, and returns its end.
func (k *maker) botLeg(at int64, queue int) int64 {
	group := queue / perPlaces
	leg := k.c.addLeg()
	waits := leg.Waits
	*leg = Leg{
		ID: k.id(), Run: k.id(), Agent: group*perGroup + perGroup - 1, Group: group, Queue: queue,
		Start: at, End: at + uniform(k.random, 20, 120), StartReason: engagement.StartAssigned,
		EndReason: engagement.EndTransferred, StatusEnd: engagement.StatusOpen,
		OfferedAt: none, EnteredAt: none, Gap: none, FirstReply: 500, FirstResponse: none, Wrapup: none,
		Messages: 3, Replies: 2, Customer: 2,
	}
	leg.Waits = append(waits, Wait{Opened: at, Closed: at + 500, Answered: true})
	return leg.End
}

// visit adds a stay in a queue.
func (k *maker) visit(entered, left int64, queue int, outcome string, leg int) {
	k.c.Visits = append(k.c.Visits, Visit{ID: k.id(), Queue: queue, Entered: entered, Left: left, Outcome: outcome, Leg: leg})
}

// offers draws the failed offers of a stay in a queue and the one that is accepted, and returns when
// that happens and when it was offered.
func (k *maker) offers(entered int64, queue, agent, group int) (at, offered int64) {
	c, r := &k.c, k.random
	at = entered + min(lognormal(r, 40, 1.2), 3_600_000)
	for chance(r, 0.123) {
		other, itsGroup := k.agent(queue)
		open, outcome := uniform(r, 25, 30), engagement.OfferOutcomeTimedOut
		switch kind := r.Float64(); {
		case kind < 0.4:
			open, outcome = uniform(r, 2, 20), engagement.OfferOutcomeDeclined
		case kind < 0.45:
			open, outcome = uniform(r, 1, 20), engagement.OfferOutcomeRescinded
		}
		c.Offers = append(c.Offers, Offer{ID: k.id(), Agent: other, Group: itsGroup, Queue: queue, At: at, Resolved: at + open, Outcome: outcome, Leg: none})
		at += open
	}
	offered = at
	at += min(lognormal(r, 7, 0.7), 30_000)
	c.Offers = append(c.Offers, Offer{ID: k.id(), Agent: agent, Group: group, Queue: queue, At: offered, Resolved: at, Outcome: engagement.OfferOutcomeAccepted, Leg: len(c.Legs)})
	return at, offered
}
