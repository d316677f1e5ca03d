package openloop

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"sync"
	"time"
)

// A Request is one POST of one or more events.
type Request struct {
	// At is when to send it, counted from the start of the run.
	At time.Duration
	// Events is how many events it holds.
	Events int
	// Measured tells whether its latency counts; ramps are not measured.
	Measured bool
	// Body appends the body; it is called by the goroutine that sends, and once more for a retry.
	Body func([]byte) []byte
}

// Due returns when to send the request.
func (r Request) Due() time.Duration { return r.At }

// Driver sends requests to one server.
type Driver struct {
	// Address is host:port.
	Address string
	// Path is where requests go.
	Path string
	// Key authenticates.
	Key string
	// Connections is how many requests may be on their way at once. When all are, requests wait, and their
	// waiting counts as latency.
	Connections int
	// Progress, where set, is told of acknowledged events.
	Progress func(events int)
}

// attempts is how often a refused or broken request is sent before it counts as lost.
const attempts = 50

// run is one call of Run.
type run struct {
	*Driver
	start     time.Time
	histogram *Histogram
	mu        sync.Mutex
	tally     Tally
}

// Run sends all requests, which must come in the order of their times, and waits for every answer. It ends
// early, without error, when ctx is done: requests on their way are still waited for.
func (d *Driver) Run(ctx context.Context, start time.Time, requests iter.Seq[Request]) Tally {
	r := &run{Driver: d, start: start, histogram: NewHistogram()}
	Pace(ctx, start, d.Connections, requests, func() func(Request) {
		c := &connection{address: r.Address, key: r.Key}
		var body []byte
		return func(request Request) {
			body = request.Body(body[:0])
			r.send(ctx, c, request, body)
		}
	})
	r.tally.Acknowledgement = r.histogram.Latency()
	return r.tally
}

// send sends one request until it is acknowledged; a refusal waits longer each time, up to a second.
func (r *run) send(ctx context.Context, c *connection, request Request, body []byte) {
	pause := 20 * time.Millisecond
	for range attempts {
		status, answer, err := c.post(r.Path, body)
		if err == nil && status == http.StatusAccepted {
			r.acknowledged(request, answer)
			return
		}
		again := r.failed(status, answer, err)
		if !again {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, time.Second)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally.Lost++
}

// reply is the part of an answer to POST /v1/events that is counted.
type reply struct {
	Accepted  int64             `json:"accepted"`
	Duplicate int64             `json:"duplicate"`
	Late      int64             `json:"late"`
	Rejected  []json.RawMessage `json:"rejected"`
}

func (r *run) acknowledged(request Request, answer []byte) {
	took := time.Since(r.start.Add(request.At))
	if request.Measured {
		r.histogram.Record(took)
	}
	var result reply
	err := json.Unmarshal(answer, &result)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.fault(fmt.Sprintf("unreadable answer: %s", answer))
	}
	r.tally.Requests++
	r.tally.Events += int64(request.Events)
	if request.Measured {
		r.tally.Measured++
		r.tally.Finished = max(r.tally.Finished, time.Since(r.start).Seconds())
	}
	r.tally.Accepted += result.Accepted
	r.tally.Duplicate += result.Duplicate
	r.tally.Late += result.Late
	r.tally.Rejected += int64(len(result.Rejected))
	if r.Progress != nil {
		r.Progress(request.Events)
	}
}

// failed counts what was not acknowledged and tells whether to send it again.
func (r *run) failed(status int, answer []byte, err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err != nil:
		r.tally.Broken++
		r.fault(err.Error())
		return true
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		r.tally.Refused++
		r.fault(fmt.Sprintf("status %d: %.300s", status, answer))
		return true
	default:
		r.tally.Lost++
		r.fault(fmt.Sprintf("status %d: %.300s", status, answer))
		return false
	}
}

// fault keeps the first one; r.mu is held.
func (r *run) fault(text string) {
	if r.tally.FirstFault == "" {
		r.tally.FirstFault = text
	}
}
