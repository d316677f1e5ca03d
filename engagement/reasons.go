package engagement

import "strings"

// Why a leg began: the canonical ids.
const (
	StartRoutingAccepted  = "routing_assignment_accepted"
	StartAssigned         = "assigned"
	StartManualAssignment = "manual_assignment"
	StartReopened         = "reopened"
	StartTransferred      = "transferred"
	StartUnknown          = "unknown"
)

// Why a leg ended: the canonical ids.
const (
	EndInactivityTimeout     = "inactivity_timeout"
	EndAgentClosed           = "agent_closed_conversation"
	EndCustomerClosed        = "customer_closed_conversation"
	EndTransferred           = "transferred"
	EndStatusPendingOrHold   = "status_pending_or_hold"
	EndStatusSolved          = "status_solved"
	EndRemoved               = "removed"
	EndExpired               = "expired"
	EndUnknown               = "unknown"
	unknownRemoveDisplayName = "Unknown Remove"
)

// Reason is one entry of the tables of start and end reasons.
type Reason struct {
	// ID is the canonical id.
	ID string
	// Label is what people read.
	Label string
	// Wire is the display string of the compatible engagements wire.
	Wire string
}

// StartReasons and EndReasons are the tables, in the order in which documentation lists them.
var (
	StartReasons = []Reason{
		{StartRoutingAccepted, "Routing assignment accepted", "Accepted"},
		{StartAssigned, "Assigned", "Assigned"},
		{StartManualAssignment, "Manual assignment", "Manual Assigned"},
		{StartReopened, "Reopened", "Reopened"},
		{StartTransferred, "Transferred", "Assigned Transfer"},
		{StartUnknown, "Unknown", "Unknown Add"},
	}
	EndReasons = []Reason{
		{EndInactivityTimeout, "Inactivity timeout", "Inactivity Timeout"},
		{EndAgentClosed, "Agent closed conversation", "Agent Ended"},
		{EndTransferred, "Transferred", "Manual Reassignment"},
		{EndStatusPendingOrHold, "Ticket status updated - Pending/On Hold", "Work Item On Hold"},
		{EndStatusSolved, "Ticket status updated - Solved", "Work Item Solved"},
		{EndRemoved, "Removed", "Removed"},
		{EndUnknown, "Unknown", unknownRemoveDisplayName},
		{EndCustomerClosed, "Customer closed conversation", unknownRemoveDisplayName},
		{EndExpired, "Expired", unknownRemoveDisplayName},
	}
)

// StartReason returns the table's entry for any form of a start reason: id, label, wire string or
// the reference's SNAKE_CASE, in any case. ok is false for anything else.
func StartReason(name string) (Reason, bool) { return findReason(StartReasons, name) }

// EndReason is StartReason for end reasons. A wire string that several share means the first.
func EndReason(name string) (Reason, bool) { return findReason(EndReasons, name) }

func findReason(table []Reason, name string) (Reason, bool) {
	for _, r := range table {
		for _, form := range []string{r.ID, r.Label, r.Wire} {
			if sameWords(form, name) {
				return r, true
			}
		}
	}
	return Reason{}, false
}

// sameWords compares names in any case, with blanks or underscores between their words.
func sameWords(a, b string) bool {
	return strings.EqualFold(strings.ReplaceAll(a, "_", " "), strings.ReplaceAll(b, "_", " "))
}

// StatusWire returns a ticket status as the compatible engagements wire prints it.
func StatusWire(status string) string { return strings.ToUpper(status) }

// ClosedByWire returns who closed a conversation as the compatible analytics wire prints it.
func ClosedByWire(closedBy string) string {
	switch closedBy {
	case ClosedByAgent:
		return "Agent"
	case ClosedByEndUser:
		return "Enduser"
	default:
		return "Unknown"
	}
}
