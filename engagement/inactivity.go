package engagement

// inactiveAt returns when silence ends the leg, and false while no such time runs.
func (l *OpenLeg) inactiveAt() (Instant, bool) {
	if l.Leg.InactivityPeriod == nil {
		return 0, false
	}
	anchor := l.Leg.StartedAt
	switch l.Leg.InactivityAnchor {
	case AnchorFirstUnansweredAgentMessage:
		// No time runs while the agent owes a reply or has not written.
		if l.UnansweredAgentAt == nil {
			return 0, false
		}
		anchor = max(anchor, *l.UnansweredAgentAt)
	default:
		if l.LastCustomerAt != nil {
			anchor = max(anchor, *l.LastCustomerAt)
		}
	}
	return anchor.Add(*l.Leg.InactivityPeriod), true
}

// returns begins a leg of the same agent where a customer writes after an inactivity end and
// nothing else has happened since; it reports whether it did.
func (f *folder) returns(e *Entry) bool {
	last := f.s.LastLeg()
	if !f.s.Returnable || last == nil || f.s.AssigneeID != last.AgentID {
		return false
	}
	group := orElse(e.GroupID, f.s.AssigneeGroupID)
	if f.settings(e.Time, f.s.Channel, group).ReturnAfterTimeout != ReturnToSameAgent {
		return false
	}
	f.begin(e, beginning{
		agentID: f.s.AssigneeID, agentType: f.s.AssigneeType, groupID: group,
		reason: StartReopened,
	})
	return true
}
