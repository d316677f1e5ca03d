package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/models"
)

// failed shows the first attempt of the n-th task as a call that was answered at an instant and whose AI
// agent failed.
func failed(t *testing.T, store *models.Store, n int, answered time.Time) {
	t.Helper()
	at := delivery.At(answered)
	require.NoError(t, store.ProjectDelivery(t.Context(), models.DeliveryUpdate{
		Subject: models.Subject{OrganizationID: organization, ConversationID: taskID(n), Kind: models.KindDelivery}, Seen: 1,
		Task: delivery.TaskView{Status: delivery.Complete},
		Attempts: []delivery.Attempt{{
			Seq: 1, Status: delivery.Complete, Result: delivery.BotFailed, ResultAt: &at, Position: delivery.Position{Loop: 1}, ContactID: "C1", PhoneType: delivery.Mobile,
			ToAddress: "+12125550101", PlannedAt: at, NotBefore: at, ExpiresAt: at, StartedAt: &at, EndedAt: &at, CustomerConnectedAt: &at, BotFailed: true,
		}},
	}))
}

func TestFailingAgentsSuspendTheirConfiguration(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		treatment models.BotFailure
		answered  int
		suspended bool
	}{
		"not treated":                {models.BotFailure{}, 0, false},
		"none":                       {models.BotFailure{Treatment: models.BotFailureNone}, 0, false},
		"the first":                  {models.BotFailure{Treatment: models.BotFailureSuspend}, 1000, true},
		"2 percent of 50 are over 1": {models.BotFailure{Treatment: models.BotFailureThreshold, ThresholdPercent: 1}, 49, true},
		"1 percent is not over 1":    {models.BotFailure{Treatment: models.BotFailureThreshold, ThresholdPercent: 1}, 99, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newFactsWorld(t)
			id := deliveryConfiguration(t, w.store, func(d *models.DeliveryDocument) { d.BotFailure = c.treatment })
			w.plan.Task.ConfigurationID = id
			createTasks(t, w.store, newTask(id, 1))
			soon := time.Now().Add(time.Minute)
			w.call(pastCall{contact: "C1", number: "+12125550101", started: 1, result: "LiveAnswer", connected: true})
			w.exec(`UPDATE deliveries SET customer_connected_at = $1 WHERE result = 'LiveAnswer'`, soon)
			w.exec(`INSERT INTO deliveries SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'seq', n + 1))).*
				FROM deliveries d, generate_series(1, $1) AS n WHERE d.result = 'LiveAnswer'`, c.answered)
			w.exec(`DELETE FROM deliveries WHERE result = 'LiveAnswer' AND seq = 1`)
			failed(t, w.store, 1, soon)
			got, err := w.store.DeliveryConfiguration(t.Context(), organization, id, 0)
			require.NoError(t, err)
			require.Equal(t, c.suspended, !got.Active)
			if !c.suspended {
				return
			}
			require.Equal(t, models.SuspendedByBotFailure, got.SuspensionType)
			var audited int64
			require.NoError(t, w.store.DB().Model(&models.Audit{}).Where("actor = 'engine' AND subject = ?", "delivery_configuration/"+id).Count(&audited).Error)
			require.EqualValues(t, 1, audited)

			// What failed before somebody resumed it does not suspend it again.
			w.exec(`UPDATE delivery_configurations SET active = true, updated_at = $2 WHERE id = $1`, id, soon)
			failed(t, w.store, 1, soon)
			got, err = w.store.DeliveryConfiguration(t.Context(), organization, id, 0)
			require.NoError(t, err)
			require.True(t, got.Active)
		})
	}
}
