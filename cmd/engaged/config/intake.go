package config

import "regexp"

// organizationID is what an organization may be called: it stands in workflow ids.
var organizationID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// ValidOrganization reports whether an organization may be called so.
func ValidOrganization(id string) bool { return organizationID.MatchString(id) }

// Intake is the event log's group commit and the dispatch to Temporal.
type Intake struct {
	// MaxWaiting is the number of events that may wait to be committed; default 20,000.
	MaxWaiting int `name:"log-max-waiting" env:"ENGAGED_LOG_MAX_WAITING" default:"20000" placeholder:"N" help:"Events that may wait to be committed before requests get 503."`
	// Dispatchers is how many deliveries to Temporal run at once; 0: none in this process. Default 16.
	Dispatchers int `name:"dispatchers" env:"ENGAGED_DISPATCHERS" default:"16" placeholder:"N" help:"Deliveries to Temporal that run at once. 0 leaves dispatching to other processes."`
}

// Validate returns everything that is wrong with the group.
func (i Intake) Validate() Problems {
	var c check
	c.that(i.MaxWaiting >= 1000 && i.MaxWaiting <= 1_000_000, "log-max-waiting", "ENGAGED_LOG_MAX_WAITING", "%d lies outside 1000 to 1000000", i.MaxWaiting)
	c.that(i.Dispatchers >= 0 && i.Dispatchers <= 256, "dispatchers", "ENGAGED_DISPATCHERS", "%d lies outside 0 to 256", i.Dispatchers)
	return c.problems
}
