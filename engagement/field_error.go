package engagement

import "fmt"

// Codes of a FieldError; stable, part of the API's contract.
const (
	CodeUnreadable   = "event:unreadable"
	CodeMissingField = "event:missing_field"
	CodeInvalidField = "event:invalid_field"
	CodeUnknownType  = "event:unknown_type"
	CodeTooLarge     = "event:too_large"
)

// FieldError is one thing that is wrong with an event.
type FieldError struct {
	// Code is one of the Code constants.
	Code string `json:"code"`
	// Field is the path of the field, such as data.score; empty for the event as a whole.
	Field string `json:"field,omitempty"`
	// Reason is a sentence that says what to change.
	Reason string `json:"reason"`
}

// Error returns the reason.
func (e FieldError) Error() string { return e.Reason }

// findings collects what is wrong with an event.
type findings []FieldError

func (f *findings) missing(field, because string) {
	*f = append(*f, FieldError{CodeMissingField, field, fmt.Sprintf("Add %s: %s.", field, because)})
}

func (f *findings) invalid(field, format string, args ...any) {
	*f = append(*f, FieldError{CodeInvalidField, field, fmt.Sprintf(format, args...)})
}

func (f *findings) tooLarge(field, format string, args ...any) {
	*f = append(*f, FieldError{CodeTooLarge, field, fmt.Sprintf(format, args...)})
}
