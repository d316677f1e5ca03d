package delivery

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Limits of a retry plan.
const (
	MaxAttempts = 1000
	maxRetries  = 100
)

// ReattemptRule is a class of results after which a number is called again.
type ReattemptRule string

// The reattempt rules; their choice values are 192360000 to 192360003 in this order.
const (
	OnNoAnswer         ReattemptRule = "no_answer"
	OnBusy             ReattemptRule = "busy"
	OnFailed           ReattemptRule = "failed"
	OnAnsweringMachine ReattemptRule = "answering_machine"
)

// ReattemptCodes are the choice values of the reattempt rules.
var ReattemptCodes = map[ReattemptRule]int{
	OnNoAnswer: 192360000, OnBusy: 192360001, OnFailed: 192360002, OnAnsweringMachine: 192360003,
}

// Retry says how often and when a task calls again.
type Retry struct {
	// Retries is how many more loops through the chain follow the first, 0 to 100.
	Retries int `json:"retries"`
	// Delay in milliseconds between two loops.
	Delay Millis `json:"delay_ms"`
	// PhoneDelay and ContactDelay in milliseconds, before the contact's next number and before the
	// next contact.
	PhoneDelay   Millis `json:"phone_delay_ms,omitempty"`
	ContactDelay Millis `json:"contact_delay_ms,omitempty"`
	// On holds the results after which a number is called again.
	On []ReattemptRule `json:"on,omitempty"`
	// OnDispositions holds the disposition codes after which it is, whatever the result says; case
	// does not matter.
	OnDispositions []string `json:"on_dispositions,omitempty"`
	// Spread lets retries keep off the times of day at which a number was called in vain; default: they do not.
	Spread Spread `json:"spread,omitempty"`
	// Table outranks On: the first row that fits an attempt decides.
	Table []RetryRow `json:"table,omitempty"`
}

// RetryRow says what follows one result or disposition.
type RetryRow struct {
	// Result and Disposition must both fit; one left empty fits everything.
	Result      Result `json:"result,omitempty"`
	Disposition string `json:"disposition,omitempty"`
	// Retry false takes the number out of the chain.
	Retry bool `json:"retry"`
	// Delay in milliseconds before the number's next call, instead of the plan's; nil: the plan's.
	Delay *Millis `json:"delay_ms,omitempty"`
	// Same calls the same number again before the chain goes on.
	Same bool `json:"same,omitempty"`
	// Most bounds how often the row retries one number; 0: as often as there are loops. Same needs
	// it.
	Most int `json:"most,omitempty"`
}

// Check refuses a plan that cannot be followed.
func (r *Retry) Check() error {
	var errs []error
	if r.Retries < 0 || r.Retries > maxRetries {
		errs = append(errs, fmt.Errorf("retries %d: use 0 to %d", r.Retries, maxRetries))
	}
	if r.Delay < 0 || r.PhoneDelay < 0 || r.ContactDelay < 0 {
		errs = append(errs, errors.New("retry delays: give no negative one"))
	}
	errs = append(errs, r.Spread.check())
	for _, on := range r.On {
		if _, ok := ReattemptCodes[on]; !ok {
			errs = append(errs, fmt.Errorf("reattempt rule %q: use no_answer, busy, failed or answering_machine", on))
		}
	}
	for i, row := range r.Table {
		if row.Result == "" && row.Disposition == "" || row.Most < 0 || row.Same && row.Most == 0 || row.Delay != nil && *row.Delay < 0 {
			errs = append(errs, fmt.Errorf("retry table row %d: name a result or a disposition, no negative numbers, and most with same", i+1))
		}
		if row.Retry && !retriable(row.Result) {
			errs = append(errs, fmt.Errorf("retry table row %d: %s is never retried", i+1, row.Result))
		}
	}
	return errors.Join(errs...)
}

// retriable reports whether a number may be called again after a result, if the plan wants it.
func retriable(r Result) bool {
	return r != InvalidAddress && r != NotAHandset && r != NonRetriableError
}

// RuleOf returns the reattempt rule under which a result falls; empty if under none.
func RuleOf(r Result) ReattemptRule {
	switch r {
	case NoAnswer:
		return OnNoAnswer
	case Busy:
		return OnBusy
	case CallFailed, Unknown:
		return OnFailed
	case AnsweringMachine, AnsweringMachineHangup:
		return OnAnsweringMachine
	default:
		return ""
	}
}

// reached reports whether a result means that the chain's goal is reached, or that somebody has
// answered whom another call would bother.
func (r Result) reached() bool {
	switch r {
	case LiveAnswer, CallEnded, Undetermined, BotFailed:
		return true
	default:
		return false
	}
}

// sequel is what follows an attempt.
type sequel struct {
	// stop ends the task, again keeps the number in the chain, same calls it next.
	stop, again, same bool
	delay             *Millis
	// row is the row of the retry table that decided it; empty without.
	row string
}

// after decides what follows an attempt whose call was connected or not, given how often each row
// has retried its number so far.
func (r *Retry) after(a *Attempt, used map[string]int) sequel {
	if a.Result == NonRetriableError {
		return sequel{stop: true}
	}
	if !retriable(a.Result) {
		return sequel{}
	}
	for i, row := range r.Table {
		if row.Result != "" && row.Result != a.Result || row.Disposition != "" && !holdsFold(a.Dispositions, row.Disposition) {
			continue
		}
		key := rowKey(i)
		if !row.Retry || row.Most > 0 && used[key] >= row.Most {
			return sequel{stop: a.Result.reached()}
		}
		return sequel{again: true, same: row.Same, delay: row.Delay, row: key}
	}
	if slices.ContainsFunc(a.Dispositions, func(d string) bool { return holdsFold(r.OnDispositions, d) }) {
		return sequel{again: true}
	}
	// A silence after somebody had answered is no failed call.
	if a.Result.reached() || a.Result == Unknown && a.CustomerConnectedAt != nil {
		return sequel{stop: true}
	}
	return sequel{again: slices.Contains(r.On, RuleOf(a.Result))}
}

// awaits reports whether a disposition that is still to come may change what follows.
func (r *Retry) awaits() bool {
	return len(r.OnDispositions) > 0 || slices.ContainsFunc(r.Table, func(row RetryRow) bool { return row.Disposition != "" })
}

func rowKey(i int) string { return fmt.Sprintf("row%d", i+1) }

func holdsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(have string) bool { return strings.EqualFold(have, s) })
}
