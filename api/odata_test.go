package api_test

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	dataPath       = "/api/data/v9.2/"
	deliveriesSet  = dataPath + "msdyn_proactive_deliveries"
	attributesSet  = dataPath + "msdyn_proactive_delivery_attributes"
	metadataGolden = "testdata/odata_metadata.xml"
)

// rowsPage is a page of rows as a client of OData sees it.
type rowsPage struct {
	Context string           `json:"@odata.context"`
	Count   *int64           `json:"@odata.count"`
	Value   []map[string]any `json:"value"`
	Next    string           `json:"@odata.nextLink"`
}

// rows asks for a page; the options are names and values.
func (w *world) rows(key, set string, options ...string) rowsPage {
	w.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(options); i += 2 {
		values.Set(options[i], options[i+1])
	}
	got := w.ask(key, http.MethodGet, set+"?"+values.Encode(), "")
	require.Equal(w.t, 200, got.status, got.body)
	require.Equal(w.t, "4.0", got.header.Get("OData-Version"))
	require.Equal(w.t, "application/json; odata.metadata=minimal", got.header.Get("Content-Type"))
	return decodePage(w.t, got.body)
}

// unchecked is the world through a client that takes other spellings of an address than the contract's.
func (w *world) unchecked() *world {
	other := *w
	other.client = http.DefaultClient
	return &other
}

func decodePage(t testing.TB, body string) rowsPage {
	t.Helper()
	var page rowsPage
	require.NoError(t, json.Unmarshal([]byte(body), &page), body)
	require.NotNil(t, page.Value)
	return page
}

// attributeID is the GUID of an attribute.
func (w *world) attributeID(key string) string {
	w.t.Helper()
	return w.rows(key, attributesSet, "$top", "1").Value[0]["msdyn_proactive_delivery_attributeid"].(string)
}

// attempts makes so many tasks, each with an attempt and the attribute case, and returns the ids of the
// attempts in their order.
func (w *world) attempts(key string, count int) []string {
	w.t.Helper()
	configuration := w.agentless(key, 2)
	items := make([]string, count)
	for i := range items {
		items[i] = newTaskBody(configuration, fmt.Sprint("C", i), `"tracking_id":"`+fmt.Sprint("t", i)+`"`, `"input_attributes":{"case":"`+fmt.Sprint(i)+`"}`)
	}
	got := w.ask(key, "POST", tasksPath, "["+strings.Join(items, ",")+"]")
	require.Equal(w.t, 200, got.status, got.body)
	ids := make([]string, count)
	for i, task := range shown[api.CreatedTasks](w.t, got).Tasks {
		ids[i] = task.DeliveryID
	}
	return ids
}

