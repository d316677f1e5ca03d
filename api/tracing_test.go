package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"engaged/api"
)

func TestRequestsAreTracedByRouteTemplate(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	server, err := api.New(api.Config{DevKey: "dev-key", Logger: quiet(), TracerProvider: trace.NewTracerProvider(trace.WithSpanProcessor(spans))},
		api.Dependencies{Log: &memoryLog{}, Now: func() time.Time { return today }})
	require.NoError(t, err)
	require.Equal(t, 202, post(server, "application/json", oneEvent).Code)
	require.Len(t, spans.Ended(), 1)
	require.Equal(t, "POST /v1/events", spans.Ended()[0].Name())
}
