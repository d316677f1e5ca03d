package engagement

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// requireExpected checks a result against a golden's short lines. A line names a row ("leg 1"), an
// outcome ("outcome 3 no_leg"), the deadline, the next step or the state, and some of its values;
// the rows of each kind must be exactly those that have a line.
func requireExpected(t *testing.T, g golden, r Result) {
	t.Helper()
	require.NotEmpty(t, g.Expect)
	rows := describe(r)
	expected := map[string]bool{}
	for _, line := range g.Expect {
		words := strings.Fields(line)
		key := strings.Join(words[:2], " ")
		if words[0] == "deadline" || words[0] == "next" || words[0] == "state" || words[0] == "open" {
			key = words[0]
		}
		expected[key] = true
		got, ok := rows[key]
		require.True(t, ok, "no %s; there are %v", key, keys(rows))
		for _, pair := range words[len(strings.Fields(key)):] {
			name, want, found := strings.Cut(pair, "=")
			require.True(t, found, "%q is no name=value", pair)
			value, known := got[name]
			require.True(t, known, "%s has no %q", key, name)
			require.Equal(t, want, value, "%s %s", key, name)
		}
	}
	for key := range rows {
		kind, _, _ := strings.Cut(key, " ")
		if kind != "outcome" && kind != "deadline" && kind != "next" && kind != "state" {
			require.True(t, expected[key], "unexpected %s: %v", key, rows[key])
		}
	}
}

func keys(rows map[string]map[string]string) []string {
	var all []string
	for k := range rows {
		all = append(all, k)
	}
	return all
}

// describe turns a result into rows of named values.
func describe(r Result) map[string]map[string]string {
	rows := map[string]map[string]string{}
	for _, l := range r.Legs {
		rows[fmt.Sprintf("leg %d", l.Ordinal)] = describeLeg(l)
	}
	if r.Open != nil {
		rows["open"] = describeLeg(*r.Open)
	}
	for _, o := range r.Offers {
		rows[fmt.Sprintf("offer %d", o.Ordinal)] = map[string]string{
			"agent": o.AgentID, "outcome": o.Outcome, "offered": clockOf(o.OfferedAt), "resolved": clockOf(o.ResolvedAt),
			"leg": strconv.Itoa(o.LegOrdinal), "queue": o.QueueID, "group": o.GroupID, "expired": strconv.FormatBool(o.Expired),
		}
	}
	for _, v := range r.Visits {
		rows[fmt.Sprintf("visit %d", v.Ordinal)] = map[string]string{
			"queue": v.QueueID, "outcome": v.Outcome, "entered": clockOf(&v.EnteredAt), "left": clockOf(v.LeftAt),
			"leg": strconv.Itoa(v.LegOrdinal), "agent": v.AgentID, "expired": strconv.FormatBool(v.Expired),
		}
	}
	for _, c := range r.Closings {
		rows[fmt.Sprintf("closing %d", c.Ordinal)] = map[string]string{
			"by": c.ClosedBy, "at": clockOf(&c.ClosedAt), "agent": c.AgentID, "queue": c.QueueID, "group": c.GroupID, "channel": c.Channel,
		}
	}
	for _, x := range r.Ratings {
		rows["rating "+x.Survey] = map[string]string{
			"agent": x.AgentID, "queue": x.QueueID, "score": number(x.Score), "requested": clockOf(x.RequestedAt),
			"rated": clockOf(x.RatedAt), "scale": fmt.Sprintf("%g-%g", x.ScaleMin, x.ScaleMax), "group": x.GroupID,
		}
	}
	for _, a := range r.Amendments {
		tags := "unchanged"
		if a.Tags != nil {
			tags = strings.Join(*a.Tags, "+")
		}
		rows[fmt.Sprintf("amendment %d", a.LegOrdinal)] = map[string]string{"wrapup": seconds(a.Wrapup), "tags": tags}
	}
	for n, o := range r.Outcomes {
		rows[fmt.Sprintf("outcome %d", n)] = map[string]string{"kind": string(o.Kind), "reason": o.Reason}
	}
	if r.Deadline != nil {
		rows["deadline"] = map[string]string{"kind": r.Deadline.Kind, "at": clockOf(&r.Deadline.At)}
	}
	next := r.Next()
	rows["next"] = map[string]string{"kind": string(next.Kind), "at": clockOf(&next.At)}
	rows["state"] = map[string]string{
		"assignee": r.State.AssigneeID, "status": r.State.Status, "pending": clockOf(r.State.PendingSince),
		"closed": strconv.FormatBool(r.State.Closed), "offers": strconv.Itoa(len(r.State.Offers)),
		"visit": strconv.FormatBool(r.State.Visit != nil), "tags": strings.Join(r.State.Tags, "+"),
		"lag": seconds(r.State.Lag), "channel": r.State.Channel, "initial": r.State.InitialChannel,
	}
	return rows
}

func describeLeg(l Leg) map[string]string {
	w := l.WaitTotals()
	return map[string]string{
		"agent": l.AgentID, "type": l.AgentType, "start": clockOf(&l.StartedAt), "end": clockOf(l.EndedAt),
		"began": l.StartReason, "ended": l.EndReason, "from": l.StatusStart, "to": l.StatusEnd,
		"dur": seconds(new(l.Duration())), "off": seconds(l.OfferTime), "fr": seconds(l.FirstReply),
		"msg": strconv.Itoa(l.AgentMessages), "rep": strconv.Itoa(l.AgentReplies), "eu": strconv.Itoa(l.CustomerMessages),
		"tot": seconds(&w.Total), "ans": seconds(&w.Answered), "un": seconds(&w.Unanswered), "long": seconds(&w.Longest),
		"waits": strconv.Itoa(len(l.Waits)), "gap": seconds(l.HandoffGap), "first": seconds(l.FirstResponse),
		"hold": seconds(&l.Hold), "talk": seconds(new(l.Talk())), "handle": seconds(new(l.Handle())), "wrapup": seconds(l.Wrapup),
		"queue": l.QueueID, "entered": clockOf(l.QueueEnteredAt), "group": l.GroupID, "channel": l.Channel,
		"tags": strings.Join(l.Tags, "+"), "expired": strconv.FormatBool(l.Expired), "version": strconv.Itoa(l.SettingsVersion),
		"schedule": l.ScheduleID, "inhours": strconv.FormatBool(l.StartedInBusinessHours),
		"bizdur": seconds(l.BusinessDuration), "bizfr": seconds(l.FirstReplyBusiness), "biztot": seconds(&w.TotalBusiness),
		"entries": fmt.Sprintf("%d-%d", l.FirstEntry, l.LastEntry), "ticket": l.TicketID, "requester": l.RequesterID,
		"direction": l.Direction, "initial": l.InitialChannel, "contact": l.ContactPoint, "settle": seconds(&l.Settle),
	}
}

// clockOf prints the time of day, with the day of the month where it is not the 10th, on which most
// goldens play.
func clockOf(at *Instant) string {
	if at == nil {
		return "null"
	}
	t := at.Time()
	clock := strings.TrimSuffix(t.Format("15:04:05.000"), ".000")
	if t.Format(time.DateOnly) == "2025-03-10" {
		return clock
	}
	return t.Format("01-02/") + clock
}

func seconds(m *Millis) string {
	if m == nil {
		return "null"
	}
	return strconv.FormatFloat(float64(*m)/1000, 'f', -1, 64)
}

func number(n *float64) string {
	if n == nil {
		return "null"
	}
	return strconv.FormatFloat(*n, 'f', -1, 64)
}
