package api

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"engaged/engagement"
	"engaged/models"
)

// The states of an engagement.
const (
	stateOpen  = "open"
	stateEnded = "ended"
)

// endedEngagement shows a record.
func endedEngagement(row models.EngagementRow) Engagement {
	e := Engagement{
		ID: wireEngagementID(row.ID), State: stateEnded,
		ConversationID: row.ConversationID, Ordinal: int(row.Ordinal), TicketID: row.TicketID,
		AgentID: row.AgentID, AgentType: row.AgentType,
		GroupID: orNull(row.GroupID), QueueID: orNull(row.QueueID), RequesterID: orNull(row.RequesterID),
		Channel: orNull(row.Channel), InitialChannel: orNull(row.InitialChannel),
		Direction: orNull(row.Direction), ContactPoint: orNull(row.ContactPoint), Tags: orEmpty(row.Tags),
		StartedAt: engagement.At(row.StartedAt), EndedAt: new(engagement.At(row.EndedAt)),
		StartReason: row.StartReason, EndReason: &row.EndReason,
		StatusStart: row.TicketStatusStart, StatusEnd: &row.TicketStatusEnd,
		Duration: millis(&row.DurationMS), OfferedAt: instant(row.OfferedAt), OfferTime: millis(row.OfferTimeMS),
		QueueEnteredAt: instant(row.QueueEnteredAt), TimeToAccept: millis(row.TimeToAcceptMS), HandoffGap: millis(row.HandoffGapMS),
		AgentMessages: count(row.AgentMessages), AgentReplies: count(row.AgentReplies), CustomerMessages: count(row.CustomerMessages),
		FirstReplyAt: instant(row.FirstReplyAt), FirstReply: millis(row.FirstReplyMS), FirstResponse: millis(row.FirstResponseMS),
		Waits: count(row.Waits), WaitTotal: millis(row.WaitTotalMS), WaitAnswered: millis(row.WaitAnsweredMS),
		WaitUnanswered: millis(row.WaitUnansweredMS), WaitLongest: millis(row.WaitLongestMS),
		Hold: millis(&row.HoldMS), Talk: millis(&row.TalkMS), Wrapup: millis(row.WrapupMS), Handle: millis(&row.HandleMS),
		Expired: row.Expired, ScheduleID: orNull(row.ScheduleID), StartedInBusinessHours: row.StartedInBusinessHours,
		DurationBusiness: millis(&row.DurationBusinessMS), FirstReplyBusiness: millis(row.FirstReplyBusinessMS),
		WaitTotalBusiness: millis(row.WaitTotalBusinessMS), WaitLongestBusiness: millis(row.WaitLongestBusinessMS),
		InactivityPeriod: millis(row.InactivityPeriodMS), InactivityAnchor: orNull(row.InactivityAnchor),
		SettingsVersion: int(row.SettingsVersion),
		Provenance: &Provenance{
			Revision: int(row.Revision), FirstEntry: row.FirstEntry, LastEntry: row.LastEntry,
			RulesVersion: int(row.RulesVersion), WorkflowID: row.WorkflowID, RunID: row.RunID, RecordedAt: engagement.At(row.RecordedAt),
		},
	}
	e.averageAnswered()
	return e
}

// wireEngagementID shows the id of a row as 32 upper-case hexadecimal digits.
func wireEngagementID(id string) string { return strings.ToUpper(strings.ReplaceAll(id, "-", "")) }

func instant(t *time.Time) *engagement.Instant {
	if t == nil {
		return nil
	}
	return new(engagement.At(*t))
}

func millis(ms *int64) *engagement.Millis {
	if ms == nil {
		return nil
	}
	return new(engagement.Millis(*ms))
}

func count(n *int32) *int {
	if n == nil {
		return nil
	}
	return new(int(*n))
}

// openEngagement shows a leg that has not ended; what only its end decides is null.
func openEngagement(id engagement.ID, conversation string, leg engagement.Leg) Engagement {
	e := legEngagement(id, conversation, leg)
	e.State = stateOpen
	e.EndedAt, e.EndReason, e.StatusEnd = nil, nil, nil
	e.Duration, e.Talk, e.Handle, e.DurationBusiness = nil, nil, nil, nil
	return e
}

