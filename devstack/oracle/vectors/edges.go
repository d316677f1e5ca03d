package vectors

import "engaged/engagement"

// Edges are conversations worked out by hand for single sentences of the rules.
func Edges() []Vector {
	return []Vector{
		silence(), lastSecond(), silenceAnchored(), owesReply(), comesBack(), comesBackElsewhere(),
		broadcast(), reassigned(), overOffer(), expires(), assignedOffer(),
		abandoned(), flows(), fourteenDaysSharp(), sameInstant(), carriedWait(), finalReply(),
		holdAtEnd(), wrapupForgotten(), wrapupAtEnd(), offerOutlives(), wrapupLater(), rates(), retagged(), closesOnce(), closesOnSolved(),
		switches(), botFirst(), foreign(), nobodyHome(),
	}
}

// All are the vectors of every kind.
func All() []Vector {
	return append(append(Timelines(), Streams()...), Edges()...)
}

func silence() Vector {
	return on(monday, "E-silence", "messaging").assigned("A", "10:00:00", "assigned").customer("10:01:00").says("A", "10:02:00").
		until("11:00:00", "ten minutes after the customer's last message", Leg{
			Agent: "A", End: "10:11:00", StartReason: "assigned", EndReason: "inactivity_timeout",
			Duration: 660, FirstReply: Sec(120), FirstReplyBusiness: Sec(120), Messages: 1, Replies: 1, Customer: 1,
			Total: 60, Answered: 60, Longest: 60, Average: 60, AverageAnswered: Sec(60), FirstResponse: Sec(60),
		})
}

func lastSecond() Vector {
	return on(monday, "E-last-second", "sms").assigned("A", "10:00:00", "assigned").customer("10:10:00").
		until("11:00:00", "a customer who writes exactly at the deadline is in time; silence also runs while they wait", Leg{
			Agent: "A", End: "10:20:00", StartReason: "assigned", EndReason: "inactivity_timeout",
			Duration: 1200, Customer: 1, Total: 600, Unanswered: 600, Longest: 600, Average: 600,
		})
}

func silenceAnchored() Vector {
	return on(monday, "E-anchored", "anchored").assigned("A", "10:00:00", "assigned").customer("10:01:00").says("A", "10:05:00", "10:06:00").
		until("11:00:00", "the other anchor: ten minutes from the first unanswered agent message", Leg{
			Agent: "A", End: "10:15:00", StartReason: "assigned", EndReason: "inactivity_timeout",
			Duration: 900, FirstReply: Sec(300), FirstReplyBusiness: Sec(300), Messages: 2, Replies: 1, Customer: 1,
			Total: 240, Answered: 240, Longest: 240, Average: 240, AverageAnswered: Sec(240), FirstResponse: Sec(240),
		})
}

func owesReply() Vector {
	return on(monday, "E-owes", "anchored").assigned("A", "10:00:00", "assigned").says("A", "10:01:00").customer("10:09:00").
		by("A", "11:00:00", engagement.AgentEnded).
		until("12:00:00", "the other anchor: no timer while the agent owes a reply", Leg{
			Agent: "A", StartReason: "assigned", EndReason: "agent_closed_conversation",
			Duration: 3600, FirstReply: Sec(60), FirstReplyBusiness: Sec(60), Messages: 1, Customer: 1,
			Total: 3060, Unanswered: 3060, Longest: 3060, Average: 3060,
		})
}

func comesBack() Vector {
	return on(monday, "E-comes-back", "chat").assigned("A", "10:00:00", "assigned").customer("10:30:00").status("10:31:00", "solved").
		until("11:00:00", "a customer who writes after the silence goes back to the same agent", Leg{
			Agent: "A", End: "10:10:00", StartReason: "assigned", EndReason: "inactivity_timeout", Duration: 600,
		}, Leg{
			Agent: "A", Start: "10:30:00", StartReason: "reopened", EndReason: "status_solved",
			Duration: 60, Customer: 1, Total: 60, Unanswered: 60, Longest: 60, Average: 60,
		})
}

