package analytics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/models"
)

// LiveQuery asks what is open now.
type LiveQuery struct {
	// Organization is the tenant whose conversations answer.
	Organization string
	// Agents, Groups, Queues and Channels each keep what has one of the values; none keeps all. What
	// waits in a queue has no agent and no group, so filters by those leave it out.
	Agents, Groups, Queues, Channels []string
	// AgentTypes keeps the legs of agents of these types (human, bot); none keeps all.
	AgentTypes []string
	// Limit bounds every list of the view; 0 means 50.
	Limit int
}

// LiveView is what is open at one instant, from the projection of open conversations.
type LiveView struct {
	// At is the instant to which ages are counted.
	At time.Time
	// Mark changes whenever what is open in the organization does.
	Mark string
	// Engagements are the open legs, aged since their start.
	Engagements LiveSection
	// Queued are conversations that wait in a queue without a leg, aged since they entered it.
	Queued LiveSection
	// Replies are open legs whose customer wrote last, aged since that message; since an earlier
	// one, where the leg was already folded with it.
	Replies LiveSection
}

// LiveSection is one kind of open thing.
type LiveSection struct {
	// Total counts all of them.
	Total LiveAges
	// ByAgent, ByGroup, ByQueue and ByChannel count them by their values, the largest first.
	ByAgent, ByGroup, ByQueue, ByChannel LiveGroups
	// Longest are the oldest, oldest first.
	Longest []LiveItem
}

// LiveAges says how many there are and how old, in seconds; zero ages where there are none.
type LiveAges struct {
	// Count is how many.
	Count int64
	// OldestSince is when the oldest began; nil without any.
	OldestSince *time.Time
	// Oldest, Median, P90 and P95 are of the ages; percentiles interpolate linearly.
	Oldest, Median, P90, P95 float64
}

// LiveGroups are the counts by value of one attribute.
type LiveGroups struct {
	// Total is the number of different values.
	Total int64
	// Groups are the largest of them.
	Groups []LiveGroup
}

// LiveGroup counts what shares a value.
type LiveGroup struct {
	// Value is the value; empty where there is none.
	Value string
	// LiveAges are the group's.
	LiveAges
}

// LiveItem is one open thing.
type LiveItem struct {
	// ConversationID is the caller's own id.
	ConversationID string
	// EngagementID is the open leg's id as a UUID; empty for what waits in a queue.
	EngagementID string
	// AgentID and GroupID are who holds it; empty for what waits in a queue.
	AgentID, GroupID string
	// QueueID is the queue from which it came, or in which it waits.
	QueueID string
	// Channel is the canonical name of the channel.
	Channel string
	// Since is when it began, Age how many seconds ago.
	Since time.Time
	Age   float64
	// OpenOffers counts the offers that nobody has answered yet.
	OpenOffers int64
}

// defaultLiveLimit bounds the lists of a view for which no limit was asked.
const defaultLiveLimit = 50

// Live reads what is open now. It returns ErrTooSlow if that takes longer than a question may.
func (e *Engine) Live(ctx context.Context, q LiveQuery) (LiveView, error) {
	if q.Limit == 0 {
		q.Limit = defaultLiveLimit
	}
	view := LiveView{At: e.options.Now().UTC()}
	err := e.reader.ReadSnapshot(ctx, e.options.StatementTimeout, func(tx pgx.Tx) error {
		var err error
		if view.Mark, err = readLiveMark(ctx, tx, q.Organization); err != nil {
			return err
		}
		if err := readLiveGroups(ctx, tx, q, &view); err != nil {
			return err
		}
		return readLiveItems(ctx, tx, q, &view)
	})
	return view, liveError(err)
}

// LiveMark tells cheaply whether what is open has changed: it differs from an earlier one if so.
func (e *Engine) LiveMark(ctx context.Context, organization string) (string, error) {
	var mark string
	err := e.reader.ReadSnapshot(ctx, e.options.StatementTimeout, func(tx pgx.Tx) (err error) {
		mark, err = readLiveMark(ctx, tx, organization)
		return err
	})
	return mark, liveError(err)
}

func liveError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, models.ErrStatementTimeout):
		return fmt.Errorf("%w: %w", ErrTooSlow, err)
	default:
		return fmt.Errorf("read what is open: %w", err)
	}
}

// section returns the part of the view that holds a kind of rows.
func (v *LiveView) section(kind string) *LiveSection {
	switch kind {
	case liveEngagement:
		return &v.Engagements
	case liveQueued:
		return &v.Queued
	default:
		return &v.Replies
	}
}
