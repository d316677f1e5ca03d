package openloop

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Histogram counts durations from 1 µs to 10 minutes with three significant figures. Several goroutines may
// record into it.
type Histogram struct {
	mu        sync.Mutex
	histogram *hdrhistogram.Histogram
}

// NewHistogram returns an empty histogram.
func NewHistogram() *Histogram {
	return &Histogram{histogram: hdrhistogram.New(1, (10 * time.Minute).Microseconds(), 3)}
}

// Record counts one duration; what lies outside the range counts as its end.
func (h *Histogram) Record(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_ = h.histogram.RecordValue(min(max(d.Microseconds(), 1), (10 * time.Minute).Microseconds())) // in range
}

// Latency is what a histogram says, in milliseconds.
type Latency struct {
	// Count is how many durations were recorded.
	Count int64 `json:"count"`
	// P50, P90, P99, P999 and Max are milliseconds.
	P50  float64 `json:"p50_ms"`
	P90  float64 `json:"p90_ms"`
	P99  float64 `json:"p99_ms"`
	P999 float64 `json:"p999_ms"`
	Max  float64 `json:"max_ms"`
}

// Latency sums the histogram up.
func (h *Histogram) Latency() Latency {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := func(quantile float64) float64 { return float64(h.histogram.ValueAtQuantile(quantile)) / 1000 }
	return Latency{
		Count: h.histogram.TotalCount(), P50: at(50), P90: at(90), P99: at(99), P999: at(99.9),
		Max: float64(h.histogram.Max()) / 1000,
	}
}

// Tally is what became of the requests of a run.
type Tally struct {
	// Requests and Events count what was acknowledged, all phases together.
	Requests int64 `json:"requests"`
	Events   int64 `json:"events"`
	// Measured counts the requests whose latency was recorded.
	Measured int64 `json:"measured_requests"`
	// Finished is when the last of them was acknowledged, in seconds from the start.
	Finished float64 `json:"finished_seconds"`
	// Accepted, Duplicate, Late and Rejected are what the answers said of the events.
	Accepted  int64 `json:"accepted"`
	Duplicate int64 `json:"duplicate"`
	Late      int64 `json:"late"`
	Rejected  int64 `json:"rejected"`
	// Refused counts answers 429 and 503; the request was sent again and its latency goes on counting.
	Refused int64 `json:"refused"`
	// Broken counts connections that broke; the request was sent again.
	Broken int64 `json:"broken"`
	// Lost counts requests given up.
	Lost int64 `json:"lost"`
	// FirstFault is the first answer that was neither 202 nor a refusal, or the first break.
	FirstFault string `json:"first_fault,omitempty"`
	// Acknowledgement is the time from the intended sending to the 202.
	Acknowledgement Latency `json:"acknowledgement"`
}
