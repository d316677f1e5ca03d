package api

import (
	"context"
	"time"

	"engaged/analytics"
	"engaged/engagement"
	"engaged/models"
)

// EventLog takes what callers send; intake.Log is one.
type EventLog interface {
	// Append returns when the events are durable, a receipt for each in their order, or an error
	// after which none of them may be taken as durable.
	Append(ctx context.Context, submissions []models.Submission) ([]models.Receipt, error)
}

// Accepts waits for the outcome of the accept command; workflows.Client is one.
type Accepts interface {
	// AwaitAccept returns what became of the offer.accept_requested entry with the number.
	AwaitAccept(ctx context.Context, subject models.Subject, number int64) (engagement.Outcome, error)
}

// Analytics answers questions about metrics; analytics.Engine is one.
type Analytics interface {
	// Ask answers a query: *analytics.InvalidQuery says what is wrong with it, analytics.ErrTooSlow
	// that the answer would take too long.
	Ask(ctx context.Context, q analytics.Query) (analytics.Answer, error)
	// Records reads rows page by page, Values the values of an attribute; their errors are those of Ask.
	Records(ctx context.Context, q analytics.RecordQuery) (analytics.RecordPage, error)
	Values(ctx context.Context, q analytics.ValueQuery) (analytics.ValuePage, error)
	// Live reads what is open now; LiveMark tells cheaply whether that has changed.
	Live(ctx context.Context, q analytics.LiveQuery) (analytics.LiveView, error)
	LiveMark(ctx context.Context, organization string) (string, error)
}

// Check is one thing that must work for the server to be ready.
type Check struct {
	// Name is what /readyz calls it, such as "postgres".
	Name string
	// Run returns why it does not work, nil if it does. It must respect ctx.
	Run func(ctx context.Context) error
}

// Dependencies is what the server needs of the rest of the house.
type Dependencies struct {
	// Log is the event log.
	Log EventLog
	// Accepts decides the race for an offer.
	Accepts Accepts
	// Store answers every question about rows.
	Store Store
	// Analytics answers questions about metrics.
	Analytics Analytics
	// Checks are asked by /readyz.
	Checks []Check
	// Now is the clock; default time.Now.
	Now func() time.Time
}

// Store answers questions about rows; models.Store is one. Every question names an organization and
// is answered from its rows alone; what is not there is models.ErrNotFound.
type Store interface {
	DeliveryRules
	DeliveryTasks
	Webhooks
	DeliveryTables

	// FindAPIKey returns the key with the prefix.
	FindAPIKey(ctx context.Context, prefix string) (models.APIKey, error)
	// FindEvent returns what the log knows of an event.
	FindEvent(ctx context.Context, subject models.Subject, source, id string) (models.LoggedEvent, error)

	// ConversationExists tells whether the log knows the conversation.
	ConversationExists(ctx context.Context, subject models.Subject) (bool, error)
	// LoadConversation and FetchEntries read what no record covers yet.
	LoadConversation(ctx context.Context, subject models.Subject) (models.Conversation, error)
	FetchEntries(ctx context.Context, subject models.Subject, after int64) (models.Batch, error)
	// ConversationEngagements returns the conversation's records by ordinal.
	ConversationEngagements(ctx context.Context, subject models.Subject) ([]models.EngagementRow, error)

	// ListEngagements returns records by start and id.
	ListEngagements(ctx context.Context, filter models.EngagementFilter) ([]models.EngagementRow, error)
	// OpenEngagements returns open legs by start and id.
	OpenEngagements(ctx context.Context, filter models.EngagementFilter) ([]models.OpenEngagement, error)
	// Engagement returns one record, OpenEngagement one open leg.
	Engagement(ctx context.Context, organization string, id engagement.ID) (models.EngagementRow, error)
	OpenEngagement(ctx context.Context, organization string, id engagement.ID) (models.OpenEngagement, error)
	// Timeline returns the offers that led to a record, and its waits.
	Timeline(ctx context.Context, row models.EngagementRow) ([]models.OfferRow, []models.WaitRow, error)

	// ReportingZone returns the IANA zone whose days reports use.
	ReportingZone(ctx context.Context, organization string) (string, error)
	// CurrentSettings returns the newest version, version 0 where there is none.
	CurrentSettings(ctx context.Context, organization string) (models.OrganizationSettings, error)
	// AddSettings writes the version after the one that the settings name; models.ErrConflict if
	// there is one already.
	AddSettings(ctx context.Context, settings models.OrganizationSettings, audit models.Audit) (models.OrganizationSettings, error)

	// ListDeadLetters returns what is dead, after a place; Redrive tries one again.
	ListDeadLetters(ctx context.Context, organization string, after models.DeadLetter, limit int) ([]models.DeadLetter, error)
	Redrive(ctx context.Context, subject models.Subject, number int64) error

	// The directory.
	PutDirectoryEntry(ctx context.Context, entry models.DirectoryEntry) error
	DirectoryEntry(ctx context.Context, organization, kind, id string) (models.DirectoryEntry, error)
	DeleteDirectoryEntry(ctx context.Context, organization, kind, id string) error
	DirectoryNames(ctx context.Context, organization, kind string, ids []string) (map[string]string, error)
	ListDirectory(ctx context.Context, organization, kind, after string, limit int) ([]models.DirectoryEntry, error)
}
