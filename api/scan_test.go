package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"engaged/engagement"
	"engaged/models"
)

func TestScanFindsTheEndOfAValue(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		` {"a":[1,{"b":"]}\""}]} , 2`: ` {"a":[1,{"b":"]}\""}]}`,
		`"\\" x`:                      `"\\"`,
		`-1.5e3]`:                     `-1.5e3`,
		`true,`:                       `true`,
		`[]`:                          `[]`,
	} {
		var s scan
		end, ok := s.value([]byte(text), 0)
		require.True(t, ok, text)
		require.Equal(t, want, text[:end])
		require.Nil(t, s.fault(), text)
	}
	for _, text := range []string{"", " ", "{", `{"a`, `"\`, "]", ",", ":"} {
		var s scan
		_, ok := s.value([]byte(text), 0)
		require.False(t, ok, text)
	}
}

func TestScanNotesWhatCannotBeStored(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		`"\u0000"`:       "body:unstorable_text",
		`"\ud800"`:       "body:unstorable_text",
		`"\ude00"`:       "body:unstorable_text",
		`"\ud83d\u0041"`: "body:unstorable_text",
		`1e309`:          "body:number_range",
		`-1E-99999`:      "body:number_range",
		strings.Repeat("[", 33) + strings.Repeat("]", 33): "body:too_deep",
	} {
		var s scan
		_, ok := s.value([]byte(text), 0)
		require.True(t, ok, text)
		require.NotNil(t, s.fault(), text)
		require.Equal(t, code, s.fault().Code)
	}
	for _, text := range []string{`"\\u0000"`, `"\ud83d\ude00"`, `"e999"`, `1e308`, `{"e9999":1}`} {
		var s scan
		_, ok := s.value([]byte(text), 0)
		require.True(t, ok, text)
		require.Nil(t, s.fault(), text)
	}
}

func FuzzScan(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"\ud83d\ude00"]}`, `[1e5,null]`, `"\u00`, `{}{}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s scan
		end, ok := s.value(text, 0)
		require.LessOrEqual(t, end, len(text)+1)
		if json.Valid(text) {
			require.True(t, ok)
			require.Empty(t, strings.TrimSpace(string(text[end:])))
		}
	})
}

func FuzzDecodeSettings(f *testing.F) {
	for _, seed := range []string{`{"inactivity_period_ms":1}`, `{"weekly":[{"weekday":9}],"holidays":["x"],"time_zone":"Mars"}`, `{"a":1}`, `[]`, `{"time_zone":7}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var rules OrganizationRules
		var schedule engagement.Schedule
		if err := decodeObject(body, &rules); err != nil {
			require.Less(t, problemOf(err).Status, 500)
		}
		if err := decodeObject(body, &schedule); err == nil {
			if len(schedule.Validate()) == 0 {
				_, err := engagement.NewHours(schedule)
				require.NoError(t, err)
			}
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"cursor=abc", "older_than=5d&limit=3", "started_after=2026-01-01T00:00:00Z&ended_before=1e9", "start_time=1e300&page_size=9", "state=x&tag=a,b&tag=c", "start_time_cursor=5&engagement_id_cursor=0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if checkQuery(raw, nil) != nil {
			return
		}
		request, err := url.Parse("/v1/engagements")
		require.NoError(t, err)
		request.RawQuery = raw
		q := queryOf(&call{Context: contextOf(request)})
		s := &Server{now: testNow, config: Config{VisibilityDays: 90}}
		var filters []models.EngagementFilter
		filters = append(filters, s.engagementFilter(q), s.compatFilter(q))
		q.cursor("cursor")
		q.compatPageSize()
		q.limit("limit", 1, 10)
		for _, filter := range filters {
			for _, at := range []*engagement.Instant{filter.StartedAfter, filter.StartedBefore, filter.EndedAfter, filter.EndedBefore} {
				if at != nil && q.problem() == nil {
					require.False(t, outOfRange(int64(*at)), raw)
				}
			}
		}
	})
}

func contextOf(address *url.URL) *gin.Context {
	return &gin.Context{Request: newRequest(address)}
}

func newRequest(address *url.URL) *http.Request {
	return &http.Request{Method: http.MethodGet, URL: address, Header: http.Header{}}
}

func testNow() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }
