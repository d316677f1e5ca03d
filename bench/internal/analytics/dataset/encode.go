package dataset

import "engaged/engagement"

// Encoder appends conversations to one buffer for each table.
type Encoder struct {
	rows [6]row
	// Counts are the rows appended so far, by table.
	Counts [6]int64
}

// Len is how many bytes wait for a table.
func (e *Encoder) Len(table int) int { return len(e.rows[table].b) }

// Take returns what waits for a table and goes on in the memory of another buffer.
func (e *Encoder) Take(table int, next []byte) []byte {
	taken := e.rows[table].b
	e.rows[table].b = next[:0]
	return taken
}

// settle is how long after its end a leg is recorded, in milliseconds.
const settle = 2_000

// recorded is when the conversation's rows of a run that ended at an instant were written.
func recorded(at int64) int64 { return at + settle }

// begin starts a row of a table.
func (e *Encoder) begin(table int) *row {
	w := &e.rows[table]
	w.begin(len(Tables[table].Columns))
	e.Counts[table]++
	return w
}

// Append encodes the rows of a conversation.
func (e *Encoder) Append(c *Conversation) {
	for i := range c.Legs {
		e.leg(c, i)
		e.waits(c, &c.Legs[i])
	}
	for i := range c.Offers {
		e.offer(c, i)
	}
	for i := range c.Visits {
		e.visit(c, i)
	}
	for i := range c.Ratings {
		e.rating(c, &c.Ratings[i])
	}
	if c.ClosedAt != none {
		e.closing(c)
	}
}

// identity appends what most rows begin with.
func (c *Conversation) identity(w *row, id *[16]byte) {
	w.uuid(id)
	w.text(c.Organization)
	w.int4(1)
	w.int8(c.Key)
	w.named("conv-", c.Key)
}

// agent appends an agent with type and group.
func (c *Conversation) agent(w *row, agent, group int) {
	w.text(c.places.agents[agent])
	if bot(agent) {
		w.text(engagement.AgentBot)
	} else {
		w.text(engagement.AgentHuman)
	}
	w.text(c.places.groups[group])
}

// optional appends the id of a leg.
func (c *Conversation) legID(w *row, leg int) {
	if leg == none {
		w.null()
		return
	}
	w.uuid(&c.Legs[leg].ID)
}

// sums of a leg's waits.
type sums struct{ total, answered, longest, business, longestBusiness int64 }

func (l *Leg) sums() (s sums) {
	for _, w := range l.Waits {
		length := w.Closed - w.Opened
		s.total += length
		if w.Answered {
			s.answered += length
		}
		s.longest = max(s.longest, length)
		s.business += w.Business
		s.longestBusiness = max(s.longestBusiness, w.Business)
	}
	return s
}

func (e *Encoder) leg(c *Conversation, i int) {
	w, l := e.begin(engagements), &c.Legs[i]
	c.identity(w, &l.ID)
	w.int4(int32(i + 1)) //nolint:gosec // at most four
	w.named("ticket-", c.Key)
	c.agent(w, l.Agent, l.Group)
	w.text(c.places.queues[l.Queue])
	w.named("req-", c.Requester)
	w.text(c.channel.id)
	w.text(c.channel.id)
	w.text(c.Direction)
	w.text(c.Contact)
	w.texts(c.Tags)
	w.instant(l.Start)
	w.instant(l.End)
	w.text(l.StartReason)
	w.text(l.EndReason)
	w.text(engagement.StatusOpen)
	w.text(l.StatusEnd)
	w.int8(l.End - l.Start)
	since := func(at int64) {
		w.instant(at)
		if at == none {
			w.null()
		} else {
			w.int8(l.Start - at)
		}
	}
	since(l.OfferedAt)
	since(l.EnteredAt)
	w.optional(l.Gap)
	e.messages(c, l)
	w.int8(l.Hold)
	w.int8(l.End - l.Start - l.Hold)
	w.optional(l.Wrapup)
	w.int8(l.End - l.Start + max(l.Wrapup, 0))
	w.bool(false)
	e.rest(c, l)
}

// messages appends what a leg has on channels with messages alone.
func (e *Encoder) messages(c *Conversation, l *Leg) {
	w := &e.rows[engagements]
	if !c.channel.messages {
		for range 11 {
			w.null()
		}
		return
	}
	w.int4(l.Messages)
	w.int4(l.Replies)
	w.int4(l.Customer)
	if l.FirstReply == none {
		w.null()
	} else {
		w.instant(l.Start + l.FirstReply)
	}
	w.optional(l.FirstReply)
	w.optional(l.FirstResponse)
	s := l.sums()
	w.int4(int32(len(l.Waits))) //nolint:gosec // at most three
	w.int8(s.total)
	w.int8(s.answered)
	w.int8(s.total - s.answered)
	w.int8(s.longest)
}

// rest appends a leg's settings, business time and provenance.
func (e *Encoder) rest(c *Conversation, l *Leg) {
	w := &e.rows[engagements]
	w.int4(1)
	if c.channel.inactivity == 0 {
		w.null()
		w.text("")
	} else {
		w.int8(c.channel.inactivity)
		w.text("last_end_user_message")
	}
	w.text("office")
	w.bool(l.InHours)
	w.int8(l.Business)
	w.optional(l.FirstReplyBusiness)
	if s := l.sums(); c.channel.messages {
		w.int8(s.business)
		w.int8(s.longestBusiness)
	} else {
		w.null()
		w.null()
	}
	w.int8(1)
	w.int8(12)
	w.int4(1)
	if c.Organization == Main {
		w.named("engagement/"+Main+"/conv-", c.Key)
	} else {
		w.named("engagement/"+Other+"/conv-", c.Key)
	}
	w.uuidText(&l.Run)
	w.instant(recorded(l.End))
}
