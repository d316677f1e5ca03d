package models

import "time"

// DeliveryTaskRow is a delivery task. Status, Reason, Suspended, the times after CreatedAt and View follow
// its fold.
type DeliveryTaskRow struct {
	// Key is that of the task's row in conversations.
	Key             int64 `gorm:"primaryKey;autoIncrement:false"`
	OrganizationID  string
	ID              string `gorm:"type:uuid"`
	ConfigurationID string `gorm:"type:uuid"`
	// RulesVersion is the configuration's version under which it was accepted.
	RulesVersion int32
	// Mode and QueueID are that version's dial mode and queue.
	Mode    string
	QueueID string
	// Plan is the delivery.Task.
	Plan JSON `gorm:"not null"`
	// TrackingID, JourneyID, JourneyRunID and BatchID are the caller's; empty without.
	TrackingID   string
	JourneyID    string
	JourneyRunID string
	BatchID      string
	// RequestHash tells a repeated request from another one.
	RequestHash []byte
	Status      string
	Reason      string
	Suspended   bool
	// View is the delivery.TaskView.
	View JSON `gorm:"not null"`
	// CreatedAt is when the request was received.
	CreatedAt time.Time
	// ExpiresAt is the end of the last window, or the task's own expiry.
	ExpiresAt       time.Time
	NextScheduledAt *time.Time
	LastCallAt      *time.Time
	EndedAt         *time.Time
	// SeenNumber is the highest entry that the row shows.
	SeenNumber int64
	UpdatedAt  time.Time
	// RecordedAt is when the row was last written since the task is over; nil before.
	RecordedAt *time.Time
}

// DeliveryRequestRow remembers what a request was answered with.
type DeliveryRequestRow struct {
	OrganizationID string `gorm:"primaryKey"`
	// Key is made of the Idempotency-Key or tracking id.
	Key         string `gorm:"primaryKey"`
	RequestHash []byte
	TaskID      string `gorm:"type:uuid"`
	CreatedAt   time.Time
}

// DeliveryAttributeRow is an attribute of an attempt.
type DeliveryAttributeRow struct {
	ID             int64 `gorm:"primaryKey"`
	OrganizationID string
	DeliveryID     string `gorm:"type:uuid"`
	// Type is input or result.
	Type    string
	Keyword string
	Value   string
}

// DeliveryRow is one attempt; its fields are those of delivery.Attempt and of the task it belongs to.
type DeliveryRow struct {
	// ID is delivery.AttemptID.
	ID              string `gorm:"type:uuid;primaryKey"`
	OrganizationID  string
	TaskKey         int64
	TaskID          string `gorm:"type:uuid"`
	ConfigurationID string `gorm:"type:uuid"`
	Seq             int32
	// Channel is voice.
	Channel string
	// Mode is the configuration's dial mode, QueueID its queue.
	Mode    string
	QueueID string
	Status  string
	// Result and ResultCore stand once the status is final; ResultCore is of the older set of six.
	Result       *string
	ResultCore   *string
	Reason       *string
	TrackingID   *string
	JourneyID    *string
	JourneyRunID *string
	BatchID      *string
	ContactID    string
	PhoneType    string
	ToAddress    string
	FromAddress  *string
	// Country, State and PostalCode are the contact's.
	Country        *string
	State          *string
	PostalCode     *string
	CallID         *string
	ConversationID *string
	Callback       bool
	// Loop counts from 1, ContactIndex and PhoneIndex from 0.
	Loop                int32
	ContactIndex        int32
	PhoneIndex          int32
	PlannedAt           time.Time
	NotBefore           time.Time
	ScheduledAt         *time.Time
	ExpiresAt           time.Time
	WindowStart         time.Time
	WindowEnd           time.Time
	HandedAt            *time.Time
	OfferedAt           *time.Time
	AcceptedAt          *time.Time
	StartedAt           *time.Time
	EndedAt             *time.Time
	ResultAt            *time.Time
	CustomerConnectedAt *time.Time
	GreetingEndedAt     *time.Time
	AgentConnectedAt    *time.Time
	SpeechAt            *time.Time
	AnsweredBy          *string
	MessageLeft         bool
	BotFailed           bool
	WaitExceeded        bool
	SIPCode             *int32 `gorm:"column:sip_code"`
	Diagnostics         *string
	Dispositions        TextArray
	OptedOut            bool
	PolicyID            *string
	// FirstEntry and LastEntry are the numbers of the entries that made the row.
	FirstEntry int64
	LastEntry  int64
	// ConfigurationVersion is the task's, RulesVersion the core's.
	ConfigurationVersion int32
	RulesVersion         int32
	WorkflowID           string
	RunID                string
	// Revision counts how often the row was written.
	Revision  int32
	CreatedAt time.Time
	UpdatedAt time.Time
	// RecordedAt is when the row was last written since the attempt is over; nil before.
	RecordedAt *time.Time
}

// TableName is the row's table.
func (DeliveryTaskRow) TableName() string { return "delivery_tasks" }

// TableName is the row's table.
func (DeliveryRequestRow) TableName() string { return "delivery_requests" }

// TableName is the row's table.
func (DeliveryAttributeRow) TableName() string { return "delivery_attributes" }

// TableName is the row's table.
func (DeliveryRow) TableName() string { return "deliveries" }
