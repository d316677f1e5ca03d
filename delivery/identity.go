package delivery

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// AttemptID returns the id of a task's attempt: the first 16 bytes of a SHA-256 over organization,
// task and sequence number, in the form of a UUID. It is the same whenever it is computed.
func AttemptID(organization, taskID string, seq int) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%d:%s%d:%s%d", len(organization), organization, len(taskID), taskID, seq))
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// Jitter returns a delay in [0, most) that is always the same for a key: tasks that all wait for
// one window's start are spread over it. 0 if most is not positive.
func Jitter(key string, most Millis) Millis {
	if most <= 0 {
		return 0
	}
	h := sha256.Sum256([]byte(key))
	return Millis(binary.BigEndian.Uint64(h[:8]) % uint64(most))
}
