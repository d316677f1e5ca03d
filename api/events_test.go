package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/engagement"
	"engaged/intake"
	"engaged/models"
)

const oneEvent = `{"id":"e-1","type":"offer.accepted","time":"2026-03-10T09:00:06Z","conversation_id":"c-1","agent_id":"7","data":{"offer_id":"o-1"}}`

func post(server http.Handler, kind, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPost, "/v1/events", strings.NewReader(body))
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	return do(server, request)
}

func numbered(n int) string {
	return fmt.Sprintf(`{"id":"e-%d","type":"customer.message","time":"2026-03-10T09:00:00Z","conversation_id":"c-1"}`, n)
}

func TestPostEventsForms(t *testing.T) {
	t.Parallel()
	cloud := `{"specversion":"1.0","id":"e-1","source":"/routing","type":"offer.accepted","subject":"c-1","time":"2026-03-10T09:00:06Z","data":{"agent_id":"7","id":"not this","data":{"offer_id":"o-1"}}}`
	accepted := engagement.Event{
		ID: "e-1", Type: engagement.OfferAccepted, Time: instantAt("2026-03-10T09:00:06Z"), ConversationID: "c-1", AgentID: "7",
		Data: engagement.Data{OfferID: "o-1"},
	}
	fromCloud := accepted
	fromCloud.Source = "/routing"
	tests := map[string]struct {
		kind, body string
		want       []engagement.Event
	}{
		"array":                  {"application/json", "[" + oneEvent + " , " + oneEvent + "]", []engagement.Event{accepted, accepted}},
		"cloudevent base64":      {"application/cloudevents+json", `{"specversion":"1.0","id":"e-1","source":"/routing","type":"offer.accepted","subject":"c-1","time":"2026-03-10T09:00:06Z","datacontenttype":"application/json","data_base64":"eyJhZ2VudF9pZCI6IjciLCJkYXRhIjp7Im9mZmVyX2lkIjoiby0xIn19"}`, []engagement.Event{fromCloud}},
		"cloudevent by its look": {"application/json", cloud, []engagement.Event{fromCloud}},
		"cloudevents batch":      {"application/cloudevents-batch+json; charset=utf-8", "[" + cloud + "]", []engagement.Event{fromCloud}},
		"cloudevents mixed":      {"application/json", "[" + cloud + "," + oneEvent + "]", []engagement.Event{fromCloud, accepted}},
		"cloudevents structured": {"application/cloudevents+json", cloud, []engagement.Event{fromCloud}},
		"ndjson":                 {"application/x-ndjson", oneEvent + "\n\r\n" + oneEvent + "\r\n", []engagement.Event{accepted, accepted}},
		"one":                    {"application/json; charset=utf-8", " " + oneEvent + "\n", []engagement.Event{accepted}},
		"one without a type":     {"", oneEvent, []engagement.Event{accepted}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memoryLog{}
			answer := post(newServer(t, log), test.kind, test.body)
			require.Equal(t, http.StatusAccepted, answer.Code, answer.Body)
			require.JSONEq(t, fmt.Sprintf(`{"accepted":%d,"duplicate":0,"late":0,"rejected":[]}`, len(test.want)), answer.Body.String())
			var got []engagement.Event
			for _, submission := range log.events() {
				require.Equal(t, "dev", submission.OrganizationID)
				got = append(got, submission.Event)
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestPostEventsRefusals(t *testing.T) {
	t.Parallel()
	var tooMany []string
	for n := range api.MaxEvents + 1 {
		tooMany = append(tooMany, numbered(n))
	}
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	tests := map[string]struct {
		kind, body, code string
		status           int
	}{
		"1,001 events":               {"application/json", "[" + strings.Join(tooMany, ",") + "]", "body:too_many_events", 413},
		"1,001 lines":                {"application/x-ndjson", strings.Join(tooMany, "\n"), "body:too_many_events", 413},
		"array cut short":            {"application/json", "[" + oneEvent, "body:unreadable", 400},
		"array of nothing":           {"application/json", "[ ]", "body:empty", 400},
		"array with a comma more":    {"application/json", "[" + oneEvent + ",]", "body:unreadable", 400},
		"array with text after it":   {"application/json", "[" + oneEvent + "] x", "body:unreadable", 400},
		"bad text":                   {"application/json", "{\"id\":\"\xff\"}", "body:unreadable", 400},
		"batch that is none":         {"application/cloudevents-batch+json", oneEvent, "body:unreadable", 400},
		"blank":                      {"application/json", " \n", "body:empty", 400},
		"brackets that do not match": {"application/json", `{"id":[}]`, "body:unreadable", 400},
		"cloudevent of another age":  {"application/cloudevents+json", `{"specversion":"0.3","id":"1"}`, "events:all_rejected", 422},
		"cloudevents as one":         {"application/cloudevents+json", "[]", "body:unreadable", 400},
		"deep":                       {"application/json", `{"id":"1","data":` + deep + `}`, "events:all_rejected", 422},
		"empty":                      {"application/json", "", "body:empty", 400},
		"form":                       {"application/x-www-form-urlencoded", oneEvent, "body:content_type", 415},
		"in the future":              {"application/json", strings.Replace(oneEvent, "2026-03-10T09", "2026-03-10T13", 1), "events:all_rejected", 422},
		"lines as one":               {"application/json", oneEvent + "\n" + oneEvent, "body:unreadable", 400},
		"more than 1 MiB":            {"application/json", `{"id":"` + strings.Repeat("x", api.MaxBody) + `"}`, "body:too_large", 413},
		"no JSON":                    {"application/json", "{id:1}", "body:unreadable", 400},
		"nothing right":              {"application/json", `{"type":"x"}`, "events:all_rejected", 422},
		"number":                     {"application/json", "1", "body:unreadable", 400},
		"reserved type":              {"application/json", strings.Replace(oneEvent, "offer.accepted", "offer.accept_requested", 1), "events:all_rejected", 422},
		"reserved source":            {"application/json", strings.Replace(oneEvent, `"id"`, `"source":"engaged","id"`, 1), "events:all_rejected", 422},
		"string cut short":           {"application/json", `{"id":"`, "body:unreadable", 400},
		"zero byte":                  {"application/json", strings.Replace(oneEvent, "o-1", `o\u0000`, 1), "events:all_rejected", 422},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memoryLog{}
			answer := post(newServer(t, log), test.kind, test.body)
			require.Equal(t, test.status, answer.Code, answer.Body)
			require.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
			var problem api.Problem
			require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &problem))
			require.Equal(t, test.code, problem.Code)
			require.Equal(t, answer.Header().Get("X-Request-Id"), problem.RequestID)
			require.Empty(t, log.events())
		})
	}
}

