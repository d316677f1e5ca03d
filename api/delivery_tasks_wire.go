package api

import (
	"encoding/json"
	"fmt"
	"time"

	"engaged/delivery"
	"engaged/models"
)

// DeliveryTask is a delivery task as it stands.
type DeliveryTask struct {
	// ID is a UUID.
	ID string `json:"id"`
	// ConfigurationID and ConfigurationVersion are those under which it was accepted.
	ConfigurationID      string `json:"configuration_id"`
	ConfigurationVersion int    `json:"configuration_version"`
	// Suspended tells that nothing is dialed for it until it is resumed.
	Suspended bool `json:"suspended"`
	// AcceptedAt is when the request was received, ExpiresAt when the task ends at the latest.
	AcceptedAt delivery.Instant `json:"accepted_at"`
	ExpiresAt  delivery.Instant `json:"expires_at"`
	// TrackingID, JourneyID, JourneyRunID and Priority are the caller's; BatchID is that of the bulk
	// request.
	TrackingID   string `json:"tracking_id,omitempty"`
	JourneyID    string `json:"journey_id,omitempty"`
	JourneyRunID string `json:"journey_run_id,omitempty"`
	BatchID      string `json:"batch_id,omitempty"`
	Priority     string `json:"priority,omitempty"`
	// Contacts are called in this order.
	Contacts []delivery.Contact `json:"contacts"`
	// Windows are those that were asked for, merged and in order.
	Windows         []delivery.Window `json:"windows"`
	InputAttributes map[string]string `json:"input_attributes,omitempty"`
	delivery.TaskView
	// UpdatedAt is when the task was shown last.
	UpdatedAt delivery.Instant `json:"updated_at"`
	// Deliveries are the attempts, in order; left out of lists.
	Deliveries []Delivery `json:"deliveries,omitempty"`
}

// DeliveryTaskPage is one page of tasks, oldest first.
type DeliveryTaskPage struct {
	// Data is the page.
	Data []DeliveryTask `json:"data"`
	// NextCursor, where there is more, is the value of cursor for the next page.
	NextCursor string `json:"next_cursor,omitempty"`
}

// taskOf shows a task's row.
func taskOf(row models.DeliveryTaskRow) (DeliveryTask, error) {
	var task delivery.Task
	if err := json.Unmarshal(row.Plan, &task); err != nil {
		return DeliveryTask{}, fmt.Errorf("decode delivery task: %w", err)
	}
	shown := DeliveryTask{
		ID: row.ID, ConfigurationID: row.ConfigurationID, ConfigurationVersion: int(row.RulesVersion), Suspended: row.Suspended,
		AcceptedAt: delivery.At(row.CreatedAt), ExpiresAt: delivery.At(row.ExpiresAt), TrackingID: row.TrackingID, JourneyID: row.JourneyID,
		JourneyRunID: row.JourneyRunID, BatchID: row.BatchID, Priority: task.Priority, Contacts: task.Contacts, Windows: task.Windows,
		InputAttributes: task.InputAttributes, UpdatedAt: delivery.At(row.UpdatedAt),
	}
	if err := json.Unmarshal(row.View, &shown.TaskView); err != nil {
		return shown, fmt.Errorf("decode delivery task: %w", err)
	}
	return shown, nil
}

// Delivery is one attempt: a call to one number.
type Delivery struct {
	// ID is a UUID, DeliveryTaskID the task's, Seq the attempt's number in it, from 1.
	ID              string `json:"id"`
	DeliveryTaskID  string `json:"delivery_task_id"`
	ConfigurationID string `json:"configuration_id"`
	Seq             int32  `json:"seq"`
	// Channel is voice, Mode how it is dialed, QueueID where an answered call goes.
	Channel string `json:"channel"`
	Mode    string `json:"mode"`
	QueueID string `json:"queue_id"`
	Status  string `json:"status"`
	// Result stands once the status is final, ResultCore is it in the older set of six. Reason says more.
	Result     *string `json:"result,omitempty"`
	ResultCore *string `json:"result_core,omitempty"`
	Reason     *string `json:"reason,omitempty"`
	// TrackingID, JourneyID, JourneyRunID and BatchID are the task's.
	TrackingID   *string `json:"tracking_id,omitempty"`
	JourneyID    *string `json:"journey_id,omitempty"`
	JourneyRunID *string `json:"journey_run_id,omitempty"`
	BatchID      *string `json:"batch_id,omitempty"`
	ContactID    string  `json:"contact_id"`
	PhoneType    string  `json:"phone_type"`
	ToAddress    string  `json:"to_address"`
	FromAddress  *string `json:"from_address,omitempty"`
	// CallID is the dialer's, ConversationID that to which the call was routed.
	CallID         *string `json:"call_id,omitempty"`
	ConversationID *string `json:"conversation_id,omitempty"`
	// Callback tells that it calls back. Loop counts from 1, ContactIndex and PhoneIndex from 0.
	Callback     bool  `json:"callback"`
	Loop         int32 `json:"loop"`
	ContactIndex int32 `json:"contact_index"`
	PhoneIndex   int32 `json:"phone_index"`
	deliveryTimes
	// AnsweredBy is what the machine detection said.
	AnsweredBy   *string  `json:"answered_by,omitempty"`
	MessageLeft  bool     `json:"message_left"`
	BotFailed    bool     `json:"bot_failed"`
	WaitExceeded bool     `json:"wait_exceeded"`
	SIPCode      *int32   `json:"sip_code,omitempty"`
	Diagnostics  *string  `json:"diagnostics,omitempty"`
	Dispositions []string `json:"dispositions"`
	OptedOut     bool     `json:"opted_out"`
	// PolicyID is the cancellation policy that cancelled it.
	PolicyID *string `json:"policy_id,omitempty"`
	// Revision counts how often the row was written.
	Revision int32 `json:"revision"`
	// InputAttributes went with the attempt, ResultAttributes came back; left out of lists.
	InputAttributes  map[string]string `json:"input_attributes,omitempty"`
	ResultAttributes map[string]string `json:"result_attributes,omitempty"`
}

