package deliveries

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/bench/internal/stack"
	"engaged/bench/internal/usage"
)

func TestTasksAreOneArrayOfDifferentTasks(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	var list []struct {
		Configuration string `json:"configuration_id"`
		Tracking      string `json:"tracking_id"`
		Contacts      []struct {
			ID     string
			Phones []struct{ Number string }
		}
		Windows []struct{ Start, End time.Time }
	}
	require.NoError(t, json.Unmarshal(tasks("c", 10, 3, start), &list))
	require.Len(t, list, 3)
	numbers := map[string]bool{}
	for i, task := range list {
		require.Equal(t, []string{"c", fmt.Sprint("order-", 10+i)}, []string{task.Configuration, task.Tracking})
		require.Equal(t, start, task.Windows[0].Start)
		numbers[task.Contacts[0].Phones[0].Number] = true
	}
	require.Len(t, numbers, 3)
	require.Less(t, len(tasks("c", 85_000, Bulk, start)), 32<<20, "the largest body that is taken")
}

func TestMetricsAddUpTheLabels(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("# HELP runs_total x\nruns_total{kind=\"a\"} 2\nruns_total{kind=\"b\"} 3e+00\nruns_total_more 7\ngo_goroutines 12\n"))
	}))
	defer server.Close()
	values, err := metrics(t.Context(), &stack.Engine{Address: strings.TrimPrefix(server.URL, "http://")}, "runs_total", "go_goroutines", "none")
	require.NoError(t, err)
	require.Equal(t, []float64{5, 12, 0}, values)
}

// Ten tasks wait while the engine spends 3 s in two minutes, and two that cost the peer 3 s in one beyond idling.
func TestWaitedIsPerThousandTasksAndMinute(t *testing.T) {
	t.Parallel()
	spent := func(seconds, server float64) Interval {
		return Interval{Spent: usage.Spent{Seconds: seconds, Server: server}}
	}
	r := &Result{
		Empty:   &Empty{Idle: spent(60, 1)},
		Waiting: &WaitingResult{Tasks: 10, Idle: spent(120, 3)},
		Peer:    &PeerResult{Tasks: 2, Empty: spent(30, 0), Idle: spent(60, 3)},
	}
	engine, peer := r.Waited()
	require.InDelta(t, 150, engine, 1e-9)
	require.InDelta(t, 1500, peer, 1e-9)
	r.Compare()
	require.Len(t, r.Targets, 3)
	require.True(t, r.Targets[1].Met())
	require.InDelta(t, 10, r.Targets[2].Got, 1e-9)
}
