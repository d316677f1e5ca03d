package delivery

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLoadZone(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Europe/Berlin":                          "Europe/Berlin",
		"Pacific Standard Time":                  "America/Los_Angeles",
		"central european standard time":         "Europe/Warsaw",
		"(GMT-08:00) Pacific Time":               "America/Los_Angeles",
		"(GMT-08:00) Pacific Time (US & Canada)": "America/Los_Angeles",
		"(GMT-03:00) Brasilia":                   "America/Sao_Paulo",
		"(UTC+05:45) Kathmandu":                  "Asia/Kathmandu",
		"UTC":                                    "UTC",
	} {
		zone, ok := LoadZone(name)
		require.True(t, ok, name)
		want, err := time.LoadLocation(want)
		require.NoError(t, err)
		// Names of one zone may differ by link; its clock does not.
		for _, at := range []Instant{t0, utc("2026-07-01T00:00:00")} {
			require.Equal(t, at.Time().In(want).Format(time.DateTime), at.Time().In(zone).Format(time.DateTime), name)
		}
	}
	for _, name := range []string{"", "Local", "Nowhere/Land", "(GMT-08:00) Atlantis", "(GMT"} {
		_, ok := LoadZone(name)
		require.False(t, ok, name)
	}
}

// Every name that the tables hold is a zone.
func TestZoneTablesLoad(t *testing.T) {
	t.Parallel()
	for name := range zoneNames {
		_, ok := LoadZone(name)
		require.True(t, ok, name)
	}
	for prefix, zones := range zonesOfPrefix {
		require.Empty(t, strings.Trim(prefix, "0123456789"))
		for _, zone := range zones {
			_, ok := LoadZone(zone)
			require.True(t, ok, zone)
		}
	}
	prefixes := 0
	for line := range strings.Lines(numberZones) {
		_, list, _ := strings.Cut(line, ":")
		prefixes += len(strings.Fields(list))
	}
	require.Len(t, zonesOfPrefix, prefixes, "a prefix stands twice")
}

func TestZonesOfAContact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, number string
		rules        ZoneRules
		want         []string
		from         string
	}{
		{"Asia/Tokyo", c1Number, ZoneRules{}, []string{"Asia/Tokyo"}, ZoneFromContact},
		{"", c1Number, ZoneRules{}, []string{"America/New_York"}, ZoneFromNumber},
		{"Atlantis", "+13055550101", ZoneRules{}, []string{"America/New_York"}, ZoneFromNumber},
		{"", "+18505550101", ZoneRules{}, []string{"America/New_York", "America/Chicago"}, ZoneFromNumber},
		{"", "+442071838750", ZoneRules{Default: "Asia/Tokyo"}, []string{"Europe/London"}, ZoneFromNumber},
		{"", "+442071838750", ZoneRules{NoInference: true, Default: "Asia/Tokyo"}, []string{"Asia/Tokyo"}, ZoneFromDefault},
		{"", "+99912345678", ZoneRules{}, []string{"UTC"}, ZoneFromDefault},
		{"Asia/Tokyo", c1Number, ZoneRules{System: true, Default: "Pacific Standard Time"}, []string{"America/Los_Angeles"}, ZoneFromSystem},
	} {
		zones, from := c.rules.Zones(&Contact{TimeZone: c.zone}, c.number)
		var names []string
		for _, z := range zones {
			names = append(names, z.String())
		}
		require.Equal(t, c.want, names)
		require.Equal(t, c.from, from)
	}
}

// All zones of a number must allow the call: Florida's west keeps Chicago's clock.
func TestAllZonesOfANumberMustAgree(t *testing.T) {
	t.Parallel()
	p := withWindows(newPlan(), window("2026-06-01T00:00:00", "2026-06-03T00:00:00"))
	p.Task.AcceptedAt = utc("2026-06-01T00:00:00")
	p.Task.Contacts[0].Phones[0].Number = "+18505550101"
	p.Rules.Packs = ExamplePacks()
	v := Evaluate(p, Candidate{Position: Position{Loop: 1}}, &Facts{}, utc("2026-06-01T02:00:00"))
	require.Equal(t, Wait, v.Action)
	require.Equal(t, RuleStatutory, v.Rule)
	// 8:00 in Chicago is 13:00 UTC; 20:00 in New York, where Florida's hours end, is midnight UTC.
	require.Equal(t, utc("2026-06-01T13:00:00"), *v.NextAt)
	require.Equal(t, utc("2026-06-02T00:00:00"), *Evaluate(p, Candidate{Position: Position{Loop: 1}}, &Facts{}, *v.NextAt).Until)
}

func TestExamplePacks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country, state, number, zone string
		at                           string
		allowed                      bool
	}{
		{"US", "NY", c1Number, "America/New_York", "2026-06-01T12:00:00", true},
		{"US", "NY", c1Number, "America/New_York", "2026-06-01T11:59:59", false},
		{"US", "NY", c1Number, "America/New_York", "2026-06-02T00:59:59", true},
		{"US", "NY", c1Number, "America/New_York", "2026-06-02T01:00:00", false},
		{"US", "Florida", c1Number, "America/New_York", "2026-06-02T00:00:00", false},
		{"", "", "+15025550101", "America/New_York", "2026-06-01T13:59:00", false}, // Kentucky from 10
		{"", "", "+15025550101", "America/New_York", "2026-06-01T14:00:00", true},
		{"US", "TX", c1Number, "America/Chicago", "2026-06-07T16:59:00", false}, // a Sunday
		{"US", "TX", c1Number, "America/Chicago", "2026-06-07T17:00:00", true},
		{"US", "TX", c1Number, "America/Chicago", "2026-06-08T13:00:00", true},
		{"GB", "", "+442071838750", "", "2026-06-01T07:00:00", true},
		{"GB", "", "+442071838750", "", "2026-06-07T12:00:00", false}, // a Sunday
		{"DE", "", "+4930123456", "", "2026-06-07T03:00:00", true},    // no pack
	} {
		p := withWindows(newPlan(), window("2026-06-01T00:00:00", "2026-06-10T00:00:00"))
		p.Rules.Packs = ExamplePacks()
		require.NoError(t, p.Rules.Check())
		p.Task.Contacts[0] = Contact{ID: "C", Country: c.country, State: c.state, TimeZone: c.zone, Phones: []Phone{{Mobile, c.number}}}
		v := Evaluate(p, Candidate{Position: Position{Loop: 1}}, &Facts{}, utc(c.at))
		require.Equal(t, c.allowed, v.Action == Allow, "%+v", c)
	}
}
