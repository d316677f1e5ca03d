package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
)

// V14, and what else is wrong with a request: told by its code, and all of it at once.
func TestActionsNameEveryFault(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	six := strings.TrimSuffix(strings.Repeat(person("C")+",", 6), ",")
	chain := func(contacts string, members ...string) string {
		return head(configuration) + `,"Contacts":` + contacts + joined(members) + `}`
	}
	flat := func(members ...string) string {
		return head(configuration) + `,"UniqueIdentifier":"C1","FirstName":"Ada","LastName":"Lovelace"` + joined(members) + `}`
	}
	voice := func(members ...string) string { return voiceBody(configuration, "C1", members...) }
	for _, test := range []struct {
		action, body, code string
		targets            []string
	}{
		{chainAction, chain("[" + six + "]"), "ContactLimitExceeded", []string{"Contacts"}},
		{chainAction, chain(quoted("[" + six + "]")), "ContactLimitExceeded", []string{"Contacts"}},
		{chainAction, chain(`[{"uniqueIdentifier":"C1","firstName":"Ada","lastName":"L"}]`), "InvalidPhoneNumber", []string{"Contacts[0].mobilePhoneNumber"}},
		{chainAction, chain(`[]`), "MissingParameter", []string{"Contacts"}},
		{chainAction, chain(`""`), "MissingParameter", []string{"Contacts"}},
		{chainAction, chain(`{}`), "InvalidParameter", []string{"Contacts"}},
		{chainAction, chain(`"[{"`), "InvalidParameter", []string{"Contacts"}},
		{chainAction, chain(`[7]`), "InvalidParameter", []string{"Contacts[0]", "Contacts[0].uniqueIdentifier", "Contacts[0].firstName", "Contacts[0].lastName", "Contacts[0].mobilePhoneNumber"}},
		{chainAction, chain(`[{"mobilePhoneNumber":"0221","homePhoneNumber":"x","windows":[{"Start":"a","End":"b"}],"inputAttributes":[],"zipcode":{}}]`), "MissingParameter", []string{
			"Contacts[0].uniqueIdentifier", "Contacts[0].postalcode", "Contacts[0].firstName", "Contacts[0].lastName", "Contacts[0].inputAttributes", "Contacts[0].windows",
			"Contacts[0].mobilePhoneNumber", "Contacts[0].homePhoneNumber"}},
		{chainAction, chain(`[`+person("C1")+`]`, `"Message":"hi"`), "MessageNotAllowed", []string{"Message"}},
		{chainAction, chain(`[`+person("C1")+`]`, `"Priority":"`+strings.Repeat("7", 129)+`"`, `"RequestId":"`+strings.Repeat("x", 129)+`"`), "InvalidParameter", []string{"Priority", "RequestId"}},
		{voiceAction, voice(`"Message":"hi"`), "MessageNotAllowed", []string{"Message"}},
		{voiceAction, voice(`"Windws":[]`), "UnknownParameter", []string{"Windws"}},
		{voiceAction, voice(`"Windows":[{"StartTime":"2026-12-01T09:00:00","EndTime":"2026-12-01T17:00:00","TimeZone":"UTC"}]`), "MissingParameter", []string{
			"Windows[0].Start", "Windows[0].End", "Windows[0].EndTime", "Windows[0].StartTime", "Windows[0].TimeZone"}},
		{voiceAction, voice(`"Windows":[{"Start":"2026-12-01T09:00:00Z","End":"2026-12-01T09:00:00.000"}]`), "InvalidWindows", []string{"Windows"}},
		{voiceAction, voice(`"Windows":[` + strings.TrimSuffix(strings.Repeat(`{"Start":"2026-12-01T09:00:00","End":"2026-12-01T10:00:00"},`, 51), ",") + `]`), "InvalidWindows", []string{"Windows"}},
		{voiceAction, voice(`"InputAttributes":{"` + strings.Repeat("k", 851) + `":"x"}`), "AttributeTooLarge", []string{"InputAttributes"}},
		{voiceAction, voice(`"InputAttributes":{"k":"` + strings.Repeat("x", 4001) + `"}`), "AttributeTooLarge", []string{"InputAttributes"}},
		{voiceAction, voice(`"InputAttributes":{"k":{"a":1}}`), "InvalidParameter", []string{"InputAttributes"}},
		{voiceAction, voice(`"InputAttributes":{"k":"1","k":"2"}`), "DuplicateParameter", []string{"InputAttributes"}},
		{voiceAction, head(configuration) + `}`, "MissingParameter", []string{"ContactId", "DestinationPhoneNumber"}},
		{voiceAction, strings.Replace(voice(), "1.0", "2.0", 1), "InvalidApiVersion", []string{"ApiVersion"}},
		{voiceAction, `{}`, "MissingParameter", []string{"ApiVersion", "ProactiveEngagementConfigId", "ContactId", "DestinationPhoneNumber"}},
		{voiceAction, voiceBody("cfg", "C1"), "InvalidParameter", []string{"ProactiveEngagementConfigId"}},
		{voiceAction, strings.Replace(voice(), "+12125550101", "212-555-0101", 1), "InvalidPhoneNumber", []string{"DestinationPhoneNumber"}},
		{flatAction, flat(), "InvalidPhoneNumber", []string{"mobilePhoneNumber"}},
		{flatAction, flat(`"BusinessPhoneNumber":"0"`, `"Windows":"["`), "InvalidParameter", []string{"Windows", "businessPhoneNumber"}},
		{flatAction, strings.Replace(flat(`"MobilePhoneNumber":"+12125550101"`), `"LastName":"Lovelace"`, `"Lastname ":null`, 1), "MissingParameter", []string{"lastName"}},
		{"CCaaS_CreateProactiveSMSDelivery", `{}`, "ChannelNotSupported", nil},
		{"CCaaS_CancelDeliveryTask", `{"ApiVersion":"1.0"}`, "MissingParameter", []string{"DeliveryTaskId"}},
		{"CCaaS_CancelDeliveryTask", `{"ApiVersion":"1.0","DeliveryTaskId":"7"}`, "InvalidParameter", []string{"DeliveryTaskId"}},
		{"CCaaS_CreateOperation", `{"ApiVersion":"1.0"}`, "MissingParameter", []string{"Operation"}},
		{"CCaaS_CreateOperation", `{"ApiVersion":"1.0","Operation":"Pause"}`, "InvalidOperation", []string{"Operation"}},
		{"CCaaS_CreateOperation", `{"ApiVersion":"1.0","Operation":"Suspend"}`, "MissingParameter", []string{"ProactiveEngagementConfigId"}},
		{"CCaaS_CreateOperation", `{"ApiVersion":"1.0","Operation":"Cancel"}`, "MissingParameter", []string{"DeliveryId"}},
		{"CCaaS_CreateOperation", operationBody(`"Operation":"Resume","ProactiveEngagementConfigId":"` + configuration + `","DeliveryId":"` + configuration + `"`), "InvalidParameter", []string{"DeliveryId"}},
	} {
		wrong := refused(t, w.act(key, test.action, test.body), 400, test.code)
		var targets []string
		for _, one := range wrong.Details {
			targets = append(targets, one.Target)
			require.NotEmpty(t, one.Message)
		}
		require.Equal(t, test.targets, targets, "%s %s", test.action, test.body)
		if len(targets) > 0 {
			require.Equal(t, targets[0]+": "+wrong.Details[0].Message, wrong.Message)
		}
	}
	require.Empty(t, shown[api.DeliveryTaskPage](t, w.ask(key, "GET", tasksPath, "")).Data)
}

