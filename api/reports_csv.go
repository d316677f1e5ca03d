package api

import (
	"bufio"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"engaged/analytics"
	"engaged/engagement"
)

// setCSVHeader says in the header what has no place among the rows.
func setCSVHeader(header http.Header, r *report) {
	head := r.head()
	header.Set("Content-Type", csvFormat+"; charset=utf-8; header=present")
	for name, at := range map[string]*engagement.Instant{"X-Data-Through": head.DataThrough, "X-Changed-Since": head.ChangedSince} {
		if at != nil {
			header.Set(name, at.String())
		}
	}
	if head.Next != "" {
		header.Set("X-Next", head.Next)
	}
}

// writeCSV writes the answer's rows after a line of names (RFC 4180).
func (r *report) writeCSV(w *bufio.Writer, l *labels) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(r.csvNames()); err != nil {
		return err
	}
	groups := r.csvGroups(l)
	var cells []string
	for i := range r.answer.Rows {
		row := &r.answer.Rows[i]
		cells = cells[:0]
		if r.answer.Bounds != nil {
			start, end := r.bucket(row)
			cells = append(cells, start, end)
		}
		cells = append(cells, groups[row.Line]...)
		if err := out.Write(r.csvNumbers(cells, row)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// percentiles are the measures that may be approximate.
var percentiles = []analytics.Measure{analytics.Median, analytics.P75, analytics.P90, analytics.P95, analytics.P99}

// approximates tells that a measure has a column for its error.
func (r *report) approximates(measure analytics.Measure) bool {
	return !r.answer.Query.Exact && slices.Contains(percentiles, measure)
}

// csvNames depends on the query alone, so that pages and weeks fit together.
func (r *report) csvNames() []string {
	var names []string
	if r.answer.Bounds != nil {
		names = append(names, "bucket_start", "bucket_end")
	}
	for _, id := range r.answer.Query.GroupBy {
		names = append(names, id, id+"_label")
	}
	for _, measure := range r.answer.Measures {
		if measure == analytics.Distribution {
			names = append(names, r.rangeNames()...)
			continue
		}
		names = append(names, string(measure))
		if r.approximates(measure) {
			names = append(names, string(measure)+"_error")
		}
		if r.before != nil {
			names = append(names, string(measure)+"_previous", string(measure)+"_absolute", string(measure)+"_relative")
		}
	}
	return append(names, "sample_size")
}

// rangeNames are Distribution_below_60, Distribution_60_to_300, Distribution_from_300.
func (r *report) rangeNames() []string {
	var names []string
	edges := r.answer.Query.Edges
	for i := range len(edges) + 1 {
		name := "Distribution_"
		switch i {
		case 0:
			name += "below_" + decimal(edges[0])
		case len(edges):
			name += "from_" + decimal(edges[i-1])
		default:
			name += decimal(edges[i-1]) + "_to_" + decimal(edges[i])
		}
		names = append(names, name)
		if r.before != nil {
			names = append(names, name+"_previous")
		}
	}
	return names
}

// csvGroups are the cells of the rows' groups by Line.
func (r *report) csvGroups(l *labels) [][]string {
	attributes := r.attributes()
	var groups [][]string
	for _, group := range r.groups() {
		var cells []string
		for i := range group {
			value := l.of(attributes[i], group[i])
			cells = append(cells, harmless(value.Value), harmless(value.Label))
		}
		groups = append(groups, cells)
	}
	return groups
}

// csvNumbers appends the cells of a row's numbers.
func (r *report) csvNumbers(cells []string, row *analytics.Row) []string {
	var before analytics.Row
	if r.before != nil {
		before = r.previous(row)
	}
	for i, measure := range r.answer.Measures {
		n := &row.Values[i]
		if measure == analytics.Distribution {
			for part, count := range n.Shares {
				cells = append(cells, strconv.FormatInt(count, 10))
				if r.before != nil {
					cells = append(cells, strconv.FormatInt(previousCount(before.Values[i], part), 10))
				}
			}
			continue
		}
		cells = append(cells, number(n.Value))
		if r.approximates(measure) {
			cells = append(cells, number(errorOf(n)))
		}
		if r.before != nil {
			absolute, relative := changeOf(n.Value, before.Values[i].Value)
			cells = append(cells, number(before.Values[i].Value), number(absolute), number(relative))
		}
	}
	return append(cells, strconv.FormatInt(row.SampleSize, 10))
}

func errorOf(n *analytics.Number) *float64 {
	if !n.Approximate {
		return nil
	}
	return &n.Error
}

func decimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// number is a cell; empty where there is no number.
func number(n *float64) string {
	if n == nil {
		return ""
	}
	return decimal(*n)
}

// harmless is a text as a cell that no spreadsheet takes for a formula: a text that begins like one,
// blanks before it or not, gets an apostrophe in front.
func harmless(text *string) string {
	if text == nil {
		return ""
	}
	if strings.IndexAny(*text, "\t\r\n") == 0 {
		return "'" + *text
	}
	rest := strings.TrimSpace(*text)
	for _, sign := range []string{"=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(rest, sign) {
			return "'" + *text
		}
	}
	return *text
}
