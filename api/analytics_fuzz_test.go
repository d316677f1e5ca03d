package api

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
)

func FuzzDecodeAnalytics(f *testing.F) {
	for _, seed := range []string{
		`{"id":"closed_conversations","periodFilter":{"value":{"_type":"PreviousWeek"},"_type":"Preset"},"filters":[{"attribute":"channel","values":["email"]}],"aggregations":["Count"],"timezone":"Europe/Copenhagen"}`,
		`{"id":"ratings","filters":[],"periodFilter":{"start":"2025-01-01T00:00:00Z","end":"2025-02-01T00:00:00Z"},"timezone":"UTC"}`,
		`{"id":"ratings","timezone":"UTC","csidFilter":[184474]}`, `{"id":"x","timezone":"UTC","periodFilter":{"value":"Today"},"_type":"y"}`,
		`{"id":"","timezone":"Local"}`, `{"periodFilter":{"_type":null,"value":[]},"csidFilter":[1e9]}`, `[]`, `{"filters":[null],"timezone":"UTC","id":"a"}`,
	} {
		f.Add([]byte(seed))
	}
	now := time.Date(2023, 4, 26, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte) {
		input, err := decodeAnalytics(body, now)
		if err != nil {
			status, message := problemOf(err).onWire()
			require.Equal(t, 400, status, err)
			require.Less(t, len(message), 1000)
			return
		}
		require.NotEmpty(t, input.id)
		require.NotNil(t, input.zone)
		require.NotEmpty(t, input.canonical)
		require.False(t, input.bounded && input.conversations != nil)
		if input.bounded {
			require.False(t, input.period.End.Before(input.period.Start))
			require.NotEqual(t, analytics.Period{}, input.period)
		}
		filters, _ := keepRelevant(input.filters, []string{"channel", "queue_id", "score", "tag_id", "started_in_business_hours"})
		for _, filter := range filters {
			require.NotEmpty(t, filter.Values)
			for _, value := range filter.Values {
				require.True(t, value != "" && storable(value))
			}
		}
		again, err := decodeAnalytics(body, now.AddDate(1, 0, 0))
		require.NoError(t, err)
		require.Equal(t, input.canonical, again.canonical, "what a key is bound to does not change with the clock")
	})
}

func FuzzDecodePageKey(f *testing.F) {
	for _, seed := range []string{
		`{"v":1,"d":"n","l":50,"t":1682072644259000,"k":"x","s":1,"e":2,"q":"abc"}`, `{"v":1,"d":"p","l":1,"k":"","q":""}`,
		`{"v":2,"d":"n","l":50}`, `{"v":1,"d":"n","l":50,"t":9223372036854775807}`, `{"v":1,"d":"n","l":301}`, `{} {}`, `null`,
	} {
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(seed)))
	}
	f.Fuzz(func(t *testing.T, text string) {
		key, ok := decodePageKey(text)
		if !ok {
			return
		}
		require.True(t, key.Limit >= 1 && key.Limit <= analyticsPageMax)
		require.True(t, storable(key.ID) && storable(key.Label))
		require.True(t, instantInRange(micros(key.At)))
		again, ok := decodePageKey(key.encode())
		require.True(t, ok)
		require.Equal(t, key, again)
	})
}

func TestWireNumbersAndInstants(t *testing.T) {
	t.Parallel()
	for number, want := range map[float64]string{
		0: "0.0", 100: "100.0", -3: "-3.0", 66.66666666666667: "66.66666666666667", 1171: "1171.0", 1e20: "100000000000000000000.0", 1e21: "1e+21", 0.1: "0.1",
	} {
		text, err := encodeAnalytics(wireDouble(number))
		require.NoError(t, err)
		require.Equal(t, want, string(text))
	}
	zero := 0.0
	text, err := encodeAnalytics([]any{wireDouble(-zero), "a&b<c>"})
	require.NoError(t, err)
	require.Equal(t, `[0.0,"a&b<c>"]`, string(text))
	_, err = encodeAnalytics(wireDouble(1 / zero))
	require.Error(t, err)
	for at, want := range map[string]string{
		"2023-04-21T10:23:14.290Z": `"2023-04-21T10:23:14.290Z"`, "2023-04-16T22:00:00Z": `"2023-04-16T22:00:00Z"`,
		"2023-04-17T00:00:00.0009+02:00": `"2023-04-16T22:00:00Z"`, "2023-04-17T00:00:00.001+02:00": `"2023-04-16T22:00:00.001Z"`,
	} {
		instant, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		text, err := encodeAnalytics(wireInstant(instant))
		require.NoError(t, err)
		require.Equal(t, want, string(text))
	}
}

