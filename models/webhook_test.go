package models_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/models"
)

var endpointAudit = models.Audit{OrganizationID: organization, Actor: "test", Action: "webhook_endpoint.create"}

// webhookEndpoint is the n-th endpoint of a test.
func webhookEndpoint(n int, types []string, configurations ...string) models.WebhookEndpoint {
	return models.WebhookEndpoint{
		ID: fmt.Sprintf("00000000-0000-4000-9000-%012d", n), URL: fmt.Sprintf("https://example.com/%d", n), EventTypes: types,
		ConfigurationIDs: configurations, OrderLease: 30 * time.Second, Enabled: true,
	}
}

func createEndpoint(t *testing.T, store *models.Store, e models.WebhookEndpoint) models.WebhookEndpoint {
	t.Helper()
	made, err := store.CreateWebhookEndpoint(t.Context(), e, []byte("sealed"), endpointAudit)
	require.NoError(t, err)
	return made
}

func claimWebhooks(t *testing.T, store *models.Store, most, perEndpoint int, lease time.Duration) []models.WebhookClaim {
	t.Helper()
	claims, err := store.ClaimWebhooks(t.Context(), most, perEndpoint, lease)
	require.NoError(t, err)
	return claims
}

func endWebhook(t *testing.T, store *models.Store, c models.WebhookClaim, r models.WebhookResult) models.WebhookStatus {
	t.Helper()
	if r.DisableAfter == 0 {
		r.DisableAfter = 120 * time.Hour
	}
	status, err := store.EndWebhookAttempt(t.Context(), c, r)
	require.NoError(t, err)
	return status
}

// recordTask records a task up to a cut, as its workflow does, so many times.
func recordTask(t *testing.T, store *models.Store, n int, cut delivery.Instant, times int) {
	t.Helper()
	subject := models.Subject{OrganizationID: organization, ConversationID: taskID(n), Kind: models.KindDelivery}
	run, err := store.LoadDelivery(t.Context(), subject)
	require.NoError(t, err)
	through, after := delivery.UpTo(run.Entries, cut)
	part := delivery.Fold(&run.Plan, run.Carry, through, cut)
	rest := delivery.Fold(&run.Plan, part.State, after, 0)
	r := models.DeliveryRecord{State: part.State, Outcomes: part.Outcomes, Token: fmt.Sprint(cut), DeliveryUpdate: models.DeliveryUpdate{
		Subject: subject, RecordCount: run.RecordCount, Seen: run.Seen, Attempts: append(part.Attempts, rest.Attempts...), Task: rest.Task,
		Dial: models.NewDialRequest(&run.Plan, rest, 0),
	}}
	for _, e := range after {
		r.Tail = append(r.Tail, e.Number)
	}
	for range times {
		recorded, err := store.RecordDelivery(t.Context(), r)
		require.NoError(t, err)
		require.True(t, recorded.Done)
	}
}

