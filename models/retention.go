package models

// DefaultRetentionDays is how long the event log is kept where settings say nothing.
const DefaultRetentionDays = 35
