package e2e

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/demo"
	"engaged/devstack/oracle"
	"engaged/engagement"
)

// conversations is how many the day has.
const conversations = 2000

// TestDay imports a contact centre's day while the worker is killed three times and Postgres and
// Temporal are restarted, and finds every record as the oracle has it, field by field.
func TestDay(t *testing.T) {
	day := demo.Generate(1, conversations, time.Date(2025, 3, 10, 0, 0, 0, 0, time.UTC))
	directory := t.TempDir()
	file := writeDay(t, directory, day)
	s, err := startStack(t.Context(), filepath.Join(directory, "temporal.db"))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(s.logs())
		}
		s.stop()
	})
	require.NoError(t, err)
	require.NoError(t, s.start("api"))
	require.NoError(t, s.start("worker"))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, s.ready(ctx))
	want := day.Conversations()
	o := newOrganization(t, s, "centre", want[0].Agents, nil)

	var wait sync.WaitGroup
	wait.Go(func() {
		output, code := command(t, append(s.env(), "ENGAGED_KEY="+o.key), "import", file,
			"--until", day.Until.Time().Format(time.RFC3339), "--give-up-after", "2m")
		t.Log(output)
		if code != 0 {
			t.Errorf("import ended with %d", code)
		}
	})
	begun := time.Now()
	disturb(t, o, want)
	wait.Wait()
	o.reaches(t, 5*time.Minute, want)
	t.Logf("%d events, %d conversations in %v", len(day.Events), conversations, time.Since(begun).Round(time.Second))

	records, _ := expected(want)
	requireMetrics(t, o, foldMetrics(records))

	output, code := command(t, s.env(), "reconcile", "--organization", o.id)
	require.Zero(t, code, output)
	t.Log(output)
}

// disturb breaks things as the records come in, one after the other.
func disturb(t *testing.T, o *organization, want []oracle.Conversation) {
	t.Helper()
	legs := 0
	records, _ := expected(want)
	for _, r := range records {
		legs += len(r.Legs)
	}
	killWorker := func() error {
		o.stack.process("worker").kill()
		return o.stack.start("worker")
	}
	for _, d := range []struct {
		percent int
		what    string
		do      func() error
	}{
		{10, "the worker is killed", killWorker},
		{25, "Postgres is restarted", func() error { return o.stack.postgres.Restart(t.Context()) }},
		{40, "the worker is killed", killWorker},
		{55, "Temporal is restarted", func() error { return o.stack.temporal.Restart(t.Context()) }},
		{70, "the worker is killed", killWorker},
	} {
		eventually(t, 5*time.Minute, func(ctx context.Context) string {
			done, err := o.recorded(ctx)
			if err != nil {
				return err.Error()
			}
			if done*100 < legs*d.percent {
				return fmt.Sprintf("%d of %d engagements are recorded", done, legs)
			}
			t.Logf("%d of %d engagements are recorded: %s", done, legs, d.what)
			return ""
		})
		require.NoError(t, d.do())
	}
}

// writeDay writes the day as a file for the import command.
func writeDay(t *testing.T, directory string, day demo.Day) string {
	t.Helper()
	path := filepath.Join(directory, "day.ndjson")
	file, err := os.Create(path)
	require.NoError(t, err)
	out := bufio.NewWriter(file)
	require.NoError(t, day.WriteNDJSON(out))
	require.NoError(t, out.Flush())
	require.NoError(t, file.Close())
	return path
}

// TestEventStatus asks what became of events of a conversation that is recorded.
func TestEventStatus(t *testing.T) {
	t.Parallel()
	o := newOrganization(t, sharedStack(t), "status", nil, nil)
	event := func(id string, kind engagement.EventType, second engagement.Instant) engagement.Event {
		start := engagement.At(time.Date(2025, 3, 10, 9, 0, 0, 0, time.UTC))
		return engagement.Event{ID: id, Type: kind, Time: start + second*1000, ConversationID: "c", AgentID: "A", Channel: "voice"}
	}
	events := []engagement.Event{
		event("1", engagement.AgentAssigned, 0), event("2", engagement.HoldEnded, 5), event("3", engagement.AgentEnded, 60),
		event("4", engagement.ClockReached, 120),
	}
	_, err := o.post(t.Context(), t, events...)
	require.NoError(t, err)
	o.reaches(t, patience, []oracle.Conversation{{Events: events}})
	status, body := o.do(t.Context(), t, http.MethodGet, "/v1/events/c/3", nil)
	require.Equal(t, http.StatusOK, status, string(body))
	require.Contains(t, string(body), `"applied"`)
	late := event("5", engagement.AgentEnded, 30)
	result, err := o.post(t.Context(), t, late)
	require.NoError(t, err)
	require.Equal(t, 1, result.Late)
	o.reaches(t, patience, []oracle.Conversation{{Events: events}})
}
