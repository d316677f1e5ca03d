package e2e

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/devstack/oracle"
	"engaged/devstack/oracle/vectors"
	"engaged/engagement"
)

// TestTenantsAreApart gives two organizations the same conversation: neither sees the other's.
func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	ours := newOrganization(t, sharedStack(t), "ours", vectors.Agents(), vectors.Settings())
	theirs := newOrganization(t, sharedStack(t), "theirs", vectors.Agents(), vectors.Settings())
	v := vectors.Timelines()[0]
	_, err := ours.post(t.Context(), t, append(append([]engagement.Event{}, v.Conversation.Events...), reached(v))...)
	require.NoError(t, err)
	ours.reaches(t, patience, []oracle.Conversation{v.Conversation})

	rows, err := theirs.rows(t.Context())
	require.NoError(t, err)
	require.Empty(t, rows)
	status, body := ours.do(t.Context(), t, http.MethodGet, "/v1/engagements", nil)
	require.Equal(t, http.StatusOK, status)
	var page struct {
		Data []struct {
			ID string `json:"engagement_id"`
		} `json:"data"`
	}
	require.NoError(t, json.Unmarshal(body, &page))
	require.Len(t, page.Data, 1)
	for _, path := range []string{"/v1/engagements/" + page.Data[0].ID, "/api/v2/engagements/" + page.Data[0].ID, "/v1/conversations/" + v.Name, "/v1/events/" + v.Name + "/01"} {
		status, body := ours.do(t.Context(), t, http.MethodGet, path, nil)
		require.Equal(t, http.StatusOK, status, "%s: %s", path, body)
		status, body = theirs.do(t.Context(), t, http.MethodGet, path, nil)
		require.Equal(t, http.StatusNotFound, status, "%s: %s", path, body)
	}
	status, _ = theirs.do(t.Context(), t, http.MethodPost, "/v1/conversations/"+v.Name+"/offers/A/accept", nil)
	require.Equal(t, http.StatusNotFound, status)

	result, err := theirs.post(t.Context(), t, v.Conversation.Events[0])
	require.NoError(t, err)
	require.Equal(t, 1, result.Accepted, "the same event of another organization is no duplicate")
}
