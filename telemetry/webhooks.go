package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Webhooks counts what a dispatcher sends and how late it arrives.
type Webhooks struct {
	attempts *prometheus.CounterVec
	took     prometheus.Histogram
	lag      prometheus.Histogram
	ended    *prometheus.CounterVec
}

// NewWebhooks returns the metrics of sending webhooks, registered.
func NewWebhooks(r prometheus.Registerer) *Webhooks {
	m := &Webhooks{
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "engaged_webhook_attempts_total",
			Help: "Attempts to deliver a webhook by outcome: delivered, failed, gone (answered 410), refused (address not allowed).",
		}, []string{"outcome"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "engaged_webhook_attempt_seconds",
			Help:    "How long an attempt to deliver a webhook took.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15},
		}),
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "engaged_webhook_lag_seconds",
			Help:    "From the writing of a webhook to its delivery.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60, 600, 3600, 36000},
		}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "engaged_webhook_messages_total",
			Help: "Webhooks whose last attempt is over, by status: delivered, failed (given up), expired (its order runs out first).",
		}, []string{"status"}),
	}
	r.MustRegister(m.attempts, m.took, m.lag, m.ended)
	return m
}

// Attempt counts an attempt by its outcome.
func (m *Webhooks) Attempt(outcome string, took time.Duration) {
	m.attempts.WithLabelValues(outcome).Inc()
	m.took.Observe(took.Seconds())
}

// Ended counts a message whose last attempt is over by its status; one that was delivered also by how old
// it was.
func (m *Webhooks) Ended(status string, delivered bool, age time.Duration) {
	m.ended.WithLabelValues(status).Inc()
	if delivered {
		m.lag.Observe(max(age, 0).Seconds())
	}
}
