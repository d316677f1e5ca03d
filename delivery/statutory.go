package delivery

import (
	"slices"
	"strings"
)

// Pack is a set of rules of one country's law or code, as data. The operator is responsible for
// what it says; the packs of this package are examples.
type Pack struct {
	// Name and Version identify the data in verdicts.
	Name    string `json:"name"`
	Version string `json:"version"`
	// Example marks a pack that nobody has checked for use.
	Example bool `json:"example,omitempty"`
	// Countries are the names and codes that a contact's country may have, Prefixes the calling
	// codes (digits, no plus) of the numbers that the pack covers. Either suffices.
	Countries []string `json:"countries,omitempty"`
	Prefixes  []string `json:"prefixes,omitempty"`
	// Hours are when contacts may be called, by their own clock; nil: no hours.
	Hours *Hours `json:"hours,omitempty"`
	// Regions hold stricter hours, on top of Hours.
	Regions []Region `json:"regions,omitempty"`
	// Caps and Pauses bound how often a contact may be called.
	Caps   []Cap   `json:"caps,omitempty"`
	Pauses []Pause `json:"pauses,omitempty"`
	// LeastRing is how long a call must ring before the dialer gives up, in milliseconds.
	LeastRing Millis `json:"least_ring_ms,omitempty"`
}

// Region is a part of a pack's country with hours of its own.
type Region struct {
	// Names are the names and codes that a contact's state may have; Prefixes the calling codes of
	// its numbers. Either suffices.
	Names    []string `json:"names"`
	Prefixes []string `json:"prefixes,omitempty"`
	Hours    Hours    `json:"hours"`
}

// covers reports whether the pack holds for a contact and number.
func (p *Pack) covers(contact *Contact, number string) bool {
	return named(p.Countries, contact.Country) || prefixed(p.Prefixes, number)
}

// hours returns all hours of the pack that hold for a contact and number.
func (p *Pack) hours(contact *Contact, number string) []Hours {
	var all []Hours
	if p.Hours != nil {
		all = append(all, *p.Hours)
	}
	for _, r := range p.Regions {
		if named(r.Names, contact.State) || prefixed(r.Prefixes, number) {
			all = append(all, r.Hours)
		}
	}
	return all
}

func named(names []string, name string) bool {
	return name != "" && slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, strings.TrimSpace(name)) })
}

func prefixed(prefixes []string, number string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return p != "" && strings.HasPrefix(number, "+"+p) })
}

// HolidaySet is a list of days on which nobody of a place is called.
type HolidaySet struct {
	Name string `json:"name"`
	// Countries and States say whose holidays they are; empty: everybody's.
	Countries []string `json:"countries,omitempty"`
	States    []string `json:"states,omitempty"`
	// Prefixes are the calling codes of the numbers that count as in the country.
	Prefixes []string `json:"prefixes,omitempty"`
	// Dates (YYYY-MM-DD) by the contact's clock.
	Dates []string `json:"dates"`
}

func (h *HolidaySet) covers(contact *Contact, number string) bool {
	if len(h.States) > 0 && !named(h.States, contact.State) {
		return false
	}
	if len(h.Countries) == 0 && len(h.Prefixes) == 0 {
		return true
	}
	return named(h.Countries, contact.Country) || prefixed(h.Prefixes, number)
}
