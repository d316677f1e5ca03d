package oracle

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"engaged/engagement"
)

// FromResult takes the rows of a fold from a fresh conversation for comparison.
func FromResult(r engagement.Result) Records {
	return Records{Legs: r.Legs, Offers: r.Offers, Visits: r.Visits, Ratings: r.Ratings, Closings: r.Closings}
}

// Diff lists where got departs from want, field by field.
func Diff(want, got Records) []string {
	var out []string
	out = append(out, diffRows("leg", want.Legs, got.Legs, func(l engagement.Leg) string { return fmt.Sprintf("%05d", l.Ordinal) })...)
	out = append(out, diffRows("offer", want.Offers, got.Offers, func(o engagement.Offer) string { return fmt.Sprintf("%05d", o.Ordinal) })...)
	out = append(out, diffRows("visit", want.Visits, got.Visits, func(v engagement.Visit) string { return fmt.Sprintf("%05d", v.Ordinal) })...)
	out = append(out, diffRows("rating", want.Ratings, got.Ratings, func(r engagement.Rating) string { return r.Survey })...)
	return append(out, diffRows("closing", want.Closings, got.Closings, func(c engagement.Closing) string { return fmt.Sprintf("%05d", c.Ordinal) })...)
}

func diffRows[T any](kind string, want, got []T, key func(T) string) []string {
	var out []string
	wanted, gotten := byKey(want, key), byKey(got, key)
	keys := slices.Sorted(maps.Keys(wanted))
	for k := range gotten {
		if _, ok := wanted[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		w, g := wanted[k], gotten[k]
		switch {
		case w == nil:
			out = append(out, fmt.Sprintf("%s %s: not wanted, got %v", kind, k, g))
		case g == nil:
			out = append(out, fmt.Sprintf("%s %s: missing, want %v", kind, k, w))
		default:
			out = append(out, diffFields(kind+" "+k, w, g)...)
		}
	}
	return out
}

// notCompared are fields that other readings cannot know: numbers of the log, and a setting that rows do
// not hold.
var notCompared = []string{"first_entry", "last_entry", "settle_ms"}

func diffFields(row string, want, got map[string]any) []string {
	var out []string
	fields := maps.Clone(want)
	maps.Copy(fields, got)
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if slices.Contains(notCompared, field) {
			continue
		}
		if w, g := show(want[field]), show(got[field]); w != g {
			out = append(out, fmt.Sprintf("%s %s: want %s, got %s", row, field, w, g))
		}
	}
	return out
}

func show(v any) string {
	if v == nil {
		return "none"
	}
	text, err := json.Marshal(v)
	return cmp.Or(string(text), fmt.Sprint(err))
}

// byKey turns rows into fields as their JSON names them, so that a new field is compared by
// existing.
func byKey[T any](rows []T, key func(T) string) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, row := range rows {
		text, err := json.Marshal(row)
		fields := map[string]any{}
		if err == nil {
			err = json.Unmarshal(text, &fields)
		}
		if err != nil {
			fields["error"] = err.Error()
		}
		out[key(row)] = fields
	}
	return out
}
