package deliveries

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"engaged/bench/internal/stack"
)

// caller sends requests to the API over connections that it keeps.
type caller struct {
	client *http.Client
}

func newCaller() *caller {
	return &caller{&http.Client{
		Timeout:   2 * time.Minute,
		Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256},
	}}
}

// post sends a body and decodes the answer; want is the status that it must have.
func (c *caller) post(ctx context.Context, e *stack.Engine, path string, body []byte, want int, answer any) error {
	status, content, err := c.send(ctx, e, path, body)
	if err != nil {
		return err
	}
	if status != want {
		return fmt.Errorf("POST %s: %d %s", path, status, content[:min(len(content), 500)])
	}
	if err := json.Unmarshal(content, answer); err != nil {
		return fmt.Errorf("POST %s: %w", path, err)
	}
	return nil
}

func (c *caller) send(ctx context.Context, e *stack.Engine, path string, body []byte) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+e.Address+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("POST %s: %w", path, err)
	}
	request.Header.Set("Authorization", "Bearer "+stack.Key)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.client.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("POST %s: %w", path, err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end below
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("POST %s: %w", path, err)
	}
	return response.StatusCode, content, nil
}
