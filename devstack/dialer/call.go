package dialer

import (
	"context"
	"fmt"
)

// The modes in which agents take calls.
const (
	copilot = "Copilot"
	preview = "Preview"
)

// carryOut does what an order's fate wants.
func (d *Dialer) carryOut(ctx context.Context, c *Call) {
	if c.Fate.Kind == Lost {
		d.dial(c)
		sleep(ctx, c.Fate.Ring+c.Fate.Talk)
		d.hangUp(c)
		return
	}
	release := func() {}
	if c.Mode == preview {
		var accepted bool
		if release, accepted = d.offer(ctx, c); !accepted {
			return
		}
	}
	defer func() { release() }()
	if !d.start(ctx, c) {
		return
	}
	d.dial(c)
	sleep(ctx, c.Fate.Ring)
	switch c.Fate.Kind {
	case Mute:
		sleep(ctx, c.Fate.Talk)
		d.hangUp(c)
	case Busy, BadNumber, Failure, Refusal:
		d.hangUp(c)
		d.tell(ctx, c, Event{Type: "call.failed", Data: Data{SIPCode: c.Fate.SIPCode}})
	case NoAnswer:
		d.hangUp(c)
		d.tell(ctx, c, Event{Type: "call.ended", Data: Data{SIPCode: c.Fate.SIPCode}})
	case Human, Silence, Machine, MachineHangup, Fax, BotFailed, Lost:
		d.answered(ctx, c)
	}
}

// offer offers a preview to one agent after another until one accepts, and returns that one's release.
func (d *Dialer) offer(ctx context.Context, c *Call) (release func(), accepted bool) {
	release, ok := d.queues[c.QueueID].take(ctx, c.NotAfter.Sub(d.now()))
	if !ok {
		return release, false
	}
	var events []Event
	for range c.Fate.Declines {
		events = append(events, Event{Type: "preview.offered"}, Event{Type: "preview.declined"})
	}
	d.tell(ctx, c, append(events, Event{Type: "preview.offered"}, Event{Type: "preview.accepted"})...)
	return release, true
}

// answered is the call from its answer to its end.
func (d *Dialer) answered(ctx context.Context, c *Call) {
	first := []Event{{Type: "call.connected", Time: d.now()}}
	if by := answeredBy[c.Fate.Kind]; by != "" {
		first = append(first, Event{Type: "amd.result", Time: d.now(), Data: Data{AnsweredBy: by, MessageLeft: c.Fate.Kind == Machine}})
	}
	if !d.options.AtEnd {
		d.tell(ctx, c, first...)
		first = nil
	}
	later, release := d.connect(ctx, c)
	defer release()
	sleep(ctx, c.Fate.Talk)
	later = append(append(first, later...), Event{Type: "call.ended", Time: d.now()})
	if c.Fate.Disposition != "" {
		later = append(later, Event{Type: "disposition.set", Time: d.now(), Data: Data{Codes: []string{c.Fate.Disposition}}})
	}
	d.hangUp(c)
	d.tell(ctx, c, later...)
}

var answeredBy = map[Kind]string{Human: "human", Machine: "machine_end_beep", MachineHangup: "machine_start", Fax: "fax"}

// connect brings a person to whom they are to speak to, and returns what is to be told of it.
func (d *Dialer) connect(ctx context.Context, c *Call) (events []Event, release func()) {
	release = func() {}
	switch {
	case c.Fate.Kind == BotFailed:
		return []Event{{Type: "bot.failed", Time: d.now()}}, release
	case c.Fate.Kind != Human:
		return nil, release
	case c.Mode != copilot:
		connected := c.Mode == preview
		if !connected {
			release, connected = d.queues[c.QueueID].take(ctx, d.options.HoldOn)
		}
		if !connected {
			return nil, release
		}
		events = append(events, Event{Type: "agent.connected", Time: d.now(), Data: Data{ConversationID: fmt.Sprintf("call-%s", c.DeliveryID)}})
	}
	return append(events, Event{Type: "speech.detected", Time: d.now()}), release
}

func (d *Dialer) dial(c *Call) { d.journal.write(c, func(c *Call) { c.DialedAt = d.now() }) }

func (d *Dialer) hangUp(c *Call) { d.journal.write(c, func(c *Call) { c.HungUpAt = d.now() }) }
