package report

import "slices"

// Growth compares the latencies of questions that rollups answer with those of a run over fewer rows.
type Growth struct {
	// Before is the command of the earlier run.
	Before string `json:"before"`
	// Rows is how many times as many engagements there are now.
	Rows float64 `json:"rows"`
	// P95 is by question how many times as long its p95 is.
	P95 map[string]float64 `json:"p95"`
	// Median and Worst are of P95, WorstOf is whose.
	Median  float64 `json:"median"`
	Worst   float64 `json:"worst"`
	WorstOf string  `json:"worst_of"`
}

// Since compares with an earlier run.
func (r *Report) Since(before *Report) {
	g := &Growth{Before: before.Command, P95: map[string]float64{}}
	if before.Data.Rows > 0 {
		g.Rows = float64(r.Data.Rows) / float64(before.Data.Rows)
	}
	earlier := map[string]float64{}
	for _, q := range before.Questions {
		if Ready(q) {
			earlier[q.Name] = q.P95
		}
	}
	var all []float64
	for _, q := range r.Questions {
		was := earlier[q.Name]
		if was == 0 || !Ready(q) {
			continue
		}
		times := q.P95 / was
		g.P95[q.Name] = times
		all = append(all, times)
		if times > g.Worst {
			g.Worst, g.WorstOf = times, q.Name
		}
	}
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	g.Median = all[len(all)/2]
	r.Growth = g
}