func TestODataRowsOfAnAttempt(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	writer, key := w.key("acme", api.DeliveriesWrite), w.key("acme", api.ReportsRead)
	id := w.attempts(writer, 1)[0]
	_, err := w.store.Pool().Exec(t.Context(), `UPDATE deliveries SET status = 'Complete', result = 'AnsweringMachine', result_core = 'CallEnded',
		dispositions = '{PromiseToPay,SpokeToAgent}', started_at = '2026-03-02T15:00:00.1Z', customer_connected_at = '2026-03-02T15:00:01.02Z',
		ended_at = '2026-03-02T15:01:00.003Z', result_at = '2026-03-02T15:01:00.003Z', created_at = '2026-03-02T14:59:59.999999Z',
		window_start = '2026-03-02T15:00:00Z', window_end = '2026-03-03T15:00:00Z', sip_code = 486, diagnostics = '17 "busy"', revision = 4`)
	require.NoError(t, err)
	page := w.rows(key, deliveriesSet)
	require.Len(t, page.Value, 1)
	require.Equal(t, w.address+dataPath+"$metadata#msdyn_proactive_deliveries", page.Context)
	row := page.Value[0]
	for name, want := range map[string]any{
		"@odata.etag": `W/"4"`, "msdyn_proactive_deliveryid": id, "msdyn_delivery_id": id, "msdyn_contact_id": "C0", "msdyn_channel": "Voice",
		"msdyn_status": "Complete", "msdyn_result": "AnsweringMachine", "msdyn_dialmode_type": "Copilot", "msdyn_to_address": "+12125550142", "msdyn_queue_id": "q1",
		"msdyn_tracking_id": "t0", "msdyn_journey_id": nil, "msdyn_conversation_id": nil, "msdyn_seq_no": 1.0,
		"msdyn_window_start_date": "2026-03-02T15:00:00.000Z", "msdyn_window_end_date": "2026-03-03T15:00:00.000Z",
		"msdyn_start_date": "2026-03-02T15:00:00.100Z", "msdyn_start_date_ms": "2026-03-02T15:00:00.100Z",
		"msdyn_customer_connected_date": "2026-03-02T15:00:01.020Z", "msdyn_customer_connected_date_ms": "2026-03-02T15:00:01.020Z",
		"msdyn_end_date": "2026-03-02T15:01:00.003Z", "msdyn_end_date_ms": "2026-03-02T15:01:00.003Z", "createdon": "2026-03-02T14:59:59.999Z",
		"msdyn_disposition_codes": `"PromiseToPay","SpokeToAgent"`, "msdyn_speech_detected": false, "msdyn_start_of_speech_timestamp": nil,
		"msdyn_sip_diagnostics": `{"sip_code":486,"diagnostics":"17 \"busy\""}`, "msdyn_country": "US", "partitionid": id, "ttlinseconds": nil,
	} {
		require.Contains(t, row, name)
		require.Equal(t, want, row[name], name)
	}
	require.Len(t, row, 54+1, "all properties and the ETag")

	one := w.ask(key, "GET", deliveriesSet+"("+strings.ToUpper(id)+")?$select=msdyn_result&$expand=msdyn_proactive_delivery_attributes($select=msdyn_keyword,msdyn_value,msdyn_type;$filter=msdyn_type%20eq%20700610000)", "")
	require.Equal(t, 200, one.status, one.body)
	require.Equal(t, `W/"4"`, one.header.Get("ETag"))
	require.JSONEq(t, `{"@odata.context":"`+w.address+dataPath+`$metadata#msdyn_proactive_deliveries(msdyn_result,msdyn_proactive_delivery_attributes(msdyn_keyword,msdyn_value,msdyn_type))/$entity",
		"@odata.etag":"W/\"4\"","msdyn_result":"AnsweringMachine","msdyn_proactive_delivery_attributes":[{"msdyn_keyword":"case","msdyn_value":"0","msdyn_type":700610000}]}`, one.body)
	for _, other := range []string{"(msdyn_proactive_deliveryid=" + id + ")", "%28" + id + "%29", "(" + id + ")/"} {
		require.Equal(t, 200, w.unchecked().ask(key, "GET", deliveriesSet+other, "").status, other)
	}

	attribute := w.rows(key, attributesSet, "$expand", "msdyn_proactive_delivery($select=msdyn_status)").Value[0]
	require.Equal(t, id, attribute["_msdyn_proactive_delivery_value"])
	require.Equal(t, map[string]any{"@odata.etag": `W/"4"`, "msdyn_status": "Complete"}, attribute["msdyn_proactive_delivery"])
	same := w.ask(key, "GET", attributesSet+"("+w.attributeID(key)+")", "")
	require.Equal(t, 200, same.status)
	require.Contains(t, same.body, `"msdyn_keyword":"case"`)

	require.Equal(t, 200, w.ask(w.key("acme", api.Admin), "PUT", "/v1/settings", `{"delivery_results":"core"}`).status)
	require.Len(t, w.rows(key, deliveriesSet, "$filter", "msdyn_result eq 'CallEnded'").Value, 1)
	require.Equal(t, "CallEnded", w.rows(key, deliveriesSet).Value[0]["msdyn_result"])
}

func TestODataService(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.ReportsRead)
	for _, path := range []string{dataPath, strings.TrimSuffix(dataPath, "/"), dataPath + "?$format=json"} {
		got := w.unchecked().ask(key, "GET", path, "")
		require.Equal(t, 200, got.status, got.body)
		require.JSONEq(t, `{"@odata.context":"`+w.address+dataPath+`$metadata","value":[
			{"name":"msdyn_proactive_deliveries","kind":"EntitySet","url":"msdyn_proactive_deliveries"},
			{"name":"msdyn_proactive_delivery_attributes","kind":"EntitySet","url":"msdyn_proactive_delivery_attributes"}]}`, got.body)
	}
	require.Equal(t, 415, w.ask(key, "GET", dataPath+"?$format=atom", "").status)
	require.Equal(t, 501, w.ask(key, "GET", dataPath+"?$top=1", "").status)
	require.Equal(t, 404, w.ask(key, "GET", dataPath+"accounts", "").status)
}

