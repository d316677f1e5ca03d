package models

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"engaged/engagement"
)

// EngagementFilter says which engagements to list. A list that is empty does not filter; one with
// values matches any of them.
type EngagementFilter struct {
	// OrganizationID is the tenant; always set.
	OrganizationID string
	// Values to match.
	AgentIDs, AgentTypes, GroupIDs, QueueIDs, Channels, TicketIDs, ConversationIDs []string
	RequesterIDs, Directions, Tags, StartReasons, EndReasons                       []string
	// StartedAfter and EndedAfter are inclusive, StartedBefore and EndedBefore exclusive.
	StartedAfter, StartedBefore, EndedAfter, EndedBefore *engagement.Instant
	// IncludeExpired adds those that ran into the open limit.
	IncludeExpired bool
	// After is the place after which the page begins; nil: the beginning.
	After *EngagementCursor
	// Limit is the number of rows; at most as many are returned.
	Limit int
}

// EngagementCursor is a place in a list by start and id.
type EngagementCursor struct {
	// StartedAt is the start of the last row seen, ID its id.
	StartedAt engagement.Instant
	ID        engagement.ID
}

// OpenEngagement is a leg that is open, as the live projection has it.
type OpenEngagement struct {
	// ID is the id under which it will be recorded.
	ID engagement.ID
	// ConversationID is the caller's own id.
	ConversationID string
	// Leg is the leg when something other than a message last happened in it.
	Leg engagement.Leg
}

// oneOf returns a filter for a column, or none without values.
func oneOf(column string, values []string) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		if len(values) == 0 {
			return db
		}
		return db.Where(column+" IN ?", values)
	}
}

// within returns a filter for a half-open interval of instants.
func within(column string, from, to *engagement.Instant) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		if from != nil {
			db = db.Where(column+" >= ?", from.Time())
		}
		if to != nil {
			db = db.Where(column+" < ?", to.Time())
		}
		return db
	}
}

// ListEngagements returns records by start and id.
func (s *Store) ListEngagements(ctx context.Context, f EngagementFilter) ([]EngagementRow, error) {
	query := s.gorm.WithContext(ctx).Where("organization_id = ?", f.OrganizationID).Scopes(
		oneOf("agent_id", f.AgentIDs), oneOf("agent_type", f.AgentTypes), oneOf("group_id", f.GroupIDs),
		oneOf("queue_id", f.QueueIDs), oneOf("channel", f.Channels), oneOf("ticket_id", f.TicketIDs),
		oneOf("conversation_id", f.ConversationIDs), oneOf("requester_id", f.RequesterIDs),
		oneOf("direction", f.Directions), oneOf("start_reason", f.StartReasons), oneOf("end_reason", f.EndReasons),
		within("started_at", f.StartedAfter, f.StartedBefore), within("ended_at", f.EndedAfter, f.EndedBefore))
	if f.StartedAfter != nil {
		// A leg ends after it starts: partitions of earlier months are never looked into.
		query = query.Where("ended_at >= ?", f.StartedAfter.Time())
	}
	if len(f.Tags) > 0 {
		query = query.Where("tags && ?", TextArray(f.Tags))
	}
	if !f.IncludeExpired {
		query = query.Where("NOT expired")
	}
	if f.After != nil {
		query = query.Where("(started_at, id) > (?, ?::uuid)", f.After.StartedAt.Time(), f.After.ID.UUID())
	}
	var rows []EngagementRow
	if err := query.Order("started_at, id").Limit(f.Limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list engagements: %w", err)
	}
	return rows, nil
}

// OpenEngagements returns open legs by start and id. Filters on their end match none.
func (s *Store) OpenEngagements(ctx context.Context, f EngagementFilter) ([]OpenEngagement, error) {
	if len(f.EndReasons) > 0 || f.EndedAfter != nil || f.EndedBefore != nil {
		return nil, nil
	}
	query := s.gorm.WithContext(ctx).Where("organization_id = ? AND engagement_id IS NOT NULL", f.OrganizationID).Scopes(
		oneOf("agent_id", f.AgentIDs), oneOf("engagement->>'agent_type'", f.AgentTypes), oneOf("group_id", f.GroupIDs),
		oneOf("queue_id", f.QueueIDs), oneOf("engagement->>'channel'", f.Channels), oneOf("ticket_id", f.TicketIDs),
		oneOf("conversation_id", f.ConversationIDs), oneOf("engagement->>'requester_id'", f.RequesterIDs),
		oneOf("engagement->>'direction'", f.Directions), oneOf("engagement->>'start_reason'", f.StartReasons),
		within("started_at", f.StartedAfter, f.StartedBefore))
	if len(f.Tags) > 0 {
		query = query.Where("jsonb_exists_any(engagement->'tags', ?)", TextArray(f.Tags))
	}
	if f.After != nil {
		query = query.Where("(started_at, engagement_id) > (?, ?::uuid)", f.After.StartedAt.Time(), f.After.ID.UUID())
	}
	var rows []LiveRow
	if err := query.Order("started_at, engagement_id").Limit(f.Limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list open engagements: %w", err)
	}
	open := make([]OpenEngagement, len(rows))
	for i, row := range rows {
		leg, err := row.openEngagement()
		if err != nil {
			return nil, err
		}
		open[i] = leg
	}
	return open, nil
}

