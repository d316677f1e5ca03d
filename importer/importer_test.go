package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/engagement"
)

var base = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// day returns the lines of a day: conversations with 1 to 9 messages each, in order.
func day(conversations int) []string {
	var lines []string
	for c := range conversations {
		for m := range 1 + c%9 {
			lines = append(lines, fmt.Sprintf(`{"id":"m%d","type":"customer.message","time":%q,"conversation_id":"c%04d"}`,
				m, base.Add(time.Duration(c)*time.Minute+time.Duration(m)*time.Second).Format(time.RFC3339Nano), c))
		}
	}
	return lines
}

func writeDay(t *testing.T, lines []string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "day.ndjson")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	return path
}

func TestRunPlaysAFile(t *testing.T) {
	t.Parallel()

	until := engagement.At(base.Add(299*time.Minute + 2*time.Second))
	check := func(t *testing.T, l *ledger, lines int) {
		t.Helper()
		require.Len(t, l.events, 300)
		taken := 0
		for c, ids := range l.events {
			taken += len(ids)
			require.Equal(t, "import:"+until.String(), ids[len(ids)-1], "the clock comes last")
			require.Equal(t, until, l.times[c][ids[len(ids)-1]])
			for i, id := range ids[:len(ids)-1] {
				require.Equal(t, fmt.Sprintf("m%d", i), id, "events of %s in order of time", c)
			}
		}
		require.Equal(t, lines+300, taken)
	}

	t.Run("Grouped", func(t *testing.T) {
		t.Parallel()
		l, lines := newLedger(t), day(300)
		file := writeDay(t, lines)
		s, err := Run(t.Context(), Options{File: file, URL: l.URL, Key: "key", BatchEvents: 20})
		require.NoError(t, err)
		check(t, l, len(lines))
		require.Equal(t, Summary{Lines: int64(len(lines)), Conversations: 300, Accepted: int64(len(lines) + 300),
			Until: until, Elapsed: s.Elapsed, Sent: int64(len(lines) + 300)}, s)
		left, err := filepath.Glob(file + ".*")
		require.NoError(t, err)
		require.Empty(t, left, "neither checkpoint nor rejects remain")
	})

	t.Run("OneConversationOverManyRequests", func(t *testing.T) {
		t.Parallel()
		l, lines := newLedger(t), day(300)
		_, err := Run(t.Context(), Options{File: writeDay(t, lines), URL: l.URL, Key: "key", BatchEvents: 3, Concurrency: 8})
		require.NoError(t, err)
		check(t, l, len(lines))
	})

	t.Run("Shuffled", func(t *testing.T) {
		t.Parallel()
		l, lines := newLedger(t), day(300)
		random := rand.New(rand.NewPCG(1, 2))
		random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		file := writeDay(t, lines)
		s, err := Run(t.Context(), Options{File: file, URL: l.URL, Key: "key", SortMemory: 20_000})
		require.NoError(t, err)
		require.True(t, s.Sorted)
		check(t, l, len(lines))
		left, err := os.ReadDir(filepath.Dir(file))
		require.NoError(t, err)
		require.Len(t, left, 1, "only the file itself remains")
	})
}

func TestRunUntil(t *testing.T) {
	t.Parallel()
	line := func(at time.Time) []string {
		return []string{fmt.Sprintf(`{"id":"m","type":"customer.message","time":%q,"conversation_id":"c"}`, at.Format(time.RFC3339))}
	}

	t.Run("DefaultIsNeverAfterNow", func(t *testing.T) {
		t.Parallel()
		l := newLedger(t)
		s, err := Run(t.Context(), Options{File: writeDay(t, line(time.Now().Add(time.Hour))), URL: l.URL, Key: "key"})
		require.NoError(t, err)
		require.LessOrEqual(t, s.Until, engagement.At(time.Now()))
	})

	t.Run("FutureIsRefused", func(t *testing.T) {
		t.Parallel()
		_, err := Run(t.Context(), Options{File: writeDay(t, line(base)), URL: "http://127.0.0.1:1", Key: "key",
			Until: engagement.At(time.Now().Add(time.Hour))})
		require.ErrorContains(t, err, "lies in the future")
	})

	t.Run("Given", func(t *testing.T) {
		t.Parallel()
		l, until := newLedger(t), engagement.At(base.Add(24*time.Hour))
		s, err := Run(t.Context(), Options{File: writeDay(t, line(base)), URL: l.URL, Key: "key", Until: until})
		require.NoError(t, err)
		require.Equal(t, until, s.Until)
		require.Equal(t, until, l.times["c"]["import:"+until.String()])
	})
}

