package analytics

import "engaged/engagement"

// legAttributes say how a leg began and ended.
var legAttributes = []*Attribute{
	{
		ID: "start_reason", Name: "Start reason", Type: Enumerated, Values: reasonValues(engagement.StartReasons),
		Description: "Why the engagement began.",
	},
	{
		ID: "end_reason", Name: "End reason", Type: Enumerated, Values: reasonValues(engagement.EndReasons),
		Description: "Why the engagement ended.",
	},
	{
		ID: "ticket_status_start", Name: "Ticket status at the start", Type: Enumerated, Values: statusValues,
		Description: "The ticket's status before the changes at the start.",
	},
	{
		ID: "ticket_status_end", Name: "Ticket status at the end", Type: Enumerated, Values: statusValues,
		Description: "The ticket's status after the changes at the end.",
	},
	{
		ID: "started_in_business_hours", Name: "Started in business hours", Type: Flag,
		Description: "Whether the engagement began within the business hours of its schedule; true without a schedule.",
	},
}

var statusValues = labelled(
	engagement.StatusNew, "New", engagement.StatusOpen, "Open", engagement.StatusPending, "Pending",
	engagement.StatusHold, "On hold", engagement.StatusSolved, "Solved", engagement.StatusClosed, "Closed",
	engagement.StatusDeleted, "Deleted",
)

func reasonValues(reasons []engagement.Reason) []Labelled {
	values := make([]Labelled, 0, len(reasons))
	for _, r := range reasons {
		values = append(values, Labelled{Value: r.ID, Wire: screaming(r.ID), Label: r.Label})
	}
	return values
}

// labelled makes values from pairs of stored value and label.
func labelled(pairs ...string) []Labelled {
	var values []Labelled
	for i := 0; i+1 < len(pairs); i += 2 {
		values = append(values, Labelled{Value: pairs[i], Wire: screaming(pairs[i]), Label: pairs[i+1]})
	}
	return values
}
