package demo

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"engaged/devstack/oracle"
	"engaged/engagement"
)

// Day is a day of a contact centre.
type Day struct {
	// Events are sorted by conversation and time.
	Events []engagement.Event
	// Staff is the directory: who works there.
	Staff []Member
	// Until is so long after the day that everything has ended by then, were it by expiring.
	Until engagement.Instant
}

// Member is an agent of the centre.
type Member struct {
	ID, Name, GroupID string
	// Type is human or bot.
	Type string
}

// Span is how long after the beginning of a day everything in it is over.
const Span = 17 * 24 * hour

// Generate makes up a day of so many conversations, beginning on the given day in UTC.
func Generate(seed uint64, conversations int, day time.Time) Day {
	midnight := engagement.At(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC))
	d := Day{Staff: staff(), Until: midnight.Add(Span)}
	for i := range conversations {
		s := &script{
			random: rand.New(rand.NewPCG(seed, uint64(i))),
			id:     fmt.Sprintf("%s-%d-%05d", day.Format("0102"), seed, i+1),
			ticket: fmt.Sprint(100_000*int(seed%1000) + i + 1), requester: fmt.Sprint(700_000 + i/3),
			staff: d.Staff,
		}
		s.now = midnight.Add(s.arrival())
		s.play()
		slices.SortStableFunc(s.events, func(a, b engagement.Event) int { return cmp.Compare(a.Time, b.Time) })
		d.Events = append(d.Events, s.events...)
	}
	return d
}

// Conversations groups the day's events for the oracle, in the order of their ids.
func (d Day) Conversations() []oracle.Conversation {
	agents := map[string]oracle.Agent{}
	for _, m := range d.Staff {
		agents[m.ID] = oracle.Agent{Type: m.Type, GroupID: m.GroupID}
	}
	var all []oracle.Conversation
	for i, e := range d.Events {
		if i == 0 || e.ConversationID != d.Events[i-1].ConversationID {
			all = append(all, oracle.Conversation{Agents: agents, Until: d.Until})
		}
		last := &all[len(all)-1]
		last.Events = append(last.Events, e)
	}
	return all
}

// WriteNDJSON writes the events, one a line, as the import command reads them.
func (d Day) WriteNDJSON(w io.Writer) error {
	out := json.NewEncoder(w)
	for _, e := range d.Events {
		if err := out.Encode(e); err != nil {
			return fmt.Errorf("write event %s of %s: %w", e.ID, e.ConversationID, err)
		}
	}
	return nil
}

const (
	second engagement.Millis = 1000
	minute                   = 60 * second
	hour                     = 60 * minute
)

// curve is how many conversations begin in each hour of the day, in proportion.
var curve = []int{1, 1, 1, 1, 1, 2, 4, 9, 20, 32, 38, 36, 28, 31, 36, 34, 28, 20, 12, 8, 6, 4, 3, 2}

// arrival draws when a conversation begins.
func (s *script) arrival() engagement.Millis {
	h := weighted(s.random, curve)
	return engagement.Millis(h)*hour + engagement.Millis(s.random.Int64N(int64(hour)))
}

func weighted(random *rand.Rand, weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := random.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return 0
}

var groups = []string{"support", "billing", "sales", "tier2"}

var names = []string{
	"Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo", "Ida", "Jon", "Kim", "Leo", "Mia", "Nils", "Ola", "Pia", "Quin", "Rui", "Sam", "Tea", "Udo", "Vera", "Wim", "Yara",
}

func staff() []Member {
	var all []Member
	for i, name := range names {
		all = append(all, Member{ID: fmt.Sprint(501 + i), Name: name, GroupID: groups[i%len(groups)], Type: "human"})
	}
	return append(all, Member{ID: "901", Name: "Greeter", GroupID: "support", Type: "bot"}, Member{ID: "902", Name: "Order desk", GroupID: "sales", Type: "bot"})
}
