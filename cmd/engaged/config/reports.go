package config

import "time"

// Reports are the questions about records.
type Reports struct {
	// Timeout ends a question that takes longer; default 5 s.
	Timeout time.Duration `name:"report-timeout" env:"ENGAGED_REPORT_TIMEOUT" default:"5s" placeholder:"DURATION" help:"How long a question of a report may take in Postgres before it is refused as too slow."`
	// CompatRate is the rate that one key may keep up under /v1/analytics; 0: no limit, the default.
	CompatRate float64 `name:"analytics-requests-per-second" env:"ENGAGED_ANALYTICS_REQUESTS_PER_SECOND" default:"0" placeholder:"N" help:"Requests a second that one API key may keep up under /v1/analytics before it gets 429; 0 for no limit of its own. The reference API has 10."`
	// CompatBurst is how many requests may come at once; default 4.
	CompatBurst int `name:"analytics-burst" env:"ENGAGED_ANALYTICS_BURST" default:"4" placeholder:"N" help:"Requests that one API key may make at once under /v1/analytics, where its rate is limited."`
	// CompatDaily is how many requests a key may make in a day; 0: no limit, the default.
	CompatDaily int `name:"analytics-requests-per-day" env:"ENGAGED_ANALYTICS_REQUESTS_PER_DAY" default:"0" placeholder:"N" help:"Requests a day that one API key may make under /v1/analytics; 0 for no limit. The reference API has 864000."`
	// CompatOmitEmpty leaves aggregates of nothing out instead of answering 0.
	CompatOmitEmpty bool `name:"analytics-omit-empty" env:"ENGAGED_ANALYTICS_OMIT_EMPTY" help:"Leave aggregates of no rows out under /v1/analytics instead of answering 0."`
	// CompatRequireBound refuses questions about all time.
	CompatRequireBound bool `name:"analytics-require-bound" env:"ENGAGED_ANALYTICS_REQUIRE_BOUND" help:"Refuse questions under /v1/analytics that name neither a period nor conversations."`
}

// Validate returns everything that is wrong with the group.
func (r Reports) Validate() Problems {
	var c check
	c.that(r.Timeout >= 100*time.Millisecond && r.Timeout <= 25*time.Second, "report-timeout", "ENGAGED_REPORT_TIMEOUT", "%v lies outside 100ms to 25s", r.Timeout)
	c.that(r.CompatRate >= 0, "analytics-requests-per-second", "ENGAGED_ANALYTICS_REQUESTS_PER_SECOND", "must not be negative")
	c.that(r.CompatBurst >= 1, "analytics-burst", "ENGAGED_ANALYTICS_BURST", "must be at least 1")
	c.that(r.CompatDaily >= 0, "analytics-requests-per-day", "ENGAGED_ANALYTICS_REQUESTS_PER_DAY", "must not be negative")
	return c.problems
}
