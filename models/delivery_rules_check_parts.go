package models

import (
	"fmt"
	"strings"
	"time"

	"engaged/delivery"
)

func (f *deliveryFindings) duration(field string, d, most delivery.Millis) {
	if d < 0 || d > most {
		f.wrong(field, "Use 0 to %d milliseconds.", most)
	}
}

func (f *deliveryFindings) zone(field, name string, needed bool) {
	if name == "" {
		if needed {
			f.missing(field, "Add a time zone, such as Europe/Berlin.")
		}
		return
	}
	if _, ok := delivery.LoadZone(name); !ok || len(name) > maxDeliveryID {
		f.wrong(field, "Use an IANA, Windows or Dynamics time zone, such as Europe/Berlin.")
	}
}

// list checks texts of a list: how many, none blank, none long.
func (f *deliveryFindings) list(field string, texts []string, most int) {
	if len(texts) > most {
		f.wrong(field, "List at most %d; there are %d.", most, len(texts))
		return
	}
	for i, text := range texts {
		if strings.TrimSpace(text) == "" || len(text) > maxDeliveryID {
			f.wrong(fmt.Sprintf("%s[%d]", field, i), "Use 1 to %d bytes of text.", maxDeliveryID)
		}
	}
}

// prefixes checks calling codes: digits without a plus.
func (f *deliveryFindings) prefixes(field string, prefixes []string) {
	if len(prefixes) > maxPrefixes {
		f.wrong(field, "List at most %d; there are %d.", maxPrefixes, len(prefixes))
		return
	}
	for i, p := range prefixes {
		if p == "" || len(p) > 15 || p[0] == '0' || strings.Trim(p, "0123456789") != "" {
			f.wrong(fmt.Sprintf("%s[%d]", field, i), "Use the first digits of numbers, with the country code and without a plus, such as 44.")
		}
	}
}

func (f *deliveryFindings) hours(field string, h delivery.Hours) {
	switch n := len(h.Weekly); {
	case n == 0:
		f.missing(field+".weekly", "List at least one interval; without any nobody is ever called.")
	case n > maxIntervals:
		f.wrong(field+".weekly", "List at most %d intervals; there are %d.", maxIntervals, n)
	default:
		for i, w := range h.Weekly {
			if w.Weekday < 0 || w.Weekday > 6 || w.StartMinute < 0 || w.EndMinute > 1440 || w.StartMinute >= w.EndMinute {
				f.wrong(fmt.Sprintf("%s.weekly[%d]", field, i), "Use a weekday of 0 (Sunday) to 6, and minutes of a day, 0 to 1440, that begin before they end.")
			}
		}
	}
	f.dates(field+".closed_dates", h.ClosedDates)
}

func (f *deliveryFindings) dates(field string, dates []string) {
	if len(dates) > maxDates {
		f.wrong(field, "List at most %d dates; there are %d.", maxDates, len(dates))
		return
	}
	for i, d := range dates {
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			f.wrong(fmt.Sprintf("%s[%d]", field, i), "Write the date as YYYY-MM-DD.")
		}
	}
}

func (f *deliveryFindings) caps(field string, caps []delivery.Cap) {
	if len(caps) > maxCaps {
		f.wrong(field, "List at most %d caps; there are %d.", maxCaps, len(caps))
		return
	}
	for i, c := range caps {
		at := fmt.Sprintf("%s[%d]", field, i)
		switch c.Scope {
		case delivery.ScopeContact, delivery.ScopeNumber, delivery.ScopeTask:
		default:
			f.wrong(at+".scope", "Use contact, number or task.")
		}
		switch c.Period {
		case delivery.PeriodDay, delivery.PeriodWeek, delivery.PeriodMonth:
		case delivery.PeriodRolling:
			if c.Length <= 0 || c.Length > longest {
				f.wrong(at+".length_ms", "Give a rolling period a length of 1 to %d milliseconds.", longest)
			}
		default:
			f.wrong(at+".period", "Use day, week, month or rolling.")
		}
		if c.Most < 1 || c.Most > maxCapMost {
			f.wrong(at+".most", "Allow 1 to %d calls.", maxCapMost)
		}
	}
}

