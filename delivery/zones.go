package delivery

import (
	"slices"
	"strings"
	"time"
)

// ZoneRules tell which zones' clocks hold for a contact.
type ZoneRules struct {
	// System true means that Default holds for every contact, whatever is known of them.
	System bool `json:"system,omitempty"`
	// NoInference true keeps the phone number out of it.
	NoInference bool `json:"no_inference,omitempty"`
	// Default is the zone of contacts of whom nothing else tells; default UTC.
	Default string `json:"default,omitempty"`
}

// Where a contact's zones come from.
const (
	ZoneFromContact = "contact"
	ZoneFromNumber  = "number"
	ZoneFromDefault = "default"
	ZoneFromSystem  = "system"
)

var (
	zoneNames      = readZoneNames(windowsZones)
	zonesOfPrefix  = readPrefixes(numberZones)
	longestPrefix  = longestKey(zonesOfPrefix)
	offsetPrefixes = []string{"(gmt", "(utc"}
)

// Zones returns the zones whose clocks must all allow a call to a contact's number, and where that
// is known from: the contact's own zone, else every zone in which the number may ring, else the
// default. A zone that cannot be read counts as not given.
func (z ZoneRules) Zones(contact *Contact, number string) ([]*time.Location, string) {
	if z.System {
		return []*time.Location{z.standard()}, ZoneFromSystem
	}
	if zone, ok := LoadZone(contact.TimeZone); ok {
		return []*time.Location{zone}, ZoneFromContact
	}
	if names := NumberZones(number); len(names) > 0 && !z.NoInference {
		zones := make([]*time.Location, 0, len(names))
		for _, name := range names {
			if zone, ok := LoadZone(name); ok {
				zones = append(zones, zone)
			}
		}
		if len(zones) == len(names) {
			return zones, ZoneFromNumber
		}
	}
	return []*time.Location{z.standard()}, ZoneFromDefault
}

func (z ZoneRules) standard() *time.Location {
	if zone, ok := LoadZone(z.Default); ok {
		return zone
	}
	return time.UTC
}

// LoadZone returns the zone of an IANA name, of a Windows name such as Pacific Standard Time, or
// of a Dynamics name such as (GMT-08:00) Pacific Time; false if there is none of that name. Only
// IANA names depend on case.
func LoadZone(name string) (*time.Location, bool) {
	name = strings.TrimSpace(name)
	if name == "" || name == "Local" {
		return nil, false
	}
	if iana, ok := zoneNames[zoneKey(name)]; ok {
		name = iana
	}
	zone, err := time.LoadLocation(name)
	return zone, err == nil
}

// zoneKey brings a Windows or Dynamics name into the form of the table: without the offset in
// front, without case.
func zoneKey(name string) string {
	name = strings.ToLower(name)
	for _, prefix := range offsetPrefixes {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			if _, text, ok := strings.Cut(rest, ")"); ok {
				return strings.TrimSpace(text)
			}
		}
	}
	return name
}

// NumberZones returns the IANA names of all zones in which a number in E.164 may ring; none where
// the table does not know its prefix.
func NumberZones(number string) []string {
	digits, ok := strings.CutPrefix(number, "+")
	if !ok {
		return nil
	}
	for n := min(longestPrefix, len(digits)); n > 0; n-- {
		if zones, ok := zonesOfPrefix[digits[:n]]; ok {
			return slices.Clone(zones)
		}
	}
	return nil
}

func readZoneNames(table string) map[string]string {
	names := map[string]string{}
	for line := range strings.Lines(table) {
		fields := strings.Split(strings.TrimSpace(line), "|")
		for i, name := range fields {
			if i != 1 && name != "" {
				names[zoneKey(name)] = fields[1]
			}
		}
	}
	return names
}

func readPrefixes(table string) map[string][]string {
	prefixes := map[string][]string{}
	for line := range strings.Lines(table) {
		zones, list, _ := strings.Cut(strings.TrimSpace(line), ":")
		for _, prefix := range strings.Fields(list) {
			prefixes[prefix] = strings.Split(zones, ",")
		}
	}
	return prefixes
}

func longestKey(m map[string][]string) int {
	longest := 0
	for prefix := range m {
		longest = max(longest, len(prefix))
	}
	return longest
}
