package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"time"
	"unicode/utf8"

	"engaged/analytics"
)

// The bounds of a body on the compatible analytics wire.
const (
	maxWireFilters      = 50
	maxWireValues       = 1_000
	maxWireCsids        = 1_000
	maxWireAggregations = 50
)

// analyticsBody is a body as it is read: unknown keys are ignored, null is absent.
type analyticsBody struct {
	ID           *string           `json:"id"`
	PeriodFilter *wirePeriod       `json:"periodFilter"`
	CsidFilter   *[]int64          `json:"csidFilter"`
	Timezone     *string           `json:"timezone"`
	Filters      []analyticsFilter `json:"filters"`
	Aggregations []string          `json:"aggregations"`
}

// analyticsFilter keeps the rows with any of the values; without values it keeps all.
type analyticsFilter struct {
	Attribute *string  `json:"attribute"`
	Values    []string `json:"values"`
}

// analyticsInput is a body that makes sense.
type analyticsInput struct {
	id   string
	zone *time.Location
	// bounded tells that there is a period; it may be empty (start = end).
	bounded bool
	period  analytics.Period
	// conversations are those of csidFilter; nil without one.
	conversations []string
	filters       []analyticsFilter
	aggregations  []string
	// canonical is what a page key is bound to: the question without the instant at which it is asked.
	canonical []byte
}

// decodeAnalytics reads a body. now is what presets are relative to.
func decodeAnalytics(body []byte, now time.Time) (analyticsInput, error) {
	raw, err := readAnalytics(body)
	if err != nil {
		return analyticsInput{}, err
	}
	input := analyticsInput{filters: raw.Filters, aggregations: raw.Aggregations}
	if raw.ID == nil || *raw.ID == "" {
		return input, invalidBody("id is missing; GET %s/metrics and /records list all ids", analyticsPrefix)
	}
	input.id = *raw.ID
	if raw.Timezone == nil {
		return input, invalidBody("timezone is missing; give an IANA name such as Europe/Copenhagen")
	}
	if input.zone, err = analytics.LoadZone(*raw.Timezone); err != nil {
		return input, invalidBody("timezone must be an IANA name such as Europe/Copenhagen or UTC, not '%s'", echo(*raw.Timezone))
	}
	if err := raw.checkBounds(); err != nil {
		return input, err
	}
	if raw.PeriodFilter != nil {
		input.bounded = true
		if input.period, err = raw.PeriodFilter.resolve(now, input.zone); err != nil {
			return input, err
		}
	}
	if raw.CsidFilter != nil {
		input.conversations = make([]string, 0, len(*raw.CsidFilter))
		for _, csid := range *raw.CsidFilter {
			input.conversations = append(input.conversations, strconv.FormatInt(csid, 10))
		}
	}
	// How many values are asked for is no part of which rows a page is of.
	raw.Aggregations = nil
	input.canonical, err = json.Marshal(raw)
	return input, err
}

// readAnalytics decodes the JSON alone.
func readAnalytics(body []byte) (analyticsBody, error) {
	text := bytes.TrimSpace(body)
	switch {
	case len(text) == 0:
		return analyticsBody{}, undecodable("the body is empty")
	case !utf8.Valid(text):
		return analyticsBody{}, undecodable("the body is not valid UTF-8")
	case text[0] != '{':
		return analyticsBody{}, undecodable("the body must be a JSON object")
	}
	var s scan
	if end, ok := s.value(text, 0); !ok || end != len(text) || s.tooDeep {
		return analyticsBody{}, undecodable("the body must be one complete JSON object that nests at most 32 levels deep")
	}
	var raw analyticsBody
	err := json.Unmarshal(text, &raw)
	var wrong *json.UnmarshalTypeError
	var refused *Problem
	switch {
	case err == nil:
		return raw, nil
	case errors.As(err, &refused):
		return analyticsBody{}, refused
	case errors.As(err, &wrong):
		return analyticsBody{}, undecodable(wrong.Field + " must be " + article(wrong.Type.Kind().String()) + ", not " + article(wrong.Value))
	default:
		return analyticsBody{}, undecodable("the body is not valid JSON")
	}
}

// checkBounds refuses lists that are too long, and bounds that exclude each other.
func (b *analyticsBody) checkBounds() error {
	values := 0
	for _, filter := range b.Filters {
		if filter.Attribute == nil {
			return invalidBody("a filter lacks its attribute")
		}
		values += len(filter.Values)
	}
	switch {
	case len(b.Filters) > maxWireFilters:
		return invalidBody("at most %d filters", maxWireFilters)
	case values > maxWireValues:
		return invalidBody("at most %d values in all filters together", maxWireValues)
	case len(b.Aggregations) > maxWireAggregations:
		return invalidBody("at most %d aggregations", maxWireAggregations)
	case b.CsidFilter == nil:
		return nil
	case b.PeriodFilter != nil:
		return invalidBody("give periodFilter or csidFilter, not both")
	case len(*b.CsidFilter) == 0:
		return invalidBody("csidFilter must name at least one conversation")
	case len(*b.CsidFilter) > maxWireCsids:
		return invalidBody("csidFilter may name at most %d conversations", maxWireCsids)
	default:
		return nil
	}
}