// Everything under /api/data is refused in the same envelope, wherever it is refused.
func TestEnvelopeOfRefusals(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, time.Now, func(c *api.Config) { c.KeyRate, c.KeyBurst = 0.001, 4 })
	key, reader := w.key("acme", api.DeliveriesWrite), w.key("acme", api.ReportsRead)
	refused(t, w.act("", voiceAction, `{}`), 401, "KeyMissing")
	refused(t, w.act("nonsense", voiceAction, `{}`), 401, "KeyInvalid")
	refused(t, w.act(reader, voiceAction, `{}`), 403, "KeyScope")
	refused(t, w.ask(key, "GET", actionsPath+voiceAction, ""), 405, "MethodNotAllowed")
	refused(t, w.ask(key, "POST", actionsPath+"CCaaS_Dance", `{}`), 404, "ResourceNotFound")
	refused(t, w.ask(key, "POST", actionsPath+voiceAction+"?x=1", `{}`), 400, "QueryInvalid")
	refused(t, w.ask(key, "POST", actionsPath+voiceAction, `{}`, "Content-Type", "text/plain"), 415, "BodyContentType")
	refused(t, w.act(key, voiceAction, `{"x":"`+strings.Repeat("x", api.MaxBody)+`"}`), 413, "BodyTooLarge")
	refused(t, w.ask(key, "GET", "/api/data/v9.0/CCaaS_GetDeliveryTasks(DeliveryTaskId=7)", ""), 404, "DeliveryTaskNotFound")
	limited := w.act(key, voiceAction, `{}`)
	refused(t, limited, http.StatusTooManyRequests, "RateLimited")
	require.NotEmpty(t, limited.header.Get("Retry-After"))
}

