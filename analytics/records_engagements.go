package analytics

// withoutBots leaves out rows of bots, and keeps those that have no agent.
const withoutBots = "agent_type <> 'bot'"

// Dimension sets that several records keep.
var (
	queueChannelSet = DimensionSet{ID: "queue_channel", Attributes: []string{"queue_id", "channel"}}
	agentSet        = DimensionSet{ID: "agent", Attributes: []string{"agent_id", "group_id"}}
	// Distributions of many days by queue are read from a fifth of the keys.
	queueSet = DimensionSet{ID: "queue", Attributes: []string{"queue_id"}, DaysOnly: true}
)

// engagements are the legs: one agent, one customer, one channel, from assignment to end.
var engagements = Record{
	ID: "engagements", Name: "Engagements",
	Description: "One leg of a conversation: one agent, one customer, one channel, from assignment to its end",
	Table:       "engagements", Time: "ended_at", Start: "started_at", Key: "id::text",
	Humans: withoutBots, CanExpire: true, Open: &openEngagements,
	Attributes: []RecordAttribute{
		{"agent_id", "agent_id"},
		{"group_id", "group_id"},
		{"agent_type", "agent_type"},
		{"queue_id", "queue_id"},
		{"requester_id", "requester_id"},
		{"channel", "channel"},
		{"initial_channel", "initial_channel"},
		{"initial_direction", "direction"},
		{"tag_id", "tags"},
		{"contact_point", "contact_point"},
		{"ticket_id", "ticket_id"},
		{"start_reason", "start_reason"},
		{"end_reason", "end_reason"},
		{"ticket_status_start", "ticket_status_start"},
		{"ticket_status_end", "ticket_status_end"},
		{"started_in_business_hours", "started_in_business_hours::text"},
	},
	Fields:  engagementFields,
	Rollups: []DimensionSet{agentSet, queueChannelSet, queueSet},
}

var engagementFields = []Field{
	{"ended_at", "When the engagement ended", InstantType, false, "ended_at", ""},
	{"csid", "The conversation's id", IDType, false, "conversation_id", ""},
	{"conversation_id", "The conversation's id", IDType, false, "conversation_id", ""},
	{"engagement_id", "The engagement's id", StringType, false, "id::text", ""},
	{"ordinal", "Counts the conversation's engagements from 1", IntType, false, "ordinal", ""},
	{"ticket_id", "The ticket", IDType, false, "ticket_id", ""},
	{"agent_id", "The agent assigned", IDType, false, "agent_id", "agent_id"},
	{"agent_type", "human or bot", StringType, false, "agent_type", "agent_type"},
	{"group_id", "The agent's group", IDType, true, "group_id", "group_id"},
	{"queue_id", "The queue that the conversation came from", IDType, true, "queue_id", "queue_id"},
	{"requester_id", "The customer", IDType, true, "requester_id", ""},
	{"channel", "The channel of the engagement", StringType, true, "channel", "channel"},
	{"initial_channel", "The channel on which the conversation began", StringType, true, "initial_channel", "initial_channel"},
	{"initial_direction", "Who began the conversation", StringType, true, "direction", "initial_direction"},
	{"contact_point", "The organization's own address that was contacted", StringType, true, "contact_point", "contact_point"},
	{"tag_id", "The tags", ListType, false, "tags", "tag_id"},
	{"started_at", "When the engagement began", InstantType, false, "started_at", ""},
	{"start_reason", "Why it began", StringType, false, "start_reason", "start_reason"},
	{"end_reason", "Why it ended", StringType, false, "end_reason", "end_reason"},
	{"ticket_status_start", "The ticket's status before the changes at the start", StringType, false, "ticket_status_start", "ticket_status_start"},
	{"ticket_status_end", "The ticket's status after the changes at the end", StringType, false, "ticket_status_end", "ticket_status_end"},
	{"started_in_business_hours", "Whether it began in business hours", BoolType, false, "started_in_business_hours", ""},
	{"offered_at", "When it was last offered to the agent", InstantType, true, "offered_at", ""},
	{"queue_entered_at", "When the conversation entered the queue", InstantType, true, "queue_entered_at", ""},
	{"first_reply_at", "When the agent first wrote", InstantType, true, "first_reply_at", ""},
	{"duration", "End - start, in seconds", SecondsType, false, "duration_ms", ""},
	{"duration_business", "Business time within the engagement, in seconds", SecondsType, false, "duration_business_ms", ""},
	{"offer_time", "Start - latest offer to the agent, in seconds", SecondsType, true, "offer_time_ms", ""},
	{"time_to_accept", "Start - entry into the queue, in seconds", SecondsType, true, "time_to_accept_ms", ""},
	{"handoff_gap", "Start - end of the engagement that was transferred, in seconds", SecondsType, true, "handoff_gap_ms", ""},
	{"first_reply", "First message of the agent - start, in seconds", SecondsType, true, "first_reply_ms", ""},
	{"first_response", "First public message of a human agent - first message of the customer, in seconds, on the engagement that made it", SecondsType, true, "first_response_ms", ""},
	{"talk_time", "Duration - hold, in seconds", SecondsType, false, "talk_ms", ""},
	{"hold_time", "Time on hold, in seconds", SecondsType, false, "hold_ms", ""},
	{"wrap_up_time", "Wrap-up after the contact, in seconds", SecondsType, true, "wrapup_ms", ""},
	{"handle_time", "Duration + wrap-up, in seconds", SecondsType, false, "handle_ms", ""},
	{"agent_messages", "Public messages of the agent; none on channels without messages", IntType, true, "agent_messages", ""},
	{"agent_replies", "Messages of the agent that answered a waiting customer", IntType, true, "agent_replies", ""},
	{"end_user_messages", "Messages of the customer", IntType, true, "customer_messages", ""},
	{"requester_waits", "How often the customer waited for an answer", IntType, true, "waits", ""},
	{"requester_wait_total", "The sum of the waits, in seconds", SecondsType, true, "wait_total_ms", ""},
	{"requester_wait_longest", "The longest wait, in seconds", SecondsType, true, "wait_longest_ms", ""},
	{"expired", "Whether it ran into the open limit", BoolType, false, "expired", ""},
	{"workflow_id", "The workflow that wrote the record", StringType, false, "workflow_id", ""},
	{"run_id", "That workflow's run", StringType, false, "run_id", ""},
	{"recorded_at", "When the record was written", InstantType, false, "recorded_at", ""},
}
