package devstack

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
)

// buildPatience bounds the start of the shared Temporal server, which may have to be built first.
const buildPatience = 15 * time.Minute

// sharedTemporal is the Temporal server of this test process: made by the first test that asks, gone with the
// process.
var sharedTemporal struct {
	once   sync.Once
	server *Temporal
	err    error
}

// TemporalAddress returns host:port of a Temporal server that the tests of this process share. Its state is in
// memory; tests keep out of each other's way by task queue and workflow id.
func TemporalAddress(t testing.TB) string {
	t.Helper()
	sharedTemporal.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), buildPatience)
		defer cancel()
		sharedTemporal.server, sharedTemporal.err = StartTemporal(ctx, TemporalConfig{})
	})
	if sharedTemporal.err != nil {
		t.Fatalf("starting Temporal for the tests: %v", sharedTemporal.err)
	}
	return sharedTemporal.server.Address()
}

// TemporalClient returns a client of the namespace "default" on the shared server. It is closed when the test
// ends, says nothing in the test's log, and does not compress, which on one machine only costs time.
func TemporalClient(t testing.TB) client.Client {
	t.Helper()
	temporal, err := client.Dial(client.Options{
		HostPort:          TemporalAddress(t),
		Logger:            log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
		ConnectionOptions: client.ConnectionOptions{GrpcCompression: &client.GrpcCompressionNone{}},
	})
	if err != nil {
		t.Fatalf("connecting to Temporal: %v", err)
	}
	t.Cleanup(temporal.Close)
	return temporal
}
