package webhooks_test

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/webhooks"
)

// The example of the specification's own documentation.
func TestSignatureOfTheSpecification(t *testing.T) {
	t.Parallel()
	secret, err := webhooks.ParseSecret("whsec_plJ3nmyCDGBKInavdOK15jsl")
	require.ErrorIs(t, err, webhooks.ErrSecret, "18 bytes are too few")
	require.Zero(t, secret)

	secret, err = webhooks.ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	require.NoError(t, err)
	at := time.Unix(1614265330, 0)
	body := []byte(`{"test": 2432232314}`)
	const id, signature = "msg_p5jXN8AQM9LWM0D4loKWxJek", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	require.Equal(t, signature, secret.Sign(id, at, body))
	require.NoError(t, secret.Verify(id, "1614265330", "v1,AAAA "+signature+" v2,x", body, at.Add(4*time.Minute)))
	for name, err := range map[string]error{
		"late":          secret.Verify(id, "1614265330", signature, body, at.Add(6*time.Minute)),
		"early":         secret.Verify(id, "1614265330", signature, body, at.Add(-6*time.Minute)),
		"another id":    secret.Verify("msg_1", "1614265330", signature, body, at),
		"another time":  secret.Verify(id, "1614265331", signature, body, at),
		"another body":  secret.Verify(id, "1614265330", signature, []byte(`{"test": 1}`), at),
		"no signature":  secret.Verify(id, "1614265330", "", body, at),
		"no timestamp":  secret.Verify(id, "x", signature, body, at),
		"other version": secret.Verify(id, "1614265330", strings.Replace(signature, "v1", "v2", 1), body, at),
	} {
		require.ErrorIs(t, err, webhooks.ErrSignature, name)
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	secret, err := webhooks.NewSecret(rand.Reader)
	require.NoError(t, err)
	again, err := webhooks.ParseSecret(secret.Text())
	require.NoError(t, err)
	require.Equal(t, secret, again)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		require.NotContains(t, fmt.Sprintf(format, secret), secret.Text()[6:12], "a secret shows in %s", format)
	}
	for _, text := range []string{"", "whsec_", "whsec_AAAA", "whsec_!", secret.Text()[6:], "whsec_" + strings.Repeat("QUFB", 22)} {
		_, err := webhooks.ParseSecret(text)
		require.ErrorIs(t, err, webhooks.ErrSecret, text)
	}
}

func TestGuardChecks(t *testing.T) {
	t.Parallel()
	strict, open := webhooks.Guard{}, webhooks.Guard{AllowPrivate: true}
	for _, url := range []string{"https://example.com/hooks?x=1", "https://203.0.114.9/", "https://[2606:4700::1]:8443/x"} {
		require.NoError(t, strict.Check(url), url)
	}
	for _, url := range []string{
		"https://127.0.0.1/", "https://10.0.0.7/", "https://192.168.1.1/", "https://172.16.0.1/", "https://169.254.169.254/latest",
		"https://[::1]/", "https://[fe80::1]/", "https://[fd00::1]/", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/", "https://100.64.0.1/",
		"https://[64:ff9b::7f00:1]/", "https://[::7f00:1]/", "https://[fec0::1]/", "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "https://224.0.0.1/", "https://255.255.255.255/",
	} {
		require.ErrorIs(t, strict.Check(url), webhooks.ErrPrivateAddress, url)
		require.NoError(t, open.Check(url), url)
	}
	for _, url := range []string{
		"", "example.com", "/hooks", "ftp://example.com/", "https://", "https://user:pw@example.com/", "https://example.com/#f",
		"https://example.com/" + strings.Repeat("a", 2048), "https://exa mple.com/", "javascript:alert(1)",
	} {
		require.Error(t, open.Check(url), url)
	}
	require.ErrorContains(t, strict.Check("http://example.com/"), "https")
	require.NoError(t, open.Check("http://example.com/"))
}

