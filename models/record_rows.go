package models

import (
	"strconv"
	"time"

	"engaged/engagement"
)

// provenance is where rows come from.
type provenance struct {
	workflowID, runID string
	recordedAt        time.Time
}

// engagementRow is the row of a leg that ended.
func (h head) engagementRow(l engagement.Leg, p provenance) *EngagementRow {
	ended := *l.EndedAt
	duration := int64(ended.Sub(l.StartedAt))
	row := &EngagementRow{
		ID: h.engagementID(l.Ordinal), OrganizationID: h.OrganizationID, Revision: 1,
		ConversationKey: h.key, ConversationID: h.ConversationID, Ordinal: int32(l.Ordinal),
		TicketID: l.TicketID, AgentID: l.AgentID, AgentType: l.AgentType, GroupID: l.GroupID, QueueID: l.QueueID,
		RequesterID: l.RequesterID, Channel: l.Channel, InitialChannel: l.InitialChannel,
		Direction: l.Direction, ContactPoint: l.ContactPoint, Tags: l.Tags,
		StartedAt: l.StartedAt.Time(), EndedAt: ended.Time(), StartReason: l.StartReason, EndReason: l.EndReason,
		TicketStatusStart: l.StatusStart, TicketStatusEnd: l.StatusEnd, DurationMS: duration,
		OfferedAt: timeOf(l.OfferedAt), OfferTimeMS: millisOf(l.OfferTime), QueueEnteredAt: timeOf(l.QueueEnteredAt),
		HandoffGapMS: millisOf(l.HandoffGap),
		HoldMS:       int64(l.Hold), TalkMS: duration - int64(l.Hold), WrapupMS: millisOf(l.Wrapup), HandleMS: duration,
		Expired: l.Expired, SettingsVersion: int32(l.SettingsVersion),
		InactivityPeriodMS: millisOf(l.InactivityPeriod), InactivityAnchor: l.InactivityAnchor,
		ScheduleID: l.ScheduleID, StartedInBusinessHours: l.StartedInBusinessHours, DurationBusinessMS: duration,
		FirstEntry: l.FirstEntry, LastEntry: l.LastEntry, RulesVersion: engagement.RulesVersion,
		WorkflowID: p.workflowID, RunID: p.runID, RecordedAt: p.recordedAt,
	}
	if l.QueueEnteredAt != nil {
		row.TimeToAcceptMS = new(int64(l.StartedAt.Sub(*l.QueueEnteredAt)))
	}
	if l.BusinessDuration != nil {
		row.DurationBusinessMS = int64(*l.BusinessDuration)
	}
	if l.Wrapup != nil {
		row.HandleMS += int64(*l.Wrapup)
	}
	if l.HasMessages() {
		row.addMessages(l)
	}
	return row
}

// addMessages fills in what legs on channels without messages leave null.
func (row *EngagementRow) addMessages(l engagement.Leg) {
	var answered, unanswered, longest, business, longestBusiness int64
	for _, w := range l.Waits {
		length, hours := waitLengths(w)
		if w.Answered {
			answered += length
		} else {
			unanswered += length
		}
		business += hours
		longest, longestBusiness = max(longest, length), max(longestBusiness, hours)
	}
	row.AgentMessages, row.AgentReplies = new(int32(l.AgentMessages)), new(int32(l.AgentReplies))
	row.CustomerMessages, row.Waits = new(int32(l.CustomerMessages)), new(int32(len(l.Waits)))
	row.FirstReplyAt, row.FirstReplyMS = timeOf(l.FirstReplyAt), millisOf(l.FirstReply)
	row.FirstReplyBusinessMS, row.FirstResponseMS = millisOf(l.FirstReplyBusiness), millisOf(l.FirstResponse)
	row.WaitTotalMS, row.WaitAnsweredMS, row.WaitUnansweredMS = new(answered+unanswered), &answered, &unanswered
	row.WaitLongestMS, row.WaitTotalBusinessMS, row.WaitLongestBusinessMS = &longest, &business, &longestBusiness
}

// waitLengths are a closed wait's calendar and business time in milliseconds.
func waitLengths(w engagement.Wait) (length, business int64) {
	length = int64(w.ClosedAt.Sub(w.OpenedAt))
	if w.Business == nil {
		return length, length
	}
	return length, int64(*w.Business)
}

