package odata

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// EncodePlace writes the place of a row, as Postgres gave the values of PlaceSQL, as a JSON array: times are
// microseconds since 1970.
func (q *Query) EncodePlace(place []any) (json.RawMessage, error) {
	values := make([]any, len(place))
	for i, value := range place {
		switch v := value.(type) {
		case nil, string, bool, int32, int64:
			values[i] = v
		case [16]byte:
			values[i] = FormatGUID(v)
		case time.Time:
			values[i] = v.UnixMicro()
		default:
			return nil, fmt.Errorf("encode the place of a row: %s is a %T", q.Order[i].Property.Name, value)
		}
	}
	return json.Marshal(values)
}

// DecodePlace reads what EncodePlace wrote for the same order; false for anything else.
func (q *Query) DecodePlace(encoded json.RawMessage) ([]any, bool) {
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	var values []any
	if decoder.Decode(&values) != nil || len(values) != len(q.Order) {
		return nil, false
	}
	for i, t := range q.Order {
		value, ok := placeValue(t.kind(), values[i])
		if !ok || value == nil && t.Property.Required {
			return nil, false
		}
		values[i] = value
	}
	return values, true
}

func placeValue(kind string, value any) (any, bool) {
	switch v := value.(type) {
	case nil:
		return nil, true
	case bool:
		return v, kind == "boolean"
	case string:
		if kind == "uuid" {
			_, ok := ParseGUID(v)
			return v, ok
		}
		return v, kind == "text" && utf8.ValidString(v) && !bytes.ContainsRune([]byte(v), 0)
	case json.Number:
		n, err := v.Int64()
		switch kind {
		case "timestamptz":
			at := time.UnixMicro(n).UTC()
			return at, err == nil && at.Year() >= 1 && at.Year() <= 9999
		case "integer":
			return int32(n), err == nil && n >= math.MinInt32 && n <= math.MaxInt32
		case "bigint":
			return n, err == nil
		}
	}
	return nil, false
}

// ParseGUID reads a GUID as OData writes it, with hyphens and without quotes, into lower case.
func ParseGUID(written string) (string, bool) {
	return strings.ToLower(written), written != "" && guidShape.FindString(written) == written
}

// FormatGUID writes a GUID in lower case.
func FormatGUID(g [16]byte) string {
	var text [36]byte
	hex.Encode(text[:8], g[:4])
	hex.Encode(text[9:13], g[4:6])
	hex.Encode(text[14:18], g[6:8])
	hex.Encode(text[19:23], g[8:10])
	hex.Encode(text[24:], g[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}
