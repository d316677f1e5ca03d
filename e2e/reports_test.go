package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/oracle"
	"engaged/engagement"
)

// sample is what a metric of one group is made of, collected from the oracle's records alone: values
// in seconds, and the two sides of a rate.
type sample struct {
	values      []float64
	part, whole int
}

// sums are the measures of a sample in their exact form: those that need no more than adding up.
func (s sample) sums() map[string]float64 {
	total := 0.0
	for _, v := range s.values {
		total += v
	}
	n := float64(len(s.values))
	return map[string]float64{"Count": n, "Sum": total, "Average": total / n, "Min": slices.Min(s.values), "Max": slices.Max(s.values)}
}

// samples are a metric's groups by the value of one attribute.
type samples map[string]*sample

func (s samples) of(group string) *sample {
	if s[group] == nil {
		s[group] = &sample{}
	}
	return s[group]
}

func (s samples) measure(group string, ms *engagement.Millis) {
	if ms != nil {
		s.of(group).values = append(s.of(group).values, float64(*ms)/1000)
	}
}

func (s samples) rate(group string, part bool) {
	s.of(group).whole++
	if part {
		s.of(group).part++
	}
}

// folded are the day's metrics as the oracle's records make them: by metric and group.
type folded struct {
	byQueue, byAgent map[string]samples
	closings         int
}

// foldMetrics folds the records of people, without what ran into the open limit.
func foldMetrics(records []oracle.Records) folded {
	f := folded{byQueue: map[string]samples{}, byAgent: map[string]samples{}}
	queue := func(metric string) samples {
		if f.byQueue[metric] == nil {
			f.byQueue[metric], f.byAgent[metric] = samples{}, samples{}
		}
		return f.byQueue[metric]
	}
	for _, r := range records {
		f.closings += len(r.Closings)
		for _, l := range r.Legs {
			if l.Expired || l.AgentType == engagement.AgentBot {
				continue
			}
			duration := l.EndedAt.Sub(l.StartedAt)
			handle := duration
			if l.Wrapup != nil {
				handle += *l.Wrapup
			}
			queue("engagement_duration").measure(l.QueueID, &duration)
			f.byAgent["engagement_duration"].measure(l.AgentID, &duration)
			queue("handle_time").measure(l.QueueID, &handle)
			queue("offer_time").measure(l.QueueID, l.OfferTime)
			queue("transfer_rate").rate(l.QueueID, l.EndReason == "transferred")
			f.byAgent["transfer_rate"].rate(l.AgentID, l.EndReason == "transferred")
			queue("solved_rate").rate(l.QueueID, l.EndReason == "status_solved")
			if l.HasMessages() {
				queue("assignment_to_first_reply").measure(l.QueueID, l.FirstReply)
				for _, w := range l.Waits {
					queue("requester_wait").measure(l.QueueID, new(w.ClosedAt.Sub(w.OpenedAt)))
				}
			}
		}
		for _, o := range r.Offers {
			if !o.Expired && o.AgentType != engagement.AgentBot && slices.Contains([]string{"accepted", "declined", "timed_out"}, o.Outcome) {
				queue("acceptance_rate").rate(o.QueueID, o.Outcome == "accepted")
			}
		}
		for _, v := range r.Visits {
			if v.Expired {
				continue
			}
			queue("abandonment_rate").rate(v.QueueID, v.Outcome == "abandoned")
			if v.Outcome == "answered" {
				queue("speed_of_answer").measure(v.QueueID, new(v.LeftAt.Sub(v.EnteredAt)))
			}
		}
		for _, g := range r.Ratings {
			if g.Survey == "csat" && g.Score != nil && g.ScaleMin == 1 && g.ScaleMax == 5 && g.AgentType != engagement.AgentBot {
				queue("csat").rate(g.QueueID, *g.Score >= 4)
			}
		}
	}
	return f
}

// reported is an answer of POST /v1/reports/query, as far as it is compared.
type reported struct {
	Rows []struct {
		Group map[string]struct {
			Value *string `json:"value"`
		} `json:"group"`
		Values map[string]struct {
			Value *float64 `json:"value"`
		} `json:"values"`
		SampleSize int `json:"sample_size"`
	} `json:"rows"`
	Plan struct {
		Source string `json:"source"`
	} `json:"plan"`
}

