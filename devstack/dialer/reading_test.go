package dialer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/dialer"
)

func told(types ...string) []dialer.Event {
	var events []dialer.Event
	for _, t := range types {
		events = append(events, dialer.Event{Type: t})
	}
	return events
}

func amd(by string, left bool) dialer.Event {
	return dialer.Event{Type: "amd.result", Data: dialer.Data{AnsweredBy: by, MessageLeft: left}}
}

func TestResultOf(t *testing.T) {
	t.Parallel()
	failed := func(code int) []dialer.Event {
		return []dialer.Event{{Type: "call.failed", Data: dialer.Data{SIPCode: code}}}
	}
	for _, c := range []struct {
		name, mode string
		told       []dialer.Event
		want       string
	}{
		{"busy", "Copilot", failed(486), "Busy"},
		{"no answer", "Copilot", []dialer.Event{{Type: "call.ended", Data: dialer.Data{SIPCode: 603}}}, "NoAnswer"},
		{"bad number", "Preview", failed(604), "InvalidAddress"},
		{"failed", "Copilot", failed(487), "CallFailed"},
		{"failed without a code", "Copilot", failed(0), "CallFailed"},
		{"refused", "Copilot", failed(488), "NonRetriableError"},
		{"a person", "Copilot", append(told("call.connected", "speech.detected", "call.ended"), amd("human", false)), "LiveAnswer"},
		{"a person who gave up", "Progressive", append(told("call.connected", "call.ended"), amd("human", false)), "LiveAnswer"},
		{"silence", "Progressive", told("call.connected", "call.ended"), "Undetermined"},
		{"preview", "Preview", told("preview.accepted", "call.connected", "call.ended"), "CallEnded"},
		{"message left", "Copilot", append(told("call.connected", "call.ended"), amd("machine_end_beep", true)), "AnsweringMachine"},
		{"hung up on a machine", "Copilot", append(told("call.connected", "call.ended"), amd("machine_start", false)), "AnsweringMachineHangup"},
		{"fax", "Copilot", append(told("call.connected", "call.ended"), amd("fax", false)), "NotAHandset"},
		{"agent failed", "Copilot", append(told("call.connected", "bot.failed", "call.ended"), amd("human", false)), "BotFailed"},
		{"nothing was told", "Copilot", nil, "Unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			status, result := dialer.ResultOf(dialer.Call{Order: dialer.Order{Mode: c.mode}, StartedAt: time.Now(), Told: c.told})
			require.Equal(t, "Complete", status)
			require.Equal(t, c.want, result)
		})
	}
	status, result := dialer.ResultOf(dialer.Call{Fate: dialer.Fate{Kind: dialer.Lost}})
	require.Equal(t, "Error Unknown", status+" "+result)
	status, result = dialer.ResultOf(dialer.Call{Refused: "delivery:stale"})
	require.Equal(t, " ", status+" "+result)
}

func TestFollow(t *testing.T) {
	t.Parallel()
	chain := dialer.Chain{Numbers: []string{"a", "b"}, Retries: 1, On: []string{"busy", "failed"}}
	attempts := func(pairs ...string) (list []dialer.Attempt) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, dialer.Attempt{Number: pairs[i], Result: pairs[i+1]})
		}
		return list
	}
	for _, c := range []struct {
		name     string
		attempts []dialer.Attempt
		next     string
		ok       bool
	}{
		{"answered", attempts("a", "LiveAnswer"), "", true},
		{"called again although answered", attempts("a", "LiveAnswer", "b", "Busy"), "", false},
		{"the next number", attempts("a", "Busy"), "b", true},
		{"the next loop", attempts("a", "Busy", "b", "Busy"), "a", true},
		{"a number that is no good", attempts("a", "InvalidAddress", "b", "Busy"), "b", true},
		{"a result that is not retried", attempts("a", "NoAnswer", "b", "Unknown"), "b", true},
		{"both out", attempts("a", "NoAnswer", "b", "NotAHandset"), "", true},
		{"no loop is left", attempts("a", "Busy", "b", "Busy", "a", "Busy", "b", "Busy"), "", true},
		{"one too many", attempts("a", "Busy", "b", "Busy", "a", "Busy", "b", "Busy", "a", "Busy"), "", false},
		{"the wrong number", attempts("b", "Busy"), "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			next, ok := chain.Follow(c.attempts)
			require.Equal(t, c.ok, ok)
			if ok {
				require.Equal(t, c.next, next)
			}
		})
	}
}