func TestPostEventsKeepsGoodNeighbours(t *testing.T) {
	t.Parallel()
	log := &memoryLog{}
	answer := post(newServer(t, log), "application/x-ndjson", strings.Join([]string{numbered(1), "{", `{"id":"e-2","type":"offer.accepted","time":"2026-03-10T09:00:00Z"}`, numbered(3)}, "\n"))
	require.Equal(t, 202, answer.Code, answer.Body)
	var result api.Result
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &result))
	require.Equal(t, 2, result.Accepted)
	require.Len(t, result.Rejected, 2)
	require.Equal(t, 1, result.Rejected[0].Index)
	require.Equal(t, "event:unreadable", result.Rejected[0].Code)
	require.Equal(t, 2, result.Rejected[1].Index)
	require.Equal(t, "e-2", result.Rejected[1].ID)
	require.Len(t, result.Rejected[1].Errors, 2, "conversation_id and agent_id are missing")
	require.Len(t, log.events(), 2)
}

func TestPostEventsDryRunWritesNothing(t *testing.T) {
	t.Parallel()
	log := &memoryLog{}
	request := httptest.NewRequest(http.MethodPost, "/v1/events?dry_run=true", strings.NewReader(oneEvent))
	answer := do(newServer(t, log), request)
	require.Equal(t, 200, answer.Code)
	require.JSONEq(t, `{"accepted":1,"duplicate":0,"late":0,"rejected":[],"dry_run":true}`, answer.Body.String())
	require.Empty(t, log.events())
}

// refusingLog finds the second event of each request too far ahead of its own clock.
type refusingLog struct{}

func (refusingLog) Append(_ context.Context, submissions []models.Submission) ([]models.Receipt, error) {
	receipts := make([]models.Receipt, len(submissions))
	receipts[1].Refused = &engagement.FieldError{Code: "event:time_in_future", Field: "time", Reason: "lies ahead"}
	return receipts, nil
}

func TestPostEventsTellsWhatTheLogRefused(t *testing.T) {
	t.Parallel()
	answer := post(newServer(t, refusingLog{}), "application/x-ndjson", strings.Join([]string{numbered(1), numbered(2), "{", numbered(3)}, "\n"))
	require.Equal(t, 202, answer.Code)
	var result api.Result
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &result))
	require.Equal(t, 2, result.Accepted)
	require.Equal(t, []int{1, 2}, []int{result.Rejected[0].Index, result.Rejected[1].Index})
	require.Equal(t, "e-2", result.Rejected[0].ID)
	require.Equal(t, "event:time_in_future", result.Rejected[0].Code)
}

func TestPostEventsAnswers503WhileNothingIsDurable(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		code string
	}{
		"backlog": {intake.ErrBacklog, "log:backlog"},
		"closed":  {intake.ErrClosed, "log:unavailable"},
		"failure": {errors.New("disk full"), "log:unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := post(newServer(t, &memoryLog{err: test.err}), "application/json", oneEvent)
			require.Equal(t, 503, answer.Code)
			require.Equal(t, "1", answer.Header().Get("Retry-After"))
			require.Contains(t, answer.Body.String(), test.code)
			require.NotContains(t, answer.Body.String(), "disk full")
		})
	}
}

