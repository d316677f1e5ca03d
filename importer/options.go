package importer

import (
	"net/http"
	"time"

	"engaged/engagement"
)

// Options say what is imported and where to.
type Options struct {
	// File is the NDJSON file.
	File string
	// URL is scheme and host of the API, such as http://127.0.0.1:8080.
	URL string
	// Key is an API key with scope events:write.
	Key string
	// Until is the time that clock.reached says for every conversation; 0: the latest event time in
	// the file, but never after now.
	Until engagement.Instant
	// Checkpoint is where progress is kept; default File + ".checkpoint".
	Checkpoint string
	// Rejects is where refused events go; default File + ".rejects.ndjson".
	Rejects string
	// Concurrency is the number of requests in flight; default 4.
	Concurrency int
	// BatchEvents is the most events of a request, 1 to 1000; default 500.
	BatchEvents int
	// GiveUpAfter is how long requests may fail before the import stops; default 10 minutes.
	GiveUpAfter time.Duration
	// SortMemory is how many bytes of events are sorted in memory at once; default 128 MiB.
	SortMemory int64
	// HTTPClient sends the requests; default one with a time-out of a minute.
	HTTPClient *http.Client
	// Progress is told how far the import is; default nobody.
	Progress Progress
}

// Progress is told how far an import is.
type Progress interface {
	// Begin starts a phase of total steps, of which some were done by an earlier, interrupted import.
	// The unit is bytes while reading and sorting, events while sending.
	Begin(phase string, done, total int64, unit string)
	// Add reports steps done since the last call.
	Add(steps int64)
	// End finishes the phase.
	End()
}

// Summary is what became of the file.
type Summary struct {
	// Lines is the number of lines that are not blank.
	Lines int64 `json:"lines"`
	// Conversations is the number of conversations closed with clock.reached.
	Conversations int64 `json:"conversations"`
	// Accepted, Duplicate and Late are the API's counts; clock.reached events are not in them.
	Accepted  int64 `json:"accepted"`
	Duplicate int64 `json:"duplicate"`
	Late      int64 `json:"late"`
	// Rejected is the number of lines in the file of rejects.
	Rejected int64 `json:"rejected"`
	// Until is what clock.reached said.
	Until engagement.Instant `json:"until"`
	// Resumed tells that an earlier import was continued; counts include it.
	Resumed bool `json:"resumed"`
	// Sorted tells that the file had to be sorted.
	Sorted bool `json:"sorted"`
	// Elapsed is how long this call took.
	Elapsed time.Duration `json:"-"`
	// Sent is the number of events posted by this call, clock.reached included.
	Sent int64 `json:"-"`
}

func (o Options) withDefaults() Options {
	if o.Checkpoint == "" {
		o.Checkpoint = o.File + ".checkpoint"
	}
	if o.Rejects == "" {
		o.Rejects = o.File + ".rejects.ndjson"
	}
	if o.Concurrency == 0 {
		o.Concurrency = 4
	}
	if o.BatchEvents == 0 {
		o.BatchEvents = 500
	}
	if o.GiveUpAfter == 0 {
		o.GiveUpAfter = 10 * time.Minute
	}
	if o.SortMemory == 0 {
		o.SortMemory = 128 << 20
	}
	if o.HTTPClient == nil {
		o.HTTPClient = &http.Client{Timeout: time.Minute}
	}
	if o.Progress == nil {
		o.Progress = silent{}
	}
	return o
}

// silent tells nobody.
type silent struct{}

// Begin implements Progress.
func (silent) Begin(string, int64, int64, string) {}

// Add implements Progress.
func (silent) Add(int64) {}

// End implements Progress.
func (silent) End() {}
