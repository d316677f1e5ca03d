package models

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"engaged/engagement"
)

// newEntry is an entry to insert.
type newEntry struct {
	conversation          *lockedConversation
	entry                 engagement.Entry
	hash                  []byte
	data                  json.RawMessage
	duplicates, conflicts int32
}

type repeatKey struct{ key, number int64 }

type repeatCount struct {
	receivedAt            time.Time
	duplicates, conflicts int32
}

// number gives each new event its place in the log and decides what became of each.
func (a *appending) number() {
	a.receipts = make([]Receipt, len(a.submissions))
	a.repeats = map[repeatKey]*repeatCount{}
	for i, s := range a.submissions {
		c := a.conversations[Subject{OrganizationID: s.OrganizationID, ConversationID: s.Event.ConversationID}]
		if known, ok := a.known[i]; ok {
			a.receipts[i] = a.repeated(c, known, s.Event, a.hashes[i])
			continue
		}
		if row, ok := c.firsts[identity{s.Event.ID, s.Event.Source}]; ok {
			a.receipts[i] = a.repeatedHere(&a.rows[row], a.hashes[i])
			continue
		}
		a.receipts[i] = a.first(c, s, a.hashes[i])
	}
}

// repeated counts a repeat of an entry that the log had before this transaction.
func (a *appending) repeated(c *lockedConversation, known knownEntry, e engagement.Event, hash []byte) Receipt {
	key := repeatKey{c.key, known.number}
	count := a.repeats[key]
	if count == nil {
		count = &repeatCount{receivedAt: known.receivedAt}
		a.repeats[key] = count
	}
	conflict := !bytes.Equal(known.hash, hash)
	count.duplicates++
	if conflict {
		count.conflicts++
	}
	return Receipt{
		Number: known.number, ReceivedAt: engagement.At(known.receivedAt),
		Duplicate: true, Conflict: conflict, Late: c.late(e.Time),
	}
}

// repeatedHere counts a repeat within the transaction.
func (a *appending) repeatedHere(first *newEntry, hash []byte) Receipt {
	conflict := !bytes.Equal(first.hash, hash)
	first.duplicates++
	if conflict {
		first.conflicts++
	}
	e := first.entry
	return Receipt{
		Number: e.Number, ReceivedAt: e.ReceivedAt,
		Duplicate: true, Conflict: conflict, Late: first.conversation.late(e.Time),
	}
}

// first numbers an event that the log does not have, unless it lies too far ahead.
func (a *appending) first(c *lockedConversation, s Submission, hash []byte) Receipt {
	event := s.Event
	if ahead := event.Time.Sub(a.now); ahead > maxAhead {
		return Receipt{ReceivedAt: a.now, Refused: &engagement.FieldError{
			Code: "event:time_in_future", Field: "time",
			Reason: fmt.Sprintf("lies %d s after the receipt at %s; send when it happened", ahead.Seconds(), a.now),
		}}
	} else if ahead > 0 || timedByReceipt(event) {
		event.Time = a.now
	}
	c.last++
	entry := engagement.Entry{Number: c.last, ReceivedAt: a.now, Event: event}
	if agent := stampedAgent(event); agent != "" {
		facts := a.agents[agentKey{s.OrganizationID, agent}]
		entry.AgentType, entry.AgentGroupID = facts.kind, facts.group
	}
	c.take(entry)
	if c.firsts == nil {
		c.firsts = map[identity]int{}
	}
	c.firsts[identity{event.ID, event.Source}] = len(a.rows)
	a.rows = append(a.rows, newEntry{conversation: c, entry: entry, hash: hash, data: s.RawData})
	return Receipt{Number: entry.Number, ReceivedAt: entry.ReceivedAt, Late: c.late(event.Time)}
}

// timedByReceipt tells that the event's time is its receipt: a command counts from then, and a refused
// signal may have none.
func timedByReceipt(e engagement.Event) bool {
	return e.Type == engagement.OfferAcceptRequested || e.Type == engagement.SignalRefused
}

// take notes what a new entry means for its conversation's row.
func (c *lockedConversation) take(e engagement.Entry) {
	c.appended = true
	if e.Type == engagement.SignalRefused {
		return
	}
	if e.Lifecycle() {
		c.wanted = e.Number
		return
	}
	if e.Data.Automatic || e.Data.Visibility == "internal" {
		return
	}
	at := e.Time.Time()
	if e.Type == engagement.AgentMessage {
		c.agentMessageAt = later(c.agentMessageAt, at)
		return
	}
	c.customerMessageAt = later(c.customerMessageAt, at)
	if c.wakes {
		c.wanted, c.wakes, c.woken = e.Number, false, true
	}
}

func (c *lockedConversation) late(t engagement.Instant) bool {
	return c.floor != nil && !t.Time().After(*c.floor)
}

func later(known *time.Time, t time.Time) *time.Time {
	if known != nil && known.After(t) {
		return known
	}
	return &t
}

// contentHash identifies what an event says: the order of keys in data and blanks do not matter.
func contentHash(s Submission) ([]byte, error) {
	event := s.Event
	if timedByReceipt(event) {
		// So that a repeat never has the same.
		event.Time = 0
	}
	content, err := json.Marshal(event)
	if err != nil {
		return nil, fmt.Errorf("hash content: %w", err)
	}
	if s.RawData != nil {
		var data any
		decoder := json.NewDecoder(bytes.NewReader(s.RawData))
		decoder.UseNumber()
		if err := decoder.Decode(&data); err != nil {
			return nil, fmt.Errorf("hash content: %w", err)
		}
		canonical, err := json.Marshal(data)
		if err != nil {
			return nil, fmt.Errorf("hash content: %w", err)
		}
		content = append(content, canonical...)
	}
	sum := sha256.Sum256(content)
	return sum[:16], nil
}