func TestWireFieldsByType(t *testing.T) {
	t.Parallel()
	names := newLabels()
	names.names["agent"] = map[string]string{"93b885ad-fe0d-3089-8df6-34904fd59f71": "Agent 0", "7": "Seven"}
	names.names["tag"] = map[string]string{"vip": "VIP"}
	field := func(kind analytics.FieldType, attribute string) analytics.Field {
		return analytics.Field{Name: "f", Type: kind, Attribute: attribute, Nullable: true}
	}
	for _, c := range []struct {
		field analytics.Field
		value any
		want  string
	}{
		{field(analytics.IDType, ""), "184472", `{"value":184472,"_type":"LongField"}`},
		{field(analytics.IDType, ""), "007", `{"value":"007","_type":"StringField"}`},
		{field(analytics.IDType, ""), "chat-1", `{"value":"chat-1","_type":"StringField"}`},
		{field(analytics.IDType, ""), "9223372036854775808", `{"value":"9223372036854775808","_type":"StringField"}`},
		{field(analytics.IDType, "agent_id"), "93b885ad-fe0d-3089-8df6-34904fd59f71", `{"value":"93b885ad-fe0d-3089-8df6-34904fd59f71","label":"Agent 0","_type":"UUIDField"}`},
		{field(analytics.IDType, "agent_id"), "55a54008-ad1b-3589-aa21-0d2629c1df41", `{"value":"55a54008-ad1b-3589-aa21-0d2629c1df41","_type":"UUIDField"}`},
		{field(analytics.IDType, "agent_id"), "7", `{"value":"7","label":"Seven","_type":"StringField"}`},
		{field(analytics.IDType, "agent_id"), "", `null`},
		{field(analytics.IDType, "agent_id"), nil, `null`},
		{field(analytics.StringType, ""), "7", `{"value":"7","_type":"StringField"}`},
		{field(analytics.StringType, "channel"), "voice", `{"value":"PSTN_PHONE","label":"Phone","_type":"StringField"}`},
		{field(analytics.StringType, "channel"), "fax", `{"value":"FAX","label":"fax","_type":"StringField"}`},
		{field(analytics.SecondsType, ""), int64(1500), `{"value":1.5,"_type":"DoubleField"}`},
		{field(analytics.SecondsType, ""), int64(2000), `{"value":2.0,"_type":"DoubleField"}`},
		{field(analytics.IntType, ""), int64(3), `{"value":3,"_type":"IntField"}`},
		{field(analytics.LongType, ""), int64(3), `{"value":3,"_type":"LongField"}`},
		{field(analytics.DoubleType, ""), 3.0, `{"value":3.0,"_type":"DoubleField"}`},
		{field(analytics.BoolType, ""), true, `{"value":true,"_type":"BooleanField"}`},
		{field(analytics.InstantType, ""), time.Unix(0, 0), `{"value":"1970-01-01T00:00:00Z","_type":"InstantField"}`},
		{field(analytics.ListType, "tag_id"), []string{"vip", "x"}, `{"values":[{"value":"vip","label":"VIP","_type":"StringField"},{"value":"x","_type":"StringField"}],"_type":"ListField"}`},
		{field(analytics.ListType, "tag_id"), []string(nil), `{"values":[],"_type":"ListField"}`},
	} {
		text, err := encodeAnalytics(newWireColumn(c.field, names).show(c.value))
		require.NoError(t, err)
		require.Equal(t, c.want, string(text))
	}
	require.Equal(t, wireValue{Value: int64(4), Type: "LongField"}, numericValue(4))
	require.Equal(t, wireValue{Value: wireDouble(4.5), Type: "DoubleField"}, numericValue(4.5))
}

// Days are those of UTC, and each key has its own.
func TestDailyLimitOutlastsTheRate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 10, 23, 59, 0, 0, time.UTC)
	l := newAnalyticsLimits(AnalyticsConfig{Daily: 1})
	require.Nil(t, l.take("a", now))
	require.Nil(t, l.take("b", now))
	refused := l.take("a", now)
	require.NotNil(t, refused)
	require.Equal(t, time.Minute, refused.retryAfter)
	require.Nil(t, l.take("a", now.Add(time.Minute)))
}
