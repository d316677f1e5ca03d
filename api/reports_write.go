package api

import (
	"bufio"
	"encoding/json"
)

// pieceSize is how much of an answer is sent at a time, in bytes.
const pieceSize = 32 << 10

// writeReports sends the answers; several tells for JSON to send a list of them.
func writeReports(c *call, format string, answers []*report, l *labels, several bool) error {
	w := bufio.NewWriterSize(c.Writer, pieceSize)
	header := c.Writer.Header()
	header.Set("Content-Type", format+"; charset=utf-8")
	// The same question may have another answer a second later.
	header.Set("Cache-Control", "no-store")
	var err error
	switch format {
	case csvFormat:
		setCSVHeader(header, answers[0])
		err = answers[0].writeCSV(w, l)
	case ndjsonFormat:
		err = writeLines(w, answers, l)
	default:
		err = writeJSON(w, answers, l, several)
	}
	if err != nil {
		return err
	}
	return w.Flush()
}

// writeJSON writes one answer, or {"answers": [...]}.
func writeJSON(w *bufio.Writer, answers []*report, l *labels, several bool) error {
	if !several {
		return answers[0].writeObject(w, l)
	}
	separator := `{"answers":[`
	for _, a := range answers {
		if _, err := w.WriteString(separator); err != nil {
			return err
		}
		if err := a.writeObject(w, l); err != nil {
			return err
		}
		separator = ","
	}
	_, err := w.WriteString("]}")
	return err
}

// writeObject writes an answer: the head's members, and the rows one by one as the last.
func (r *report) writeObject(w *bufio.Writer, l *labels) error {
	head, err := json.Marshal(r.head())
	if err != nil {
		return err
	}
	if _, err := w.Write(append(head[:len(head)-1], `,"rows":[`...)); err != nil {
		return err
	}
	if err := r.writeRows(w, l, "{", ","); err != nil {
		return err
	}
	_, err = w.WriteString("]}")
	return err
}

// writeRows writes the rows: before each what it begins with, and between them the separator.
func (r *report) writeRows(w *bufio.Writer, l *labels, begin, separator string) error {
	rows, err := newRowEncoder(r, l)
	if err != nil {
		return err
	}
	for i := range r.answer.Rows {
		text := w.AvailableBuffer()
		if i > 0 {
			text = append(text, separator...)
		}
		text = rows.append(append(text, begin...), &r.answer.Rows[i])
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// ReportLine is a line of NDJSON: the head of an answer, or one of its rows.
type ReportLine struct {
	// Type is answer or row.
	Type string `json:"type"`
	// Name is the query's; absent if it has none.
	Name string `json:"name,omitempty"`
	*ReportHead
	*ReportRow
}

// writeLines writes for each answer its head and then its rows, each on a line.
func writeLines(w *bufio.Writer, answers []*report, l *labels) error {
	lines := json.NewEncoder(w)
	for _, a := range answers {
		head := a.head()
		if err := lines.Encode(ReportLine{Type: "answer", Name: a.name, ReportHead: &head}); err != nil {
			return err
		}
		begin, err := json.Marshal(ReportLine{Type: "row", Name: a.name})
		if err != nil {
			return err
		}
		begin[len(begin)-1] = ','
		if err := a.writeRows(w, l, string(begin), "\n"); err != nil {
			return err
		}
		if len(a.answer.Rows) > 0 {
			if err := w.WriteByte('\n'); err != nil {
				return err
			}
		}
	}
	return nil
}
