package main

import (
	"time"

	"engaged/bench/internal/scenario"
)

// plan is every scenario with its sizes.
type plan struct {
	chats         scenario.Chats
	bare          scenario.Intake
	intake, batch scenario.Intake
	spread, burst scenario.Saturated
	tempo, open   scenario.Tempo
}

// batchSize is how many events a request of the batch scenario holds.
const batchSize = 20

// plan returns the full run, or the small one.
func (r *runCommand) plan() plan {
	full := plan{
		chats:  scenario.Chats{Name: "chats", Each: 10, Length: 100 * time.Second},
		intake: scenario.Intake{Name: "intake", Requests: r.Rate, Batch: 1, Window: 60 * time.Second, Chat: 10 * time.Second, Patience: 12 * time.Minute},
		batch:  scenario.Intake{Name: "batch", Requests: r.Rate / batchSize, Batch: batchSize, Window: 20 * time.Second, Chat: 10 * time.Second, Patience: 12 * time.Minute},
		spread: scenario.Saturated{Name: "spread", Open: 2000, Senders: 48, Ahead: 256, Warm: 30 * time.Second, Window: 30 * time.Second},
		burst:  scenario.Saturated{Name: "burst", Open: 32, Senders: 32, Ahead: 640, Warm: 5 * time.Second, Window: 30 * time.Second},
		tempo:  scenario.Tempo{Name: "tempo", Rate: r.TempoRate, Window: 90 * time.Second, FillRate: 50},
		open:   scenario.Tempo{Name: "open", Rate: 200, Window: 45 * time.Second, FillRate: 60},
	}
	if r.Quick {
		full.chats.Each, full.chats.Length = 4, 60*time.Second
		full.intake.Window, full.intake.Chat = 10*time.Second, 3*time.Second
		full.batch.Window, full.batch.Chat = 5*time.Second, 3*time.Second
		full.spread.Open, full.spread.Warm, full.spread.Window = 500, 8*time.Second, 10*time.Second
		full.burst.Warm, full.burst.Window = 2*time.Second, 10*time.Second
		full.tempo.Rate, full.tempo.Window = min(r.TempoRate, 10), 20*time.Second
		full.open.Rate, full.open.Window = 20, 10*time.Second
	}
	if r.Duration > 0 {
		full.intake.Window = r.Duration
	}
	full.bare = full.intake
	full.bare.Name, full.bare.Bare = "bare", true
	if r.ChatLength > 0 {
		full.chats.Length = r.ChatLength
	}
	return full
}
