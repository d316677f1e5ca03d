// Package apitest checks answers of the API against its contract, for tests of this and other
// packages.
//
// Owns: loading openapi.yaml and comparing answers with it.
//
// Does not own: starting servers, making requests.
package apitest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/require"

	"engaged/api"
)

// contract is loaded once for all tests of a process.
var contract = sync.OnceValues(func() (routers.Router, error) {
	document, err := openapi3.NewLoader().LoadFromData(api.Contract)
	if err != nil {
		return nil, fmt.Errorf("load openapi.yaml: %w", err)
	}
	if err := document.Validate(context.Background(), openapi3.EnableExamplesValidation()); err != nil {
		return nil, fmt.Errorf("validate openapi.yaml: %w", err)
	}
	// The contract itself is served as text.
	openapi3filter.RegisterBodyDecoder("application/yaml", openapi3filter.PlainBodyDecoder)
	for _, kind := range []string{"text/csv", "application/x-ndjson", "application/xml"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.PlainBodyDecoder)
	}
	// Any host will do.
	document.Servers = nil
	return gorillamux.NewRouter(document)
})

// Client returns an HTTP client of which every answer is checked against the contract. A status, a
// header or a body that openapi.yaml does not describe fails the test.
func Client(t testing.TB) *http.Client {
	return &http.Client{Transport: Transport(t, http.DefaultTransport)}
}

// Transport checks every answer that base gives.
func Transport(t testing.TB, base http.RoundTripper) http.RoundTripper {
	router, err := contract()
	require.NoError(t, err)
	return checker{t: t, router: router, base: base}
}

type checker struct {
	t      testing.TB
	router routers.Router
	base   http.RoundTripper
}

// RoundTrip implements http.RoundTripper. What breaks the contract is reported as a failure of the
// test and left for the caller to look at.
func (c checker) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := c.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	var body []byte
	if !endless(response) {
		body, err = io.ReadAll(response.Body)
		_ = response.Body.Close()
		response.Body = io.NopCloser(bytes.NewReader(body))
		if err != nil {
			return response, nil //nolint:nilerr // an answer cut short is the caller's to judge
		}
	}
	if err := c.check(request, response, body); err != nil {
		c.t.Errorf("%s %s answered %d against the contract: %v\n%s", request.Method, request.URL.Path, response.StatusCode, err, body[:min(len(body), 2000)])
	}
	return response, nil
}

// endless tells that the body is a stream, of which only status and header are checked.
func endless(response *http.Response) bool {
	return response.Header.Get("Content-Type") == "text/event-stream"
}

func (c checker) check(request *http.Request, response *http.Response, body []byte) error {
	route, params, err := c.router.FindRoute(request)
	if err != nil {
		if response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusMethodNotAllowed {
			return nil
		}
		return fmt.Errorf("no such route: %w", err)
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route},
		Status:                 response.StatusCode,
		Header:                 response.Header,
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, ExcludeResponseBody: endless(response)},
	}
	input.SetBodyBytes(body)
	return openapi3filter.ValidateResponse(request.Context(), input)
}
