package api

import (
	"net/http"
	"slices"
	"strings"
)

// Route is one row of the table of routes; tests take their cases from it.
type Route struct {
	// Method is the HTTP method.
	Method string
	// Path is the template as openapi.yaml writes it, such as /v1/events/{conversation_id}/{event_id}.
	Path string
	// Public routes need no key.
	Public bool
	// Scopes lists the scopes of which a key needs one; admin always suffices.
	Scopes []Scope
	// Query lists the parameters that the query may hold; nil lets all pass.
	Query []string
}

// route is a Route with what answers it.
type route struct {
	Route
	handle handler
}

// ginPath is the path as the router writes it; a colon of its own is escaped.
func (r Route) ginPath() string {
	return strings.NewReplacer(":", `\:`, "{", ":", "}", "").Replace(r.Path)
}

// Routes returns the table of routes.
func Routes() []Route {
	var table []Route
	for _, r := range new(Server).routes() {
		table = append(table, r.Route)
	}
	return table
}

// routes is the whole API. Whoever adds a row describes it in openapi.yaml and gets the tests of
// keys, scopes and tenants for it.
func (s *Server) routes() []route {
	return slices.Concat(s.operationRoutes(), s.eventRoutes(), s.reportRoutes(), s.metricRoutes(), s.analyticsRoutes(), s.directoryRoutes(), s.settingsRoutes(),
		s.deliveryRuleRoutes(), s.deliveryTaskRoutes(), s.webhookRoutes(), s.dataverseActionRoutes(), s.odataRoutes())
}

func (s *Server) operationRoutes() []route {
	return []route{
		{Route{http.MethodGet, "/livez", true, nil, nil}, s.live},
		{Route{http.MethodGet, "/readyz", true, nil, nil}, s.ready},
		{Route{http.MethodGet, "/metrics", true, nil, nil}, s.showMetrics},
		{Route{http.MethodGet, "/openapi.yaml", true, nil, nil}, s.contract},
	}
}

func (s *Server) eventRoutes() []route {
	write, either := []Scope{EventsWrite}, []Scope{EventsWrite, ReportsRead}
	return []route{
		{Route{http.MethodPost, "/v1/events", false, write, []string{"dry_run"}}, s.postEvents},
		{Route{http.MethodGet, "/v1/events/{conversation_id}/{event_id}", false, either, []string{"source"}}, s.getEvent},
		{Route{http.MethodPost, "/v1/conversations/{conversation_id}/offers/{agent_id}/accept", false, write, noQuery}, s.acceptOffer},
		{Route{http.MethodGet, "/v1/dead-letters", false, []Scope{Admin}, []string{"after", "limit"}}, s.listDeadLetters},
		{Route{http.MethodPost, "/v1/conversations/{conversation_id}/dead-letters/{number}/redrive", false, []Scope{Admin}, noQuery}, s.redrive},
	}
}

func (s *Server) reportRoutes() []route {
	read := []Scope{ReportsRead}
	return []route{
		{Route{http.MethodGet, "/v1/conversations/{conversation_id}", false, read, noQuery}, s.getConversation},
		{Route{http.MethodGet, "/v1/engagements", false, read, engagementQuery}, s.listEngagements},
		{Route{http.MethodGet, "/v1/engagements/{engagement_id}", false, read, noQuery}, s.getEngagement},
		{Route{http.MethodGet, "/api/v2/engagements", false, read, nil}, s.listCompatible},
		{Route{http.MethodGet, "/api/v2/engagements/{engagement_id}", false, read, nil}, s.getCompatible},
	}
}

func (s *Server) directoryRoutes() []route {
	write, either := []Scope{SettingsWrite}, []Scope{SettingsWrite, ReportsRead}
	var table []route
	for _, kind := range directoryKinds {
		list, one := "/v1/directory/"+kind.plural, "/v1/directory/"+kind.plural+"/{id}"
		table = append(table,
			route{Route{http.MethodGet, list, false, either, []string{"after", "limit"}}, s.listDirectory(kind.name)},
			route{Route{http.MethodGet, one, false, either, noQuery}, s.getDirectory(kind.name)},
			route{Route{http.MethodPut, one, false, write, noQuery}, s.putDirectory(kind.name)},
			route{Route{http.MethodDelete, one, false, write, noQuery}, s.deleteDirectory(kind.name)},
		)
	}
	return table
}

func (s *Server) settingsRoutes() []route {
	write, either := []Scope{SettingsWrite}, []Scope{SettingsWrite, ReportsRead}
	table := []route{
		{Route{http.MethodGet, "/v1/settings", false, either, noQuery}, s.getSettings},
		{Route{http.MethodPut, "/v1/settings", false, write, noQuery}, s.putSettings},
		{Route{http.MethodDelete, "/v1/settings", false, write, noQuery}, s.deleteSettings},
	}
	for _, part := range []struct {
		path             string
		get, put, remove handler
	}{
		{"/v1/settings/channels/{id}", channelSettings.get(s), channelSettings.put(s), channelSettings.remove(s)},
		{"/v1/settings/groups/{id}", groupSettings.get(s), groupSettings.put(s), groupSettings.remove(s)},
		{"/v1/settings/schedules/{id}", schedules.get(s), schedules.put(s), schedules.remove(s)},
	} {
		table = append(table,
			route{Route{http.MethodGet, part.path, false, either, noQuery}, part.get},
			route{Route{http.MethodPut, part.path, false, write, noQuery}, part.put},
			route{Route{http.MethodDelete, part.path, false, write, noQuery}, part.remove},
		)
	}
	return table
}

// noQuery is the list of parameters of a route that has none.
var noQuery = []string{}

// fallback answers what no row of the table does.
func fallback(name string, answer *Problem) route {
	return route{Route{Method: "other", Path: name, Public: true}, func(*call) (any, error) { return nil, answer }}
}
