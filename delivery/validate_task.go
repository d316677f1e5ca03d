package delivery

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of a task.
const (
	MaxContacts       = 5
	MaxPhones         = 10
	MaxAttributes     = 500
	MaxAttributeKey   = 850
	MaxAttributeValue = 4000
	// MaxToldBytes is how much a call may return: names and values of an attempt's attributes.
	MaxToldBytes = 64 << 10
	MaxBulk      = 15_000
	maxIDBytes   = 128
)

// Codes of a FieldError; stable, part of the API's contract.
const (
	CodeUnreadable      = "delivery:unreadable"
	CodeMissingField    = "delivery:missing_field"
	CodeInvalidField    = "delivery:invalid_field"
	CodeUnknownType     = "delivery:unknown_type"
	CodeContactLimit    = "delivery:contact_limit_exceeded"
	CodeInvalidPhone    = "delivery:invalid_phone_number"
	CodeInvalidWindows  = "delivery:invalid_windows"
	CodeWindowsExpired  = "delivery:windows_expired"
	CodeTooManyCodes    = "delivery:too_many_dispositions"
	CodeAttributeTooBig = "delivery:attribute_too_large"
	CodeTooManyEvents   = "delivery:too_many_events"
)

// FieldError is one thing that is wrong with a task or an event.
type FieldError struct {
	// Code is one of the Code constants.
	Code string `json:"code"`
	// Field is the path of the field, such as contacts[0].phones; empty for the whole.
	Field string `json:"field,omitempty"`
	// Reason is a sentence that says what to change.
	Reason string `json:"reason"`
}

// Error returns the reason.
func (e FieldError) Error() string { return e.Reason }

// findings collects what is wrong.
type findings []FieldError

func (f *findings) add(code, field, format string, args ...any) {
	*f = append(*f, FieldError{code, field, fmt.Sprintf(format, args...)})
}

// Validate returns everything that is wrong with a task but its windows, which PlanWindows checks.
func (t *Task) Validate() []FieldError {
	var f findings
	if t.ID == "" {
		f.add(CodeMissingField, "id", "Add id: the task's own id.")
	}
	if t.ConfigurationID == "" {
		f.add(CodeMissingField, "configuration_id", "Add configuration_id: it says how to dial.")
	}
	switch n := len(t.Contacts); {
	case n == 0:
		f.add(CodeMissingField, "contacts", "Add contacts: at least one.")
	case n > MaxContacts:
		f.add(CodeContactLimit, "contacts", "Send at most %d contacts; there are %d.", MaxContacts, n)
	}
	for i := range t.Contacts {
		f.contact(fmt.Sprintf("contacts[%d]", i), &t.Contacts[i])
	}
	f.attributes("input_attributes", t.InputAttributes)
	return f
}

func (f *findings) contact(path string, c *Contact) {
	if len(c.ID) > maxIDBytes || c.ID == "" {
		f.add(CodeInvalidField, path+".id", "Give the contact an id of 1 to %d bytes.", maxIDBytes)
	}
	if len(c.Phones) == 0 || len(c.Phones) > MaxPhones {
		f.add(CodeInvalidPhone, path+".phones", "Give the contact 1 to %d phone numbers; voice takes mobile, business or home.", MaxPhones)
	}
	for i, p := range c.Phones {
		field := fmt.Sprintf("%s.phones[%d]", path, i)
		if p.Type != Mobile && p.Type != Business && p.Type != Home {
			f.add(CodeInvalidField, field+".type", "Use mobile, business or home as the type.")
		}
		if !ValidNumber(p.Number) {
			f.add(CodeInvalidPhone, field+".number", "Write the number in E.164: +, country code and number, 7 to 15 digits.")
		}
	}
	if _, known := LoadZone(c.TimeZone); !known && strings.TrimSpace(c.TimeZone) != "" {
		f.add(CodeInvalidField, path+".time_zone", "Name a time zone as IANA does (America/New_York), Windows (Pacific Standard Time) or Dynamics, or leave it out: the number then tells.")
	}
	f.attributes(path+".input_attributes", c.InputAttributes)
}

func (f *findings) attributes(path string, attributes map[string]string) {
	if len(attributes) > MaxAttributes {
		f.add(CodeAttributeTooBig, path, "Send at most %d attributes.", MaxAttributes)
	}
	for key, value := range attributes {
		if n := utf8.RuneCountInString(key); n == 0 || n > MaxAttributeKey {
			f.add(CodeAttributeTooBig, path, "Name attributes with 1 to %d characters; one has %d.", MaxAttributeKey, n)
		}
		if n := utf8.RuneCountInString(value); n > MaxAttributeValue {
			f.add(CodeAttributeTooBig, path, "Shorten attribute values to %d characters; one has %d.", MaxAttributeValue, n)
		}
	}
}

// attributeBytes is what names and values take: a sum, which does not depend on the order.
//
//workflowcheck:ignore
func attributeBytes(attributes map[string]string) int {
	size := 0
	for key, value := range attributes {
		size += len(key) + len(value)
	}
	return size
}

// ValidNumber reports whether s is a number in E.164: a plus sign, no leading zero, 7 to 15 digits.
func ValidNumber(s string) bool {
	if len(s) < 8 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return false
	}
	for _, c := range s[1:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
