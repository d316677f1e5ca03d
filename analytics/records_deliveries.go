package analytics

// deliverySets are the dimension sets kept for attempts: a configuration has one queue and one dial mode at
// a time, so that there are few combinations more than configurations times results.
var (
	deliveryOutcomeSet = DimensionSet{
		ID:         "outcome",
		Attributes: []string{"configuration_id", "queue_id", "dial_mode", "channel", "status", "result", "result_core"},
	}
	configurationSet = DimensionSet{ID: "configuration", Attributes: []string{"configuration_id", "queue_id", "dial_mode", "channel"}}
)

// routedTo is the condition of an attempt whose call was routed to one of some conversations.
const routedTo = "organization_id = ? AND conversation_id = ANY (?::text[])"

// deliveries are attempts that are over: one call to one number, from its planning to its result, made or not.
var deliveries = Record{
	ID: "deliveries", Name: "Deliveries",
	Description: "One attempt of a delivery task that is over: one call to one number, made or not",
	Table:       "delivery_facts", Time: "ended_at", Start: "coalesce(started_at, ended_at)", Key: "id::text",
	Conversations: routedTo,
	Open:          &openDeliveries,
	Attributes: []RecordAttribute{
		{"configuration_id", "configuration_id::text"},
		{"queue_id", "queue_id"},
		{"journey_id", "journey_id"},
		{"channel", "channel"},
		{"dial_mode", "mode"},
		{"status", "status"},
		{"result", "result"},
		{"result_core", "result_core"},
		// The codes come as the agent's desktop sent them, perhaps one twice.
		{"disposition_code", "ARRAY(SELECT DISTINCT unnest(dispositions))"},
		{"contact_id", "contact_id"},
		{"attempt_number", "seq"},
	},
	Fields:  deliveryFields,
	Rollups: []DimensionSet{deliveryOutcomeSet, configurationSet, queueSet},
}

var deliveryFields = []Field{
	{"ended_at", "When the attempt was over", InstantType, false, "ended_at", ""},
	{"csid", "The id of the conversation to which the call was routed", IDType, true, "conversation_id", ""},
	{"conversation_id", "The id of the conversation to which the call was routed", IDType, true, "conversation_id", ""},
	{"delivery_id", "The attempt's id", StringType, false, "id::text", ""},
	{"delivery_task_id", "The delivery task", StringType, false, "task_id::text", ""},
	{"attempt_number", "Counts the task's attempts from 1", IntType, false, "seq", ""},
	{"configuration_id", "The engagement configuration", StringType, false, "configuration_id::text", "configuration_id"},
	{"queue_id", "The configuration's queue", IDType, true, "queue_id", "queue_id"},
	{"channel", "The channel", StringType, false, "channel", "channel"},
	{"dial_mode", "Copilot, Progressive or Preview", StringType, false, "mode", "dial_mode"},
	{"status", "Complete, Expired, Cancelled or Error", StringType, false, "status", "status"},
	{"result", "What came of it", StringType, true, "result", "result"},
	{"result_core", "What came of it, in the older set of six", StringType, true, "result_core", "result_core"},
	{"reason", "Why it was not made", StringType, true, "reason", ""},
	{"tracking_id", "The caller's id of the request", StringType, true, "tracking_id", ""},
	{"journey_id", "The caller's journey", StringType, true, "journey_id", ""},
	{"journey_run_id", "The journey's run", StringType, true, "journey_run_id", ""},
	{"batch_id", "The bulk request", StringType, true, "batch_id", ""},
	{"contact_id", "The contact", IDType, false, "contact_id", ""},
	{"to_address", "The number to call", StringType, false, "to_address", ""},
	{"from_address", "The number that was shown", StringType, true, "from_address", ""},
	{"call_id", "The dialer's id of the call", StringType, true, "call_id", ""},
	{"callback", "Whether it called back", BoolType, false, "callback", ""},
	{"planned_at", "When the attempt was planned", InstantType, false, "planned_at", ""},
	{"window_start", "When the window of the request began in which it was made, or was to be made", InstantType, false, "window_start", ""},
	{"window_end", "When that window ended", InstantType, false, "window_end", ""},
	{"handed_at", "When it was handed to the dialer", InstantType, true, "handed_at", ""},
	{"started_at", "When the call was started", InstantType, true, "started_at", ""},
	{"customer_connected_at", "When the call was answered, by whomever", InstantType, true, "customer_connected_at", ""},
	{"greeting_ended_at", "When the greeting was over", InstantType, true, "greeting_ended_at", ""},
	{"agent_connected_at", "When an agent was connected", InstantType, true, "agent_connected_at", ""},
	{"attempt_latency", "Start of the call - start of its window, in seconds", SecondsType, true, "latency_ms", ""},
	{"duration", "End - start of the call, in seconds", SecondsType, true, "duration_ms", ""},
	{"agent_wait", "Agent connected - end of the greeting, or answer where none is known, in seconds", SecondsType, true, "agent_wait_ms", ""},
	{"wait_exceeded", "Whether a customer waited for an agent longer than the configuration's threshold", BoolType, false, "wait_exceeded", ""},
	{"bot_failed", "Whether the AI agent failed", BoolType, false, "bot_failed", ""},
	{"sip_code", "The final response of a call that failed", IntType, true, "sip_code", ""},
	{"disposition_code", "The disposition codes that the agent chose", ListType, false, "dispositions", "disposition_code"},
	{"workflow_id", "The workflow that wrote the record; none for one that was over when it was accepted", StringType, true, "workflow_id", ""},
	{"run_id", "That workflow's run", StringType, true, "run_id", ""},
	{"recorded_at", "When the record was written", InstantType, false, "recorded_at", ""},
}

