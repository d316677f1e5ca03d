package dialer

import "slices"

// The results that the table of SIP codes in docs/deliveries.md names, by code.
var sipTable = map[int]string{
	486: "Busy", 600: "Busy",
	603: "NoAnswer", 607: "NoAnswer",
	404: "InvalidAddress", 410: "InvalidAddress", 484: "InvalidAddress", 485: "InvalidAddress", 604: "InvalidAddress",
	401: "NonRetriableError", 405: "NonRetriableError", 407: "NonRetriableError", 415: "NonRetriableError",
	488: "NonRetriableError", 501: "NonRetriableError", 505: "NonRetriableError",
}

// ResultOf reads from what a dialer told of one attempt how it must stand: the table "Events and dial
// modes" of docs/deliveries.md, read plainly. Of an attempt whose start was refused, or was never heard to
// be granted, a dialer cannot say it: both are empty.
func ResultOf(c Call) (status, result string) {
	if c.StartedAt.IsZero() {
		if c.Fate.Kind == Lost {
			return "Error", "Unknown"
		}
		return "", ""
	}
	told := map[string]Event{}
	for _, e := range c.Told {
		told[e.Type] = e
	}
	_, connected := told["call.connected"]
	ended, over := told["call.ended"]
	if failed, ok := told["call.failed"]; ok {
		ended, over = failed, true
	}
	switch {
	case !over:
		return "Complete", "Unknown"
	case !connected:
		if named := sipTable[ended.Data.SIPCode]; named != "" {
			return "Complete", named
		}
		return "Complete", "CallFailed"
	case c.Mode == preview:
		return "Complete", "CallEnded"
	}
	return "Complete", answeredResult(told)
}

// answeredResult is the order in which the page asks about an answered call.
func answeredResult(told map[string]Event) string {
	amd, detected := told["amd.result"]
	_, bot := told["bot.failed"]
	_, speech := told["speech.detected"]
	_, agent := told["agent.connected"]
	machine := []string{"machine", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other"}
	switch {
	case bot:
		return "BotFailed"
	case detected && slices.Contains(machine, amd.Data.AnsweredBy) && amd.Data.MessageLeft:
		return "AnsweringMachine"
	case detected && slices.Contains(machine, amd.Data.AnsweredBy):
		return "AnsweringMachineHangup"
	case detected && amd.Data.AnsweredBy == "fax":
		return "NotAHandset"
	case detected, speech, agent:
		return "LiveAnswer"
	default:
		return "Undetermined"
	}
}

// Chain is what Follow must know of a task: the numbers in the order of calling, how many loops follow the
// first, and after which of no_answer, busy, failed and answering_machine a number is called again.
type Chain struct {
	Numbers []string
	Retries int
	On      []string
}

// Attempt is one attempt as it ended.
type Attempt struct{ Number, Result string }

// Follow reads what must come after attempts that all were made or lost: the next number, or none where
// the task is over. ok is false if an attempt was made to another number than was due.
func (c Chain) Follow(attempts []Attempt) (next string, ok bool) {
	out := map[string]bool{}
	place, loop := 0, 0
	for i, a := range attempts {
		if i > 0 {
			if place, loop = c.after(place, loop, out); place < 0 {
				return "", false
			}
		}
		if c.Numbers[place] != a.Number {
			return "", false
		}
		switch c.again(a.Result) {
		case stop:
			return "", i == len(attempts)-1
		case drop:
			out[a.Number] = true
		}
	}
	if place, _ = c.after(place, loop, out); place < 0 {
		return "", true
	}
	return c.Numbers[place], true
}

// after is the next place of the chain whose number is still in it; -1 if there is none.
func (c Chain) after(place, loop int, out map[string]bool) (int, int) {
	for {
		if place++; place == len(c.Numbers) {
			place, loop = 0, loop+1
		}
		if loop > c.Retries {
			return -1, loop
		}
		if !out[c.Numbers[place]] {
			return place, loop
		}
	}
}

// What comes after a result: the chain ends, the number leaves it, or it stays.
const (
	stop = iota
	drop
	stay
)

// again is the table "Retries and chains".
func (c Chain) again(result string) int {
	rule := map[string]string{
		"NoAnswer": "no_answer", "Busy": "busy", "AnsweringMachine": "answering_machine", "AnsweringMachineHangup": "answering_machine",
		"CallFailed": "failed", "Unknown": "failed",
	}[result]
	switch {
	case rule != "" && slices.Contains(c.On, rule):
		return stay
	case rule != "" || result == "InvalidAddress" || result == "NotAHandset" || result == "Cancelled":
		return drop
	default:
		return stop
	}
}
