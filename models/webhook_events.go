package models

import (
	"engaged/delivery"
)

// EndedDelivery is what is told of an attempt that is over. Names are those of GET /v1/deliveries.
type EndedDelivery struct {
	DeliveryID      string `json:"delivery_id"`
	TaskID          string `json:"delivery_task_id"`
	ConfigurationID string `json:"configuration_id"`
	// Seq is the attempt's number in its task, from 1.
	Seq     int             `json:"seq"`
	Mode    delivery.Mode   `json:"mode"`
	QueueID string          `json:"queue_id"`
	Status  delivery.Status `json:"status"`
	Result  delivery.Result `json:"result"`
	// ResultCore is the result in the older set of six; Reason says more.
	ResultCore   string             `json:"result_core"`
	Reason       string             `json:"reason,omitempty"`
	TrackingID   string             `json:"tracking_id,omitempty"`
	JourneyID    string             `json:"journey_id,omitempty"`
	JourneyRunID string             `json:"journey_run_id,omitempty"`
	BatchID      string             `json:"batch_id,omitempty"`
	ContactID    string             `json:"contact_id"`
	PhoneType    delivery.PhoneType `json:"phone_type"`
	ToAddress    string             `json:"to_address"`
	FromAddress  string             `json:"from_address,omitempty"`
	// CallID is the dialer's, ConversationID that to which the call was routed.
	CallID         string            `json:"call_id,omitempty"`
	ConversationID string            `json:"conversation_id,omitempty"`
	Callback       bool              `json:"callback"`
	StartedAt      *delivery.Instant `json:"started_at,omitempty"`
	// CustomerConnectedAt and AgentConnectedAt are when somebody answered and when an agent joined.
	CustomerConnectedAt *delivery.Instant `json:"customer_connected_at,omitempty"`
	AgentConnectedAt    *delivery.Instant `json:"agent_connected_at,omitempty"`
	EndedAt             delivery.Instant  `json:"ended_at"`
	// AnsweredBy is what the machine detection said.
	AnsweredBy   string   `json:"answered_by,omitempty"`
	MessageLeft  bool     `json:"message_left"`
	BotFailed    bool     `json:"bot_failed"`
	SIPCode      int      `json:"sip_code,omitempty"`
	Dispositions []string `json:"dispositions"`
	OptedOut     bool     `json:"opted_out"`
	PolicyID     string   `json:"policy_id,omitempty"`
	// InputAttributes went with the attempt, ResultAttributes came back.
	InputAttributes  map[string]string `json:"input_attributes,omitempty"`
	ResultAttributes map[string]string `json:"result_attributes,omitempty"`
}

// EndedTask is what is told of a task that is over. Names are those of GET /v1/delivery-tasks.
type EndedTask struct {
	TaskID          string            `json:"delivery_task_id"`
	ConfigurationID string            `json:"configuration_id"`
	TrackingID      string            `json:"tracking_id,omitempty"`
	JourneyID       string            `json:"journey_id,omitempty"`
	JourneyRunID    string            `json:"journey_run_id,omitempty"`
	BatchID         string            `json:"batch_id,omitempty"`
	Status          delivery.Status   `json:"status"`
	Reason          string            `json:"reason,omitempty"`
	EndedAt         *delivery.Instant `json:"ended_at"`
	// Calls is how many calls were started, Retries how many loops followed the first.
	Calls           int  `json:"calls"`
	Retries         int  `json:"retries"`
	Callbacks       int  `json:"callbacks"`
	CustomerReached bool `json:"customer_reached"`
}

// ended is what is told of an attempt of the task.
func (t *storedTask) ended(id string, a *delivery.Attempt) EndedDelivery {
	return EndedDelivery{
		DeliveryID: id, TaskID: t.task.ID, ConfigurationID: t.task.ConfigurationID, Seq: a.Seq, Mode: t.mode, QueueID: t.queueID,
		Status: a.Status, Result: a.Result, ResultCore: string(a.Result.Core()), Reason: a.Reason,
		TrackingID: t.task.TrackingID, JourneyID: t.task.JourneyID, JourneyRunID: t.task.JourneyRunID, BatchID: t.batchID,
		ContactID: a.ContactID, PhoneType: a.PhoneType, ToAddress: a.ToAddress, FromAddress: a.FromAddress,
		CallID: a.CallID, ConversationID: a.ConversationID, Callback: a.Callback, StartedAt: a.StartedAt,
		CustomerConnectedAt: a.CustomerConnectedAt, AgentConnectedAt: a.AgentConnectedAt, EndedAt: *a.EndedAt, AnsweredBy: a.AnsweredBy,
		MessageLeft: a.MessageLeft, BotFailed: a.BotFailed, SIPCode: a.SIPCode, Dispositions: listed(a.Dispositions), OptedOut: a.OptedOut,
		PolicyID: a.PolicyID, InputAttributes: inputAttributes(t.task, a.Position.Contact), ResultAttributes: a.Attributes,
	}
}

// over is what is told of the task itself.
func (t *storedTask) over(v *delivery.TaskView) EndedTask {
	return EndedTask{
		TaskID: t.task.ID, ConfigurationID: t.task.ConfigurationID, TrackingID: t.task.TrackingID, JourneyID: t.task.JourneyID,
		JourneyRunID: t.task.JourneyRunID, BatchID: t.batchID, Status: v.Status, Reason: v.Reason, EndedAt: v.EndedAt,
		Calls: v.Calls, Retries: v.Retries, Callbacks: v.Callbacks, CustomerReached: v.CustomerReached,
	}
}
