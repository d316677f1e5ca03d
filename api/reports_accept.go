package api

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// The media types of answers.
const (
	jsonFormat   = "application/json"
	csvFormat    = "text/csv"
	ndjsonFormat = "application/x-ndjson"
)

// reportFormat picks the media type that the caller likes best; the first of them where there is no
// choice.
func reportFormat(accept string) (string, error) {
	if strings.TrimSpace(accept) == "" {
		return jsonFormat, nil
	}
	best, most := "", 0.0
	for _, format := range []string{jsonFormat, csvFormat, ndjsonFormat} {
		if q := quality(accept, format); q > most {
			best, most = format, q
		}
	}
	if best == "" {
		return "", problem(http.StatusNotAcceptable, "report:not_acceptable",
			"Accept must allow application/json, text/csv or application/x-ndjson.")
	}
	return best, nil
}

// quality is how much an Accept header likes a media type: the most exact of its ranges decides (RFC
// 9110, section 12.5.1).
func quality(accept, format string) float64 {
	kind, _, _ := strings.Cut(format, "/")
	exactness, q := 0, 0.0
	for part := range strings.SplitSeq(accept, ",") {
		name, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		exact := 0
		switch name {
		case format:
			exact = 3
		case kind + "/*":
			exact = 2
		case "*/*":
			exact = 1
		}
		if exact <= exactness {
			continue
		}
		exactness, q = exact, 1
		if text, ok := parameters["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				q = 0
			}
		}
	}
	return q
}
