package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
)

const simulatePath = "/v1/delivery-tasks:simulate"

// simulated works out a schedule; the members come after those of a Busy task accepted at 15:00 on a
// Monday.
func (w *world) simulated(key, members string) api.Simulation {
	w.t.Helper()
	got := w.ask(key, "POST", simulatePath, `{"at":"2026-03-02T15:00:00Z","assume":"Busy",`+members+`}`)
	require.Equal(w.t, 200, got.status, got.body)
	return shown[api.Simulation](w.t, got)
}

// starts are the attempts as number and time.
func starts(s api.Simulation) []string {
	list := []string{}
	for _, a := range s.Attempts {
		list = append(list, a.ToAddress+" "+strings.TrimSuffix(a.At.String(), ":00.000Z"))
	}
	return list
}

const (
	twoWindows = `"windows":[{"start":"2026-03-02T18:00:00Z","end":"2026-03-02T19:00:00Z"},{"start":"2026-03-03T09:00:00.000Z","end":"2026-03-03T15:59:59.999Z"}]`
	oneContact = `"contacts":[{"id":"C1","state":"FL","phones":[{"type":"mobile","number":"+12125550101"}]}]`
	twoOfThem  = `"contacts":[{"id":"C1","phones":[{"type":"mobile","number":"+12125550101"},{"type":"home","number":"+12125550102"}]},{"id":"C2","phones":[{"type":"mobile","number":"+12125550103"}]}]`
)

