package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/devstack/oracle/vectors"
)

// wireRow is what the compatible wire prints of an engagement, as far as the table of section 5.2
// of the reference behaviour tells it.
type wireRow struct {
	Offer      int64  `json:"offer_time_seconds"`
	FirstReply *int64 `json:"assignment_to_first_reply_time_seconds"`
	Messages   int64  `json:"agent_messages_count"`
	Replies    int64  `json:"agent_replies_count"`
	Customer   int64  `json:"end_user_messages_count"`
	Total      int64  `json:"total_requester_wait_time_seconds"`
	Average    int64  `json:"average_requester_wait_time_seconds"`
	Longest    int64  `json:"longest_requester_wait_time_seconds"`
}

// table is table 5.2, columns off, Zendesk fr rule, msg, rep, eu, tot, avgZ, long.
var table = map[string][]wireRow{
	"V1":  {{6, vectors.Sec(30), 2, 2, 1, 60, 30, 30}},
	"V2":  {{10, vectors.Sec(20), 4, 3, 4, 120, 40, 90}},
	"V3":  {{12, vectors.Sec(60), 1, 1, 0, 60, 60, 60}},
	"V4":  {{3, vectors.Sec(0), 0, 0, 0, 103, 103, 103}},
	"V6":  {{2, vectors.Sec(30), 1, 1, 0, 30, 30, 30}, {0, vectors.Sec(45), 1, 0, 0, 0, 0, 0}},
	"V8":  {{3, vectors.Sec(30), 1, 1, 0, 30, 30, 30}, {0, vectors.Sec(45), 1, 1, 1, 45, 45, 45}},
	"V12": {{5, vectors.Sec(20), 1, 1, 1, 50, 50, 30}},
}

// checkWire reads the timelines over the compatible wire and over our own.
func checkWire(t *testing.T, o *organization) {
	t.Helper()
	for _, v := range vectors.Timelines() {
		ticket := url.QueryEscape(v.Conversation.Events[0].TicketID)
		status, body := o.do(t.Context(), t, http.MethodGet, "/api/v2/engagements?ticket_id="+ticket, nil)
		require.Equal(t, http.StatusOK, status, string(body))
		var page struct {
			Data []wireRow `json:"agent_engagement_data"`
		}
		require.NoError(t, json.Unmarshal(body, &page))
		require.Len(t, page.Data, len(table[v.Name]), "%s: %s", v.Name, body)
		for i, row := range table[v.Name] {
			require.Equal(t, row, page.Data[i], "%s leg %d", v.Name, i+1)
		}
		status, body = o.do(t.Context(), t, http.MethodGet, "/v1/conversations/"+url.PathEscape(v.Name), nil)
		require.Equal(t, http.StatusOK, status, string(body))
	}
}
