package api

import (
	"engaged/analytics"
	"engaged/engagement"
)

// LiveReport is what is open at one instant. Ages are in seconds.
type LiveReport struct {
	// AsOf is the instant to which ages are counted.
	AsOf engagement.Instant `json:"as_of"`
	// Engagements are the open legs, aged since their start.
	Engagements LiveReportSection `json:"engagements"`
	// Queued are conversations that wait in a queue without a leg, aged since they entered it.
	Queued LiveReportSection `json:"queued"`
	// Replies are open legs whose customer wrote last and waits, aged since that message.
	Replies LiveReportSection `json:"replies"`
}

// LiveReportSection is one kind of open thing.
type LiveReportSection struct {
	// LiveAges are those of all of them.
	LiveAges
	// ByAgent, ByGroup, ByQueue and ByChannel count them by their values, the largest first; agents
	// and groups are missing from what waits in a queue.
	ByAgent   *LiveGroups `json:"by_agent,omitempty"`
	ByGroup   *LiveGroups `json:"by_group,omitempty"`
	ByQueue   LiveGroups  `json:"by_queue"`
	ByChannel LiveGroups  `json:"by_channel"`
	// Longest are the oldest, oldest first.
	Longest []LiveItem `json:"longest"`
}

// LiveAges says how many there are and how old; the ages are null where there are none.
type LiveAges struct {
	Count       int64               `json:"count"`
	OldestSince *engagement.Instant `json:"oldest_since"`
	Oldest      *float64            `json:"oldest_seconds"`
	Median      *float64            `json:"median_seconds"`
	P90         *float64            `json:"p90_seconds"`
	P95         *float64            `json:"p95_seconds"`
}

// LiveGroups are counts by value: the largest groups, and how many there are.
type LiveGroups struct {
	Total  int64       `json:"total"`
	Groups []LiveGroup `json:"groups"`
}

// LiveGroup counts what shares a value; a null value is that of rows without one.
type LiveGroup struct {
	GroupValue
	LiveAges
}

// LiveItem is one open thing.
type LiveItem struct {
	ConversationID string `json:"conversation_id"`
	// EngagementID is null for what waits in a queue, and so are agent and group.
	EngagementID *string            `json:"engagement_id"`
	Agent        GroupValue         `json:"agent"`
	Group        GroupValue         `json:"group"`
	Queue        GroupValue         `json:"queue"`
	Channel      GroupValue         `json:"channel"`
	Since        engagement.Instant `json:"since"`
	Age          float64            `json:"age_seconds"`
	OpenOffers   int64              `json:"open_offers"`
}

// liveReport writes a view in the terms of the wire.
func liveReport(view analytics.LiveView, l liveLabels) LiveReport {
	queued := liveSection(view.Queued, l)
	queued.ByAgent, queued.ByGroup = nil, nil
	return LiveReport{
		AsOf:        engagement.At(view.At),
		Engagements: liveSection(view.Engagements, l), Queued: queued, Replies: liveSection(view.Replies, l),
	}
}

func liveSection(s analytics.LiveSection, l liveLabels) LiveReportSection {
	section := LiveReportSection{
		LiveAges: liveAges(s.Total),
		ByAgent:  new(liveGroups(s.ByAgent, l.agent, l)), ByGroup: new(liveGroups(s.ByGroup, l.group, l)),
		ByQueue: liveGroups(s.ByQueue, l.queue, l), ByChannel: liveGroups(s.ByChannel, l.channel, l),
		Longest: []LiveItem{},
	}
	for _, item := range s.Longest {
		shown := LiveItem{
			ConversationID: item.ConversationID,
			Agent:          l.of(l.agent, &item.AgentID), Group: l.of(l.group, &item.GroupID),
			Queue: l.of(l.queue, &item.QueueID), Channel: l.of(l.channel, &item.Channel),
			Since: engagement.At(item.Since), Age: item.Age, OpenOffers: item.OpenOffers,
		}
		if id, err := engagement.ParseID(item.EngagementID); err == nil {
			shown.EngagementID = new(id.String())
		}
		section.Longest = append(section.Longest, shown)
	}
	return section
}

func liveGroups(groups analytics.LiveGroups, attribute *analytics.Attribute, l liveLabels) LiveGroups {
	shown := LiveGroups{Total: groups.Total, Groups: []LiveGroup{}}
	for _, group := range groups.Groups {
		shown.Groups = append(shown.Groups, LiveGroup{l.of(attribute, &group.Value), liveAges(group.LiveAges)})
	}
	return shown
}

func liveAges(ages analytics.LiveAges) LiveAges {
	if ages.Count == 0 {
		return LiveAges{}
	}
	return LiveAges{
		Count: ages.Count, OldestSince: instant(ages.OldestSince),
		Oldest: &ages.Oldest, Median: &ages.Median, P90: &ages.P90, P95: &ages.P95,
	}
}
