package webhooks_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/models"
	"engaged/webhooks"
)

const (
	organization = "acme"
	endpointID   = "00000000-0000-4000-9000-000000000001"
)

var audit = models.Audit{OrganizationID: organization, Actor: "test", Action: "test"}

// hooks is a Postgres with one endpoint, and the receiver that it leads to.
type hooks struct {
	*testing.T
	store    *models.Store
	keyring  webhooks.Keyring
	secret   webhooks.Secret
	received chan received
	// answer is what the receiver answers; default 204.
	answer atomic.Pointer[http.HandlerFunc]
	log    lockedText
}

// received is a message as it came.
type received struct {
	header http.Header
	body   string
}

// verify tells whether a secret has signed it.
func (r received) verify(s webhooks.Secret) error {
	return s.Verify(r.header.Get("webhook-id"), r.header.Get("webhook-timestamp"), r.header.Get("webhook-signature"), []byte(r.body), time.Now())
}

// lockedText is a log that a test reads.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newHooks(t *testing.T) *hooks {
	t.Helper()
	store, err := models.Open(t.Context(), devstack.Database(t), models.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	require.NoError(t, store.CreateOrganization(t.Context(), organization, ""))
	h := &hooks{T: t, store: store, received: make(chan received, 100)}
	h.keyring, err = webhooks.NewKeyring(sealingKey(1))
	require.NoError(t, err)
	h.secret, err = webhooks.NewSecret(rand.Reader)
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		h.received <- received{r.Header, string(body)}
		if answer := h.answer.Load(); answer != nil {
			(*answer)(w, r)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	_, err = store.CreateWebhookEndpoint(t.Context(), models.WebhookEndpoint{
		ID: endpointID, URL: server.URL + "/hooks?token=s3cret", EventTypes: models.WebhookTypes, OrderLease: time.Minute, Enabled: true,
	}, h.keyring.Seal(h.secret, endpointID), audit)
	require.NoError(t, err)
	return h
}

// run has a dispatcher work until the function that it returns is called, or the test ends.
func (h *hooks) run(outbox webhooks.Outbox, o webhooks.Options) (stop func()) {
	h.Helper()
	o.Keyring, o.Logger = h.keyring, slog.New(slog.NewTextHandler(&h.log, nil))
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { webhooks.NewDispatcher(outbox, o).Run(ctx) })
	stop = func() {
		cancel()
		running.Wait()
	}
	h.Cleanup(stop)
	return stop
}

// open allows the receiver's address.
func open() webhooks.Options { return webhooks.Options{Guard: webhooks.Guard{AllowPrivate: true}} }

func (h *hooks) ping() models.WebhookMessage {
	h.Helper()
	m, err := h.store.PingWebhook(h.Context(), organization, endpointID)
	require.NoError(h, err)
	return m
}

// await waits until a message is as it is asked to be.
func (h *hooks) await(id string, is func(models.WebhookMessage) bool) models.WebhookMessage {
	h.Helper()
	var m models.WebhookMessage
	require.Eventually(h, func() bool {
		var err error
		m, err = h.store.WebhookMessage(h.Context(), organization, endpointID, id)
		return err == nil && is(m)
	}, time.Minute, 5*time.Millisecond, "%+v", &m)
	return m
}

func (h *hooks) change(sql string, args ...any) {
	h.Helper()
	_, err := h.store.Pool().Exec(h.Context(), sql, args...)
	require.NoError(h, err)
}

func status(want models.WebhookStatus) func(models.WebhookMessage) bool {
	return func(m models.WebhookMessage) bool { return m.Status == want }
}

