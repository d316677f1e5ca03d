package api

import (
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// bucket is the rate limit of one key; nil limits nothing.
type bucket struct{ limiter *rate.Limiter }

// limits hands out one bucket a key; it outlives the key cache's entries, so that a look-up does
// not refill a bucket.
type limits struct {
	rate  rate.Limit
	burst int

	mu      sync.Mutex
	buckets map[string]*bucket
}

func newLimits(perSecond float64, burst int) *limits {
	return &limits{rate: rate.Limit(perSecond), burst: burst, buckets: map[string]*bucket{}}
}

// of returns the key's bucket. There are as many as there are keys in use.
func (l *limits) of(key string) *bucket {
	if l.rate < 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.buckets[key]; ok {
		return b
	}
	b := &bucket{limiter: rate.NewLimiter(l.rate, max(l.burst, 1))}
	l.buckets[key] = b
	return b
}

// take spends one request, or says how long to wait for the next.
func (b *bucket) take(now time.Time) *Problem {
	if b == nil || b.limiter.AllowN(now, 1) {
		return nil
	}
	reservation := b.limiter.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	reservation.CancelAt(now)
	return problem(http.StatusTooManyRequests, "key:rate_limited",
		"This key makes more requests than it may. Wait and send more events a request.").retry(max(wait, time.Second))
}
