package dialer

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Order is what the engine orders, as a claim is answered.
type Order struct {
	DeliveryID      string    `json:"delivery_id"`
	TaskID          string    `json:"delivery_task_id"`
	ConfigurationID string    `json:"configuration_id"`
	Seq             int       `json:"seq"`
	Fence           int64     `json:"fence"`
	Mode            string    `json:"mode"`
	QueueID         string    `json:"queue_id"`
	NotAfter        time.Time `json:"not_after"`
	LeaseUntil      time.Time `json:"lease_until"`
	ContactID       string    `json:"contact_id"`
	ToAddress       string    `json:"to_address"`
	TrackingID      string    `json:"tracking_id"`
}

// name is what fates are drawn by.
func (o Order) name() string { return cmp.Or(o.TrackingID, o.TaskID) }

// Event is one event as the dialer tells it.
type Event struct {
	ID     string    `json:"id"`
	Source string    `json:"source"`
	Type   string    `json:"type"`
	Time   time.Time `json:"time"`
	Data   Data      `json:"data"`
}

// Data is what an event says beside its type.
type Data struct {
	ConversationID string   `json:"conversation_id,omitempty"`
	AnsweredBy     string   `json:"answered_by,omitempty"`
	MessageLeft    bool     `json:"message_left,omitempty"`
	SIPCode        int      `json:"sip_code,omitempty"`
	Codes          []string `json:"codes,omitempty"`
}

// Call is everything that a dialer knows of one order. Times are the dialer's, except StartedAt.
type Call struct {
	Order
	Fate Fate
	// ClaimedAt is when the order had come.
	ClaimedAt time.Time
	// StartedAt is when the engine says that the call was started; zero if it never was.
	StartedAt time.Time
	// Refused is the code of the problem with which the start was refused.
	Refused string
	// DialedAt and HungUpAt are when a line was in use: for a lost order too. Zero if none was.
	DialedAt, HungUpAt time.Time
	// Told are the events that were acknowledged, Untold those that never were.
	Told, Untold []Event
	// Repeats counts acknowledged events that the engine had already: their first acknowledgement was lost.
	Repeats int
}

// Journal is what a dialer remembers. It is safe for concurrent use.
type Journal struct {
	mu    sync.Mutex
	calls []*Call
}

func (j *Journal) open(o Order, f Fate, at time.Time) *Call {
	c := &Call{Order: o, Fate: f, ClaimedAt: at}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls = append(j.calls, c)
	return c
}

func (j *Journal) write(c *Call, change func(*Call)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	change(c)
}

// Len is how many orders have come.
func (j *Journal) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.calls)
}

// Calls returns what is known of every order, by task and attempt.
func (j *Journal) Calls() []Call {
	j.mu.Lock()
	defer j.mu.Unlock()
	calls := make([]Call, len(j.calls))
	for i, c := range j.calls {
		calls[i] = *c
		calls[i].Told, calls[i].Untold = slices.Clone(c.Told), slices.Clone(c.Untold)
	}
	slices.SortStableFunc(calls, func(a, b Call) int {
		return cmp.Or(cmp.Compare(a.TaskID, b.TaskID), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Fence, b.Fence))
	})
	return calls
}

// Kinds counts the calls that were started, and the orders that were lost, by what came of them.
func (j *Journal) Kinds() map[Kind]int {
	counts := map[Kind]int{}
	for _, c := range j.Calls() {
		if !c.DialedAt.IsZero() {
			counts[c.Fate.Kind]++
		}
	}
	return counts
}
