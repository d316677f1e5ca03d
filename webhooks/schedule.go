package webhooks

import "time"

// delays are the waits between attempts, as the specification suggests: about a day and a half in all.
var delays = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour,
}

// MaxAttempts is how often a message is tried before it is given up.
var MaxAttempts = len(delays) + 1

// NextDelay is how long to wait after attempt number n, counted from 1, before the next; ok is false
// after the last. The jitter, from 0 to 1, spreads messages that failed together over a tenth of the
// wait. An endpoint that asks for a longer wait gets it.
func NextDelay(n int, jitter float64, retryAfter time.Duration) (delay time.Duration, ok bool) {
	if n < 1 || n > len(delays) {
		return 0, false
	}
	delay = delays[n-1]
	delay += time.Duration(jitter * float64(delay) / 10)
	return max(delay, retryAfter), true
}
