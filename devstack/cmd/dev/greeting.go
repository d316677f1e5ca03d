package main

import (
	"fmt"
	"io"
	"time"

	"engaged/devstack/internal/announce"
)

// greeting is what is said when everything runs.
type greeting struct {
	listen       string
	addresses    announce.Addresses
	directory    string
	cold         bool
	total, start time.Duration // since the command began; since the first server was started
}

// things is what to try first: an event in, the conversation and its record out, a whole day.
const things = `
Three things to try:
  1. Send an engagement, from first message to end:
     curl -s http://%[1]s/v1/events -H 'Authorization: Bearer dev-key' -H 'Content-Type: application/json' -d '[
       {"id":"1","type":"customer.message","time":"2026-03-02T10:00:00Z","conversation_id":"hello","channel":"messaging","requester_id":"rosa"},
       {"id":"2","type":"agent.assigned","time":"2026-03-02T10:00:15Z","conversation_id":"hello","agent_id":"ada"},
       {"id":"3","type":"agent.message","time":"2026-03-02T10:00:40Z","conversation_id":"hello","agent_id":"ada"},
       {"id":"4","type":"status.changed","time":"2026-03-02T10:03:00Z","conversation_id":"hello","data":{"status":"solved"}}]'
  2. Read what became of it:
     curl -s 'http://%[1]s/v1/engagements?conversation_id=hello' -H 'Authorization: Bearer dev-key'
  3. Play a contact centre's day in, from another terminal:
     make demo
`

// greet says where everything is.
func greet(output io.Writer, g greeting) {
	kind := "warm"
	if g.cold {
		kind = "cold"
	}
	fmt.Fprintf(output, "Started in %.1f s (%s; servers and engaged took %.1f s of it).\n\n",
		g.total.Seconds(), kind, g.start.Seconds())
	fmt.Fprintf(output, "engaged is ready: http://%s\n", g.listen)
	fmt.Fprintf(output, "  key          %s (organization dev, all scopes, this machine only)\n", devKey)
	if g.addresses.UI != "" {
		fmt.Fprintf(output, "  Temporal UI  %s\n", g.addresses.UI)
	}
	fmt.Fprintf(output, "  Temporal     %s\n", g.addresses.Temporal)
	fmt.Fprintf(output, "  Postgres     %s\n", g.addresses.Database)
	fmt.Fprintf(output, "  state, logs  %s\n", g.directory)
	fmt.Fprintf(output, things, g.listen)
	fmt.Fprintln(output, "\nCtrl-C stops all of it.")
}
