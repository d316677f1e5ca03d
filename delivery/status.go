package delivery

// Status is where an attempt, or a whole task, stands.
type Status string

// The statuses. The last four are final.
const (
	Pending   Status = "Pending"
	InProcess Status = "InProcess"
	Complete  Status = "Complete"
	Expired   Status = "Expired"
	Cancelled Status = "Cancelled"
	Error     Status = "Error"
)

// Final reports whether nothing can follow the status.
func (s Status) Final() bool {
	switch s {
	case Complete, Expired, Cancelled, Error:
		return true
	case Pending, InProcess:
		return false
	default:
		return false
	}
}

// CanBecome reports whether an attempt may go from the status to the next one.
func (s Status) CanBecome(next Status) bool {
	switch s {
	case Pending:
		return next != Pending && next != Complete
	case InProcess:
		return next == Complete || next == Error || next == Expired
	case Complete, Expired, Cancelled, Error:
		return false
	default:
		return false
	}
}

// Result is what came of an attempt, in the current set. It stands exactly when the status is
// final.
type Result string

// The results of voice attempts.
const (
	// LiveAnswer is a call that a person answered and took part in.
	LiveAnswer Result = "LiveAnswer"
	// AnsweringMachine is a machine on which a message was left, AnsweringMachineHangup one without.
	AnsweringMachine       Result = "AnsweringMachine"
	AnsweringMachineHangup Result = "AnsweringMachineHangup"
	// Undetermined is a call that was answered without any sign of a conversation.
	Undetermined Result = "Undetermined"
	// NotAHandset is a fax or an information tone.
	NotAHandset Result = "NotAHandset"
	// BotFailed is an answered call whose AI agent failed.
	BotFailed Result = "BotFailed"
	// CallEnded is a call in preview mode that was answered.
	CallEnded Result = "CallEnded"
	// Busy, NoAnswer, InvalidAddress, CallFailed and NonRetriableError are calls that nobody
	// answered, by SIP code.
	Busy              Result = "Busy"
	NoAnswer          Result = "NoAnswer"
	InvalidAddress    Result = "InvalidAddress"
	CallFailed        Result = "CallFailed"
	NonRetriableError Result = "NonRetriableError"
	// Unknown is an attempt about which the dialer went silent.
	Unknown Result = "Unknown"
	// Terminated is a preview that no agent accepted while its window lasted.
	Terminated Result = "Terminated"
	// ResultExpired, ResultCancelled and ResultError are attempts that were never made.
	ResultExpired   Result = "Expired"
	ResultCancelled Result = "Cancelled"
	ResultError     Result = "Error"
)

// results is the matrix: which results go with which final status, in the order of the docs.
var results = map[Status][]Result{
	Complete: {
		LiveAnswer, AnsweringMachine, AnsweringMachineHangup, Undetermined, NotAHandset, BotFailed,
		CallEnded, Busy, NoAnswer, InvalidAddress, CallFailed, NonRetriableError, Unknown,
	},
	Expired:   {ResultExpired, Terminated},
	Cancelled: {ResultCancelled},
	Error:     {ResultError, Unknown},
}

// Allows reports whether an attempt of the status may have the result; an open status has none.
func (s Status) Allows(r Result) bool {
	if !s.Final() {
		return r == ""
	}
	for _, allowed := range results[s] {
		if r == allowed {
			return true
		}
	}
	return false
}

// Core returns the result in the older set of six: CallEnded, CallFailed, BotFailed, Expired,
// Cancelled and Error. Whatever was answered has ended, whatever was not has failed; an attempt of
// unknown result is an error. Empty for an attempt without a result.
func (r Result) Core() Result {
	switch r {
	case LiveAnswer, AnsweringMachine, AnsweringMachineHangup, Undetermined, NotAHandset, CallEnded:
		return CallEnded
	case Busy, NoAnswer, InvalidAddress, CallFailed, NonRetriableError:
		return CallFailed
	case BotFailed:
		return BotFailed
	case ResultExpired, Terminated:
		return ResultExpired
	case ResultCancelled:
		return ResultCancelled
	case Unknown, ResultError:
		return ResultError
	default:
		return ""
	}
}
