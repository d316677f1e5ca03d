package activities

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"engaged/engagement"
	"engaged/models"
)

// Whatever a signal carries comes out once, as an event that keeps the rules or as a refusal that can
// be stored.
func FuzzDirectSignal(f *testing.F) {
	for _, seed := range []string{
		`{"agent_id":"a1"}`, `{"type":"offer.created","agent_id":7,"data":{"offer_id":"o"}}`, `{"type":null}`, `{"time":"yesterday"}`,
		`{"events":[{"type":"agent.ended"},{"type":"agent.ended","id":"x"},7]}`, `{"events":{}}`, `"nonsense"`, "\x00\xff", ``, `null`,
	} {
		f.Add(seed)
	}
	subject := models.Subject{OrganizationID: "acme", ConversationID: "c-1"}
	f.Fuzz(func(t *testing.T, payload string) {
		for _, types := range [][]engagement.EventType{nil, {engagement.OfferCreated, engagement.OfferRescinded}} {
			signal := DirectSignal{Signal: "s", Types: types, Payload: payload, ID: "signal:run:1", At: 1}
			events, refused := signal.read(subject)
			require.NotZero(t, len(events)+len(refused))
			if types != nil {
				require.Equal(t, 1, len(events)+len(refused))
			}
			for _, s := range events {
				require.Empty(t, s.Event.Validate())
				require.Equal(t, subject.ConversationID, s.Event.ConversationID)
			}
			for _, s := range refused {
				require.Equal(t, engagement.SignalRefused, s.Event.Type)
				require.NotEmpty(t, s.Event.Data.Reason)
				require.LessOrEqual(t, len(s.Event.ID), engagement.MaxIDBytes)
				var kept struct{ Signal, Payload string }
				require.NoError(t, json.Unmarshal(s.RawData, &kept))
				require.True(t, utf8.ValidString(kept.Payload))
				require.NotContains(t, kept.Payload, "\x00")
			}
		}
	})
}
