package vectors

import "engaged/engagement"

// Streams are the streams to get right of the rules' section 12.
func Streams() []Vector {
	return []Vector{chat(), email(), voice(), supervisor()}
}

func chat() Vector {
	return on(monday, "S-chat", "messaging").customer("10:00:00").offered("A", "10:00:10").accepts("A", "10:00:15").says("A", "10:00:40").
		transfer("10:03:00", engagement.Target{GroupID: "tier2"}).offered("B", "10:03:20").accepts("B", "10:03:26").status("10:05:00", "solved").
		until("10:20:00", "chat handed to a group and accepted there", Leg{
			Agent: "A", StartReason: routing, EndReason: "transferred", Group: "sales",
			Duration: 165, Offer: Sec(5), FirstReply: Sec(25), FirstReplyBusiness: Sec(25), Messages: 1, Replies: 1,
			Total: 25, Answered: 25, Longest: 25, Average: 25, AverageAnswered: Sec(25), FirstResponse: Sec(40),
		}, Leg{
			Agent: "B", StartReason: routing, EndReason: "status_solved", Group: "tier2", Duration: 94, Offer: Sec(6), Gap: Sec(26),
		}).offers(Offer{"A", "accepted", "10:00:15", 1}, Offer{"B", "accepted", "10:03:26", 2})
}

func email() Vector {
	return on(monday, "S-email", "email").assigned("A", "09:30:00", "manual").says("A", "10:00:00").status("10:00:00", "pending").
		customer("2025-03-11 08:00:00").status("2025-03-11 08:00:00", "open").says("A", "2025-03-11 09:00:00").status("2025-03-11 09:01:00", "solved").
		until("2025-03-11 12:00:00", "email: reply and pending, reopened by the customer before hours", Leg{
			Agent: "A", StartReason: "manual_assignment", EndReason: "status_pending_or_hold", StatusStart: "new", StatusEnd: "pending",
			Duration: 1800, FirstReply: Sec(1800), FirstReplyBusiness: Sec(1800), Messages: 1,
		}, Leg{
			Agent: "A", Start: "03-11 08:00:00", StartReason: "reopened", EndReason: "status_solved", StatusStart: "pending", StatusEnd: "solved",
			Duration: 3660, FirstReply: Sec(3600), FirstReplyBusiness: Sec(0), Messages: 1, Replies: 1, Customer: 1,
			Total: 3600, Answered: 3600, Longest: 3600, Average: 3600, AverageAnswered: Sec(3600), FirstResponse: Sec(3600), OutsideHours: true,
		})
}

func voice() Vector {
	return on(monday, "S-voice", "voice").queue("10:00:00", "calls", engagement.QueueEntered, "").offered("A", "10:00:20").accepts("A", "10:00:25").
		by("A", "10:02:00", engagement.HoldStarted).by("A", "10:02:40", engagement.HoldEnded).closed("10:05:00", "end_user").
		by("A", "10:05:00", engagement.WrapupStarted).by("A", "10:05:45", engagement.WrapupEnded).
		until("10:20:00", "a call with hold and wrap-up", Leg{
			Agent: "A", StartReason: routing, EndReason: "customer_closed_conversation", Queue: "calls",
			Duration: 275, Offer: Sec(5), Hold: 40, Wrapup: Sec(45),
		}).offers(Offer{"A", "accepted", "10:00:25", 1}).visits(Visit{"calls", "answered", "10:00:00", "10:00:25", 1}).
		closings(Closing{"end_user", "", "10:05:00"})
}

func supervisor() Vector {
	return on(monday, "S-supervisor", "messaging").offered("A", "10:00:00").accepts("A", "10:00:05").
		assigned("B", "10:02:05", "manual").status("10:03:05", "solved").
		until("10:20:00", "a supervisor assigns B while A's leg is open",
			Leg{Agent: "A", StartReason: routing, EndReason: "transferred", Duration: 120, Offer: Sec(5)},
			Leg{Agent: "B", StartReason: "manual_assignment", EndReason: "status_solved", Duration: 60, Gap: Sec(0)},
		).offers(Offer{"A", "accepted", "10:00:05", 1})
}
