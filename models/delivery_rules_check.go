package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"engaged/delivery"
)

// Bounds of a configuration's document.
const (
	maxDocument     = 128 << 10
	maxDeliveryName = 100
	maxDescription  = 200
	maxConcurrent   = 500
	maxPerAgent     = 5
	maxDispositions = 50
	maxRetryRows    = 50
	maxCaps         = 20
	maxCapMost      = 1000
	maxPacks        = 10
	maxRegions      = 100
	maxPauses       = 10
	maxHolidaySets  = 10
	maxIntervals    = 100
	maxDates        = 400
	maxNames        = 200
	maxPrefixes     = 1000

	oneMinute delivery.Millis = 60_000
	oneHour                   = 60 * oneMinute
	// longest bounds every duration that a rule may name.
	longest = 400 * 24 * oneHour
)

// deliveryFindings collects what is wrong with a document.
type deliveryFindings []delivery.FieldError

// maxDeliveryFindings is how many are kept: enough to correct a document, no more than an answer
// should hold.
const maxDeliveryFindings = 100

func (f *deliveryFindings) add(code, field, format string, args ...any) {
	if len(*f) < maxDeliveryFindings {
		*f = append(*f, delivery.FieldError{Code: code, Field: field, Reason: fmt.Sprintf(format, args...)})
	}
}

func (f *deliveryFindings) missing(field, format string, args ...any) {
	f.add(delivery.CodeMissingField, field, format, args...)
}

func (f *deliveryFindings) wrong(field, format string, args ...any) {
	f.add(delivery.CodeInvalidField, field, format, args...)
}

// Validate brings the names of mode and type into their one form and returns everything that is
// wrong with the document, up to 100 things; the paths are those of its JSON.
func (d *DeliveryDocument) Validate() []delivery.FieldError {
	var f deliveryFindings
	f.text("name", d.Name, 1, maxDeliveryName)
	f.text("description", d.Description, 0, maxDescription)
	f.identifier("queue_id", d.QueueID, true)
	f.identifier("workstream_id", d.WorkstreamID, false)
	f.mode(d)
	f.pacing(d)
	f.retry(&d.Retry)
	f.zone("zones.default", d.Zones.Default, false)
	for kind, hours := range d.Calling {
		if kind != delivery.Mobile && kind != delivery.Business && kind != delivery.Home {
			f.wrong("calling", "Give hours for mobile, business or home, not for %q.", kind)
			continue
		}
		f.hours("calling."+string(kind), hours)
	}
	if q := d.Queue; q != nil {
		f.zone("queue.time_zone", q.TimeZone, true)
		f.hours("queue.hours", q.Hours)
	}
	f.caps("caps", d.Caps)
	f.holidays(d.Holidays)
	f.packs(d.Packs)
	f.list("opt_out_dispositions", d.OptOutDispositions, maxDispositions)
	f.duration("wait_threshold_ms", d.WaitThreshold, 10*oneMinute)
	f.duration("ring_limit_ms", d.RingLimit, 10*oneMinute)
	f.duration("call_limit_ms", d.CallLimit, 24*oneHour)
	f.duration("disposition_limit_ms", d.DispositionLimit, 24*oneHour)
	f.duration("settle_ms", d.Settle, oneMinute)
	if len(f) == 0 {
		f.whole(d)
	}
	return f
}

// whole asks the core, and bounds the document's size.
func (f *deliveryFindings) whole(d *DeliveryDocument) {
	rules := d.Rules(1)
	if err := rules.Check(); err != nil {
		f.wrong("", "%s.", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	if text, err := json.Marshal(d); err != nil || len(text) > maxDocument {
		f.wrong("", "Shorten the configuration to %d bytes.", maxDocument)
	}
}

func (f *deliveryFindings) mode(d *DeliveryDocument) {
	switch strings.ToLower(d.Type) {
	case "", "voice":
		d.Type = "voice"
	case "sms":
		f.wrong("type", "SMS is not supported yet: use voice.")
	default:
		f.wrong("type", "Use voice.")
	}
	if d.Mode == "" {
		f.missing("mode", "Add mode: Copilot, Progressive or Preview.")
		return
	}
	mode, err := delivery.ParseMode(string(d.Mode))
	switch {
	case errors.Is(err, delivery.ErrPredictive):
		f.wrong("mode", "Predictive is not supported yet: use Progressive, Preview or Copilot.")
	case err != nil:
		f.wrong("mode", "Use Copilot, Progressive or Preview.")
	default:
		d.Mode = mode
	}
}

func (f *deliveryFindings) pacing(d *DeliveryDocument) {
	p := d.Pacing
	switch most := p.MaxConcurrentCalls; {
	case d.Mode == delivery.Copilot && most == 0:
		f.missing("pacing.max_concurrent_calls", "Add the number of calls at once, 1 to %d: nothing else bounds Copilot.", maxConcurrent)
	case most < 0 || most > maxConcurrent:
		f.wrong("pacing.max_concurrent_calls", "Use 1 to %d.", maxConcurrent)
	}
	if p.CallsPerAgent < 0 || p.CallsPerAgent > maxPerAgent || p.CallsPerAgent > 0 && p.CallsPerAgent < 0.1 {
		f.wrong("pacing.calls_per_agent", "Use 0.1 to %d.", maxPerAgent)
	}
	if p.QueueAllotment < 0 || p.QueueAllotment > 100 {
		f.wrong("pacing.queue_allotment", "Use 1 to 100 percent.")
	}
	switch p.Priority {
	case "", PriorityCritical, PriorityHigh, PriorityNormal:
	default:
		f.wrong("pacing.priority", "Use critical, high or normal.")
	}
	switch p.ProcessingOrder {
	case "", delivery.EarliestScheduled, delivery.FirstInFirstOut, delivery.LastInFirstOut, delivery.PriorityAscending, delivery.PriorityDescending:
	default:
		f.wrong("pacing.processing_order", "Use earliest_scheduled, first_in_first_out, last_in_first_out, priority_ascending or priority_descending.")
	}
	f.duration("pacing.start_jitter_ms", p.StartJitter, oneHour)
	f.botFailure(d.BotFailure)
}

func (f *deliveryFindings) botFailure(b BotFailure) {
	switch b.Treatment {
	case "", BotFailureNone, BotFailureSuspend:
		if b.ThresholdPercent != 0 {
			f.wrong("bot_failure.threshold_percent", "Leave it out, or use the treatment threshold.")
		}
	case BotFailureThreshold:
		if b.ThresholdPercent <= 0 || b.ThresholdPercent > 100 {
			f.wrong("bot_failure.threshold_percent", "Use a share above 0 and up to 100 percent.")
		}
	default:
		f.wrong("bot_failure.treatment", "Use none, suspend or threshold.")
	}
}

// text checks how many characters a text has, and that it is not blank where it is needed.
func (f *deliveryFindings) text(field, text string, least, most int) {
	n := utf8.RuneCountInString(text)
	switch {
	case least > 0 && strings.TrimSpace(text) == "":
		f.missing(field, "Add %s: 1 to %d characters.", field, most)
	case n > most:
		f.wrong(field, "Shorten it to %d characters; it has %d.", most, n)
	}
}

// identifier checks an id of somebody else's.
func (f *deliveryFindings) identifier(field, id string, needed bool) {
	switch {
	case needed && id == "":
		f.missing(field, "Add %s.", field)
	case len(id) > maxDeliveryID:
		f.wrong(field, "Shorten it to %d bytes.", maxDeliveryID)
	}
}

// maxDeliveryID bounds ids, in bytes.
const maxDeliveryID = 128
