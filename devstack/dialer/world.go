package dialer

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// Kind is what comes of an order.
type Kind string

// What can come of an order.
const (
	// Human is a person who talks, Silence an answer without any sign of one.
	Human   Kind = "human"
	Silence Kind = "silence"
	// Machine takes a message, MachineHangup is not left one, Fax is no telephone.
	Machine       Kind = "machine"
	MachineHangup Kind = "machine_hangup"
	Fax           Kind = "fax"
	// BotFailed is a person who is answered by an AI agent that fails.
	BotFailed Kind = "bot_failed"
	// Busy, NoAnswer, BadNumber, Failure and Refusal are calls that nobody answers.
	Busy      Kind = "busy"
	NoAnswer  Kind = "no_answer"
	BadNumber Kind = "bad_number"
	Failure   Kind = "failure"
	Refusal   Kind = "refusal"
	// Lost is an order that is dialed without a start, and of which nothing is ever told.
	Lost Kind = "lost"
	// Mute is a call that is started, and of which nothing is told afterwards.
	Mute Kind = "mute"
)

// Share is how often something comes of an order, in proportion to the other shares.
type Share struct {
	Kind   Kind
	Weight int
}

// Lognormal is a distribution of durations, as ringing and talking have it.
type Lognormal struct {
	// Median is the usual duration, Sigma how far others lie from it: the deviation of its logarithm.
	Median time.Duration
	Sigma  float64
	// Most bounds it.
	Most time.Duration
}

func (l Lognormal) draw(random *rand.Rand) time.Duration {
	return min(l.Most, time.Duration(float64(l.Median)*math.Exp(l.Sigma*random.NormFloat64()))).Round(time.Millisecond)
}

// World is what happens to calls.
type World struct {
	Shares []Share
	// Ring is how long it rings before something happens, Talk how long an answered call lasts, Machine how
	// long one that no person answers.
	Ring, Talk, Machine Lognormal
	// DeclinePercent is how often an agent declines a preview, DispositionPercent how often a disposition is
	// set after a conversation, OptOutPercent how many of those end consent.
	DeclinePercent, DispositionPercent, OptOutPercent int
}

// Realistic is a usual campaign's world.
func Realistic() World {
	return World{
		Shares: []Share{
			{Human, 260}, {Silence, 30}, {Machine, 110}, {MachineHangup, 150}, {Fax, 5}, {BotFailed, 5}, {Busy, 90},
			{NoAnswer, 250}, {BadNumber, 40}, {Failure, 40}, {Refusal, 5}, {Lost, 10}, {Mute, 5},
		},
		Ring:    Lognormal{Median: 12 * time.Second, Sigma: 0.5, Most: time.Minute},
		Talk:    Lognormal{Median: 2 * time.Minute, Sigma: 0.9, Most: time.Hour},
		Machine: Lognormal{Median: 15 * time.Second, Sigma: 0.4, Most: time.Minute}, DeclinePercent: 15, DispositionPercent: 60, OptOutPercent: 3,
	}
}

// Faster is the world with all durations so many times shorter.
func (w World) Faster(times int) World {
	for _, l := range []*Lognormal{&w.Ring, &w.Talk, &w.Machine} {
		l.Median, l.Most = l.Median/time.Duration(times), l.Most/time.Duration(times)
	}
	return w
}

// Fate is what is drawn for one attempt.
type Fate struct {
	Kind Kind
	// Ring is how long it rings, Talk how long the call lasts once it is answered; 0 if it is not.
	Ring, Talk time.Duration
	// SIPCode is that of a call that nobody answers; 0 where the dialer has none.
	SIPCode int
	// Declines is how many agents decline the preview before one accepts.
	Declines int
	// Disposition is what the agent sets; empty for none.
	Disposition string
}

var sipCodes = map[Kind][]int{
	Busy: {486, 600}, NoAnswer: {603, 607}, BadNumber: {404, 484, 604}, Failure: {408, 480, 487, 503, 0}, Refusal: {401, 488, 501, 505},
}

// Draw returns the fate of a task's attempt. The task is named by what its sender calls it, so that the
// fates of a campaign are the same wherever it is run.
func (w World) Draw(seed uint64, task string, seq int) Fate {
	name := fnv.New64a()
	_, _ = name.Write([]byte(task + "/" + strconv.Itoa(seq))) // a hash takes everything
	random := rand.New(rand.NewPCG(seed, name.Sum64()))
	f := Fate{Kind: w.kind(random), Ring: w.Ring.draw(random)}
	talk, machine := w.Talk.draw(random), w.Machine.draw(random)
	switch f.Kind {
	case Human, BotFailed, Lost, Mute:
		f.Talk = talk
	case Silence, Machine, MachineHangup, Fax:
		f.Talk = machine
	case Busy, NoAnswer, BadNumber, Failure, Refusal:
		codes := sipCodes[f.Kind]
		f.SIPCode = codes[random.IntN(len(codes))]
	}
	for f.Declines < 5 && random.IntN(100) < w.DeclinePercent {
		f.Declines++
	}
	if f.Kind == Human && random.IntN(100) < w.DispositionPercent {
		f.Disposition = []string{"SpokeToAgent", "PromiseToPay", "WrongPerson"}[random.IntN(3)]
		if random.IntN(100) < w.OptOutPercent {
			f.Disposition = "DoNotContact"
		}
	}
	return f
}

func (w World) kind(random *rand.Rand) Kind {
	sum := 0
	for _, s := range w.Shares {
		sum += s.Weight
	}
	n := random.IntN(sum)
	for _, s := range w.Shares {
		if n -= s.Weight; n < 0 {
			return s.Kind
		}
	}
	return Human
}
