package workflows

import (
	"engaged/engagement"
	"engaged/models"
)

// EngagementInput starts a run; everything else it reads from the log.
type EngagementInput struct {
	models.Subject
}

// DeliveryInput starts a run of a delivery task; everything else it reads from the log.
type DeliveryInput struct {
	models.Subject
}

// EventsSignal is the payload of SignalEvents. An event may leave out conversation_id (the
// workflow's), time (the instant the signal is taken in) and id (made from the run and a count, so
// that a signal sent twice counts twice: send an id where that matters).
type EventsSignal struct {
	// Events are in the envelope of POST /v1/events.
	Events []engagement.Event `json:"events"`
}

// AwaitAcceptInput is the argument of UpdateAwaitAccept.
type AwaitAcceptInput struct {
	// Number is the entry's number in the conversation's log.
	Number int64 `json:"number"`
}
