package dataset

import (
	"fmt"

	"engaged/engagement"
)

// The sizes of the contact centre.
const (
	Queues    = 20
	Agents    = 200
	Groups    = 10
	Tags      = 60
	perGroup  = Agents / Groups
	perPlaces = Queues / Groups
)

// channel is one of the five with how it is used.
type channel struct {
	id string
	// share is of conversations
	share float64
	// median and sigma are of a leg's length, in seconds
	median, sigma float64
	messages      bool
	// bots tells that a bot may begin
	bots bool
	// inactivity is the period after which silence ends a leg, in milliseconds; 0: never
	inactivity int64
	ends       weighted
}

// Order of the end reasons below.
var endReasons = []string{
	engagement.EndAgentClosed, engagement.EndCustomerClosed, engagement.EndStatusSolved,
	engagement.EndStatusPendingOrHold, engagement.EndInactivityTimeout, engagement.EndRemoved,
}

var channels = []channel{
	{id: "messaging", share: 28, median: 900, sigma: 1.0, messages: true, bots: true, inactivity: 600_000, ends: newWeighted([]float64{20, 6, 36, 10, 27, 1})},
	{id: "voice", share: 26, median: 280, sigma: 0.8, ends: newWeighted([]float64{48, 34, 14, 3, 0, 1})},
	{id: "chat", share: 22, median: 540, sigma: 0.8, messages: true, bots: true, inactivity: 600_000, ends: newWeighted([]float64{30, 14, 28, 5, 22, 1})},
	{id: "email", share: 18, median: 700, sigma: 1.1, messages: true, ends: newWeighted([]float64{8, 0, 55, 35, 0, 2})},
	{id: "sms", share: 6, median: 800, sigma: 1.0, messages: true, inactivity: 600_000, ends: newWeighted([]float64{20, 8, 30, 8, 33, 1})},
}

// places holds what the rows name, as text that is made once.
type places struct {
	queues, groups, agents, tags, contacts []string
	queueWeights                           weighted
	channelWeights                         [Queues]weighted
	tagWeights                             weighted
}

func newPlaces() *places {
	p := &places{}
	var queues, tags []float64
	for i := range Queues {
		p.queues = append(p.queues, fmt.Sprintf("queue-%02d", i+1))
		queues = append(queues, 1/float64(i+3))
		var shares []float64
		for c := range channels {
			share := channels[c].share
			if c == i%len(channels) {
				share *= 3
			}
			shares = append(shares, share)
		}
		p.channelWeights[i] = newWeighted(shares)
	}
	for i := range Groups {
		p.groups = append(p.groups, fmt.Sprintf("group-%02d", i+1))
	}
	for i := range Agents {
		p.agents = append(p.agents, fmt.Sprintf("agent-%03d", i+1))
	}
	for i := range Tags {
		p.tags = append(p.tags, fmt.Sprintf("topic-%02d", i+1))
		tags = append(tags, 1/float64(i+4))
	}
	for _, c := range channels {
		p.contacts = append(p.contacts, c.id+"@main", c.id+"@shop")
	}
	p.queueWeights, p.tagWeights = newWeighted(queues), newWeighted(tags)
	return p
}

// bot tells whether an agent is one: the last of each group.
func bot(agent int) bool { return agent%perGroup == perGroup-1 }

// Entry is what the directory calls a queue, a group, an agent or a tag.
type Entry struct {
	// Kind, ID and Name are the directory's; Type and Group are an agent's.
	Kind, ID, Name, Type, Group string
}

// Directory lists the names of one organization.
func Directory() []Entry {
	p := newPlaces()
	var all []Entry
	for i, id := range p.queues {
		all = append(all, Entry{Kind: "queue", ID: id, Name: fmt.Sprintf("Queue %d", i+1)})
	}
	for i, id := range p.groups {
		all = append(all, Entry{Kind: "group", ID: id, Name: fmt.Sprintf("Group %d", i+1)})
	}
	for i, id := range p.agents {
		kind := engagement.AgentHuman
		if bot(i) {
			kind = engagement.AgentBot
		}
		all = append(all, Entry{Kind: "agent", ID: id, Name: fmt.Sprintf("Agent %d", i+1), Type: kind, Group: p.groups[i/perGroup]})
	}
	for i, id := range p.tags {
		all = append(all, Entry{Kind: "tag", ID: id, Name: fmt.Sprintf("Topic %d", i+1)})
	}
	return all
}