// report asks for a metric by one attribute.
func (o *organization) report(t *testing.T, metric, attribute string, measures []string) reported {
	t.Helper()
	status, body := o.do(t.Context(), t, http.MethodPost, "/v1/reports/query", map[string]any{
		"metric": metric, "measures": measures, "group_by": []string{attribute}, "explain": true,
	})
	require.Equal(t, http.StatusOK, status, string(body))
	var answer reported
	require.NoError(t, json.Unmarshal(body, &answer))
	return answer
}

// requireMetrics holds what the API answers about an organization against the fold.
func requireMetrics(t *testing.T, o *organization, want folded) {
	t.Helper()
	require.GreaterOrEqual(t, len(want.byQueue), 10)
	for metric, groups := range want.byQueue {
		o.requireGroups(t, metric, "queue_id", groups)
	}
	for metric, groups := range want.byAgent {
		if len(groups) > 0 {
			o.requireGroups(t, metric, "agent_id", groups)
		}
	}
	status, body := o.do(t.Context(), t, http.MethodPost, "/v1/analytics/metrics", map[string]any{
		"id": "closed_conversations", "timezone": "UTC", "aggregations": []string{"Count"},
	})
	require.Equal(t, http.StatusOK, status, string(body))
	require.JSONEq(t, fmt.Sprintf(`{"data":{"id":"closed_conversations","aggregates":[{"value":%d,"measure":"Count","_type":"LongAggregateValue"}]}}`, want.closings), string(body))
}

func (o *organization) requireGroups(t *testing.T, metric, attribute string, groups samples) {
	t.Helper()
	rate := false
	for _, s := range groups {
		rate = rate || s.whole > 0
	}
	measures := []string{"Count", "Sum", "Average", "Min", "Max"}
	if rate {
		measures = []string{"Numerator", "Denominator", "Percentage"}
	}
	answer := o.report(t, metric, attribute, measures)
	found := 0
	for _, row := range answer.Rows {
		group := ""
		if id := row.Group[attribute].Value; id != nil {
			group = *id
		}
		s, ok := groups[group]
		if !ok {
			require.Zero(t, row.SampleSize, "%s of %q, by %s", metric, group, answer.Plan.Source)
			continue
		}
		found++
		expected := map[string]float64{"Numerator": float64(s.part), "Denominator": float64(s.whole), "Percentage": 100 * float64(s.part) / float64(s.whole)}
		if !rate {
			expected = s.sums()
		}
		for measure, value := range expected {
			require.NotNil(t, row.Values[measure].Value, "%s %s of %q", metric, measure, group)
			require.InEpsilon(t, 1+value, 1+*row.Values[measure].Value, 1e-9, "%s %s of %q, by %s", metric, measure, group, answer.Plan.Source)
		}
	}
	require.Equal(t, len(groups), found, "groups of %s", metric)
}

// TestRecordShowsInReports: what is recorded is in the next answer, without waiting for any upkeep.
func TestRecordShowsInReports(t *testing.T) {
	t.Parallel()
	o := newOrganization(t, sharedStack(t), "fresh", nil, nil)
	start := engagement.At(time.Now().Add(-time.Hour))
	for n := range 3 {
		conversation := fmt.Sprintf("fresh-%d", n)
		events := []engagement.Event{
			{ID: "1", Type: engagement.AgentAssigned, Time: start, ConversationID: conversation, AgentID: "A", Channel: "voice"},
			{ID: "2", Type: engagement.AgentEnded, Time: start + 60_000, ConversationID: conversation, AgentID: "A"},
			{ID: "3", Type: engagement.ClockReached, Time: start + 600_000, ConversationID: conversation},
		}
		_, err := o.post(t.Context(), t, events...)
		require.NoError(t, err)
		eventually(t, patience, func(ctx context.Context) string {
			done, err := o.recorded(ctx)
			if err != nil || done <= n {
				return fmt.Sprint(done, " engagements are recorded; ", err)
			}
			return ""
		})
		answer := o.report(t, "engagements", "agent_id", []string{"Count"})
		require.Len(t, answer.Rows, 1)
		require.InDelta(t, n+1, *answer.Rows[0].Values["Count"].Value, 0, "by %s", answer.Plan.Source)
	}
}
