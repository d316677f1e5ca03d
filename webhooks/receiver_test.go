package webhooks_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/webhooks"
)

// Receiver takes webhooks: it checks that they are ours and fresh, and handles each of them once.
type Receiver struct {
	Secret string // whsec_...
	Handle func(kind string, data json.RawMessage) error

	mu   sync.Mutex
	seen map[string]bool // keep it in your database, beside what Handle writes
}

func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, 1<<20))
	id, timestamp := request.Header.Get("webhook-id"), request.Header.Get("webhook-timestamp")
	if err != nil || !verify(r.Secret, id, timestamp, request.Header.Get("webhook-signature"), body, time.Now()) {
		http.Error(w, "not signed", http.StatusUnauthorized)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[string]bool{}
	}
	var message struct {
		Type string
		Data json.RawMessage
	}
	if !r.seen[id] {
		if json.Unmarshal(body, &message) != nil || r.Handle(message.Type, message.Data) != nil {
			http.Error(w, "not handled, send it again", http.StatusInternalServerError)
			return
		}
		r.seen[id] = true
	}
	w.WriteHeader(http.StatusNoContent)
}

// verify tells whether one of the signatures was made with the secret, less than five minutes ago.
func verify(secret, id, timestamp, signatures string, body []byte, now time.Time) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	seconds, numberErr := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || numberErr != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	want := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	for _, signature := range strings.Fields(signatures) {
		if hmac.Equal(want, []byte(signature)) {
			return true
		}
	}
	return false
}

// The receiver of docs/webhooks.md takes what is sent, once, and nothing else.
func TestReceiverOfTheDocumentation(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/webhooks.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "```go\n")
	require.True(t, found)
	shown, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	source, err := os.ReadFile("receiver_test.go")
	require.NoError(t, err)
	require.Contains(t, string(source), shown, "the page shows what is tried here")

	// The vector of the specification, which the page gives too.
	at := time.Unix(1614265330, 0)
	const secret, id, signature = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	body := []byte(`{"test": 2432232314}`)
	require.True(t, verify(secret, id, "1614265330", "v1,x "+signature, body, at))
	require.False(t, verify(secret, id, "1614265330", signature, body, at.Add(6*time.Minute)))
	for _, part := range []string{secret, id, "1614265330", signature, string(body)} {
		require.Contains(t, string(page), part)
	}

	made, err := webhooks.NewSecret(rand.Reader)
	require.NoError(t, err)
	var handled []string
	server := httptest.NewServer(&Receiver{Secret: made.Text(), Handle: func(kind string, _ json.RawMessage) error {
		handled = append(handled, kind)
		return nil
	}})
	t.Cleanup(server.Close)
	sender := webhooks.NewSender(webhooks.Guard{AllowPrivate: true}, time.Now)
	message := webhooks.Message{ID: "msg_1", URL: server.URL, Secrets: []webhooks.Secret{made}, Body: []byte(`{"type":"delivery.ended","data":{}}`)}
	for range 2 {
		require.Equal(t, webhooks.Delivered, sender.Send(t.Context(), message).Outcome)
	}
	other, err := webhooks.NewSecret(rand.Reader)
	require.NoError(t, err)
	message.ID, message.Secrets = "msg_2", []webhooks.Secret{other}
	require.Equal(t, 401, sender.Send(t.Context(), message).Status)
	require.Equal(t, []string{"delivery.ended"}, handled)
}
