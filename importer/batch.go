package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"engaged/engagement"
)

// maxBatchBytes keeps a request under the API's limit of 1 MiB.
const maxBatchBytes = 900 << 10

// source is the source of the clock.reached events that the importer adds.
const source = "engaged-import"

// event is one event of a batch.
type event struct {
	// line is its number in the original file; 0 for a clock.reached that the importer added.
	line int64
	raw  []byte
	// fault is why it is not sent at all.
	fault string
}

// batch is what one request sends.
type batch struct {
	index  int
	events []event
	bytes  int
	// continues tells that the batch goes on with the conversation that the previous one ended in:
	// it must not overtake it.
	continues bool
	// next is where the next batch begins.
	next position
	// closed is the number of conversations closed with clock.reached.
	closed int64
}

// position is a place between two batches.
type position struct {
	// End is the offset behind the last line sent, Line its number in the file that is read.
	End  int64 `json:"end"`
	Line int64 `json:"line"`
	// Conversation is the one under way there; empty if it was closed.
	Conversation string `json:"conversation,omitempty"`
}

// cutter cuts a file into batches, adding clock.reached at the end of each conversation.
type cutter struct {
	in    *reader
	until engagement.Instant
	limit int
	// conversation is the one under way; empty: none.
	conversation string
	held         *line
	index        int
	// end and line are behind the last line that went into a batch.
	end, line int64
}

// newCutter goes on at a position that an earlier batch ended with; its zero value is the beginning.
func newCutter(file io.Reader, numbered bool, at position, until engagement.Instant, limit int) *cutter {
	return &cutter{
		in: newReader(file, numbered, at.Line, at.End), until: until, limit: limit,
		conversation: at.Conversation, end: at.End, line: at.Line,
	}
}

// next returns the next batch, or io.EOF.
func (c *cutter) next() (*batch, error) {
	b := &batch{index: c.index, continues: c.conversation != ""}
	c.index++
	for {
		l, err := c.peek()
		if errors.Is(err, io.EOF) {
			return c.last(b)
		}
		if err != nil {
			return nil, err
		}
		if l.fault == "" && l.conversation != c.conversation {
			// A batch ends with a conversation where it can, so that batches may overtake each other.
			if c.close(b); len(b.events) > 0 && (len(b.events)*2 >= c.limit || b.full(c.limit, l)) {
				return c.cut(b), nil
			}
			c.conversation = l.conversation
		} else if b.full(c.limit, l) {
			return c.cut(b), nil
		}
		b.add(event{line: l.number, raw: bytes.Clone(l.raw), fault: l.fault})
		c.end, c.line = l.end, c.in.number
		c.held = nil
	}
}

// cut notes where the next batch begins.
func (c *cutter) cut(b *batch) *batch {
	b.next = position{End: c.end, Line: c.line, Conversation: c.conversation}
	return b
}

// last closes the last conversation of the file.
func (c *cutter) last(b *batch) (*batch, error) {
	c.close(b)
	if len(b.events) == 0 {
		return nil, io.EOF
	}
	return c.cut(b), nil
}

func (c *cutter) peek() (line, error) {
	if c.held == nil {
		l, err := c.in.next()
		if err != nil {
			return line{}, err
		}
		c.held = &l
	}
	return *c.held, nil
}

// close says for the conversation under way that everything up to a time has been told.
func (c *cutter) close(b *batch) {
	if c.conversation == "" {
		return
	}
	b.add(event{raw: clockReached(c.conversation, c.until)})
	b.closed++
	c.conversation = ""
}

func clockReached(conversation string, until engagement.Instant) []byte {
	raw, err := json.Marshal(engagement.Event{
		ID:             "import:" + until.String(),
		Source:         source,
		Type:           engagement.ClockReached,
		Time:           until,
		ConversationID: conversation,
	})
	if err != nil {
		panic(fmt.Sprintf("a clock.reached event cannot be written: %v", err))
	}
	return raw
}

// full reports whether the batch has no room for the line and the clock.reached after it.
func (b *batch) full(limit int, l line) bool {
	return len(b.events) > 0 && (len(b.events)+2 > limit || b.bytes+len(l.raw)+1024 > maxBatchBytes)
}

func (b *batch) add(e event) {
	b.events = append(b.events, e)
	if e.fault == "" {
		b.bytes += len(e.raw) + 1
	}
}

// ndjson is the body of a request with some of a batch's events.
func ndjson(events []event) []byte {
	var body bytes.Buffer
	for _, e := range events {
		body.Write(e.raw)
		body.WriteByte('\n')
	}
	return body.Bytes()
}
