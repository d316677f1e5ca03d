package models

import (
	"errors"
	"time"

	"engaged/delivery"
)

var (
	// ErrNoConfiguration tells that there is no such delivery configuration.
	ErrNoConfiguration = errors.New("no such delivery configuration")
	// ErrKeyReused tells that an Idempotency-Key came with another request than before.
	ErrKeyReused = errors.New("the idempotency key belongs to another request")
	// ErrTaskExpired tells that a task is expired, and no repeat of one that was not.
	ErrTaskExpired = errors.New("no window of the task is left")
	// ErrStale tells that an order is not the delivery's present one.
	ErrStale = errors.New("the order is not the present one")
	// ErrTooLate tells that an order has run out.
	ErrTooLate = errors.New("the order has run out")
	// ErrForbidden tells that a rule forbids the call by now.
	ErrForbidden = errors.New("a rule forbids the call")
)

// NewDeliveryTask is a validated request for a delivery task.
type NewDeliveryTask struct {
	OrganizationID string
	// Task has passed Validate, its windows PlanWindows; its id is a new UUID and AcceptedAt the receipt.
	Task delivery.Task
	// IdempotencyKey, where given, recognizes a repeat within 24 hours; all tasks of a bulk request may
	// share it.
	IdempotencyKey string
	// RequestHash is of the request's content. Where there is no key, a task's tracking id and hash
	// recognize a repeat within 24 hours.
	RequestHash []byte
	// BatchID is the bulk request; empty without.
	BatchID string
	// OnlyRepeat tells that no window of the task is left, which is refused unless it is the repeat of a task
	// that was taken while there was one.
	OnlyRepeat bool
}

// DeliveryTaskReceipt is what became of a NewDeliveryTask.
type DeliveryTaskReceipt struct {
	// TaskID is the task's, DeliveryID that of its first attempt; those of the first time for a repeat.
	TaskID     string
	DeliveryID string
	// Replayed tells that the request came before.
	Replayed bool
	// Err is why there is no task: ErrNoConfiguration, ErrKeyReused or ErrTaskExpired; nil if there is one.
	Err error
}

// DeliveryTask is a delivery task as it stands.
type DeliveryTask struct {
	Row DeliveryTaskRow
	// Task is what was asked for, View where it stands.
	Task delivery.Task
	View delivery.TaskView
	// Rules are those under which it was accepted.
	Rules delivery.Rules
	// Deliveries are its attempts, in order.
	Deliveries []DeliveryRow
}

// DeliveryTaskFilter selects tasks of an organization, the oldest first; empty fields select all.
type DeliveryTaskFilter struct {
	OrganizationID  string
	ConfigurationID string
	TrackingID      string
	// ContactID is of any contact of the task's chain.
	ContactID string
	Status    delivery.Status
	// AfterCreated and AfterKey are the place after which the list goes on.
	AfterCreated time.Time
	AfterKey     int64
	// Limit bounds the list.
	Limit int
}

// DeliveryFilter selects attempts of an organization, the oldest first; empty fields select all.
type DeliveryFilter struct {
	OrganizationID  string
	TaskID          string
	ConfigurationID string
	Status          delivery.Status
	ContactID       string
	// AfterCreated and AfterID are the place after which the list goes on.
	AfterCreated time.Time
	AfterID      string
	// Limit bounds the list.
	Limit int
}

// DeliverySubmission is one event or command to append to a task's log.
type DeliverySubmission struct {
	OrganizationID string
	TaskID         string
	// Event is checked; the time of a command is its receipt, whatever the event says.
	Event delivery.Event
}

// DeliveryReceipt is what became of a DeliverySubmission.
type DeliveryReceipt struct {
	// Number is the entry's number: a new one, or that of the first sending for a duplicate.
	Number     int64
	ReceivedAt delivery.Instant
	// Duplicate tells that the log already had the event; Conflict that its content differed.
	Duplicate, Conflict bool
	// Refused is why the event was not appended; nil if it was.
	Refused *delivery.FieldError
}

// DialOrder tells a dialer to make one call.
type DialOrder struct {
	DeliveryID      string `json:"delivery_id"`
	TaskID          string `json:"delivery_task_id"`
	ConfigurationID string `json:"configuration_id"`
	// Seq is the attempt's number in its task.
	Seq int `json:"seq"`
	// Fence must be sent with the start.
	Fence int64         `json:"fence"`
	Mode  delivery.Mode `json:"mode"`
	// QueueID is where an answered call goes.
	QueueID string `json:"queue_id"`
	// NotAfter is when the call must not be started any more.
	NotAfter delivery.Instant `json:"not_after"`
	// LeaseUntil is by when it must have been started, or the claim counts as lost; left out of a webhook, which
	// tells how long that is from its answer.
	LeaseUntil      delivery.Instant   `json:"lease_until,omitzero"`
	ContactID       string             `json:"contact_id"`
	PhoneType       delivery.PhoneType `json:"phone_type"`
	ToAddress       string             `json:"to_address"`
	Callback        bool               `json:"callback,omitempty"`
	TrackingID      string             `json:"tracking_id,omitempty"`
	InputAttributes map[string]string  `json:"input_attributes,omitempty"`
}

// DeliveryStart is a dialer's wish to start a call that it was ordered to make.
type DeliveryStart struct {
	OrganizationID string
	DeliveryID     string
	// Fence is the order's.
	Fence int64
	// CallID and FromAddress are the dialer's own; optional.
	CallID, FromAddress string
}
