package api

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
)

func FuzzReadQuestions(f *testing.F) {
	for _, seed := range []string{
		`{"metric":"csat","measures":["Percentage"],"period":{"preset":"PreviousWeek"},"compare":"previous","timezone":"Europe/Vienna","interval":"day"}`,
		`{"queries":[{"name":"a","metric":"engagements","limit":3},{"name":"b"}],"group_by":["queue_id"]}`,
		`{"metric":"queue_wait","edges":[1,2.5],"filters":[{"attribute":"score","operator":"range","min":1,"max":2},{"attribute":"tag","values":["a",1,true,null]}]}`,
		`{"period":{"start":"2026-03-29T00:00:00+01:00","end":"2026-03-30T00:00:00Z"},"compare":"same_period_last_year","order_by":"Count","direction":"asc"}`,
		`{"queries":{}}`, `{"filters":[[]],"parameters":{"a":null},"edges":["x"]}`,
	} {
		f.Add([]byte(seed))
	}
	at := clock{now: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC), zone: func() (*time.Location, error) { return time.UTC, nil }}
	f.Fuzz(func(t *testing.T, body []byte) {
		questions, several, err := readQuestions(body, at)
		if err != nil {
			require.Less(t, problemOf(err).Status, 500)
			require.LessOrEqual(t, len(problemOf(err).InvalidParameters), maxFaults)
			return
		}
		require.NotEmpty(t, questions)
		require.LessOrEqual(t, len(questions), maxQueries)
		require.True(t, several || len(questions) == 1)
		for _, q := range questions {
			require.NotEmpty(t, q.query.Metric)
			require.Equal(t, several, q.name != "" || several)
			require.NotNil(t, q.query.Location)
			require.LessOrEqual(t, len(q.query.Filters), analytics.MaxFilters)
			period := q.query.Period
			require.True(t, period == analytics.Period{} || period.Start.Before(period.End))
			require.Equal(t, q.compare != "", q.other != analytics.Period{})
		}
	})
}

func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1", "  =1": "'  =1",
		"＝1": "'＝1", "|calc": "'|calc", "%0A": "'%0A", "\u00a0=1": "'\u00a0=1",
		"Support": "Support", "a=b": "a=b", "": "", "7-8": "7-8", "5": "5", "'quoted": "'quoted",
	} {
		require.Equal(t, want, harmless(&text))
	}
	require.Empty(t, harmless(nil))
}
