package importer

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"

	"engaged/engagement"
)

// maxKnown bounds the memory of the first pass; a file with more conversations that is not sorted
// by their ids is sorted.
const maxKnown = 4_000_000

// survey is what the first pass finds.
type survey struct {
	lines  int64
	latest engagement.Instant
	// ordered tells that the lines of a conversation stand together, in order of time.
	ordered bool
}

// surveyFile reads the whole file once.
func surveyFile(ctx context.Context, path string, progress Progress) (survey, error) {
	file, err := os.Open(path)
	if err != nil {
		return survey{}, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return survey{}, err
	}
	progress.Begin("reading", 0, info.Size(), "bytes")
	defer progress.End()

	s := survey{ordered: true}
	order := newOrder()
	r := newReader(file, false, 0, 0)
	for reported := int64(0); ; {
		l, err := r.next()
		if errors.Is(err, io.EOF) {
			progress.Add(info.Size() - reported)
			return s, nil
		}
		if err != nil {
			return survey{}, fmt.Errorf("read %s: %w", path, err)
		}
		s.lines++
		if s.lines%1000 == 0 {
			if err := ctx.Err(); err != nil {
				return survey{}, err
			}
			progress.Add(l.end - reported)
			reported = l.end
		}
		if l.fault != "" {
			continue
		}
		s.latest = max(s.latest, l.time)
		s.ordered = s.ordered && order.follows(l)
	}
}

// order watches whether lines stand together by conversation and in order of time.
type order struct {
	seed         maphash.Seed
	known        map[uint64]struct{}
	conversation string
	time         engagement.Instant
	any          bool
}

func newOrder() *order {
	return &order{seed: maphash.MakeSeed(), known: map[uint64]struct{}{}}
}

// follows reports whether the line keeps the order. Conversations are remembered by a hash: a
// collision makes the file look unordered, which costs a sort and nothing else.
func (o *order) follows(l line) bool {
	if o.any && l.conversation == o.conversation {
		ok := l.time >= o.time
		o.time = l.time
		return ok
	}
	hash := maphash.String(o.seed, l.conversation)
	if _, again := o.known[hash]; again || len(o.known) >= maxKnown {
		return false
	}
	o.known[hash] = struct{}{}
	o.conversation, o.time, o.any = l.conversation, l.time, true
	return true
}
