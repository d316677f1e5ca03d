package odata

import "fmt"

// Reason is the kind of an Error.
type Reason string

// The reasons for which a query is refused.
const (
	// Syntax: the text is not what OData has.
	Syntax Reason = "syntax"
	// Unknown: a name is none of the entity's.
	Unknown Reason = "unknown_name"
	// Mismatch: a value is not of the property's type.
	Mismatch Reason = "type_mismatch"
	// Unsupported: OData has it, this package does not.
	Unsupported Reason = "unsupported"
	// TooMuch: a limit is exceeded.
	TooMuch Reason = "too_complex"
)

// Error says what is wrong with a query option.
type Error struct {
	// Option is the query option, such as $filter.
	Option string
	Reason Reason
	// Message is a sentence that says what to change.
	Message string
}

// Error returns option and message.
func (e *Error) Error() string { return e.Option + ": " + e.Message }

func fault(option string, reason Reason, format string, args ...any) *Error {
	return &Error{Option: option, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// echo shortens a caller's text for a message.
func echo(text string) string {
	const most = 64
	runes := []rune(text)
	if len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return text
}