// waitRows are the rows of a leg's waits; none on channels without messages.
func waitRows(leg *EngagementRow, l engagement.Leg) []*WaitRow {
	if !l.HasMessages() {
		return nil
	}
	rows := make([]*WaitRow, 0, len(l.Waits))
	for i, w := range l.Waits {
		length, business := waitLengths(w)
		rows = append(rows, &WaitRow{
			EngagementID: leg.ID, OrganizationID: leg.OrganizationID, Ordinal: int32(i + 1),
			ConversationKey: leg.ConversationKey, ConversationID: leg.ConversationID,
			AgentID: leg.AgentID, AgentType: leg.AgentType, GroupID: leg.GroupID, QueueID: leg.QueueID,
			Channel: leg.Channel, Direction: leg.Direction, TicketID: leg.TicketID, RequesterID: leg.RequesterID,
			ContactPoint: leg.ContactPoint, Tags: leg.Tags, StartedInBusinessHours: leg.StartedInBusinessHours,
			OpenedAt: w.OpenedAt.Time(), ClosedAt: w.ClosedAt.Time(), Answered: w.Answered,
			WaitMS: length, WaitBusinessMS: business, Expired: leg.Expired, RecordedAt: leg.RecordedAt,
		})
	}
	return rows
}

func (h head) offerRow(o engagement.Offer, p provenance) *OfferRow {
	row := &OfferRow{
		ID: h.rowID(kindOffer, strconv.Itoa(o.Ordinal)), OrganizationID: h.OrganizationID, Revision: 1,
		ConversationKey: h.key, ConversationID: h.ConversationID, Ordinal: int32(o.Ordinal), OfferID: o.OfferID,
		AgentID: o.AgentID, AgentType: o.AgentType, GroupID: o.GroupID, QueueID: o.QueueID, Channel: o.Channel,
		TicketID: o.TicketID, OfferedAt: timeOf(o.OfferedAt), ExpiresAt: timeOf(o.ExpiresAt),
		ResolvedAt: o.ResolvedAt.Time(), Outcome: o.Outcome, EngagementID: h.legID(o.LegOrdinal),
		Expired: o.Expired, RecordedAt: p.recordedAt,
	}
	if o.OfferedAt != nil {
		row.OpenMS = new(int64(o.ResolvedAt.Sub(*o.OfferedAt)))
	}
	return row
}

func (h head) visitRow(v engagement.Visit, p provenance) *VisitRow {
	return &VisitRow{
		ID: h.rowID(kindVisit, strconv.Itoa(v.Ordinal)), OrganizationID: h.OrganizationID, Revision: 1,
		ConversationKey: h.key, ConversationID: h.ConversationID, Ordinal: int32(v.Ordinal), QueueID: v.QueueID,
		Channel: v.Channel, Direction: v.Direction, TicketID: v.TicketID,
		EnteredAt: v.EnteredAt.Time(), LeftAt: v.LeftAt.Time(), Outcome: v.Outcome,
		WaitMS: int64(v.LeftAt.Sub(v.EnteredAt)), AgentID: v.AgentID, EngagementID: h.legID(v.LegOrdinal),
		Expired: v.Expired, RecordedAt: p.recordedAt,
	}
}

func (h head) ratingRow(r engagement.Rating, p provenance) *RatingRow {
	created := r.RatedAt
	if created == nil {
		created = r.RequestedAt
	}
	return &RatingRow{
		ID: h.rowID(kindRating, r.Survey), OrganizationID: h.OrganizationID, Revision: 1,
		ConversationKey: h.key, ConversationID: h.ConversationID, Survey: r.Survey,
		RequestedAt: timeOf(r.RequestedAt), RatedAt: timeOf(r.RatedAt), CreatedAt: created.Time(),
		Score: r.Score, ScaleMin: r.ScaleMin, ScaleMax: r.ScaleMax, CommentLength: int32(r.CommentLength),
		AgentID: r.AgentID, AgentType: r.AgentType, GroupID: r.GroupID, QueueID: r.QueueID,
		Channel: r.Channel, InitialChannel: r.InitialChannel, Direction: r.Direction, ContactPoint: r.ContactPoint,
		TicketID: r.TicketID, Tags: r.Tags, RecordedAt: p.recordedAt,
	}
}

func (h head) closingRow(c engagement.Closing, p provenance) *ClosingRow {
	return &ClosingRow{
		ID: h.rowID(kindClosing, strconv.Itoa(c.Ordinal)), OrganizationID: h.OrganizationID, Revision: 1,
		ConversationKey: h.key, ConversationID: h.ConversationID, Ordinal: int32(c.Ordinal),
		ClosedAt: c.ClosedAt.Time(), ClosedBy: c.ClosedBy, AgentID: c.AgentID, AgentType: c.AgentType,
		GroupID: c.GroupID, QueueID: c.QueueID, Channel: c.Channel, InitialChannel: c.InitialChannel,
		Direction: c.Direction, ContactPoint: c.ContactPoint, TicketID: c.TicketID, Tags: c.Tags, RecordedAt: p.recordedAt,
	}
}

func timeOf(i *engagement.Instant) *time.Time {
	if i == nil {
		return nil
	}
	return new(i.Time())
}

func millisOf(m *engagement.Millis) *int64 {
	if m == nil {
		return nil
	}
	return new(int64(*m))
}
