package delivery

import "slices"

// ExamplePacks returns the packs that come with the engine as examples. They are no legal advice:
// an operator copies them, has them checked and stores their own.
func ExamplePacks() []Pack { return []Pack{exampleUS(), exampleUK()} }

// exampleUS is after 16 CFR 310.4 (calling hours 8 to 21 at the called party), hours of states
// that are reported to be stricter, and 12 CFR 1006.14 (seven calls in seven days, none in the
// seven days after a conversation), which concerns debt collection only.
func exampleUS() Pack {
	until20 := Daily(8*60, 20*60)
	sundayFromNoon := Daily(8*60, 21*60)
	sundayFromNoon.Weekly[0].StartMinute = 12 * 60
	return Pack{
		Name: "us-example", Version: "2026-03", Example: true,
		Countries: []string{"US", "USA", "United States", "United States of America"},
		Prefixes:  []string{"1"},
		Hours:     new(Daily(8*60, 21*60)),
		Regions: []Region{
			{Names: []string{"FL", "Florida"}, Hours: until20, Prefixes: []string{
				"1239", "1305", "1321", "1324", "1352", "1386", "1407", "1448", "1561", "1645", "1656", "1689",
				"1727", "1728", "1754", "1772", "1786", "1813", "1850", "1863", "1904", "1941", "1954"}},
			{Names: []string{"OK", "Oklahoma"}, Hours: until20, Prefixes: []string{"1405", "1539", "1572", "1580", "1918"}},
			{Names: []string{"MD", "Maryland"}, Hours: until20, Prefixes: []string{"1227", "1240", "1301", "1410", "1443", "1667"}},
			{Names: []string{"WA", "Washington"}, Hours: until20, Prefixes: []string{"1206", "1253", "1360", "1425", "1509", "1564"}},
			{Names: []string{"WY", "Wyoming"}, Hours: until20, Prefixes: []string{"1307"}},
			{Names: []string{"TX", "Texas"}, Hours: sundayFromNoon, Prefixes: []string{
				"1210", "1214", "1254", "1281", "1325", "1346", "1361", "1409", "1430", "1432", "1469", "1512", "1621",
				"1682", "1713", "1726", "1737", "1806", "1817", "1830", "1832", "1903", "1915", "1936", "1940", "1945",
				"1956", "1972", "1979"}},
			{Names: []string{"KY", "Kentucky"}, Hours: Daily(10*60, 21*60), Prefixes: []string{"1270", "1364", "1502", "1606", "1859"}},
		},
		Caps:      []Cap{{Scope: ScopeContact, Period: PeriodRolling, Length: 7 * day, Most: 7}},
		Pauses:    []Pause{{After: AfterConversation, Length: 7 * day}},
		LeastRing: 15_000,
	}
}

// exampleUK has hours that are good custom, not law, and the ring time and the pause after an
// abandoned call of Ofcom's older policy.
func exampleUK() Pack {
	hours := Daily(8*60, 21*60)
	hours.Weekly = slices.DeleteFunc(hours.Weekly, func(w WeeklyInterval) bool { return w.Weekday == 0 })
	return Pack{
		Name: "uk-example", Version: "2026-03", Example: true,
		Countries: []string{"GB", "UK", "United Kingdom", "Great Britain"},
		Prefixes:  []string{"44"},
		Hours:     &hours,
		Pauses:    []Pause{{After: AfterAbandoned, Length: 72 * hour}},
		LeastRing: 15_000,
	}
}
