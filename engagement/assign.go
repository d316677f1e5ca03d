package engagement

// agentAssigned applies agent.assigned.
func (f *folder) agentAssigned(e *Entry) Outcome {
	if f.holds(e.AgentID) && !f.namesOtherChannel(e) {
		return applied
	}
	routed := e.Data.Reason == assignRouting || e.Data.Reason == ""
	if i := f.openOffer(e); i >= 0 && routed {
		f.accept(e, i)
		return applied
	}
	f.begin(e, beginning{
		agentID:   e.AgentID,
		agentType: agentType(e),
		groupID:   orElse(e.GroupID, f.s.TransferGroupID, e.AgentGroupID),
		channel:   e.Channel,
		reason:    f.assignmentReason(e),
	})
	return applied
}

// assignmentReason returns the start reason of an assignment that accepts no offer.
func (f *folder) assignmentReason(e *Entry) string {
	switch e.Data.Reason {
	case assignRouting:
		return StartRoutingAccepted
	case assignAssigned:
		return StartAssigned
	case assignManual:
		return StartManualAssignment
	case assignReopened:
		return StartReopened
	case assignTransferred:
		return StartTransferred
	}
	last := f.s.LastLeg()
	switch {
	case f.s.Leg != nil, last != nil && last.EndReason == EndTransferred:
		return StartTransferred
	case paused(f.moment.statusBefore):
		return StartReopened
	default:
		return StartUnknown
	}
}
