package analytics

// ratings are surveys: requested, and perhaps answered.
var ratings = Record{
	ID: "ratings", Name: "Ratings",
	Description: "Conversation Ratings",
	Table:       "ratings", Time: "created_at", Key: "id::text",
	Humans: withoutBots,
	Attributes: []RecordAttribute{
		{"agent_id", "agent_id"},
		{"group_id", "group_id"},
		{"agent_type", "agent_type"},
		{"queue_id", "queue_id"},
		{"channel", "channel"},
		{"initial_channel", "initial_channel"},
		{"initial_direction", "direction"},
		{"tag_id", "tags"},
		{"contact_point", "contact_point"},
		{"ticket_id", "ticket_id"},
		{"survey", "survey"},
		{"score", "score"},
	},
	Fields: []Field{
		{"created_at", "When the customer answered; for an unanswered survey, when it was sent", InstantType, false, "created_at", ""},
		{"csid", "The conversation's id", IDType, false, "conversation_id", ""},
		{"initial_direction", "Who began the conversation", StringType, true, "direction", "initial_direction"},
		{"initial_channel", "The channel on which the conversation began", StringType, true, "initial_channel", "initial_channel"},
		{"contact_point", "The organization's own address that was contacted", StringType, true, "contact_point", "contact_point"},
		{"conversation_id", "The conversation's id", IDType, false, "conversation_id", ""},
		{"agent_id", "The agent assigned to the conversation", IDType, true, "agent_id", "agent_id"},
		{"queue_id", "The queue of the conversation when it was offered", IDType, true, "queue_id", "queue_id"},
		{"survey", "The kind of survey: csat, nps or ces", StringType, false, "survey", "survey"},
		{"score", "The customer's score", DoubleType, true, "score", ""},
	},
	Value:          "score",
	RelatedMetrics: []string{"csat"},
	Rollups:        []DimensionSet{agentSet, queueChannelSet, queueSet},
}

// closedConversations are closings: a conversation that is opened again may be closed again. Bots
// close conversations too, and all of them count.
var closedConversations = Record{
	ID: "closed_conversations", Name: "Closed conversations",
	Description: "Closed conversation data",
	Table:       "closed_conversations", Time: "closed_at", Key: "id::text",
	Attributes: []RecordAttribute{
		{"agent_id", "agent_id"},
		{"group_id", "group_id"},
		{"agent_type", "agent_type"},
		{"queue_id", "queue_id"},
		{"channel", "channel"},
		{"initial_channel", "initial_channel"},
		{"initial_direction", "direction"},
		{"tag_id", "tags"},
		{"contact_point", "contact_point"},
		{"ticket_id", "ticket_id"},
		{"closed_by", "closed_by"},
	},
	Fields: []Field{
		{"closed_at", "When the conversation was closed", InstantType, false, "closed_at", ""},
		{"csid", "The conversation's id", IDType, false, "conversation_id", ""},
		{"initial_direction", "Who began the conversation", StringType, true, "direction", "initial_direction"},
		{"initial_channel", "The channel on which the conversation began", StringType, true, "initial_channel", "initial_channel"},
		{"contact_point", "The organization's own address that was contacted", StringType, true, "contact_point", "contact_point"},
		{"conversation_id", "The conversation's id", IDType, false, "conversation_id", ""},
		{"agent_id", "The agent who closed the conversation", IDType, true, "agent_id", "agent_id"},
		{"queue_id", "The queue of the conversation when it was closed", IDType, true, "queue_id", "queue_id"},
		{"closed_by", "Who closed it: Agent, Enduser or Unknown", StringType, false,
			"CASE closed_by WHEN 'agent' THEN 'Agent' WHEN 'end_user' THEN 'Enduser' ELSE 'Unknown' END", ""},
	},
	Rollups: []DimensionSet{agentSet, queueChannelSet, queueSet},
}
