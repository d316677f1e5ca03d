package api

import (
	"fmt"
	"math"
	"strconv"

	"engaged/analytics"
)

// appendNumber appends a number as encoding/json writes it; null for nil and for what JSON cannot hold.
func appendNumber(b []byte, number *float64) []byte {
	if number == nil || math.IsNaN(*number) || math.IsInf(*number, 0) {
		return append(b, "null"...)
	}
	n := *number
	size := math.Abs(n)
	// Most numbers are whole, for which there is a shorter way; -0 is not 0.
	if size < 1<<53 && n == math.Trunc(n) && (n != 0 || !math.Signbit(n)) {
		return strconv.AppendInt(b, int64(n), 10)
	}
	if size != 0 && (size < 1e-6 || size >= 1e21) {
		b = strconv.AppendFloat(b, n, 'e', -1, 64)
		if last := len(b) - 1; b[last-3] == 'e' && b[last-2] == '-' && b[last-1] == '0' {
			b = append(b[:last-1], b[last]) // e-09 is e-9
		}
		return b
	}
	return strconv.AppendFloat(b, n, 'f', -1, 64)
}

// appendError appends whether a number is approximate and, if it is, by how much.
func appendError(b []byte, n *analytics.Number) []byte {
	if !n.Approximate {
		return append(b, "false"...)
	}
	b = append(b, `true,"error":`...)
	return appendNumber(b, &n.Error)
}

// rangeEncoder appends distributions over the same edges.
type rangeEncoder struct {
	// bounds begin the object of each range.
	bounds [][]byte
}

func newRangeEncoder(edges []float64) *rangeEncoder {
	e := &rangeEncoder{}
	for i := range len(edges) + 1 {
		var from, to *float64
		if i > 0 {
			from = &edges[i-1]
		}
		if i < len(edges) {
			to = &edges[i]
		}
		e.bounds = append(e.bounds, fmt.Appendf(nil, `{"from":%s,"to":%s,"count":`, appendNumber(nil, from), appendNumber(nil, to)))
	}
	return e
}

// append appends the ranges, each beside that of the other period if there is one: what ReportRange says.
func (e *rangeEncoder) append(b []byte, n, other *analytics.Number) []byte {
	for i, count := range n.Shares {
		if i == 0 {
			b = append(b, `,"ranges":[`...)
		} else {
			b = append(b, ',')
		}
		b = append(b, e.bounds[i]...)
		b = strconv.AppendInt(b, count, 10)
		if other != nil {
			b = append(b, `,"previous":`...)
			b = strconv.AppendInt(b, previousCount(*other, i), 10)
		}
		b = append(b, '}')
	}
	if len(n.Shares) > 0 {
		b = append(b, ']')
	}
	return b
}
