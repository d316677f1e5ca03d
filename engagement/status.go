package engagement

// statusChanged applies status.changed.
func (f *folder) statusChanged(e *Entry) Outcome {
	before, status := f.status(), e.Data.Status
	if e.Data.PreviousStatus != "" {
		before = e.Data.PreviousStatus
		f.correctStatusBefore(e)
	}
	f.moment.statusSeen = true
	f.s.Status, f.s.Returnable = status, false
	switch status {
	case StatusNew, StatusOpen:
		f.opened(e.Time)
		if f.s.Leg == nil && status == StatusOpen && paused(before) && f.s.AssigneeID != "" {
			f.reopen(e)
		}
	case StatusPending, StatusHold:
		f.endByStatus(e, EndStatusPendingOrHold)
	case StatusDeleted:
		f.endByStatus(e, EndRemoved)
		f.settleRest(e)
	default:
		f.endByStatus(e, EndStatusSolved)
		if f.closesOnSolved(e) {
			f.close(e, solvedBy(e))
		}
		f.settleRest(e)
	}
	for _, leg := range f.justEnded() {
		leg.StatusEnd = status
	}
	return applied
}

// correctStatusBefore takes the sender's word for the status before the instant's changes, also for
// a leg that has begun at this instant already.
func (f *folder) correctStatusBefore(e *Entry) {
	if f.moment.statusSeen {
		return
	}
	f.moment.statusBefore = e.Data.PreviousStatus
	if f.s.Leg != nil && f.s.Leg.Leg.StartedAt == e.Time {
		f.s.Leg.Leg.StatusStart = e.Data.PreviousStatus
	}
}

// reopen begins a leg of the assignee, whoever changed the status.
func (f *folder) reopen(e *Entry) {
	f.begin(e, beginning{
		agentID:   f.s.AssigneeID,
		agentType: f.s.AssigneeType,
		groupID:   orElse(e.GroupID, f.s.AssigneeGroupID),
		channel:   e.Channel,
		reason:    StartReopened,
	})
}

func (f *folder) endByStatus(e *Entry, reason string) {
	if f.s.Leg != nil {
		f.end(e.Time, reason)
	}
}

// settleRest closes what a conversation that is over leaves open.
func (f *folder) settleRest(e *Entry) {
	f.rescindOffers(e.Time)
	f.endVisit(e.Time, VisitClosed)
}
