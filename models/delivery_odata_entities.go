package models

import (
	"strconv"
	"strings"

	"engaged/odata"
)

// ODataTables are the tables of deliveries as reporting tools read them.
type ODataTables struct {
	// Deliveries has a row for each attempt, Attributes one for each attribute of an attempt.
	Deliveries, Attributes *odata.Entity
}

// The tables with each of the two sets of results.
var (
	currentResults = odataTables("result")
	coreResults    = odataTables("result_core")
)

// ODataTablesOf returns the tables as an organization wants to see them.
func ODataTablesOf(settings OrganizationSettings) ODataTables {
	if settings.DeliveryResults != nil && *settings.DeliveryResults == DeliveryResultsCore {
		return coreResults
	}
	return currentResults
}

func odataTables(result string) ODataTables {
	t := ODataTables{deliveryTable(result), attributeTable()}
	t.Deliveries.Navigations = []odata.Navigation{{
		Name: "msdyn_proactive_delivery_attributes", Target: t.Attributes, Collection: true,
		From: "msdyn_proactive_deliveryid", To: "_msdyn_proactive_delivery_value", Partner: "msdyn_proactive_delivery",
	}}
	t.Attributes.Navigations = []odata.Navigation{{
		Name: "msdyn_proactive_delivery", Target: t.Deliveries,
		From: "_msdyn_proactive_delivery_value", To: "msdyn_proactive_deliveryid", Partner: "msdyn_proactive_delivery_attributes",
	}}
	return t
}

// deliveryTable describes msdyn_proactive_delivery. Texts whose bound is above the reference's 100 characters
// may be that long here.
func deliveryTable(result string) *odata.Entity {
	// A call that was never made has no end.
	ended := "CASE WHEN started_at IS NOT NULL THEN ended_at END"
	return &odata.Entity{
		Name: "msdyn_proactive_delivery", Set: "msdyn_proactive_deliveries", ID: "msdyn_proactive_deliveryid",
		Table: "deliveries", Version: "revision", Order: "createdon",
		Properties: []odata.Property{
			{Name: "msdyn_proactive_deliveryid", Type: odata.GUID, Required: true, SQL: "id"},
			required(uuidText("msdyn_delivery_id", "id", 850)),
			odataText("msdyn_conversation_id", "conversation_id", 128),
			odataText("msdyn_call_id", "call_id", 128),
			required(uuidText("msdyn_proactive_engagement_config_id", "configuration_id", 100)),
			odataText("msdyn_journey_id", "journey_id", 128),
			odataText("msdyn_journey_run_id", "journey_run_id", 128),
			required(odataText("msdyn_contact_id", "contact_id", 128)),
			required(odataText("msdyn_channel", "initcap(channel)", 100)),
			required(odataText("msdyn_status", "status", 100)),
			required(odataText("msdyn_queue_id", "queue_id", 128)),
			odataText("msdyn_tracking_id", "tracking_id", 400),
			required(odataText("msdyn_dialmode_type", "mode", 100)),
			required(odataText("msdyn_to_address", "to_address", 300)),
			odataText("msdyn_from_address", "from_address", 300),
			required(odataTime("msdyn_window_start_date", "window_start")),
			required(odataTime("msdyn_window_end_date", "window_end")),
			odataTime("msdyn_start_date", "started_at"),
			odataTime("msdyn_end_date", ended),
			odataText("msdyn_result", result, 100),
			odataTime("msdyn_result_date", "result_at"),
			unordered(odataText("msdyn_disposition_codes", dispositionCodes, 1000)),
			required(odataTime("msdyn_expiration_date", "expires_at")),
			required(timeText("msdyn_expiration_date_ms", "expires_at")),
			odataTime("msdyn_channel_sent_date", "handed_at"),
			timeText("msdyn_channel_sent_date_ms", "handed_at"),
			timeText("msdyn_start_date_ms", "started_at"),
			timeText("msdyn_end_date_ms", ended),
			timeText("msdyn_result_date_ms", "result_at"),
			odataTime("msdyn_customer_connected_date", "customer_connected_at"),
			timeText("msdyn_customer_connected_date_ms", "customer_connected_at"),
			odataTime("msdyn_csr_connected_date", "agent_connected_at"),
			timeText("msdyn_csr_connected_date_ms", "agent_connected_at"),
			odataTime("msdyn_start_of_speech_timestamp", "speech_at"),
			timeText("msdyn_start_of_speech_timestamp_ms", "speech_at"),
			{Name: "msdyn_speech_detected", Type: odata.Boolean, Required: true, SQL: "(speech_at IS NOT NULL)"},
			{Name: "msdyn_exceeded_customer_wait_threshold", Type: odata.Boolean, Required: true, SQL: "wait_exceeded"},
			unordered(odataText("msdyn_sip_diagnostics", sipDiagnostics, 0)),
			{Name: "msdyn_seq_no", Type: odata.Int32, Required: true, SQL: "seq"},
			odataTime("msdyn_earliest_schedule_date", "scheduled_at"),
			timeText("msdyn_earliest_schedule_date_ms", "scheduled_at"),
			odataText("msdyn_batch_id", "batch_id", 128),
			odataText("msdyn_cancellation_policy_id", "policy_id", 128),
			odataText("msdyn_engagement_type", "NULL::text", 100),
			odataText("msdyn_state", "state", 128),
			odataText("msdyn_country", "country", 128),
			odataText("msdyn_postal_code", "postal_code", 128),
			odataText("msdyn_parent_conversation_id", "NULL::text", 128),
			{Name: "_msdyn_proactive_callback_profileid_value", Type: odata.GUID, SQL: "NULL::uuid"},
			required(uuidText("partitionid", "id", 100)),
			{Name: "ttlinseconds", Type: odata.Int32, SQL: "NULL::integer"},
			{Name: "_ownerid_value", Type: odata.GUID, SQL: "NULL::uuid"},
			required(odataTime("createdon", "created_at")),
			required(odataTime("modifiedon", "updated_at")),
		},
	}
}

