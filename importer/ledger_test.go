package importer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"engaged/engagement"
)

// ledger is an API that remembers what it was sent.
type ledger struct {
	*httptest.Server
	mu sync.Mutex
	// events are the ids in the order of their receipt, by conversation.
	events map[string][]string
	// times are the event times, by conversation and id.
	times    map[string]map[string]engagement.Instant
	requests int
	// answer, where set, is asked before a request is taken; true means that it has answered.
	answer func(request int, w http.ResponseWriter, body []byte) bool
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	l := &ledger{events: map[string][]string{}, times: map[string]map[string]engagement.Instant{}}
	l.Server = httptest.NewServer(http.HandlerFunc(l.post))
	t.Cleanup(l.Close)
	return l
}

func (l *ledger) post(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	switch {
	case r.URL.Path != "/v1/events" || r.Header.Get("Content-Type") != "application/x-ndjson":
		w.WriteHeader(http.StatusNotFound)
	case r.Header.Get("Authorization") != "Bearer key":
		problemOf(w, http.StatusUnauthorized, "key:invalid")
	case l.answer != nil && l.answer(l.requests, w, body.Bytes()):
	default:
		l.take(w, body.Bytes())
	}
}

func (l *ledger) take(w http.ResponseWriter, body []byte) {
	v := verdict{Rejected: []rejection{}}
	lines := bufio.NewScanner(bytes.NewReader(body))
	index := 0
	for ; lines.Scan(); index++ {
		var e engagement.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || e.ConversationID == "" {
			v.Rejected = append(v.Rejected, rejection{Index: index, ID: e.ID, Code: "event:missing_field", Reason: "Name the conversation."})
			continue
		}
		if _, known := l.times[e.ConversationID][e.ID]; known {
			v.Duplicate++
			continue
		}
		v.Accepted++
		l.events[e.ConversationID] = append(l.events[e.ConversationID], e.ID)
		if l.times[e.ConversationID] == nil {
			l.times[e.ConversationID] = map[string]engagement.Instant{}
		}
		l.times[e.ConversationID][e.ID] = e.Time
	}
	status := http.StatusAccepted
	if len(v.Rejected) == index {
		status = http.StatusUnprocessableEntity
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func problemOf(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "code": code, "title": code + " happened"})
}