// deliveryTimes are an attempt's instants; those of models.DeliveryRow.
type deliveryTimes struct {
	PlannedAt           delivery.Instant  `json:"planned_at"`
	NotBefore           delivery.Instant  `json:"not_before"`
	ScheduledAt         *delivery.Instant `json:"scheduled_at,omitempty"`
	ExpiresAt           delivery.Instant  `json:"expires_at"`
	WindowStart         delivery.Instant  `json:"window_start"`
	WindowEnd           delivery.Instant  `json:"window_end"`
	HandedAt            *delivery.Instant `json:"handed_at,omitempty"`
	OfferedAt           *delivery.Instant `json:"offered_at,omitempty"`
	AcceptedAt          *delivery.Instant `json:"accepted_at,omitempty"`
	StartedAt           *delivery.Instant `json:"started_at,omitempty"`
	EndedAt             *delivery.Instant `json:"ended_at,omitempty"`
	ResultAt            *delivery.Instant `json:"result_at,omitempty"`
	CustomerConnectedAt *delivery.Instant `json:"customer_connected_at,omitempty"`
	GreetingEndedAt     *delivery.Instant `json:"greeting_ended_at,omitempty"`
	AgentConnectedAt    *delivery.Instant `json:"agent_connected_at,omitempty"`
	SpeechAt            *delivery.Instant `json:"speech_at,omitempty"`
	CreatedAt           delivery.Instant  `json:"created_at"`
	UpdatedAt           delivery.Instant  `json:"updated_at"`
}

func timesOf(r models.DeliveryRow) deliveryTimes {
	return deliveryTimes{
		PlannedAt: delivery.At(r.PlannedAt), NotBefore: delivery.At(r.NotBefore), ScheduledAt: momentOf(r.ScheduledAt), ExpiresAt: delivery.At(r.ExpiresAt),
		WindowStart: delivery.At(r.WindowStart), WindowEnd: delivery.At(r.WindowEnd), HandedAt: momentOf(r.HandedAt), OfferedAt: momentOf(r.OfferedAt),
		AcceptedAt: momentOf(r.AcceptedAt), StartedAt: momentOf(r.StartedAt), EndedAt: momentOf(r.EndedAt), ResultAt: momentOf(r.ResultAt),
		CustomerConnectedAt: momentOf(r.CustomerConnectedAt), GreetingEndedAt: momentOf(r.GreetingEndedAt),
		AgentConnectedAt: momentOf(r.AgentConnectedAt), SpeechAt: momentOf(r.SpeechAt), CreatedAt: delivery.At(r.CreatedAt), UpdatedAt: delivery.At(r.UpdatedAt),
	}
}

func momentOf(t *time.Time) *delivery.Instant {
	if t == nil {
		return nil
	}
	return new(delivery.At(*t))
}

// deliveryOf shows an attempt's row.
func deliveryOf(r models.DeliveryRow) Delivery {
	return Delivery{
		ID: r.ID, DeliveryTaskID: r.TaskID, ConfigurationID: r.ConfigurationID, Seq: r.Seq, Channel: r.Channel, Mode: r.Mode, QueueID: r.QueueID,
		Status: r.Status, Result: r.Result, ResultCore: r.ResultCore, Reason: r.Reason, TrackingID: r.TrackingID, JourneyID: r.JourneyID,
		JourneyRunID: r.JourneyRunID, BatchID: r.BatchID, ContactID: r.ContactID, PhoneType: r.PhoneType, ToAddress: r.ToAddress,
		FromAddress: r.FromAddress, CallID: r.CallID, ConversationID: r.ConversationID, Callback: r.Callback, Loop: r.Loop,
		ContactIndex: r.ContactIndex, PhoneIndex: r.PhoneIndex, deliveryTimes: timesOf(r), AnsweredBy: r.AnsweredBy, MessageLeft: r.MessageLeft,
		BotFailed: r.BotFailed, WaitExceeded: r.WaitExceeded, SIPCode: r.SIPCode, Diagnostics: r.Diagnostics,
		Dispositions: append([]string{}, r.Dispositions...), OptedOut: r.OptedOut, PolicyID: r.PolicyID, Revision: r.Revision,
	}
}
