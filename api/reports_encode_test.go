package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
)

// aReport is an answer with random numbers, names that need escapes and, at times, no groups, no
// buckets or another period beside it.
func aReport(random *rand.Rand) (*report, *labels) {
	zone, _ := time.LoadLocation("Asia/Kathmandu")
	r := &report{question: question{name: []string{"", `a "name" <b>`}[random.IntN(2)]}}
	r.answer.Query = analytics.Query{Metric: "engagement_duration", Location: zone, Edges: []float64{0.25, 60, 1e21}}
	r.answer.Measures = []analytics.Measure{analytics.StdDev, analytics.Average, analytics.Count, analytics.Distribution, analytics.P90}[:1+random.IntN(5)]
	start := time.Date(2026, 3, 1, 0, 0, 0, 123456000, time.UTC)
	starts := []time.Time{{}}
	if random.IntN(2) == 0 {
		r.answer.Bounds = []time.Time{start, start.Add(time.Minute), start.Add(time.Hour), start.AddDate(0, 0, 1)}
		starts = r.answer.Bounds[:3]
	}
	groups := [][]*string{nil}
	if random.IntN(3) > 0 {
		r.answer.Query.GroupBy = []string{"queue_id", "channel"}
		groups = [][]*string{{nil, new("voice")}, {new("<&>\"\\\u2028é"), nil}, {new("=1+1"), new("not known")}, {new("q"), new("chat")}}
	}
	if random.IntN(2) == 0 {
		r.before = map[rowKey]analytics.Row{}
	}
	first := random.IntN(len(groups))
	for i := first; i < len(starts)*len(groups); i++ {
		row := aRow(random, r.answer.Measures)
		row.Bucket, row.Line, row.Group = starts[i/len(groups)], i%len(groups), groups[i%len(groups)]
		if r.before != nil && random.IntN(2) == 0 {
			r.before[keyOf(row, r.answer.Bounds)] = aRow(random, r.answer.Measures)
		}
		r.answer.Rows = append(r.answer.Rows, row)
	}
	return r, &labels{names: map[string]map[string]string{"queue": {"q": "Support, \"all\"\n", "=1+1": "-evil</script>"}}}
}

func aRow(random *rand.Rand, measures []analytics.Measure) analytics.Row {
	row := analytics.Row{SampleSize: random.Int64N(1000)}
	for _, measure := range measures {
		n := analytics.Number{}
		if measure == analytics.Distribution {
			n.Shares = []int64{random.Int64N(9), 0, math.MaxInt64, 7}
		} else if random.IntN(5) > 0 {
			n = analytics.Number{Value: new(aNumber(random)), Approximate: random.IntN(3) == 0, Error: aNumber(random)}
		}
		row.Values = append(row.Values, n)
	}
	return row
}

func aNumber(random *rand.Rand) float64 {
	switch random.IntN(4) {
	case 0:
		return float64(random.Int64N(1<<54) - 1<<53)
	case 1:
		return []float64{0, math.Copysign(0, -1), 1e-6, 9.99e-7, 1e21, 1e20, 1e200, 1.5e-9, 1<<53 + 2, -0.1}[random.IntN(10)]
	case 2:
		return random.NormFloat64() * math.Pow(10, float64(random.IntN(60)-30))
	default:
		return math.Round(random.Float64()*1e6) / 1000
	}
}

// TestRowsAreWhatTheirTypesSay holds the encoder against encoding/json: what it writes is what the types of
// the wire come to, byte by byte.
func TestRowsAreWhatTheirTypesSay(t *testing.T) {
	t.Parallel()
	again := func(text []byte, into any) string {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(into), "%s", text)
		encoded, err := json.Marshal(into)
		require.NoError(t, err)
		return string(encoded)
	}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same answers each time
	for range 500 {
		r, l := aReport(random)
		var text bytes.Buffer
		w := bufio.NewWriter(&text)
		require.NoError(t, r.writeObject(w, l))
		require.NoError(t, w.Flush())
		var answer struct {
			ReportHead
			Rows []ReportRow `json:"rows"`
		}
		require.Equal(t, text.String(), again(text.Bytes(), &answer))
		for i, row := range answer.Rows {
			r.checkRow(t, &r.answer.Rows[i], row, l)
		}

		text.Reset()
		require.NoError(t, writeLines(w, []*report{r, r}, l))
		require.NoError(t, w.Flush())
		lines := strings.Split(text.String(), "\n")
		require.Len(t, lines, 2*len(r.answer.Rows)+3)
		for i, line := range lines[1 : len(r.answer.Rows)+1] {
			require.Equal(t, line, again([]byte(line), &ReportLine{ReportRow: &ReportRow{}}))
			require.Contains(t, line, fmt.Sprintf(`"sample_size":%d`, r.answer.Rows[i].SampleSize))
		}
	}
}

// checkRow holds a row of the wire against that of the engine.
func (r *report) checkRow(t *testing.T, want *analytics.Row, got ReportRow, l *labels) {
	t.Helper()
	require.Equal(t, want.SampleSize, got.SampleSize)
	require.Equal(t, r.answer.Bounds != nil, got.Bucket != nil)
	if got.Bucket != nil {
		start, err := time.Parse(time.RFC3339Nano, got.Bucket.Start)
		require.NoError(t, err)
		require.True(t, want.Bucket.Equal(start))
	}
	for i, attribute := range r.attributes() {
		require.Equal(t, l.of(attribute, want.Group[i]), got.Group[attribute.ID])
	}
	before, compared := r.before[keyOf(*want, r.answer.Bounds)]
	for i, measure := range r.answer.Measures {
		n, shown := want.Values[i], got.Values[measure]
		require.Equal(t, n.Value, shown.Value)
		require.Equal(t, n.Approximate, shown.Error != nil)
		for part, count := range n.Shares {
			require.Equal(t, count, shown.Ranges[part].Count)
		}
		if compared && measure != analytics.Distribution {
			require.Equal(t, before.Values[i].Value, shown.Compare.Previous)
			require.Equal(t, before.SampleSize, *got.PreviousSampleSize)
		}
	}
}
