package api

import (
	"context"
	"errors"
	"net/http"

	"engaged/analytics"
)

// askProblem says in the caller's terms why a question has no answer.
func askProblem(err error) *Problem {
	var wrong *analytics.InvalidQuery
	switch {
	case errors.As(err, &wrong):
		return invalidReport(InvalidParameter{Field: wrong.Field, Code: "report:" + wrong.Code, Reason: wrong.Reason})
	case errors.Is(err, analytics.ErrTooSlow), errors.Is(err, context.DeadlineExceeded):
		return problem(http.StatusUnprocessableEntity, "report:too_slow",
			"The question takes too long over rows. Ask for a shorter period, fewer groups or a longer interval, or without exact.").because(err)
	default:
		return unavailable(err)
	}
}

// invalidReport lists what is wrong with a query.
func invalidReport(wrong ...InvalidParameter) *Problem {
	return invalid(http.StatusBadRequest, "report:invalid_query",
		"The query is not as it must be. GET /v1/reports/metrics lists what can be asked.", wrong...)
}
