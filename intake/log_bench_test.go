package intake_test

import (
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/engagement"
	"engaged/intake"
	"engaged/models"
)

// BenchmarkLogOpenLoop sends one event a request at a fixed rate, as many conversations do, and
// reports how long an acknowledgement takes and what it costs. Run it with -benchtime=1x.
func BenchmarkLogOpenLoop(b *testing.B) {
	const rate, seconds, conversations = 5_000, 10, 20_000
	postgres, err := devstack.StartPostgres(b.Context(), devstack.Config{Durable: true})
	require.NoError(b, err)
	defer postgres.Stop()
	require.NoError(b, postgres.CreateDatabase(b.Context(), "engaged"))
	url := postgres.URL("engaged")
	_, err = models.Migrate(b.Context(), url)
	require.NoError(b, err)
	store, err := models.Open(b.Context(), url, models.Options{})
	require.NoError(b, err)
	defer store.Close()
	require.NoError(b, store.CreateOrganization(b.Context(), organization, ""))
	for b.Loop() {
		log := intake.NewLog(store, intake.LogOptions{})
		latencies := make([]time.Duration, rate*seconds)
		var wait sync.WaitGroup
		var before, after syscall.Rusage
		require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &before))
		begin := time.Now()
		for i := range latencies {
			due := begin.Add(time.Duration(i) * time.Second / rate)
			if ahead := time.Until(due); ahead > 0 {
				<-time.After(ahead)
			}
			wait.Go(func() {
				_, err := log.Append(b.Context(), []models.Submission{sample(i%conversations, i)})
				require.NoError(b, err)
				latencies[i] = time.Since(due)
			})
		}
		wait.Wait()
		require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &after))
		log.Close()
		slices.Sort(latencies)
		b.ReportMetric(float64(latencies[len(latencies)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(latencies[len(latencies)*99/100].Microseconds())/1000, "p99-ms")
		b.ReportMetric(float64(after.Utime.Nano()+after.Stime.Nano()-before.Utime.Nano()-before.Stime.Nano())/1e9/seconds, "own-cores")
	}
}

// sample is an event of a chat, of which four in five are messages.
func sample(conversation, i int) models.Submission {
	kinds := []engagement.EventType{engagement.CustomerMessage, engagement.AgentMessage, engagement.CustomerMessage, engagement.AgentMessage, engagement.AgentAssigned}
	e := engagement.Event{
		ID: fmt.Sprintf("event-%d", i), Type: kinds[i%len(kinds)], Time: engagement.At(time.Now()),
		ConversationID: fmt.Sprintf("conversation-%d", conversation), Channel: "messaging", RequesterID: fmt.Sprintf("customer-%d", conversation),
	}
	if e.Type != engagement.CustomerMessage {
		e.AgentID = fmt.Sprintf("agent-%d", conversation%200)
	}
	return models.Submission{OrganizationID: organization, Event: e}
}