// receiver is an endpoint that answers as told.
func receiver(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.URL
}

func TestSend(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_750_000_000, 0)
	sender := webhooks.NewSender(webhooks.Guard{AllowPrivate: true}, func() time.Time { return now })
	old, err := webhooks.NewSecret(rand.Reader)
	require.NoError(t, err)
	fresh, err := webhooks.NewSecret(rand.Reader)
	require.NoError(t, err)
	message := webhooks.Message{ID: "msg_1", Secrets: []webhooks.Secret{fresh, old}, Body: []byte(`{"type":"delivery.ended"}`)}

	message.URL = receiver(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		for _, secret := range []webhooks.Secret{old, fresh} {
			if err := secret.Verify(r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), r.Header.Get("webhook-signature"), body, now); err != nil {
				w.WriteHeader(http.StatusForbidden)
				return
			}
		}
		_, _ = io.WriteString(w, strings.Repeat("thanks ", 1000))
	})
	attempt := sender.Send(t.Context(), message)
	require.Equal(t, webhooks.Delivered, attempt.Outcome, "%+v", attempt)
	require.Equal(t, 200, attempt.Status)
	require.Len(t, attempt.Answer, 1024)

	for status, want := range map[int]webhooks.Outcome{
		204: webhooks.Delivered, 302: webhooks.Failed, 400: webhooks.Failed, 404: webhooks.Failed, 410: webhooks.Gone, 500: webhooks.Failed,
	} {
		message.URL = receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
			w.WriteHeader(status)
		})
		attempt := sender.Send(t.Context(), message)
		require.Equal(t, want, attempt.Outcome, "status %d: %+v", status, attempt)
		require.Equal(t, status, attempt.Status, "a redirect is not followed")
	}

	for header, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "-1": 0, "soon": 0, "999999999": 24 * time.Hour,
		now.Add(time.Hour).UTC().Format(http.TimeFormat): time.Hour, now.Add(-time.Hour).UTC().Format(http.TimeFormat): 0,
	} {
		message.URL = receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", header)
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		require.Equal(t, want, sender.Send(t.Context(), message).RetryAfter, header)
	}

	message.URL = "http://127.0.0.1:1/"
	attempt = sender.Send(t.Context(), message)
	require.Equal(t, webhooks.Failed, attempt.Outcome)
	require.Contains(t, attempt.Error, "refused")
}

// A name may be checked as one address and called as another: only what is dialled counts.
func TestGuardLooksAtTheAddressThatIsCalled(t *testing.T) {
	t.Parallel()
	called := false
	url := receiver(t, func(http.ResponseWriter, *http.Request) { called = true })
	_, port, _ := strings.Cut(strings.TrimPrefix(url, "http://"), ":")
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	sender := webhooks.NewSender(webhooks.Guard{}, time.Now)
	attempt := sender.Send(t.Context(), webhooks.Message{ID: "msg_1", URL: fmt.Sprintf("https://localhost:%d/", number), Body: []byte("{}")})
	require.Equal(t, webhooks.Refused, attempt.Outcome, "%+v", attempt)
	require.False(t, called)
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	var total time.Duration
	for n := 1; n < webhooks.MaxAttempts; n++ {
		delay, ok := webhooks.NextDelay(n, 0, 0)
		require.True(t, ok)
		later, _ := webhooks.NextDelay(n, 1, 0)
		require.Equal(t, delay+delay/10, later, "the jitter is a tenth")
		asked, _ := webhooks.NextDelay(n, 0, 20*time.Hour)
		require.Equal(t, 20*time.Hour, asked, "the endpoint asks for longer")
		total += delay
	}
	require.Greater(t, total, 24*time.Hour)
	for _, n := range []int{-1, 0, webhooks.MaxAttempts, 1000} {
		_, ok := webhooks.NextDelay(n, 0, 0)
		require.False(t, ok)
	}
}
