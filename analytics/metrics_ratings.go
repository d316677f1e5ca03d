package analytics

import "fmt"

// The surveys with the scales on which they count; scores on other scales cannot be compared.
var (
	surveyScales = map[string][2]int{"csat": {1, 5}, "nps": {0, 10}, "ces": {1, 5}}
	surveyChoice = Parameter{
		ID:          "survey",
		Description: "The survey: csat and ces on the scale 1-5, nps on 0-10. Answers on other scales do not count.",
		Choices:     []string{"csat", "nps", "ces"},
	}
)

// ofSurvey is the condition of a survey on its scale.
func ofSurvey(survey string) string {
	scale := surveyScales[survey]
	return fmt.Sprintf("survey = '%s' AND scale_min = %d AND scale_max = %d", survey, scale[0], scale[1])
}

// answered is ofSurvey of those that have an answer.
func answered(survey string) string { return ofSurvey(survey) + " AND score IS NOT NULL" }

// ratingMetrics say what customers thought.
var ratingMetrics = []*Metric{
	{
		ID: "rating_average", Name: "Average rating",
		Description: "sum(scores) / responses of the survey",
		Unit:        Score, Record: "ratings", Kind: Valued,
		Terms: func(p Parameters) []Term {
			return []Term{{Value: "score", Where: answered(p.Text("survey"))}}
		},
		Measures: []Measure{Average, Median, Min, Max, Distribution}, Filters: ratingFilters,
		Parameters: []Parameter{surveyChoice},
	},
	{
		ID: "rating_response_rate", Name: "Rating response rate",
		Description: "responses / requests of the survey x 100; a response that was not asked for counts on neither side",
		Unit:        Percent, Record: "ratings", Kind: Rate,
		Terms: func(p Parameters) []Term {
			requested := ofSurvey(p.Text("survey")) + " AND requested_at IS NOT NULL"
			return []Term{{Where: requested + " AND score IS NOT NULL"}, {Where: requested}}
		},
		Measures: rateMeasures, Filters: ratingFilters,
		Parameters: []Parameter{surveyChoice},
	},
	{
		ID: "nps", Name: "Net promoter score",
		Description: "100 x (promoters (9 and 10) - detractors (0 to 6)) / responses of the nps survey; Count = responses",
		Unit:        Points, Record: "ratings", Kind: Net,
		Terms: fixed(
			Term{Where: "score >= 9 AND " + answered("nps")},
			Term{Where: "score <= 6 AND " + answered("nps")},
			Term{Where: answered("nps")},
		),
		Measures:            []Measure{Value, Count},
		MeasureDescriptions: map[Measure]string{Count: "Responses"},
		Filters:             ratingFilters,
	},
}

// dataMetrics say how good the data is.
var dataMetrics = []*Metric{
	{
		ID: "data_freshness", Name: "Data freshness",
		Description: "now - recorded_at of the newest record of any kind, in seconds",
		Unit:        Seconds, Record: "engagements", Kind: Watermark,
		Measures: []Measure{Value},
	},
	engagementRate("completeness", "Completeness",
		"engagements of which all instants are known (offered_at, queue_entered_at and, on channels with messages, first_reply_at) / engagements x 100",
		"offered_at IS NOT NULL AND queue_entered_at IS NOT NULL AND (first_reply_at IS NOT NULL OR agent_messages IS NULL)", ""),
}
