package workflows

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"

	"engaged/engagement"
	"engaged/models"
)

// DefaultTaskQueue is the task queue that workers poll unless they are told another.
const DefaultTaskQueue = "engaged"

// EngagementWorkflow is the type of the workflow. Histories and routing systems hold it: it never changes.
const EngagementWorkflow = "Engagement"

// DeliveryWorkflow is the type of a delivery task's workflow. Histories hold it: it never changes.
const DeliveryWorkflow = "Delivery"

// Signals of the Engagement workflow.
const (
	// SignalEntries carries a models.Batch of the event log; only the dispatcher sends it.
	SignalEntries = "entries"
	// SignalEvents carries an EventsSignal: any list of events of the conversation.
	SignalEvents = "events"
)

// Updates of the Engagement workflow.
const (
	// UpdateAwaitAccept waits for the outcome of an offer.accept_requested entry.
	UpdateAwaitAccept = "await_accept"
)

// alias is a signal that carries one event whose type goes without saying.
type alias struct {
	// name is the signal's.
	name string
	// types are the event types it may carry; the first is the default.
	types []engagement.EventType
}

// aliases are the thin forms of SignalEvents, for routing systems that speak Temporal.
var aliases = []alias{
	{"offer", []engagement.EventType{engagement.OfferCreated, engagement.OfferTimedOut, engagement.OfferRescinded}},
	{"accept", []engagement.EventType{engagement.OfferAccepted}},
	{"decline", []engagement.EventType{engagement.OfferDeclined}},
	{"assign", []engagement.EventType{engagement.AgentAssigned, engagement.AgentUnassigned}},
	{"reply", []engagement.EventType{engagement.AgentMessage, engagement.CustomerMessage}},
	{"transfer", []engagement.EventType{engagement.ConversationTransferred}},
	{"status", []engagement.EventType{engagement.StatusChanged}},
	{"hold", []engagement.EventType{engagement.HoldStarted, engagement.HoldEnded}},
	{"end", []engagement.EventType{engagement.AgentEnded, engagement.ConversationClosed, engagement.ConversationRemoved}},
}

var plainID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,128}$`)

// WorkflowID returns the id of a conversation's workflow. A conversation id with characters outside
// [A-Za-z0-9._:-], or any that is to be hashed, appears in it as "~" and the hexadecimal SHA-256.
func WorkflowID(s models.Subject, hashed bool) string {
	id := s.ConversationID
	if hashed || !plainID.MatchString(id) {
		sum := sha256.Sum256([]byte(id))
		id = "~" + hex.EncodeToString(sum[:])
	}
	return "engagement/" + s.OrganizationID + "/" + id
}

// DeliveryWorkflowID returns the id of a delivery task's workflow.
func DeliveryWorkflowID(s models.Subject) string {
	return "delivery/" + s.OrganizationID + "/" + s.ConversationID
}