func (f *deliveryFindings) retry(r *delivery.Retry) {
	if r.Retries < 0 || r.Retries > 100 {
		f.wrong("retry.retries", "Use 0 to 100.")
	}
	f.duration("retry.delay_ms", r.Delay, longest)
	f.duration("retry.phone_delay_ms", r.PhoneDelay, longest)
	f.duration("retry.contact_delay_ms", r.ContactDelay, longest)
	switch r.Spread {
	case "", delivery.SpreadHours, delivery.SpreadWeekdays:
	default:
		f.wrong("retry.spread", "Use hours or weekdays, or leave it out.")
	}
	if len(r.On) > len(delivery.ReattemptCodes) {
		f.wrong("retry.on", "List each rule once: no_answer, busy, failed, answering_machine.")
	} else {
		for i, on := range r.On {
			if _, ok := delivery.ReattemptCodes[on]; !ok {
				f.wrong(fmt.Sprintf("retry.on[%d]", i), "Use no_answer, busy, failed or answering_machine.")
			}
		}
	}
	f.list("retry.on_dispositions", r.OnDispositions, maxDispositions)
	if len(r.Table) > maxRetryRows {
		f.wrong("retry.table", "List at most %d rows; there are %d.", maxRetryRows, len(r.Table))
		return
	}
	for i, row := range r.Table {
		f.retryRow(fmt.Sprintf("retry.table[%d]", i), row)
	}
}

func (f *deliveryFindings) retryRow(at string, row delivery.RetryRow) {
	if row.Result == "" && row.Disposition == "" {
		f.missing(at, "Name a result or a disposition.")
	}
	if row.Result != "" && !delivery.Complete.Allows(row.Result) {
		f.wrong(at+".result", "Use a result of a call, such as Busy or LiveAnswer.")
	}
	if len(row.Disposition) > maxDeliveryID {
		f.wrong(at+".disposition", "Use at most %d bytes.", maxDeliveryID)
	}
	switch row.Result {
	case delivery.InvalidAddress, delivery.NotAHandset, delivery.NonRetriableError:
		if row.Retry {
			f.wrong(at+".retry", "%s is never retried.", row.Result)
		}
	default:
	}
	if row.Delay != nil {
		f.duration(at+".delay_ms", *row.Delay, longest)
	}
	if row.Most < 0 || row.Most > delivery.MaxAttempts || row.Same && row.Most == 0 {
		f.wrong(at+".most", "Use 1 to %d; same needs it.", delivery.MaxAttempts)
	}
}

func (f *deliveryFindings) holidays(sets []delivery.HolidaySet) {
	if len(sets) > maxHolidaySets {
		f.wrong("holidays", "List at most %d sets; there are %d.", maxHolidaySets, len(sets))
		return
	}
	for i, h := range sets {
		at := fmt.Sprintf("holidays[%d]", i)
		f.text(at+".name", h.Name, 1, maxDeliveryName)
		f.list(at+".countries", h.Countries, maxNames)
		f.list(at+".states", h.States, maxNames)
		f.prefixes(at+".prefixes", h.Prefixes)
		f.dates(at+".dates", h.Dates)
	}
}

func (f *deliveryFindings) packs(packs []delivery.Pack) {
	if len(packs) > maxPacks {
		f.wrong("packs", "List at most %d packs; there are %d.", maxPacks, len(packs))
		return
	}
	for i := range packs {
		f.pack(fmt.Sprintf("packs[%d]", i), &packs[i])
	}
}

func (f *deliveryFindings) pack(at string, p *delivery.Pack) {
	f.text(at+".name", p.Name, 1, maxDeliveryName)
	f.text(at+".version", p.Version, 1, maxDeliveryName)
	f.list(at+".countries", p.Countries, maxNames)
	f.prefixes(at+".prefixes", p.Prefixes)
	if len(p.Countries) == 0 && len(p.Prefixes) == 0 {
		f.missing(at+".countries", "Say whom the pack covers, by countries or prefixes.")
	}
	if p.Hours != nil {
		f.hours(at+".hours", *p.Hours)
	}
	if len(p.Regions) > maxRegions {
		f.wrong(at+".regions", "List at most %d regions; there are %d.", maxRegions, len(p.Regions))
	} else {
		for i, r := range p.Regions {
			region := fmt.Sprintf("%s.regions[%d]", at, i)
			f.list(region+".names", r.Names, maxNames)
			f.prefixes(region+".prefixes", r.Prefixes)
			f.hours(region+".hours", r.Hours)
			if len(r.Names) == 0 && len(r.Prefixes) == 0 {
				f.missing(region+".names", "Say whom the region covers, by names or prefixes.")
			}
		}
	}
	f.caps(at+".caps", p.Caps)
	f.pauses(at+".pauses", p.Pauses)
	f.duration(at+".least_ring_ms", p.LeastRing, 10*oneMinute)
}

func (f *deliveryFindings) pauses(field string, pauses []delivery.Pause) {
	if len(pauses) > maxPauses {
		f.wrong(field, "List at most %d pauses; there are %d.", maxPauses, len(pauses))
		return
	}
	for i, p := range pauses {
		at := fmt.Sprintf("%s[%d]", field, i)
		if p.After != delivery.AfterConversation && p.After != delivery.AfterAbandoned {
			f.wrong(at+".after", "Use conversation or abandoned.")
		}
		if p.Length <= 0 || p.Length > longest {
			f.wrong(at+".length_ms", "Use 1 to %d milliseconds.", longest)
		}
	}
}
