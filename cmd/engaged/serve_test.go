package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/devstack"
)

const devKey = "dev-key"

// ask sends a request with the development key and returns status and body.
func (s *server) ask(t *testing.T, method, path, contentType, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+devKey)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

// records waits until a conversation has so many ended engagements and returns the answer.
func (s *server) records(t *testing.T, conversation string, want int) []map[string]any {
	t.Helper()
	var page struct{ Data []map[string]any }
	var body string
	arrived := func() bool {
		_, body = s.ask(t, http.MethodGet, "/v1/engagements?state=ended&conversation_id="+conversation, "", "")
		return json.Unmarshal([]byte(body), &page) == nil && len(page.Data) == want
	}
	for deadline := time.Now().Add(patience); !arrived(); {
		require.True(t, time.Now().Before(deadline), "no record of %s: %s", conversation, body)
		<-time.After(50 * time.Millisecond)
	}
	return page.Data
}

// readmeEvents are the events of the README's example.
func readmeEvents(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "<<'END'\n")
	require.True(t, found)
	events, _, found := strings.Cut(rest, "\nEND\n")
	require.True(t, found)
	return events + "\n"
}

// TestReadme plays the README's example through the real stack and holds it to its word.
func TestReadme(t *testing.T) {
	t.Parallel()
	s := start(t, "serve", "--database-url="+devstack.Database(t), "--temporal-address="+devstack.TemporalAddress(t),
		"--temporal-task-queue=readme", "--dev-key="+devKey)

	status, body := s.ask(t, http.MethodPost, "/v1/events", "application/x-ndjson", readmeEvents(t))
	require.Equal(t, http.StatusAccepted, status, body)
	require.JSONEq(t, `{"accepted":8,"duplicate":0,"late":0,"rejected":[]}`, body)
	status, body = s.ask(t, http.MethodGet, "/v1/conversations/hello", "", "")
	require.Equal(t, http.StatusOK, status, body)

	record := s.records(t, "hello", 1)[0]
	text, err := json.MarshalIndent(record, "", "  ")
	require.NoError(t, err)
	t.Log(string(text))
	require.Equal(t, "ada", record["agent_id"])
	require.Equal(t, "status_solved", record["end_reason"])

	status, body = s.ask(t, http.MethodGet, "/readyz", "", "")
	require.Equal(t, http.StatusOK, status, body)
	_, metrics := s.ask(t, http.MethodGet, "/metrics", "", "")
	for _, want := range []string{
		"engaged_http_requests_total", "engaged_log_backlog_conversations 0", "engaged_engagements_open 0",
		`engaged_record_transactions_total{outcome="done"} 1`, "engaged_record_lag_seconds_count 1",
		"temporal_request_total", `engaged_build_info{version="test"} 1`, "engaged_log_waiting_events 0",
	} {
		require.Contains(t, metrics, want)
	}
	require.Zero(t, s.end(t))
	require.Contains(t, s.output.String(), `"msg":"worker stopped"`)
}

// TestEventsAreTakenWhileTemporalIsAway starts the API without Temporal and the worker later.
func TestEventsAreTakenWhileTemporalIsAway(t *testing.T) {
	t.Parallel()
	database := "--database-url=" + devstack.Database(t)
	away := start(t, "api", database, "--temporal-address=127.0.0.1:1", "--temporal-task-queue=away", "--dev-key="+devKey)
	// Tests share one Temporal server, so each has conversations of its own.
	events := strings.ReplaceAll(readmeEvents(t), `"hello"`, `"away"`)
	status, body := away.ask(t, http.MethodPost, "/v1/events", "application/x-ndjson", events)
	require.Equal(t, http.StatusAccepted, status, body)
	status, body = away.ask(t, http.MethodGet, "/readyz", "", "")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, body, `"temporal":"failed"`)
	require.Contains(t, body, `"postgres":"ok"`)
	require.Zero(t, away.end(t), "an orderly shutdown, also then")

	temporal := "--temporal-address=" + devstack.TemporalAddress(t)
	api := start(t, "api", database, temporal, "--temporal-task-queue=away", "--dev-key="+devKey)
	worker := start(t, "worker", database, temporal, "--temporal-task-queue=away")
	api.records(t, "away", 1)
	status, _ = worker.ask(t, http.MethodGet, "/readyz", "", "")
	require.Equal(t, http.StatusOK, status)
	_, metrics := worker.ask(t, http.MethodGet, "/metrics", "", "")
	require.Contains(t, metrics, `engaged_record_transactions_total{outcome="done"} 1`)
	require.Zero(t, worker.end(t))
	require.Zero(t, api.end(t))
}

func TestDevelopmentKeyIsRefusedInPublic(t *testing.T) {
	t.Parallel()
	code, _, problems := command(t, "serve", "--database-url=postgres://x@127.0.0.1:1/x", "--listen=0.0.0.0:0", "--dev-key="+devKey)
	require.Equal(t, misused, code)
	require.Contains(t, problems, "a development key is refused")
}

