package api_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
)

// Following the links visits every row once, in the order asked for, whatever the size of pages.
func TestODataPages(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	want := w.attempts(w.key("acme", api.DeliveriesWrite), 23)
	key := w.key("acme", api.ReportsRead)
	follow := func(size string, options ...string) (ids []string, counts []int64) {
		t.Helper()
		values := url.Values{}
		for i := 0; i < len(options); i += 2 {
			values.Set(options[i], options[i+1])
		}
		for address := deliveriesSet + "?" + values.Encode(); address != ""; {
			got := w.ask(key, http.MethodGet, address, "", "Prefer", "respond-async, odata.maxpagesize="+size)
			require.Equal(t, 200, got.status, got.body)
			require.Equal(t, "odata.maxpagesize="+size, got.header.Get("Preference-Applied"))
			page := decodePage(t, got.body)
			for _, row := range page.Value {
				ids = append(ids, row["msdyn_delivery_id"].(string))
			}
			if page.Count != nil {
				counts = append(counts, *page.Count)
			}
			require.True(t, page.Next == "" || strings.HasPrefix(page.Next, w.address+deliveriesSet+"?"), page.Next)
			address = strings.TrimPrefix(page.Next, w.address)
		}
		return ids, counts
	}
	for _, size := range []string{"1", "5", "23", "24"} {
		ids, _ := follow(size, "$select", "msdyn_delivery_id")
		require.ElementsMatch(t, want, ids, "pages of %s", size)
	}
	ids, counts := follow("5", "$orderby", "msdyn_contact_id desc", "$count", "true", "$filter", "startswith(msdyn_contact_id,'C1') and msdyn_tracking_id ne 't1'")
	require.Equal(t, []int64{10, 10}, counts, "on every page")
	require.Equal(t, []string{want[19], want[18], want[17], want[16], want[15], want[14], want[13], want[12], want[11], want[10]}, ids)
	ids, counts = follow("4", "$top", "7", "$count", "true")
	require.Len(t, ids, 7)
	require.Equal(t, []int64{23, 23}, counts, "$top does not count")
	ids, counts = follow("4", "$top", "0", "$count", "true")
	require.Empty(t, ids)
	require.Equal(t, []int64{23}, counts)

	// The size of pages stays without the preference being repeated; more than there may be is the most.
	first := decodePage(t, w.ask(key, "GET", deliveriesSet, "", "Prefer", "maxpagesize=20").body)
	require.Len(t, decodePage(t, w.ask(key, "GET", strings.TrimPrefix(first.Next, w.address), "").body).Value, 3)
	require.Equal(t, "odata.maxpagesize=5000", w.ask(key, "GET", deliveriesSet, "", "Prefer", `odata.maxpagesize="999999999"`).header.Get("Preference-Applied"))
	require.Empty(t, w.ask(key, "GET", deliveriesSet, "", "Prefer", "odata.maxpagesize=0").header.Get("Preference-Applied"))
}

