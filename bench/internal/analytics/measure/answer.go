package measure

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"engaged/bench/internal/analytics/question"
)

// Answer is what a question got: the measures of each bucket and group.
type Answer map[string][]*float64

// none stands in keys for a group without value.
const none = "\x00"

// key joins a bucket, as Unix seconds, and groups.
func key(parts []string) string { return strings.Join(parts, "\x1f") }

// tolerances of the comparison, relative.
const (
	// exactly leaves room for the order of floating-point sums.
	exactly = 1e-9
	// nearly is the bound of approximate percentiles.
	nearly = 0.01
)

// approximate are the measures that our API may answer within nearly unless it is asked for exact ones.
var approximate = []string{"Median", "P75", "P90", "P95", "P99"}

// Differences compares an answer with what it should be and describes the first few cells in which they
// differ. A cell that one side leaves out has nothing in it: null or 0.
func Differences(q question.Question, got, want Answer) []string {
	var wrong []string
	note := func(k string, measure int, g, w *float64) {
		wrong = append(wrong, fmt.Sprintf("%s of %q is %s, should be %s", q.Ask.Measures[measure], strings.ReplaceAll(k, "\x1f", " "), show(g), show(w)))
	}
	keys := map[string]bool{}
	for k := range got {
		keys[k] = true
	}
	for k := range want {
		keys[k] = true
	}
	sorted := make([]string, 0, len(keys))
	for k := range keys {
		sorted = append(sorted, k)
	}
	slices.Sort(sorted)
	for _, k := range sorted {
		g, inGot := got[k]
		w, inWant := want[k]
		for i, measure := range q.Ask.Measures {
			bound := exactly
			if !q.Ask.Exact && !q.Rows && slices.Contains(approximate, measure) {
				bound = nearly
			}
			a, b := at(g, i), at(w, i)
			if inGot && inWant && !near(a, b, bound) || inGot != inWant && (nonzero(a) || nonzero(b)) {
				note(k, i, a, b)
			}
		}
	}
	return wrong
}

func at(values []*float64, i int) *float64 {
	if i < len(values) {
		return values[i]
	}
	return nil
}

func nonzero(v *float64) bool { return v != nil && *v != 0 }

func near(a, b *float64, bound float64) bool {
	if a == nil || b == nil {
		return !nonzero(a) && !nonzero(b)
	}
	return math.Abs(*a-*b) <= bound*math.Max(math.Abs(*a), math.Abs(*b))
}

func show(v *float64) string {
	if v == nil {
		return "null"
	}
	return fmt.Sprintf("%.12g", *v)
}
