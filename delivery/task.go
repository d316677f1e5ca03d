package delivery

// PhoneType is which of a contact's numbers a number is.
type PhoneType string

// The types of numbers, in the order in which a contact's numbers are called unless the task lists
// them otherwise.
const (
	Mobile   PhoneType = "mobile"
	Business PhoneType = "business"
	Home     PhoneType = "home"
)

// Task is a request to reach a contact, or the first of a chain of contacts.
type Task struct {
	// ID is the task's id, unique in its organization.
	ID string `json:"id"`
	// ConfigurationID is the engagement configuration under which it is dialed.
	ConfigurationID string `json:"configuration_id"`
	// AcceptedAt is when the request was received.
	AcceptedAt Instant `json:"accepted_at"`
	// Windows are when the task may be attempted, merged and in order; see PlanWindows.
	Windows []Window `json:"windows"`
	// ExpiresAt ends the task whatever the windows say; the zero value means: with the last window.
	ExpiresAt Instant `json:"expires_at,omitzero"`
	// Contacts are called in this order; 1 to 5.
	Contacts []Contact `json:"contacts"`
	// Priority is the caller's own value for the custom processing orders: a number or a date.
	Priority string `json:"priority,omitempty"`
	// TrackingID, JourneyID and JourneyRunID are the caller's own ids.
	TrackingID   string `json:"tracking_id,omitempty"`
	JourneyID    string `json:"journey_id,omitempty"`
	JourneyRunID string `json:"journey_run_id,omitempty"`
	// InputAttributes go with every attempt.
	InputAttributes map[string]string `json:"input_attributes,omitempty"`
}

// Contact is a person to reach, with everything that the rules ask about them.
type Contact struct {
	// ID is the caller's id of the contact.
	ID string `json:"id"`
	// Phones are the contact's numbers in the order in which they are called.
	Phones []Phone `json:"phones"`
	// TimeZone is an IANA, Windows or Dynamics name; empty: see ZoneRules.
	TimeZone string `json:"time_zone,omitempty"`
	// Country is an ISO 3166 code of two letters or an English name.
	Country string `json:"country,omitempty"`
	// State is the state or province, in whatever form policies and packs name it.
	State string `json:"state,omitempty"`
	// PostalCode is the contact's postal code.
	PostalCode string `json:"postal_code,omitempty"`
	// Windows, where given, replace the task's for this contact.
	Windows []Window `json:"windows,omitempty"`
	// InputAttributes go with this contact's attempts, over the task's.
	InputAttributes map[string]string `json:"input_attributes,omitempty"`
}

// Phone is one number of a contact.
type Phone struct {
	// Type is mobile, business or home.
	Type PhoneType `json:"type"`
	// Number in E.164, such as +12125550101.
	Number string `json:"number"`
}

// windows returns when a contact of the task may be called.
func (t *Task) windows(contact int) []Window {
	if w := t.Contacts[contact].Windows; len(w) > 0 {
		return w
	}
	return t.Windows
}

// expiry returns the instant from which no attempt may start.
func (t *Task) expiry() Instant {
	if t.ExpiresAt != 0 {
		return t.ExpiresAt
	}
	return endOfTime
}