// attributeTable describes msdyn_proactive_delivery_attribute. A keyword or value is too long to be part of a
// link to a further page.
func attributeTable() *odata.Entity {
	return &odata.Entity{
		Name: "msdyn_proactive_delivery_attribute", Set: "msdyn_proactive_delivery_attributes", ID: "msdyn_proactive_delivery_attributeid",
		Table: "delivery_attributes",
		Properties: []odata.Property{
			{
				Name: "msdyn_proactive_delivery_attributeid", Type: odata.GUID, Required: true,
				SQL: "('" + attributeGUID + "' || lpad(to_hex(id), 12, '0'))::uuid", Key: "id", KeyType: "bigint", KeyOf: attributeID,
			},
			{Name: "_msdyn_proactive_delivery_value", Type: odata.GUID, Required: true, SQL: "delivery_id"},
			required(uuidText("msdyn_proactive_deliverypid", "delivery_id", 100)),
			required(unordered(odataText("msdyn_keyword", "keyword", 850))),
			required(unordered(odataText("msdyn_value", "value", 4000))),
			{Name: "msdyn_type", Type: odata.Int32, Required: true, SQL: "CASE type WHEN 'input' THEN 700610000 ELSE 700610001 END"},
			required(uuidText("partitionid", "delivery_id", 100)),
		},
	}
}

const (
	// dispositionCodes are in double quotes, those within doubled, between commas; null without any.
	dispositionCodes = `(SELECT string_agg('"' || replace(d.code, '"', '""') || '"', ',' ORDER BY d.n) FROM unnest(dispositions) WITH ORDINALITY AS d (code, n))`

	sipDiagnostics = `CASE WHEN sip_code IS NOT NULL OR diagnostics IS NOT NULL
THEN json_strip_nulls(json_build_object('sip_code', sip_code, 'diagnostics', diagnostics))::text END`

	// attributeGUID begins the GUIDs that are made of attributes' numbers (version 8 of RFC 9562).
	attributeGUID = "00000000-0000-8000-8000-"
)

// attributeID is the number of an attribute's GUID.
func attributeID(literal any) (any, bool) {
	text, _ := literal.(string)
	digits, ok := strings.CutPrefix(text, attributeGUID)
	id, err := strconv.ParseInt(digits, 16, 64)
	return id, ok && err == nil
}

func odataText(name, column string, most int) odata.Property {
	return odata.Property{Name: name, Type: odata.String, MaxLength: most, SQL: column}
}

func odataTime(name, column string) odata.Property {
	return odata.Property{Name: name, Type: odata.DateTimeOffset, SQL: column}
}

// uuidText is a text that holds the UUID of a column.
func uuidText(name, column string, most int) odata.Property {
	p := odataText(name, column+"::text", most)
	p.Key, p.KeyType = column, "uuid"
	p.KeyOf = func(literal any) (any, bool) {
		text, _ := literal.(string)
		id, ok := odata.ParseGUID(text)
		return id, ok && id == text
	}
	return p
}

// timeText is the text of a time; the reference keeps milliseconds only there.
func timeText(name, column string) odata.Property {
	return odataText(name, `to_char((`+column+`) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`, 100)
}

func required(p odata.Property) odata.Property {
	p.Required = true
	return p
}

func unordered(p odata.Property) odata.Property {
	p.Unordered = true
	return p
}
