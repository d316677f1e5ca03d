package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"engaged/engagement"
)

// checkpointEvery is how much work an interruption may cost at most.
const checkpointEvery = time.Second

// Run imports a file, or goes on with an import that was interrupted. It returns when everything
// was taken or refused, when ctx is over, or when the server cannot be reached for too long; then
// calling it again goes on.
func Run(ctx context.Context, options Options) (Summary, error) {
	o := options.withDefaults()
	started := time.Now()
	state, err := prepare(ctx, o, engagement.At(started))
	if err != nil {
		return Summary{}, err
	}
	run, err := begin(o, state)
	if err != nil {
		return Summary{}, err
	}
	err = errors.Join(run.send(ctx), run.finish())
	if err == nil {
		err = clean(o)
	}
	summary := run.state.Summary
	summary.Elapsed, summary.Sent = time.Since(started), run.sent
	return summary, err
}

// prepare returns the checkpoint to go on from.
func prepare(ctx context.Context, o Options, now engagement.Instant) (*checkpoint, error) {
	if o.Until > now {
		return nil, fmt.Errorf("until %s lies in the future: nobody can have said everything up to then", o.Until)
	}
	state, err := loadCheckpoint(o)
	if err != nil || state != nil {
		return state, err
	}
	found, err := surveyFile(ctx, o.File, o.Progress)
	if err != nil {
		return nil, err
	}
	if !found.ordered {
		if err := sortFile(ctx, o.File, o.sorted(), o.SortMemory, o.Progress); err != nil {
			return nil, err
		}
	}
	if state, err = newCheckpoint(found, o, now); err != nil {
		return nil, err
	}
	return state, state.save(o.Checkpoint)
}

// sorted is where the sorted file stands while the import lasts.
func (o Options) sorted() string { return o.Checkpoint + ".sorted" }

// clean removes what only an unfinished import needs, and an empty file of rejects.
func clean(o Options) error {
	for _, path := range []string{o.Checkpoint, o.sorted()} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if info, err := os.Stat(o.Rejects); err == nil && info.Size() == 0 {
		return os.Remove(o.Rejects)
	}
	return nil
}

// run is an import under way.
type run struct {
	options Options
	poster  *poster
	state   *checkpoint
	file    *os.File
	rejects *os.File
	saved   time.Time
	sent    int64
}

func begin(o Options, state *checkpoint) (*run, error) {
	path := o.File
	if state.Summary.Sorted {
		path = o.sorted()
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if _, err := file.Seek(state.At.End, io.SeekStart); err != nil {
		_ = file.Close()
		return nil, err
	}
	// What was refused after the checkpoint will be refused again.
	rejects, err := os.OpenFile(o.Rejects, os.O_RDWR|os.O_CREATE, 0o644)
	if err == nil {
		if err = rejects.Truncate(state.RejectsBytes); err == nil {
			_, err = rejects.Seek(0, io.SeekEnd)
		}
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	p := &poster{client: o.HTTPClient, url: o.URL, key: o.Key, giveUpAfter: o.GiveUpAfter}
	return &run{options: o, poster: p, state: state, file: file, rejects: rejects}, nil
}

// finish saves how far the import has come.
func (r *run) finish() error {
	return errors.Join(r.rejects.Sync(), r.rejects.Close(), r.file.Close(), r.state.save(r.options.Checkpoint))
}

// answered is a batch and what became of it.
type answered struct {
	batch   *batch
	verdict verdict
	err     error
}

// send posts what is left of the file, a few batches at a time, and settles them in their order.
func (r *run) send(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	progress := r.options.Progress
	progress.Begin("sending", r.state.Summary.Lines, r.state.Total, "events")
	defer progress.End()

	cut := newCutter(r.file, r.state.Summary.Sorted, r.state.At, r.state.Summary.Until, r.options.BatchEvents)
	// Each place in the queue is a promise of an answer: its length bounds what is in flight.
	queue := make(chan chan answered, r.options.Concurrency-1)
	failed := make(chan error, 1)
	go func() {
		defer close(queue)
		failed <- r.post(ctx, cut, queue)
	}()
	var settled error
	for promise := range queue {
		a := <-promise
		if settled == nil {
			settled = a.err
		}
		if settled == nil {
			settled = r.settle(a)
		}
		if settled != nil {
			cancel()
		}
	}
	if err := <-failed; settled == nil {
		return err
	}
	return settled
}

// post cuts the file into batches and posts them.
func (r *run) post(ctx context.Context, cut *cutter, queue chan<- chan answered) error {
	var inFlight sync.WaitGroup
	defer inFlight.Wait()
	for {
		b, err := cut.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", r.file.Name(), err)
		}
		if b.continues {
			inFlight.Wait()
		}
		promise := make(chan answered, 1)
		queue <- promise
		inFlight.Go(func() {
			v, err := r.deliver(ctx, b)
			promise <- answered{batch: b, verdict: v, err: err}
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// deliver posts the events of a batch that can be posted and refuses the others.
func (r *run) deliver(ctx context.Context, b *batch) (verdict, error) {
	var (
		sendable []event
		index    []int
		refused  []rejection
	)
	for i, e := range b.events {
		if e.fault != "" {
			refused = append(refused, rejection{Index: i, Code: "line:unreadable", Reason: e.fault})
			continue
		}
		sendable, index = append(sendable, e), append(index, i)
	}
	v, err := r.poster.post(ctx, sendable)
	if err != nil {
		return verdict{}, err
	}
	for i := range v.Rejected {
		at := v.Rejected[i].Index
		if at < 0 || at >= len(index) {
			return verdict{}, fmt.Errorf("the server refused event %d of a request of %d", at, len(index))
		}
		v.Rejected[i].Index = index[at]
	}
	v.Rejected = append(v.Rejected, refused...)
	return v, nil
}
