package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Records counts what the worker records and how late it is.
type Records struct {
	lag     prometheus.Histogram
	written *prometheus.CounterVec
}

// NewRecords returns the metrics of the record transaction, registered.
func NewRecords(r prometheus.Registerer) *Records {
	m := &Records{
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "engaged_record_lag_seconds",
			Help:    "From the end of an engagement, on its conversation's clock, to its record. About the settle time when healthy.",
			Buckets: []float64{.5, 1, 2, 2.5, 3, 4, 5, 7.5, 10, 30, 60, 300, 1800},
		}),
		written: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "engaged_record_transactions_total",
			Help: "Record transactions by outcome: done, refolded (the log had grown), overtaken, failed.",
		}, []string{"outcome"}),
	}
	r.MustRegister(m.lag, m.written)
	return m
}

// Transaction counts a record transaction: done, refolded, overtaken or failed.
func (m *Records) Transaction(outcome string) { m.written.WithLabelValues(outcome).Inc() }

// Lag observes how long after its end an engagement was recorded; below zero counts as zero.
func (m *Records) Lag(d time.Duration) { m.lag.Observe(max(d, 0).Seconds()) }
