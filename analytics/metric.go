package analytics

// Unit is what a metric's numbers mean.
type Unit string

// The units. Seconds are kept in milliseconds and scaled when answered.
const (
	Seconds Unit = "seconds"
	Counts  Unit = "count"
	Percent Unit = "percent"
	Ratios  Unit = "ratio"
	Score   Unit = "score"
	Points  Unit = "points"
)

// Measure is one number that is asked of a metric.
type Measure string

// The measures. StdDev is of the population (0 for one value); percentiles interpolate linearly
// between neighbours, as percentile_cont does; ConfidenceLow and ConfidenceHigh bound a percentage by
// Wilson's interval at 95 %.
const (
	Count          Measure = "Count"
	Sum            Measure = "Sum"
	Average        Measure = "Average"
	Min            Measure = "Min"
	Max            Measure = "Max"
	StdDev         Measure = "StdDev"
	Median         Measure = "Median"
	P75            Measure = "P75"
	P90            Measure = "P90"
	P95            Measure = "P95"
	P99            Measure = "P99"
	Percentage     Measure = "Percentage"
	Numerator      Measure = "Numerator"
	Denominator    Measure = "Denominator"
	ConfidenceLow  Measure = "ConfidenceLow"
	ConfidenceHigh Measure = "ConfidenceHigh"
	Distribution   Measure = "Distribution"
	// Value is the one number of a metric that has no other, such as a net promoter score.
	Value Measure = "Value"
)

// Kind says how a metric is computed from its terms.
type Kind string

// The kinds. All but the last four add up over periods and groups and can be served from rollups.
const (
	// Counted counts the rows of Terms[0].
	Counted Kind = "counted"
	// Valued aggregates the values of Terms[0].
	Valued Kind = "valued"
	// Rate is 100 x the rows of Terms[0] / the rows of Terms[1]. The measure Count, where offered,
	// is the numerator.
	Rate Kind = "rate"
	// Ratio is the sum of Terms[0] / the sum of Terms[1]; a term without a value sums to its rows.
	Ratio Kind = "ratio"
	// Net is 100 x (rows of Terms[0] - rows of Terms[1]) / rows of Terms[2].
	Net Kind = "net"
	// Share is 100 x rows of Terms[0] in a group / rows in all groups, grouped by Groups at least. Where
	// that is a Set, a row counts in each of its groups and once in all.
	Share Kind = "share"
	// Nested counts the groups of Groups and sums, averages ... the rows of Terms[0] in each.
	Nested Kind = "nested"
	// Custom metrics do not add up over cells: they have SQL of their own over raw rows.
	Custom Kind = "custom"
	// Open metrics describe what is open now; they take no period and read the live projection.
	Open Kind = "open"
	// Watermark is the freshness of the data; it takes no period and no filters.
	Watermark Kind = "watermark"
)

// Term is something that is counted and summed over the rows of a record.
type Term struct {
	// Value is the SQL of a number per row, null where the row has none; empty: rows are counted.
	Value string
	// Where is the SQL of a condition on rows; empty: all rows.
	Where string
	// Args are bound to the question marks of Where, in order.
	Args []any
}

// Metric is one entry of the catalogue.
type Metric struct {
	// ID is the name on every wire.
	ID string
	// Name is for people.
	Name string
	// Description says what the metric means, with the exact formula.
	Description string
	// Unit is that of every measure but Count, Numerator, Denominator and the percentages.
	Unit Unit
	// Record is the record it is computed from.
	Record string
	// Kind says how.
	Kind Kind
	// Terms makes the terms for parameters, which are complete and checked.
	Terms func(Parameters) []Term
	// Business, where set, is Terms in business time.
	Business func(Parameters) []Term
	// Measures are those it offers, in order; the first is the default of our own API.
	Measures []Measure
	// MeasureDescriptions overrides the standard description of a measure.
	MeasureDescriptions map[Measure]string
	// Filters are the attributes by which it can be filtered and grouped, in the order in which the
	// compatible wire lists them.
	Filters []string
	// Extra are further attributes that only our own API filters and groups by.
	Extra []string
	// Spans tells that each value lasts from Record.Start to Record.Time, so that sums of it can be
	// prorated over buckets.
	Spans bool
	// Groups are the attributes that a Share or Nested metric always groups by.
	Groups []string
	// RelatedRecords are shown by the catalogue; default Record alone.
	RelatedRecords []string
	// Parameters are the choices that a caller has, with defaults; every answer echoes them.
	Parameters []Parameter
	// IncludesExpired tells that expired legs always count.
	IncludesExpired bool
}

// Parameter is a choice that the field disagrees on.
type Parameter struct {
	// ID is the name in a query and in Parameters.
	ID string
	// Description says what it changes.
	Description string
	// Choices are the values of a text parameter, the first of which is the default; nil: a number.
	Choices []string
	// Default, Least and Most are those of a number.
	Default, Least, Most float64
}

// Parameters holds a value for each of a metric's parameters: text or number.
type Parameters map[string]any

// Number returns a number.
func (p Parameters) Number(id string) float64 { n, _ := p[id].(float64); return n }

// Text returns a text.
func (p Parameters) Text(id string) string { s, _ := p[id].(string); return s }
