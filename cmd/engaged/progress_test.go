package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgressPrintsPlainLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	clock := time.Unix(0, 0)
	p := newProgress(environment{stderr: &out})
	p.now = func() time.Time { return clock }

	p.Begin("sending", 100, 1100, "events")
	p.Add(10)
	require.Empty(t, out.String(), "not at every step")
	clock = clock.Add(5 * time.Second)
	p.Add(490)
	clock = clock.Add(5 * time.Second)
	p.Add(500)
	p.End()
	require.Equal(t, "sending:  55 % (600 of 1100 events), 100 events/s, 5s left\n"+
		"sending: 100 % (1100 of 1100 events), 100 events/s\n"+
		"sending: 100 % (1100 of 1100 events), 100 events/s\n", out.String())
}

func TestProgressDrawsABar(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := newProgress(environment{stderr: &out, terminal: true})
	p.Begin("sending", 0, 10, "events")
	p.Add(10)
	p.End()
	require.Contains(t, out.String(), "100%")
	require.Contains(t, out.String(), "sending")
	require.Contains(t, out.String(), "events/s")
}
