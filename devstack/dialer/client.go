package dialer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// answer is what the engine said: a status of 0 means that it was not heard.
type answer struct {
	status int
	body   []byte
}

// code is the problem's code.
func (a answer) code() string {
	var problem struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(a.body, &problem) // what is no problem document has no code
	return problem.Code
}

// do makes one request.
func (d *Dialer) do(ctx context.Context, method, path string, body any) answer {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // what is sent is plain data
	}
	request, err := http.NewRequestWithContext(ctx, method, d.options.URL+path, bytes.NewReader(text))
	if err != nil {
		return answer{}
	}
	request.Header.Set("Authorization", "Bearer "+d.options.Key)
	request.Header.Set("Content-Type", "application/json")
	response, err := d.options.Client.Do(request)
	if err != nil {
		return answer{}
	}
	defer response.Body.Close() // it was read
	got, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}
	}
	return answer{response.StatusCode, got}
}

// persist repeats a request until it is answered one way or the other, or until ctx ends: what was not
// heard, and what the engine could not do for now, is asked again.
func (d *Dialer) persist(ctx context.Context, method, path string, body any) answer {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		a := d.do(ctx, method, path, body)
		if a.status != 0 && a.status != http.StatusTooManyRequests && a.status < 500 || ctx.Err() != nil {
			return a
		}
		sleep(ctx, wait)
	}
}

// claim asks for orders and waits for the first.
func (d *Dialer) claim(ctx context.Context, most int) ([]Order, error) {
	body := map[string]any{
		"dialer": d.options.Name, "max": min(most, 100), "wait_ms": d.options.Wait.Milliseconds(), "lease_ms": d.options.Lease.Milliseconds(),
	}
	a := d.do(ctx, http.MethodPost, "/v1/dialer/claims", body)
	if a.status != http.StatusOK {
		return nil, fmt.Errorf("claim orders: %d %s", a.status, a.body)
	}
	var claimed struct {
		Orders []Order `json:"orders"`
	}
	if err := json.Unmarshal(a.body, &claimed); err != nil {
		return nil, fmt.Errorf("claim orders: %w", err)
	}
	return claimed.Orders, nil
}

// start asks whether the call may be made. It asks until the lease is over: then the order is lost.
func (d *Dialer) start(ctx context.Context, c *Call) bool {
	ctx, cancel := context.WithDeadline(ctx, time.Now().Add(c.LeaseUntil.Sub(d.options.Now())))
	defer cancel()
	body := map[string]any{"fence": c.Fence, "call_id": fmt.Sprintf("%s-%d", d.options.Name, c.Fence), "from_address": "+12125550100"}
	a := d.persist(ctx, http.MethodPost, "/v1/deliveries/"+c.DeliveryID+"/start", body)
	var started struct {
		At time.Time `json:"started_at"`
	}
	if a.status != http.StatusOK || json.Unmarshal(a.body, &started) != nil {
		d.journal.write(c, func(c *Call) { c.Refused = a.code() })
		return false
	}
	d.journal.write(c, func(c *Call) { c.StartedAt = started.At })
	return true
}

// tell sends events until they are acknowledged.
func (d *Dialer) tell(ctx context.Context, c *Call, events ...Event) {
	ctx, cancel := context.WithTimeout(ctx, d.options.Patience)
	defer cancel()
	for i := range events {
		events[i].ID, events[i].Source = fmt.Sprintf("%d:%d", c.Fence, len(c.Told)+len(c.Untold)+i+1), d.options.Name
		if events[i].Time.IsZero() {
			events[i].Time = d.now()
		}
	}
	a := d.persist(ctx, http.MethodPost, "/v1/deliveries/"+c.DeliveryID+"/events", events)
	var taken struct {
		Duplicate int `json:"duplicate"`
	}
	d.journal.write(c, func(c *Call) {
		if a.status != http.StatusAccepted || json.Unmarshal(a.body, &taken) != nil {
			c.Untold = append(c.Untold, events...)
			return
		}
		c.Told, c.Repeats = append(c.Told, events...), c.Repeats+taken.Duplicate
	})
}

// report tells how many agents of a queue are ready.
func (d *Dialer) report(ctx context.Context, queue string, ready, busy int) {
	d.do(ctx, http.MethodPut, "/v1/dialer/queues/"+url.PathEscape(queue)+"/capacity", map[string]int{"ready_agents": ready, "busy_agents": busy})
}

// now is the dialer's clock, as the wire has it.
func (d *Dialer) now() time.Time { return d.options.Now().UTC().Truncate(time.Millisecond) }

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
