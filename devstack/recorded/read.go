// Package recorded reads the rows that engaged has written back into the core's types, so that they
// can be held against what they should be. For tests and the demo.
package recorded

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"engaged/devstack/oracle"
	"engaged/engagement"
	"engaged/models"
)

// Read returns all records of an organization, by conversation. A row that stands there twice and a
// column that is not what others make it are errors. FirstEntry and LastEntry stay 0.
func Read(ctx context.Context, db *gorm.DB, organization string) (map[string]oracle.Records, error) {
	r := reader{db: db.WithContext(ctx), organization: organization, records: map[string]oracle.Records{}, ordinals: map[string]int{}}
	for _, read := range []func() error{r.legs, r.offers, r.visits, r.ratings, r.closings} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return r.records, nil
}

type reader struct {
	db           *gorm.DB
	organization string
	records      map[string]oracle.Records
	// ordinals are those of the legs by engagement id.
	ordinals map[string]int
}

// all reads a table's rows of the organization and makes sure that each key is there once.
func all[T any](r *reader, order string, key func(T) string) ([]T, error) {
	var rows []T
	if err := r.db.Where("organization_id = ?", r.organization).Order(order).Find(&rows).Error; err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, row := range rows {
		if seen[key(row)] {
			return nil, fmt.Errorf("%T %s stands there twice", row, key(row))
		}
		seen[key(row)] = true
	}
	return rows, nil
}

func (r *reader) legs() error {
	waits, err := all(r, "engagement_id, ordinal", func(w models.WaitRow) string { return fmt.Sprint(w.EngagementID, w.Ordinal) })
	if err != nil {
		return err
	}
	waitsOf := map[string][]engagement.Wait{}
	for _, w := range waits {
		closed, business := engagement.At(w.ClosedAt), engagement.Millis(w.WaitBusinessMS)
		waitsOf[w.EngagementID] = append(waitsOf[w.EngagementID], engagement.Wait{
			OpenedAt: engagement.At(w.OpenedAt), ClosedAt: &closed, Answered: w.Answered, Business: &business,
		})
	}
	rows, err := all(r, "conversation_id, ordinal", func(e models.EngagementRow) string { return e.ID })
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := sums(row, waitsOf[row.ID]); err != nil {
			return err
		}
		r.ordinals[row.ID] = int(row.Ordinal)
		records := r.records[row.ConversationID]
		records.Legs = append(records.Legs, legOf(row, waitsOf[row.ID]))
		r.records[row.ConversationID] = records
	}
	return nil
}

// sums checks the columns that are derived from others.
func sums(row models.EngagementRow, waits []engagement.Wait) error {
	var total, longest int64
	for _, w := range waits {
		total += int64(w.ClosedAt.Sub(w.OpenedAt))
		longest = max(longest, int64(w.ClosedAt.Sub(w.OpenedAt)))
	}
	switch {
	case row.DurationMS != row.EndedAt.Sub(row.StartedAt).Milliseconds():
		return fmt.Errorf("engagement %s: duration %d", row.ID, row.DurationMS)
	case row.TalkMS != row.DurationMS-row.HoldMS:
		return fmt.Errorf("engagement %s: talk %d", row.ID, row.TalkMS)
	case row.HandleMS != row.DurationMS+number(row.WrapupMS):
		return fmt.Errorf("engagement %s: handle %d", row.ID, row.HandleMS)
	case number(row.WaitTotalMS) != total || number(row.WaitLongestMS) != longest || int(number(row.Waits)) != len(waits):
		return fmt.Errorf("engagement %s: waits %d, total %d", row.ID, number(row.Waits), number(row.WaitTotalMS))
	case total != number(row.WaitAnsweredMS)+number(row.WaitUnansweredMS):
		return fmt.Errorf("engagement %s: answered and unanswered waits are not the total", row.ID)
	case (row.Channel == "voice" || row.Channel == "callback") != (row.AgentMessages == nil):
		return fmt.Errorf("engagement %s: message values on channel %s", row.ID, row.Channel)
	}
	return nil
}

func number[T int32 | int64](n *T) T {
	if n == nil {
		return 0
	}
	return *n
}

func legOf(row models.EngagementRow, waits []engagement.Wait) engagement.Leg {
	ended, business := engagement.At(row.EndedAt), engagement.Millis(row.DurationBusinessMS)
	return engagement.Leg{
		Ordinal: int(row.Ordinal), AgentID: row.AgentID, AgentType: row.AgentType, GroupID: row.GroupID, QueueID: row.QueueID,
		TicketID: row.TicketID, RequesterID: row.RequesterID, Channel: row.Channel, InitialChannel: row.InitialChannel,
		Direction: row.Direction, ContactPoint: row.ContactPoint, Tags: row.Tags,
		StartedAt: engagement.At(row.StartedAt), EndedAt: &ended, StartReason: row.StartReason, EndReason: row.EndReason,
		StatusStart: row.TicketStatusStart, StatusEnd: row.TicketStatusEnd,
		OfferedAt: instant(row.OfferedAt), OfferTime: millis(row.OfferTimeMS), QueueEnteredAt: instant(row.QueueEnteredAt),
		HandoffGap:    millis(row.HandoffGapMS),
		AgentMessages: int(number(row.AgentMessages)), AgentReplies: int(number(row.AgentReplies)), CustomerMessages: int(number(row.CustomerMessages)),
		FirstReplyAt: instant(row.FirstReplyAt), FirstReply: millis(row.FirstReplyMS), FirstResponse: millis(row.FirstResponseMS),
		Waits: waits, Hold: engagement.Millis(row.HoldMS), Wrapup: millis(row.WrapupMS), Expired: row.Expired,
		SettingsVersion: int(row.SettingsVersion), InactivityPeriod: millis(row.InactivityPeriodMS), InactivityAnchor: row.InactivityAnchor,
		ScheduleID: row.ScheduleID, StartedInBusinessHours: row.StartedInBusinessHours,
		BusinessDuration: &business, FirstReplyBusiness: millis(row.FirstReplyBusinessMS),
	}
}