func TestRunRejects(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	// One line that the API cannot read spoils its request, as a proxy's filter might.
	l.answer = func(_ int, w http.ResponseWriter, body []byte) bool {
		if bytes.Contains(body, []byte("poison")) {
			problemOf(w, http.StatusBadRequest, "body:unreadable")
			return true
		}
		return false
	}
	lines := day(20)
	lines[3] = `not json at all`
	lines[7] = `{"id":"x","type":"customer.message","time":"2026-03-01T09:00:00Z"}`
	lines[11] = `{"id":"poison","type":"customer.message","time":"2026-03-01T09:00:00Z","conversation_id":"c9999"}`
	lines = append(lines, `{"id":"long","conversation_id":"c9999","pad":"`+strings.Repeat("x", maxLine)+`"}`)
	file := writeDay(t, lines)

	s, err := Run(t.Context(), Options{File: file, URL: l.URL, Key: "key"})
	require.NoError(t, err)
	require.EqualValues(t, len(lines), s.Lines)

	raw, err := os.ReadFile(file + ".rejects.ndjson")
	require.NoError(t, err)
	var got []string
	for text := range strings.SplitSeq(strings.TrimSpace(string(raw)), "\n") {
		var r reject
		require.NoError(t, json.Unmarshal([]byte(text), &r))
		got = append(got, fmt.Sprintf("%d %s", r.Line, r.Code))
	}
	require.ElementsMatch(t, []string{
		"4 line:unreadable", "8 event:missing_field", "12 body:unreadable", fmt.Sprintf("%d line:unreadable", len(lines)),
	}, got)
	require.EqualValues(t, 4, s.Rejected)
}

func TestRunRetries(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	var mu sync.Mutex
	var asked time.Time
	l.answer = func(request int, w http.ResponseWriter, _ []byte) bool {
		mu.Lock()
		defer mu.Unlock()
		switch request {
		case 1:
			asked = time.Now()
			w.Header().Set("Retry-After", "1")
			problemOf(w, http.StatusTooManyRequests, "key:rate")
		case 2:
			require.GreaterOrEqual(t, time.Since(asked), 900*time.Millisecond, "Retry-After is kept")
			problemOf(w, http.StatusServiceUnavailable, "log:backlog")
		case 3:
			hijacked, _, err := w.(http.Hijacker).Hijack()
			require.NoError(t, err)
			_ = hijacked.Close()
		default:
			return false
		}
		return true
	}
	s, err := Run(t.Context(), Options{File: writeDay(t, day(5)), URL: l.URL, Key: "key"})
	require.NoError(t, err)
	require.Zero(t, s.Rejected)
	require.Len(t, l.events, 5)
}

func TestRunStops(t *testing.T) {
	t.Parallel()

	t.Run("GivenUp", func(t *testing.T) {
		t.Parallel()
		l := newLedger(t)
		l.answer = func(_ int, w http.ResponseWriter, _ []byte) bool {
			problemOf(w, http.StatusServiceUnavailable, "log:unavailable")
			return true
		}
		_, err := Run(t.Context(), Options{File: writeDay(t, day(5)), URL: l.URL, Key: "key", GiveUpAfter: time.Millisecond})
		require.ErrorContains(t, err, "given up")
		require.ErrorContains(t, err, "log:unavailable")
	})

	t.Run("WrongKey", func(t *testing.T) {
		t.Parallel()
		l := newLedger(t)
		_, err := Run(t.Context(), Options{File: writeDay(t, day(5)), URL: l.URL, Key: "other"})
		require.ErrorContains(t, err, "401")
		require.Equal(t, 1, min(l.requests, 1), "asked once a request, never again")
	})

	t.Run("WrongURL", func(t *testing.T) {
		t.Parallel()
		l := newLedger(t)
		_, err := Run(t.Context(), Options{File: writeDay(t, day(5)), URL: l.URL + "/elsewhere", Key: "key"})
		require.ErrorContains(t, err, "is the URL right?")
	})
}

