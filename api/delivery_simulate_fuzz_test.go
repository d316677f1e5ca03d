package api

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/models"
)

// fuzzNow is the clock of what is fuzzed.
var fuzzNow = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// What passes the checks of a configuration passes those of the core, and comes back from storage as
// it was; what passes those of a simulation can be worked out. Nothing is a failure of ours.
func FuzzDecodeDeliveryRules(f *testing.F) {
	for _, seed := range []string{
		`{"name":"x","queue_id":"q","mode":"copilot","pacing":{"max_concurrent_calls":9,"calls_per_agent":1.5},"caps":[{"scope":"number","period":"rolling","length_ms":1,"most":1}]}`,
		`{"name":"x","queue_id":"q","mode":"Preview","calling":{"home":{"weekly":[{"weekday":0,"start_minute":0,"end_minute":1440}],"closed_dates":["2026-02-29"]}},"queue":{"time_zone":"UTC","hours":{"weekly":[]}}}`,
		`{"name":"x","queue_id":"q","mode":"Preview","packs":[{"name":"p","version":"1","prefixes":["1"],"pauses":[{"after":"abandoned","length_ms":5}]}],"holidays":[{"name":"h","dates":["2026-12-25"]}]}`,
		`{"records":[{"number":"+12125550101","opted_out":true}]}`,
		`{"list":"x","numbers":["+12125550101"],"contact_ids":["a"]}`,
		`{"country":"US","until":"2026-03-11T00:00:00Z","configuration_ids":["6f9b5f0a-3b0e-4c51-9f5b-0f6f0c9b7c11"]}`,
		`{"at":"2026-03-10T12:00:00Z","ready_agents":4,"queued_calls":-1}`,
		`{"at":"2026-03-10T12:00:00Z","assume":"Busy","configuration":{"name":"x","queue_id":"q","mode":"Preview","retry":{"retries":3,"delay_ms":0,"on":["busy"],"table":[{"result":"Busy","retry":true,"same":true,"most":2}]}},
			"contacts":[{"id":"C1","time_zone":"(GMT-03:00) Brasilia","phones":[{"type":"home","number":"+5511999999999"}],"windows":"[{\"Start\":\"2026-03-11T00:00:00\",\"End\":\"2026-03-12T00:00:00Z\"}]"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		taken := func(err error) bool {
			if err != nil {
				require.Less(t, problemOf(err).Status, 500)
			}
			return err == nil
		}
		var document models.DeliveryDocument
		if taken(decodeObject(body, &document)) && len(document.Validate()) == 0 {
			requireSound(t, document)
		}
		var consents consentsBody
		if taken(decodeObject(body, &consents)) {
			_, err := consents.consents()
			taken(err)
		}
		var list DoNotContactChange
		if taken(decodeObject(body, &list)) {
			taken(list.check())
		}
		var policy CancellationPolicyBody
		if taken(decodeObject(body, &policy)) {
			policy.policy(fuzzNow)
		}
		var capacity capacityBody
		if taken(decodeObject(body, &capacity)) {
			capacity.capacity(fuzzNow)
		}
		var simulation simulateBody
		if taken(decodeObject(body, &simulation)) {
			plan, wrong := simulation.plan(fuzzNow)
			if len(wrong) == 0 && simulation.Configuration != nil {
				answer := simulate(&plan, &delivery.Facts{}, simulation.Assume, min(simulation.MaxAttempts, 5))
				for _, a := range answer.Attempts {
					require.GreaterOrEqual(t, a.At, answer.AcceptedAt)
					require.Greater(t, a.Until, a.At)
				}
			}
		}
	})
}

func requireSound(t *testing.T, document models.DeliveryDocument) {
	t.Helper()
	rules := document.Rules(1)
	require.NoError(t, rules.Check())
	_, err := document.Pace().NewCalls(delivery.Load{Ready: 3, Queued: 1})
	require.NoError(t, err)
	text, err := json.Marshal(document)
	require.NoError(t, err)
	var again models.DeliveryDocument
	require.NoError(t, decodeObject(text, &again))
	require.Empty(t, again.Validate())
	back, err := json.Marshal(again)
	require.NoError(t, err)
	require.JSONEq(t, string(text), string(back))
}