// What no client should send is refused, never a failure of ours, and makes nothing.
func TestHostileActionsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	deep := func(n int) string { return strings.Repeat(`[`, n) + strings.Repeat(`]`, n) }
	attributes := strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40)
	many := make([]string, 501)
	for i := range many {
		many[i] = fmt.Sprintf(`"k%d":"v"`, i)
	}
	for _, members := range []string{
		`"RequestId":"\u0000"`, `"RequestId":"\ud800"`, `"requestid":"a","REQUESTID":"b"`, `"RequestId":"a","RequestId ":"a"`, `"RequestId":["a"]`, `"RequestId":true`,
		`"InputAttributes":` + attributes, `"InputAttributes":` + quoted(attributes), `"InputAttributes":"{\"a\":\"\\u0000\"}"`, `"InputAttributes":"{\"a\":\"\u0000\"}"`,
		`"InputAttributes":{"":"x"}`, `"InputAttributes":{"a":null}`, `"InputAttributes":{` + strings.Join(many, ",") + `}`, `"InputAttributes":7`,
		`"Windows":` + deep(100_000), `"Windows":` + quoted(deep(100_000)), `"Windows":[[]]`, `"Windows":[{"Start":"1969-01-01T00:00:00Z","End":"2026-12-01T00:00:00Z"}]`,
		`"Windows":[{"Start":"2026-12-01T00:00:00Z","End":"9998-01-01T00:00:00Z"}]`, `"Windows":[{"Start":1e400,"End":1e5}]`, `"Windows":[{"Start":"2026-12-01T00:00:00Z","start":"2026-12-01T00:00:00Z","End":"2026-12-02T00:00:00Z"}]`,
		`"Contacts":[]`, `"` + strings.Repeat("x", 100_000) + `":1`, `"\u0000":1`, `"":1`, `"Priority":1`, `"Windows":[{}`, `,`, `"x"`, `"x":}`,
	} {
		refusal := w.act(key, voiceAction, voiceBody(configuration, "C1", members))
		require.Equal(t, 400, refusal.status, "%s: %s", members[:min(len(members), 200)], refusal.body)
		require.Less(t, len(refusal.body), 20_000, "what is said of it stays short")
		require.NotContains(t, refusal.body, `"code":""`)
	}
	for _, body := range []string{
		"", " ", "null", "[]", `"x"`, "7", "{", "}", "{}}", "{} {}", `{"ApiVersion"}`, `{"ApiVersion":}`, `{"ApiVersion":"1.0",}`, "{\"\xff\":1}", `{"ApiVersion":"\ud800"}`,
		deep(100_000), `{"a":` + deep(100_000) + `}`, "{\"ApiVersion\":\"\x00\"}", strings.Repeat(`{"a":`, 50_000),
	} {
		for _, action := range []string{voiceAction, chainAction, flatAction, bulkAction, "CCaaS_CancelDeliveryTask", "CCaaS_CreateOperation"} {
			refusal := w.act(key, action, body)
			require.Equal(t, 400, refusal.status, "%s %s: %s", action, body[:min(len(body), 200)], refusal.body)
		}
	}
	require.Empty(t, shown[api.DeliveryTaskPage](t, w.ask(key, "GET", tasksPath, "")).Data)
}

