package analytics

// agentAttributes say who did it and for whom.
var agentAttributes = []*Attribute{
	{
		ID: "agent_id", Name: "Agent", Type: Identifier, Directory: "agent",
		Description: "The agent: of the engagement, of the offer, who answered the queue visit, who was rated or who closed.",
	},
	{
		ID: "group_id", Name: "Group", Type: Identifier, Directory: "group",
		Description: "The group (team) in which the agent worked at that time.",
	},
	{
		ID: "agent_type", Name: "Agent type", Type: Enumerated,
		Description: "Whether the agent is a human or a bot. Rows of bots are left out unless this attribute is filtered or grouped by.",
		Values:      []Labelled{{"human", "HUMAN", "Human"}, {"bot", "BOT", "Bot"}},
	},
	{
		ID: "queue_id", Name: "Queue", Type: Identifier, Directory: "queue",
		Description: "The queue from which the conversation came.",
	},
	{
		ID: "requester_id", Name: "Requester", Type: Identifier,
		Description: "The customer.",
	},
}
