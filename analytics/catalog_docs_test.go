package analytics

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite docs/metrics.md from the catalogue")

const docsPage = "../docs/metrics.md"

// TestDocs holds docs/metrics.md to the catalogue. With -update it writes the page.
func TestDocs(t *testing.T) {
	t.Parallel()
	page := docsText()
	if *update {
		require.NoError(t, os.WriteFile(docsPage, []byte(page), 0o644))
		return
	}
	written, err := os.ReadFile(docsPage)
	require.NoError(t, err)
	require.Equal(t, page, string(written), "run make golden")
}

// TestDocsNameEveryMetric holds that no metric is left out of the page's sections.
func TestDocsNameEveryMetric(t *testing.T) {
	t.Parallel()
	var shown []*Metric
	for _, s := range docsSections {
		shown = append(shown, s.metrics...)
	}
	require.ElementsMatch(t, Metrics(), shown)
}

var docsSections = []struct {
	title   string
	metrics []*Metric
}{
	{"Engagements", engagementMetrics},
	{"Offers", offerMetrics},
	{"First replies", replyMetrics},
	{"Waits of the customer", waitMetrics},
	{"Messages", messageMetrics},
	{"Beginnings, ends and transfers", outcomeMetrics},
	{"Handling", handlingMetrics},
	{"Queues", queueMetrics},
	{"Ratings", ratingMetrics},
	{"Deliveries", deliveryMetrics},
	{"Deliveries that are not over", openDeliveryMetrics},
	{"Delivery tasks", deliveryTaskMetrics},
	{"The data itself", dataMetrics},
	{"Under the ids of the reference API", compatibleMetrics},
}

const docsIntro = `<!-- Made from the catalogue in package analytics by make golden. -->

# Metrics

What each number means. The same catalogue answers ` + "`GET /v1/reports/metrics`" + ` and checks every query.

## How to read the numbers

* **Periods are half-open**: from the first instant to just before the last. A record belongs to the period in which it
  ended, see [records](#records). Whole days, weeks (from Monday) and months follow the calendar of the zone that you name.
* **Averages are ratios of sums**: all seconds over all engagements, never a mean of daily means.
* **What is not known does not count.** A rate of nothing is null, not 0. Every value comes with its sample size.
* **Agents are humans** unless you filter or group by ` + "`agent_type`" + `; closed conversations and queue visits count
  whoever closed or answered them. Engagements that ran into the open limit count only with ` + "`include_expired`" + `.
* **Where the field disagrees, you choose.** Such metrics have parameters; the defaults are below, and each answer repeats
  the values it was computed with.
* **Attribution** says in which bucket a long row counts: all of it at its end (default), all of it at its start, or, for
  sums of the durations marked *prorated*, each bucket its part.
* **Business hours**: durations so marked can be measured in the time within business hours.

Durations are in seconds, percentages from 0 to 100. Percentiles interpolate linearly between neighbours. The bounds of a
percentage are Wilson's interval at 95 %. The standard deviation is that of the population.

The measures that many metrics share:

`

// docsText is the page.
func docsText() string {
	var page strings.Builder
	page.WriteString(docsIntro)
	for _, set := range docsMeasures {
		fmt.Fprintf(&page, "* *%s*: %s\n", set.name, listed(set.measures))
	}
	for _, s := range docsSections {
		fmt.Fprintf(&page, "\n## %s\n\n| metric | what it is | unit | measures | also |\n|---|---|---|---|---|\n", s.title)
		for _, m := range s.metrics {
			fmt.Fprintf(&page, "| %s<br>`%s` | %s | %s | %s | %s |\n", m.Name, m.ID, m.Description, m.Unit, docsMeasuresOf(m), docsAlso(m))
		}
		for _, m := range s.metrics {
			docsParameters(&page, m)
		}
	}
	docsRecords(&page)
	docsAttributes(&page)
	return page.String()
}

var docsMeasures = []struct {
	name     string
	measures []Measure
}{
	{"durations", durationMeasures}, {"counts", countMeasures}, {"rates", rateMeasures},
}

func docsMeasuresOf(m *Metric) string {
	for _, set := range docsMeasures {
		if slices.Equal(m.Measures, set.measures) {
			return "*" + set.name + "*"
		}
	}
	return listed(m.Measures)
}

// docsAlso says what else can be asked of a metric.
func docsAlso(m *Metric) string {
	var also []string
	if m.Business != nil {
		also = append(also, "business hours")
	}
	if m.Spans {
		also = append(also, "prorated")
	}
	if len(m.Parameters) > 0 {
		also = append(also, "parameters")
	}
	switch m.Kind {
	case Open, Watermark:
		also = append(also, "now, without a period")
	case Custom:
		also = append(also, "always from rows")
	case Share:
		also = append(also, "grouped by "+listed(m.Groups))
	default:
	}
	if m.IncludesExpired {
		also = append(also, "counts what expired")
	}
	return strings.Join(also, "; ")
}

func docsParameters(page *strings.Builder, m *Metric) {
	if len(m.Parameters) == 0 {
		return
	}
	fmt.Fprintf(page, "\nParameters of `%s`:\n\n", m.ID)
	for _, p := range m.Parameters {
		values := fmt.Sprintf("%s (default), from %s to %s", plain(p.Default), plain(p.Least), plain(p.Most))
		if p.Choices != nil {
			values = fmt.Sprintf("%s (default), %s", p.Choices[0], listed(p.Choices[1:]))
		}
		fmt.Fprintf(page, "* `%s`: %s. %s\n", p.ID, values, p.Description)
	}
}

func docsRecords(page *strings.Builder) {
	page.WriteString("\n## Records\n\nWhat metrics are computed from, one row each. A metric is filtered and grouped by the attributes of its record; " +
		"those of open engagements by what is known before the end.\n")
	for _, r := range Records() {
		var ids []string
		for _, a := range r.Attributes {
			ids = append(ids, "`"+a.ID+"`")
		}
		fmt.Fprintf(page, "\n### %s\n\n`%s`: %s. Belongs to the period of `%s`.\n\nAttributes: %s.\n\n| field | type | may be missing | what it is |\n|---|---|---|---|\n",
			r.Name, r.ID, r.Description, r.Time, strings.Join(ids, ", "))
		for _, f := range r.Fields {
			missing := ""
			if f.Nullable {
				missing = "yes"
			}
			fmt.Fprintf(page, "| `%s` | %s | %s | %s |\n", f.Name, f.Type, missing, f.Description)
		}
	}
}

func docsAttributes(page *strings.Builder) {
	page.WriteString("\n## Attributes\n\nBy which metrics are filtered and grouped. Values from a table are read in any case, by value or by label; in brackets is what the " +
		"compatible wire prints, where it differs from the value in capitals.\n\n| attribute | what it is | values |\n|---|---|---|\n")
	for _, a := range Attributes() {
		names := "`" + a.ID + "`"
		for _, alias := range a.Aliases {
			names += ", `" + alias + "`"
		}
		var values []string
		for _, v := range a.Values {
			text := fmt.Sprintf("`%s` %s", v.Value, v.Label)
			if v.Wire != screaming(v.Value) {
				text += " (`" + v.Wire + "`)"
			}
			values = append(values, text)
		}
		shown := strings.Join(values, ", ")
		if shown == "" {
			shown = docsTypes[a.Type]
		}
		fmt.Fprintf(page, "| %s | %s | %s |\n", names, a.Description, shown)
	}
}

var docsTypes = map[AttributeType]string{
	Identifier: "the callers' own ids", Text: "text", Flag: "true, false", Numeric: "numbers; also ranges", Set: "lists of ids",
}
