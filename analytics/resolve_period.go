package analytics

import "time"

// checkPeriod fills in the zone and the bounds.
func (r *resolved) checkPeriod() error {
	q := &r.query
	if q.Location == nil {
		q.Location = time.UTC
	}
	given := q.Period != Period{}
	switch {
	case r.describesNow() && given:
		return invalid("period", "no_period", "%s says what is true now; ask for it without a period", r.metric.ID)
	case r.describesNow() && q.Interval != "":
		return invalid("interval", "no_period", "%s says what is true now; ask for it without an interval", r.metric.ID)
	case given && (q.Period.Start.IsZero() || q.Period.End.IsZero()):
		return invalid("period", "invalid_period", "a period has a start and an end")
	case q.Period.End.Before(q.Period.Start):
		return invalid("period", "invalid_period", "the period ends before it starts")
	case !given && q.Interval != "":
		return invalid("interval", "no_period", "buckets need a period; give one, or ask without an interval")
	case !given:
		return nil
	case q.Interval == "":
		r.bounds = []time.Time{q.Period.Start, q.Period.End}
		return nil
	}
	var err error
	r.bounds, err = buckets(q.Period, q.Interval, q.Location)
	return err
}

// checkAttribution also checks how durations are measured.
func (r *resolved) checkAttribution() error {
	q := &r.query
	switch q.Attribution {
	case "", AtEnd:
		q.Attribution = AtEnd
	case AtStart:
		if r.record.Start == "" || r.describesNow() || r.metric.Kind == Custom {
			return invalid("attribution", "no_start", "%s counts where its rows end only; use attribution end", r.metric.ID)
		}
	case Prorated:
		if !r.metric.Spans {
			return invalid("attribution", "not_prorated", "only durations from the start to the end of a row can be prorated; %s is not one", r.metric.ID)
		}
		if q.BusinessHours {
			return invalid("attribution", "not_prorated", "business time cannot be prorated; ask with attribution end or start")
		}
		for i, measure := range q.Measures {
			if measure != Sum {
				return invalid(at("measures", i), "not_prorated", "only Sum can be prorated; ask for %s with attribution end or start", measure)
			}
		}
	default:
		return invalid("attribution", "unknown_attribution", "%s is not an attribution; use one of %s", quoted(string(q.Attribution)), listed([]Attribution{AtEnd, AtStart, Prorated}))
	}
	if q.BusinessHours && r.metric.Business == nil {
		return invalid("business_hours", "no_business_time", "%s is not kept in business time", r.metric.ID)
	}
	return nil
}