func TestSimulateWorksOutTheSchedule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	id := idOf(t, w.ask(key, "POST", "/v1/delivery-configurations", renewals))
	got := w.simulated(key, `"configuration_id":"`+id+`",`+oneContact+`,`+twoWindows)
	require.Equal(t, []string{"+12125550101 2026-03-02T18:00", "+12125550101 2026-03-03T09:00", "+12125550101 2026-03-03T11:00"}, starts(got))
	require.Equal(t, "2026-03-02T19:00:00.000Z", got.Attempts[0].Until.String())
	require.Equal(t, []int{1, 2, 3}, []int{got.Attempts[0].Loop, got.Attempts[1].Loop, got.Attempts[2].Loop})
	require.Equal(t, delivery.Complete, got.Status)
	require.Equal(t, 1, got.ConfigurationVersion)
	require.Equal(t, delivery.Wait, got.Verdict.Action)
	require.Equal(t, delivery.ReasonOutsideWindows, got.Verdict.Reason)
	require.Equal(t, "2026-03-02T18:00:00.000Z", got.Verdict.NextAt.String())

	first := w.simulated(key, `"max_attempts":1,"configuration_id":"`+id+`",`+oneContact+`,`+twoWindows)
	require.Len(t, first.Attempts, 1)
	require.Equal(t, "2026-03-03T09:00:00.000Z", first.NextScheduledAt.String())
	over := w.simulated(key, `"configuration_id":"`+id+`",`+oneContact+`,"windows":[{"start":"2026-03-01T09:00:00Z","end":"2026-03-01T17:00:00Z"}]`)
	require.Empty(t, over.Attempts)
	require.Equal(t, delivery.Expired, over.Status)
	require.Equal(t, delivery.ReasonNoWindowLeft, over.Reason)

	// Nothing came of it.
	var rows int
	require.NoError(t, w.store.Pool().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM delivery_tasks) + (SELECT count(*) FROM deliveries)
		+ (SELECT count(*) FROM conversations) + (SELECT count(*) FROM entries)`).Scan(&rows))
	require.Zero(t, rows)
}

// Calling hours are by the contact's clock, also in the night in which it is put forward.
func TestSimulateKeepsQuietHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.ReportsRead)
	every := `[{"weekday":0,"start_minute":540,"end_minute":1200},{"weekday":1,"start_minute":540,"end_minute":1200},{"weekday":6,"start_minute":540,"end_minute":1200}]`
	got := w.ask(key, "POST", simulatePath, `{"at":"2026-03-27T22:00:00Z","assume":"Busy",
		"configuration":{"name":"x","queue_id":"q","mode":"Preview","calling":{"mobile":{"weekly":`+every+`}},
			"retry":{"retries":9,"delay_ms":60000,"on":["busy"]},"caps":[{"scope":"number","period":"day","most":1}]},
		"contacts":[{"id":"C1","time_zone":"W. Europe Standard Time","phones":[{"type":"mobile","number":"+4930123456"}]}],
		"windows":[{"start":"2026-03-27T22:00:00Z","end":"2026-03-31T22:00:00Z"}]}`)
	simulation := shown[api.Simulation](t, got)
	require.Equal(t, []string{"+4930123456 2026-03-28T08:00", "+4930123456 2026-03-29T07:00", "+4930123456 2026-03-30T07:00"}, starts(simulation))
	require.Equal(t, []string{"Europe/Berlin"}, simulation.Verdict.Zones)
	require.Equal(t, delivery.Expired, simulation.Status)
	require.Zero(t, simulation.ConfigurationVersion)
}

func TestSimulateAsksWhatIsOnRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	id := idOf(t, w.ask(key, "POST", "/v1/delivery-configurations", `{"name":"x","queue_id":"q","mode":"Preview","caps":[{"scope":"contact","period":"day","most":1}]}`))
	ask := func(contacts string) api.Simulation {
		return w.simulated(key, `"configuration_id":"`+id+`",`+contacts)
	}
	say := func(path, body string) {
		t.Helper()
		got := w.ask(key, "POST", path, body)
		require.Less(t, got.status, 300, got.body)
	}
	require.Equal(t, []string{"+12125550101 2026-03-02T15:00", "+12125550102 2026-03-03T05:00", "+12125550103 2026-03-03T05:00:02.000Z"}, starts(ask(twoOfThem)), "a day of New York; two seconds lie between calls")

	say("/v1/do-not-contact", `{"list":"national","numbers":["+12125550101"]}`)
	require.Equal(t, []string{"+12125550102 2026-03-02T15:00:02.000Z", "+12125550103 2026-03-02T15:00:04.000Z"}, starts(ask(twoOfThem)))
	say("/v1/delivery-consents", `{"records":[{"contact_id":"C1","opted_out":true}]}`)
	refused := ask(twoOfThem)
	require.Equal(t, []string{"+12125550103 2026-03-02T15:00:02.000Z"}, starts(refused))
	require.Equal(t, delivery.Cancel, refused.Verdict.Action)
	say("/v1/delivery-consents", `{"records":[{"contact_id":"C1","opted_out":false}]}`)
	say("/v1/do-not-contact/removals", `{"list":"national","numbers":["+12125550101"]}`)
	require.Len(t, ask(twoOfThem).Attempts, 3, "taken back")

	say("/v1/delivery-configurations/"+id+"/suspend", "")
	held := ask(oneContact)
	require.Equal(t, delivery.Hold, held.Verdict.Action)
	require.Equal(t, delivery.ReasonInactive, held.Verdict.Reason)
	require.Len(t, held.Attempts, 1, "it is taken to be resumed")

	say("/v1/cancellation-policies", `{"state":"fl"}`)
	require.Len(t, ask(twoOfThem).Attempts, 3, "nobody of Florida")
	// The policy was executed after the task of the simulation was accepted, so it holds from then on.
	later := w.ask(key, "POST", simulatePath, `{"at":"2126-03-02T15:00:00Z","configuration_id":"`+id+`",`+oneContact+`}`)
	require.Len(t, shown[api.Simulation](t, later).Attempts, 1, "accepted after it")
}

func TestSimulateSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	foreign := idOf(t, w.ask(w.key("other", api.DeliveriesWrite), "POST", "/v1/delivery-configurations", renewals))
	got := w.ask(key, "POST", simulatePath, `{"configuration_id":"`+foreign+`",`+oneContact+`}`)
	require.Equal(t, http.StatusNotFound, got.status)
	require.Equal(t, http.StatusNotFound, w.ask(key, "POST", "/v1/delivery-tasks:other", `{}`).status)
	require.Equal(t, http.StatusMethodNotAllowed, w.ask(key, "GET", simulatePath, "").status)

	document := `"configuration":{"name":"x","queue_id":"q","mode":"Preview"}`
	for body, fields := range map[string][]string{
		`{}`: {"configuration_id", "contacts"},
		`{` + document + `,"configuration_id":"` + foreign + `",` + oneContact + `}`: {"configuration_id"},
		`{"configuration_id":"one",` + oneContact + `}`:                              {"configuration_id"},
		`{"configuration":{},` + oneContact + `}`:                                    {"configuration.name", "configuration.queue_id", "configuration.mode"},
		`{` + document + `,` + oneContact + `,"at":"now","assume":"LiveAnswer","max_attempts":101,"expires_at":"never","windows":[{"Start":"x","End":"y"}]}`: {
			"at", "assume", "max_attempts", "expires_at", "windows"},
		`{` + document + `,` + oneContact + `,"at":"2026-03-02T15:00:00Z","windows":[{"start":"2026-03-02T15:00:00Z","end":"2026-09-02T15:00:00Z"}]}`: {"windows"},
		`{` + document + `,"contacts":[{"id":"","phones":[{"type":"fax","number":"911"}],"windows":"[1]","country":"` + strings.Repeat("x", 129) + `"},{},{},{},{},{}]}`: {
			"contacts", "contacts[0].id", "contacts[0].phones[0].type", "contacts[0].phones[0].number", "contacts[0].windows", "contacts[0].country", "contacts[5].phones"},
		`{` + document + `,"contacts":[{"id":"C1","colour":"red"}]}`: {"colour"},
	} {
		got := w.ask(key, "POST", simulatePath, body)
		require.Equal(t, 422, got.status, "%s: %s", body, got.body)
		for _, field := range fields {
			require.Contains(t, got.body, `"field":"`+field+`"`, body)
		}
	}
}
