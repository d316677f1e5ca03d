package models_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/models"
)

const factsTask = "00000000-0000-0000-0000-0000000000aa"

// noon is the instant at which facts are asked.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// factsWorld is a store with a configuration that nothing has been told of yet.
type factsWorld struct {
	*testing.T
	store *models.Store
	plan  delivery.Plan
}

func newFactsWorld(t *testing.T, caps ...delivery.Cap) *factsWorld {
	t.Helper()
	store := openStore(t)
	made, err := store.CreateDeliveryConfiguration(t.Context(), models.DeliveryDocument{Name: "x", QueueID: "q", Mode: delivery.Preview, Caps: caps}, models.Audit{OrganizationID: organization})
	require.NoError(t, err)
	return &factsWorld{t, store, made.Plan(delivery.Task{
		ID: factsTask, ConfigurationID: made.ID, AcceptedAt: delivery.At(noon.Add(-time.Hour)),
		Windows: []delivery.Window{{Start: delivery.At(noon.Add(-time.Hour)), End: delivery.At(noon.Add(48 * time.Hour))}},
		Contacts: []delivery.Contact{
			{ID: "C1", State: "FL", Phones: []delivery.Phone{{Type: delivery.Mobile, Number: "+12125550101"}, {Type: delivery.Home, Number: "+12125550102"}}},
			{ID: "C2", Phones: []delivery.Phone{{Type: delivery.Mobile, Number: "+12125550103"}}},
		},
	})}
}

func (w *factsWorld) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.store.Pool().Exec(w.Context(), sql, args...)
	require.NoError(w, err)
}

// facts are those about a place of the chain.
func (w *factsWorld) facts(contact, phone int) delivery.Facts {
	w.Helper()
	candidate := delivery.Candidate{Position: delivery.Position{Loop: 1, Contact: contact, Phone: phone}}
	facts, err := models.LoadFacts(w.Context(), w.store.Pool(), organization, &w.plan, candidate, delivery.At(noon))
	require.NoError(w, err)
	return facts
}

func (w *factsWorld) verdict(contact, phone int) delivery.Verdict {
	w.Helper()
	candidate := delivery.Candidate{Position: delivery.Position{Loop: 1, Contact: contact, Phone: phone}}
	facts := w.facts(contact, phone)
	return delivery.Evaluate(&w.plan, candidate, &facts, delivery.At(noon))
}

func TestFactsOfNothing(t *testing.T) {
	t.Parallel()
	w := newFactsWorld(t)
	facts := w.facts(0, 0)
	text, err := json.Marshal(facts)
	require.NoError(t, err)
	require.JSONEq(t, `{}`, string(text))
	require.Equal(t, delivery.Allow, w.verdict(0, 0).Action)
	_, err = w.store.SuspendDelivery(t.Context(), w.plan.Task.ConfigurationID, models.SuspendedByBotFailure, models.Audit{OrganizationID: organization})
	require.NoError(t, err)
	facts = w.facts(0, 0)
	require.True(t, facts.Inactive)
	require.Equal(t, models.SuspendedByBotFailure, facts.SuspensionType)
}