// legEngagement shows a leg as the core made it, without a record.
func legEngagement(id engagement.ID, conversation string, leg engagement.Leg) Engagement {
	e := Engagement{
		ID: id.String(), State: stateEnded,
		ConversationID: conversation, Ordinal: leg.Ordinal, TicketID: leg.TicketID,
		AgentID: leg.AgentID, AgentType: leg.AgentType,
		GroupID: orNull(leg.GroupID), QueueID: orNull(leg.QueueID), RequesterID: orNull(leg.RequesterID),
		Channel: orNull(leg.Channel), InitialChannel: orNull(leg.InitialChannel),
		Direction: orNull(leg.Direction), ContactPoint: orNull(leg.ContactPoint), Tags: orEmpty(leg.Tags),
		StartedAt: leg.StartedAt, EndedAt: leg.EndedAt,
		StartReason: leg.StartReason, EndReason: orNull(leg.EndReason),
		StatusStart: leg.StatusStart, StatusEnd: orNull(leg.StatusEnd),
		OfferedAt: leg.OfferedAt, OfferTime: leg.OfferTime,
		QueueEnteredAt: leg.QueueEnteredAt, HandoffGap: leg.HandoffGap,
		FirstReplyAt: leg.FirstReplyAt, FirstReply: leg.FirstReply, FirstResponse: leg.FirstResponse,
		Hold: &leg.Hold, Wrapup: leg.Wrapup, Expired: leg.Expired,
		ScheduleID: orNull(leg.ScheduleID), StartedInBusinessHours: leg.StartedInBusinessHours,
		DurationBusiness: leg.BusinessDuration, FirstReplyBusiness: leg.FirstReplyBusiness,
		InactivityPeriod: leg.InactivityPeriod, InactivityAnchor: orNull(leg.InactivityAnchor),
		SettingsVersion: leg.SettingsVersion,
	}
	if leg.QueueEnteredAt != nil {
		e.TimeToAccept = new(leg.StartedAt.Sub(*leg.QueueEnteredAt))
	}
	if leg.EndedAt != nil {
		e.Duration = new(leg.EndedAt.Sub(leg.StartedAt))
		e.Talk = new(*e.Duration - leg.Hold)
		e.Handle = new(*e.Duration)
		if leg.Wrapup != nil {
			*e.Handle += *leg.Wrapup
		}
	}
	if leg.HasMessages() {
		e.messages(leg)
	}
	return e
}

// messages fills in the counts and the waits that have been closed.
func (e *Engagement) messages(leg engagement.Leg) {
	var total, answered, unanswered, longest engagement.Millis
	closed := 0
	for _, wait := range leg.Waits {
		if wait.ClosedAt == nil {
			continue
		}
		closed++
		length := wait.ClosedAt.Sub(wait.OpenedAt)
		total += length
		longest = max(longest, length)
		if wait.Answered {
			answered += length
		} else {
			unanswered += length
		}
	}
	e.AgentMessages, e.AgentReplies, e.CustomerMessages = &leg.AgentMessages, &leg.AgentReplies, &leg.CustomerMessages
	e.Waits, e.WaitTotal, e.WaitAnswered, e.WaitUnanswered, e.WaitLongest = &closed, &total, &answered, &unanswered, &longest
	e.averageAnswered()
}

func (e *Engagement) averageAnswered() {
	if e.AgentReplies != nil && *e.AgentReplies > 0 && e.WaitAnswered != nil {
		e.AverageAnswered = new(*e.WaitAnswered / engagement.Millis(*e.AgentReplies))
	}
}

// inOrder sorts by start and id and keeps the first of each id, which where a leg was recorded
// just now is the record.
func inOrder(rows []Engagement) []Engagement {
	slices.SortStableFunc(rows, func(a, b Engagement) int {
		return cmp.Or(cmp.Compare(a.StartedAt, b.StartedAt), cmp.Compare(a.ID, b.ID), cmp.Compare(a.State, b.State))
	})
	return slices.CompactFunc(rows, func(a, b Engagement) bool { return a.ID == b.ID })
}

// orNull is nil for the empty text.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
