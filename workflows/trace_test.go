package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"engaged/activities"
	"engaged/engagement"
	"engaged/models"
	"engaged/workflows"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// noon is when every traced conversation begins.
var noon = time.Date(2025, 3, 10, 12, 0, 0, 0, time.UTC)

var subject = models.Subject{OrganizationID: "acme", ConversationID: "c-1"}

// trace runs one conversation in virtual time and writes down every timer with its duration and
// every activity with its input, which a replay cannot see.
type trace struct {
	t     *testing.T
	log   *memoryLog
	steps []step
	env   *testsuite.TestWorkflowEnvironment
	start time.Time
	runs  int
	// delivered is the highest entry number that the workflow was told of.
	delivered int64

	mu    sync.Mutex
	lines []string
}

// step is something that reaches the conversation at an instant.
type step struct {
	at   time.Duration
	name string
	do   func(*trace)
}

func newTrace(t *testing.T) *trace {
	tr := &trace{t: t, start: noon}
	tr.log = &memoryLog{now: func() engagement.Instant { return engagement.At(tr.env.Now()) }}
	return tr
}

// event appends events to the log at an instant; the dispatcher's rule decides whether the workflow
// is told. An event without time happened at that instant.
func (tr *trace) event(at time.Duration, events ...engagement.Event) *trace {
	names := make([]string, len(events))
	for i := range events {
		names[i] = string(events[i].Type)
	}
	tr.steps = append(tr.steps, step{at, "log " + strings.Join(names, ", "), func(tr *trace) {
		tell := false
		for _, e := range events {
			e.ID = fmt.Sprintf("e%d", len(tr.log.entries)+1)
			e.ConversationID = subject.ConversationID
			if e.Time == 0 {
				e.Time = engagement.At(noon.Add(at))
			}
			tr.log.append(e)
			tell = tell || engagement.Entry{Event: e}.Lifecycle()
		}
		if tell {
			tr.env.SignalWorkflow(workflows.SignalEntries, tr.log.batch(tr.delivered))
			tr.delivered = int64(len(tr.log.entries))
		}
	}})
	return tr
}

// signal sends a routing system's own signal.
func (tr *trace) signal(at time.Duration, name string, payload any) *trace {
	tr.steps = append(tr.steps, step{at, "signal " + name, func(tr *trace) { tr.env.SignalWorkflow(name, payload) }})
	return tr
}

func (tr *trace) note(format string, args ...any) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	elapsed := time.Duration(0)
	if tr.env != nil {
		elapsed = tr.env.Now().Sub(noon)
	}
	tr.lines = append(tr.lines, fmt.Sprintf("%-10s %s", elapsed, fmt.Sprintf(format, args...)))
}

// run plays the steps; a step that finds no open run starts one, as signal with start does.
func (tr *trace) run() *trace {
	for len(tr.steps) > 0 {
		tr.start = noon.Add(tr.steps[0].at)
		for goesOn := true; goesOn; {
			goesOn = tr.runOnce()
		}
	}
	return tr
}

func (tr *trace) runOnce() (continued bool) {
	var suite testsuite.WorkflowTestSuite
	tr.env = suite.NewTestWorkflowEnvironment()
	tr.env.SetStartTime(tr.start)
	tr.env.SetTestTimeout(30 * time.Second)
	tr.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: workflows.WorkflowID(subject, false), TaskQueue: workflows.DefaultTaskQueue})
	workflows.Register(tr.env)
	(&activities.Activities{Store: tr.log}).Register(tr.env)
	tr.watch()
	begin := tr.start
	done := 0
	for _, s := range tr.steps {
		tr.env.RegisterDelayedCallback(func() {
			done++
			tr.note("%s", s.name)
			s.do(tr)
		}, noon.Add(s.at).Sub(begin))
	}
	tr.runs++
	tr.note("run %d starts", tr.runs)
	tr.env.ExecuteWorkflow(workflows.EngagementWorkflow, workflows.EngagementInput{Subject: subject})
	require.True(tr.t, tr.env.IsWorkflowCompleted())
	tr.steps, tr.start = tr.steps[done:], tr.env.Now()
	err := tr.env.GetWorkflowError()
	var again *workflow.ContinueAsNewError
	if errors.As(err, &again) {
		tr.note("continues as new")
		return true
	}
	require.NoError(tr.t, err)
	tr.note("completes")
	return false
}

func (tr *trace) watch() {
	tr.env.SetOnTimerScheduledListener(func(_ string, d time.Duration) { tr.note("timer scheduled %s", d) })
	tr.env.SetOnTimerFiredListener(func(string) { tr.note("timer fired") })
	tr.env.SetOnTimerCanceledListener(func(string) { tr.note("timer canceled") })
	tr.env.SetOnLocalActivityStartedListener(func(info *activity.Info, _ context.Context, args []any) {
		input, err := json.Marshal(args)
		require.NoError(tr.t, err)
		tr.note("local activity %s %s", info.ActivityType.Name, input)
	})
	tr.env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, args converter.EncodedValues) {
		var input json.RawMessage
		require.NoError(tr.t, args.Get(&input))
		tr.note("activity %s %s", info.ActivityType.Name, input)
	})
}

// golden compares the trace with its file.
func (tr *trace) golden(name string) {
	path := filepath.Join("testdata", "trace", name+".txt")
	got := strings.Join(tr.lines, "\n") + "\n"
	if *update {
		require.NoError(tr.t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path) //nolint:gosec // a golden file of this package
	require.NoError(tr.t, err)
	require.Equal(tr.t, string(want), got)
}