// A message arrives once, signed; while a secret is replaced it carries the signatures of both.
func TestDispatchAndRotate(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	h.run(h.store, open())
	sent := h.ping()
	first := <-h.received
	require.NoError(t, first.verify(h.secret))
	require.Equal(t, []string{sent.ID, "application/json"}, []string{first.header.Get("webhook-id"), first.header.Get("Content-Type")})
	require.JSONEq(t, sent.Body, first.body)
	require.Contains(t, first.body, `"webhook.ping"`)
	m := h.await(sent.ID, status(models.WebhookDelivered))
	require.Equal(t, []any{1, 204, "delivered"}, []any{m.AttemptCount, m.Attempts[0].Status, m.Attempts[0].Outcome})

	fresh, err := webhooks.NewSecret(rand.Reader)
	require.NoError(t, err)
	_, err = h.store.RotateWebhookSecret(t.Context(), endpointID, h.keyring.Seal(fresh, endpointID), time.Hour, audit)
	require.NoError(t, err)
	h.ping()
	both := <-h.received
	require.NoError(t, both.verify(fresh))
	require.NoError(t, both.verify(h.secret))
	require.Len(t, strings.Fields(both.header.Get("webhook-signature")), 2)

	h.change(`UPDATE webhook_endpoints SET previous_until = clock_timestamp()`)
	h.ping()
	after := <-h.received
	require.NoError(t, after.verify(fresh))
	require.ErrorIs(t, after.verify(h.secret), webhooks.ErrSignature)
	require.Empty(t, h.received)
	require.Empty(t, h.log.String())
}

// The waits of the specification, with up to a tenth more; then it is given up.
func TestRetriesFollowTheSchedule(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	h.answer.Store(new(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "no \x00 \xff luck "+strings.Repeat("x", 5000))
	})))
	h.run(h.store, open())
	sent := h.ping()
	for n, want := range []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour,
	} {
		got := <-h.received
		require.Equal(t, sent.ID, got.header.Get("webhook-id"))
		m := h.await(sent.ID, func(m models.WebhookMessage) bool { return m.AttemptCount == n+1 })
		require.Equal(t, models.WebhookPending, m.Status)
		began := m.Attempts[n].At.Time()
		require.WithinRange(t, *m.DueAt, began.Add(want), began.Add(want+want/10+10*time.Second))
		h.change(`UPDATE webhook_messages SET due_at = clock_timestamp()`)
		h.change(`SELECT pg_notify('engaged_webhooks', '')`)
	}
	m := h.await(sent.ID, status(models.WebhookFailed))
	require.Equal(t, 8, m.AttemptCount)
	require.NotNil(t, m.EndedAt)
	require.Equal(t, 500, m.Attempts[7].Status)
	require.True(t, strings.HasPrefix(m.Attempts[7].Answer, "no   luck xxx"), m.Attempts[7].Answer)
	require.LessOrEqual(t, len(m.Attempts[7].Answer), 1024)

	h.answer.Store(nil)
	_, err := h.store.ReplayWebhook(t.Context(), endpointID, sent.ID, audit)
	require.NoError(t, err)
	h.await(sent.ID, status(models.WebhookDelivered))
	endpoint, err := h.store.WebhookEndpoint(t.Context(), organization, endpointID)
	require.NoError(t, err)
	require.Nil(t, endpoint.FailingSince)
}

// forgetful is the outbox of a process that dies between sending and keeping what became of it.
type forgetful struct {
	*models.Store
	died chan struct{}
}

func (f forgetful) EndWebhookAttempt(context.Context, models.WebhookClaim, models.WebhookResult) (models.WebhookStatus, error) {
	close(f.died)
	return "", errors.New("killed")
}

// What was sent by a process that died then is sent again by another one, under the same id.
func TestSentAgainAfterACrash(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	dying := forgetful{h.store, make(chan struct{})}
	stop := h.run(dying, open())
	sent := h.ping()
	<-dying.died
	stop()
	h.run(h.store, open())
	before := h.await(sent.ID, status(models.WebhookPending))
	require.Zero(t, before.AttemptCount)
	h.change(`UPDATE webhook_messages SET due_at = clock_timestamp(), lease_until = clock_timestamp()`)
	h.change(`SELECT pg_notify('engaged_webhooks', '')`)
	require.Equal(t, 1, h.await(sent.ID, status(models.WebhookDelivered)).AttemptCount)
	first, second := <-h.received, <-h.received
	require.Equal(t, []string{sent.ID, sent.ID}, []string{first.header.Get("webhook-id"), second.header.Get("webhook-id")})
	require.Equal(t, first.body, second.body)
	require.Empty(t, h.received)
	require.NotContains(t, h.log.String(), "s3cret")
}

