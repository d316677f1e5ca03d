package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// scrape returns what /metrics prints.
func scrape(t *testing.T, registry *prometheus.Registry) string {
	t.Helper()
	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	return w.Body.String()
}

func TestEventLogCollector(t *testing.T) {
	t.Parallel()

	t.Run("Read", func(t *testing.T) {
		t.Parallel()
		reads := 0
		registry := prometheus.NewRegistry()
		registry.MustRegister(NewEventLogCollector(func(context.Context) (EventLog, error) {
			reads++
			return EventLog{Backlog: 3, BacklogAge: 1500 * time.Millisecond, DeadLetters: 1, OpenEngagements: 7, WaitingVisits: 2, WebhooksQueued: 4, WebhooksAge: time.Minute}, nil
		}, quiet))
		page := scrape(t, registry)
		for _, want := range []string{
			"engaged_log_up 1", "engaged_log_backlog_conversations 3", "engaged_log_backlog_age_seconds 1.5",
			"engaged_log_dead_letters 1", "engaged_engagements_open 7", "engaged_queue_visits_open 2",
			"engaged_webhooks_queued 4", "engaged_webhooks_oldest_seconds 60",
		} {
			require.Contains(t, page, "\n"+want+"\n")
		}
		scrape(t, registry)
		require.Equal(t, 1, reads, "a scrape right after costs no query")
	})

	t.Run("Unavailable", func(t *testing.T) {
		t.Parallel()
		registry := prometheus.NewRegistry()
		registry.MustRegister(NewEventLogCollector(func(context.Context) (EventLog, error) {
			return EventLog{}, errors.New("away")
		}, quiet))
		page := scrape(t, registry)
		require.Contains(t, page, "engaged_log_up 0\n")
		require.NotContains(t, page, "engaged_engagements_open ")
	})
}

func TestLogger(t *testing.T) {
	t.Parallel()

	t.Run("JSON", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		log := NewLogger(&out, "warn", "json")
		log.Info("not this")
		log.Warn("this", "n", 1)
		var line map[string]any
		require.NoError(t, json.Unmarshal(out.Bytes(), &line))
		require.Equal(t, "this", line["msg"])
	})

	t.Run("Text", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		NewLogger(&out, "info", "text").Info("this")
		require.Contains(t, out.String(), "msg=this")
	})
}

func TestMetricsOfTheSDK(t *testing.T) {
	t.Parallel()
	m, err := NewMetrics("v1", quiet)
	require.NoError(t, err)
	h := m.Temporal.WithTags(map[string]string{"namespace": "default"})
	h.Counter("temporal_request").Inc(2)
	h.Gauge("temporal_num_pollers").Update(4)
	h.Timer("temporal_request_latency").Record(30 * time.Millisecond)
	page := scrape(t, m.Registry)
	require.Contains(t, page, `engaged_build_info{version="v1"} 1`)
	require.Contains(t, page, "go_goroutines ")
	require.Contains(t, page, `temporal_request_total{namespace="default"} 2`)
	require.Contains(t, page, `temporal_num_pollers{namespace="default"} 4`)
	require.Contains(t, page, `temporal_request_latency_seconds_bucket{namespace="default",le="0.05"} 1`)
}

func TestRecords(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m := NewRecords(registry)
	m.Transaction("done")
	m.Lag(2100 * time.Millisecond)
	m.Lag(-time.Second)
	page := scrape(t, registry)
	require.Contains(t, page, `engaged_record_transactions_total{outcome="done"} 1`)
	require.Contains(t, page, `engaged_record_lag_seconds_bucket{le="2.5"} 2`)
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m := NewWebhooks(registry)
	m.Attempt("failed", 20*time.Millisecond)
	m.Ended("delivered", true, 40*time.Millisecond)
	m.Ended("failed", false, time.Hour)
	page := scrape(t, registry)
	for _, want := range []string{
		`engaged_webhook_attempts_total{outcome="failed"} 1`, `engaged_webhook_attempt_seconds_bucket{le="0.025"} 1`,
		`engaged_webhook_lag_seconds_bucket{le="0.05"} 1`, "engaged_webhook_lag_seconds_count 1", `engaged_webhook_messages_total{status="failed"} 1`,
	} {
		require.Contains(t, page, want)
	}
}

func TestTracingReachesTheCollector(t *testing.T) {
	t.Parallel()
	received := make(chan string, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- r.URL.Path + " " + string(body)
	}))
	t.Cleanup(collector.Close)
	tracing, err := StartTracing(t.Context(), TracingOptions{Endpoint: collector.URL + "/", SampleRatio: 1, Service: "engaged-test", Version: "v1"})
	require.NoError(t, err)
	_, err = tracing.Interceptor()
	require.NoError(t, err)
	_, span := tracing.Provider().Tracer("test").Start(t.Context(), "a-request")
	span.End()
	require.NoError(t, tracing.Stop(t.Context()))
	got := <-received
	require.True(t, strings.HasPrefix(got, "/v1/traces "), got)
	require.Contains(t, got, "a-request")
	require.Contains(t, got, "engaged-test")
}