func TestFactsOfConsentAndLists(t *testing.T) {
	t.Parallel()
	w := newFactsWorld(t)
	insert := `INSERT INTO delivery_consents (organization_id, contact_id, number, opted_out, recorded_at) VALUES ($1, $2, $3, $4, $5)`
	require.NoError(t, w.store.CreateOrganization(t.Context(), "stranger", ""))
	for _, c := range []struct {
		organization, contact, number string
		out                           bool
		minutes                       int
	}{
		{organization, "C1", "", true, 1},
		{organization, "C1", "", false, 2},
		{organization, "", "+12125550102", false, 5},
		{organization, "", "+12125550102", true, 5},
		{organization, "C9", "", true, 3},
		{"stranger", "C1", "", true, 9},
		{"stranger", "", "+12125550101", true, 9},
	} {
		w.exec(insert, c.organization, c.contact, c.number, c.out, noon.Add(time.Duration(c.minutes)*time.Minute))
	}
	at := func(minutes int) delivery.Instant { return delivery.At(noon.Add(time.Duration(minutes) * time.Minute)) }
	require.Equal(t, []delivery.Consent{{ContactID: "C1", At: at(2)}}, w.facts(0, 0).Consents, "the latest of each subject")
	require.Equal(t, []delivery.Consent{{Number: "+12125550102", OptedOut: true, At: at(5)}, {ContactID: "C1", At: at(2)}}, w.facts(0, 1).Consents, "of two at once the one that forbids")
	require.Empty(t, w.facts(1, 0).Consents)

	for _, e := range [][4]string{
		{organization, "national", "", "+12125550101"}, {organization, "internal", "C1", ""}, {organization, "internal", "", "+12125550199"},
		{"stranger", "national", "C2", ""}, {"stranger", "national", "", "+12125550103"},
	} {
		w.exec(`INSERT INTO delivery_do_not_contact (organization_id, list, contact_id, number) VALUES ($1, $2, $3, $4)`, e[0], e[1], e[2], e[3])
	}
	require.Equal(t, []delivery.NotToContact{{List: "internal", ContactID: "C1"}, {List: "national", Number: "+12125550101"}}, w.facts(0, 0).NotToContact)
	require.Equal(t, []delivery.NotToContact{{List: "internal", ContactID: "C1"}}, w.facts(0, 1).NotToContact)
	require.Empty(t, w.facts(1, 0).NotToContact)
	require.Equal(t, delivery.Cancel, w.verdict(0, 0).Action)
	require.Equal(t, delivery.Allow, w.verdict(1, 0).Action)
	all, err := w.store.DeliveryFacts(t.Context(), organization, &w.plan, delivery.At(noon))
	require.NoError(t, err)
	require.Len(t, all.NotToContact, 2)
	require.Len(t, all.Consents, 2)
}

func TestFactsOfPolicies(t *testing.T) {
	t.Parallel()
	w := newFactsWorld(t)
	insert := `INSERT INTO delivery_policies (id, organization_id, name, state, executed_at, until) VALUES (gen_random_uuid(), $1, $2, 'fl', $3, $4)`
	accepted := w.plan.Task.AcceptedAt.Time()
	require.NoError(t, w.store.CreateOrganization(t.Context(), "stranger", ""))
	w.exec(insert, organization, "over", accepted.Add(-time.Minute), nil)
	w.exec(insert, organization, "ended", accepted.Add(-time.Minute), noon)
	w.exec(insert, "stranger", "theirs", noon, nil)
	require.Empty(t, w.facts(0, 0).Policies)
	require.Equal(t, delivery.Allow, w.verdict(0, 0).Action)

	w.exec(insert, organization, "lasting", accepted.Add(-time.Minute), noon.Add(time.Millisecond))
	policies := w.facts(0, 0).Policies
	require.Len(t, policies, 1)
	require.Equal(t, "fl", policies[0].State)
	require.Equal(t, noon.Add(time.Millisecond), policies[0].Until.Time())
	verdict := w.verdict(0, 0)
	require.Equal(t, delivery.Cancel, verdict.Action)
	require.Equal(t, policies[0].ID, verdict.PolicyID)
	require.Equal(t, delivery.Allow, w.verdict(1, 0).Action, "not of Florida")

	w.exec(`DELETE FROM delivery_policies`)
	w.exec(insert, organization, "after", accepted, nil)
	require.Equal(t, delivery.Cancel, w.verdict(0, 0).Action, "accepted until its execution")
}

// pastCall is a hand-made attempt that was started minutes before noon; 0: not at all.
type pastCall struct {
	organization, task, contact, number string
	started                             int
	mode, result                        string
	connected, agent, waited, bot       bool
}

func (w *factsWorld) call(c pastCall) string {
	w.Helper()
	ago := func(is bool) *time.Time {
		if !is {
			return nil
		}
		return new(noon.Add(-time.Duration(c.started) * time.Minute))
	}
	if c.organization == "" {
		c.organization = organization
	}
	if c.task == "" {
		c.task = "00000000-0000-0000-0000-0000000000bb"
	}
	var result *string
	if c.result != "" {
		result = &c.result
	}
	var id string
	require.NoError(w, w.store.Pool().QueryRow(w.Context(), `INSERT INTO deliveries (id, organization_id, task_key, task_id, configuration_id, seq, channel, mode, status, result,
		contact_id, phone_type, to_address, loop, contact_index, phone_index, planned_at, not_before, expires_at, window_start, window_end, started_at,
		customer_connected_at, agent_connected_at, wait_exceeded, bot_failed, configuration_version, rules_version)
		VALUES (gen_random_uuid(), $1, (SELECT -1 - count(*) FROM deliveries), $2, $3, 1, 'voice', $4, 'Complete', $5, $6, 'mobile', $7, 1, 0, 0, now(), now(), now(), now(), now(), $8,
		$9, $10, $11, $12, 1, 1) RETURNING id::text`,
		c.organization, c.task, w.plan.Task.ConfigurationID, c.mode, result, c.contact, c.number, ago(c.started != 0), ago(c.connected), ago(c.agent), c.waited, c.bot).Scan(&id))
	return id
}