// TestCompare finds what does not fit, and nothing where all fits.
func TestCompare(t *testing.T) {
	t.Parallel()
	started := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	order := func(task string, seq int) dialer.Order {
		return dialer.Order{TaskID: task, Seq: seq, Mode: "Copilot", ToAddress: "a"}
	}
	busy := []dialer.Event{{Type: "call.failed", Data: dialer.Data{SIPCode: 486}}}
	calls := []dialer.Call{
		{Order: order("1", 1), StartedAt: started, Told: busy},
		{Order: order("1", 2), StartedAt: started, Told: told("call.connected", "speech.detected", "call.ended")},
		{Order: order("2", 1), Fate: dialer.Fate{Kind: dialer.Lost}},
		{Order: order("3", 1), Refused: "delivery:stale"},
	}
	at := "2026-03-02T15:00:00.000Z"
	rows := []dialer.Row{
		{"1", 2, "a", "Complete", "LiveAnswer", at}, {"1", 1, "a", "Complete", "Busy", at}, {"2", 1, "a", "Error", "Unknown", ""},
		{"3", 1, "a", "Cancelled", "Cancelled", ""}, {"4", 1, "a", "Expired", "Expired", ""},
	}
	chain := dialer.Chain{Numbers: []string{"a"}, Retries: 1, On: []string{"busy", "failed"}}
	tasks := func() map[string]dialer.Task {
		return map[string]dialer.Task{"1": {chain, "Complete"}, "2": {chain, "Expired"}, "3": {chain, "Cancelled"}, "4": {chain, "Expired"}}
	}
	require.Empty(t, dialer.Compare(tasks(), rows, calls))
	for name, change := range map[string]func(rows []dialer.Row, tasks map[string]dialer.Task) []dialer.Row{
		"another result":   func(r []dialer.Row, _ map[string]dialer.Task) []dialer.Row { r[0].Result = "Busy"; return r },
		"no such attempt":  func(r []dialer.Row, _ map[string]dialer.Task) []dialer.Row { return r[1:] },
		"not started":      func(r []dialer.Row, _ map[string]dialer.Task) []dialer.Row { r[0].StartedAt = ""; return r },
		"started":          func(r []dialer.Row, _ map[string]dialer.Task) []dialer.Row { r[4].StartedAt = at; return r },
		"made up":          func(r []dialer.Row, _ map[string]dialer.Task) []dialer.Row { r[4].Status = "Complete"; return r },
		"the wrong number": func(r []dialer.Row, _ map[string]dialer.Task) []dialer.Row { r[0].Number = "b"; return r },
		"one attempt more": func(r []dialer.Row, _ map[string]dialer.Task) []dialer.Row {
			return append(r, dialer.Row{"1", 3, "a", "Expired", "Expired", ""})
		},
		"ended otherwise": func(r []dialer.Row, tasks map[string]dialer.Task) []dialer.Row {
			tasks["2"] = dialer.Task{chain, "Error"}
			return r
		},
		"no attempt": func(r []dialer.Row, tasks map[string]dialer.Task) []dialer.Row {
			tasks["5"] = dialer.Task{chain, "Expired"}
			return r
		},
	} {
		all := tasks()
		require.NotEmpty(t, dialer.Compare(all, change(append([]dialer.Row{}, rows...), all), calls), name)
	}
}

func TestMostAtOnce(t *testing.T) {
	t.Parallel()
	second := func(s int) time.Time { return time.Unix(int64(s), 0) }
	require.Equal(t, 2, dialer.MostAtOnce([]dialer.Call{
		{DialedAt: second(1), HungUpAt: second(5)}, {DialedAt: second(5), HungUpAt: second(9)}, {DialedAt: second(4), HungUpAt: second(6)}, {},
	}))
}
