package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/models"
)

func TestConsentsAreRecordedForever(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	require.JSONEq(t, `{"recorded":2}`, w.ask(key, "POST", "/v1/delivery-consents", `{"records":[{"contact_id":"C1","opted_out":true},{"number":"+12125550101","opted_out":true}]}`).body)
	require.JSONEq(t, `{"recorded":1}`, w.ask(key, "POST", "/v1/delivery-consents", `{"records":[{"contact_id":"C1","opted_out":false}]}`).body)
	all := shown[api.DeliveryConsentPage](t, w.ask(key, "GET", "/v1/delivery-consents", ""))
	require.Len(t, all.Data, 3)
	of := shown[api.DeliveryConsentPage](t, w.ask(key, "GET", "/v1/delivery-consents?contact_id=C1&limit=1", ""))
	require.Len(t, of.Data, 1)
	require.True(t, of.Data[0].OptedOut)
	require.Contains(t, of.Data[0].Source, "key:")
	rest := shown[api.DeliveryConsentPage](t, w.ask(key, "GET", "/v1/delivery-consents?contact_id=C1&after="+of.NextAfter, ""))
	require.Len(t, rest.Data, 1)
	require.False(t, rest.Data[0].OptedOut)
	require.Empty(t, rest.NextAfter)
	for _, number := range []string{"+12125550101", "%2B12125550101"} {
		require.Len(t, shown[api.DeliveryConsentPage](t, w.ask(key, "GET", "/v1/delivery-consents?number="+number, "")).Data, 1)
	}
	var details []string
	require.NoError(t, w.store.DB().Model(&models.Audit{}).Where("action = 'delivery_consents.add'").Order("id").Pluck("detail::text", &details).Error)
	require.Equal(t, []string{`{"records": 2, "opted_out": 2}`, `{"records": 1, "opted_out": 0}`}, details, "the audit log names nobody")
}

func TestDoNotContactLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	change := func(path, body string) int {
		t.Helper()
		got := w.ask(key, "POST", path, body)
		require.Equal(t, 200, got.status, got.body)
		return shown[api.DoNotContactChanged](t, got).Changed
	}
	many := make([]string, 9_999)
	for i := range many {
		many[i] = fmt.Sprintf(`"+1212555%04d"`, i)
	}
	numbers := strings.Join(many, ",")
	require.Equal(t, 10_000, change("/v1/do-not-contact", `{"list":"national","contact_ids":["C1"],"numbers":[`+numbers+`]}`))
	require.Equal(t, 0, change("/v1/do-not-contact", `{"list":"national","contact_ids":["C1","C1"],"numbers":["+12125550000"]}`), "what is there already")
	require.Equal(t, 1, change("/v1/do-not-contact", `{"list":"internal","numbers":["+12125550000"]}`))
	entries := shown[api.DoNotContactPage](t, w.ask(key, "GET", "/v1/do-not-contact?number=%2B12125550000", ""))
	require.Len(t, entries.Data, 2)
	require.Len(t, shown[api.DoNotContactPage](t, w.ask(key, "GET", "/v1/do-not-contact?list=national&contact_id=C1", "")).Data, 1)
	page := shown[api.DoNotContactPage](t, w.ask(key, "GET", "/v1/do-not-contact?list=national&limit=1000", ""))
	require.Len(t, page.Data, 1000)
	require.NotEmpty(t, page.NextAfter)
	require.Equal(t, 9_999, change("/v1/do-not-contact/removals", `{"list":"national","numbers":[`+numbers+`]}`))
	require.Equal(t, 0, change("/v1/do-not-contact/removals", `{"list":"nobody","numbers":["+12125550000"]}`))
	require.Len(t, shown[api.DoNotContactPage](t, w.ask(key, "GET", "/v1/do-not-contact", "")).Data, 2)
	tooMany := w.ask(key, "POST", "/v1/do-not-contact", `{"list":"x","contact_ids":["a","b"],"numbers":[`+numbers+`]}`)
	require.Equal(t, http.StatusRequestEntityTooLarge, tooMany.status)
}

func TestContactsReportEveryErrorAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	for path, bodies := range map[string]map[string][]string{
		"/v1/delivery-consents": {
			`{}`:             {"records"},
			`{"records":[]}`: {"records"},
			`{"records":[{"opted_out":true},{"contact_id":"a","number":"+12125550101","opted_out":true},{"number":"0221","opted_out":true},{"contact_id":"a"},{"contact_id":"` + strings.Repeat("x", 129) + `","opted_out":false}]}`: {
				"records[0]", "records[1]", "records[2].number", "records[3].opted_out", "records[4].contact_id"},
		},
		"/v1/do-not-contact": {
			`{}`:           {"numbers"},
			`{"list":"x"}`: {"numbers"},
			`{"list":" ","numbers":["12125550101","+0212555"],"contact_ids":[""]}`: {"list", "numbers[0]", "numbers[1]", "contact_ids[0]"},
		},
		"/v1/do-not-contact/removals": {`{"list":"","numbers":["+12125550101"]}`: {"list"}},
	} {
		for body, fields := range bodies {
			got := w.ask(key, "POST", path, body)
			require.Equal(t, 422, got.status, "%s: %s", body, got.body)
			for _, field := range fields {
				require.Contains(t, got.body, `"field":"`+field+`"`, body)
			}
		}
	}
	many := w.ask(key, "POST", "/v1/do-not-contact", `{"list":"x","numbers":[`+strings.Repeat(`"x",`, 9_999)+`"x"]}`)
	require.Equal(t, 422, many.status)
	require.Less(t, len(many.body), 30_000, "an answer is bounded")
	require.Empty(t, shown[api.DoNotContactPage](t, w.ask(key, "GET", "/v1/do-not-contact", "")).Data)
}
