package dataset

func (e *Encoder) waits(c *Conversation, l *Leg) {
	if !c.channel.messages {
		return
	}
	for i := range l.Waits {
		w, one := e.begin(waits), &l.Waits[i]
		w.uuid(&l.ID)
		w.text(c.Organization)
		w.int4(int32(i + 1)) //nolint:gosec // at most three
		w.int8(c.Key)
		w.named("conv-", c.Key)
		c.agent(w, l.Agent, l.Group)
		w.text(c.places.queues[l.Queue])
		w.text(c.channel.id)
		w.text(c.Direction)
		w.named("ticket-", c.Key)
		w.named("req-", c.Requester)
		w.text(c.Contact)
		w.texts(c.Tags)
		w.bool(l.InHours)
		w.instant(one.Opened)
		w.instant(one.Closed)
		w.bool(one.Answered)
		w.int8(one.Closed - one.Opened)
		w.int8(one.Business)
		w.bool(false)
		w.instant(recorded(l.End))
	}
}

func (e *Encoder) offer(c *Conversation, i int) {
	w, o := e.begin(offers), &c.Offers[i]
	c.identity(w, &o.ID)
	w.int4(int32(i + 1)) //nolint:gosec // few
	c.agent(w, o.Agent, o.Group)
	w.text(c.places.queues[o.Queue])
	w.text(c.channel.id)
	w.named("ticket-", c.Key)
	w.instant(o.At)
	w.instant(o.At + 30_000)
	w.instant(o.Resolved)
	w.text(o.Outcome)
	w.int8(o.Resolved - o.At)
	c.legID(w, o.Leg)
	w.bool(false)
	w.instant(recorded(o.Resolved))
}

func (e *Encoder) visit(c *Conversation, i int) {
	w, v := e.begin(visits), &c.Visits[i]
	c.identity(w, &v.ID)
	w.int4(int32(i + 1)) //nolint:gosec // few
	w.text(c.places.queues[v.Queue])
	w.text(c.channel.id)
	w.text(c.Direction)
	w.named("ticket-", c.Key)
	w.instant(v.Entered)
	w.instant(v.Left)
	w.text(v.Outcome)
	w.int8(v.Left - v.Entered)
	if v.Leg == none {
		w.text("")
	} else {
		w.text(c.places.agents[c.Legs[v.Leg].Agent])
	}
	c.legID(w, v.Leg)
	w.bool(false)
	w.instant(recorded(v.Left))
}

func (e *Encoder) rating(c *Conversation, r *Rating) {
	w, l := e.begin(ratings), &c.Legs[len(c.Legs)-1]
	c.identity(w, &r.ID)
	w.text(r.Survey)
	w.instant(r.Requested)
	w.instant(r.Rated)
	if r.Rated == none {
		w.instant(r.Requested)
		w.null()
	} else {
		w.instant(r.Rated)
		w.float8(r.Score)
	}
	w.float8(r.ScaleMin)
	w.float8(r.ScaleMax)
	w.int4(r.Comment)
	c.tail(w, l)
	w.instant(recorded(max(r.Requested, r.Rated)))
}

// tail appends what ratings and closings take over from the last leg.
func (c *Conversation) tail(w *row, l *Leg) {
	c.agent(w, l.Agent, l.Group)
	w.text(c.places.queues[l.Queue])
	w.text(c.channel.id)
	w.text(c.channel.id)
	w.text(c.Direction)
	w.text(c.Contact)
	w.named("ticket-", c.Key)
	w.texts(c.Tags)
}

func (e *Encoder) closing(c *Conversation) {
	w, l := e.begin(closings), &c.Legs[len(c.Legs)-1]
	// Its own id only has to differ from the leg's.
	id := l.ID
	id[0] ^= 0xff
	c.identity(w, &id)
	w.int4(1)
	w.instant(c.ClosedAt)
	w.text(c.ClosedBy)
	c.tail(w, l)
	w.instant(recorded(c.ClosedAt))
}