func TestODataMetadata(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.ReportsRead)
	got := w.ask(key, "GET", dataPath+"$metadata", "")
	require.Equal(t, 200, got.status)
	require.Equal(t, got.body, w.unchecked().ask(key, "GET", dataPath+"%24metadata?$format=application/xml", "").body)
	require.Equal(t, "application/xml; charset=utf-8", got.header.Get("Content-Type"))
	require.Equal(t, "4.0", got.header.Get("OData-Version"))
	if *update {
		require.NoError(t, os.WriteFile(metadataGolden, []byte(got.body), 0o644))
	}
	golden, err := os.ReadFile(metadataGolden)
	require.NoError(t, err)
	require.Equal(t, string(golden), got.body)
	requireCSDL(t, got.body)
}

// requireCSDL checks what a client relies on: every name that is referred to exists, keys are never null, and
// navigations lead back.
func requireCSDL(t *testing.T, document string) {
	t.Helper()
	var edmx struct {
		Version string `xml:",attr"`
		Schema  struct {
			Namespace string `xml:",attr"`
			Types     []struct {
				Name       string `xml:",attr"`
				Key        string `xml:"-"`
				References []struct {
					Name string `xml:",attr"`
				} `xml:"Key>PropertyRef"`
				Properties []struct {
					Name, Type, Nullable string `xml:",attr"`
				} `xml:"Property"`
				Navigations []struct {
					Name, Type, Partner string `xml:",attr"`
					Constraint          *struct {
						Property, ReferencedProperty string `xml:",attr"`
					} `xml:"ReferentialConstraint"`
				} `xml:"NavigationProperty"`
			} `xml:"EntityType"`
			Sets []struct {
				Name       string `xml:",attr"`
				EntityType string `xml:",attr"`
				Bindings   []struct {
					Path, Target string `xml:",attr"`
				} `xml:"NavigationPropertyBinding"`
				Annotations []struct {
					Term, Bool string     `xml:",attr"`
					Values     []struct{} `xml:",any"`
				} `xml:"Annotation"`
			} `xml:"EntityContainer>EntitySet"`
		} `xml:"DataServices>Schema"`
	}
	require.NoError(t, xml.Unmarshal([]byte(document), &edmx))
	require.Equal(t, "4.0", edmx.Version)
	properties, navigations := map[string]map[string]string{}, map[string]map[string]string{}
	for _, kind := range edmx.Schema.Types {
		name := edmx.Schema.Namespace + "." + kind.Name
		properties[name], navigations[name] = map[string]string{}, map[string]string{}
		for _, p := range kind.Properties {
			require.Contains(t, []string{"Edm.String", "Edm.Guid", "Edm.Int32", "Edm.Boolean", "Edm.DateTimeOffset"}, p.Type)
			require.NotContains(t, properties[name], p.Name)
			properties[name][p.Name] = p.Nullable
		}
		require.Len(t, kind.References, 1)
		require.Equal(t, "false", properties[name][kind.References[0].Name])
		for _, n := range kind.Navigations {
			navigations[name][n.Name] = strings.TrimSuffix(strings.TrimPrefix(n.Type, "Collection("), ")")
		}
	}
	for _, kind := range edmx.Schema.Types {
		name := edmx.Schema.Namespace + "." + kind.Name
		for _, n := range kind.Navigations {
			target := navigations[name][n.Name]
			require.Contains(t, properties, target)
			require.Equal(t, name, navigations[target][n.Partner])
			if n.Constraint != nil {
				require.Contains(t, properties[name], n.Constraint.Property)
				require.Contains(t, properties[target], n.Constraint.ReferencedProperty)
			}
		}
	}
	sets := map[string]string{}
	for _, set := range edmx.Schema.Sets {
		require.Contains(t, properties, set.EntityType)
		sets[set.Name] = set.EntityType
	}
	require.Len(t, sets, len(properties))
	for _, set := range edmx.Schema.Sets {
		require.Len(t, set.Bindings, len(navigations[set.EntityType]))
		for _, a := range set.Annotations {
			require.Equal(t, a.Bool == "", len(a.Values) == 1, "%s has one value", a.Term)
		}
		for _, binding := range set.Bindings {
			require.Equal(t, navigations[set.EntityType][binding.Path], sets[binding.Target])
		}
	}
}
