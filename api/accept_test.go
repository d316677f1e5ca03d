package api_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/engagement"
	"engaged/models"
)

func (w *world) accept(key, conversation, agent, idempotency, body string) answer {
	return w.ask(key, http.MethodPost, "/v1/conversations/"+conversation+"/offers/"+agent+"/accept", body, "Idempotency-Key", idempotency)
}

// now sends an event that happens now: the accept command's time is that of its receipt.
func (w *world) now(key, conversation, kind, agent string) {
	w.t.Helper()
	body := fmt.Sprintf(`{"id":"%s-%s","type":%q,"time":%q,"conversation_id":%q,"agent_id":%q}`,
		kind, agent, kind, time.Now().UTC().Format(time.RFC3339Nano), conversation, agent)
	require.Equal(w.t, http.StatusAccepted, w.ask(key, http.MethodPost, "/v1/events", body).status)
}

func (w *world) offerNow(key, conversation string, agents ...string) {
	w.t.Helper()
	for _, agent := range agents {
		w.now(key, conversation, "offer.created", agent)
	}
}

func TestAcceptIsARace(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.EventsWrite)
	require.Equal(t, 404, w.accept(key, "talk", "1", "k0", "").status, "no such conversation")
	w.offerNow(key, "talk", "1", "2", "3")
	w.now(key, "talk", "offer.declined", "3")

	over := w.accept(key, "talk", "3", "k1", "")
	require.Equal(t, 410, over.status, over.body)
	won := w.accept(key, "talk", "1", "k2", `{}`)
	require.Equal(t, 200, won.status, won.body)
	require.Equal(t, "k2", won.header.Get("Idempotency-Key"))
	require.Contains(t, won.body, `"status":"accepted"`)
	require.Equal(t, 200, w.accept(key, "talk", "1", "k2", "").status, "the winner repeats it")
	require.Equal(t, 200, w.accept(key, "talk", "1", "k3", "").status, "the winner asks anew")
	lost := w.accept(key, "talk", "2", "k4", "")
	require.Equal(t, 409, lost.status, lost.body)
	require.Equal(t, 404, w.accept(key, "talk", "9", "k5", "").status, "never offered")
	require.Equal(t, 422, w.accept(key, "talk", "2", "k2", "").status, "the winner's Idempotency-Key")
	require.Equal(t, 422, w.accept(key, "talk", "2", "k6", `{"offer":"x"}`).status)
	require.Equal(t, 400, w.accept(key, "talk", "2", "k6", `{`).status)

	made := w.ask(key, http.MethodPost, "/v1/conversations/talk/offers/2/accept", "")
	require.NotEmpty(t, made.header.Get("Idempotency-Key"))
}

// silentAccepts never decides.
type silentAccepts struct{}

func (silentAccepts) AwaitAccept(ctx context.Context, _ models.Subject, _ int64) (engagement.Outcome, error) {
	<-ctx.Done()
	return engagement.Outcome{}, ctx.Err()
}

func TestAcceptAnswers503WhenItIsNotDecidedInTime(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.EventsWrite)
	w.offerNow(key, "talk", "1")
	server, err := api.New(api.Config{Logger: quiet(), AcceptTimeout: 20 * time.Millisecond}, api.Dependencies{
		Log: w.log, Store: w.store, Accepts: silentAccepts{},
	})
	require.NoError(t, err)
	w.address, _ = serve(t, server)
	got := w.accept(key, "talk", "1", "k", "")
	require.Equal(t, 503, got.status)
	require.Contains(t, got.body, "offer:undecided")
	require.Equal(t, "1", got.header.Get("Retry-After"))
}
