package engagement

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const whole = `{
	"id": "ev-1", "source": "router", "type": "conversation.rated", "time": "2025-03-10T10:00:00.1239+01:00",
	"conversation_id": 94588, "ticket_id": 17, "agent_id": "a", "group_id": "g", "queue_id": "q", "requester_id": "r",
	"channel": "messaging", "direction": "inbound", "contact_point": "+49", "tags": ["x"], "seq": 3, "surprise": {"a": 1},
	"actor": {"type": "end_user", "id": 5},
	"data": {"survey": "nps", "score": 9, "scale": {"min": 0, "max": 10}, "comment_length": 12, "status": 7, "own": {"deep": [1, null]}}
}`

func TestDecodeEvent(t *testing.T) {
	t.Parallel()
	e, data, errs := DecodeEvent([]byte(whole))
	require.Empty(t, errs)
	require.Empty(t, e.Validate())
	require.Equal(t, Event{
		ID: "ev-1", Source: "router", Type: ConversationRated, Time: instant(t, "2025-03-10T09:00:00.123Z"),
		ConversationID: "94588", TicketID: "17", AgentID: "a", GroupID: "g", QueueID: "q", RequesterID: "r",
		Channel: "messaging", Direction: "inbound", ContactPoint: "+49", Tags: &[]string{"x"}, Seq: 3,
		Actor: &Actor{Type: "end_user", ID: "5"},
		Data:  Data{Survey: "nps", Score: new(float64(9)), Scale: &Scale{Min: 0, Max: 10}, CommentLength: 12},
	}, e)
	require.Contains(t, string(data), `"own"`, "the sender's data is kept as it came")
}

func TestDecodeEveryDataField(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]Data{
		`"type":"queue.left","data":{"reason":"abandoned"}`:                                                             {Reason: "abandoned"},
		`"type":"offer.created","data":{"offer_id":1,"expires_at":"2025-03-10T00:00:01Z"}`:                              {OfferID: "1", ExpiresAt: new(At(monday).Add(1000))},
		`"type":"customer.message","data":{"automatic":true,"message_id":"m","visibility":3}`:                           {Automatic: true, MessageID: "m"},
		`"type":"agent.message","data":{"visibility":"internal"}`:                                                       {Visibility: "internal"},
		`"type":"conversation.transferred","data":{"to":{"agent_id":1,"group_id":"g","queue_id":null},"mode":"direct"}`: {To: &Target{AgentID: "1", GroupID: "g"}, Mode: "direct"},
		`"type":"status.changed","data":{"status":"open","previous_status":"new","add":"ignored"}`:                      {Status: "open", PreviousStatus: "new"},
		`"type":"conversation.closed","data":{"closed_by":"agent"}`:                                                     {ClosedBy: "agent"},
		`"type":"conversation.tagged","data":{"add":["a"],"remove":["b"]}`:                                              {Add: []string{"a"}, Remove: []string{"b"}},
		`"type":"agent.ended","data":null`:                                                                              {},
	} {
		e, _, errs := DecodeEvent([]byte("{" + raw + "}"))
		require.Empty(t, errs, raw)
		require.Equal(t, want, e.Data, raw)
	}
}

func TestDecodeEventFindsWrongTypes(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 70) + strings.Repeat("]", 70)
	for raw, want := range map[string]struct{ code, field string }{
		`[]`:                              {CodeUnreadable, ""},
		`null`:                            {CodeUnreadable, ""},
		`{"id":`:                          {CodeUnreadable, ""},
		`{"id":true}`:                     {CodeInvalidField, "id"},
		`{"id":1.5}`:                      {CodeInvalidField, "id"},
		`{"type":5}`:                      {CodeInvalidField, "type"},
		`{"source":5}`:                    {CodeInvalidField, "source"},
		`{"time":"2025-03-10"}`:           {CodeInvalidField, "time"},
		`{"time":"2025-03-10T09:00:00"}`:  {CodeInvalidField, "time"},
		`{"time":"2025-03-10 09:00:00Z"}`: {CodeInvalidField, "time"},
		`{"time":"2025-02-30T09:00:00Z"}`: {CodeInvalidField, "time"},
		`{"time":1741597200}`:             {CodeInvalidField, "time"},
		`{"seq":1.5}`:                     {CodeInvalidField, "seq"},
		`{"tags":"a"}`:                    {CodeInvalidField, "tags"},
		`{"tags":[1]}`:                    {CodeInvalidField, "tags"},
		`{"actor":"me"}`:                  {CodeInvalidField, "actor"},
		`{"actor":{"type":{}}}`:           {CodeInvalidField, "actor.type"},
		`{"data":[1]}`:                    {CodeInvalidField, "data"},
		`{"data":{"x":"\u0000"}}`:         {CodeInvalidField, "data"},
		`{"data":{"x":"\ud800"}}`:         {CodeInvalidField, "data"},
		`{"data":{"x":"\udc00\ud800"}}`:   {CodeInvalidField, "data"},
		`{"data":{"x":1e999}}`:            {CodeInvalidField, "data"},
		`{"data":{"x":` + deep + `}}`:     {CodeInvalidField, "data"},
		"{\"data\":{\"x\":\"\xff\"}}":     {CodeInvalidField, "data"},
		`{"data":{"x":"` + strings.Repeat("y", MaxDataBytes) + `"}}`:           {CodeTooLarge, "data"},
		`{"type":"conversation.rated","data":{"score":"9"}}`:                   {CodeInvalidField, "data.score"},
		`{"type":"conversation.rated","data":{"scale":{"min":1}}}`:             {CodeInvalidField, "data.scale"},
		`{"type":"conversation.rated","data":{"scale":{"min":1,"max":"5"}}}`:   {CodeInvalidField, "data.scale.max"},
		`{"type":"customer.message","data":{"automatic":"yes"}}`:               {CodeInvalidField, "data.automatic"},
		`{"type":"offer.created","data":{"expires_at":"soon"}}`:                {CodeInvalidField, "data.expires_at"},
		`{"type":"conversation.transferred","data":{"to":"B"}}`:                {CodeInvalidField, "data.to"},
		`{"type":"conversation.transferred","data":{"to":{"agent_id":["B"]}}}`: {CodeInvalidField, "data.to.agent_id"},
	} {
		_, _, errs := DecodeEvent([]byte(raw))
		require.NotEmpty(t, errs, raw)
		require.Equal(t, want.code, errs[0].Code, raw)
		require.Equal(t, want.field, errs[0].Field, raw)
		require.True(t, strings.HasSuffix(errs[0].Reason, "."), "a sentence: %s", errs[0].Reason)
	}
}

func TestDecodeKeepsWellFormedEscapes(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`{"data":{"x":"\ud83d\ude00 \\u0000 \\\\ud800 \u00e4"}}`, `{"data":{"x":-0.5e10}}`} {
		_, _, errs := DecodeEvent([]byte(raw))
		require.Empty(t, errs, raw)
	}
}

func TestInstantJSON(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(instant(t, "2025-03-10T10:00:00.5+01:00"))
	require.NoError(t, err)
	require.Equal(t, `"2025-03-10T09:00:00.500Z"`, string(raw))
	var at Instant
	require.NoError(t, json.Unmarshal(raw, &at))
	require.Equal(t, "2025-03-10T09:00:00.500Z", at.String())
	require.Error(t, json.Unmarshal([]byte(`5`), &at))
	require.Error(t, json.Unmarshal([]byte(`"soon"`), &at))
	require.Equal(t, int64(1), Millis(1999).Seconds())
	require.Equal(t, Millis(1999), MillisOf(Millis(1999).Duration()))
}
