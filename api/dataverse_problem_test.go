package api

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDataverseCodes(t *testing.T) {
	t.Parallel()
	for ours, theirs := range map[string]string{
		"key:missing": "KeyMissing", "key:rate_limited": "RateLimited", "WindowsExpired": "WindowsExpired",
		"delivery:contact_limit_exceeded": "ContactLimitExceeded", "body:too_large": "BodyTooLarge", "": "",
	} {
		require.Equal(t, theirs, dataverseCode(ours), ours)
	}
}

func TestProblemsInTheEnvelopeOfDataverse(t *testing.T) {
	t.Parallel()
	recorder := httptest.NewRecorder()
	p := invalid(422, "delivery:contact_limit_exceeded", "Six.", InvalidParameter{"Contacts", "delivery:contact_limit_exceeded", "Send five."})
	p.retry(1500_000_000).writeOnDataverse(recorder, "6f9b5f0a-3b0e-4c51-9f5b-0f6f0c9b7c11")
	require.Equal(t, 400, recorder.Code)
	require.JSONEq(t, `{"error":{"code":"ContactLimitExceeded","message":"Six.","details":[{"code":"ContactLimitExceeded","message":"Send five.","target":"Contacts"}]}}`, recorder.Body.String())
	require.Equal(t, "2", recorder.Header().Get("Retry-After"))
	require.Equal(t, "6f9b5f0a-3b0e-4c51-9f5b-0f6f0c9b7c11", recorder.Header().Get("x-ms-correlation-id"))
	require.Equal(t, "4.0", recorder.Header().Get("OData-Version"))
}

func TestKeysOfPathsMayBeEscaped(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", "/api/data/v9.0/F%28Id%3D7%2F8%29", nil)
	require.Equal(t, "/api/data/v9.0/F(Id=7%2F8)", withPlainKeys(r).URL.EscapedPath())
	require.Equal(t, "/api/data/v9.0/F%28Id%3D7%2F8%29", r.URL.EscapedPath(), "the caller's request stays as it is")
	r = httptest.NewRequest("GET", "/api/data/v9.2/%24metadata%28%27x%27%29?$expand=a($select=b;$filter=c)", nil)
	require.Equal(t, "/api/data/v9.2/$metadata('x')", withPlainKeys(r).URL.EscapedPath(), "also where nothing else needs an escape")
	require.Equal(t, "a($select=b;$filter=c)", withPlainKeys(r).URL.Query().Get("$expand"))
}
