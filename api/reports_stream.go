package api

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// The streams of what is open.
const (
	// liveStreamPath is the route whose answer has no end of its own.
	liveStreamPath = "/v1/reports/live/stream"
	// streamLifetime is how long a stream lasts; clients then connect again by themselves, with a key
	// that is looked up again.
	streamLifetime = 30 * time.Minute
	// streamPatience is how long one write to a slow client may take.
	streamPatience = 10 * time.Second
	// streamRetry tells clients how long to wait before they connect again.
	streamRetry = 2 * time.Second
	// maxStreams is how many streams an organization may have open on one server.
	maxStreams = 50
)

// streamLive is GET /v1/reports/live/stream: the live report as server-sent events, at once and after
// every change.
func (s *Server) streamLive(c *call) (any, error) {
	q, err := readLiveQuery(c)
	if err != nil {
		return nil, err
	}
	watcher := s.hub.join(q)
	if watcher == nil {
		return nil, problem(http.StatusTooManyRequests, "report:too_many_streams",
			"This organization has %d streams open already. Close one, or share one.", maxStreams).retry(streamRetry)
	}
	defer s.hub.leave(watcher)
	first, err := s.hub.snapshot(c.ctx(), q)
	if err != nil {
		return nil, err
	}
	stream := newStream(c)
	// Whoever reads has gone away if a write fails; that is no failure of ours.
	_ = s.follow(c, stream, watcher, first)
	return reply{written: true}, nil
}

// follow writes snapshots until the client goes away, the server shuts down or the stream is old.
func (s *Server) follow(c *call, stream *eventStream, watcher *liveWatcher, snapshot liveSnapshot) error {
	heartbeat := time.NewTicker(s.config.LiveHeartbeat)
	defer heartbeat.Stop()
	old := time.NewTimer(streamLifetime)
	defer old.Stop()
	if err := stream.write("retry: %d\n\n", streamRetry.Milliseconds()); err != nil {
		return err
	}
	if err := stream.snapshot(snapshot); err != nil {
		return err
	}
	for {
		var err error
		select {
		case <-c.ctx().Done():
			return nil
		case <-s.closing:
			return nil
		case <-old.C:
			return nil
		case <-heartbeat.C:
			err = stream.write(": still here\n\n")
		case next := <-watcher.next:
			// The poller's first look may find what the stream began with, or what came before.
			if next.mark != snapshot.mark && next.at >= snapshot.at {
				snapshot = next
				err = stream.snapshot(snapshot)
			}
		}
		if err != nil {
			return err
		}
	}
}

// eventStream writes server-sent events.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// newStream begins the answer. The server's time limits are for answers that end.
func newStream(c *call) *eventStream {
	stream := &eventStream{c.Writer, http.NewResponseController(c.Writer)}
	// A test's recorder has no deadlines.
	_ = stream.control.SetReadDeadline(time.Time{})
	header := c.Writer.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	// Some proxies hold back what they have not read to its end.
	header.Set("X-Accel-Buffering", "no")
	c.Writer.WriteHeader(http.StatusOK)
	return stream
}

// snapshot sends a report; encoded JSON has no line breaks.
func (e *eventStream) snapshot(snapshot liveSnapshot) error {
	return e.write("event: snapshot\nid: %s\ndata: %s\n\n", snapshot.mark, snapshot.body)
}

func (e *eventStream) write(format string, args ...any) error {
	_ = e.control.SetWriteDeadline(time.Now().Add(streamPatience))
	if _, err := fmt.Fprintf(e.w, format, args...); err != nil {
		return err
	}
	return e.control.Flush()
}

// newLiveHub makes the hub of a server.
func (s *Server) newLiveHub() *liveHub {
	mark := func(ctx context.Context, organization string) (string, error) {
		return s.deps.Analytics.LiveMark(ctx, organization)
	}
	return &liveHub{
		mark: mark, read: s.readLive,
		interval: s.config.LiveInterval, most: maxStreams, logger: s.config.Logger, rooms: map[string]*liveRoom{},
	}
}
