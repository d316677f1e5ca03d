package activities

import (
	"context"

	"engaged/engagement"
	"engaged/models"
)

// Store is what the activities need of Postgres; *models.Store has it.
type Store interface {
	// Append appends events to the log in one transaction.
	Append(ctx context.Context, events []models.Submission) ([]models.Receipt, error)
	// EntryOutcome tells what became of one entry.
	EntryOutcome(ctx context.Context, subject models.Subject, number int64) (engagement.Outcome, error)
	// FetchEntries reads the entries after a number, as many as fit in one batch.
	FetchEntries(ctx context.Context, subject models.Subject, after int64) (models.Batch, error)
	// LoadConversation reads what a new run must know.
	LoadConversation(ctx context.Context, subject models.Subject) (models.Conversation, error)
	// Project writes what is open now.
	Project(ctx context.Context, live models.Live) error
	// ReachTime returns entries not seen yet, or appends a clock mark, or tells the time.
	ReachTime(ctx context.Context, subject models.Subject, seen int64, at engagement.Instant, lag engagement.Millis) (models.Reached, error)
	// Record writes what is final in one transaction.
	Record(ctx context.Context, record models.Record) (models.Recorded, error)
	// SettingsFrom reads the version of an organization's settings that was current at an instant, and
	// those after it.
	SettingsFrom(ctx context.Context, organization string, at engagement.Instant) ([]engagement.Settings, error)
}

// Activities carries what the activities need; the zero value serves only for registration in a
// replayer.
type Activities struct {
	// Store is the engine's Postgres.
	Store Store
	// Deliveries is the same, as delivery tasks need it.
	Deliveries DeliveryStore
}
