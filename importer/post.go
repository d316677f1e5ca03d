package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// firstPause and longestPause bound the wait before a request is repeated where the server does
	// not say how long.
	firstPause   = 200 * time.Millisecond
	longestPause = 10 * time.Second
)

// rejection is one event that the API, or the importer itself, refused.
type rejection struct {
	Index  int    `json:"index"`
	ID     string `json:"id,omitempty"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Field  string `json:"field,omitempty"`
}

// verdict is what became of the events of a request; Rejected points into them.
type verdict struct {
	Accepted  int64       `json:"accepted"`
	Duplicate int64       `json:"duplicate"`
	Late      int64       `json:"late"`
	Rejected  []rejection `json:"rejected"`
}

// poster sends events to the API.
type poster struct {
	client      *http.Client
	url, key    string
	giveUpAfter time.Duration
}

// post sends events, again and again while the API cannot take them, and returns its verdict. A
// request that the API cannot even read is halved until the event at fault stands alone.
func (p *poster) post(ctx context.Context, events []event) (verdict, error) {
	if len(events) == 0 {
		return verdict{}, nil
	}
	var refused *refusal
	v, err := p.insist(ctx, events)
	switch {
	case err == nil || !errors.As(err, &refused) || !refused.unreadable():
		return v, err
	case len(events) == 1:
		return verdict{Rejected: []rejection{{Code: refused.Code, Reason: refused.reason()}}}, nil
	}
	half := len(events) / 2
	first, err := p.post(ctx, events[:half])
	if err != nil {
		return verdict{}, err
	}
	second, err := p.post(ctx, events[half:])
	if err != nil {
		return verdict{}, err
	}
	return first.plus(second, half), nil
}

// plus adds the verdict on the events that follow, which begin at an index.
func (v verdict) plus(w verdict, from int) verdict {
	v.Accepted += w.Accepted
	v.Duplicate += w.Duplicate
	v.Late += w.Late
	for _, r := range w.Rejected {
		r.Index += from
		v.Rejected = append(v.Rejected, r)
	}
	return v
}

// insist repeats a request until it is answered for good, or for longer than giveUpAfter.
func (p *poster) insist(ctx context.Context, events []event) (verdict, error) {
	body := ndjson(events)
	var since time.Time
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		v, err := p.once(ctx, body)
		var refused *refusal
		if err == nil || ctx.Err() != nil || errors.As(err, &refused) && !refused.passing() {
			return v, errors.Join(err, ctx.Err())
		}
		if since.IsZero() {
			since = time.Now()
		}
		wait := pause/2 + rand.N(pause)
		if refused != nil && refused.retryAfter > 0 {
			wait = refused.retryAfter
		}
		if time.Since(since)+wait > p.giveUpAfter {
			return verdict{}, fmt.Errorf("given up after %v of failed requests: %w", p.giveUpAfter, err)
		}
		select {
		case <-ctx.Done():
			return verdict{}, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// once sends one request.
func (p *poster) once(ctx context.Context, body []byte) (verdict, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(p.url, "/")+"/v1/events", bytes.NewReader(body))
	if err != nil {
		return verdict{}, &refusal{status: http.StatusNotFound, Title: err.Error()}
	}
	request.Header.Set("Authorization", "Bearer "+p.key)
	request.Header.Set("Content-Type", "application/x-ndjson")
	response, err := p.client.Do(request)
	if err != nil {
		return verdict{}, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		return verdict{}, err
	}
	if response.StatusCode == http.StatusAccepted || response.StatusCode == http.StatusUnprocessableEntity {
		var v verdict
		if err := json.Unmarshal(answer, &v); err == nil && (response.StatusCode == http.StatusAccepted || len(v.Rejected) > 0) {
			return v, nil
		}
	}
	return verdict{}, readRefusal(response, answer)
}

// refusal is an answer that is no verdict: a problem document, or whatever stands between us and
// the API had to say.
type refusal struct {
	status     int
	retryAfter time.Duration
	Code       string `json:"code"`
	Title      string `json:"title"`
	Detail     string `json:"detail"`
}

func readRefusal(response *http.Response, body []byte) *refusal {
	r := &refusal{}
	if json.Unmarshal(body, r) != nil || r.Title == "" && r.Detail == "" {
		r = &refusal{Title: "the answer is not one of engaged's; is the URL right?"}
	}
	r.status = response.StatusCode
	if seconds, err := strconv.ParseFloat(response.Header.Get("Retry-After"), 64); err == nil && seconds > 0 {
		r.retryAfter = time.Duration(seconds * float64(time.Second))
	}
	return r
}

// Error says what the server said.
func (r *refusal) Error() string {
	return fmt.Sprintf("the server answered %d %s: %s", r.status, http.StatusText(r.status), r.reason())
}

func (r *refusal) reason() string {
	if r.Detail != "" {
		return r.Detail
	}
	return r.Title
}

// passing reports whether the same request may succeed later.
func (r *refusal) passing() bool {
	return r.status == http.StatusTooManyRequests || r.status >= 500
}

// unreadable reports whether something in the request makes all of it unreadable.
func (r *refusal) unreadable() bool {
	switch r.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
}