func TestCloudEventFieldsAreNamedAsSent(t *testing.T) {
	t.Parallel()
	answer := post(newServer(t, &memoryLog{}), "application/cloudevents+json",
		`{"specversion":"1.0","id":"1","source":"s","type":"offer.accepted","time":"2026-03-10T09:00:00Z","data":{"data":{"offer_id":{}}}}`)
	require.Equal(t, 422, answer.Code)
	require.Contains(t, answer.Body.String(), `"field":"data.data.offer_id"`)
	answer = post(newServer(t, &memoryLog{}), "application/cloudevents+json",
		`{"specversion":"1.0","id":"1","source":"s","type":"offer.accepted","time":"2026-03-10T09:00:00Z"}`)
	require.Contains(t, answer.Body.String(), `"field":"subject"`)
	require.Contains(t, answer.Body.String(), `"field":"data.agent_id"`)
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	now := today
	server, err := api.New(api.Config{DevKey: "dev-key", Logger: quiet(), KeyRate: 2, KeyBurst: 2}, api.Dependencies{
		Log: &memoryLog{}, Now: func() time.Time { return now },
	})
	require.NoError(t, err)
	for range 2 {
		require.Equal(t, 202, post(server, "application/json", oneEvent).Code)
	}
	refused := post(server, "application/json", oneEvent)
	require.Equal(t, 429, refused.Code)
	require.Equal(t, "1", refused.Header().Get("Retry-After"))
	now = now.Add(time.Second)
	require.Equal(t, 202, post(server, "application/json", oneEvent).Code)
}

func TestMethodAndPathThatDoNotExist(t *testing.T) {
	t.Parallel()
	server := newServer(t, &memoryLog{})
	answer := do(server, httptest.NewRequest(http.MethodDelete, "/v1/events", nil))
	require.Equal(t, 405, answer.Code)
	require.Contains(t, answer.Body.String(), "request:method_not_allowed")
	answer = do(server, httptest.NewRequest(http.MethodGet, "/v1/nothing", nil))
	require.Equal(t, 404, answer.Code)
	require.Contains(t, answer.Body.String(), "request:no_such_route")
}

func TestDevKeyWorksFromLoopbackOnly(t *testing.T) {
	t.Parallel()
	server := newServer(t, &memoryLog{})
	request := httptest.NewRequest(http.MethodPost, "/v1/events", strings.NewReader(oneEvent))
	request.Header.Set("Authorization", "Bearer dev-key")
	request.RemoteAddr = "192.0.2.7:4000"
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, request)
	require.Equal(t, 401, answer.Code)
	for _, form := range []string{"dev-key", "Bearer dev-key", "bearer dev-key", "Basic ZGV2LWtleTo=", "Basic dXNlcjpkZXYta2V5"} {
		request := httptest.NewRequest(http.MethodPost, "/v1/events", strings.NewReader(oneEvent))
		request.Header.Set("Authorization", form)
		require.Equal(t, 202, do(server, request).Code, form)
	}
	require.Equal(t, 401, do(server, withKey(httptest.NewRequest(http.MethodPost, "/v1/events", strings.NewReader(oneEvent)), "Digest dev-key")).Code)
}

func withKey(request *http.Request, header string) *http.Request {
	request.Header.Set("Authorization", header)
	return request
}

func FuzzPostEvents(f *testing.F) {
	for _, seed := range []string{oneEvent, "[" + oneEvent + "]", oneEvent + "\n" + oneEvent, `{"specversion":"1.0","data":{}}`, `{"specversion":"1.0","data_base64":"e30="}`, `{"data":{"a":"\ud800"}}`, "[1,[2],{}]", `{"a":1e999}`} {
		for kind := range 4 {
			f.Add(byte(kind), []byte(seed))
		}
	}
	kinds := []string{"application/json", "application/x-ndjson", "application/cloudevents+json", "application/cloudevents-batch+json"}
	log := &memoryLog{forget: true}
	server := newServer(f, log)
	f.Fuzz(func(t *testing.T, kind byte, body []byte) {
		answer := post(server, kinds[int(kind)%len(kinds)], string(body))
		require.NotEqual(t, 500, answer.Code, answer.Body)
		require.True(t, json.Valid(answer.Body.Bytes()))
	})
}

func BenchmarkPostOneEvent(b *testing.B) {
	server := newServer(b, &memoryLog{forget: true})
	b.ReportAllocs()
	for b.Loop() {
		if answer := post(server, "application/json", oneEvent); answer.Code != 202 {
			b.Fatal(answer.Body)
		}
	}
}

func BenchmarkPostTwentyEvents(b *testing.B) {
	server := newServer(b, &memoryLog{forget: true})
	body := "[" + strings.Repeat(oneEvent+",", 19) + oneEvent + "]"
	b.ReportAllocs()
	for b.Loop() {
		if answer := post(server, "application/json", body); answer.Code != 202 {
			b.Fatal(answer.Body)
		}
	}
}
