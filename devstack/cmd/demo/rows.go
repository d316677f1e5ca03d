package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"engaged/devstack/oracle"
	"engaged/engagement"
)

// key names an engagement of the day.
type key struct {
	Conversation string
	Ordinal      int
}

// row is an engagement as GET /v1/engagements shows it, less what only the stack knows: ids,
// provenance, business hours. Durations are in milliseconds; what has no value is nil or empty.
type row struct {
	Conversation     string              `json:"conversation_id"`
	Ordinal          int                 `json:"ordinal"`
	Ticket           string              `json:"ticket_id"`
	Agent            string              `json:"agent_id"`
	AgentType        string              `json:"agent_type"`
	Group            string              `json:"group_id"`
	Queue            string              `json:"queue_id"`
	Requester        string              `json:"requester_id"`
	Channel          string              `json:"channel"`
	InitialChannel   string              `json:"initial_channel"`
	Direction        string              `json:"direction"`
	ContactPoint     string              `json:"contact_point"`
	Tags             []string            `json:"tags"`
	Started          engagement.Instant  `json:"started_at"`
	Ended            *engagement.Instant `json:"ended_at"`
	StartReason      string              `json:"start_reason"`
	EndReason        string              `json:"end_reason"`
	StatusStart      string              `json:"ticket_status_start"`
	StatusEnd        string              `json:"ticket_status_end"`
	Duration         *engagement.Millis  `json:"duration_ms"`
	OfferTime        *engagement.Millis  `json:"offer_time_ms"`
	QueueEntered     *engagement.Instant `json:"queue_entered_at"`
	Gap              *engagement.Millis  `json:"handoff_gap_ms"`
	AgentMessages    *int                `json:"agent_messages"`
	AgentReplies     *int                `json:"agent_replies"`
	CustomerMessages *int                `json:"customer_messages"`
	FirstReply       *engagement.Millis  `json:"first_reply_ms"`
	FirstResponse    *engagement.Millis  `json:"first_response_ms"`
	Waits            *int                `json:"waits"`
	WaitTotal        *engagement.Millis  `json:"wait_total_ms"`
	WaitAnswered     *engagement.Millis  `json:"wait_answered_ms"`
	WaitLongest      *engagement.Millis  `json:"wait_longest_ms"`
	Hold             *engagement.Millis  `json:"hold_ms"`
	Wrapup           *engagement.Millis  `json:"wrapup_ms"`
	Expired          bool                `json:"expired"`
}

func (r row) key() key { return key{r.Conversation, r.Ordinal} }

// engagements are the rows that the API must show of what the fold made.
func engagements(folded map[string]oracle.Records) map[key]row {
	rows := map[key]row{}
	for conversation, records := range folded {
		for _, leg := range records.Legs {
			r := rowOf(conversation, leg)
			rows[r.key()] = r
		}
	}
	return rows
}

func rowOf(conversation string, leg engagement.Leg) row {
	duration := leg.EndedAt.Sub(leg.StartedAt)
	r := row{
		Conversation: conversation, Ordinal: leg.Ordinal, Ticket: leg.TicketID, Agent: leg.AgentID, AgentType: leg.AgentType,
		Group: leg.GroupID, Queue: leg.QueueID, Requester: leg.RequesterID, Channel: leg.Channel, InitialChannel: leg.InitialChannel,
		Direction: leg.Direction, ContactPoint: leg.ContactPoint, Tags: leg.Tags, Started: leg.StartedAt, Ended: leg.EndedAt,
		StartReason: leg.StartReason, EndReason: leg.EndReason, StatusStart: leg.StatusStart, StatusEnd: leg.StatusEnd,
		Duration: &duration, OfferTime: leg.OfferTime, QueueEntered: leg.QueueEnteredAt, Gap: leg.HandoffGap,
		FirstReply: leg.FirstReply, FirstResponse: leg.FirstResponse, Hold: &leg.Hold, Wrapup: leg.Wrapup, Expired: leg.Expired,
	}
	if r.Tags == nil {
		r.Tags = []string{}
	}
	if !leg.HasMessages() {
		return r
	}
	var total, answered, longest engagement.Millis
	for _, w := range leg.Waits {
		took := w.ClosedAt.Sub(w.OpenedAt)
		total, longest = total+took, max(longest, took)
		if w.Answered {
			answered += took
		}
	}
	waits := len(leg.Waits)
	r.AgentMessages, r.AgentReplies, r.CustomerMessages = &leg.AgentMessages, &leg.AgentReplies, &leg.CustomerMessages
	r.Waits, r.WaitTotal, r.WaitAnswered, r.WaitLongest = &waits, &total, &answered, &longest
	return r
}

// compare lists the rows that are not the same in both.
func compare(want, got map[key]row) []string {
	keys := slices.Collect(maps.Keys(want))
	for k := range got {
		if _, ok := want[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.Conversation, b.Conversation), cmp.Compare(a.Ordinal, b.Ordinal))
	})
	var out []string
	for _, k := range keys {
		w, wanted := want[k]
		g, there := got[k]
		switch {
		case !there:
			out = append(out, fmt.Sprintf("%s leg %d: not recorded", k.Conversation, k.Ordinal))
		case !wanted:
			out = append(out, fmt.Sprintf("%s leg %d: recorded, but not in the fold", k.Conversation, k.Ordinal))
		default:
			out = append(out, fields(k, w, g)...)
		}
	}
	return out
}

// fields lists the fields of two rows that differ.
func fields(k key, want, got row) []string {
	w, g := asMap(want), asMap(got)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(w)) {
		if string(w[name]) != string(g[name]) {
			out = append(out, fmt.Sprintf("%s leg %d %s: recorded %s, fold %s", k.Conversation, k.Ordinal, name, g[name], w[name]))
		}
	}
	return out
}

func asMap(r row) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	text, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if err != nil {
		panic(err) // a row is plain data
	}
	return fields
}
