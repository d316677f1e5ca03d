package api_test

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/engagement"
)

func contract(t *testing.T) *openapi3.T {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData(api.Contract)
	require.NoError(t, err)
	require.NoError(t, document.Validate(t.Context(), openapi3.EnableExamplesValidation()))
	return document
}

func TestContractAndRoutesAreEqual(t *testing.T) {
	t.Parallel()
	var described, served []string
	for path, item := range contract(t).Paths.Map() {
		for method := range item.Operations() {
			described = append(described, method+" "+path)
		}
	}
	for _, route := range api.Routes() {
		served = append(served, route.Method+" "+route.Path)
	}
	slices.Sort(described)
	slices.Sort(served)
	require.Equal(t, described, served)
}

func TestContractDescribesEveryQueryParameter(t *testing.T) {
	t.Parallel()
	paths := contract(t).Paths
	for _, route := range api.Routes() {
		if route.Query == nil {
			continue
		}
		var described []string
		for _, parameter := range paths.Value(route.Path).GetOperation(route.Method).Parameters {
			if parameter.Value.In == "query" {
				described = append(described, parameter.Value.Name)
			}
		}
		require.ElementsMatch(t, route.Query, described, "%s %s", route.Method, route.Path)
	}
}

func TestContractExamplesOfEventsAreTaken(t *testing.T) {
	t.Parallel()
	content := contract(t).Paths.Value("/v1/events").Post.RequestBody.Value.Content
	log := &memoryLog{}
	server := newServer(t, log)
	post := func(kind string, body []byte) {
		t.Helper()
		request := httptest.NewRequest("POST", "/v1/events", newBody(body))
		request.Header.Set("Content-Type", kind)
		answer := do(server, request)
		require.Equal(t, 202, answer.Code, answer.Body)
		require.Contains(t, answer.Body.String(), `"rejected":[]`, "%s", body)
	}
	for kind, media := range content {
		for _, example := range media.Examples {
			body, err := json.Marshal(example.Value.Value)
			require.NoError(t, err)
			post(kind, body)
		}
		switch example := media.Example.(type) {
		case nil:
		case string:
			post(kind, []byte(example))
		default:
			body, err := json.Marshal(example)
			require.NoError(t, err)
			post(kind, body)
		}
	}
	require.Len(t, log.events(), 7)
}

// The contract names every value that the core may put on the wire.
func TestContractNamesEveryReason(t *testing.T) {
	t.Parallel()
	properties := contract(t).Components.Schemas["Engagement"].Value.Properties
	require.ElementsMatch(t, ids(engagement.StartReasons), withoutNull(properties["start_reason"].Value.Enum))
	require.ElementsMatch(t, ids(engagement.EndReasons), withoutNull(properties["end_reason"].Value.Enum))
}

func ids(reasons []engagement.Reason) []any {
	var list []any
	for _, r := range reasons {
		list = append(list, r.ID)
	}
	return list
}

func withoutNull(values []any) []any {
	return slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == nil })
}