func TestEndpointsThatAreGoneOrFailAreDisabled(t *testing.T) {
	t.Parallel()
	for reason, answer := range map[string]int{models.DisabledGone: http.StatusGone, models.DisabledFailing: http.StatusBadGateway} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			h := newHooks(t)
			h.answer.Store(new(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(answer) })))
			h.change(`UPDATE webhook_endpoints SET failing_since = clock_timestamp() - interval '5 days'`)
			h.run(h.store, open())
			sent := h.ping()
			h.await(sent.ID, func(m models.WebhookMessage) bool { return m.EndedAt != nil })
			endpoint, err := h.store.WebhookEndpoint(t.Context(), organization, endpointID)
			require.NoError(t, err)
			require.Equal(t, []any{false, reason}, []any{endpoint.Enabled, endpoint.DisabledReason})
			var actor string
			require.NoError(t, h.store.Pool().QueryRow(t.Context(), `SELECT actor FROM audit_log WHERE action = 'webhook_endpoint.disable'`).Scan(&actor))
			require.Equal(t, "engaged", actor)
			require.Len(t, h.received, 1)
		})
	}
}

// Nothing is sent to addresses that the guard does not allow, nor to where a receiver points.
func TestNothingIsSentElsewhere(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	other := receiver(t, func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })

	h := newHooks(t)
	h.change(`UPDATE webhook_endpoints SET url = replace(replace(url, 'http:', 'https:'), '127.0.0.1', 'localhost')`)
	stop := h.run(h.store, webhooks.Options{})
	sent := h.ping()
	m := h.await(sent.ID, func(m models.WebhookMessage) bool { return m.AttemptCount == 1 })
	require.Equal(t, "refused", m.Attempts[0].Outcome)
	require.Equal(t, webhooks.ErrPrivateAddress.Error(), m.Attempts[0].Error)
	require.Empty(t, h.received)
	stop()

	h = newHooks(t)
	h.answer.Store(new(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other, http.StatusTemporaryRedirect) })))
	h.run(h.store, open())
	m = h.await(h.ping().ID, func(m models.WebhookMessage) bool { return m.AttemptCount == 1 })
	require.Equal(t, []any{"failed", 307}, []any{m.Attempts[0].Outcome, m.Attempts[0].Status})
	require.Zero(t, elsewhere.Load())
}

// Errors say what went wrong without the URL.
func TestErrorsDoNotTellTheURL(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	h.change(`UPDATE webhook_endpoints SET url = 'http://127.0.0.1:1/hooks?token=s3cret'`)
	h.run(h.store, open())
	m := h.await(h.ping().ID, func(m models.WebhookMessage) bool { return m.AttemptCount == 1 })
	require.Contains(t, m.Attempts[0].Error, "refused")
	require.NotContains(t, m.Attempts[0].Error, "s3cret")
	require.NotContains(t, h.log.String(), "s3cret")
}

// However many dispatchers there are, an endpoint has no more messages under way than it may.
func TestConcurrencyOfAnEndpoint(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	var now, most atomic.Int32
	h.answer.Store(new(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		// Others have the time to come, if they may.
		<-time.After(3 * time.Millisecond)
		now.Add(-1)
	})))
	var last models.WebhookMessage
	for range 60 {
		last = h.ping()
	}
	for range 3 {
		o := open()
		o.PerEndpoint = 4
		h.run(h.store, o)
	}
	for range 60 {
		<-h.received
	}
	h.await(last.ID, status(models.WebhookDelivered))
	require.LessOrEqual(t, most.Load(), int32(4))
	require.Empty(t, h.received)
}

// A secret that was sealed with a key that is not at hand signs nothing, and the message waits for the key.
func TestWithoutTheKeyNothingIsSent(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	right := h.keyring
	h.keyring = webhooks.Keyring{}
	stop := h.run(h.store, open())
	sent := h.ping()
	require.Eventually(t, func() bool { return strings.Contains(h.log.String(), webhooks.ErrSealed.Error()) }, time.Minute, 5*time.Millisecond)
	stop()
	require.Empty(t, h.received)
	h.keyring = right
	h.change(`UPDATE webhook_messages SET due_at = clock_timestamp(), lease_until = clock_timestamp()`)
	h.run(h.store, open())
	require.NoError(t, (<-h.received).verify(h.secret))
	h.await(sent.ID, status(models.WebhookDelivered))
}
