package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/api/apitest"
	"engaged/devstack/oracle"
	"engaged/devstack/recorded"
	"engaged/engagement"
)

// organization is a tenant of a stack and a key that may do everything in it.
type organization struct {
	stack  *stack
	id     string
	key    string
	client *http.Client
}

// newOrganization creates a tenant by its first key, and its agents and settings.
func newOrganization(t testing.TB, s *stack, id string, agents map[string]oracle.Agent, settings []engagement.Settings) *organization {
	t.Helper()
	o := &organization{stack: s, id: id, client: &http.Client{Transport: apitest.Transport(t, http.DefaultTransport), Timeout: 30 * time.Second}}
	output, code := command(t, s.env(), "keys", "create", "--organization", id, "--scopes", "admin")
	require.Zero(t, code, output)
	o.key, _, _ = strings.Cut(output, "\n")
	require.NotEmpty(t, o.key, output)
	for agent, entry := range agents {
		kind := entry.Type
		if kind == "" {
			kind = "human"
		}
		body := map[string]string{"name": "Agent " + agent, "type": kind, "group_id": entry.GroupID}
		status, answer := o.do(t.Context(), t, http.MethodPut, "/v1/directory/agents/"+agent, body)
		require.Less(t, status, 300, string(answer))
	}
	for _, version := range settings {
		o.addSettings(t, version)
	}
	return o
}

// addSettings writes a version as it is: the API would let none take effect in the past.
func (o *organization) addSettings(t testing.TB, version engagement.Settings) {
	t.Helper()
	text, err := json.Marshal(version)
	require.NoError(t, err)
	err = o.stack.store.DB().WithContext(t.Context()).Exec(
		"INSERT INTO settings_versions (organization_id, version, effective_from, settings) VALUES (?, ?, ?, ?)",
		o.id, version.Version, version.EffectiveFrom.Time(), string(text)).Error
	require.NoError(t, err)
}

// do makes a request and returns status and body; 0 where nobody answered.
func (o *organization) do(ctx context.Context, t testing.TB, method, path string, body any) (int, []byte) {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, o.stack.url()+path, reader)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+o.key)
	request.Header.Set("Content-Type", "application/json")
	response, err := o.client.Do(request)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer response.Body.Close() // it was read
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, []byte(err.Error())
	}
	return response.StatusCode, answer
}

// post sends events in one request and returns what became of them.
func (o *organization) post(ctx context.Context, t testing.TB, events ...engagement.Event) (api.Result, error) {
	var result api.Result
	status, answer := o.do(ctx, t, http.MethodPost, "/v1/events", events)
	if status != http.StatusAccepted {
		return result, fmt.Errorf("POST /v1/events: %d %s", status, answer)
	}
	if err := json.Unmarshal(answer, &result); err != nil {
		return result, fmt.Errorf("POST /v1/events: %w: %s", err, answer)
	}
	if len(result.Rejected) > 0 {
		return result, fmt.Errorf("POST /v1/events: rejected: %+v", result.Rejected)
	}
	return result, nil
}

// rows are the records of the organization as they stand.
func (o *organization) rows(ctx context.Context) (map[string]oracle.Records, error) {
	return recorded.Read(ctx, o.stack.store.DB(), o.id)
}

// reaches waits until the organization's records are exactly what the conversations must leave.
func (o *organization) reaches(t testing.TB, patience time.Duration, want []oracle.Conversation) map[string]oracle.Records {
	t.Helper()
	records, ids := expected(want)
	legs := 0
	for _, r := range records {
		legs += len(r.Legs)
	}
	var got map[string]oracle.Records
	eventually(t, patience, func(ctx context.Context) string {
		// Counting is cheap; comparing is not.
		if done, err := o.recorded(ctx); err != nil || done < legs {
			return fmt.Sprintf("%d of %d engagements are recorded; %v; %s", done, legs, err, o.unfinished(ctx))
		}
		rows, err := o.rows(ctx)
		if err != nil {
			return err.Error()
		}
		got = rows
		return recorded.Compare(records, ids, rows)
	})
	return got
}

// recorded counts the engagements recorded.
func (o *organization) recorded(ctx context.Context) (int, error) {
	var done int
	err := o.stack.store.DB().WithContext(ctx).Raw("SELECT count(*) FROM engagements WHERE organization_id = ?", o.id).Scan(&done).Error
	return done, err
}

// unfinished says where conversations stand that no finished run has taken in, a few at most.
func (o *organization) unfinished(ctx context.Context) string {
	var lines []string
	err := o.stack.store.DB().WithContext(ctx).Raw(`
		SELECT format('%s: last %s applied %s delivered %s records %s claim %s', conversation_id, last_number, applied_number, delivered_number,
			record_count, (SELECT row(d.*) FROM dispatch_claims d WHERE d.conversation_key = c.key))
		FROM conversations c WHERE organization_id = ? AND applied_number < last_number ORDER BY key LIMIT 10`, o.id).Scan(&lines).Error
	if err != nil {
		lines = append(lines, err.Error())
	}
	return strings.Join(lines, "\n")
}

func expected(want []oracle.Conversation) (records []oracle.Records, ids []string) {
	for _, c := range want {
		records = append(records, oracle.Of(c))
		ids = append(ids, c.Events[0].ConversationID)
	}
	return records, ids
}
