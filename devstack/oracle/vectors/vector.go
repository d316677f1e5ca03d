package vectors

import (
	"fmt"
	"time"

	"engaged/devstack/oracle"
	"engaged/engagement"
)

// Vector is one conversation and what must come of it.
type Vector struct {
	// Name is also the conversation's id.
	Name string
	// Story says in words what happens.
	Story string
	// Conversation is what goes in, its events in order.
	Conversation oracle.Conversation
	// Legs, Offers, Visits, Ratings and Closings are all that comes out, by ordinal.
	Legs     []Leg
	Offers   []Offer
	Visits   []Visit
	Ratings  []Rating
	Closings []Closing
}

// Leg holds the expected values of one leg. Durations are whole seconds; nil is null.
type Leg struct {
	Agent                  string
	Start, End             string
	StartReason, EndReason string
	StatusStart, StatusEnd string
	Queue, Group           string
	Duration               int64
	// Offer and FirstReply are ours: null without an offer or a reply.
	Offer, FirstReply, FirstReplyBusiness *int64
	// Messages, Replies and Customer count the agent's messages and replies and the customer's
	// messages.
	Messages, Replies, Customer int64
	// Total, Answered, Unanswered and Longest are of the requester waits.
	Total, Answered, Unanswered, Longest int64
	// Average is total by replies, at least 1; AverageAnswered is null without a reply.
	Average         int64
	AverageAnswered *int64
	Gap             *int64
	FirstResponse   *int64
	Hold            int64
	Wrapup          *int64
	Tags            []string
	Expired         bool
	// OutsideHours tells that the leg did not begin in business hours.
	OutsideHours bool
}

// Offer is an expected offer: who, what became of it and when, and the leg it began.
type Offer struct {
	Agent, Outcome, At string
	Leg                int
}

// Visit is an expected queue visit.
type Visit struct {
	Queue, Outcome, Entered, Left string
	Leg                           int
}

// Rating is an expected rating.
type Rating struct {
	Survey, Agent string
	Score         *float64
}

// Closing is an expected closing.
type Closing struct{ By, Agent, At string }

// Check compares records with what the vector expects and lists the differences.
func (v Vector) Check(got oracle.Records) []string {
	c := checker{zero: v.Conversation.Events[0].Time.Time()}
	c.equal("number of legs", len(v.Legs), len(got.Legs))
	for i := range min(len(v.Legs), len(got.Legs)) {
		c.leg(fmt.Sprintf("leg %d", i+1), v.Legs[i], got.Legs[i])
	}
	c.equal("number of offers", len(v.Offers), len(got.Offers))
	for i := range min(len(v.Offers), len(got.Offers)) {
		o := got.Offers[i]
		c.equal(fmt.Sprintf("offer %d", i+1), v.Offers[i], Offer{o.AgentID, o.Outcome, c.clock(*o.ResolvedAt), o.LegOrdinal})
	}
	c.equal("number of visits", len(v.Visits), len(got.Visits))
	for i := range min(len(v.Visits), len(got.Visits)) {
		q := got.Visits[i]
		c.equal(fmt.Sprintf("visit %d", i+1), v.Visits[i], Visit{q.QueueID, q.Outcome, c.clock(q.EnteredAt), c.clock(*q.LeftAt), q.LegOrdinal})
	}
	c.equal("number of ratings", len(v.Ratings), len(got.Ratings))
	for i := range min(len(v.Ratings), len(got.Ratings)) {
		want, r := v.Ratings[i], got.Ratings[i]
		c.equal(fmt.Sprintf("rating %d", i+1), want.Survey+" "+want.Agent, r.Survey+" "+r.AgentID)
		c.equal(fmt.Sprintf("rating %d score", i+1), show(want.Score), show(r.Score))
	}
	c.equal("number of closings", len(v.Closings), len(got.Closings))
	for i := range min(len(v.Closings), len(got.Closings)) {
		k := got.Closings[i]
		c.equal(fmt.Sprintf("closing %d", i+1), v.Closings[i], Closing{k.ClosedBy, k.AgentID, c.clock(k.ClosedAt)})
	}
	return c.differences
}

