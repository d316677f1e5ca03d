package analytics

// openAge is how long an open engagement has lasted, in milliseconds.
const openAge = "(extract(epoch FROM now() - started_at) * 1000)"

// openEngagements are the engagements of the live projection. It is not a record of its own: it has no
// instant that places a row in a period, and a row is gone once the engagement has ended.
var openEngagements = Record{
	ID: "open_engagements", Name: "Open engagements",
	Description: "One engagement that is open now",
	// Rows of conversations without an engagement are left out here, so that every reader does.
	Table: "(SELECT * FROM live_conversations WHERE engagement_id IS NOT NULL) open_engagements",
	Start: "started_at", Key: "engagement_id::text",
	Humans: "engagement ->> 'agent_type' <> 'bot'",
	Attributes: []RecordAttribute{
		{"agent_id", "agent_id"},
		{"group_id", "group_id"},
		{"agent_type", "engagement ->> 'agent_type'"},
		{"queue_id", "queue_id"},
		{"requester_id", "engagement ->> 'requester_id'"},
		{"channel", "channel"},
		{"initial_channel", "engagement ->> 'initial_channel'"},
		{"initial_direction", "engagement ->> 'direction'"},
		{"tag_id", "ARRAY(SELECT jsonb_array_elements_text(engagement -> 'tags'))"},
		{"contact_point", "engagement ->> 'contact_point'"},
		{"ticket_id", "ticket_id"},
		{"start_reason", "engagement ->> 'start_reason'"},
		{"ticket_status_start", "engagement ->> 'ticket_status_start'"},
		{"started_in_business_hours", "engagement ->> 'started_in_business_hours'"},
	},
}
