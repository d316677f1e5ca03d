package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/api"
	"engaged/api/apitest"
	"engaged/devstack"
	"engaged/engagement"
	"engaged/intake"
	"engaged/models"
)

// world is a server on a Postgres of its own, without Temporal: tests record legs themselves.
type world struct {
	t       testing.TB
	store   *models.Store
	log     *intake.Log
	address string
	client  *http.Client
}

// newWorld starts a world whose API clock stands at today.
func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldAt(t, func() time.Time { return today })
}

// newWorldAt starts a world with another clock.
func newWorldAt(t *testing.T, now func() time.Time) *world {
	t.Helper()
	return newWorldWith(t, now, func(*api.Config) {})
}

// newWorldWith starts a world whose server is configured differently.
func newWorldWith(t *testing.T, now func() time.Time, configure func(*api.Config)) *world {
	t.Helper()
	store, err := models.Open(t.Context(), devstack.Database(t), models.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	log := intake.NewLog(store, intake.LogOptions{})
	t.Cleanup(log.Close)
	config := api.Config{
		Logger:        slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
		AcceptTimeout: 2 * time.Second, KeyCacheTTL: time.Nanosecond, LiveInterval: 10 * time.Millisecond,
	}
	configure(&config)
	server, err := api.New(config, api.Dependencies{
		Log: log, Store: store, Accepts: foldAccepts{store}, Now: now, Analytics: analytics.NewEngine(store, analytics.Options{Now: now}),
	})
	require.NoError(t, err)
	address, _ := serve(t, server)
	return &world{t: t, store: store, log: log, address: address, client: apitest.Client(t)}
}

// foldAccepts decides as the workflow does, by the fold of the log, without a workflow.
type foldAccepts struct{ store *models.Store }

func (a foldAccepts) AwaitAccept(ctx context.Context, subject models.Subject, number int64) (engagement.Outcome, error) {
	c, err := a.store.LoadConversation(ctx, subject)
	if err != nil {
		return engagement.Outcome{}, err
	}
	return engagement.Fold(c.Settings, c.Carry, c.Entries, 0).Outcomes[number], nil
}

// key makes an API key.
func (w *world) key(organization string, scopes ...api.Scope) string {
	w.t.Helper()
	var names []string
	for _, scope := range scopes {
		names = append(names, string(scope))
	}
	key, _, err := w.store.CreateAPIKey(w.t.Context(), organization, "test", names)
	require.NoError(w.t, err)
	return key
}

// answer is what the server said.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask makes a request; header holds alternating names and values.
func (w *world) ask(key, method, path, body string, header ...string) answer {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.address+path, strings.NewReader(body))
	require.NoError(w.t, err)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := w.client.Do(request)
	require.NoError(w.t, err)
	defer response.Body.Close()
	if response.Header.Get("Content-Type") == "text/event-stream" {
		// Such an answer has no end: take its first event.
		return answer{response.StatusCode, response.Header, readEvent(w.t, bufio.NewReader(response.Body)).data}
	}
	text, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	return answer{response.StatusCode, response.Header, string(text)}
}

// say sends events of one conversation; each is "type time fields", with fields as JSON members.
func (w *world) say(key, conversation string, events ...string) {
	w.t.Helper()
	var list []string
	for i, event := range events {
		kind, rest, _ := strings.Cut(event, " ")
		at, fields, _ := strings.Cut(rest, " ")
		if fields != "" {
			fields = "," + fields
		}
		list = append(list, fmt.Sprintf(`{"id":"%s-%s-%d","type":%q,"time":"2026-03-10T%sZ","conversation_id":%q%s}`, kind, at, i, kind, at, conversation, fields))
	}
	said := w.ask(key, http.MethodPost, "/v1/events", "["+strings.Join(list, ",")+"]")
	require.Equal(w.t, http.StatusAccepted, said.status, said.body)
	require.Contains(w.t, said.body, `"rejected":[]`)
}

// run does what a workflow does with a conversation until there is nothing left but to wait.
func (w *world) run(organization, conversation string) {
	w.t.Helper()
	ctx, subject := w.t.Context(), models.Subject{OrganizationID: organization, ConversationID: conversation}
	for turn := range 20 {
		c, err := w.store.LoadConversation(ctx, subject)
		require.NoError(w.t, err)
		now := engagement.Fold(c.Settings, c.Carry, c.Entries, 0)
		step := now.Next()
		if step.Kind == engagement.StepWait {
			live := models.Live{Subject: subject, Seen: c.Seen, RecordCount: c.RecordCount, Open: now.Open, Channel: now.State.Channel, TicketID: now.State.TicketID, OpenOffers: len(now.State.Offers)}
			if now.State.Visit != nil {
				live.Visit = &now.State.Visit.Visit
			}
			require.NoError(w.t, w.store.Project(ctx, live))
			return
		}
		through, after := engagement.UpTo(c.Entries, step.At)
		var tail []int64
		for _, entry := range after {
			tail = append(tail, entry.Number)
		}
		recorded, err := w.store.Record(ctx, models.Record{
			Subject: subject, Token: fmt.Sprint("test-", turn, step.At), RecordCount: c.RecordCount, Seen: c.Seen, Tail: tail,
			SettingsVersion: newest(c.Settings), Result: engagement.Fold(c.Settings, c.Carry, through, step.At), WorkflowID: "workflow", RunID: "run",
		})
		require.NoError(w.t, err)
		require.True(w.t, recorded.Done)
		if step.Kind == engagement.StepEnd {
			return
		}
	}
	w.t.Fatal("the conversation never comes to rest")
}

func newest(versions []engagement.Settings) int {
	version := 0
	for _, s := range versions {
		version = max(version, s.Version)
	}
	return version
}
