package api_test

import (
	"context"
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

func TestAcceptIsARace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.EventsWrite)
	require.Equal(t, 404, w.accept(key, "talk", "1", "k0", "").status, "no such conversation")
	w.say(key, "talk", `offer.created 11:59:00 "agent_id":"1"`, `offer.created 11:59:00 "agent_id":"2"`,
		`offer.created 11:59:00 "agent_id":"3"`, `offer.declined 11:59:10 "agent_id":"3"`)

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
	w := newWorld(t)
	key := w.key("acme", api.EventsWrite)
	w.say(key, "talk", `offer.created 11:59:00 "agent_id":"1"`)
	server, err := api.New(api.Config{Logger: quiet(), AcceptTimeout: 20 * time.Millisecond}, api.Dependencies{
		Log: w.log, Store: w.store, Accepts: silentAccepts{}, Now: func() time.Time { return today },
	})
	require.NoError(t, err)
	w.address, _ = serve(t, server)
	got := w.accept(key, "talk", "1", "k", "")
	require.Equal(t, 503, got.status)
	require.Contains(t, got.body, "offer:undecided")
	require.Equal(t, "1", got.header.Get("Retry-After"))
}
