package vectors

import "engaged/engagement"

func holdAtEnd() Vector {
	return on(monday, "E-hold", "voice").accepts("A", "10:00:00").by("A", "10:01:00", engagement.HoldStarted).by("B", "10:01:10", engagement.HoldEnded).
		closed("10:02:00", "agent").
		until("11:00:00", "a hold open at the end is closed there; another agent's hold is none", Leg{
			Agent: "A", StartReason: routing, EndReason: "agent_closed_conversation", Duration: 120, Hold: 60,
		}).offers(Offer{"A", "accepted", "10:00:00", 1}).closings(Closing{"agent", "A", "10:02:00"})
}

func wrapupForgotten() Vector {
	return on(monday, "E-wrapup", "voice").accepts("A", "10:00:00").closed("10:02:00", "end_user").by("A", "10:02:10", engagement.WrapupStarted).
		until("11:00:00", "a wrap-up left open is closed after ten minutes", Leg{
			Agent: "A", StartReason: routing, EndReason: "customer_closed_conversation", Duration: 120, Wrapup: Sec(600),
		}).offers(Offer{"A", "accepted", "10:00:00", 1}).closings(Closing{"end_user", "", "10:02:00"})
}

func wrapupAtEnd() Vector {
	return on(monday, "E-wrapup-at-end", "voice").accepts("A", "10:00:00").closed("10:02:00", "end_user").by("A", "10:02:00", engagement.WrapupStarted).
		until("11:00:00", "a wrap-up that begins with the end of contact and is forgotten", Leg{
			Agent: "A", StartReason: routing, EndReason: "customer_closed_conversation", Duration: 120, Wrapup: Sec(600),
		}).offers(Offer{"A", "accepted", "10:00:00", 1}).closings(Closing{"end_user", "", "10:02:00"})
}

func offerOutlives() Vector {
	s := on(monday, "E-outlives", "voice")
	at := s.at("10:10:00")
	return s.accepts("A", "10:00:00").add("10:01:00", engagement.OfferCreated, func(e *engagement.Event) { e.AgentID, e.Data.ExpiresAt = "B", &at }).
		by("A", "10:02:00", engagement.AgentEnded).
		until("11:00:00", "an offer made during a leg outlives it and times out", Leg{
			Agent: "A", StartReason: routing, EndReason: "agent_closed_conversation", Duration: 120,
		}).offers(Offer{"A", "accepted", "10:00:00", 1}, Offer{"B", "timed_out", "10:10:00", 0})
}

func wrapupLater() Vector {
	return on(monday, "E-wrapup-later", "voice").accepts("A", "10:00:00").transfer("10:02:00", engagement.Target{AgentID: "B"}).
		by("A", "10:03:00", engagement.WrapupEnded).closed("10:04:00", "end_user").
		until("11:00:00", "wrap-up belongs to that agent's last leg, also while another runs; without a start it runs from the end",
			Leg{Agent: "A", StartReason: routing, EndReason: "transferred", Duration: 120, Wrapup: Sec(60)},
			Leg{Agent: "B", StartReason: "transferred", EndReason: "customer_closed_conversation", Duration: 120, Gap: Sec(0)},
		).offers(Offer{"A", "accepted", "10:00:00", 1}).closings(Closing{"end_user", "", "10:04:00"})
}

func rates() Vector {
	five, nine := 5.0, 9.0
	return on(monday, "E-rates", "messaging").assigned("A", "10:00:00", "assigned").status("10:01:00", "solved").
		add("10:02:00", engagement.RatingRequested, nil).rated("10:03:00", "", 2).rated("10:04:00", "csat", five).rated("10:05:00", "nps", nine).
		until("11:00:00", "a second rating of one survey replaces the first", Leg{
			Agent: "A", StartReason: "assigned", EndReason: "status_solved", Duration: 60,
		}).ratings(Rating{"csat", "A", &five}, Rating{"nps", "A", &nine})
}

func retagged() Vector {
	return on(monday, "E-tags", "messaging").tagged("09:59:00", []string{"vip", "new"}, nil).assigned("A", "10:00:00", "assigned").
		tagged("10:00:30", []string{"billing"}, []string{"new"}).status("10:01:00", "solved").
		tagged("2025-03-11 10:01:00", []string{"reviewed"}, []string{"vip"}).tagged("2025-03-11 10:01:00.001", []string{"too-late"}, nil).
		until("2025-03-12 11:00:00", "tags at the end, and what changes within 24 hours", Leg{
			Agent: "A", StartReason: "assigned", EndReason: "status_solved", Duration: 60, Tags: []string{"billing", "reviewed"},
		})
}

