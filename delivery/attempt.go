package delivery

// Attempt is one delivery: one call to one number, from its planning to its result.
type Attempt struct {
	// Seq numbers a task's attempts from 1, at most 1,000.
	Seq    int    `json:"seq"`
	Status Status `json:"status"`
	// Result stands once the status is final, ResultAt is when it was decided.
	Result   Result   `json:"result,omitempty"`
	ResultAt *Instant `json:"result_at,omitempty"`
	// Reason says more about an attempt that was not made: one of the Reason constants, or lost.
	Reason string `json:"reason,omitempty"`
	// Position, ContactID, PhoneType and ToAddress are whom it calls.
	Position  Position  `json:"position"`
	ContactID string    `json:"contact_id"`
	PhoneType PhoneType `json:"phone_type"`
	ToAddress string    `json:"to_address"`
	// PlannedAt is when the attempt was planned, NotBefore the end of its delay or a callback's
	// time, ScheduledAt the earliest instant at which it may start, ExpiresAt when no such instant
	// is left.
	PlannedAt   Instant  `json:"planned_at"`
	NotBefore   Instant  `json:"not_before"`
	ScheduledAt *Instant `json:"scheduled_at,omitempty"`
	ExpiresAt   Instant  `json:"expires_at"`
	// Window is the request window of its start, before that of ScheduledAt.
	Window Window `json:"window"`
	// Callback tells that it calls back, which comes before retries.
	Callback bool `json:"callback,omitempty"`
	// Order is the order that the dialer holds; nil before and after.
	Order *Order `json:"order,omitempty"`
	// OfferedAt is when an agent was first offered the preview, AcceptedAt when one accepted it.
	OfferedAt  *Instant `json:"offered_at,omitempty"`
	AcceptedAt *Instant `json:"accepted_at,omitempty"`
	// StartedAt is when the call was started, EndedAt when the attempt was over.
	StartedAt *Instant `json:"started_at,omitempty"`
	EndedAt   *Instant `json:"ended_at,omitempty"`
	// CallID and FromAddress are the dialer's own.
	CallID      string `json:"call_id,omitempty"`
	FromAddress string `json:"from_address,omitempty"`
	// ConversationID is the conversation to which the call was routed.
	ConversationID string `json:"conversation_id,omitempty"`
	// CustomerConnectedAt, GreetingEndedAt, AgentConnectedAt and SpeechAt are the call's milestones.
	CustomerConnectedAt *Instant `json:"customer_connected_at,omitempty"`
	GreetingEndedAt     *Instant `json:"greeting_ended_at,omitempty"`
	AgentConnectedAt    *Instant `json:"agent_connected_at,omitempty"`
	SpeechAt            *Instant `json:"speech_at,omitempty"`
	// AnsweredBy is what the machine detection said, MessageLeft whether a machine was spoken to.
	AnsweredBy  string `json:"answered_by,omitempty"`
	MessageLeft bool   `json:"message_left,omitempty"`
	// BotFailed tells that the AI agent failed.
	BotFailed bool `json:"bot_failed,omitempty"`
	// WaitExceeded tells that a customer who answered had no agent within the threshold.
	WaitExceeded bool `json:"wait_exceeded,omitempty"`
	// SIPCode is the final response of a call that failed, Diagnostics what the dialer says of it.
	SIPCode     int    `json:"sip_code,omitempty"`
	Diagnostics string `json:"diagnostics,omitempty"`
	// Dispositions are the codes that the agent chose.
	Dispositions []string `json:"dispositions,omitempty"`
	// OptedOut tells that the call, or a rule, found the contact to have opted out: consent for
	// ToAddress is to be withdrawn, or was.
	OptedOut bool `json:"opted_out,omitempty"`
	// PolicyID is the cancellation policy that cancelled it.
	PolicyID string `json:"policy_id,omitempty"`
	// Attributes are those that the call returned; a rule that cancels adds OptedOut.
	Attributes map[string]string `json:"attributes,omitempty"`
	// FirstEntry and LastEntry are the numbers of the entries that made the row; 0 without any.
	FirstEntry int64 `json:"first_entry,omitempty"`
	LastEntry  int64 `json:"last_entry,omitempty"`
}

// Order is what the dialer was told to do.
type Order struct {
	// Fence tells this order from any other of the task's; a start must carry it.
	Fence int64 `json:"fence"`
	// HandedAt is when it was handed out, NotAfter the instant from which it must not be started.
	HandedAt Instant `json:"handed_at"`
	NotAfter Instant `json:"not_after"`
	// ClaimsTold: see Data.
	ClaimsTold bool `json:"claims_told,omitempty"`
}

// ReasonLost is the reason of an attempt whose order came to nothing.
const ReasonLost = "lost"

// endedResult is the result of a call that ended by itself.
func (a *Attempt) endedResult(mode Mode) Result {
	switch {
	case a.CustomerConnectedAt == nil:
		return SIPResult(a.SIPCode)
	case mode == Preview:
		return CallEnded
	case a.BotFailed:
		return BotFailed
	case machines[a.AnsweredBy] && a.MessageLeft:
		return AnsweringMachine
	case machines[a.AnsweredBy]:
		return AnsweringMachineHangup
	case a.AnsweredBy == AnsweredByFax:
		return NotAHandset
	case a.AnsweredBy != "" || a.SpeechAt != nil || a.AgentConnectedAt != nil:
		return LiveAnswer
	default:
		return Undetermined
	}
}

// What answered a call. An answer that nobody can tell counts as a person.
const (
	AnsweredByHuman   = "human"
	AnsweredByMachine = "machine"
	AnsweredByFax     = "fax"
	AnsweredByUnknown = "unknown"
)

// machines holds every word for a machine that dialers use.
var machines = map[string]bool{
	AnsweredByMachine: true, "machine_start": true, "machine_end_beep": true, "machine_end_silence": true,
	"machine_end_other": true, "answering-machine": true,
}
