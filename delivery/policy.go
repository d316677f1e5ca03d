package delivery

import (
	"slices"
	"strings"
)

// Policy cancels what waits for certain contacts. Its conditions must all hold; one that is empty
// is not asked, and a policy without any condition cancels nothing.
type Policy struct {
	ID string `json:"id"`
	// ConfigurationIDs, Country, State and PostalCode are the conditions; text in any case.
	ConfigurationIDs []string `json:"configuration_ids,omitempty"`
	Country          string   `json:"country,omitempty"`
	State            string   `json:"state,omitempty"`
	PostalCode       string   `json:"postal_code,omitempty"`
	// ExecutedAt is when it cancels whatever was accepted until then.
	ExecutedAt Instant `json:"executed_at"`
	// Until is how long it goes on cancelling what is accepted later, itself outside; nil: not at
	// all.
	Until *Instant `json:"until,omitempty"`
}

// matches reports whether the policy cancels a waiting attempt of a task at an instant.
func (p *Policy) matches(t target, at Instant) bool {
	if at < p.ExecutedAt || len(p.ConfigurationIDs) == 0 && p.Country == "" && p.State == "" && p.PostalCode == "" {
		return false
	}
	if t.task.AcceptedAt > p.ExecutedAt && (p.Until == nil || at >= *p.Until) {
		return false
	}
	return p.Concerns(t.task.ConfigurationID, t.contact.Country, t.contact.State, t.contact.PostalCode)
}

// Concerns reports whether the conditions hold for a contact of a configuration's task, whenever that is.
func (p *Policy) Concerns(configurationID, country, state, postalCode string) bool {
	same := func(want, have string) bool { return want == "" || strings.EqualFold(want, strings.TrimSpace(have)) }
	return (len(p.ConfigurationIDs) == 0 || slices.Contains(p.ConfigurationIDs, configurationID)) &&
		same(p.Country, country) && same(p.State, state) && same(p.PostalCode, postalCode)
}

// Consent is one record of whether a contact, or whoever has a number, may be called.
type Consent struct {
	// ContactID or Number says whom it concerns; the other one stays empty.
	ContactID string `json:"contact_id,omitempty"`
	Number    string `json:"number,omitempty"`
	// OptedOut false is a consent that was given, or given back.
	OptedOut bool `json:"opted_out"`
	// At is when it was recorded; of several about one subject the latest holds.
	At Instant `json:"at"`
}

// optedOut reports whether the latest record about the contact, or the latest about the number,
// forbids to call. Without a record calls are allowed.
func optedOut(records []Consent, t target) (scope Scope, out bool) {
	latest := func(concerns func(Consent) bool) bool {
		var last *Consent
		for i, c := range records {
			if concerns(c) && (last == nil || c.At > last.At || c.At == last.At && c.OptedOut) {
				last = &records[i]
			}
		}
		return last != nil && last.OptedOut
	}
	if latest(func(c Consent) bool { return c.ContactID != "" && c.ContactID == t.contact.ID }) {
		return ScopeContact, true
	}
	if latest(func(c Consent) bool { return c.Number != "" && c.Number == t.number }) {
		return ScopeNumber, true
	}
	return "", false
}

// NotToContact is an entry of a do-not-contact list.
type NotToContact struct {
	List      string `json:"list"`
	ContactID string `json:"contact_id,omitempty"`
	Number    string `json:"number,omitempty"`
}
