package vectors

import "engaged/engagement"

// monday is the day of the worked timelines.
const monday = "2025-03-10"

const routing = "routing_assignment_accepted"

// Timelines are the worked timelines V1 to V12 of the reference behaviour with its table of values.
func Timelines() []Vector {
	return []Vector{v1(), v2(), v3(), v4(), v6(), v8(), v10Open(), v10Expired(), v12()}
}

func v1() Vector {
	return on(monday, "V1", "messaging").customer("08:59:30").offered("A", "09:00:00").accepts("A", "09:00:06").
		says("A", "09:00:36").customer("09:01:36").says("A", "09:02:06").status("09:03:06", "solved").
		until("09:10:00", "simple, offer accepted", Leg{
			Agent: "A", Start: "09:00:06", End: "09:03:06", StartReason: routing, EndReason: "status_solved",
			StatusStart: "new", StatusEnd: "solved", Group: "sales",
			Duration: 180, Offer: Sec(6), FirstReply: Sec(30), FirstReplyBusiness: Sec(30), Messages: 2, Replies: 2, Customer: 1,
			Total: 60, Answered: 60, Longest: 30, Average: 30, AverageAnswered: Sec(30), FirstResponse: Sec(66),
		}).offers(Offer{"A", "accepted", "09:00:06", 1})
}

func v2() Vector {
	return on(monday, "V2", "messaging").customer("09:59:00").offered("A", "09:59:50").accepts("A", "10:00:00").
		says("A", "10:00:20").customer("10:01:00", "10:01:20", "10:02:00").says("A", "10:02:30", "10:02:45").
		customer("10:04:00").says("A", "10:04:10").status("10:05:00", "solved").
		until("10:10:00", "several customer messages before a reply, two agent messages in a row", Leg{
			Agent: "A", StartReason: routing, EndReason: "status_solved",
			Duration: 300, Offer: Sec(10), FirstReply: Sec(20), FirstReplyBusiness: Sec(20), Messages: 4, Replies: 3, Customer: 4,
			Total: 120, Answered: 120, Longest: 90, Average: 40, AverageAnswered: Sec(40), FirstResponse: Sec(80),
		}).offers(Offer{"A", "accepted", "10:00:00", 1})
}

func v3() Vector {
	return on(monday, "V3", "messaging").customer("10:59:50").offered("A", "11:00:00").by("A", "11:00:30", engagement.OfferTimedOut).
		offered("B", "11:00:30").by("B", "11:00:40", engagement.OfferDeclined).offered("A", "11:00:40").accepts("A", "11:00:52").
		says("A", "11:01:52").status("11:05:52", "solved").
		until("11:10:00", "several offers: only the last one to the accepting agent counts", Leg{
			Agent: "A", StartReason: routing, EndReason: "status_solved",
			Duration: 300, Offer: Sec(12), FirstReply: Sec(60), FirstReplyBusiness: Sec(60), Messages: 1, Replies: 1,
			Total: 60, Answered: 60, Longest: 60, Average: 60, AverageAnswered: Sec(60), FirstResponse: Sec(122),
		}).offers(Offer{"A", "timed_out", "11:00:30", 0}, Offer{"B", "declined", "11:00:40", 0}, Offer{"A", "accepted", "11:00:52", 1})
}

func v4() Vector {
	return on("2025-06-01", "V4", "messaging").customer("12:02:10").offered("A", "12:02:12").accepts("A", "12:02:15").status("12:03:58", "solved").
		until("12:10:00", "never answered, on a Sunday", Leg{
			Agent: "A", StartReason: routing, EndReason: "status_solved", StatusStart: "new", StatusEnd: "solved",
			Duration: 103, Offer: Sec(3), Total: 103, Unanswered: 103, Longest: 103, Average: 103, OutsideHours: true,
		}).offers(Offer{"A", "accepted", "12:02:15", 1})
}

