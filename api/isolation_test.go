package api_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"engaged/api"
)

// marker stands in every name of the organization that must stay unseen.
const marker = "acme-secret"

// tenant is an organization with one of everything.
type tenant struct {
	*world
	admin string
	// params holds a value for every parameter that a path of the table of routes has.
	params map[string]string
}

// newTenant fills organization acme. A route with a parameter of a new name needs a value here.
func newTenant(t *testing.T) tenant {
	t.Helper()
	w := newWorld(t)
	admin := w.key("acme", api.Admin)
	for _, kind := range []string{"agents", "groups", "queues", "tags", "channels"} {
		require.Equal(t, 200, w.ask(admin, "PUT", "/v1/directory/"+kind+"/one", `{"name":"`+marker+`"}`).status)
	}
	require.Equal(t, 200, w.ask(admin, "PUT", "/v1/settings/schedules/one", `{"time_zone":"Europe/Vienna","weekly":[],"holidays":[]}`).status)
	for _, kind := range []string{"channels", "groups"} {
		require.Equal(t, 200, w.ask(admin, "PUT", "/v1/settings/"+kind+"/one", `{"schedule_id":"one"}`).status)
	}
	require.Equal(t, 200, w.ask(admin, "PUT", "/v1/settings", `{"reporting_time_zone":"Europe/Vienna"}`).status)
	configuration, policy := w.deliveryRules(admin, marker)
	task, attempt := w.deliveryTask(admin, newTaskBody(configuration, marker, `"input_attributes":{"case":"`+marker+`"}`))
	endpoint := shown[api.WebhookEndpoint](t, w.ask(admin, "POST", "/v1/webhook-endpoints",
		`{"url":"https://example.com/`+marker+`","event_types":["delivery.ended"],"description":"`+marker+`"}`))
	message := shown[api.WebhookDelivery](t, w.ask(admin, "POST", "/v1/webhook-endpoints/"+endpoint.ID+"/ping", ""))
	w.say(admin, "talk",
		`offer.created 09:00:00 "agent_id":"7","channel":"messaging","tags":["`+marker+`"]`,
		`offer.accepted 09:00:06 "agent_id":"7"`,
		`agent.ended 09:03:06 "agent_id":"7"`,
		`offer.created 09:05:00 "agent_id":"7","data":{"offer_id":"`+marker+`"}`,
		`clock.reached 09:30:00`)
	w.run("acme", "talk")
	_, err := w.store.Pool().Exec(t.Context(), `INSERT INTO dead_letters (conversation_key, number, kind, reason)
		SELECT key, 1, 'delivery', $1 FROM conversations WHERE conversation_id = 'talk'`, marker)
	require.NoError(t, err)
	var page api.EngagementPage
	require.NoError(t, json.Unmarshal([]byte(w.ask(admin, "GET", "/v1/engagements", "").body), &page))
	require.Len(t, page.Data, 1)
	return tenant{w, admin, map[string]string{
		"conversation_id": "talk", "event_id": "offer.created-09:05:00-3", "agent_id": "7", "id": "one",
		"engagement_id": page.Data[0].ID, "number": "1", "metric_id": "csat", "record_id": "engagements", "filter_attribute": "queue_id",
		"task_id": task, "delivery_id": attempt, "configuration_id": configuration, "policy_id": policy, "version": "1",
		"endpoint_id": endpoint.ID, "message_id": message.ID,
		"attribute_id": w.attributeID(admin),
	}}
}

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

// path fills in the parameters of a route.
func (x tenant) path(route api.Route) string {
	return placeholder.ReplaceAllStringFunc(route.Path, func(name string) string {
		value, ok := x.params[strings.Trim(name, "{}")]
		require.True(x.t, ok, "give the tenant of this test a value for %s", name)
		return value
	})
}

// body is an example of the route's body from the contract, empty where it has none.
func body(t *testing.T, document *openapi3.T, route api.Route) string {
	t.Helper()
	operation := document.Paths.Value(route.Path).GetOperation(route.Method)
	if operation.RequestBody == nil {
		return ""
	}
	media := operation.RequestBody.Value.Content.Get("application/json")
	example := media.Example
	for _, one := range media.Examples {
		example = one.Value.Value
	}
	require.NotNil(t, example, "describe an example body of %s %s", route.Method, route.Path)
	text, err := json.Marshal(example)
	require.NoError(t, err)
	return string(text)
}

// private returns the routes that need a key.
func private() []api.Route {
	return slices.DeleteFunc(api.Routes(), func(r api.Route) bool { return r.Public })
}

// shared tells that a route shows the catalogue, which is everybody's.
func shared(route api.Route) bool {
	return strings.Contains(route.Path, "/metrics/") || strings.HasPrefix(route.Path, "/v1/analytics/")
}

// snapshot is everything that the organization can read.
func (x tenant) snapshot() map[string]string {
	seen := map[string]string{}
	for _, route := range private() {
		if route.Method == http.MethodGet {
			got := x.ask(x.admin, route.Method, x.path(route), "")
			require.Equal(x.t, 200, got.status, "%s: %s", route.Path, got.body)
			seen[route.Path] = got.body
		}
	}
	return seen
}

