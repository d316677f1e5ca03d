package models

import (
	"encoding/json"

	"engaged/delivery"
	"engaged/engagement"
)

// KindDelivery is the kind of a Subject that is a delivery task.
const KindDelivery = "delivery"

// Subject names what entries of the log are about: of a tenant a conversation, or a delivery task.
type Subject struct {
	OrganizationID string `json:"organization_id"`
	// ConversationID is the caller's own id of the conversation, or the task's id.
	ConversationID string `json:"conversation_id"`
	// Kind is empty for a conversation, else KindDelivery.
	Kind string `json:"kind,omitempty"`
}

// Submission is one validated event to append for an organization.
type Submission struct {
	OrganizationID string
	Event          engagement.Event
	// RawData is the sender's data object as it came; nil where there was none.
	RawData json.RawMessage
}

// Receipt is what became of a Submission.
type Receipt struct {
	// Number is the entry's number: a new one, or that of the first sending for a duplicate.
	Number int64
	// ReceivedAt is the log's clock when the entry was (first) appended.
	ReceivedAt engagement.Instant
	// Duplicate tells that the log already had the event; Conflict that its content differed.
	Duplicate, Conflict bool
	// Late tells that the event's time is not after the end of the last recorded leg.
	Late bool
	// Refused is why the event was not appended; nil if it was. Only the log's own clock can tell,
	// so it is the one fault that validation leaves to the log.
	Refused *engagement.FieldError
}

// Conversation is what a run takes in when it starts.
type Conversation struct {
	// Generation is random and belongs to the conversation's row; engagement ids are made from it.
	Generation string `json:"generation"`
	// Carry is the core's memory; its zero value before the first record.
	Carry engagement.State `json:"carry"`
	// RecordCount is the number of record transactions so far: what the run builds on.
	RecordCount int64 `json:"record_count"`
	// Entries are those that no finished run has folded, by number.
	Entries []engagement.Entry `json:"entries,omitempty"`
	// Seen is the highest number up to which Entries are complete.
	Seen int64 `json:"seen"`
	// More tells that there are entries after Seen which did not fit.
	More bool `json:"more,omitempty"`
	// HashedIDs tells that the organization's workflow ids hold hashes of conversation ids.
	HashedIDs bool `json:"hashed_ids,omitempty"`
	// Settings are the versions of the organization's settings from the one on that was current at
	// the earliest instant the fold may ask for, oldest first.
	Settings []engagement.Settings `json:"settings,omitempty"`
}

// Batch is a piece of a conversation's log: all that no finished run has folded between two numbers.
type Batch struct {
	// From and To bound the numbers, both inside.
	From int64 `json:"from"`
	To   int64 `json:"to"`
	// Entries lie between them, ordered by number.
	Entries []engagement.Entry `json:"entries"`
	// TaskEntries are what lies between them where the subject is a delivery task; Entries are empty then.
	TaskEntries []delivery.Entry `json:"task_entries,omitempty"`
	// More tells that the log holds entries after To.
	More bool `json:"more,omitempty"`
	// SettingsVersion is the organization's newest settings version when the batch was read.
	SettingsVersion int `json:"settings_version"`
}

// Empty tells that the batch holds no entry.
func (b Batch) Empty() bool { return len(b.Entries)+len(b.TaskEntries) == 0 }

// Reached is the answer to "has time reached t?".
type Reached struct {
	// Batch holds the entries that the run has not seen, or the clock mark just appended; empty if
	// the time has not come.
	Batch Batch `json:"batch"`
	// Now is the log's clock: where Batch is empty, the run sleeps again until its deadline.
	Now engagement.Instant `json:"now"`
}

// Record is everything that one record transaction writes.
type Record struct {
	Subject
	// Token names the attempt (run id, cut and Seen): a repeat of the same token changes nothing. An
	// attempt that has seen more is another one, lest what it has seen count as recorded.
	Token string
	// RecordCount is the count that the run built on; another one means another run has recorded.
	RecordCount int64
	// Seen is the highest entry number the run has folded; newer entries refuse the record.
	Seen int64
	// SettingsVersion is the newest version the run knows; a newer one refuses the record.
	SettingsVersion int
	// Tail are the numbers up to Seen that lie after the cut: the next run folds them.
	Tail []int64
	// Cut is the instant up to which entries were folded and deadlines decided.
	Cut engagement.Instant
	// Result is the fold of carry and all entries up to the cut.
	Result engagement.Result
	// WorkflowID and RunID are the provenance of the rows.
	WorkflowID, RunID string
}

// Recorded is the outcome of a record transaction.
type Recorded struct {
	// Done tells that the rows, the carry and the numbers are written.
	Done bool `json:"done"`
	// Overtaken tells that another run has recorded meanwhile: this one must load afresh.
	Overtaken bool `json:"overtaken,omitempty"`
	// Batch holds the entries that came in between; the run folds them and tries again.
	Batch Batch `json:"batch"`
	// Settings are the versions newer than the run knew.
	Settings []engagement.Settings `json:"settings,omitempty"`
}

// Live is the projection of one conversation that live views read.
type Live struct {
	Subject
	// Seen is the highest entry number folded into it; older projections never overwrite newer.
	Seen int64
	// RecordCount is the count the run built on.
	RecordCount int64
	// Open is the open leg, or nil.
	Open *engagement.Leg
	// Visit is the open queue visit, or nil.
	Visit *engagement.Visit
	// OpenOffers is the number of offers open.
	OpenOffers int
	// Channel and TicketID are the conversation's.
	Channel, TicketID string
}
