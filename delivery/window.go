package delivery

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Limits and defaults of windows.
const (
	// DefaultWindow is how long a task without windows may be attempted.
	DefaultWindow = day
	// MaxWindows is how many windows a list may hold.
	MaxWindows = 50
	// FarthestWindow is how far ahead of receipt a window may end.
	FarthestWindow = 90 * day
)

// ErrWindowsExpired says that every window of a list had ended when it was received.
var ErrWindowsExpired = errors.New("all windows have ended: send one that ends in the future")

// Window is a half-open interval [Start, End) in which an attempt may start.
type Window struct {
	Start Instant `json:"start"`
	End   Instant `json:"end"`
}

// PlanWindows checks the windows of a request received at an instant and returns them in order,
// with those that overlap or touch made one. No windows mean the 24 hours from receipt. If all of
// them have ended it returns them with ErrWindowsExpired, which a lenient caller may ignore.
func PlanWindows(windows []Window, received Instant) ([]Window, error) {
	if len(windows) == 0 {
		return []Window{{received, received.Add(DefaultWindow)}}, nil
	}
	if len(windows) > MaxWindows {
		return nil, fmt.Errorf("%d windows: send at most %d", len(windows), MaxWindows)
	}
	latest := received
	for _, w := range windows {
		if w.End <= w.Start {
			return nil, fmt.Errorf("window %s to %s: let it end after its start", w.Start, w.End)
		}
		latest = max(latest, w.End)
	}
	if latest > received.Add(FarthestWindow) {
		return nil, fmt.Errorf("window until %s: let it end within %d days", latest, FarthestWindow/day)
	}
	merged := mergeWindows(windows)
	if latest == received {
		return merged, ErrWindowsExpired
	}
	return merged, nil
}

// mergeWindows sorts windows and joins those that overlap or touch.
func mergeWindows(windows []Window) []Window {
	sorted := slices.SortedFunc(slices.Values(windows), func(a, b Window) int { return cmp.Compare(a.Start, b.Start) })
	var merged []Window
	for _, w := range sorted {
		if n := len(merged); n > 0 && w.Start <= merged[n-1].End {
			merged[n-1].End = max(merged[n-1].End, w.End)
			continue
		}
		merged = append(merged, w)
	}
	return merged
}

// DecodeWindows reads a list of windows as callers send it: a JSON array or a string that holds
// one, keys in any case, times in RFC 3339 or without a zone, which then is UTC. Nothing, null, an
// empty string and an empty list mean no windows.
func DecodeWindows(raw json.RawMessage) ([]Window, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if strings.TrimSpace(text) == "" {
			return nil, nil
		}
		raw = json.RawMessage(text)
	}
	// Keys match in any case: that is how encoding/json reads them.
	var list []struct{ Start, End string }
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("windows: send a list of objects with Start and End: %w", err)
	}
	windows := make([]Window, len(list))
	for i, w := range list {
		start, err := parseWindowTime(w.Start)
		if err != nil {
			return nil, fmt.Errorf("window %d: start: %w", i+1, err)
		}
		end, err := parseWindowTime(w.End)
		if err != nil {
			return nil, fmt.Errorf("window %d: end: %w", i+1, err)
		}
		windows[i] = Window{start, end}
	}
	return windows, nil
}

func parseWindowTime(s string) (Instant, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil && sensible(t) {
			return At(t), nil
		}
	}
	return 0, fmt.Errorf("%q is no time such as 2026-06-06T09:00:00.000Z", s)
}

// sensible reports whether a time lies in the years that can be stored and written back.
func sensible(t time.Time) bool { return t.UTC().Year() >= 1970 && t.UTC().Year() < 9999 }

// windowsRule is a list of windows, merged and in order, as a rule.
type windowsRule []Window

func (r windowsRule) next(at Instant) Instant {
	for _, w := range r {
		if at < w.End {
			return max(at, w.Start)
		}
	}
	return endOfTime
}

func (r windowsRule) until(at Instant) Instant {
	for _, w := range r {
		if at >= w.Start && at < w.End {
			return w.End
		}
	}
	return at
}
