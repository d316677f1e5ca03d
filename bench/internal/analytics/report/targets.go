package report

import (
	"fmt"
	"math"

	"engaged/bench/internal/analytics/measure"
	"engaged/bench/internal/report"
)

// The figures to reach.
const (
	loadPerSecond  = 50_000
	byQueueP95     = 20
	byDayQueueP95  = 50
	plainRatio     = 100
	peerRatio      = 1
	overheadMost   = 1
	rowsMost       = 5_000
	growthMost     = 1.5
	byQueueName    = "90 days by queue"
	byDayQueueName = "a year by day and queue"
	rollupServed   = "rollup"
	tooSlow        = "report:too_slow"
	mixedServed    = "mixed"
)

// Ready tells whether a question was answered from rollups.
func Ready(r measure.Result) bool {
	return r.Failed == "" && (r.Source == rollupServed || r.Source == mixedServed)
}

// Ratio is how many times longer the peer took; 0 if it cannot be told.
func Ratio(r measure.Result, side measure.Side) float64 {
	if r.P50 == 0 || side.Failed != "" || r.Failed != "" {
		return 0
	}
	return side.Milliseconds / r.P50
}

// Compare fills in the targets.
func (r *Report) Compare() {
	r.Targets = nil
	r.least("load: rows/s of all tables, indexes included", loadPerSecond, r.Data.Facts.RowsPerSecond, "/s")
	r.most("HTTP, JSON, planning at p50: a day without data", overheadMost, Overhead(r.Nothing), "ms")
	notReady, different, slow := 0, 0, 0
	plain, peer := math.Inf(1), math.Inf(1)
	plainOf, peerOf := "", ""
	for _, q := range r.Questions {
		if len(q.Wrong) > 0 {
			different++
		}
		switch q.Name {
		case byQueueName:
			r.most(q.Name+": p95", byQueueP95, q.P95, "ms")
			r.most("HTTP, JSON, planning at p50: "+q.Name, overheadMost, Overhead(q), "ms")
		case byDayQueueName:
			r.most(q.Name+": p95", byDayQueueP95, q.P95, "ms")
		}
		if q.Rows {
			// Ended by the timeout, it takes the timeout and a little.
			if q.Failed != "" && q.FailedCode != tooSlow || q.Failed == "" && q.P95 > rowsMost {
				slow++
			}
			continue
		}
		if !Ready(q) {
			notReady++
			continue
		}
		if ratio := Ratio(q, q.Plain); q.Yearly && ratio > 0 && ratio < plain {
			plain, plainOf = ratio, q.Name
		}
		if ratio := Ratio(q, q.Peer); ratio > 0 && ratio < peer {
			peer, peerOf = ratio, q.Name
		}
	}
	if plainOf != "" {
		r.least("a year by day: plain SQL / ours, the least of them ("+plainOf+")", plainRatio, plain, "x")
	}
	if peerOf != "" {
		r.least("from rollups: DuckDB / ours, the least of them ("+peerOf+")", peerRatio, peer, "x")
	}
	r.most("questions that rollups should answer and do not", 0, float64(notReady), "")
	r.most("questions over rows that neither end in 5 s nor by a timeout", 0, float64(slow), "")
	r.most("questions with another answer than SQL's", 0, float64(different), "")
	if r.Growth != nil {
		r.most(fmt.Sprintf("p95 from rollups, %.3g times the rows: growth, the median of the questions", r.Growth.Rows), growthMost, r.Growth.Median, "x")
		r.most("the same, the most of them ("+r.Growth.WorstOf+")", growthMost, r.Growth.Worst, "x")
	}
}

func (r *Report) least(name string, want, got float64, unit string) {
	r.Targets = append(r.Targets, report.Target{Name: name, Want: want, Got: got, Unit: unit})
}

func (r *Report) most(name string, want, got float64, unit string) {
	r.Targets = append(r.Targets, report.Target{Name: name, Want: want, Got: got, Unit: unit, AtMost: true})
}
