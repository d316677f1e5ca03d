package models

// Rows returns an empty row of every table, for a test that holds them and the schema equal.
func Rows() []any {
	return []any{
		&OrganizationRow{}, &APIKey{}, &ConversationRow{}, &EntryRow{}, &DispatchClaimRow{}, &DeadLetterRow{},
		&SettingsVersionRow{}, &DirectoryEntry{}, &Audit{}, &RecordKeyRow{}, &RecordLogRow{}, &EngagementRow{}, &OfferRow{},
		&WaitRow{}, &VisitRow{}, &RatingRow{}, &ClosingRow{}, &LiveRow{},
		&RollupMarkRow{}, &RollupRow{}, &RollupKeyRow{}, &RollupCellRow{},
		&DeliveryConfigurationRow{}, &DeliveryConfigurationVersionRow{}, &DeliveryConsentRow{}, &DeliveryDoNotContactRow{},
		&DeliveryPolicyRow{}, &DeliveryCapacityRow{}, &DeliveryTaskRow{}, &DeliveryRequestRow{}, &DeliveryRow{},
		&DeliveryAttributeRow{}, &DeliveryAttemptLogRow{}, &DeliveryWaitingRow{}, &DeliveryTokenRow{}, &DeliveryPacingRow{},
		&DeliverySweepRow{},
		&WebhookEndpointRow{}, &WebhookMessageRow{},
	}
}