func closesOnce() Vector {
	return on(monday, "E-once", "messaging").assigned("A", "10:00:00", "assigned").closed("10:01:00", "agent").closed("10:02:00", "end_user").
		assigned("B", "10:03:00", "manual").closed("10:04:00", "end_user").
		until("11:00:00", "closed once, until a leg follows",
			Leg{Agent: "A", StartReason: "assigned", EndReason: "agent_closed_conversation", Duration: 60},
			Leg{Agent: "B", StartReason: "manual_assignment", EndReason: "customer_closed_conversation", Duration: 60},
		).closings(Closing{"agent", "A", "10:01:00"}, Closing{"end_user", "", "10:04:00"})
}

func closesOnSolved() Vector {
	v := on(monday, "E-solved", "messaging").assigned("C", "10:00:00", "assigned").status("10:01:00", "solved").closed("10:02:00", "end_user").
		until("11:00:00", "with close_on_solved the solving closes", Leg{
			Agent: "C", StartReason: "assigned", EndReason: "status_solved", Group: "care", Duration: 60,
		})
	return v.closings(Closing{"unknown", "", "10:01:00"})
}

func switches() Vector {
	call := func(e *engagement.Event) { e.AgentID, e.Channel, e.Data.Reason = "A", "voice", "routing" }
	return on(monday, "E-switches", "messaging").assigned("A", "10:00:00", "assigned").
		add("10:01:00", engagement.CustomerMessage, func(e *engagement.Event) { e.Channel = "email" }).
		assigned("A", "10:02:00", "assigned").add("10:03:00", engagement.AgentAssigned, call).
		add("10:04:00", engagement.AgentEnded, func(e *engagement.Event) { e.Channel = "voice" }).
		until("11:00:00", "messages on another channel accrue; an assignment on another channel begins a leg, without waits where there are no messages", Leg{
			Agent: "A", StartReason: "assigned", EndReason: "transferred",
			Duration: 180, Customer: 1, Total: 120, Unanswered: 120, Longest: 120, Average: 120,
		}, Leg{
			Agent: "A", StartReason: routing, EndReason: "agent_closed_conversation", Gap: Sec(0),
			Duration: 60,
		})
}

func botFirst() Vector {
	return on(monday, "E-bot", "messaging").customer("10:00:00").assigned("bot", "10:00:01", "assigned").says("bot", "10:00:02").customer("10:00:30").
		transfer("10:01:00", engagement.Target{AgentID: "A"}).says("A", "10:01:20").status("10:02:00", "solved").
		until("11:00:00", "a bot's own leg counts its messages; the first response is a person's", Leg{
			Agent: "bot", StartReason: "assigned", EndReason: "transferred",
			Duration: 59, FirstReply: Sec(1), FirstReplyBusiness: Sec(1), Messages: 1, Replies: 1, Customer: 1,
			Total: 31, Answered: 1, Unanswered: 30, Longest: 30, Average: 31, AverageAnswered: Sec(1),
		}, Leg{
			Agent: "A", StartReason: "transferred", EndReason: "status_solved", Gap: Sec(0),
			Duration: 60, FirstReply: Sec(20), FirstReplyBusiness: Sec(20), Messages: 1, Replies: 1,
			Total: 20, Answered: 20, Longest: 20, Average: 20, AverageAnswered: Sec(20), FirstResponse: Sec(80),
		})
}

func foreign() Vector {
	note := func(e *engagement.Event) { e.AgentID, e.Data.Visibility = "A", "internal" }
	automatic := func(e *engagement.Event) { e.AgentID, e.Data.Automatic = "A", true }
	return on(monday, "E-foreign", "messaging").customer("10:00:00").assigned("A", "10:01:00", "assigned").
		says("B", "10:01:10").add("10:01:20", engagement.AgentMessage, note).add("10:01:30", engagement.AgentMessage, automatic).
		by("B", "10:01:40", engagement.AgentEnded).by("B", "10:01:50", engagement.AgentUnassigned).by("A", "10:02:00", engagement.AgentEnded).
		until("11:00:00", "notes, automatic messages and other agents answer and end nothing", Leg{
			Agent: "A", StartReason: "assigned", EndReason: "agent_closed_conversation", Duration: 60, Total: 60, Unanswered: 60, Longest: 60, Average: 60,
		})
}

func nobodyHome() Vector {
	return on(monday, "E-nobody", "messaging").customer("10:00:00").says("B", "10:00:30").assigned("A", "10:01:00", "assigned").by("A", "10:02:00", engagement.AgentEnded).
		until("11:00:00", "a message while no leg is open counts nowhere but answers the pending message", Leg{
			Agent: "A", StartReason: "assigned", EndReason: "agent_closed_conversation", Duration: 60,
		})
}
