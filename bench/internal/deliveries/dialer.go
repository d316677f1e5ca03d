package deliveries

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"engaged/bench/internal/stack"
)

// dialer claims orders, starts each call and ends it at once, as fast as it is answered.
type dialer struct {
	api    *stack.Engine
	caller *caller

	claimed, started, refused atomic.Int64
	// live counts the calls that may be under way, most the most there were at once.
	live, most atomic.Int64

	mu     sync.Mutex
	failed error
}

// order is what the dialer needs of one.
type order struct {
	DeliveryID string `json:"delivery_id"`
	Fence      int64  `json:"fence"`
}

const (
	// claimers wait for orders, callers make the calls.
	claimers = 2
	callers  = 32
	// claimAtOnce is the most orders of a claim.
	claimAtOnce = 50
)

// run dials until ctx is done; calls under way are ended.
func (d *dialer) run(ctx context.Context) error {
	orders := make(chan order, claimAtOnce)
	var claiming, calling sync.WaitGroup
	for range claimers {
		claiming.Go(func() {
			for ctx.Err() == nil {
				d.fail(d.claim(ctx, orders))
			}
		})
	}
	for range callers {
		calling.Go(func() {
			for o := range orders {
				// What was claimed is called, also at the end.
				d.fail(d.call(context.WithoutCancel(ctx), o))
			}
		})
	}
	claiming.Wait()
	close(orders)
	calling.Wait()
	return d.failed
}

func (d *dialer) claim(ctx context.Context, orders chan<- order) error {
	// An answer that is on its way is waited for: its orders would be lost.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	body := fmt.Sprintf(`{"dialer":"bench","max":%d,"wait_ms":1000}`, claimAtOnce)
	var answer struct {
		Orders []order `json:"orders"`
	}
	if err := d.caller.post(ctx, d.api, "/v1/dialer/claims", []byte(body), http.StatusOK, &answer); err != nil {
		return err
	}
	d.claimed.Add(int64(len(answer.Orders)))
	for _, o := range answer.Orders {
		orders <- o
	}
	return nil
}

func (d *dialer) call(ctx context.Context, o order) error {
	path := "/v1/deliveries/" + o.DeliveryID
	live := d.live.Add(1)
	defer d.live.Add(-1)
	for most := d.most.Load(); live > most && !d.most.CompareAndSwap(most, live); most = d.most.Load() {
	}
	status, content, err := d.caller.send(ctx, d.api, path+"/start", fmt.Appendf(nil, `{"fence":%d,"call_id":"call"}`, o.Fence))
	switch {
	case err != nil:
		return err
	case status == http.StatusConflict:
		d.refused.Add(1)
		return nil
	case status != http.StatusOK:
		return fmt.Errorf("starting a call: %d %s", status, content)
	}
	d.started.Add(1)
	at := time.Now().UTC().Format(time.RFC3339Nano)
	events := fmt.Sprintf(`[{"id":"connected-%[1]d","type":"call.connected","time":%[2]q},{"id":"ended-%[1]d","type":"call.ended","time":%[2]q}]`, o.Fence, at)
	var told json.RawMessage
	return d.caller.post(ctx, d.api, path+"/events", []byte(events), http.StatusAccepted, &told)
}

func (d *dialer) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed == nil {
		d.failed = err
	}
}
