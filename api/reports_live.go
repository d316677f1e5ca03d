package api

import (
	"context"

	"engaged/analytics"
	"engaged/engagement"
)

// liveQuery lists the parameters of what is open now.
var liveQuery = []string{"agent_id", "group_id", "queue_id", "channel", "agent_type", "limit"}

// getLive is GET /v1/reports/live: what is open now.
func (s *Server) getLive(c *call) (any, error) {
	q, err := readLiveQuery(c)
	if err != nil {
		return nil, err
	}
	report, _, err := s.readLive(c.ctx(), q)
	if err != nil {
		return nil, err
	}
	return report, nil
}

// readLiveQuery reads the filters of what is open now.
func readLiveQuery(c *call) (analytics.LiveQuery, error) {
	q := queryOf(c)
	live := analytics.LiveQuery{
		Organization: c.principal.organization,
		Agents:       q.values("agent_id"), Groups: q.values("group_id"), Queues: q.values("queue_id"),
		Limit: q.limit("limit", 50, 500),
	}
	for _, name := range q.values("channel") {
		live.Channels = append(live.Channels, channelIDs(name)...)
	}
	switch kind := q.oneOf("agent_type", engagement.AgentHuman, engagement.AgentBot, "all"); kind {
	case engagement.AgentHuman, engagement.AgentBot:
		live.AgentTypes = []string{kind}
	}
	return live, q.problem()
}

// readLive returns what is open now with its names, and a mark that changes when it does.
func (s *Server) readLive(ctx context.Context, q analytics.LiveQuery) (LiveReport, string, error) {
	view, err := s.deps.Analytics.Live(ctx, q)
	if err != nil {
		return LiveReport{}, "", askProblem(err)
	}
	l := newLiveLabels(view)
	if err := l.look(ctx, s.deps.Store, q.Organization); err != nil {
		return LiveReport{}, "", err
	}
	return liveReport(view, l), view.Mark, nil
}

// liveLabels are the labels of a view, with the attributes it is counted by.
type liveLabels struct {
	*labels
	agent, group, queue, channel *analytics.Attribute
}

// newLiveLabels notes every value of the view.
func newLiveLabels(view analytics.LiveView) liveLabels {
	l := liveLabels{labels: newLabels()}
	for id, attribute := range map[string]**analytics.Attribute{
		"agent_id": &l.agent, "group_id": &l.group, "queue_id": &l.queue, "channel": &l.channel,
	} {
		*attribute, _ = analytics.AttributeByID(id)
	}
	for _, section := range []analytics.LiveSection{view.Engagements, view.Queued, view.Replies} {
		l.wantAll(l.agent, section.ByAgent)
		l.wantAll(l.group, section.ByGroup)
		l.wantAll(l.queue, section.ByQueue)
		for _, item := range section.Longest {
			l.want(l.agent, &item.AgentID)
			l.want(l.group, &item.GroupID)
			l.want(l.queue, &item.QueueID)
		}
	}
	return l
}

func (l liveLabels) wantAll(attribute *analytics.Attribute, groups analytics.LiveGroups) {
	for _, group := range groups.Groups {
		l.want(attribute, &group.Value)
	}
}