// Every row of the table of routes is tried with the key of another organization and the ids of
// this one: nothing may be seen and nothing may change.
func TestOtherOrganizationsSeeAndChangeNothing(t *testing.T) {
	t.Parallel()
	x := newTenant(t)
	stranger := x.key("stranger", api.Admin)
	document := contract(t)
	before := x.snapshot()
	var shown int
	for _, seen := range before {
		if strings.Contains(seen, marker) {
			shown++
		}
	}
	require.Greater(t, shown, 8, "what must stay unseen is there to be seen")
	for _, route := range private() {
		got := x.ask(stranger, route.Method, x.path(route), body(t, document, route))
		require.NotContains(t, got.body, marker, "%s %s", route.Method, route.Path)
		require.NotContains(t, got.body, x.params["engagement_id"], "%s %s", route.Method, route.Path)
		require.Less(t, got.status, 500, "%s %s: %s", route.Method, route.Path, got.body)
		named := strings.Contains(route.Path, "{")
		// Callers choose the ids of some resources: a PUT makes what is not there.
		makes := route.Method == http.MethodPut && (!named || strings.Contains(route.Path, "{id}"))
		if named && !makes && !shared(route) {
			require.Equal(t, http.StatusNotFound, got.status, "%s %s: %s", route.Method, route.Path, got.body)
		}
		if makes {
			// What a PUT makes is the stranger's own; the next route must not find it.
			require.Equal(t, http.StatusOK, got.status, "%s %s: %s", route.Method, route.Path, got.body)
			if named {
				require.Less(t, x.ask(stranger, http.MethodDelete, x.path(route), "").status, 300)
			}
		}
	}
	require.Equal(t, before, x.snapshot())
}

func TestEveryRouteNeedsAKey(t *testing.T) {
	t.Parallel()
	x := newTenant(t)
	revoked, row, err := x.store.CreateAPIKey(t.Context(), "acme", "", []string{"admin"})
	require.NoError(t, err)
	require.NoError(t, x.store.RevokeAPIKey(t.Context(), row.Prefix))
	wrongSecret := x.admin[:len(x.admin)-4] + "AAAA"
	for _, route := range private() {
		for name, key := range map[string]string{"key:missing": "", "key:invalid": "nonsense"} {
			got := x.ask(key, route.Method, x.path(route), "")
			require.Equal(t, http.StatusUnauthorized, got.status, "%s %s", route.Method, route.Path)
			switch {
			case strings.HasPrefix(route.Path, "/v1/analytics/"):
				name = `{"message":"Unauthorized"}`
			case strings.HasPrefix(route.Path, "/api/data/"):
				name = `"code":"Key` + strings.ToUpper(name[4:5]) + name[5:]
			}
			require.Contains(t, got.body, name)
			require.NotEmpty(t, got.header.Get("WWW-Authenticate"))
		}
		for _, key := range []string{revoked, wrongSecret} {
			require.Equal(t, http.StatusUnauthorized, x.ask(key, route.Method, x.path(route), "").status, "%s %s", route.Method, route.Path)
		}
	}
}

func TestEveryRouteNeedsItsScope(t *testing.T) {
	t.Parallel()
	x := newTenant(t)
	keys := map[api.Scope]string{}
	for _, scope := range []api.Scope{api.EventsWrite, api.DeliveriesWrite, api.ReportsRead, api.SettingsWrite} {
		keys[scope] = x.key("acme", scope)
	}
	for _, route := range private() {
		require.NotEmpty(t, route.Scopes, "%s %s", route.Method, route.Path)
		for scope, key := range keys {
			got := x.ask(key, route.Method, x.path(route), "{}")
			if slices.Contains(route.Scopes, scope) {
				require.NotEqual(t, http.StatusForbidden, got.status, "%s %s with %s", route.Method, route.Path, scope)
			} else {
				require.Equal(t, http.StatusForbidden, got.status, "%s %s with %s", route.Method, route.Path, scope)
			}
		}
	}
}

// Ids and parameters that nobody has are refused, never a failure of ours.
func TestBadInputIsNeverAFailureOfOurs(t *testing.T) {
	t.Parallel()
	x := newTenant(t)
	hostile := []string{"%00", "%FF%FE", "%2F", "..%2F..", "%27%20OR%201%3D1", strings.Repeat("x", 129), "%F0%9F%98%80", "a+b%2Bc", "%E2%80%AE", "0", "-1"}
	for _, route := range private() {
		for _, id := range hostile {
			path := placeholder.ReplaceAllString(route.Path, id)
			for _, body := range []string{"", "{}", "[]", "null", `{"name":"\u0000"}`, `{"schedule_id":"\u0000"}`, "\xff"} {
				got := x.ask(x.admin, route.Method, path, body)
				require.NotEqual(t, http.StatusInternalServerError, got.status, "%s %s %q: %s", route.Method, path, body, got.body)
				require.NotEqual(t, http.StatusServiceUnavailable, got.status, "%s %s %q: %s", route.Method, path, body, got.body)
				if route.Method == http.MethodGet {
					break
				}
			}
			for _, name := range route.Query {
				got := x.ask(x.admin, route.Method, x.path(route)+"?"+name+"="+id, "")
				require.Less(t, got.status, 500, "%s %s ?%s=%s: %s", route.Method, route.Path, name, id, got.body)
			}
		}
	}
}
