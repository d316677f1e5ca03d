package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/models"
)

// The queues and agents of the conformance cases.
const (
	exampleQueue  = "220ffe6a-3040-4ece-ae3a-c4c6d63ff3cc"
	exampleQueue2 = "57582f31-4fce-4435-b489-e1c7f190a92f"
	agent0        = "93b885ad-fe0d-3089-8df6-34904fd59f71"
	agent1        = "55a54008-ad1b-3589-aa21-0d2629c1df41"
)

// conformanceNow is the clock of the conformance cases.
var conformanceNow = time.Date(2023, 4, 26, 10, 0, 0, 0, time.UTC)

// closing and rating are rows of the conformance cases.
type closing struct {
	csid, closedAt, channel, direction, queue, agent, contactPoint, closedBy string
}

type rating struct {
	csid, createdAt string
	score           float64
	agent           string
}

var conformanceClosings = []closing{
	{"184471", "2023-04-16T23:30:00Z", "email", "inbound", exampleQueue2, agent1, "dixa@email.com", "agent"},
	{"184472", "2023-04-16T22:00:00Z", "voice", "inbound", exampleQueue, agent0, "+4511223344", "agent"},
	{"184473", "2023-04-21T10:24:04.259Z", "email", "inbound", exampleQueue2, agent0, "dixa@email.com", "agent"},
	{"184474", "2023-04-23T21:59:59.999Z", "email", "outbound", exampleQueue2, agent1, "dixa@email.com", "agent"},
	{"184475", "2023-04-23T22:00:00Z", "email", "inbound", "", "", "dixa@email.com", "unknown"},
	{"184476", "2023-04-25T08:00:00Z", "contact_form", "inbound", exampleQueue, agent1, "form", "end_user"},
	{"184477", "2023-04-26T09:00:00Z", "callback", "inbound", exampleQueue, agent0, "+4511223344", "agent"},
}

var conformanceRatings = []rating{
	{"184472", "2023-04-18T10:00:00Z", 5, agent0},
	{"184473", "2023-04-19T10:00:00Z", 4, agent0},
	{"184474", "2023-04-20T10:00:00Z", 2, agent1},
	{"184476", "2023-04-25T10:00:00Z", 5, agent1},
}

// newConformance starts a world with the rows of the conformance cases, asked with the key test-key.
func newConformance(t *testing.T, configure func(*api.Config)) *world {
	t.Helper()
	w := newWorldWith(t, func() time.Time { return conformanceNow }, func(config *api.Config) {
		config.DevKey = "test-key"
		configure(config)
	})
	w.conform("dev")
	return w
}

// conform writes the rows into an organization.
func (w *world) conform(organization string) {
	w.t.Helper()
	require.NoError(w.t, w.store.CreateOrganization(w.t.Context(), organization, ""))
	for _, entry := range []models.DirectoryEntry{
		{Kind: "queue", ID: exampleQueue, Name: "Example queue"}, {Kind: "queue", ID: exampleQueue2, Name: "Example queue 2"},
		{Kind: "agent", ID: agent0, Name: "Agent 0", Type: "human"}, {Kind: "agent", ID: agent1, Name: "Agent 1", Type: "human"},
	} {
		entry.OrganizationID = organization
		require.NoError(w.t, w.store.PutDirectoryEntry(w.t.Context(), entry))
	}
	for _, c := range conformanceClosings {
		w.insertClosing(organization, c)
	}
	for _, r := range conformanceRatings {
		w.insertRating(organization, r)
	}
}

// Partitions are made by the engine when it first writes into a month; the rows of tests go in
// beside it.
const insertClosingSQL = `
INSERT INTO closed_conversations (id, organization_id, revision, conversation_key, conversation_id, ordinal, closed_at, closed_by,
	agent_id, agent_type, queue_id, channel, initial_channel, direction, contact_point, ticket_id)
VALUES (gen_random_uuid(), $1, 1, $2, $3, 1, $4, $5, $6, CASE WHEN $6 = '' THEN '' ELSE 'human' END, $7, $8, $8, $9, $10, $3)`

const insertRatingSQL = `
INSERT INTO ratings (id, organization_id, revision, conversation_key, conversation_id, survey, rated_at, created_at, score, scale_min, scale_max,
	agent_id, agent_type, ticket_id)
VALUES (gen_random_uuid(), $1, 1, $2, $3, 'csat', $4, $4, $5, 1, 5, $6, 'human', $3)`

const insertConversationSQL = `
INSERT INTO conversations (organization_id, conversation_id) VALUES ($1, $2)
ON CONFLICT ON CONSTRAINT conversations_subject DO UPDATE SET updated_at = clock_timestamp() RETURNING key`

// conversation makes sure that the organization has the conversation, and returns its key.
func (w *world) conversation(organization, id string) int64 {
	w.t.Helper()
	require.NoError(w.t, w.store.CreateOrganization(w.t.Context(), organization, ""))
	var key int64
	require.NoError(w.t, w.store.Pool().QueryRow(w.t.Context(), insertConversationSQL, organization, id).Scan(&key))
	return key
}

func (w *world) insertClosing(organization string, c closing) {
	w.t.Helper()
	w.partition("closed_conversations", c.closedAt)
	_, err := w.store.Pool().Exec(w.t.Context(), insertClosingSQL, organization, w.conversation(organization, c.csid), c.csid,
		instantAt(c.closedAt).Time(), c.closedBy, c.agent, c.queue, c.channel, c.direction, c.contactPoint)
	require.NoError(w.t, err)
}

func (w *world) insertRating(organization string, r rating) {
	w.t.Helper()
	w.partition("ratings", r.createdAt)
	_, err := w.store.Pool().Exec(w.t.Context(), insertRatingSQL, organization, w.conversation(organization, r.csid), r.csid,
		instantAt(r.createdAt).Time(), r.score, r.agent)
	require.NoError(w.t, err)
}

// partition makes the partition of an instant's month.
func (w *world) partition(table, at string) {
	w.t.Helper()
	day := instantAt(at).Time()
	first := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
	_, err := w.store.Pool().Exec(w.t.Context(), "CREATE TABLE IF NOT EXISTS "+table+"_"+first.Format("200601")+" PARTITION OF "+table+
		" FOR VALUES FROM ('"+first.Format(time.RFC3339)+"') TO ('"+first.AddDate(0, 1, 0).Format(time.RFC3339)+"')")
	require.NoError(w.t, err)
}

// metric asks for a metric, wire asks for rows of a record; both must be answered.
func (w *world) metric(body string) string {
	w.t.Helper()
	return w.asked("POST", "/v1/analytics/metrics", body)
}

func (w *world) records(body string) string {
	w.t.Helper()
	return w.asked("POST", "/v1/analytics/records", body)
}

func (w *world) asked(method, path, body string) string {
	w.t.Helper()
	got := w.wire(method, path, body)
	require.Equal(w.t, 200, got.status, "%s %s %s: %s", method, path, body, got.body)
	require.Equal(w.t, "application/json", got.header.Get("Content-Type"))
	return got.body
}

// wire asks as clients of the reference do.
func (w *world) wire(method, path, body string) answer {
	w.t.Helper()
	return w.ask("", method, path, body, "Authorization", "test-key")
}

// refused requires an error body of the wire and returns its message.
func (w *world) refused(got answer, status int) string {
	w.t.Helper()
	require.Equal(w.t, status, got.status, got.body)
	require.Equal(w.t, "application/json", got.header.Get("Content-Type"))
	return messageOf(w.t, got.body)
}
