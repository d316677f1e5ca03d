package deliveries

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"engaged/bench/internal/progress"
)

// Bulk is the most tasks that a request may hold.
const Bulk = 15_000

// CreateResult is what bulk requests took.
type CreateResult struct {
	// Tasks were created by Requests, one after the other, with nothing else going on.
	Tasks    int `json:"tasks"`
	Requests int `json:"requests"`
	// Largest is the number of tasks of the largest request, Seconds what each request took.
	Largest int       `json:"largest"`
	Seconds []float64 `json:"seconds"`
	// BodyBytes is the size of the largest request.
	BodyBytes int `json:"body_bytes"`
	// TasksPerSecond is over all requests.
	TasksPerSecond float64 `json:"tasks_per_second"`
	// Cost is what all of it cost.
	Cost Interval `json:"cost"`
	// API is the API's memory after it.
	API Footprint `json:"api"`
	// Beside is what one request of BesideTasks took while runs were being started.
	BesideTasks int     `json:"beside_tasks"`
	Beside      float64 `json:"beside_seconds"`
}

// configure makes a configuration that dials for an AI agent, at most so many calls at once, and returns its id.
func (b *Bench) configure(ctx context.Context, name string, most int) (string, error) {
	body := fmt.Sprintf(`{"name":%q,"queue_id":%q,"mode":"Copilot","pacing":{"max_concurrent_calls":%d},
"zones":{"default":"America/New_York"},
"caps":[{"scope":"contact","period":"day","most":3},{"scope":"number","period":"rolling","length_ms":604800000,"most":10}]}`, name, name, most)
	var made struct {
		ID string `json:"id"`
	}
	err := newCaller().post(ctx, b.api, "/v1/delivery-configurations", []byte(body), http.StatusCreated, &made)
	return made.ID, err
}

// tasks is the body of a bulk request for the tasks from a number on.
func tasks(configuration string, from, n int, start time.Time) []byte {
	var body bytes.Buffer
	window := fmt.Sprintf(`{"start":%q,"end":%q}`, start.UTC().Format(time.RFC3339Nano), start.Add(24*time.Hour).UTC().Format(time.RFC3339Nano))
	body.WriteByte('[')
	for i := from; i < from+n; i++ {
		if i > from {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"configuration_id":%q,"tracking_id":"order-%d","contacts":[{"id":"contact-%d","country":"US","state":"NY",`+
			`"time_zone":"America/New_York","phones":[{"type":"mobile","number":"+1212%07d"}]}],"windows":[%s],`+
			`"input_attributes":{"case":"%d","language":"en"}}`, configuration, i, i, 2_000_000+i, window, i)
	}
	body.WriteByte(']')
	return body.Bytes()
}

// create sends one bulk request and returns how long its answer took.
func (b *Bench) create(ctx context.Context, body []byte, n int) (time.Duration, error) {
	var answer struct {
		Created int `json:"created"`
	}
	begun := time.Now()
	if err := newCaller().post(ctx, b.api, "/v1/delivery-tasks", body, http.StatusOK, &answer); err != nil {
		return 0, err
	}
	took := time.Since(begun)
	if answer.Created != n {
		return took, fmt.Errorf("of %d tasks %d were created", n, answer.Created)
	}
	return took, nil
}

// createAll creates tasks from a number on with nothing else going on.
func (b *Bench) createAll(ctx context.Context, configuration string, from, n int, start time.Time) (CreateResult, error) {
	result := CreateResult{Tasks: n, Largest: min(Bulk, n)}
	bar := progress.Start(fmt.Sprintf("creating %d tasks, %d a request", n, min(Bulk, n)), "tasks", n)
	defer bar.Done()
	before, err := b.mark(ctx)
	if err != nil {
		return result, err
	}
	b.hold("create")
	var all time.Duration
	for done := 0; done < n; {
		size := min(Bulk, n-done)
		body := tasks(configuration, from+done, size, start)
		took, err := b.create(ctx, body, size)
		if err != nil {
			return result, err
		}
		all += took
		result.BodyBytes = max(result.BodyBytes, len(body))
		result.Requests, result.Seconds = result.Requests+1, append(result.Seconds, took.Seconds())
		done += size
		bar.Set(done)
	}
	result.TasksPerSecond = float64(n) / all.Seconds()
	if result.Cost, err = b.since(ctx, before); err != nil {
		return result, err
	}
	result.API, err = footprint(ctx, b.api)
	return result, err
}
