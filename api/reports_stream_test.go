package api_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/api"
)

// watch opens a stream; header holds alternating names and values.
func (w *world) watch(key, query string, header ...string) (*http.Response, *bufio.Reader) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.address+"/v1/reports/live/stream"+query, nil)
	require.NoError(w.t, err)
	request.Header.Set("Authorization", key)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := w.client.Do(request)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = response.Body.Close() })
	return response, bufio.NewReader(response.Body)
}

func reportIn(t *testing.T, e event) api.LiveReport {
	t.Helper()
	require.Equal(t, "snapshot", e.name)
	require.NotEmpty(t, e.id)
	var report api.LiveReport
	require.NoError(t, json.Unmarshal([]byte(e.data), &report))
	return report
}

func TestStreamTellsOfEveryChange(t *testing.T) {
	t.Parallel()
	w, key := openCentre(t)
	admin := w.key("acme", api.Admin)
	response, all := w.watch(key, "", "Last-Event-ID", "nonsense")
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "no-store", response.Header.Get("Cache-Control"))
	retry, err := all.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "retry: 2000\n", retry)
	_, support := w.watch(key, "?queue_id=support")
	first := reportIn(t, readEvent(t, all))
	require.Equal(t, []string{"q1", "q2"}, waiting(first.Queued))
	require.Equal(t, []string{"q1"}, waiting(reportIn(t, readEvent(t, support)).Queued))

	// Somebody joins the queue.
	w.say(admin, "q3", `queue.entered 11:59:00 "queue_id":"support","channel":"web"`)
	w.run("acme", "q3")
	for len(waiting(reportIn(t, readEvent(t, all)).Queued)) < 3 {
	}
	for len(waiting(reportIn(t, readEvent(t, support)).Queued)) < 2 {
	}
	// A message alone does not move the projection, and still is news.
	w.say(admin, "a1", `customer.message 11:59:30`)
	for len(waiting(reportIn(t, readEvent(t, all)).Replies)) < 3 {
	}
}

// servedWorld is a world with a server of its own settings, which stop shuts down.
func servedWorld(t *testing.T, config api.Config) (w *world, key string, stop func() error) {
	t.Helper()
	w, key = openCentre(t)
	config.Logger = quiet()
	now := func() time.Time { return today }
	server, err := api.New(config, api.Dependencies{Log: w.log, Store: w.store, Accepts: foldAccepts{w.store}, Now: now, Analytics: analytics.NewEngine(w.store, analytics.Options{Now: now})})
	require.NoError(t, err)
	w.address, stop = serve(t, server)
	return w, key, stop
}

// The limits of answers that end are not those of a stream.
func TestStreamOutlivesTheServersTimeLimits(t *testing.T) {
	t.Parallel()
	w, key, _ := servedWorld(t, api.Config{ReadTimeout: 100 * time.Millisecond, WriteTimeout: 100 * time.Millisecond, LiveHeartbeat: 20 * time.Millisecond})
	_, stream := w.watch(key, "")
	readEvent(t, stream)
	for range 30 {
		line, err := stream.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, ": still here\n", line)
		_, err = stream.ReadString('\n')
		require.NoError(t, err)
	}
	w.say(w.key("acme", api.EventsWrite), "a1", `customer.message 11:59:30`)
	require.Contains(t, waiting(reportIn(t, readEvent(t, stream)).Replies), "a1")
}

func TestStreamsEndWithTheServer(t *testing.T) {
	t.Parallel()
	w, key, stop := servedWorld(t, api.Config{})
	_, stream := w.watch(key, "")
	readEvent(t, stream)
	require.NoError(t, stop(), "a shutdown does not wait for streams")
	_, err := io.Copy(io.Discard, stream)
	require.NoError(t, err, "the stream has ended in order")
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	w, key, _ := servedWorld(t, api.Config{})
	for range 50 {
		response, stream := w.watch(key, "")
		require.Equal(t, http.StatusOK, response.StatusCode)
		readEvent(t, stream)
	}
	response, stream := w.watch(key, "")
	require.Equal(t, http.StatusTooManyRequests, response.StatusCode)
	require.Equal(t, "2", response.Header.Get("Retry-After"))
	text, err := io.ReadAll(stream)
	require.NoError(t, err)
	require.Contains(t, string(text), `"report:too_many_streams"`)
	require.Equal(t, http.StatusOK, w.ask(w.key("other", api.ReportsRead), "GET", "/v1/reports/live/stream", "").status)
}

func TestStreamRefusesBeforeItBegins(t *testing.T) {
	t.Parallel()
	w, key := openCentre(t)
	got := w.ask(key, "GET", "/v1/reports/live/stream?limit=0", "")
	require.Equal(t, http.StatusBadRequest, got.status)
	require.True(t, strings.HasPrefix(got.header.Get("Content-Type"), "application/problem+json"))
}