func v6() Vector {
	return on(monday, "V6", "messaging").customer("13:59:00").offered("A", "13:59:58").accepts("A", "14:00:00").says("A", "14:00:30").
		transfer("14:03:00", engagement.Target{AgentID: "B"}).says("B", "14:03:45").status("14:04:30", "solved").
		until("14:10:00", "direct transfer, nothing pending", Leg{
			Agent: "A", StartReason: routing, EndReason: "transferred",
			Duration: 180, Offer: Sec(2), FirstReply: Sec(30), FirstReplyBusiness: Sec(30), Messages: 1, Replies: 1,
			Total: 30, Answered: 30, Longest: 30, Average: 30, AverageAnswered: Sec(30), FirstResponse: Sec(90),
		}, Leg{
			Agent: "B", Start: "14:03:00", StartReason: "transferred", EndReason: "status_solved",
			Duration: 90, FirstReply: Sec(45), FirstReplyBusiness: Sec(45), Messages: 1, Gap: Sec(0),
		}).offers(Offer{"A", "accepted", "14:00:00", 1})
}

func v8() Vector {
	return on(monday, "V8", "messaging").customer("08:59:00").offered("A", "08:59:57").accepts("A", "09:00:00").says("A", "09:00:30").
		status("09:01:00", "solved").customer("2025-03-11 10:00:00").status("2025-03-11 10:00:00", "open").
		says("A", "2025-03-11 10:00:45").status("2025-03-11 10:02:00", "solved").
		until("2025-03-11 10:10:00", "a reopening is a new assignment", Leg{
			Agent: "A", StartReason: routing, EndReason: "status_solved",
			Duration: 60, Offer: Sec(3), FirstReply: Sec(30), FirstReplyBusiness: Sec(30), Messages: 1, Replies: 1,
			Total: 30, Answered: 30, Longest: 30, Average: 30, AverageAnswered: Sec(30), FirstResponse: Sec(90),
		}, Leg{
			Agent: "A", Start: "03-11 10:00:00", StartReason: "reopened", EndReason: "status_solved", StatusStart: "solved", StatusEnd: "solved",
			Duration: 120, FirstReply: Sec(45), FirstReplyBusiness: Sec(45), Messages: 1, Replies: 1, Customer: 1,
			Total: 45, Answered: 45, Longest: 45, Average: 45, AverageAnswered: Sec(45),
		}).offers(Offer{"A", "accepted", "09:00:00", 1})
}

func v10Open() Vector {
	return on("2025-03-01", "V10-open", "email").assigned("A", "00:00:00", "manual").
		until("2025-03-14 23:00:00", "an hour short of 14 days: still open")
}

func v10Expired() Vector {
	return on("2025-03-01", "V10-expired", "email").assigned("A", "00:00:00", "manual").
		until("2025-03-15 00:00:01", "14 days and a second: expired", Leg{
			Agent: "A", Start: "00:00:00", End: "03-15 00:00:00", StartReason: "manual_assignment", EndReason: "expired",
			Duration: 14 * 86400, Expired: true, OutsideHours: true,
		})
}

func v12() Vector {
	return on(monday, "V12", "messaging").customer("15:59:30").offered("A", "15:59:55").accepts("A", "16:00:00").says("A", "16:00:20").
		customer("16:03:30").by("A", "16:04:00", engagement.AgentEnded).
		until("16:10:00", "the agent closes with a message unanswered", Leg{
			Agent: "A", StartReason: routing, EndReason: "agent_closed_conversation",
			Duration: 240, Offer: Sec(5), FirstReply: Sec(20), FirstReplyBusiness: Sec(20), Messages: 1, Replies: 1, Customer: 1,
			Total: 50, Answered: 20, Unanswered: 30, Longest: 30, Average: 50, AverageAnswered: Sec(20), FirstResponse: Sec(50),
		}).offers(Offer{"A", "accepted", "16:00:00", 1})
}
