package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
)

const (
	actionsPath = "/api/data/v9.2/"
	voiceAction = "CCaaS_CreateProactiveVoiceDelivery"
	chainAction = "CCaaS_CreateProactiveDelivery"
	flatAction  = "CCaaS_CreateSimpleProactiveDelivery"
	bulkAction  = "CCaaS_CreateProactiveBulkDelivery"
)

// person is a contact as the reference's samples write it; members come after the others.
func person(id string, members ...string) string {
	return `{"uniqueIdentifier":"` + id + `","firstName":"Ada","lastName":"Lovelace","mobilePhoneNumber":"+12125550101"` + joined(members) + `}`
}

func joined(members []string) string {
	var text strings.Builder
	for _, m := range members {
		text.WriteString("," + m)
	}
	return text.String()
}

// quoted is a text that holds JSON.
func quoted(text string) string {
	encoded, _ := json.Marshal(text)
	return string(encoded)
}

// head begins every body.
func head(configuration string) string {
	return `{"ApiVersion":"1.0","ProactiveEngagementConfigId":"` + configuration + `"`
}

func voiceBody(configuration, contact string, members ...string) string {
	return head(configuration) + `,"DestinationPhoneNumber":"+12125550101","ContactId":"` + contact + `"` + joined(members) + `}`
}

// act asks an action.
func (w *world) act(key, action, body string) answer {
	w.t.Helper()
	return w.ask(key, "POST", actionsPath+action, body)
}

// create asks an action for a delivery.
func (w *world) create(key, action, body string) api.DataverseDelivery {
	w.t.Helper()
	got := w.act(key, action, body)
	require.Equal(w.t, 200, got.status, got.body)
	require.Equal(w.t, "4.0", got.header.Get("OData-Version"))
	return shown[api.DataverseDelivery](w.t, got)
}

// taskOf shows a task by the reference's function.
func (w *world) taskOf(key, id string) api.DataverseTask {
	w.t.Helper()
	got := w.ask(key, "GET", "/api/data/v9.0/CCaaS_GetDeliveryTasks(DeliveryTaskId="+id+")", "")
	require.Equal(w.t, 200, got.status, got.body)
	return shown[api.DataverseTasks](w.t, got).Value[0]
}

// taskIDOf is the task of an attempt.
func (w *world) taskIDOf(key, attempt string) string {
	w.t.Helper()
	return shown[api.Delivery](w.t, w.ask(key, "GET", deliveriesPath+"/"+attempt, "")).DeliveryTaskID
}

// refused expects an answer in the envelope and returns it.
func refused(t *testing.T, got answer, status int, code string) api.DataverseErrorBody {
	t.Helper()
	require.Equal(t, status, got.status, got.body)
	var envelope api.DataverseError
	require.NoError(t, json.Unmarshal([]byte(got.body), &envelope), got.body)
	require.Equal(t, code, envelope.Error.Code, got.body)
	require.NotEmpty(t, got.header.Get("x-ms-correlation-id"))
	require.Equal(t, got.header.Get("X-Request-Id"), got.header.Get("x-ms-correlation-id"))
	return envelope.Error
}

// V1: without windows the delivery may be attempted for 24 hours from its request.
func TestVoiceDeliveryByDefaultLastsADay(t *testing.T) {
	t.Parallel()
	t0 := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	var passed atomic.Int64
	w := newWorldAt(t, func() time.Time { return t0.Add(time.Duration(passed.Load())) })
	key := w.key("acme", api.DeliveriesWrite)
	configuration := idOf(t, w.ask(key, "POST", "/v1/delivery-configurations", `{"name":"CFG","queue_id":"q1","mode":"Preview"}`))
	got := w.act(key, voiceAction, voiceBody(configuration, "C1", `"InputAttributes":{"case":"7"}`))
	require.Equal(t, 200, got.status, got.body)
	var fields map[string]string
	require.NoError(t, json.Unmarshal([]byte(got.body), &fields))
	require.Len(t, fields, 2, "the context and the delivery, no more")
	require.Equal(t, w.address+"/api/data/v9.2/$metadata#Microsoft.Dynamics.CRM.CCaaS_CreateProactiveVoiceDeliveryResponse", fields["@odata.context"])
	row := shown[api.Delivery](t, w.ask(key, "GET", deliveriesPath+"/"+fields["DeliveryId"], ""))
	const end = "2026-03-03T15:00:00.000Z"
	require.Equal(t, []string{"Pending", "2026-03-02T15:00:00.000Z", end, end, "+12125550101", "C1"},
		[]string{row.Status, row.WindowStart.String(), row.WindowEnd.String(), row.ExpiresAt.String(), row.ToAddress, row.ContactID})
	require.Equal(t, map[string]string{"case": "7"}, row.InputAttributes)

	task := w.taskOf(key, row.DeliveryTaskID)
	require.Equal(t, end, task.ExpirationDate.String())
	passed.Store(int64(24*time.Hour - time.Millisecond))
	require.Equal(t, "Pending", w.taskOf(key, row.DeliveryTaskID).Status)
	passed.Store(int64(24 * time.Hour))
	task = w.taskOf(key, row.DeliveryTaskID)
	require.Equal(t, "Expired", task.Status)
	require.Equal(t, "Expired", *task.Deliveries[0].Result, "never offered")
}