// deliveryTasks are tasks that are over: requests to reach somebody, with all their attempts.
var deliveryTasks = Record{
	ID: "delivery_tasks", Name: "Delivery tasks",
	Description: "One request to reach a contact that is over, with all its attempts",
	Table:       "delivery_task_facts", Time: "ended_at", Start: "created_at", Key: "id::text",
	Conversations: "id IN (SELECT task_id FROM deliveries WHERE organization_id = ? AND conversation_id = ANY (?::text[]))",
	Attributes: []RecordAttribute{
		{"configuration_id", "configuration_id::text"},
		{"queue_id", "queue_id"},
		{"journey_id", "journey_id"},
		{"channel", "channel"},
		{"dial_mode", "mode"},
		{"status", "status"},
		{"result", "result"},
	},
	Fields: []Field{
		{"ended_at", "When the task was over", InstantType, false, "ended_at", ""},
		{"delivery_task_id", "The task's id", StringType, false, "id::text", ""},
		{"configuration_id", "The engagement configuration", StringType, false, "configuration_id::text", "configuration_id"},
		{"queue_id", "The configuration's queue", IDType, true, "queue_id", "queue_id"},
		{"channel", "The channel", StringType, false, "channel", "channel"},
		{"dial_mode", "Copilot, Progressive or Preview", StringType, false, "mode", "dial_mode"},
		{"status", "Complete, Expired, Cancelled or Error", StringType, false, "status", "status"},
		{"result", "What came of its last attempt", StringType, true, "result", "result"},
		{"reason", "Why it ended without another attempt", StringType, true, "reason", ""},
		{"tracking_id", "The caller's id of the request", StringType, true, "tracking_id", ""},
		{"journey_id", "The caller's journey", StringType, true, "journey_id", ""},
		{"journey_run_id", "The journey's run", StringType, true, "journey_run_id", ""},
		{"batch_id", "The bulk request", StringType, true, "batch_id", ""},
		{"created_at", "When the request was received", InstantType, false, "created_at", ""},
		{"expires_at", "When no attempt could be made any more", InstantType, false, "expires_at", ""},
		{"last_call_at", "When the latest call was started", InstantType, true, "last_call_at", ""},
		{"calls", "How many calls were started", IntType, false, "calls", ""},
		{"customer_reached", "Whether a person answered one of them", BoolType, false, "customer_reached", ""},
		{"duration", "End - receipt of the request, in seconds", SecondsType, false, "duration_ms", ""},
		{"recorded_at", "When the record was written", InstantType, false, "recorded_at", ""},
	},
	Rollups: []DimensionSet{deliveryTaskSet, queueSet},
}

var deliveryTaskSet = DimensionSet{
	ID: "outcome", Attributes: []string{"configuration_id", "queue_id", "dial_mode", "channel", "status", "result"},
}

// openDeliveries are the attempts that are not over: like open engagements no record of their own.
var openDeliveries = Record{
	ID: "open_deliveries", Name: "Open deliveries",
	Description:   "One attempt of a delivery task that is not over now",
	Table:         "(SELECT * FROM deliveries WHERE ended_at IS NULL) open_deliveries",
	Key:           "id::text",
	Conversations: routedTo,
	Attributes: []RecordAttribute{
		{"configuration_id", "configuration_id::text"},
		{"queue_id", "queue_id"},
		{"journey_id", "journey_id"},
		{"channel", "channel"},
		{"dial_mode", "mode"},
		{"status", "status"},
		{"contact_id", "contact_id"},
		{"attempt_number", "seq"},
	},
}
