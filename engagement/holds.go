package engagement

// hold applies hold.started and hold.ended.
func (f *folder) hold(e *Entry) Outcome {
	switch leg := f.s.Leg; {
	case leg == nil:
		return noLeg("")
	case !f.holds(e.AgentID):
		return noLeg(ReasonOtherAgent)
	case e.Type == HoldStarted && leg.HoldSince == nil:
		leg.HoldSince = new(e.Time)
	case e.Type == HoldEnded && leg.HoldSince == nil:
		return noLeg(ReasonNotFound)
	case e.Type == HoldEnded:
		leg.Leg.Hold += max(0, e.Time.Sub(*leg.HoldSince))
		leg.HoldSince = nil
	}
	return applied
}
