package api_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/api/apitest"
	"engaged/models"
)

// serve starts a server on a free port and returns its address and a function that asks it to stop
// and returns what Serve returned.
func serve(t *testing.T, server *api.Server) (address string, stop func() error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, listener) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { require.NoError(t, stop()) })
	return "http://" + listener.Addr().String(), stop
}

// heldLog answers when it is told to.
type heldLog struct {
	entered, release chan struct{}
}

func (l heldLog) Append(_ context.Context, submissions []models.Submission) ([]models.Receipt, error) {
	close(l.entered)
	<-l.release
	return make([]models.Receipt, len(submissions)), nil
}

func TestShutdownFinishesRunningRequests(t *testing.T) {
	t.Parallel()
	log := heldLog{make(chan struct{}), make(chan struct{})}
	address, stop := serve(t, newServer(t, log))
	status := make(chan int, 1)
	go func() {
		request, _ := http.NewRequest(http.MethodPost, address+"/v1/events", strings.NewReader(oneEvent))
		request.Header.Set("Authorization", "dev-key")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			status <- 0
			return
		}
		_ = answer.Body.Close()
		status <- answer.StatusCode
	}()
	<-log.entered
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	require.Eventually(t, func() bool {
		connection, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
		if err == nil {
			_ = connection.Close()
		}
		return err != nil
	}, 5*time.Second, 5*time.Millisecond, "the door is closed")
	close(log.release)
	require.Equal(t, http.StatusAccepted, <-status)
	require.NoError(t, <-stopped)
}

func TestHugeHeadersAreRefused(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, newServer(t, &memoryLog{}))
	request, err := http.NewRequest(http.MethodGet, address+"/livez", nil)
	require.NoError(t, err)
	request.Header.Set("X-Large", strings.Repeat("x", 64<<10))
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, answer.StatusCode)
}

func TestHealth(t *testing.T) {
	t.Parallel()
	fails := make(chan error, 1)
	server, err := api.New(api.Config{Logger: quiet()}, api.Dependencies{Checks: []api.Check{
		{Name: "postgres", Run: func(context.Context) error { return nil }},
		{Name: "temporal", Run: func(context.Context) error {
			select {
			case err := <-fails:
				return err
			default:
				return nil
			}
		}},
	}})
	require.NoError(t, err)
	address, _ := serve(t, server)
	client := apitest.Client(t)
	get := func(path string) (int, string) {
		answer, err := client.Get(address + path)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(body)
	}
	status, _ := get("/livez")
	require.Equal(t, 200, status)
	status, body := get("/readyz")
	require.Equal(t, 200, status)
	require.JSONEq(t, `{"status":"ok","checks":{"postgres":"ok","temporal":"ok"}}`, body)
	fails <- context.DeadlineExceeded
	status, body = get("/readyz")
	require.Equal(t, 503, status)
	require.JSONEq(t, `{"status":"unavailable","checks":{"postgres":"ok","temporal":"failed"}}`, body)
	_, body = get("/openapi.yaml")
	require.Equal(t, string(api.Contract), body)
}

func TestMetricsCountByRouteTemplate(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	server, err := api.New(api.Config{DevKey: "dev-key", Logger: quiet(), Registry: registry}, api.Dependencies{
		Log: &memoryLog{}, Now: func() time.Time { return today },
	})
	require.NoError(t, err)
	require.Equal(t, 202, post(server, "application/json", oneEvent).Code)
	require.Equal(t, 400, post(server, "application/json", "").Code)
	address, _ := serve(t, server)
	answer, err := apitest.Client(t).Get(address + "/metrics")
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	for _, line := range []string{
		`engaged_http_requests_total{method="POST",route="/v1/events",status="202"} 1`,
		`engaged_http_requests_total{method="POST",route="/v1/events",status="400"} 1`,
		`engaged_http_request_duration_seconds_count{method="POST",route="/v1/events"} 2`,
		`engaged_events_total{result="accepted"} 1`,
		`engaged_http_requests_in_flight 1`,
	} {
		require.Contains(t, string(body), line)
	}
}

// panickingLog fails in the worst way.
type panickingLog struct{}

func (panickingLog) Append(context.Context, []models.Submission) ([]models.Receipt, error) {
	panic("secret of customer 7")
}

func TestPanicBecomesAProblem(t *testing.T) {
	t.Parallel()
	answer := post(newServer(t, panickingLog{}), "application/json", oneEvent)
	require.Equal(t, 500, answer.Code)
	require.Contains(t, answer.Body.String(), "server:internal")
	require.NotContains(t, answer.Body.String(), "secret")
}

func TestLogLinesHoldTheRequestIDAndNothingPersonal(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	server, err := api.New(api.Config{DevKey: "dev-key", Logger: slog.New(slog.NewJSONHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))},
		api.Dependencies{Log: &memoryLog{}, Now: func() time.Time { return today }})
	require.NoError(t, err)
	request, err := http.NewRequest(http.MethodPost, "/v1/events", strings.NewReader(strings.Replace(oneEvent, "c-1", "ada@example.com", 1)))
	require.NoError(t, err)
	request.Header.Set("X-Request-Id", "trace-7")
	require.Equal(t, 202, do(server, request).Code)
	require.Contains(t, lines.String(), `"request_id":"trace-7"`)
	require.Contains(t, lines.String(), `"route":"/v1/events"`)
	require.NotContains(t, lines.String(), "ada@example.com")
	require.NotContains(t, lines.String(), "dev-key")
}
