package api

import (
	"net/http"
	"sync"
	"time"
)

// AnalyticsConfig is what an operator may decide about the compatible analytics wire. Its zero value
// is the default of everything.
type AnalyticsConfig struct {
	// OmitEmpty leaves aggregates out for which no row matched; default: they are 0.
	OmitEmpty bool
	// RequireBound refuses questions without periodFilter and csidFilter; default: they are of all time.
	RequireBound bool
	// Rate is the number of requests a second that one key may make of this wire, beside KeyRate;
	// default: unlimited. The reference allows 10.
	Rate float64
	// Burst is how many requests a key may make at once where there is a Rate; default 4, as the
	// reference allows. Clients of the reference make up to 7 requests in a row.
	Burst int
	// Daily is how many requests a key may make in a day of UTC, counted by each process; default:
	// unlimited. The reference allows 864,000.
	Daily int
}

// analyticsLimits bounds what keys ask of the compatible analytics wire.
type analyticsLimits struct {
	rates *limits
	daily int

	mu sync.Mutex
	// day is the one that spent counts requests of, by key.
	day   time.Time
	spent map[string]int
}

func newAnalyticsLimits(config AnalyticsConfig) *analyticsLimits {
	l := &analyticsLimits{rates: newLimits(-1, 0), daily: config.Daily}
	if config.Rate > 0 {
		burst := config.Burst
		orDefault(&burst, 4)
		l.rates = newLimits(config.Rate, burst)
	}
	return l
}

// take spends one request of a key, or says how long to wait for the next.
func (l *analyticsLimits) take(key string, now time.Time) *Problem {
	if limited := l.rates.of(key).take(now); limited != nil {
		return limited
	}
	if l.daily <= 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if today := now.UTC().Truncate(24 * time.Hour); !today.Equal(l.day) {
		l.day, l.spent = today, map[string]int{}
	}
	if l.spent[key] >= l.daily {
		return analyticsProblem(http.StatusTooManyRequests, phraseExhausted).retry(l.day.AddDate(0, 0, 1).Sub(now))
	}
	l.spent[key]++
	return nil
}
