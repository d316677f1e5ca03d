package load

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"engaged/bench/internal/analytics/dataset"
	"engaged/bench/internal/progress"
)

// chunk is how many bytes of a table are handed over at once.
const chunk = 256 << 10

// loadMonth makes a month and loads its rows, one COPY for each table. It returns the rows by table.
func loadMonth(ctx context.Context, pool *pgxpool.Pool, month *dataset.Month, bar *progress.Bar) ([6]int64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var streams [6]*stream
	var running sync.WaitGroup
	for i := range streams {
		s := &stream{ctx: ctx, full: make(chan []byte, 2), free: make(chan []byte, 4)}
		s.current = dataset.Header
		streams[i] = s
		running.Go(func() {
			if err := copyPartition(ctx, pool, dataset.Tables[i], month, s); err != nil {
				cancel(err) // and the maker stops at its next chunk
			}
		})
	}
	encoder := &dataset.Encoder{}
	err := encode(month, encoder, streams, bar)
	for i, s := range streams {
		if err == nil {
			err = s.put(append(encoder.Take(i, nil), dataset.Trailer...))
		}
		if err == nil {
			close(s.full)
		}
	}
	if err != nil {
		cancel(err)
	}
	running.Wait()
	return encoder.Counts, errors.Join(err, context.Cause(ctx))
}

// encode makes the month's conversations and hands their bytes over in chunks.
func encode(month *dataset.Month, encoder *dataset.Encoder, streams [6]*stream, bar *progress.Bar) error {
	shown := int64(0)
	return month.Each(func(c *dataset.Conversation) error {
		encoder.Append(c)
		for i, s := range streams {
			if encoder.Len(i) < chunk {
				continue
			}
			if err := s.put(encoder.Take(i, s.spare())); err != nil {
				return err
			}
		}
		if n := encoder.Counts[0]; n-shown >= 2_000 || n == month.Rows {
			bar.Add(int(n - shown))
			shown = n
		}
		return nil
	})
}

// stream is the bytes of one table on their way to its COPY. Buffers go round.
type stream struct {
	// ctx ends the whole month: a stream lives only within one.
	ctx     context.Context
	full    chan []byte
	free    chan []byte
	current []byte
	owned   []byte
}

// put hands a buffer over.
func (s *stream) put(buffer []byte) error {
	select {
	case s.full <- buffer:
		return nil
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	}
}

// spare returns a buffer to write into.
func (s *stream) spare() []byte {
	select {
	case buffer := <-s.free:
		return buffer
	default:
		return make([]byte, 0, chunk+chunk/4)
	}
}

// Read is called by the COPY.
func (s *stream) Read(p []byte) (int, error) {
	for len(s.current) == 0 {
		if s.owned != nil {
			select {
			case s.free <- s.owned:
			default: // enough go round
			}
			s.owned = nil
		}
		select {
		case next, ok := <-s.full:
			if !ok {
				return 0, io.EOF
			}
			s.owned, s.current = next, next
		case <-s.ctx.Done():
			return 0, context.Cause(s.ctx)
		}
	}
	n := copy(p, s.current)
	s.current = s.current[n:]
	return n, nil
}