// conversations are the lines of a file with conversations in which a customer writes, an agent
// takes over and answers, and nobody says anything any more.
func conversations(n int) string {
	var file strings.Builder
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for c := range n {
		for i, e := range []string{
			`"type":"customer.message","channel":"messaging"`,
			`"type":"offer.created","agent_id":"ada"`,
			`"type":"offer.accepted","agent_id":"ada"`,
			`"type":"agent.message","agent_id":"ada"`,
		} {
			at := start.Add(time.Duration(c)*time.Minute + time.Duration(i)*7*time.Second)
			fmt.Fprintf(&file, `{"id":"%d","time":%q,"conversation_id":"c-%04d",%s}`+"\n", i, at.Format(time.RFC3339), c, e)
		}
	}
	return file.String()
}

// TestImportAndReconcile plays a file in, compares the records with the log, damages some rows and has
// them repaired.
func TestImportAndReconcile(t *testing.T) {
	t.Parallel()
	const n = 40
	url := devstack.Database(t)
	s := start(t, "serve", "--database-url="+url, "--temporal-address="+devstack.TemporalAddress(t),
		"--temporal-task-queue=import", "--dev-key="+devKey)
	file := filepath.Join(t.TempDir(), "day.ndjson")
	require.NoError(t, os.WriteFile(file, []byte(conversations(n)+`{"id":"x","type":"no.such_event","time":"2026-03-02T09:00:00Z","conversation_id":"x"}`+"\n"), 0o600))

	code, out, problems := command(t, "import", file, "--url="+s.url, "--key="+devKey, "--until=2026-03-02T18:00:00Z", "--batch=10")
	require.Equal(t, failed, code, "one event was refused: %s%s", out, problems)
	require.Contains(t, problems, "1 events were refused")
	require.Contains(t, problems, "sending: 100 %")
	require.Regexp(t, `events in the file\s+161\n`, out)
	rejects, err := os.ReadFile(file + ".rejects.ndjson")
	require.NoError(t, err)
	require.Contains(t, string(rejects), `"line":161`)

	for c := range n {
		record := s.records(t, fmt.Sprintf("c-%04d", c), 1)[0]
		require.Equal(t, "inactivity_timeout", record["end_reason"], "decided by clock.reached at once")
	}
	database := "--database-url=" + url
	code, out, problems = command(t, "reconcile", database)
	require.Zero(t, code, "%s%s", out, problems)
	require.Regexp(t, `conversations compared\s+41\n`, out)
	require.Regexp(t, `differences\s+0\n`, out)

	damage(t, url)
	code, out, _ = command(t, "reconcile", database)
	require.Equal(t, failed, code)
	require.Contains(t, out, "dev/c-0003 engagement 1 AgentMessages: the log says 1, recorded is 7")
	require.Contains(t, out, "dev/c-0005 offer 1: the log says a row, recorded is no row")
	code, _, _ = command(t, "reconcile", database, "--conversation=c-0004")
	require.Zero(t, code, "that one is well")

	code, out, problems = command(t, "reconcile", database, "--repair")
	require.Equal(t, failed, code, problems)
	require.Regexp(t, `repaired\s+2\n`, out)
	code, out, _ = command(t, "reconcile", database)
	require.Zero(t, code, out)
	require.EqualValues(t, 2, s.records(t, "c-0003", 1)[0]["provenance"].(map[string]any)["revision"])
}

// damage changes one record and takes another away, as no program of ours would.
func damage(t *testing.T, url string) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { _ = connection.Close(context.Background()) }()
	_, err = connection.Exec(t.Context(), `UPDATE engagements SET agent_messages = 7 WHERE conversation_id = 'c-0003'`)
	require.NoError(t, err)
	_, err = connection.Exec(t.Context(), `DELETE FROM offers WHERE conversation_id = 'c-0005'`)
	require.NoError(t, err)
}

// TestShutdownLosesNothing stops an API under load: every event that was answered with 202 is in the
// log, and what was not answered so is told.
func TestShutdownLosesNothing(t *testing.T) {
	t.Parallel()
	url := devstack.Database(t)
	s := start(t, "api", "--database-url="+url, "--temporal-address=127.0.0.1:1", "--dev-key="+devKey)
	var acknowledged atomic.Int64
	var callers sync.WaitGroup
	enough := make(chan struct{}, 1)
	for caller := range 8 {
		callers.Go(func() {
			for i := 0; ; i++ {
				event := fmt.Sprintf(`{"id":"%d","type":"customer.message","time":"2026-03-02T09:00:00Z","conversation_id":"c-%d"}`, i, caller)
				request, err := http.NewRequest(http.MethodPost, s.url+"/v1/events", strings.NewReader(event))
				if err != nil {
					return
				}
				request.Header.Set("Authorization", devKey)
				request.Header.Set("Content-Type", "application/json")
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					return
				}
				_ = response.Body.Close()
				if response.StatusCode != http.StatusAccepted {
					return
				}
				if acknowledged.Add(1) == 200 {
					enough <- struct{}{}
				}
			}
		})
	}
	<-enough
	require.Zero(t, s.end(t))
	callers.Wait()

	connection, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { _ = connection.Close(context.Background()) }()
	var logged int64
	require.NoError(t, connection.QueryRow(t.Context(), `SELECT count(*) FROM entries`).Scan(&logged))
	require.GreaterOrEqual(t, logged, acknowledged.Load())
	require.LessOrEqual(t, logged, acknowledged.Load()+8, "at most one request of each caller was cut off unanswered")
}
