package analytics

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// invalid makes an InvalidQuery.
func invalid(field, code, reason string, args ...any) error {
	return &InvalidQuery{Field: field, Code: code, Reason: fmt.Sprintf(reason, args...)}
}

// maxQuoted is how much of a caller's text an error repeats, in bytes.
const maxQuoted = 64

// quoted is a caller's text as errors repeat it.
func quoted(text string) string {
	if len(text) > maxQuoted {
		text = text[:maxQuoted] + "..."
	}
	return strconv.Quote(text)
}

// listed joins names for a sentence.
func listed[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return strings.Join(texts, ", ")
}

// storable reports whether a text can be compared with stored ones: Postgres takes neither broken
// UTF-8 nor the character 0.
func storable(text string) bool {
	return len(text) <= maxValueLength && utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}