func number(t *testing.T, store *models.Store, sql string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, store.Pool().QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

func change(t *testing.T, store *models.Store, sql string, args ...any) {
	t.Helper()
	_, err := store.Pool().Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}

// An order goes to its endpoint or to the dialers, never to both; answered by the endpoint it is claimed.
func TestOrdersAreToldOrClaimed(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	told := deliveryConfiguration(t, store, nil)
	other := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) { d.QueueID = "q2" })
	endpoint := createEndpoint(t, store, webhookEndpoint(1, models.WebhookTypes, told))
	createTasks(t, store, newTask(told, 1), newTask(other, 2))
	require.Equal(t, 2, paceAll(t, store))

	orders := claimOrders(t, store, 10)
	require.Len(t, orders, 1)
	require.Equal(t, taskID(2), orders[0].TaskID)
	claims := claimWebhooks(t, store, 10, 10, time.Minute)
	require.Len(t, claims, 1)
	require.Empty(t, claimWebhooks(t, store, 10, 10, time.Minute))
	require.Equal(t, []any{endpoint.ID, endpoint.URL, []byte("sealed")}, []any{claims[0].EndpointID, claims[0].URL, claims[0].Secret})
	var message struct {
		Type      string
		Timestamp time.Time
		Data      struct {
			models.DialOrder
			LeaseMS int64 `json:"lease_ms"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(claims[0].Body), &message))
	require.NotContains(t, claims[0].Body, "lease_until")
	o := message.Data
	require.Equal(t, []any{"delivery.ordered", taskID(1), told, "+12125550001", "contact1", "calm", int64(30_000)},
		[]any{message.Type, o.TaskID, o.ConfigurationID, o.ToAddress, o.ContactID, o.InputAttributes["tone"], o.LeaseMS})
	require.Equal(t, orders[0].Mode, o.Mode)

	require.Equal(t, models.WebhookDelivered, endWebhook(t, store, claims[0], models.WebhookResult{Delivered: true}))
	require.Equal(t, 1, number(t, store, `SELECT count(*) FROM delivery_tokens WHERE delivery_id = $1 AND fence = $2 AND claimed_by = $3
		AND lease_until - claimed_at BETWEEN interval '29 s' AND interval '31 s'`, o.DeliveryID, o.Fence, "webhook/"+endpoint.ID))
	require.ErrorIs(t, startOrder(t, store, models.DialOrder{DeliveryID: o.DeliveryID, Fence: o.Fence + 1}), models.ErrStale)
	require.NoError(t, startOrder(t, store, o.DialOrder))
	require.Equal(t, 1, number(t, store, `SELECT count(*) FROM delivery_attempt_log WHERE delivery_id = $1 AND kind = 'claimed' AND detail ->> 'webhook_id' = $2`,
		o.DeliveryID, claims[0].MessageID))
}

// Whatever happens at once, there is a message for every order that was granted, and none without one.
func TestOrdersAreToldOnce(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) { d.Pacing.MaxConcurrentCalls = 500 })
	createEndpoint(t, store, webhookEndpoint(1, models.WebhookTypes))
	var tasks []models.NewDeliveryTask
	for n := range 60 {
		tasks = append(tasks, newTask(configuration, n))
	}
	createTasks(t, store, tasks...)
	// Some transactions fail when they commit.
	change(t, store, `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN IF random() < 0.3 THEN RAISE EXCEPTION 'not today'; END IF; RETURN NULL; END $$`)
	change(t, store, `CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON delivery_tokens DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()`)
	var running sync.WaitGroup
	for range 3 {
		running.Go(func() {
			for range 40 {
				claims, err := store.ClaimPacing(t.Context(), 1, 20*time.Millisecond)
				if err != nil {
					continue
				}
				for _, claim := range claims {
					_, _ = store.Pace(t.Context(), claim)
				}
			}
		})
	}
	running.Wait()
	change(t, store, `DROP TRIGGER fails ON delivery_tokens`)
	change(t, store, `UPDATE delivery_pacing SET due_at = clock_timestamp(), lease_until = NULL`)
	paceAll(t, store)
	require.Equal(t, 60, number(t, store, `SELECT count(*) FROM delivery_tokens WHERE webhook_endpoint_id IS NOT NULL`))
	require.Equal(t, 60, number(t, store, `SELECT count(*) FROM webhook_messages m JOIN delivery_tokens t ON t.delivery_id = m.delivery_id AND t.fence = m.fence`))
	require.Equal(t, 60, number(t, store, `SELECT count(*) FROM webhook_messages`))
}

// What ended is told with its record, not before, and once however often it is recorded.
func TestEndsAreToldOnce(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) { d.Retry = delivery.Retry{} })
	createEndpoint(t, store, webhookEndpoint(1, []string{models.WebhookEnded, models.WebhookTaskEnded}))
	createEndpoint(t, store, webhookEndpoint(2, []string{models.WebhookEnded}, configuration))
	disabled := webhookEndpoint(3, models.WebhookTypes)
	disabled.Enabled = false
	createEndpoint(t, store, disabled)
	createTasks(t, store, newTask(configuration, 1))
	paceAll(t, store)
	o := claimOrders(t, store, 1)[0]
	require.NoError(t, startOrder(t, store, o))
	now := delivery.At(time.Now())
	var told []models.DeliverySubmission
	for i, e := range []delivery.Event{
		{Type: delivery.CallConnected, Time: now}, {Type: delivery.SpeechDetected, Time: now}, {Type: delivery.CallEnd, Time: now.Add(1)},
		{Type: delivery.DispositionSet, Time: now.Add(600), Data: delivery.Data{Codes: []string{"Paid"}}},
	} {
		e.ID, e.Attempt = fmt.Sprint(i), o.Seq
		told = append(told, models.DeliverySubmission{OrganizationID: organization, TaskID: o.TaskID, Event: e})
	}
	_, err := store.AppendDeliveryEvents(t.Context(), told)
	require.NoError(t, err)

	subject := models.Subject{OrganizationID: organization, ConversationID: o.TaskID, Kind: models.KindDelivery}
	run, err := store.LoadDelivery(t.Context(), subject)
	require.NoError(t, err)
	f := delivery.Fold(&run.Plan, run.Carry, run.Entries, 0)
	require.NotNil(t, f.Attempts[0].EndedAt)
	require.NoError(t, store.ProjectDelivery(t.Context(), models.DeliveryUpdate{Subject: subject, RecordCount: run.RecordCount, Seen: run.Seen, Attempts: f.Attempts, Task: f.Task}))
	require.Zero(t, number(t, store, `SELECT count(*) FROM webhook_messages`), "it is not final yet")
	recordTask(t, store, 1, now.Add(500), 2)
	recordTask(t, store, 1, now.Add(1000), 2)
	require.Equal(t, 3, number(t, store, `SELECT count(*) FROM webhook_messages`))
	require.Equal(t, 2, number(t, store, `SELECT count(*) FROM webhook_messages m JOIN deliveries d ON d.id = m.delivery_id WHERE m.type = 'delivery.ended' AND d.id = $1
		AND body::jsonb -> 'data' @> '{"result": "LiveAnswer", "result_core": "CallEnded", "status": "Complete", "input_attributes": {"tone": "calm"}}'
		AND (body::jsonb ->> 'timestamp')::timestamptz = d.ended_at`, o.DeliveryID))
	require.Equal(t, 1, number(t, store, `SELECT count(*) FROM webhook_messages WHERE type = 'delivery_task.ended'
		AND body::jsonb -> 'data' @> jsonb_build_object('delivery_task_id', $1::text, 'status', 'Complete', 'calls', 1)`, o.TaskID))
}

// A message that was claimed by somebody who died is sent again under its id; what the dead one says then
// does not count.
func TestClaimsOfWebhooksRunOut(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	endpoint := createEndpoint(t, store, webhookEndpoint(1, models.WebhookTypes))
	ping, err := store.PingWebhook(t.Context(), organization, endpoint.ID)
	require.NoError(t, err)
	dead := claimWebhooks(t, store, 1, 1, time.Minute)[0]
	require.Equal(t, ping.ID, dead.MessageID)
	require.Empty(t, claimWebhooks(t, store, 1, 1, time.Minute))
	wait, err := store.NextWebhook(t.Context())
	require.NoError(t, err)
	require.InDelta(t, time.Minute, wait, float64(10*time.Second))
	change(t, store, `UPDATE webhook_messages SET due_at = clock_timestamp(), lease_until = clock_timestamp()`)
	again := claimWebhooks(t, store, 1, 1, time.Minute)[0]
	require.Equal(t, []any{dead.MessageID, dead.Body, dead.Claim + 1}, []any{again.MessageID, again.Body, again.Claim})
	require.Empty(t, endWebhook(t, store, dead, models.WebhookResult{}))
	require.Equal(t, models.WebhookDelivered, endWebhook(t, store, again, models.WebhookResult{Delivered: true}))
	require.Empty(t, endWebhook(t, store, again, models.WebhookResult{}))
}

// No endpoint has more messages under way than it may, and none waits behind the backlog of another.
func TestEndpointsTakeTurns(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	for n := range 2 {
		endpoint := createEndpoint(t, store, webhookEndpoint(n+1, []string{models.WebhookEnded}))
		for range 5 {
			_, err := store.PingWebhook(t.Context(), organization, endpoint.ID)
			require.NoError(t, err)
		}
	}
	of := func(claims []models.WebhookClaim) map[string]int {
		n := map[string]int{}
		for _, c := range claims {
			n[c.EndpointID[35:]]++
		}
		return n
	}
	require.Equal(t, map[string]int{"1": 1, "2": 1}, of(claimWebhooks(t, store, 2, 3, time.Minute)))
	first := claimWebhooks(t, store, 10, 3, time.Minute)
	require.Equal(t, map[string]int{"1": 2, "2": 2}, of(first))
	require.Empty(t, claimWebhooks(t, store, 10, 3, time.Minute))
	endWebhook(t, store, first[0], models.WebhookResult{Delivered: true})
	require.Len(t, claimWebhooks(t, store, 10, 3, time.Minute), 1)
}

// An order waits behind no backlog.
func TestOrdersAreToldFirst(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, nil)
	endpoint := createEndpoint(t, store, webhookEndpoint(1, models.WebhookTypes))
	for range 5 {
		_, err := store.PingWebhook(t.Context(), organization, endpoint.ID)
		require.NoError(t, err)
	}
	createTasks(t, store, newTask(configuration, 1))
	require.Equal(t, 1, paceAll(t, store))
	claims := claimWebhooks(t, store, 2, 2, time.Minute)
	require.ElementsMatch(t, []string{models.WebhookOrdered, models.WebhookPing}, []string{claims[0].Type, claims[1].Type})
}

// An order that nobody has seen goes to the dialers when its endpoint is disabled. One that may have
// arrived is lost.
func TestDisablingLetsGoOfOrders(t *testing.T) {
	t.Parallel()
	for name, disable := range map[string]func(*testing.T, *models.Store, models.WebhookEndpoint, models.WebhookClaim){
		"gone": func(t *testing.T, store *models.Store, _ models.WebhookEndpoint, c models.WebhookClaim) {
			require.Equal(t, models.WebhookFailed, endWebhook(t, store, c, models.WebhookResult{Gone: true}))
		},
		"failing": func(t *testing.T, store *models.Store, _ models.WebhookEndpoint, c models.WebhookClaim) {
			change(t, store, `UPDATE webhook_endpoints SET failing_since = clock_timestamp() - interval '121 hours'`)
			require.Equal(t, models.WebhookPending, endWebhook(t, store, c, models.WebhookResult{Retry: new(time.Hour)}))
		},
		"api": func(t *testing.T, store *models.Store, e models.WebhookEndpoint, c models.WebhookClaim) {
			require.Equal(t, models.WebhookPending, endWebhook(t, store, c, models.WebhookResult{Retry: new(time.Hour)}))
			e.Enabled = false
			_, err := store.ReplaceWebhookEndpoint(t.Context(), e, endpointAudit)
			require.NoError(t, err)
		},
		"deleted": func(t *testing.T, store *models.Store, e models.WebhookEndpoint, _ models.WebhookClaim) {
			require.NoError(t, store.DeleteWebhookEndpoint(t.Context(), e.ID, endpointAudit))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := openStore(t)
			configuration := deliveryConfiguration(t, store, nil)
			endpoint := createEndpoint(t, store, webhookEndpoint(1, models.WebhookTypes))
			createTasks(t, store, newTask(configuration, 1), newTask(configuration, 2))
			require.Equal(t, 2, paceAll(t, store))
			require.Empty(t, claimOrders(t, store, 10))
			sent := claimWebhooks(t, store, 1, 1, time.Minute)[0]
			disable(t, store, endpoint, sent)
			require.Empty(t, claimWebhooks(t, store, 10, 10, time.Minute), "nothing is sent any more")
			if name != "deleted" {
				after, err := store.WebhookEndpoint(t.Context(), organization, endpoint.ID)
				require.NoError(t, err)
				require.Equal(t, []any{false, name}, []any{after.Enabled, after.DisabledReason})
				require.NotNil(t, after.DisabledAt)
				_, err = store.PingWebhook(t.Context(), organization, endpoint.ID)
				require.ErrorIs(t, err, models.ErrConflict)
				require.Equal(t, 2, number(t, store, `SELECT count(*) FROM webhook_messages WHERE status IN ('cancelled', 'failed') AND ended_at IS NOT NULL`))
			}
			orders := claimOrders(t, store, 10)
			require.Len(t, orders, 1)
			require.NotContains(t, sent.Body, orders[0].DeliveryID)
			lost, err := store.LoseClaims(t.Context(), 10)
			require.NoError(t, err)
			require.Equal(t, 1, lost)
			require.Equal(t, 1, number(t, store, `SELECT count(*) FROM delivery_tokens WHERE lost_at IS NOT NULL AND claimed_by = $1`, "webhook/"+endpoint.ID))
		})
	}
}

// An order is not sent while it may not be dialed, nor once it is void; one that was started was delivered.
func TestOrdersAreToldWhileTheyHold(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) { d.Pacing.MaxConcurrentCalls = 10 })
	createEndpoint(t, store, webhookEndpoint(1, models.WebhookTypes))
	createTasks(t, store, newTask(configuration, 1), newTask(configuration, 2), newTask(configuration, 3), newTask(configuration, 4))
	require.Equal(t, 4, paceAll(t, store))
	_, err := store.SuspendDelivery(t.Context(), configuration, "api", endpointAudit)
	require.NoError(t, err)
	require.Empty(t, claimWebhooks(t, store, 10, 10, time.Minute), "the configuration is suspended")
	_, err = store.ResumeDelivery(t.Context(), configuration, endpointAudit)
	require.NoError(t, err)

	attempt := func(n int) string { return delivery.AttemptID(organization, taskID(n), 1) }
	change(t, store, `UPDATE delivery_tokens SET released_at = clock_timestamp() WHERE delivery_id = $1`, attempt(1))
	change(t, store, `UPDATE delivery_tokens SET started_at = clock_timestamp() WHERE delivery_id = $1`, attempt(2))
	change(t, store, `UPDATE delivery_tokens SET not_after = clock_timestamp() WHERE delivery_id = $1`, attempt(3))
	change(t, store, `UPDATE webhook_messages SET expires_at = clock_timestamp() WHERE delivery_id = $1`, attempt(3))
	claims := claimWebhooks(t, store, 10, 10, time.Minute)
	require.Len(t, claims, 1)
	require.Contains(t, claims[0].Body, attempt(4))
	for n, want := range map[int]string{1: "cancelled", 2: "delivered", 3: "expired", 4: "pending"} {
		require.Equal(t, 1, number(t, store, `SELECT count(*) FROM webhook_messages WHERE delivery_id = $1 AND status = $2`, attempt(n), want), want)
	}
	// It would be sent again only when it has run out.
	require.Equal(t, models.WebhookExpired, endWebhook(t, store, claims[0], models.WebhookResult{Retry: new(25 * time.Hour)}))
	lost, err := store.LoseClaims(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 1, lost)
}

func TestOrdersHaveOneEndpoint(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	a, b := deliveryConfiguration(t, store, nil), deliveryConfiguration(t, store, nil)
	first := createEndpoint(t, store, webhookEndpoint(1, models.WebhookTypes, a))
	createEndpoint(t, store, webhookEndpoint(2, models.WebhookTypes, b))
	for _, e := range []models.WebhookEndpoint{webhookEndpoint(3, models.WebhookTypes), webhookEndpoint(3, []string{models.WebhookOrdered}, a, b)} {
		_, err := store.CreateWebhookEndpoint(t.Context(), e, []byte("s"), endpointAudit)
		require.ErrorIs(t, err, models.ErrInUse)
	}
	all := createEndpoint(t, store, webhookEndpoint(3, []string{models.WebhookEnded}))
	first.Enabled = false
	_, err := store.ReplaceWebhookEndpoint(t.Context(), first, endpointAudit)
	require.NoError(t, err)
	createEndpoint(t, store, webhookEndpoint(4, []string{models.WebhookOrdered}, a))
	first.Enabled = true
	_, err = store.ReplaceWebhookEndpoint(t.Context(), first, endpointAudit)
	require.ErrorIs(t, err, models.ErrInUse)
	list, err := store.ListWebhookEndpoints(t.Context(), organization)
	require.NoError(t, err)
	require.Len(t, list, 4)
	require.Equal(t, all, list[2])
	for n := range models.MaxWebhookEndpoints - 4 {
		createEndpoint(t, store, webhookEndpoint(5+n, []string{models.WebhookEnded}))
	}
	_, err = store.CreateWebhookEndpoint(t.Context(), webhookEndpoint(100, []string{models.WebhookEnded}), []byte("s"), endpointAudit)
	require.ErrorIs(t, err, models.ErrTooMany)
}

func TestReplayAndForgetWebhooks(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, nil)
	endpoint := createEndpoint(t, store, webhookEndpoint(1, models.WebhookTypes))
	createTasks(t, store, newTask(configuration, 1))
	require.Equal(t, 1, paceAll(t, store))
	for range 3 {
		_, err := store.PingWebhook(t.Context(), organization, endpoint.ID)
		require.NoError(t, err)
	}
	claims := claimWebhooks(t, store, 10, 10, time.Minute)
	require.Len(t, claims, 4)
	replay := func(id string) (models.WebhookMessage, error) {
		return store.ReplayWebhook(t.Context(), endpoint.ID, id, endpointAudit)
	}
	_, err := replay(claims[1].MessageID)
	require.ErrorIs(t, err, models.ErrInUse, "it is being sent")
	_, err = replay("msg_0")
	require.ErrorIs(t, err, models.ErrNotFound)
	endWebhook(t, store, claims[0], models.WebhookResult{})
	endWebhook(t, store, claims[1], models.WebhookResult{Delivered: true})
	endWebhook(t, store, claims[2], models.WebhookResult{Retry: new(time.Hour), Attempt: models.WebhookAttempt{Status: 500, Answer: "broken"}})
	endWebhook(t, store, claims[3], models.WebhookResult{})

	order, err := store.ListWebhookMessages(t.Context(), models.WebhookFilter{OrganizationID: organization, EndpointID: endpoint.ID, Type: models.WebhookOrdered, Limit: 9})
	require.NoError(t, err)
	require.Len(t, order, 1)
	_, err = replay(order[0].ID)
	require.ErrorIs(t, err, models.ErrInUse, "an order is told once it is over no more")
	waiting, err := replay(claims[2].MessageID)
	require.NoError(t, err)
	require.Equal(t, []any{models.WebhookPending, 1, 500, "broken"}, []any{waiting.Status, waiting.AttemptCount, waiting.Attempts[0].Status, waiting.Attempts[0].Answer})
	require.Len(t, claimWebhooks(t, store, 10, 10, time.Minute), 1)

	from, to := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	n, err := store.ReplayWebhooks(t.Context(), endpoint.ID, from, to, []models.WebhookStatus{models.WebhookFailed}, 10, endpointAudit)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	n, err = store.ReplayWebhooks(t.Context(), endpoint.ID, from, to, models.WebhookStatuses[1:], 10, endpointAudit)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	again := claimWebhooks(t, store, 10, 10, time.Minute)
	require.Len(t, again, 2)
	require.Zero(t, again[0].Tries, "the schedule begins again")

	endWebhook(t, store, again[0], models.WebhookResult{Delivered: true})
	change(t, store, `UPDATE webhook_messages SET ended_at = ended_at - interval '30 days' WHERE id = $1`, again[0].MessageID)
	forgotten, err := store.TrimWebhookMessages(t.Context(), 30)
	require.NoError(t, err)
	require.Equal(t, int64(1), forgotten)
	require.Equal(t, 3, number(t, store, `SELECT count(*) FROM webhook_messages`))
}

func TestReplacedSecretsAreForgotten(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	endpoint := createEndpoint(t, store, webhookEndpoint(1, models.WebhookTypes))
	for overlap, kept := range map[time.Duration]int{time.Hour: 1, 0: 0} {
		_, err := store.RotateWebhookSecret(t.Context(), endpoint.ID, []byte("another"), overlap, endpointAudit)
		require.NoError(t, err)
		_, err = store.TrimWebhookMessages(t.Context(), 30)
		require.NoError(t, err)
		require.Equal(t, kept, number(t, store, `SELECT count(previous_secret) FROM webhook_endpoints`), "a secret that signs no more is forgotten")
	}
}

// A message remembers its latest attempts.
func TestAttemptsAreBounded(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	endpoint := createEndpoint(t, store, webhookEndpoint(1, models.WebhookTypes))
	ping, err := store.PingWebhook(t.Context(), organization, endpoint.ID)
	require.NoError(t, err)
	for n := range 33 {
		change(t, store, `UPDATE webhook_messages SET due_at = clock_timestamp() - interval '1 s'`)
		c := claimWebhooks(t, store, 1, 1, time.Minute)[0]
		require.Equal(t, n, c.Tries)
		endWebhook(t, store, c, models.WebhookResult{Retry: new(time.Hour), Attempt: models.WebhookAttempt{Status: 500 + n}})
	}
	m, err := store.WebhookMessage(t.Context(), organization, endpoint.ID, ping.ID)
	require.NoError(t, err)
	require.Equal(t, []int{33, 30, 503, 532}, []int{m.AttemptCount, len(m.Attempts), m.Attempts[0].Status, m.Attempts[29].Status})
}
