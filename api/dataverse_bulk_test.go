package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
)

func bulkBody(configuration, records string, members ...string) string {
	return head(configuration) + `,"ProactiveDeliveries":` + records + joined(members) + `}`
}

// What is wrong with a record concerns no other, however it is wrong.
func TestBulkOnTheReferencesWire(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	records := []string{
		person("C0", `"zipCode":"10001"`, `"timeZone":"Pacific Standard Time"`, `"state":"NY"`, `"city":"New York"`),
		`{"uniqueIdentifier":"C1","firstName":"Ada","lastName":"Lovelace"}`,
		person("C2"), `7`, `{"uniqueIdentifier":"C4","firstName":"\u0000"}`, `{"uniqueIdentifier":"C5","firstName":"\ud800"}`,
		strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40), `{"uniqueIdentifier":"C7","mobilePhoneNumber":"555"}`, person("C2"),
		person("C9", `"colour":"red"`), person("C10", `"inputAttributes":{"case":"7"}`, `"priority":"3"`, `"windows":[{"Start":"2026-03-01T09:00:00","End":"2026-03-01T17:00:00"}]`),
		person("C11", `"UniqueIdentifier":"C12"`), `{"uniqueIdentifier" "C13"}`, `null`, `tru`,
	}
	wrong := map[int]string{1: "InvalidPhoneNumber", 3: "InvalidParameter", 4: "BodyUnreadable", 5: "BodyUnreadable", 6: "BodyUnreadable", 7: "MissingParameter",
		9: "UnknownParameter", 11: "DuplicateParameter", 12: "BodyUnreadable", 13: "InvalidParameter", 14: "BodyUnreadable"}
	list := "[" + strings.Join(records, ",") + "]"
	var first api.DataverseBulk
	for i, action := range []string{bulkAction, "CCaaS_CreateProactiveDeliveryBulkV2"} {
		sent := list
		if i == 1 {
			sent = quoted(list)
		}
		got := w.act(key, action, bulkBody(configuration, sent, `"RequestId":"campaign"`))
		require.Equal(t, 200, got.status, got.body)
		made := shown[api.DataverseBulk](t, got)
		require.Equal(t, w.address+"/api/data/v9.2/$metadata#Microsoft.Dynamics.CRM."+action+"Response", made.Context)
		require.Len(t, made.Errors, len(wrong))
		require.Equal(t, len(wrong), made.Rejected)
		for _, one := range made.Errors {
			require.Equal(t, wrong[one.Index], one.Code, "%d: %s", one.Index, one.Message)
			require.NotEmpty(t, one.Message)
		}
		require.Equal(t, "C7", made.Errors[5].UniqueIdentifier)
		require.Len(t, made.Errors[5].Details, 3, "two names and a number")
		require.Equal(t, []int{0, 2, 8, 10}, []int{made.Deliveries[0].Index, made.Deliveries[1].Index, made.Deliveries[2].Index, made.Deliveries[3].Index})
		require.NotEqual(t, made.Deliveries[1].DeliveryTaskID, made.Deliveries[2].DeliveryTaskID, "two alike are two")
		if i == 0 {
			require.Equal(t, []int{4, 0}, []int{made.Created, made.Replayed})
			first = made
			continue
		}
		require.Equal(t, []int{0, 4}, []int{made.Created, made.Replayed}, "a repeat, by either name and in either form")
		for n, one := range made.Deliveries {
			require.True(t, one.Replayed)
			require.Equal(t, first.Deliveries[n].DeliveryTaskID, one.DeliveryTaskID)
			require.Equal(t, first.Deliveries[n].DeliveryID, one.DeliveryID)
		}
	}
	task := shown[api.DeliveryTask](t, w.ask(key, "GET", tasksPath+"/"+first.Deliveries[0].DeliveryTaskID, ""))
	require.Equal(t, []any{first.BatchID, "campaign", "10001", "Pacific Standard Time"}, []any{task.BatchID, task.TrackingID, task.Contacts[0].PostalCode, task.Contacts[0].TimeZone})
	own := shown[api.DeliveryTask](t, w.ask(key, "GET", tasksPath+"/"+first.Deliveries[3].DeliveryTaskID, ""))
	require.Equal(t, []any{"3", delivery.Expired}, []any{own.Priority, own.Status})
	other := shown[api.DataverseBulk](t, w.act(key, bulkAction, bulkBody(configuration, strings.Replace(list, "New York", "York", 1), `"RequestId":"campaign"`)))
	require.Equal(t, []int{1, 3}, []int{other.Created, other.Replayed}, "only what differs is new")
}

