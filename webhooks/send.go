package webhooks

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Message is what an endpoint is told. Attempts to deliver it repeat its id, so that the receiver
// recognizes it.
type Message struct {
	// ID names the message, such as msg_2b1f.
	ID string
	// URL is the endpoint's.
	URL string
	// Secrets sign it; two while a secret is being replaced.
	Secrets []Secret
	// Body is JSON.
	Body []byte
}

// Outcome is what became of an attempt.
type Outcome string

// The outcomes.
const (
	// Delivered: the endpoint answered with a status of the 200s.
	Delivered Outcome = "delivered"
	// Failed: try again later.
	Failed Outcome = "failed"
	// Gone: the endpoint answered 410 and wants no more messages.
	Gone Outcome = "gone"
	// Refused: the guard does not allow the address, and nothing was sent. Try again later: a name may
	// resolve to another one by then.
	Refused Outcome = "refused"
)

// Attempt is one try to deliver a message, for the log of deliveries.
type Attempt struct {
	// Outcome is what became of it.
	Outcome Outcome
	// Status is the HTTP status; 0 without an answer.
	Status int
	// Took is how long it took.
	Took time.Duration
	// Error says what went wrong where there was no answer, in maxError bytes at most; it never holds the URL.
	Error string
	// Answer is the beginning of the endpoint's answer, of maxAnswer bytes at most, without what is no text.
	Answer string
	// RetryAfter is how long the endpoint asks to be left alone; 0 if it does not.
	RetryAfter time.Duration
}

const (
	// timeout bounds one attempt, as the specification suggests (15 to 30 s).
	timeout = 15 * time.Second
	// maxAnswer and maxError are how much of an answer and of an error is kept, maxRetryAfter how long an
	// endpoint may ask for.
	maxAnswer     = 1 << 10
	maxError      = 300
	maxRetryAfter = 24 * time.Hour
)

// Sender delivers messages. It is safe for concurrent use.
type Sender struct {
	client *http.Client
	guard  Guard
	now    func() time.Time
}

// NewSender returns a sender that calls what the guard allows; now is the clock that messages are
// stamped with.
func NewSender(guard Guard, now func() time.Time) *Sender {
	return &Sender{guard: guard, now: now, client: &http.Client{
		Timeout: timeout,
		// Proxies of the environment would be called in the endpoint's place, past the guard.
		Transport: &http.Transport{
			DialContext: guard.dial, TLSHandshakeTimeout: 5 * time.Second, MaxIdleConnsPerHost: 2,
			IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 16 << 10, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Send tries once to deliver a message.
func (s *Sender) Send(ctx context.Context, m Message) Attempt {
	if err := s.guard.Check(m.URL); err != nil {
		return Attempt{Outcome: Refused, Error: err.Error()}
	}
	at := s.now()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return Attempt{Outcome: Refused, Error: err.Error()}
	}
	signatures := make([]string, 0, len(m.Secrets))
	for _, secret := range m.Secrets {
		signatures = append(signatures, secret.Sign(m.ID, at, m.Body))
	}
	header := request.Header
	header.Set("Content-Type", "application/json")
	header.Set("User-Agent", "engaged-webhooks/1")
	header.Set("Webhook-Id", m.ID)
	header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	header.Set("Webhook-Signature", strings.Join(signatures, " "))
	attempt := s.exchange(request)
	attempt.Took = s.now().Sub(at)
	return attempt
}

// exchange makes the request and reads the beginning of the answer.
func (s *Sender) exchange(request *http.Request) Attempt {
	response, err := s.client.Do(request)
	if err != nil {
		outcome := Failed
		if errors.Is(err, ErrPrivateAddress) {
			outcome = Refused
		}
		return Attempt{Outcome: outcome, Error: reasonOf(err)}
	}
	defer func() { _ = response.Body.Close() }()
	answer, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer)) // an answer cut short is still an answer
	attempt := Attempt{
		Outcome: Failed, Status: response.StatusCode, Answer: textOf(string(answer), maxAnswer),
		RetryAfter: s.retryAfter(response.Header.Get("Retry-After")),
	}
	switch {
	case response.StatusCode >= 200 && response.StatusCode < 300:
		attempt.Outcome = Delivered
	case response.StatusCode == http.StatusGone:
		attempt.Outcome = Gone
	}
	return attempt
}

// reasonOf says why there was no answer, without the URL, which may hold what only its owner should know, and
// without the addresses of our own name servers.
func reasonOf(err error) string {
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err
	}
	var name *net.DNSError
	switch {
	case errors.Is(err, ErrPrivateAddress):
		err = ErrPrivateAddress
	case errors.As(err, &name):
		return textOf("lookup "+name.Name+": "+name.Err, maxError)
	}
	return textOf(err.Error(), maxError)
}

// textOf keeps what of a text can be stored as text.
func textOf(text string, most int) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text[:min(len(text), most)], ""), "\x00", "")
}

// retryAfter reads seconds or a date, of a day at most.
func (s *Sender) retryAfter(header string) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(s.now())
	}
	return min(max(wait, 0), maxRetryAfter)
}