func TestFactsOfHistory(t *testing.T) {
	t.Parallel()
	w := newFactsWorld(t, delivery.Cap{Scope: delivery.ScopeNumber, Period: delivery.PeriodRolling, Length: 3_600_000, Most: 4})
	past := func(minutes int) delivery.Instant {
		return delivery.At(noon.Add(-time.Duration(minutes) * time.Minute))
	}
	w.call(pastCall{contact: "C1", number: "+12125550111", started: 10, result: "NoAnswer"})
	w.call(pastCall{contact: "C8", number: "+12125550101", started: 20, mode: "Preview", result: "CallEnded", connected: true})
	w.call(pastCall{task: factsTask, contact: "C2", number: "+12125550103", started: 30, mode: "Copilot", result: "BotFailed", connected: true, bot: true})
	w.call(pastCall{contact: "C1", number: "+12125550101", started: 61, result: "Busy"})
	w.call(pastCall{contact: "C1", number: "+12125550101", started: 0, result: "Expired"})
	w.call(pastCall{contact: "C9", number: "+12125550199", started: 5})
	w.call(pastCall{organization: "stranger", contact: "C1", number: "+12125550101", started: 5})
	other := "00000000-0000-0000-0000-0000000000bb"
	require.Equal(t, []delivery.PastAttempt{
		{At: past(10), TaskID: other, ContactID: "C1", Number: "+12125550111"},
		{At: past(20), TaskID: other, ContactID: "C8", Number: "+12125550101", Conversation: true},
		{At: past(30), TaskID: factsTask, ContactID: "C2", Number: "+12125550103", Abandoned: true},
	}, w.facts(0, 0).History, "of the contact, the number or the task, within the hour that the cap asks")
	require.Equal(t, delivery.Allow, w.verdict(0, 0).Action)
}

// token writes a token that was granted so many minutes before noon.
func (w *factsWorld) token(id string, granted int, columns string) {
	w.exec(`INSERT INTO delivery_tokens (delivery_id, fence, organization_id, configuration_id, task_key, task_id, seq, contact_id, number, granted_at, not_after, started_at, lost_at, released_at)
		SELECT $1, 7, $2, $3, 1, '00000000-0000-0000-0000-0000000000cc', 1, 'C1', '+12125550104', $4, $4, `+columns,
		id, organization, w.plan.Task.ConfigurationID, noon.Add(-time.Duration(granted)*time.Minute))
}

// A call counts from its start, also where it was handed out before the cap's period and its row does not
// show it yet.
func TestFactsOfCallsStartedLater(t *testing.T) {
	t.Parallel()
	w := newFactsWorld(t, delivery.Cap{Scope: delivery.ScopeContact, Period: delivery.PeriodRolling, Length: 3_600_000, Most: 1})
	w.token("00000000-0000-0000-0000-000000000001", 61, `timestamptz '2026-03-10T11:01:00Z', NULL, timestamptz '2026-03-10T11:02:00Z'`)
	verdict := w.verdict(0, 0)
	require.Equal(t, delivery.ReasonCap, verdict.Reason)
	require.Equal(t, "2026-03-10T12:01:00.000Z", verdict.NextAt.String())
}

