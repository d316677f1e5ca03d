package deliveries

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"engaged/bench/internal/stack"
)

// Footprint is the memory of a process at an instant.
type Footprint struct {
	// Resident is what the kernel counts, HeapInUse what Go's heap holds, both in bytes.
	Resident  int64 `json:"resident_bytes"`
	HeapInUse int64 `json:"heap_in_use_bytes"`
	// Goroutines counts them.
	Goroutines int64 `json:"goroutines"`
}

// footprint asks a process for its own metrics.
func footprint(ctx context.Context, e *stack.Engine) (Footprint, error) {
	values, err := metrics(ctx, e, "process_resident_memory_bytes", "go_memstats_heap_inuse_bytes", "go_goroutines")
	if err != nil {
		return Footprint{}, err
	}
	return Footprint{Resident: int64(values[0]), HeapInUse: int64(values[1]), Goroutines: int64(values[2])}, nil
}

// metrics reads the values of samples from /metrics, each by the whole beginning of its line; 0 where there is
// none.
func metrics(ctx context.Context, e *stack.Engine, beginnings ...string) ([]float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+e.Address+"/metrics", nil)
	if err != nil {
		return nil, fmt.Errorf("asking for metrics: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking for metrics: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end below
	values := make([]float64, len(beginnings))
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		for i, beginning := range beginnings {
			if name == beginning || strings.HasPrefix(name, beginning+"{") {
				n, _ := strconv.ParseFloat(value, 64) // the exposition format has a number here
				values[i] += n
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading metrics: %w", err)
	}
	return values, nil
}
