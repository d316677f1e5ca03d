package delivery

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

const wholeEvent = `{"id":"e1","type":"call.ended","time":"2026-03-02T15:00:00Z","attempt":1,"data":{"sip_code":486,
	"codes":["PromiseToPay"],"attributes":{"a":"b"},"greeting_ended_at":"2026-03-02T15:00:00.5Z","answered_by":"human"}}`

func TestDecodeEvent(t *testing.T) {
	t.Parallel()
	e, errs := DecodeEvent([]byte(wholeEvent))
	require.Empty(t, errs)
	require.Equal(t, CallEnd, e.Type)
	require.Equal(t, t0, e.Time)
	require.Equal(t, []string{"PromiseToPay"}, e.Data.Codes)
	for raw, field := range map[string]string{
		`[]`: "", `{"type":"call.ended","time":"2026-03-02T15:00:00Z"}`: "id",
		`{"id":"1","type":"task.cancelled","time":"2026-03-02T15:00:00Z"}`:                           "type",
		`{"id":"1","type":"call.ended","time":"soon"}`:                                               "time",
		`{"id":"1","type":"call.ended","time":"2026-03-02T15:00:00Z","attempt":1001}`:                "attempt",
		`{"id":"1","type":"call.ended","time":"2026-03-02T15:00:00Z","data":{"sip_code":99}}`:        "data.sip_code",
		`{"id":"1","type":"amd.result","time":"2026-03-02T15:00:00Z","data":{"answered_by":"cat"}}`:  "data.answered_by",
		`{"id":"1","type":"disposition.set","time":"2026-03-02T15:00:00Z","data":{"codes":["", 1]}}`: "data.codes",
	} {
		_, errs := DecodeEvent([]byte(raw))
		require.Len(t, errs, 1, raw)
		require.Equal(t, field, errs[0].Field)
		require.NotEmpty(t, errs[0].Reason)
	}
}

// FuzzDecode reads whatever comes as an event, as windows and as disposition codes; what is read
// comes back as it went in.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(wholeEvent))
	f.Add([]byte(`"[{\"Start\":\"2026-03-02T18:00:00Z\",\"End\":\"2026-03-02T19:00:00\"}]"`))
	f.Add([]byte(`"a""b", 'c''d' ,e`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if e, errs := DecodeEvent(raw); len(errs) == 0 {
			stored, err := json.Marshal(e)
			require.NoError(t, err)
			var back Event
			require.NoError(t, json.Unmarshal(stored, &back))
			again, err := json.Marshal(back)
			require.NoError(t, err)
			require.JSONEq(t, string(stored), string(again))
			Fold(newPlan(), State{}, []Entry{{Number: 1, Event: e}}, 0)
		}
		if windows, err := DecodeWindows(raw); err == nil {
			if merged, err := PlanWindows(windows, t0); err == nil {
				for i, w := range merged {
					require.Less(t, w.Start, w.End)
					require.True(t, i == 0 || merged[i-1].End < w.Start)
				}
			}
		}
		if codes, err := ParseDispositions(string(raw)); err == nil {
			back, err := ParseDispositions(FormatDispositions(codes))
			require.NoError(t, err)
			require.Equal(t, codes, back)
		}
		LoadZone(string(raw))
		NumberZones(string(raw))
	})
}
