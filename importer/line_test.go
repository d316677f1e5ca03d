package importer

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever a file holds is read to its end, line by line, with places that only grow.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		`{"id":"1","conversation_id":"c","time":"2026-03-02T10:00:00Z"}` + "\n\n" + `{"conversation_id":7}`,
		"nonsense\n[]\n{\n", "\xff\x00\n", "", "12\t{}\n", `{"conversation_id":{},"time":5}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r := newReader(bytes.NewReader(file), false, 0, 0)
		var number, end int64
		for {
			l, err := r.next()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			require.Greater(t, l.number, number)
			require.Greater(t, l.end, end)
			require.LessOrEqual(t, l.end, int64(len(file)))
			number, end = l.number, l.end
		}
	})
}
