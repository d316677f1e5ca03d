package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/engagement"
	"engaged/workflows"
)

// TestCheckpointLeavesRoomForTheRecord holds more entries than a run may in the settle after a leg's
// end, where no checkpoint can let go of any: the run waits for the record instead of beginning
// afresh for ever.
func TestCheckpointLeavesRoomForTheRecord(t *testing.T) {
	t.Parallel()
	tr := newTrace(t)
	end := noon.Add(time.Minute)
	held := []engagement.Event{of(engagement.AgentAssigned, "a1")}
	held[0].Time = engagement.At(noon)
	for range workflows.MaxEntries + 1 {
		message := of(engagement.CustomerMessage, "")
		message.Time = engagement.At(end)
		held = append(held, message)
	}
	for i := range held {
		held[i].ID, held[i].ConversationID = fmt.Sprintf("held-%05d", i), subject.ConversationID
	}
	solved := status("solved")
	solved.Time = engagement.At(end)
	tr.log.now = func() engagement.Instant { return engagement.At(end) }
	tr.log.append(held...)
	tr.log.now = func() engagement.Instant { return engagement.At(tr.env.Now()) }
	tr.event(time.Minute, solved).run()
	require.Less(t, tr.runs, 5)
	last := tr.log.records[len(tr.log.records)-1]
	require.Len(t, last.Result.Legs, 1)
	require.Equal(t, workflows.MaxEntries+1, last.Result.Legs[0].CustomerMessages)
	require.Equal(t, int64(len(tr.log.entries)), tr.log.applied)
}