// A request of which nothing can be taken makes nothing.
func TestBulkIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	all := refused(t, w.act(key, bulkAction, bulkBody(configuration, `[{},`+person("C1", `"x":1`)+`]`)), 400, "AllRejected")
	require.Equal(t, "ProactiveDeliveries[0].uniqueIdentifier", all.Details[0].Target)
	require.Equal(t, "ProactiveDeliveries[1].x", all.Details[1].Target)
	for body, code := range map[string]string{
		head(configuration) + `}`:         "MissingParameter",
		bulkBody(configuration, `null`):   "MissingParameter",
		bulkBody(configuration, `[]`):     "BodyUnreadable",
		bulkBody(configuration, `"[]"`):   "BodyUnreadable",
		bulkBody(configuration, `""`):     "InvalidParameter",
		bulkBody(configuration, `"{}"`):   "InvalidParameter",
		bulkBody(configuration, `"\q"`):   "InvalidParameter",
		bulkBody(configuration, `"[{},"`): "BodyUnreadable",
		bulkBody(configuration, `{}`):     "InvalidParameter",
		bulkBody(configuration, `[`+person("C1")+`]`, `"RequestId":"`+strings.Repeat("x", 129)+`"`):         "InvalidParameter",
		bulkBody(configuration, `[`+person("C1")+`]`, `"ProactiveEngagements":[{"uniqueIdentifier":"C2"}]`): "UnknownParameter",
		bulkBody(configuration, `[`+person("C1")+`]`, `"Windows":[]`):                                       "UnknownParameter",
		bulkBody("one", `[`+person("C1")+`]`):                                                               "InvalidParameter",
		strings.Replace(bulkBody(configuration, `[`+person("C1")+`]`), "1.0", "2.0", 1):                     "InvalidApiVersion",
	} {
		refused(t, w.act(key, bulkAction, body), 400, code)
	}
	require.Empty(t, shown[api.DeliveryTaskPage](t, w.ask(key, "GET", tasksPath, "")).Data)
}

// V14: the largest request is answered once all of it is durable; a larger one is refused.
func TestBulkUpToTheLimit(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	records := make([]string, delivery.MaxBulk)
	for i := range records {
		records[i] = person(fmt.Sprint("C", i), `"businessPhoneNumber":"+12125550102"`, `"state":"NY"`, `"city":"New York"`, `"zipCode":"10001"`, `"timeZone":"Eastern Standard Time"`)
	}
	list := "[" + strings.Join(records, ",") + "]"
	for _, over := range []string{quoted(strings.TrimSuffix(list, "]") + `,{}]`), "[" + strings.Repeat("0,", delivery.MaxBulk) + "0]"} {
		refused(t, w.act(key, bulkAction, bulkBody(configuration, over)), http.StatusRequestEntityTooLarge, "BatchTooLarge")
	}
	body := bulkBody(configuration, quoted(list), `"RequestId":"all"`)
	began := time.Now()
	got := w.act(key, bulkAction, body)
	require.Equal(t, 200, got.status)
	t.Logf("%d records, %d bytes in %s", delivery.MaxBulk, len(body), time.Since(began))
	made := shown[api.DataverseBulk](t, got)
	require.Equal(t, []int{delivery.MaxBulk, 0, 0}, []int{made.Created, made.Replayed, made.Rejected})
	var tasks, attempts int
	require.NoError(t, w.store.Pool().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM delivery_tasks), (SELECT count(*) FROM deliveries)`).Scan(&tasks, &attempts))
	require.Equal(t, []int{delivery.MaxBulk, delivery.MaxBulk}, []int{tasks, attempts})
	refused(t, w.act(key, bulkAction, `{"x":"`+strings.Repeat("x", api.MaxBulkBody)+`"}`), http.StatusRequestEntityTooLarge, "BodyTooLarge")
}