// The same RequestId with the same body is a replay; with another body it is a new task.
func TestRequestsAreRecognized(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	body := head(configuration) + `,"RequestId":"r1","Contacts":[` + person("C1") + `]}`
	first := w.create(key, chainAction, body)
	require.Equal(t, first, w.create(key, chainAction, body))
	require.Equal(t, first, w.create(key, chainAction, head(strings.ToUpper(configuration))+`,"requestId ":"r1", "contacts":`+quoted("["+person("C1")+"]")+`}`), "however it is written")
	for _, other := range []string{strings.Replace(body, "Lovelace", "King", 1), strings.Replace(body, `"r1"`, `"r2"`, 1), strings.Replace(body, "0101", "0102", 1)} {
		require.NotEqual(t, first.DeliveryTaskID, w.create(key, chainAction, other).DeliveryTaskID, other)
	}
	without := strings.Replace(body, `"RequestId":"r1",`, "", 1)
	once := w.create(key, chainAction, without)
	require.NotEqual(t, once.DeliveryTaskID, w.create(key, chainAction, without).DeliveryTaskID)
	voice := voiceBody(configuration, "C9", `"RequestId":"v1"`)
	once = w.create(key, voiceAction, voice)
	require.Equal(t, once, w.create(key, voiceAction, voice))
	_, err := w.store.Pool().Exec(t.Context(), `UPDATE delivery_requests SET created_at = created_at - interval '24 hours'`)
	require.NoError(t, err)
	require.NotEqual(t, first.DeliveryTaskID, w.create(key, chainAction, body).DeliveryTaskID, "after a day it is new")
	native := w.ask(key, "GET", tasksPath+"?tracking_id=r1", "")
	require.Len(t, shown[api.DeliveryTaskPage](t, native).Data, 4, "by the native API, too")
	require.Equal(t, delivery.Pending, shown[api.DeliveryTaskPage](t, native).Data[0].Status)
}

// Requests that are the same and come at once make one task.
func TestSameRequestsAtOnceMakeOneTask(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	body := head(w.agentless(key, 2)) + `,"RequestId":"r1","Contacts":[` + person("C1") + `]}`
	answers := make([]answer, 8)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() { answers[i] = w.act(key, chainAction, body) })
	}
	group.Wait()
	for _, got := range answers {
		require.Equal(t, shown[api.DataverseDelivery](t, answers[0]), shown[api.DataverseDelivery](t, got))
	}
	require.Len(t, shown[api.DeliveryTaskPage](t, w.ask(key, "GET", tasksPath, "")).Data, 1)
}

// Parentheses and the equals sign of a key may be escaped; nothing may stand in their place.
func TestKeyOfATaskMayBeEscaped(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	// The contract's own router knows no escapes.
	w.client = http.DefaultClient
	key := w.key("acme", api.DeliveriesWrite)
	made := w.create(key, chainAction, head(w.agentless(key, 2))+`,"Contacts":[`+person("C1")+`]}`)
	id := made.DeliveryTaskID
	for path, status := range map[string]int{
		"(DeliveryTaskId=" + strings.ToUpper(id) + ")": 200, "%28DeliveryTaskId%3D" + id + "%29": 200, "(DeliveryTaskId=" + id: 404,
		"(DeliveryTaskId=" + id + "))": 404, "(DeliveryTaskId=)": 404, "(" + id + ")": 404, "": 404,
	} {
		require.Equal(t, status, w.ask(key, "GET", "/api/data/v9.0/CCaaS_GetDeliveryTasks"+path, "").status, path)
	}
}