// A link that leads through the rows of one organization leads nowhere with the key of another, nor to any other
// question, nor when it was changed.
func TestODataLinksOpenNothing(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	w.attempts(w.key("acme", api.DeliveriesWrite), 3)
	w.attempts(w.key("stranger", api.DeliveriesWrite), 3)
	key, stranger := w.key("acme", api.ReportsRead), w.key("stranger", api.ReportsRead)
	got := w.ask(key, "GET", deliveriesSet+"?$filter=msdyn_seq_no%20eq%201", "", "Prefer", "odata.maxpagesize=2")
	next, err := url.Parse(decodePage(t, got.body).Next)
	require.NoError(t, err)
	link := next.Path + "?" + next.RawQuery
	require.Len(t, decodePage(t, w.ask(key, "GET", link, "").body).Value, 1)
	refused := func(key, link string) {
		t.Helper()
		got := w.ask(key, "GET", link, "")
		require.Equal(t, 400, got.status, got.body)
		require.Contains(t, got.body, "$skiptoken")
		require.NotContains(t, got.body, "msdyn_delivery_id")
	}
	refused(stranger, link)
	token := next.Query().Get("$skiptoken")
	text, err := base64.RawURLEncoding.DecodeString(token)
	require.NoError(t, err)
	forged := func(from, to string) string {
		require.Contains(t, string(text), from)
		return base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(text), from, to, 1)))
	}
	question := "?$filter=msdyn_seq_no%20eq%201&$skiptoken="
	for _, other := range []string{"?$skiptoken=" + token, "?$filter=msdyn_seq_no%20eq%202&$skiptoken=" + token, "?$filter=msdyn_seq_no%20eq%201&$top=5&$skiptoken=" + token,
		question, question + "x", question + token + "&$skiptoken=" + token, question + token[:len(token)-1], question + forged(`"v":1`, `"v":2`),
		question + forged(`"s":2`, `"s":999999`), question + forged(`"s":2`, `"s":0`), question + forged(`"p":[`, `"p":[1,`), question + forged(`"q":"`, `"q":"x`),
		question + forged(`{`, `{"l":-1,`), question + forged(`{`, `{"x":1,`),
	} {
		refused(key, deliveriesSet+other)
	}
	refused(key, attributesSet+"?$skiptoken="+token)
	// What can be forged is a place, and from there on come the caller's own rows.
	began := deliveriesSet + question + forged(`"p":[1`, `"p":[-1`)
	require.Len(t, w.rows(key, deliveriesSet).Value, len(decodePage(t, w.ask(key, "GET", began, "", "Prefer", "odata.maxpagesize=9").body).Value))
	// A setting that changes what results mean ends the links.
	w.ask(w.key("acme", api.Admin), "PUT", "/v1/settings", `{"delivery_results":"core"}`)
	refused(key, link)

	// The same rows by every way in: those of the other organization are never among them.
	mine := map[any]bool{}
	for _, row := range w.rows(key, deliveriesSet).Value {
		mine[row["msdyn_delivery_id"]] = true
	}
	require.Len(t, mine, 3)
	for _, filter := range []string{"true", "msdyn_seq_no eq 1 or true", "not (msdyn_status eq null)", "msdyn_contact_id ne 'x' or msdyn_contact_id eq 'x'"} {
		rows := w.rows(stranger, deliveriesSet, "$filter", filter, "$expand", "msdyn_proactive_delivery_attributes").Value
		require.Len(t, rows, 3)
		for _, row := range rows {
			require.False(t, mine[row["msdyn_delivery_id"]])
			require.Len(t, row["msdyn_proactive_delivery_attributes"], 1)
		}
	}
	for id := range mine {
		require.Equal(t, 404, w.ask(stranger, "GET", deliveriesSet+"("+fmt.Sprint(id)+")", "").status)
		require.Empty(t, w.rows(stranger, attributesSet, "$filter", "_msdyn_proactive_delivery_value eq "+fmt.Sprint(id)).Value)
	}
	require.Equal(t, 404, w.ask(stranger, "GET", attributesSet+"("+w.attributeID(key)+")", "").status)
}