// V3: windows that are all past are taken, and nothing comes of them.
func TestPastWindowsExpireAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	made := w.create(key, chainAction, head(w.agentless(key, 2))+`,"Contacts":[`+person("C1")+`],"Windows":[{"Start":"2026-03-01T09:00:00.000Z","End":"2026-03-01T17:00:00.000Z"}]}`)
	task := w.taskOf(key, made.DeliveryTaskID)
	require.Equal(t, "Expired", task.Status)
	require.Equal(t, []api.DataverseDelivered{{ID: made.DeliveryID, Status: delivery.Expired, Result: new("Expired")}}, task.Deliveries)
	require.Nil(t, task.NextScheduledTime)
	require.Nil(t, task.LastAttemptedTime)
	var waiting int
	require.NoError(t, w.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM delivery_waiting`).Scan(&waiting))
	require.Zero(t, waiting, "nobody waits for a token")
}

// The same request in every form in which clients send it makes the same task.
func TestKeysMayBeWrittenInAnyWay(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	day := time.Now().UTC().AddDate(0, 0, 1).Format("2006-01-02")
	for i, body := range []string{
		head(configuration) + `,"RequestId":"r1","Priority":"7","Contacts":[` + person("C1", `"businessPhoneNumber":"+12125550102"`, `"postalcode":"10001"`, `"state":"NY"`, `"timezone":"(GMT-08:00) Pacific Time"`, `"inputAttributes":{"Case":"7"}`) +
			`],"Windows":[{"Start":"` + day + `T09:00:00.000Z","End":"` + day + `T15:59:59.999Z"}]}`,
		`{"apiversion ":"1.0"," PROACTIVEENGAGEMENTCONFIGID":"` + strings.ToUpper(configuration) + `","requestid":"r1","priority":7,"contacts":` + quoted(`[`+person("C1", `"BusinessPhoneNumber":"+12125550102"`, `"zipCode":"10001"`, `"STATE":"NY"`, `"timeZone":"(GMT-08:00) Pacific Time"`, `"InputAttributes":"{\"Case\":\"7\"}"`)+`]`) +
			`,"windows":` + quoted(`[{"start ":"`+day+`T09:00:00Z","END":"`+day+`T15:59:59.999"}]`) + `,"@odata.type":"#x","Message":null}`,
		head(configuration) + `,"RequestId":"r1","Priority":"7","UniqueIdentifier":"C1","FirstName":"Ada","LastName":"Lovelace","MobilePhoneNumber":"+12125550101","BusinessPhoneNumber":"+12125550102","PostalCode":"10001","State":"NY","TimeZone":"(GMT-08:00) Pacific Time","InputAttributes":` + quoted(`{"Case":"7"}`) +
			`,"Windows":` + quoted(`[{"Start":"`+day+`T09:00:00","End":"`+day+`T15:59:59.999"}]`) + `}`,
	} {
		action := chainAction
		if i == 2 {
			action = flatAction
		}
		made := w.create(key, action, body)
		task := shown[api.DeliveryTask](t, w.ask(key, "GET", tasksPath+"/"+made.DeliveryTaskID, ""))
		contact := task.Contacts[0]
		require.Equal(t, []any{"C1", "10001", "NY", "(GMT-08:00) Pacific Time"}, []any{contact.ID, contact.PostalCode, contact.State, contact.TimeZone}, body)
		require.Equal(t, []delivery.Phone{{Type: delivery.Mobile, Number: "+12125550101"}, {Type: delivery.Business, Number: "+12125550102"}}, contact.Phones)
		require.Equal(t, []any{"r1", "7", configuration}, []any{task.TrackingID, task.Priority, task.ConfigurationID})
		require.Len(t, task.Windows, 1)
		require.Equal(t, []string{day + "T09:00:00.000Z", day + "T15:59:59.999Z"}, []string{task.Windows[0].Start.String(), task.Windows[0].End.String()})
		row := shown[api.Delivery](t, w.ask(key, "GET", deliveriesPath+"/"+made.DeliveryID, ""))
		require.Equal(t, map[string]string{"Case": "7"}, row.InputAttributes)
	}
}

// A contact's own windows replace those of the request.
func TestWindowsOfAContactReplaceTheRequests(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	at := func(hours int) string {
		return time.Now().UTC().Add(time.Duration(hours) * time.Hour).Format("2006-01-02T15:04:05.000Z")
	}
	span := func(from, to int) string { return fmt.Sprintf(`[{"Start":%q,"End":%q}]`, at(from), at(to)) }
	made := w.create(key, chainAction, head(w.agentless(key, 2))+`,"Contacts":[`+person("C1", `"windows":`+span(5, 6))+`],"Windows":`+span(-1, 1)+`}`)
	next := *w.taskOf(key, made.DeliveryTaskID).NextScheduledTime
	require.WithinDuration(t, time.Now().Add(5*time.Hour), next.Time(), time.Minute)
}
