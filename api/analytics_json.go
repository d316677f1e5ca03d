package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// wireDouble is a number with a point, also where it is whole: readers tell doubles from longs by it.
type wireDouble float64

// MarshalJSON writes the shortest decimal that reads back as the same number.
func (d wireDouble) MarshalJSON() ([]byte, error) {
	number := float64(d)
	if math.IsNaN(number) || math.IsInf(number, 0) {
		return nil, fmt.Errorf("%v is not a number of JSON", number)
	}
	if number == 0 {
		// Without the sign of a negative zero.
		return []byte("0.0"), nil
	}
	if size := math.Abs(number); size >= 1e21 || size < 1e-7 {
		return strconv.AppendFloat(nil, number, 'e', -1, 64), nil
	}
	text := strconv.AppendFloat(nil, number, 'f', -1, 64)
	if !bytes.ContainsRune(text, '.') {
		text = append(text, ".0"...)
	}
	return text, nil
}

// wireInstant is an instant in UTC with milliseconds, which are left out where they are zero.
type wireInstant time.Time

// MarshalJSON writes 2023-04-21T10:24:04.259Z or 2023-04-16T22:00:00Z.
func (i wireInstant) MarshalJSON() ([]byte, error) {
	t := time.Time(i).UTC().Truncate(time.Millisecond)
	text := t.Format("2006-01-02T15:04:05.000")
	return []byte(`"` + strings.TrimSuffix(text, ".000") + `Z"`), nil
}

// encodeAnalytics writes JSON without escaping what only HTML minds.
func encodeAnalytics(body any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// analyticsReply is a body on the compatible analytics wire.
func analyticsReply(body any) (any, error) {
	text, err := encodeAnalytics(body)
	if err != nil {
		return nil, err
	}
	return reply{raw: text, contentType: "application/json"}, nil
}

// AnalyticsData is the envelope of everything that is not a list.
type AnalyticsData[T any] struct {
	// Data is the answer.
	Data T `json:"data"`
}

// AnalyticsList is the envelope of lists.
type AnalyticsList[T any] struct {
	// Data is the page.
	Data []T `json:"data"`
	// Meta links to the neighbouring pages; absent where there are none.
	Meta *PaginationLinks `json:"meta,omitempty"`
}

// PaginationLinks are relative addresses of pages.
type PaginationLinks struct {
	// Previous is the page before; absent on the first.
	Previous string `json:"previous,omitempty"`
	// Next is the page after; absent on the last.
	Next string `json:"next,omitempty"`
}

// wireValue is a typed value: a field of a record or an aggregate of a metric. The discriminator comes
// last.
type wireValue struct {
	// Value is a bool, a number, a text or an instant.
	Value any `json:"value"`
	// Label is what people call the value; absent without one.
	Label string `json:"label,omitempty"`
	// Measure names an aggregate; absent for fields.
	Measure string `json:"measure,omitempty"`
	// Type is the discriminator.
	Type string `json:"_type"`
}

// wireListField is a field with several values.
type wireListField struct {
	Values []wireValue `json:"values"`
	Type   string      `json:"_type"`
}