// TestRunResumes interrupts an import again and again and compares what arrived with the file.
func TestRunResumes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Grouped", "Shuffled"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, lines := newLedger(t), day(400)
			lines[100] = `{"id":"x","time":"2026-03-01T09:00:00Z","type":"customer.message"}`
			if name == "Shuffled" {
				rand.New(rand.NewPCG(3, 4)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
			}
			file := writeDay(t, lines)
			options := Options{File: file, URL: l.URL, Key: "key", BatchEvents: 10, SortMemory: 30_000}

			var s Summary
			err := context.Canceled
			for runs := 0; err != nil; runs++ {
				require.Less(t, runs, 100)
				ctx, cancel := context.WithCancel(t.Context())
				l.mu.Lock()
				stop := l.requests + 15
				l.answer = func(request int, _ http.ResponseWriter, _ []byte) bool {
					if request == stop {
						cancel()
					}
					return false
				}
				l.mu.Unlock()
				s, err = Run(ctx, options)
				cancel()
				if err != nil {
					require.ErrorIs(t, err, context.Canceled)
				}
			}
			require.True(t, s.Resumed)
			require.EqualValues(t, len(lines), s.Lines)
			require.EqualValues(t, 400, s.Conversations)
			require.EqualValues(t, 1, s.Rejected)
			require.EqualValues(t, len(lines)+400-1, s.Accepted+s.Duplicate)
			raw, err := os.ReadFile(file + ".rejects.ndjson")
			require.NoError(t, err)
			require.Equal(t, 1, bytes.Count(raw, []byte("\n")), "each reject stands there once")
			taken := 0
			for _, ids := range l.events {
				taken += len(ids)
				require.True(t, strings.HasPrefix(ids[len(ids)-1], "import:"), "the clock comes last")
			}
			require.Equal(t, len(lines)-1+400, taken)
		})
	}
}

// TestRunResumesAfterKill goes on from a checkpoint that is older than what was sent, as after a
// kill.
func TestRunResumesAfterKill(t *testing.T) {
	t.Parallel()
	l, lines := newLedger(t), day(100)
	file := writeDay(t, lines)
	options := Options{File: file, URL: l.URL, Key: "key", BatchEvents: 10}.withDefaults()
	state, err := prepare(t.Context(), options, engagement.At(time.Now()))
	require.NoError(t, err)
	r, err := begin(options, state)
	require.NoError(t, err)
	r.saved = time.Now().Add(time.Hour)
	require.NoError(t, r.send(t.Context()))

	s, err := Run(t.Context(), options)
	require.NoError(t, err)
	require.True(t, s.Resumed)
	require.EqualValues(t, len(lines)+100, s.Duplicate, "everything was known already")
	require.EqualValues(t, len(lines), s.Lines)
}

func TestCheckpointIsRefused(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	file := writeDay(t, day(5))
	options := Options{File: file, URL: l.URL, Key: "key"}.withDefaults()
	_, err := prepare(t.Context(), options, engagement.At(time.Now()))
	require.NoError(t, err)

	other := options
	other.URL = "http://127.0.0.1:1"
	_, err = Run(t.Context(), other)
	require.ErrorContains(t, err, "belongs to an import into "+l.URL)

	until := options
	until.Until = engagement.At(base)
	_, err = Run(t.Context(), until)
	require.ErrorContains(t, err, "say the same")

	require.NoError(t, os.WriteFile(file, []byte("{}\n"), 0o600))
	_, err = Run(t.Context(), options)
	require.ErrorContains(t, err, "another state")
}

func TestLineParsesCloudEvents(t *testing.T) {
	t.Parallel()
	l := line{raw: []byte(`{"specversion":"1.0","subject":"c1","time":"2026-03-01T09:00:00+01:00","conversation_id":"other"}`)}
	l.parse()
	require.Equal(t, "c1", l.conversation)
	require.Equal(t, engagement.At(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)), l.time)
}
