package workflows_test

import (
	"context"
	"fmt"
	"sync"

	"engaged/engagement"
	"engaged/models"
)

// memoryLog is an event log on a clock that the test moves: Postgres cannot be told what time it
// is, and a trace is about time. It holds one conversation.
type memoryLog struct {
	mu       sync.Mutex
	now      func() engagement.Instant
	entries  []engagement.Entry
	applied  int64
	tail     []int64
	carry    engagement.State
	count    int64
	token    string
	settings []engagement.Settings
	// records are the transactions written, for assertions on rows.
	records []models.Record
	// onRecord is called once before the next record, to let something happen in between.
	onRecord func()
}

func (l *memoryLog) append(events ...engagement.Event) models.Batch {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.appendLocked(events...)
}

func (l *memoryLog) appendLocked(events ...engagement.Event) models.Batch {
	from := int64(len(l.entries)) + 1
	for _, e := range events {
		l.entries = append(l.entries, engagement.Entry{Number: int64(len(l.entries)) + 1, ReceivedAt: l.now(), Event: e})
	}
	return l.batch(from - 1)
}

func (l *memoryLog) batch(after int64) models.Batch {
	b := models.Batch{From: after + 1, To: int64(len(l.entries)), SettingsVersion: len(l.settings)}
	b.Entries = append(b.Entries, l.entries[after:]...)
	return b
}

func (l *memoryLog) Append(_ context.Context, events []models.Submission) ([]models.Receipt, error) {
	receipts := make([]models.Receipt, len(events))
	for i, s := range events {
		receipts[i].Number = l.append(s.Event).To
	}
	return receipts, nil
}

func (l *memoryLog) EntryOutcome(context.Context, models.Subject, int64) (engagement.Outcome, error) {
	return engagement.Outcome{Kind: engagement.Applied}, nil
}

func (l *memoryLog) FetchEntries(_ context.Context, _ models.Subject, after int64) (models.Batch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.batch(after), nil
}

func (l *memoryLog) LoadConversation(context.Context, models.Subject) (models.Conversation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := models.Conversation{Generation: "g", Carry: l.carry, RecordCount: l.count, Seen: int64(len(l.entries)), Settings: l.settings}
	for _, n := range l.tail {
		c.Entries = append(c.Entries, l.entries[n-1])
	}
	c.Entries = append(c.Entries, l.entries[l.applied:]...)
	return c, nil
}

func (l *memoryLog) ReachTime(_ context.Context, _ models.Subject, seen int64, at engagement.Instant, lag engagement.Millis) (models.Reached, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	reached := now.Add(-lag)
	if int64(len(l.entries)) > seen {
		return models.Reached{Batch: l.batch(seen), Now: now}, nil
	}
	if reached < at {
		return models.Reached{Now: now}, nil
	}
	id := fmt.Sprintf("clock:%d", len(l.entries)+1)
	return models.Reached{Batch: l.appendLocked(engagement.Event{ID: id, Source: engagement.EngineSource, Type: engagement.ClockReached, Time: reached}), Now: now}, nil
}

func (l *memoryLog) Record(_ context.Context, r models.Record) (models.Recorded, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if between := l.onRecord; between != nil {
		l.onRecord = nil
		between()
	}
	switch {
	case r.Token == l.token:
		return models.Recorded{Done: true}, nil
	case r.RecordCount != l.count:
		return models.Recorded{Overtaken: true}, nil
	case int64(len(l.entries)) > r.Seen:
		return models.Recorded{Batch: l.batch(r.Seen)}, nil
	case len(l.settings) > r.SettingsVersion:
		return models.Recorded{Settings: l.settings[r.SettingsVersion:]}, nil
	}
	l.applied, l.tail, l.carry, l.token = r.Seen, r.Tail, r.Result.State, r.Token
	l.count++
	l.records = append(l.records, r)
	return models.Recorded{Done: true}, nil
}

func (l *memoryLog) Project(context.Context, models.Live) error { return nil }

func (l *memoryLog) SettingsFrom(_ context.Context, _ string, at engagement.Instant) ([]engagement.Settings, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.settingsFrom(at), nil
}

func (l *memoryLog) settingsFrom(at engagement.Instant) []engagement.Settings {
	first := 0
	for i, version := range l.settings {
		if version.EffectiveFrom <= at {
			first = i
		}
	}
	return l.settings[first:]
}