// Calls that were handed out count before anything is known of them, also where the claim was lost, unless the
// order was given up.
func TestFactsOfCallsHandedOut(t *testing.T) {
	t.Parallel()
	w := newFactsWorld(t, delivery.Cap{Scope: delivery.ScopeContact, Period: delivery.PeriodDay, Most: 2})
	told := w.call(pastCall{contact: "C1", number: "+12125550101", started: 50})
	token := w.token
	token(told, 51, `timestamptz '2026-03-10T11:10:00Z', NULL, timestamptz '2026-03-10T11:15:00Z'`) // its row tells of it
	token("00000000-0000-0000-0000-000000000001", 40, `NULL, NULL, NULL`)                           // waits for its start
	token("00000000-0000-0000-0000-000000000002", 30, `NULL, timestamptz '2026-03-10T11:40:00Z', NULL`)
	token("00000000-0000-0000-0000-000000000003", 25, `NULL, NULL, timestamptz '2026-03-10T11:40:00Z'`)
	token("00000000-0000-0000-0000-000000000004", 20, `timestamptz '2026-03-10T11:45:00Z', NULL, timestamptz '2026-03-10T11:46:00Z'`)
	var at []string
	for _, p := range w.facts(0, 0).History {
		at = append(at, p.At.Time().Format("15:04"))
	}
	require.Equal(t, []string{"11:45", "11:30", "11:20", "11:10"}, at)
	verdict := w.verdict(0, 0)
	require.Equal(t, delivery.Wait, verdict.Action)
	require.Equal(t, delivery.ReasonCap, verdict.Reason)
}

// Who was spoken to, and who was called in vain, by mode and result.
func TestFactsTellConversationsFromAbandonedCalls(t *testing.T) {
	t.Parallel()
	w := newFactsWorld(t, delivery.Cap{Scope: delivery.ScopeContact, Period: delivery.PeriodDay, Most: 9})
	for name, c := range map[string]struct {
		call                    pastCall
		conversation, abandoned bool
	}{
		"busy":                      {pastCall{mode: "Progressive", result: "Busy"}, false, false},
		"machine":                   {pastCall{mode: "Progressive", result: "AnsweringMachineHangup", connected: true}, false, false},
		"an agent came":             {pastCall{mode: "Progressive", result: "LiveAnswer", connected: true, agent: true}, true, false},
		"an agent came too late":    {pastCall{mode: "Progressive", result: "LiveAnswer", connected: true, agent: true, waited: true}, true, true},
		"no agent came":             {pastCall{mode: "Progressive", result: "Undetermined", connected: true}, false, true},
		"a call under way":          {pastCall{mode: "Progressive", connected: true, agent: true}, true, false},
		"waiting for an agent":      {pastCall{mode: "Progressive", connected: true}, false, false},
		"the AI agent spoke":        {pastCall{mode: "Copilot", result: "LiveAnswer", connected: true}, true, false},
		"the AI agent failed":       {pastCall{mode: "Copilot", result: "BotFailed", connected: true, bot: true}, false, true},
		"nothing was said":          {pastCall{mode: "Copilot", result: "Undetermined", connected: true}, false, false},
		"preview":                   {pastCall{mode: "Preview", result: "CallEnded", connected: true}, true, false},
		"preview without an answer": {pastCall{mode: "Preview", result: "NoAnswer"}, false, false},
	} {
		w.exec(`DELETE FROM deliveries`)
		c.call.contact, c.call.number, c.call.started = "C1", "+12125550101", 5
		w.call(c.call)
		history := w.facts(0, 0).History
		require.Len(t, history, 1, name)
		require.Equal(t, c.conversation, history[0].Conversation, name)
		require.Equal(t, c.abandoned, history[0].Abandoned, name)
	}
}

// Nobody who has locked a contact or a number is overtaken; others do not wait.
func TestSubjectsAreLockedUntilTheEnd(t *testing.T) {
	t.Parallel()
	w := newFactsWorld(t)
	first, err := w.store.Pool().Begin(t.Context())
	require.NoError(t, err)
	require.NoError(t, models.LockSubjects(t.Context(), first, organization, models.AllSubjectsOf(&w.plan.Task)))
	free := func(tenant string, about models.FactSubjects) bool {
		t.Helper()
		err := pgx.BeginFunc(t.Context(), w.store.Pool(), func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `SET LOCAL lock_timeout = '50ms'`); err != nil {
				return err
			}
			return models.LockSubjects(t.Context(), tx, tenant, about)
		})
		return err == nil
	}
	require.False(t, free(organization, models.SubjectsOf(&w.plan.Task, delivery.Position{Contact: 1})))
	require.False(t, free(organization, models.FactSubjects{Numbers: []string{"+12125550102"}}))
	require.True(t, free(organization, models.FactSubjects{ContactIDs: []string{"+12125550102"}}), "a contact is no number")
	require.True(t, free("stranger", models.AllSubjectsOf(&w.plan.Task)))
	require.NoError(t, first.Commit(t.Context()))
	require.True(t, free(organization, models.AllSubjectsOf(&w.plan.Task)))
}
