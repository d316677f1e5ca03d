package dataset

import "engaged/engagement"

// leg draws what happens in a leg whose beginning is given, and returns its end.
func (k *maker) leg(begun Leg) int64 {
	c, r := &k.c, k.random
	l := c.addLeg()
	waits := l.Waits
	*l = begun
	l.Waits = waits
	l.ID, l.Run = k.id(), k.id()
	length := min(max(lognormal(r, c.channel.median, c.channel.sigma), 3_000), 4*3_600_000)
	l.End = l.Start + length
	l.EndReason = endReasons[c.channel.ends.draw(r)]
	l.StatusEnd = statusAfter(l.EndReason)
	l.FirstReply, l.FirstResponse, l.Wrapup = none, none, none
	if c.channel.messages {
		k.messages(l, length)
		return l.End
	}
	if chance(r, 0.25) {
		l.Hold = min(lognormal(r, 40, 0.8), length/2)
	}
	if chance(r, 0.8) {
		l.Wrapup = min(lognormal(r, 35, 0.7), 600_000)
	}
	return l.End
}

func statusAfter(reason string) string {
	switch reason {
	case engagement.EndStatusSolved:
		return engagement.StatusSolved
	case engagement.EndStatusPendingOrHold:
		return engagement.StatusPending
	}
	return engagement.StatusOpen
}

// messages draws replies and waits.
func (k *maker) messages(l *Leg, length int64) {
	c, r := &k.c, k.random
	l.Customer = 1 + int32(r.IntN(6)) //nolint:gosec // below seven
	if chance(r, 0.03) {
		l.Waits = append(l.Waits, Wait{Opened: l.Start, Closed: l.End})
		return
	}
	median, sigma := 25.0, 0.9
	if c.channel.id == "email" {
		median, sigma = 400, 1.0
	}
	l.FirstReply = min(lognormal(r, median, sigma), length*4/5)
	answered := l.Start + l.FirstReply
	l.Waits = append(l.Waits, Wait{Opened: l.Start, Closed: answered, Answered: true})
	l.Replies = 1
	if !c.answered() {
		l.FirstResponse = answered - c.began()
	}
	for _, more := range []float64{0.3, 1.0 / 3} {
		if !chance(r, more) || l.End-answered < 2_000 {
			break
		}
		w := Wait{Opened: answered + r.Int64N(l.End-answered-1_000), Answered: true}
		w.Closed = min(w.Opened+lognormal(r, median, sigma), l.End)
		if chance(r, 0.15) {
			w.Closed = l.End
		}
		w.Answered = w.Closed < l.End
		l.Waits = append(l.Waits, w)
		if !w.Answered {
			break
		}
		answered = w.Closed
		l.Replies++
	}
	l.Messages = l.Replies + int32(r.IntN(3)) //nolint:gosec // below three
}

// answered tells whether an earlier leg of a human has a reply.
func (c *Conversation) answered() bool {
	for i := range len(c.Legs) - 1 {
		if c.Legs[i].FirstReply != none && !bot(c.Legs[i].Agent) {
			return true
		}
	}
	return false
}

// began is when the customer came.
func (c *Conversation) began() int64 {
	began := c.Legs[0].Start
	if len(c.Visits) > 0 {
		began = min(began, c.Visits[0].Entered)
	}
	return began
}

// after draws the closing and the surveys of a conversation.
func (k *maker) after() {
	c, r := &k.c, k.random
	last := &c.Legs[len(c.Legs)-1]
	if chance(r, 0.70) {
		c.ClosedAt, c.ClosedBy = last.End+uniform(r, 0, 600), engagement.ClosedByAgent
		switch last.EndReason {
		case engagement.EndCustomerClosed:
			c.ClosedBy = engagement.ClosedByEndUser
		case engagement.EndInactivityTimeout, engagement.EndRemoved:
			c.ClosedBy = engagement.ClosedByUnknown
		}
	}
	for _, survey := range []struct {
		id          string
		sent        float64
		least, most int
	}{{engagement.SurveyCSAT, 0.28, 1, 5}, {engagement.SurveyNPS, 0.06, 0, 10}} {
		if !chance(r, survey.sent) {
			continue
		}
		rating := Rating{ID: k.id(), Survey: survey.id, Requested: last.End + 60_000, Rated: none, ScaleMin: float64(survey.least), ScaleMax: float64(survey.most)}
		if chance(r, 0.38) {
			rating.Rated = rating.Requested + min(lognormal(r, 300, 1), 36_000_000)
			// the better of two draws: people are more often content than not
			rating.Score = float64(survey.least + max(r.IntN(survey.most-survey.least+1), r.IntN(survey.most-survey.least+1)))
			if chance(r, 0.2) {
				rating.Comment = int32(10 + r.IntN(400)) //nolint:gosec // a short comment
			}
		}
		c.Ratings = append(c.Ratings, rating)
	}
}

const (
	dayMillis  = 24 * 3_600_000
	openMillis = 8 * 3_600_000
	shutMillis = 18 * 3_600_000
)

// business fills in business time: Monday to Friday, 8 to 18 by the zone's wall clock.
func (k *maker) business() {
	for i := range k.c.Legs {
		l := &k.c.Legs[i]
		l.InHours = k.within(l.Start, l.Start+1) == 1
		l.Business = k.within(l.Start, l.End)
		l.FirstReplyBusiness = none
		if l.FirstReply != none {
			l.FirstReplyBusiness = k.within(l.Start, l.Start+l.FirstReply)
		}
		for j := range l.Waits {
			l.Waits[j].Business = k.within(l.Waits[j].Opened, l.Waits[j].Closed)
		}
	}
}

// within is the business time between two instants, by the offset of the conversation's beginning.
func (k *maker) within(from, to int64) int64 {
	from, to = from+k.slot.offset, to+k.slot.offset
	total := int64(0)
	for day := from / dayMillis; day*dayMillis < to; day++ {
		if weekday := (day + 4) % 7; weekday == 0 || weekday == 6 {
			continue
		}
		total += max(0, min(to, day*dayMillis+shutMillis)-max(from, day*dayMillis+openMillis))
	}
	return total
}
