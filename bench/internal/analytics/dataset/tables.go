package dataset

import "strings"

// Table is a fact table with the columns that are filled.
type Table struct {
	// Name is the parent table's.
	Name string
	// Time is the column by which it is partitioned.
	Time string
	// Columns are in the order of the encoded fields.
	Columns []string
}

// The index of each table in Tables and in an Encoder's buffers.
const (
	engagements = iota
	offers
	waits
	visits
	ratings
	closings
)

// Tables are those of all facts.
var Tables = []Table{
	{"engagements", "ended_at", strings.Fields(`id organization_id revision conversation_key conversation_id ordinal
		ticket_id agent_id agent_type group_id queue_id requester_id channel initial_channel direction contact_point tags
		started_at ended_at start_reason end_reason ticket_status_start ticket_status_end duration_ms offered_at
		offer_time_ms queue_entered_at time_to_accept_ms handoff_gap_ms agent_messages agent_replies customer_messages
		first_reply_at first_reply_ms first_response_ms waits wait_total_ms wait_answered_ms wait_unanswered_ms
		wait_longest_ms hold_ms talk_ms wrapup_ms handle_ms expired settings_version inactivity_period_ms inactivity_anchor
		schedule_id started_in_business_hours duration_business_ms first_reply_business_ms wait_total_business_ms
		wait_longest_business_ms first_entry last_entry rules_version workflow_id run_id recorded_at`)},
	{"offers", "resolved_at", strings.Fields(`id organization_id revision conversation_key conversation_id ordinal
		agent_id agent_type group_id queue_id channel ticket_id offered_at expires_at resolved_at outcome open_ms
		engagement_id expired recorded_at`)},
	{"requester_waits", "closed_at", strings.Fields(`engagement_id organization_id ordinal conversation_key
		conversation_id agent_id agent_type group_id queue_id channel direction ticket_id requester_id contact_point
		tags started_in_business_hours opened_at closed_at answered wait_ms wait_business_ms
		expired recorded_at`)},
	{"queue_visits", "left_at", strings.Fields(`id organization_id revision conversation_key conversation_id ordinal
		queue_id channel direction ticket_id entered_at left_at outcome wait_ms agent_id engagement_id
		expired recorded_at`)},
	{"ratings", "created_at", strings.Fields(`id organization_id revision conversation_key conversation_id survey
		requested_at rated_at created_at score scale_min scale_max comment_length agent_id agent_type group_id queue_id
		channel initial_channel direction contact_point ticket_id tags recorded_at`)},
	{"closed_conversations", "closed_at", strings.Fields(`id organization_id revision conversation_key conversation_id
		ordinal closed_at closed_by agent_id agent_type group_id queue_id channel initial_channel direction contact_point
		ticket_id tags recorded_at`)},
}
