package importer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// reject is a line of the file of rejects.
type reject struct {
	// Line is the number of the line in the imported file; 0 for a clock.reached that was added.
	Line   int64  `json:"line"`
	ID     string `json:"id,omitempty"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Field  string `json:"field,omitempty"`
	// Event is the line as it stood; Text where it is no JSON.
	Event json.RawMessage `json:"event,omitempty"`
	Text  string          `json:"text,omitempty"`
}

// settle counts a batch, writes down what was refused, and now and then the checkpoint.
func (r *run) settle(a answered) error {
	if err := r.writeRejects(a); err != nil {
		return fmt.Errorf("write %s: %w", r.options.Rejects, err)
	}
	s := &r.state.Summary
	lines := int64(len(a.batch.events)) - a.batch.closed
	s.Lines += lines
	s.Conversations += a.batch.closed
	s.Accepted += a.verdict.Accepted
	s.Duplicate += a.verdict.Duplicate
	s.Late += a.verdict.Late
	s.Rejected += int64(len(a.verdict.Rejected))
	r.state.At = a.batch.next
	r.sent += int64(len(a.batch.events))
	r.options.Progress.Add(lines)
	if time.Since(r.saved) < checkpointEvery {
		return nil
	}
	r.saved = time.Now()
	return r.state.save(r.options.Checkpoint)
}

func (r *run) writeRejects(a answered) error {
	if len(a.verdict.Rejected) == 0 {
		return nil
	}
	slices.SortFunc(a.verdict.Rejected, func(x, y rejection) int { return cmp.Compare(x.Index, y.Index) })
	var out bytes.Buffer
	for _, refused := range a.verdict.Rejected {
		e := a.batch.events[refused.Index]
		line := reject{Line: e.line, ID: refused.ID, Code: refused.Code, Reason: refused.Reason, Field: refused.Field}
		if json.Valid(e.raw) {
			line.Event = e.raw
		} else {
			line.Text = string(bytes.ToValidUTF8(e.raw, []byte("\uFFFD")))
		}
		raw, err := json.Marshal(line)
		if err != nil {
			return err
		}
		out.Write(append(raw, '\n'))
	}
	n, err := r.rejects.Write(out.Bytes())
	r.state.RejectsBytes += int64(n)
	return err
}
