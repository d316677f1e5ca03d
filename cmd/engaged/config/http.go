package config

import (
	"net"
	"net/url"
	"strconv"
	"time"
)

// HTTP is the API's server.
type HTTP struct {
	// Listen is host:port of API, health checks and metrics; default 127.0.0.1:8080.
	Listen string `name:"listen" env:"ENGAGED_LISTEN" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address of the API, /livez, /readyz and /metrics. Use 0.0.0.0:8080 to serve other machines."`
	// RequestsPerSecond is the rate one key may keep up; 0: no limit. Default 10,000.
	RequestsPerSecond float64 `name:"requests-per-second" env:"ENGAGED_REQUESTS_PER_SECOND" default:"10000" placeholder:"N" help:"Requests a second that one API key may keep up before it gets 429; 0 for no limit."`
	// PublicURL is scheme and host under which callers reach the API, for links to further pages;
	// default: as the request was addressed.
	PublicURL string `name:"public-url" env:"ENGAGED_PUBLIC_URL" placeholder:"URL" help:"Scheme and host under which callers reach the API, for links to further pages. By default as the request was addressed."`
	// VisibilityDays is how many days back the compatible endpoints reach; -1: no limit. Default 90.
	VisibilityDays int `name:"visibility-days" env:"ENGAGED_VISIBILITY_DAYS" default:"90" placeholder:"DAYS" help:"How many days back the endpoints under /api/v2 reach; -1 for no limit."`
	// AcceptTimeout is how long the accept command waits for its outcome; default 5 s.
	AcceptTimeout time.Duration `name:"accept-timeout" env:"ENGAGED_ACCEPT_TIMEOUT" default:"5s" placeholder:"DURATION" help:"How long accepting an offer waits to be decided before it answers 503."`
	// CapacityValidity is how long what is told of a queue's agents holds; default 30 s.
	CapacityValidity time.Duration `name:"capacity-validity" env:"ENGAGED_CAPACITY_VALIDITY" default:"30s" placeholder:"DURATION" help:"How long what a routing system tells of a queue's agents holds; afterwards nothing is dialed for it."`
	// DrainDelay is how long /readyz says no before a shutdown stops taking requests; default 0.
	DrainDelay time.Duration `name:"drain-delay" env:"ENGAGED_DRAIN_DELAY" default:"0s" placeholder:"DURATION" help:"How long /readyz answers 503 before a shutdown stops taking requests, so that load balancers notice."`
	// ShutdownTimeout is how long a shutdown waits for requests and tasks in flight; default 25 s.
	ShutdownTimeout time.Duration `name:"shutdown-timeout" env:"ENGAGED_SHUTDOWN_TIMEOUT" default:"25s" placeholder:"DURATION" help:"How long a shutdown waits for requests and tasks in flight."`
}

// Validate returns everything that is wrong with the group.
func (h HTTP) Validate() Problems {
	var c check
	c.listen(h.Listen, "listen", "ENGAGED_LISTEN")
	c.that(h.RequestsPerSecond >= 0, "requests-per-second", "ENGAGED_REQUESTS_PER_SECOND", "must not be negative")
	if h.PublicURL != "" {
		u, err := url.Parse(h.PublicURL)
		c.that(err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https"), "public-url", "ENGAGED_PUBLIC_URL",
			"%q is not a URL such as https://engaged.example.com", h.PublicURL)
	}
	c.that(h.VisibilityDays >= -1 && h.VisibilityDays != 0, "visibility-days", "ENGAGED_VISIBILITY_DAYS", "must be at least 1, or -1 for no limit")
	c.that(h.AcceptTimeout > 0 && h.AcceptTimeout <= time.Minute, "accept-timeout", "ENGAGED_ACCEPT_TIMEOUT", "%v lies outside 1ms to 1m", h.AcceptTimeout)
	c.that(h.CapacityValidity >= time.Second && h.CapacityValidity <= 10*time.Minute, "capacity-validity", "ENGAGED_CAPACITY_VALIDITY",
		"%v lies outside 1s to 10m", h.CapacityValidity)
	c.that(h.DrainDelay >= 0 && h.DrainDelay <= 5*time.Minute, "drain-delay", "ENGAGED_DRAIN_DELAY", "%v lies outside 0s to 5m", h.DrainDelay)
	c.shutdown(h.ShutdownTimeout)
	return c.problems
}

// Health is the server of health checks and metrics of a process without API.
type Health struct {
	// Listen is host:port of health checks and metrics; default 127.0.0.1:9090.
	Listen string `name:"health-listen" env:"ENGAGED_HEALTH_LISTEN" default:"127.0.0.1:9090" placeholder:"HOST:PORT" help:"Address of the worker's /livez, /readyz and /metrics."`
	// ShutdownTimeout is how long a shutdown waits for tasks in flight; default 25 s.
	ShutdownTimeout time.Duration `name:"shutdown-timeout" env:"ENGAGED_SHUTDOWN_TIMEOUT" default:"25s" placeholder:"DURATION" help:"How long a shutdown waits for tasks in flight."`
}

// Validate returns everything that is wrong with the group.
func (h Health) Validate() Problems {
	var c check
	c.listen(h.Listen, "health-listen", "ENGAGED_HEALTH_LISTEN")
	c.shutdown(h.ShutdownTimeout)
	return c.problems
}

func (c *check) listen(address, flag, env string) {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	c.that(err == nil, flag, env, "%q is not host:port, such as 127.0.0.1:8080", address)
}

func (c *check) shutdown(d time.Duration) {
	c.that(d > 0 && d <= 10*time.Minute, "shutdown-timeout", "ENGAGED_SHUTDOWN_TIMEOUT", "%v lies outside 1ms to 10m", d)
}
