package dataset

// Conversation is what one conversation left behind. Instants are Unix milliseconds, lengths
// milliseconds; none is a negative number.
type Conversation struct {
	// Organization is Main or Other.
	Organization string
	// Key numbers the conversation; its ids are made of it.
	Key int64
	// Requester numbers the customer.
	Requester int64
	// Direction is inbound or outbound.
	Direction string
	// Contact is the address that was contacted.
	Contact string
	// Tags is a sorted set.
	Tags []string
	// Legs, Offers, Visits and Ratings are in the order of time.
	Legs    []Leg
	Offers  []Offer
	Visits  []Visit
	Ratings []Rating
	// ClosedAt is when it was closed; none if it was not. By whom is of the last leg's end.
	ClosedAt int64
	// ClosedBy is agent, end_user or unknown.
	ClosedBy string

	channel *channel
	places  *places
}

// none stands for what is not there.
const none = -1

// Leg is an engagement.
type Leg struct {
	ID                     [16]byte
	Agent, Group, Queue    int
	Start, End             int64
	StartReason, EndReason string
	StatusEnd              string
	OfferedAt, EnteredAt   int64
	Gap                    int64
	FirstReply             int64
	FirstResponse          int64
	Messages, Replies      int32
	Customer               int32
	Waits                  []Wait
	Hold, Wrapup           int64
	InHours                bool
	Business               int64
	FirstReplyBusiness     int64
	Run                    [16]byte
}

// Wait is a requester wait of a leg.
type Wait struct {
	Opened, Closed, Business int64
	Answered                 bool
}

// Offer is a resolved offer.
type Offer struct {
	ID                  [16]byte
	Agent, Group, Queue int
	At, Resolved        int64
	Outcome             string
	// Leg is the index of the leg that it began; none without one.
	Leg int
}

// Visit is a stay in a queue.
type Visit struct {
	ID            [16]byte
	Queue         int
	Entered, Left int64
	Outcome       string
	// Leg is the index of the leg that answered it; none without one.
	Leg int
}

// Rating is a survey, answered or not.
type Rating struct {
	ID                 [16]byte
	Survey             string
	Requested, Rated   int64
	Score              float64
	ScaleMin, ScaleMax float64
	Comment            int32
}

// reset empties the conversation and keeps its memory.
func (c *Conversation) reset() {
	c.Tags, c.Offers, c.Visits, c.Ratings = c.Tags[:0], c.Offers[:0], c.Visits[:0], c.Ratings[:0]
	c.Legs = c.Legs[:0]
	c.ClosedAt, c.ClosedBy = none, ""
}

// addLeg appends a leg that takes over the memory of one of an earlier conversation.
func (c *Conversation) addLeg() *Leg {
	if len(c.Legs) < cap(c.Legs) {
		c.Legs = c.Legs[:len(c.Legs)+1]
	} else {
		c.Legs = append(c.Legs, Leg{})
	}
	leg := &c.Legs[len(c.Legs)-1]
	*leg = Leg{Waits: leg.Waits[:0]}
	return leg
}

// last is the last instant of the conversation.
func (c *Conversation) last() int64 {
	last := c.ClosedAt
	for i := range c.Legs {
		last = max(last, c.Legs[i].End)
	}
	for i := range c.Visits {
		last = max(last, c.Visits[i].Left)
	}
	for i := range c.Ratings {
		last = max(last, c.Ratings[i].Requested, c.Ratings[i].Rated)
	}
	return last
}

// move shifts every instant by the same time.
func (c *Conversation) move(by int64) {
	shift := func(at *int64) {
		if *at != none {
			*at += by
		}
	}
	shift(&c.ClosedAt)
	for i := range c.Legs {
		l := &c.Legs[i]
		for _, at := range []*int64{&l.Start, &l.End, &l.OfferedAt, &l.EnteredAt} {
			shift(at)
		}
		for j := range l.Waits {
			shift(&l.Waits[j].Opened)
			shift(&l.Waits[j].Closed)
		}
	}
	for i := range c.Offers {
		shift(&c.Offers[i].At)
		shift(&c.Offers[i].Resolved)
	}
	for i := range c.Visits {
		shift(&c.Visits[i].Entered)
		shift(&c.Visits[i].Left)
	}
	for i := range c.Ratings {
		shift(&c.Ratings[i].Requested)
		shift(&c.Ratings[i].Rated)
	}
}
