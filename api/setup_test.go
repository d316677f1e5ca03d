package api_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/engagement"
	"engaged/models"
)

// today is the clock of tests that need none of Postgres.
var today = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// memoryLog is an event log that keeps nothing but what it was given: for tests and benchmarks of
// what lies before the log.
type memoryLog struct {
	mu   sync.Mutex
	kept []models.Submission
	// forget keeps a benchmark from filling the memory.
	forget bool
	// err, where set, is what Append answers with.
	err error
}

func (l *memoryLog) Append(_ context.Context, submissions []models.Submission) ([]models.Receipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return nil, l.err
	}
	if !l.forget {
		l.kept = append(l.kept, submissions...)
	}
	return make([]models.Receipt, len(submissions)), nil
}

func (l *memoryLog) events() []models.Submission {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept
}

// newServer returns a server over a log in memory, reached with the development key alone.
func newServer(t testing.TB, log api.EventLog) *api.Server {
	t.Helper()
	server, err := api.New(api.Config{DevKey: "dev-key", Logger: quiet(), KeyRate: -1}, api.Dependencies{
		Log: log, Now: func() time.Time { return today },
	})
	require.NoError(t, err)
	return server
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// do answers a request that comes from this machine and, unless it has a key, brings the
// development key.
func do(server http.Handler, request *http.Request) *httptest.ResponseRecorder {
	request.RemoteAddr = "127.0.0.1:4000"
	if request.Header.Get("Authorization") == "" {
		request.Header.Set("Authorization", "dev-key")
	}
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, request)
	return answer
}

func newBody(body []byte) io.Reader { return bytes.NewReader(body) }

func instantAt(text string) engagement.Instant {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return engagement.At(t)
}