type checker struct {
	zero        time.Time
	differences []string
}

// clock prints an instant as the vectors do: time of day, with the day where it is not the first.
func (c *checker) clock(at engagement.Instant) string {
	t := at.Time()
	if t.Format(time.DateOnly) == c.zero.Format(time.DateOnly) {
		return t.Format("15:04:05.999")
	}
	return t.Format("01-02 15:04:05.999")
}

func (c *checker) equal(what string, want, got any) {
	if fmt.Sprint(want) != fmt.Sprint(got) {
		c.differences = append(c.differences, fmt.Sprintf("%s: want %v, got %v", what, want, got))
	}
}

func (c *checker) leg(name string, want Leg, got engagement.Leg) {
	text := func(what, want, got string) {
		if want != "" {
			c.equal(name+" "+what, want, got)
		}
	}
	number := func(what string, want, got any) { c.equal(name+" "+what, show(want), show(got)) }
	c.equal(name+" agent", want.Agent, got.AgentID)
	text("start", want.Start, c.clock(got.StartedAt))
	text("end", want.End, c.clock(*got.EndedAt))
	c.equal(name+" start reason", want.StartReason, got.StartReason)
	c.equal(name+" end reason", want.EndReason, got.EndReason)
	text("status at start", want.StatusStart, got.StatusStart)
	text("status at end", want.StatusEnd, got.StatusEnd)
	text("queue", want.Queue, got.QueueID)
	text("group", want.Group, got.GroupID)
	number("duration", want.Duration, got.EndedAt.Sub(got.StartedAt).Seconds())
	number("offer time", want.Offer, seconds(got.OfferTime))
	number("first reply", want.FirstReply, seconds(got.FirstReply))
	number("first reply business", want.FirstReplyBusiness, seconds(got.FirstReplyBusiness))
	number("agent messages", want.Messages, got.AgentMessages)
	number("replies", want.Replies, got.AgentReplies)
	number("customer messages", want.Customer, got.CustomerMessages)
	c.waits(name, want, got)
	number("handoff gap", want.Gap, seconds(got.HandoffGap))
	number("first response", want.FirstResponse, seconds(got.FirstResponse))
	number("hold", want.Hold, got.Hold.Seconds())
	number("wrap-up", want.Wrapup, seconds(got.Wrapup))
	c.equal(name+" tags", want.Tags, got.Tags)
	c.equal(name+" expired", want.Expired, got.Expired)
	c.equal(name+" started in hours", !want.OutsideHours, got.StartedInBusinessHours)
}

func (c *checker) waits(name string, want Leg, got engagement.Leg) {
	var total, answered, longest engagement.Millis
	for _, w := range got.Waits {
		took := w.ClosedAt.Sub(w.OpenedAt)
		total, longest = total+took, max(longest, took)
		if w.Answered {
			answered += took
		}
	}
	c.equal(name+" total wait", want.Total, total.Seconds())
	c.equal(name+" answered wait", want.Answered, answered.Seconds())
	c.equal(name+" unanswered wait", want.Unanswered, (total - answered).Seconds())
	c.equal(name+" longest wait", want.Longest, longest.Seconds())
	c.equal(name+" average wait", want.Average, total.Seconds()/int64(max(1, got.AgentReplies)))
	var average *int64
	if got.AgentReplies > 0 {
		average = Sec(answered.Seconds() / int64(got.AgentReplies))
	}
	c.equal(name+" average answered wait", show(want.AverageAnswered), show(average))
}

func seconds(m *engagement.Millis) *int64 {
	if m == nil {
		return nil
	}
	return Sec(m.Seconds())
}

// Sec is a number of seconds that could also be null.
func Sec(s int64) *int64 { return &s }

func show(v any) string {
	switch p := v.(type) {
	case *int64:
		if p == nil {
			return "null"
		}
		return fmt.Sprint(*p)
	case *float64:
		if p == nil {
			return "null"
		}
		return fmt.Sprint(*p)
	default:
		return fmt.Sprint(v)
	}
}