func (row LiveRow) openEngagement() (OpenEngagement, error) {
	open := OpenEngagement{ConversationID: row.ConversationID}
	id, err := engagement.ParseID(*row.EngagementID)
	if err != nil {
		return open, fmt.Errorf("read open engagement: %w", err)
	}
	open.ID = id
	if err := json.Unmarshal(row.Engagement, &open.Leg); err != nil {
		return open, fmt.Errorf("read open engagement: %w", err)
	}
	return open, nil
}

// Engagement returns one record; ErrNotFound if the organization has none with the id.
func (s *Store) Engagement(ctx context.Context, organization string, id engagement.ID) (EngagementRow, error) {
	var row EngagementRow
	key := RecordKeyRow{}
	found := s.gorm.WithContext(ctx).Where("id = ?::uuid AND kind = ?", id.UUID(), kindEngagement).Limit(1).Find(&key)
	if found.Error != nil {
		return row, fmt.Errorf("find engagement: %w", found.Error)
	}
	if found.RowsAffected == 0 {
		return row, ErrNotFound
	}
	month := time.Date(key.Month.Year(), key.Month.Month(), 1, 0, 0, 0, 0, time.UTC)
	found = s.gorm.WithContext(ctx).Where("id = ?::uuid AND organization_id = ?", id.UUID(), organization).
		Where("ended_at >= ? AND ended_at < ?", month, month.AddDate(0, 1, 0)).Limit(1).Find(&row)
	return row, one(found)
}

// OpenEngagement returns one open leg; ErrNotFound if the organization has none with the id.
func (s *Store) OpenEngagement(ctx context.Context, organization string, id engagement.ID) (OpenEngagement, error) {
	var row LiveRow
	found := s.gorm.WithContext(ctx).Where("engagement_id = ?::uuid AND organization_id = ?", id.UUID(), organization).Limit(1).Find(&row)
	if err := one(found); err != nil {
		return OpenEngagement{}, err
	}
	return row.openEngagement()
}

// ConversationEngagements returns the conversation's records by ordinal, expired ones included.
func (s *Store) ConversationEngagements(ctx context.Context, subject Subject) ([]EngagementRow, error) {
	var rows []EngagementRow
	err := s.gorm.WithContext(ctx).
		Where("conversation_key = (SELECT key FROM conversations WHERE organization_id = ? AND conversation_id = ? AND kind = '')", subject.OrganizationID, subject.ConversationID).
		Order("ordinal").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read engagements of a conversation: %w", err)
	}
	return rows, nil
}

// Timeline returns the offers resolved while a record's leg came about and ran, and its waits.
func (s *Store) Timeline(ctx context.Context, row EngagementRow) ([]OfferRow, []WaitRow, error) {
	var offers []OfferRow
	var previousEnd *time.Time
	err := s.gorm.WithContext(ctx).Model(&EngagementRow{}).Select("max(ended_at)").
		Where("conversation_key = ? AND ordinal < ?", row.ConversationKey, row.Ordinal).Row().Scan(&previousEnd)
	if err != nil {
		return nil, nil, fmt.Errorf("read timeline: %w", err)
	}
	query := s.gorm.WithContext(ctx).Where("conversation_key = ? AND resolved_at <= ?", row.ConversationKey, row.EndedAt)
	if previousEnd != nil {
		query = query.Where("(resolved_at > ? OR engagement_id = ?::uuid)", *previousEnd, row.ID)
	}
	if err := query.Order("ordinal").Find(&offers).Error; err != nil {
		return nil, nil, fmt.Errorf("read timeline: %w", err)
	}
	var waits []WaitRow
	if err := s.gorm.WithContext(ctx).Where("engagement_id = ?::uuid", row.ID).Order("ordinal").Find(&waits).Error; err != nil {
		return nil, nil, fmt.Errorf("read timeline: %w", err)
	}
	return offers, waits, nil
}

// one turns "no row" into ErrNotFound.
func one(found *gorm.DB) error {
	switch {
	case found.Error != nil:
		return fmt.Errorf("read row: %w", found.Error)
	case found.RowsAffected == 0:
		return ErrNotFound
	default:
		return nil
	}
}