// Whatever is asked, the answer is an error in the envelope of OData and says what is wrong; none is ours.
func TestODataRefusesWhatItCannot(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	w.attempts(w.key("acme", api.DeliveriesWrite), 1)
	key := w.key("acme", api.ReportsRead)
	for _, test := range []struct {
		option, value string
		status        int
		code          string
	}{
		{"$apply", "aggregate($count as n)", 501, "QueryUnsupported"}, {"$search", "x", 501, "QueryUnsupported"}, {"$skip", "5", 501, "QueryUnsupported"},
		{"$compute", "1 as x", 501, "QueryUnsupported"}, {"$levels", "1", 501, "QueryUnsupported"}, {"$deltatoken", "x", 501, "QueryUnsupported"},
		{"$filter", "tolower(msdyn_status) eq 'x'", 501, "QueryUnsupported"}, {"$filter", "msdyn_proactive_delivery_attributes/any(a:a/msdyn_keyword eq 'x')", 501, "QueryUnsupported"},
		{"$filter", "year(createdon) eq 2026", 501, "QueryUnsupported"}, {"$filter", "msdyn_seq_no add 1 eq 2", 501, "QueryUnsupported"},
		{"$filter", "organization_id eq 'acme'", 400, "QueryUnknownName"}, {"$filter", "msdyn_status eq 1", 400, "QueryTypeMismatch"},
		{"$filter", "createdon ge datetime'2026-01-01'", 400, "QuerySyntax"}, {"$filter", "", 400, "QuerySyntax"}, {"$filter", strings.Repeat("(", 100), 400, "QueryTooComplex"},
		{"$filter", "msdyn_status eq '" + strings.Repeat("x", 4500) + "'", 400, "QueryTooComplex"}, {"$filter", "msdyn_status eq '" + strings.Repeat("x", 5500) + "'", 400, "QueryTooComplex"},
		{"$filter", "msdyn_status eq '" + strings.Repeat("x", 9000) + "'", 400, "QueryTooLong"}, {"$filter", "msdyn_status eq '\x00'", 400, "QueryInvalid"},
		{"$filter", "msdyn_status eq '\xff'", 400, "QueryInvalid"}, {"$orderby", "msdyn_disposition_codes", 501, "QueryUnsupported"}, {"$orderby", "x", 400, "QueryUnknownName"},
		{"$select", "x", 400, "QueryUnknownName"}, {"$top", "-1", 400, "QuerySyntax"}, {"$count", "1", 400, "QuerySyntax"}, {"$expand", "x", 400, "QueryUnknownName"},
		{"$expand", "msdyn_proactive_delivery_attributes($top=1)", 501, "QueryUnsupported"}, {"filter", "x", 400, "QueryUnknownName"}, {"$format", "atom", 415, "QueryFormat"},
	} {
		got := w.ask(key, "GET", deliveriesSet+"?"+url.QueryEscape(test.option)+"="+url.QueryEscape(test.value), "")
		require.Equal(t, test.status, got.status, "%s=%s: %s", test.option, test.value, got.body)
		require.Contains(t, got.body, `{"error":{"code":"`+test.code+`","message":"`, "%s=%s", test.option, test.value)
		require.Equal(t, "4.0", got.header.Get("OData-Version"))
	}
	for _, id := range []string{"x", "'x'", "null", "00000000-0000-4000-8000-000000000000", "msdyn_delivery_id='x'", "%00", "%FF", "1,2", ""} {
		for _, set := range []string{deliveriesSet, attributesSet} {
			require.Equal(t, 404, w.unchecked().ask(key, "GET", set+"("+id+")", "").status, id)
		}
	}
	for _, path := range []string{deliveriesSet + "/$count", deliveriesSet + "/", dataPath + "$batch", dataPath + "$metadata/x", deliveriesSet + "(x", "/api/data/v9.1/"} {
		got := w.unchecked().ask(key, "GET", path, "")
		require.Less(t, got.status, 500, path)
	}
	for _, method := range []string{"POST", "PATCH", "DELETE"} {
		require.Equal(t, 405, w.unchecked().ask(key, method, deliveriesSet, "{}").status)
	}
}

// A question that takes too long says so, here because of a lock that nobody gives back.
func TestODataQuestionsEnd(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, time.Now, func(c *api.Config) { c.ODataTimeout = 50 * time.Millisecond })
	tx, err := w.store.Pool().Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(t.Context()) //nolint:errcheck // the test is over
	_, err = tx.Exec(t.Context(), `LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE`)
	require.NoError(t, err)
	got := w.ask(w.key("acme", api.ReportsRead), "GET", deliveriesSet, "")
	require.Equal(t, 400, got.status, got.body)
	require.Contains(t, got.body, `"code":"QueryTooSlow"`)
}
