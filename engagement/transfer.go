package engagement

// transferred applies conversation.transferred.
func (f *folder) transferred(e *Entry) Outcome {
	to := e.Data.To
	if to == nil {
		return noLeg(ReasonNotFound)
	}
	if to.AgentID != "" && f.holds(to.AgentID) {
		return applied
	}
	if to.AgentID != "" && e.Data.Mode != modeOffer {
		f.endVisit(e.Time, VisitFlowedOut)
		f.begin(e, beginning{
			agentID:   to.AgentID,
			agentType: agentType(e),
			groupID:   f.transferGroup(e),
			channel:   e.Channel,
			reason:    StartTransferred,
		})
		return applied
	}
	if f.s.Leg != nil {
		f.end(e.Time, EndTransferred)
	}
	f.unassign()
	f.s.Returnable = false
	f.s.TransferGroupID = to.GroupID
	if f.s.Visit == nil || f.s.Visit.Visit.QueueID != to.QueueID {
		f.endVisit(e.Time, VisitFlowedOut)
	}
	if to.QueueID != "" {
		f.enterQueue(e, to.QueueID)
	}
	return applied
}

// transferGroup returns the group of the leg that a direct transfer begins. The event's own group
// counts only if it is not that of the agent who transfers.
func (f *folder) transferGroup(e *Entry) string {
	own := e.GroupID
	if e.AgentID != "" && e.AgentID != e.Data.To.AgentID {
		own = ""
	}
	return orElse(own, e.Data.To.GroupID, e.AgentGroupID)
}