func comesBackElsewhere() Vector {
	return on(monday, "E-elsewhere", "chat").assigned("A", "10:00:00", "assigned").queue("10:20:00", "chats", engagement.QueueEntered, "").
		customer("10:30:00").queue("10:40:00", "chats", engagement.QueueLeft, "overflowed").
		until("11:00:00", "a queue since the silence: the message begins nothing", Leg{
			Agent: "A", StartReason: "assigned", EndReason: "inactivity_timeout", Duration: 600,
		}).visits(Visit{"chats", "overflowed", "10:20:00", "10:40:00", 0})
}

func broadcast() Vector {
	return on(monday, "E-broadcast", "messaging").offered("A", "10:00:00").offered("B", "10:00:00").offered("C", "10:00:01").
		accepts("B", "10:00:05").accepts("A", "10:00:06").by("C", "10:00:07", engagement.OfferDeclined).status("10:05:05", "solved").
		until("11:00:00", "the earliest acceptance wins, later answers are superseded", Leg{
			Agent: "B", StartReason: routing, EndReason: "status_solved", Duration: 300, Offer: Sec(5),
		}).offers(Offer{"A", "rescinded", "10:00:05", 0}, Offer{"B", "accepted", "10:00:05", 1}, Offer{"C", "rescinded", "10:00:05", 0})
}

func reassigned() Vector {
	return on(monday, "E-reassigned", "messaging").offered("A", "10:00:00").accepts("A", "10:00:05").offered("B", "10:02:00").accepts("B", "10:02:05").
		status("10:03:05", "hold").
		until("11:00:00", "an offer made during the leg and accepted moves the conversation",
			Leg{Agent: "A", StartReason: routing, EndReason: "transferred", Duration: 120, Offer: Sec(5)},
			Leg{Agent: "B", StartReason: routing, EndReason: "status_pending_or_hold", Duration: 60, Offer: Sec(5), Gap: Sec(0)},
		).offers(Offer{"A", "accepted", "10:00:05", 1}, Offer{"B", "accepted", "10:02:05", 2})
}

func overOffer() Vector {
	return on(monday, "E-over", "messaging").offered("A", "10:00:00").by("A", "10:00:30", engagement.OfferTimedOut).accepts("A", "10:00:31").
		status("10:01:31", "solved").
		until("11:00:00", "an accepted event is a fact: it begins a leg although its offer is over", Leg{
			Agent: "A", StartReason: routing, EndReason: "status_solved", Duration: 60, Offer: Sec(31),
		}).offers(Offer{"A", "accepted", "10:00:31", 1})
}

func expires() Vector {
	s := on(monday, "E-expires", "messaging")
	at := s.at("10:00:30")
	return s.add("10:00:00", engagement.OfferCreated, func(e *engagement.Event) { e.AgentID, e.Data.ExpiresAt = "A", &at }).
		add("10:00:05", engagement.OfferCreated, func(e *engagement.Event) { e.AgentID, e.Data.ExpiresAt = "B", &at }).
		accepts("B", "10:00:30").status("10:01:30", "solved").
		until("11:00:00", "the engine times out at expires_at; an acceptance at that very instant is in time", Leg{
			Agent: "B", StartReason: routing, EndReason: "status_solved", Duration: 60, Offer: Sec(25),
		}).offers(Offer{"A", "rescinded", "10:00:30", 0}, Offer{"B", "accepted", "10:00:30", 1})
}

func assignedOffer() Vector {
	return on(monday, "E-assigned-offer", "messaging").offered("A", "10:00:00").assigned("A", "10:00:04", "").closed("10:01:04", "unknown").
		until("11:00:00", "an assignment to an agent with an open offer accepts it", Leg{
			Agent: "A", StartReason: routing, EndReason: "unknown", Duration: 60, Offer: Sec(4),
		}).offers(Offer{"A", "accepted", "10:00:04", 1}).closings(Closing{"unknown", "", "10:01:04"})
}

func abandoned() Vector {
	return on(monday, "E-abandoned", "voice").queue("10:00:00", "calls", engagement.QueueEntered, "").offered("A", "10:00:10").closed("10:01:00", "end_user").
		until("11:00:00", "the caller hangs up while waiting").offers(Offer{"A", "rescinded", "10:01:00", 0}).
		visits(Visit{"calls", "abandoned", "10:00:00", "10:01:00", 0}).closings(Closing{"end_user", "", "10:01:00"})
}

