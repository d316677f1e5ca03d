package api

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
)

// rowsPerFlush is after how many rows what was written is sent.
const rowsPerFlush = 500

// rowWriter sends rows as they are written.
type rowWriter struct {
	*bufio.Writer
	control *http.ResponseController
	rows    int
}

// count notes a row.
func (w *rowWriter) count() error {
	if w.rows++; w.rows%rowsPerFlush != 0 {
		return nil
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return w.control.Flush()
}

// writeReports sends the answers; several tells for JSON to send a list of them.
func writeReports(c *call, format string, answers []*report, l *labels, several bool) error {
	w := &rowWriter{Writer: bufio.NewWriterSize(c.Writer, 32<<10), control: http.NewResponseController(c.Writer)}
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
func writeJSON(w *rowWriter, answers []*report, l *labels, several bool) error {
	if !several {
		return answers[0].writeObject(w, l)
	}
	separator := `{"answers":[`
	for _, a := range answers {
		if _, err := io.WriteString(w, separator); err != nil {
			return err
		}
		if err := a.writeObject(w, l); err != nil {
			return err
		}
		separator = ","
	}
	_, err := io.WriteString(w, "]}")
	return err
}

// writeObject writes an answer: the head's members, and the rows one by one as the last.
func (r *report) writeObject(w *rowWriter, l *labels) error {
	head, err := json.Marshal(r.head())
	if err != nil {
		return err
	}
	if _, err := w.Write(head[:len(head)-1]); err != nil {
		return err
	}
	separator, attributes := `,"rows":[`, r.attributes()
	for _, row := range r.answer.Rows {
		text, err := json.Marshal(r.row(row, attributes, l))
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, separator); err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		if err := w.count(); err != nil {
			return err
		}
		separator = ","
	}
	if len(r.answer.Rows) == 0 {
		_, err = io.WriteString(w, separator)
	}
	if err == nil {
		_, err = io.WriteString(w, "]}")
	}
	return err
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
func writeLines(w *rowWriter, answers []*report, l *labels) error {
	lines := json.NewEncoder(w)
	for _, a := range answers {
		head, attributes := a.head(), a.attributes()
		if err := lines.Encode(ReportLine{Type: "answer", Name: a.name, ReportHead: &head}); err != nil {
			return err
		}
		for _, row := range a.answer.Rows {
			shown := a.row(row, attributes, l)
			if err := lines.Encode(ReportLine{Type: "row", Name: a.name, ReportRow: &shown}); err != nil {
				return err
			}
			if err := w.count(); err != nil {
				return err
			}
		}
	}
	return nil
}
