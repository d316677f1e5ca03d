package measure_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/bench/internal/analytics/measure"
	"engaged/bench/internal/analytics/question"
)

func TestDifferences(t *testing.T) {
	t.Parallel()
	one := func(values ...any) []*float64 {
		var all []*float64
		for _, v := range values {
			if v == nil {
				all = append(all, nil)
				continue
			}
			all = append(all, new(v.(float64)))
		}
		return all
	}
	sums := question.Question{Ask: question.Ask{Measures: []string{"Count", "P95"}}}
	overRows := sums
	overRows.Rows = true
	exact := sums
	exact.Ask.Exact = true
	for _, c := range []struct {
		name      string
		question  question.Question
		got, want measure.Answer
		wrong     []string
	}{
		{"the same", sums, measure.Answer{"a": one(3.0, 10.0)}, measure.Answer{"a": one(3.0, 10.0)}, nil},
		{"the order of a sum", sums, measure.Answer{"a": one(0.3, 1.0)}, measure.Answer{"a": one(0.1+0.2, 1.0)}, nil},
		{"a percentile within its bound", sums, measure.Answer{"a": one(3.0, 100.9)}, measure.Answer{"a": one(3.0, 100.0)}, nil},
		{"a percentile beyond", sums, measure.Answer{"a": one(3.0, 102.0)}, measure.Answer{"a": one(3.0, 100.0)}, []string{`P95 of "a" is 102, should be 100`}},
		{"a percentile that must be exact", exact, measure.Answer{"a": one(3.0, 100.1)}, measure.Answer{"a": one(3.0, 100.0)}, []string{`P95 of "a" is 100.1, should be 100`}},
		{"a percentile over rows", overRows, measure.Answer{"a": one(3.0, 100.1)}, measure.Answer{"a": one(3.0, 100.0)}, []string{`P95 of "a" is 100.1, should be 100`}},
		{"a count off by one", sums, measure.Answer{"a": one(4.0, 1.0)}, measure.Answer{"a": one(3.0, 1.0)}, []string{`Count of "a" is 4, should be 3`}},
		{"an empty bucket that SQL leaves out", sums, measure.Answer{"a": one(0.0, nil)}, measure.Answer{}, nil},
		{"a cell too many", sums, measure.Answer{"a": one(1.0, nil)}, measure.Answer{}, []string{`Count of "a" is 1, should be null`}},
		{"a cell that is missing", sums, measure.Answer{}, measure.Answer{"a": one(2.0, 1.0)}, []string{`Count of "a" is null, should be 2`, `P95 of "a" is null, should be 1`}},
		{"null is not a number", sums, measure.Answer{"a": one(3.0, nil)}, measure.Answer{"a": one(3.0, 7.0)}, []string{`P95 of "a" is null, should be 7`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.wrong, measure.Differences(c.question, c.got, c.want))
		})
	}
}
