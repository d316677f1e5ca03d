package importer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"engaged/engagement"
)

// maxLine is the longest line that can be an event; the API takes no more in a request.
const maxLine = 1 << 20

// line is one line of the file and what the importer needs to know of it.
type line struct {
	// number is the line's number in the original file, from 1.
	number int64
	// end is the offset behind the line in the file that was read.
	end int64
	// raw is the event as it stands, without the line break; valid until the next read.
	raw []byte
	// conversation is empty where the event names none: the API will say so.
	conversation string
	// time is 0 where it cannot be read: the API will say so.
	time engagement.Instant
	// fault is why the line is no JSON object at all; empty if it is one.
	fault string
}

// reader reads a file line by line in constant memory.
type reader struct {
	in *bufio.Reader
	// numbered tells that every line begins with its number and a tab, as in sorted files.
	numbered bool
	number   int64
	offset   int64
}

func newReader(r io.Reader, numbered bool, number, offset int64) *reader {
	return &reader{in: bufio.NewReaderSize(r, maxLine+64), numbered: numbered, number: number, offset: offset}
}

// next returns the next line that is not blank, or io.EOF.
func (r *reader) next() (line, error) {
	for {
		raw, tooLong, err := r.read()
		if len(raw) == 0 && err != nil {
			return line{}, err
		}
		r.number++
		text := bytes.TrimSpace(raw)
		if len(text) == 0 {
			continue
		}
		l := line{number: r.number, end: r.offset, raw: text}
		if r.numbered {
			if err := l.unnumber(); err != nil {
				return line{}, err
			}
		}
		if tooLong || len(l.raw) > maxLine {
			l.fault = fmt.Sprintf("The line is longer than %d bytes, the most a request may hold.", maxLine)
			return l, nil
		}
		l.parse()
		return l, nil
	}
}

// read returns a line with its break; of one that is too long only the beginning.
func (r *reader) read() (raw []byte, tooLong bool, err error) {
	raw, err = r.in.ReadSlice('\n')
	r.offset += int64(len(raw))
	if !errors.Is(err, bufio.ErrBufferFull) {
		return raw, false, err
	}
	beginning := bytes.Clone(raw[:200])
	for errors.Is(err, bufio.ErrBufferFull) {
		var more []byte
		more, err = r.in.ReadSlice('\n')
		r.offset += int64(len(more))
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return beginning, true, err
}

// unnumber takes the original line number off a line of a sorted file.
func (l *line) unnumber() error {
	number, rest, found := bytes.Cut(l.raw, []byte{'\t'})
	n, err := strconv.ParseInt(string(number), 10, 64)
	if !found || err != nil {
		return fmt.Errorf("the sorted file is damaged near byte %d; delete it and its checkpoint and start again", l.end)
	}
	l.number, l.raw = n, rest
	return nil
}

// parse reads what the importer must know of the event: our envelope, or that of CloudEvents, whose
// subject is the conversation.
func (l *line) parse() {
	if !utf8.Valid(l.raw) {
		l.fault = "The line is not valid UTF-8."
		return
	}
	var envelope struct {
		ConversationID any `json:"conversation_id"`
		Subject        any `json:"subject"`
		SpecVersion    any `json:"specversion"`
		Time           any `json:"time"`
	}
	if err := json.Unmarshal(l.raw, &envelope); err != nil {
		l.fault = "The line is not a JSON object."
		return
	}
	id := envelope.ConversationID
	if envelope.SpecVersion != nil {
		id = envelope.Subject
	}
	l.conversation, _ = id.(string)
	if text, ok := envelope.Time.(string); ok {
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			l.time = engagement.At(t)
		}
	}
}