func flows() Vector {
	return on(monday, "E-flows", "messaging").queue("10:00:00", "q1", engagement.QueueEntered, "").queue("10:01:00", "q1", engagement.QueueEntered, "").
		queue("10:02:00", "q2", engagement.QueueEntered, "").assigned("A", "10:03:00", "routing").
		transfer("10:04:00", engagement.Target{QueueID: "q3"}).queue("10:04:00", "q3", engagement.QueueEntered, "").assigned("C", "10:05:00", "routing").
		by("C", "10:06:00", engagement.AgentUnassigned).
		until("11:00:00", "from queue to queue, a queue as target of a transfer",
			Leg{Agent: "A", StartReason: routing, EndReason: "transferred", Queue: "q2", Duration: 60},
			Leg{Agent: "C", StartReason: routing, EndReason: "removed", Queue: "q3", Duration: 60, Gap: Sec(60)},
		).visits(Visit{"q1", "flowed_out", "10:00:00", "10:02:00", 0}, Visit{"q2", "answered", "10:02:00", "10:03:00", 1}, Visit{"q3", "answered", "10:04:00", "10:05:00", 2})
}

func fourteenDaysSharp() Vector {
	return on("2025-03-01", "E-14-days", "email").assigned("A", "00:00:00", "manual").by("A", "2025-03-15 00:00:00", engagement.AgentEnded).
		until("2025-03-15 00:00:01", "exactly 14 days is not longer than 14 days", Leg{
			Agent: "A", End: "03-15 00:00:00", StartReason: "manual_assignment", EndReason: "agent_closed_conversation", Duration: 14 * 86400, OutsideHours: true,
		})
}

func sameInstant() Vector {
	return on(monday, "E-instant", "messaging").assigned("A", "10:00:00", "assigned").customer("10:01:00").
		transfer("10:02:00", engagement.Target{AgentID: "B"}).customer("10:02:00").says("B", "10:02:30").status("10:03:00", "pending").
		until("11:00:00", "a message at the end of one leg and the start of the next belongs to the first", Leg{
			Agent: "A", StartReason: "assigned", EndReason: "transferred",
			Duration: 120, Customer: 2, Total: 60, Unanswered: 60, Longest: 60, Average: 60,
		}, Leg{
			Agent: "B", StartReason: "transferred", EndReason: "status_pending_or_hold", Gap: Sec(0),
			Duration: 60, FirstReply: Sec(30), FirstReplyBusiness: Sec(30), Messages: 1, Replies: 1,
			Total: 30, Answered: 30, Longest: 30, Average: 30, AverageAnswered: Sec(30), FirstResponse: Sec(90),
		})
}

func carriedWait() Vector {
	return on(monday, "E-carried", "messaging").customer("10:00:00").assigned("A", "10:01:00", "assigned").
		transfer("10:02:00", engagement.Target{GroupID: "care"}).assigned("C", "10:03:00", "").says("C", "10:03:20").by("C", "10:04:00", engagement.ConversationRemoved).
		until("11:00:00", "a wait open at the end is counted there and opens again in the next leg", Leg{
			Agent: "A", StartReason: "assigned", EndReason: "transferred", Duration: 60, Total: 60, Unanswered: 60, Longest: 60, Average: 60,
		}, Leg{
			Agent: "C", StartReason: "transferred", EndReason: "removed", Group: "care", Gap: Sec(60),
			Duration: 60, FirstReply: Sec(20), FirstReplyBusiness: Sec(20), Messages: 1, Replies: 1,
			Total: 20, Answered: 20, Longest: 20, Average: 20, AverageAnswered: Sec(20), FirstResponse: Sec(200),
		})
}

func finalReply() Vector {
	return on(monday, "E-final", "messaging").customer("10:00:00").assigned("A", "10:01:00", "assigned").
		status("10:02:00", "solved").says("A", "10:02:00").
		until("11:00:00", "a final reply sent together with solve counts", Leg{
			Agent: "A", StartReason: "assigned", EndReason: "status_solved",
			Duration: 60, FirstReply: Sec(60), FirstReplyBusiness: Sec(60), Messages: 1, Replies: 1,
			Total: 60, Answered: 60, Longest: 60, Average: 60, AverageAnswered: Sec(60), FirstResponse: Sec(120),
		})
}
