package config

import (
	"strings"
	"time"

	"engaged/webhooks"
)

// Webhooks are how endpoints are told of events.
type Webhooks struct {
	// AllowPrivate also allows private and loopback addresses and plain http; default false.
	AllowPrivate bool `name:"webhook-allow-private" env:"ENGAGED_WEBHOOK_ALLOW_PRIVATE" help:"Also call private, loopback and link-local addresses, and plain http: where the receivers live beside this installation and every customer is trusted. API and worker must agree on it."`
	// SecretKeys seal the secrets of endpoints in the database: base64 of 32 bytes each, between commas; the
	// first one seals, all open. Default: none, secrets are stored as they are.
	SecretKeys string `name:"webhook-secret-keys" env:"ENGAGED_WEBHOOK_SECRET_KEYS" placeholder:"KEYS" help:"Keys that seal the secrets of endpoints in the database, each the base64 of 32 bytes, between commas: the first one seals, all of them open. API and worker must agree on it. By default secrets are stored as they are."`
	// Senders is how many messages this process sends at once; 0: none. Default 128.
	Senders int `name:"webhook-senders" env:"ENGAGED_WEBHOOK_SENDERS" default:"128" placeholder:"N" help:"Webhooks that a worker sends at once. 0 leaves sending to other processes."`
	// PerEndpoint is how many messages to one endpoint are under way at once, in all processes; default 8.
	PerEndpoint int `name:"webhook-per-endpoint" env:"ENGAGED_WEBHOOK_PER_ENDPOINT" default:"8" placeholder:"N" help:"Webhooks to one endpoint that are under way at once, in all processes together."`
	// DisableAfter is for how long an endpoint may fail before it is disabled; default 5 days.
	DisableAfter time.Duration `name:"webhook-disable-after" env:"ENGAGED_WEBHOOK_DISABLE_AFTER" default:"120h" placeholder:"DURATION" help:"How long every attempt at an endpoint may fail before it is disabled."`
	// LogDays is how long messages are kept once they are over; default 30 days.
	LogDays int `name:"webhook-log-days" env:"ENGAGED_WEBHOOK_LOG_DAYS" default:"30" placeholder:"DAYS" help:"How long webhooks that are over are kept, to be looked at and replayed."`
}

// Keyring returns the keys that seal secrets.
func (w Webhooks) Keyring() (webhooks.Keyring, error) {
	if w.SecretKeys == "" {
		return webhooks.Keyring{}, nil
	}
	return webhooks.NewKeyring(strings.Split(w.SecretKeys, ",")...)
}

// Validate returns everything that is wrong with the group.
func (w Webhooks) Validate() Problems {
	var c check
	_, err := w.Keyring()
	c.that(err == nil, "webhook-secret-keys", "ENGAGED_WEBHOOK_SECRET_KEYS", "one of them is none: %v", err)
	c.that(w.Senders >= 0 && w.Senders <= 1000, "webhook-senders", "ENGAGED_WEBHOOK_SENDERS", "%d lies outside 0 to 1000", w.Senders)
	c.that(w.PerEndpoint >= 1 && w.PerEndpoint <= 1000, "webhook-per-endpoint", "ENGAGED_WEBHOOK_PER_ENDPOINT", "%d lies outside 1 to 1000", w.PerEndpoint)
	c.that(w.DisableAfter >= time.Minute && w.DisableAfter <= 90*24*time.Hour, "webhook-disable-after", "ENGAGED_WEBHOOK_DISABLE_AFTER", "%v lies outside 1m to 2160h", w.DisableAfter)
	c.that(w.LogDays >= 1 && w.LogDays <= 400, "webhook-log-days", "ENGAGED_WEBHOOK_LOG_DAYS", "%d lies outside 1 to 400", w.LogDays)
	return c.problems
}
