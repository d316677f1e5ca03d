package openloop_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/bench/internal/openloop"
)

func requests(n int, every time.Duration) func(func(openloop.Request) bool) {
	return func(yield func(openloop.Request) bool) {
		for i := range n {
			body := func(b []byte) []byte { return fmt.Appendf(b, `{"n":%d}`, i) }
			if !yield(openloop.Request{At: time.Duration(i) * every, Events: 1, Measured: true, Body: body}) {
				return
			}
		}
	}
}

func TestDriverCountsWaitingAsLatency(t *testing.T) {
	t.Parallel()
	stalled := make(chan struct{})
	var served atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if served.Add(1) == 1 {
			<-stalled
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"accepted":1,"duplicate":0,"late":0,"rejected":[]}`)
	}))
	t.Cleanup(server.Close)
	time.AfterFunc(300*time.Millisecond, func() { close(stalled) })

	driver := openloop.Driver{Address: strings.TrimPrefix(server.URL, "http://"), Path: "/", Key: "k", Connections: 1}
	tally := driver.Run(context.Background(), time.Now(), requests(20, time.Millisecond))
	require.EqualValues(t, 20, tally.Accepted)
	require.EqualValues(t, 20, tally.Acknowledgement.Count)
	require.Greater(t, tally.Acknowledgement.P50, 250.0, "requests that waited behind the stalled one count their waiting")
}

func TestDriverSendsRefusedAgain(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch served.Add(1) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			w.WriteHeader(http.StatusBadRequest)
		default:
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, `{"accepted":1,"rejected":[]}`)
		}
	}))
	t.Cleanup(server.Close)
	driver := openloop.Driver{Address: strings.TrimPrefix(server.URL, "http://"), Path: "/", Key: "k", Connections: 1}
	tally := driver.Run(context.Background(), time.Now(), requests(3, 0))
	require.EqualValues(t, 1, tally.Refused)
	require.EqualValues(t, 1, tally.Lost, "a bad request is not sent again")
	require.EqualValues(t, 2, tally.Accepted)
	require.Contains(t, tally.FirstFault, "503")
}