func (r *reader) offers() error {
	rows, err := all(r, "conversation_id, ordinal", func(o models.OfferRow) string { return o.ID })
	for _, row := range rows {
		resolved := engagement.At(row.ResolvedAt)
		records := r.records[row.ConversationID]
		records.Offers = append(records.Offers, engagement.Offer{
			Ordinal: int(row.Ordinal), OfferID: row.OfferID, AgentID: row.AgentID, AgentType: row.AgentType, GroupID: row.GroupID,
			QueueID: row.QueueID, Channel: row.Channel, TicketID: row.TicketID, OfferedAt: instant(row.OfferedAt),
			ExpiresAt: instant(row.ExpiresAt), ResolvedAt: &resolved, Outcome: row.Outcome, LegOrdinal: r.ordinal(row.EngagementID), Expired: row.Expired,
		})
		r.records[row.ConversationID] = records
	}
	return err
}

// ordinal is that of the leg with an engagement id; -1 where there is no such leg.
func (r *reader) ordinal(id *string) int {
	if id == nil {
		return 0
	}
	if n, ok := r.ordinals[*id]; ok {
		return n
	}
	return -1
}

func (r *reader) visits() error {
	rows, err := all(r, "conversation_id, ordinal", func(v models.VisitRow) string { return v.ID })
	for _, row := range rows {
		left := engagement.At(row.LeftAt)
		records := r.records[row.ConversationID]
		records.Visits = append(records.Visits, engagement.Visit{
			Ordinal: int(row.Ordinal), QueueID: row.QueueID, Channel: row.Channel, TicketID: row.TicketID, Direction: row.Direction,
			EnteredAt: engagement.At(row.EnteredAt), LeftAt: &left, Outcome: row.Outcome, LegOrdinal: r.ordinal(row.EngagementID),
			AgentID: row.AgentID, Expired: row.Expired,
		})
		r.records[row.ConversationID] = records
	}
	return err
}

func (r *reader) ratings() error {
	rows, err := all(r, "conversation_id, survey", func(v models.RatingRow) string { return v.ID })
	for _, row := range rows {
		records := r.records[row.ConversationID]
		records.Ratings = append(records.Ratings, engagement.Rating{
			Survey: row.Survey, RequestedAt: instant(row.RequestedAt), RatedAt: instant(row.RatedAt), Score: row.Score,
			ScaleMin: row.ScaleMin, ScaleMax: row.ScaleMax, CommentLength: int(row.CommentLength), AgentID: row.AgentID,
			AgentType: row.AgentType, GroupID: row.GroupID, QueueID: row.QueueID, Channel: row.Channel,
			InitialChannel: row.InitialChannel, Direction: row.Direction, ContactPoint: row.ContactPoint, TicketID: row.TicketID, Tags: row.Tags,
		})
		r.records[row.ConversationID] = records
	}
	return err
}

func (r *reader) closings() error {
	rows, err := all(r, "conversation_id, ordinal", func(v models.ClosingRow) string { return v.ID })
	for _, row := range rows {
		records := r.records[row.ConversationID]
		records.Closings = append(records.Closings, engagement.Closing{
			Ordinal: int(row.Ordinal), ClosedAt: engagement.At(row.ClosedAt), ClosedBy: row.ClosedBy, AgentID: row.AgentID,
			AgentType: row.AgentType, GroupID: row.GroupID, QueueID: row.QueueID, Channel: row.Channel,
			InitialChannel: row.InitialChannel, Direction: row.Direction, ContactPoint: row.ContactPoint, TicketID: row.TicketID, Tags: row.Tags,
		})
		r.records[row.ConversationID] = records
	}
	return err
}

func instant(t *time.Time) *engagement.Instant {
	if t == nil {
		return nil
	}
	at := engagement.At(*t)
	return &at
}

func millis(ms *int64) *engagement.Millis {
	if ms == nil {
		return nil
	}
	m := engagement.Millis(*ms)
	return &m
}

// Compare lists where rows depart from what conversations must leave behind, a few at most; want
// and ids go together.
func Compare(want []oracle.Records, ids []string, got map[string]oracle.Records) string {
	var out []string
	known := map[string]bool{}
	for i, id := range ids {
		known[id] = true
		for _, difference := range oracle.Diff(want[i], got[id]) {
			out = append(out, id+": "+difference)
		}
	}
	for id := range got {
		if !known[id] {
			out = append(out, id+": not wanted at all")
		}
	}
	slices.Sort(out)
	if len(out) > 40 {
		out = append(out[:40], fmt.Sprintf("and %d more", len(out)-40))
	}
	return strings.Join(out, "\n")
}
