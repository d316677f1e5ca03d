package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"engaged/analytics"
	"engaged/engagement"
)

// liveHub lets all who watch what is open in an organization share one poller. An organization that
// nobody watches costs nothing.
type liveHub struct {
	// mark tells whether what is open has changed; read makes the report.
	mark func(ctx context.Context, organization string) (string, error)
	read func(ctx context.Context, q analytics.LiveQuery) (LiveReport, string, error)
	// interval is the time between two looks, most the number of watchers per organization.
	interval time.Duration
	most     int
	logger   *slog.Logger

	mu    sync.Mutex
	rooms map[string]*liveRoom
}

// liveRoom holds those who watch one organization.
type liveRoom struct {
	organization string
	watchers     map[*liveWatcher]struct{}
	// stop ends the poller, done is closed when it has ended.
	stop context.CancelFunc
	done chan struct{}
}

// liveWatcher is one who watches.
type liveWatcher struct {
	query analytics.LiveQuery
	// key is equal for queries that have the same answer.
	key string
	// next holds the newest snapshot that the watcher has not taken yet: one who is slow misses those
	// in between and holds nobody up.
	next chan liveSnapshot
}

// liveSnapshot is an encoded LiveReport.
type liveSnapshot struct {
	mark string
	at   engagement.Instant
	body []byte
}

// join begins to watch; nil if too many do already. Whoever joins must leave.
func (h *liveHub) join(q analytics.LiveQuery) *liveWatcher {
	key, err := json.Marshal(q)
	if err != nil {
		return nil
	}
	w := &liveWatcher{query: q, key: string(key), next: make(chan liveSnapshot, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	room, ok := h.rooms[q.Organization]
	if !ok {
		ctx, stop := context.WithCancel(context.Background())
		room = &liveRoom{organization: q.Organization, watchers: map[*liveWatcher]struct{}{}, stop: stop, done: make(chan struct{})}
		h.rooms[q.Organization] = room
		go h.poll(ctx, room)
	}
	if len(room.watchers) >= h.most {
		return nil
	}
	room.watchers[w] = struct{}{}
	return w
}

// leave ends watching. The last to leave waits until the poller has ended.
func (h *liveHub) leave(w *liveWatcher) {
	h.mu.Lock()
	room := h.rooms[w.query.Organization]
	delete(room.watchers, w)
	last := len(room.watchers) == 0
	if last {
		delete(h.rooms, room.organization)
	}
	h.mu.Unlock()
	if last {
		room.stop()
		<-room.done
	}
}

// poll looks whether anything has changed and tells everybody in the room.
func (h *liveHub) poll(ctx context.Context, room *liveRoom) {
	defer close(room.done)
	ticker := time.NewTicker(h.interval)
	defer ticker.Stop()
	var told string
	var failing bool
	for {
		mark, err := h.mark(ctx, room.organization)
		if err == nil && mark != told {
			err = h.tell(ctx, room)
		}
		if err == nil {
			told = mark
		} else if !failing && ctx.Err() == nil {
			// The next look may succeed; until then watchers get heartbeats.
			h.logger.Warn("live view", "organization", room.organization, "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// tell makes each report that somebody watches once and hands it out.
func (h *liveHub) tell(ctx context.Context, room *liveRoom) error {
	made := map[string]liveSnapshot{}
	for _, w := range h.watchers(room) {
		snapshot, ok := made[w.key]
		if !ok {
			var err error
			if snapshot, err = h.snapshot(ctx, w.query); err != nil {
				return err
			}
			made[w.key] = snapshot
		}
		w.offer(snapshot)
	}
	return nil
}

func (h *liveHub) watchers(room *liveRoom) []*liveWatcher {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]*liveWatcher, 0, len(room.watchers))
	for w := range room.watchers {
		list = append(list, w)
	}
	return list
}

// snapshot makes one report.
func (h *liveHub) snapshot(ctx context.Context, q analytics.LiveQuery) (liveSnapshot, error) {
	report, mark, err := h.read(ctx, q)
	if err != nil {
		return liveSnapshot{}, err
	}
	body, err := json.Marshal(report)
	return liveSnapshot{mark, report.AsOf, body}, err
}

// offer replaces what the watcher has not taken. Only the poller offers.
func (w *liveWatcher) offer(snapshot liveSnapshot) {
	select {
	case <-w.next:
	default:
	}
	w.next <- snapshot
}
