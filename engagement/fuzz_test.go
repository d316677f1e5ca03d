package engagement

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzDecodeEvent(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(`{"type":"conversation.transferred","data":{"to":{"agent_id":1},"mode":"offer","x":"\ud83d\ude00"}}`))
	f.Add([]byte(`{"type":"offer.created","data":{"expires_at":"2025-03-10T00:00:00Z"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, data, errs := DecodeEvent(raw)
		for _, err := range append(errs, e.Validate()...) {
			require.NotEmpty(t, err.Code)
			require.NotEmpty(t, err.Reason)
		}
		if len(errs) > 0 || len(e.Validate()) > 0 {
			return
		}
		require.True(t, data == nil || json.Valid(data))
		// What intake stores must come back as it went in.
		stored, err := json.Marshal(e)
		require.NoError(t, err)
		var back Event
		require.NoError(t, json.Unmarshal(stored, &back))
		again, err := json.Marshal(back)
		require.NoError(t, err)
		require.JSONEq(t, string(stored), string(again))
	})
}

// FuzzFold folds whatever a list of events says, and its state once more.
func FuzzFold(f *testing.F) {
	for _, name := range []string{"timeline-v1", "timeline-v3", "offer-broadcast", "closing-once", "tags", "messages-at-transfer"} {
		raw, err := json.Marshal(readGolden(f, name).Entries)
		require.NoError(f, err)
		f.Add(raw, int64(1_741_600_000_000))
	}
	f.Fuzz(func(t *testing.T, raw []byte, reached int64) {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil || len(list) > 200 {
			return
		}
		var entries []Entry
		for _, one := range list {
			if e, _, errs := DecodeEvent(one); len(errs) == 0 {
				entries = append(entries, Entry{Number: int64(len(entries) + 1), Event: e})
			}
		}
		r := Fold(nil, State{}, entries, Instant(reached))
		require.LessOrEqual(t, len(r.Outcomes), len(entries))
		for i, l := range r.Legs {
			require.GreaterOrEqual(t, *l.EndedAt, l.StartedAt)
			require.True(t, i == 0 || l.StartedAt >= *r.Legs[i-1].EndedAt)
			require.GreaterOrEqual(t, l.WaitTotals().Total, Millis(0))
		}
		r.Next()
		Fold(nil, roundTrip(t, r.State), entries, 0).Next()
	})
}
