package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// EventLog is the state of the event log as a scrape finds it.
type EventLog struct {
	// Backlog is the number of conversations with entries that no workflow has been told of.
	Backlog int64
	// BacklogAge is how long the oldest of them has been due.
	BacklogAge time.Duration
	// DeadLetters is the number of entries given up and not redriven.
	DeadLetters int64
	// OpenEngagements is the number of legs under way.
	OpenEngagements int64
	// WaitingVisits is the number of conversations waiting in a queue.
	WaitingVisits int64
	// WebhooksQueued is the number of webhooks to be sent.
	WebhooksQueued int64
	// WebhooksAge is how old the oldest of them is.
	WebhooksAge time.Duration
}

// ReadEventLog reads the state of the event log.
type ReadEventLog func(ctx context.Context) (EventLog, error)

const (
	// scrapeTimeout bounds what a scrape may cost.
	scrapeTimeout = 2 * time.Second
	// scrapeAge is how old an answer may be, so that many scrapers cost one query.
	scrapeAge = 5 * time.Second
)

type eventLogCollector struct {
	read ReadEventLog
	log  *slog.Logger

	mu     sync.Mutex
	readAt time.Time
	last   EventLog
	failed error

	up, backlog, age, dead, open, waiting, hooks, hooksAge *prometheus.Desc
}

// NewEventLogCollector returns the gauges of the event log. They are read when scraped, at most
// every five seconds; where Postgres does not answer, engaged_log_up is 0 and the others are absent.
func NewEventLogCollector(read ReadEventLog, log *slog.Logger) prometheus.Collector {
	gauge := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("engaged_"+name, help, nil, nil)
	}
	return &eventLogCollector{
		read: read, log: log,
		up:      gauge("log_up", "1 if the event log could be read for this scrape."),
		backlog: gauge("log_backlog_conversations", "Conversations with entries that no workflow has been told of."),
		age:     gauge("log_backlog_age_seconds", "How long the oldest undelivered entry has been due."),
		dead:    gauge("log_dead_letters", "Entries given up and not redriven."),
		open:    gauge("engagements_open", "Engagements under way."),
		waiting: gauge("queue_visits_open", "Conversations waiting in a queue."),
		hooks:   gauge("webhooks_queued", "Webhooks to be sent, those that wait for another attempt among them."),

		hooksAge: gauge("webhooks_oldest_seconds", "How long ago the oldest of them was written."),
	}
}

// Describe implements prometheus.Collector.
func (c *eventLogCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.up, c.backlog, c.age, c.dead, c.open, c.waiting, c.hooks, c.hooksAge} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *eventLogCollector) Collect(ch chan<- prometheus.Metric) {
	state, err := c.state()
	gauge := func(d *prometheus.Desc, v float64) { ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	if err != nil {
		gauge(c.up, 0)
		return
	}
	gauge(c.up, 1)
	gauge(c.backlog, float64(state.Backlog))
	gauge(c.age, state.BacklogAge.Seconds())
	gauge(c.dead, float64(state.DeadLetters))
	gauge(c.open, float64(state.OpenEngagements))
	gauge(c.waiting, float64(state.WaitingVisits))
	gauge(c.hooks, float64(state.WebhooksQueued))
	gauge(c.hooksAge, state.WebhooksAge.Seconds())
}

func (c *eventLogCollector) state() (EventLog, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.readAt) < scrapeAge {
		return c.last, c.failed
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	c.last, c.failed = c.read(ctx)
	c.readAt = time.Now()
	if c.failed != nil {
		c.log.Warn("event log metrics cannot be read", "error", c.failed)
	}
	return c.last, c.failed
}
