package analytics_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/models"
)

// fact is a row of a fact table as the oracle sees it.
type fact struct {
	table, organization, conversation string
	id                                [16]byte
	// start and at are the row's length; at places it in a period.
	start, at time.Time
	// attributes hold the values by attribute id; numbers those of numeric columns that are not null.
	attributes map[string][]string
	numbers    map[string]float64
	// flags are the columns that are true.
	flags map[string]bool
	key   int64
	// task is the task of an attempt.
	task [16]byte
}

// is reports whether an attribute has the value.
func (f *fact) is(attribute, value string) bool {
	return slices.Contains(f.attributes[attribute], value)
}

// one is the value of an attribute that has one at most.
func (f *fact) one(attribute string) string {
	if values := f.attributes[attribute]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// hostile texts stand among the values of every attribute that callers choose.
var hostile = []string{`'; DROP TABLE engagements; --`, `$1`, `?`, `%s\`, `{"a":1}`, "Ω\n\t", `",NULL}`}

// shape says how a table's facts are made and written.
type shape struct {
	start, at string
	// record is marked when the table changes; empty: the table.
	record string
	// row makes the row; nil: columns does.
	row func(f *fact, random *rand.Rand) map[string]any
	// columns of the attributes that are one text each.
	columns map[string]string
	tags    bool
	// pools are the values of attributes that are not the caller's own.
	pools map[string][]string
	// fixed are columns that the schema wants and nobody asks for.
	fixed map[string]any
}

var reasons = map[string][]string{
	"start_reason":        {"routing_assignment_accepted", "assigned", "reopened", "transferred"},
	"end_reason":          {"transferred", "status_solved", "inactivity_timeout", "agent_closed_conversation"},
	"ticket_status_start": {"new", "open", ""}, "ticket_status_end": {"solved", "open", ""},
	"initial_direction": {"inbound", "outbound", ""},
	"channel":           {"email", "voice", "", "Carrier Pigeon"}, "initial_channel": {"email", "voice", ""},
	"agent_type": {"human", "human", "human", "bot"},
	"closed_by":  {"agent", "end_user", "unknown"},
	"survey":     {"csat", "csat", "nps", "ces"},
}

func shapes() map[string]shape {
	with := func(pool string, values ...string) map[string][]string {
		pools := maps.Clone(reasons)
		pools[pool] = values
		return pools
	}
	columns := func(ids string) map[string]string {
		found := map[string]string{}
		for _, id := range strings.Fields(ids) {
			found[id] = id
		}
		if _, ok := found["initial_direction"]; ok {
			found["initial_direction"] = "direction"
		}
		return found
	}
	return map[string]shape{
		"engagements": {
			start: "started_at", at: "ended_at", tags: true, pools: reasons,
			columns: columns("agent_id group_id agent_type queue_id requester_id channel initial_channel initial_direction contact_point ticket_id start_reason end_reason ticket_status_start ticket_status_end"),
			fixed:   map[string]any{"revision": 1, "settings_version": 1, "first_entry": 1, "last_entry": 2, "rules_version": 1, "workflow_id": "w", "run_id": "r"},
		},
		"offers": {
			start: "offered_at", at: "resolved_at", pools: with("outcome", "accepted", "declined", "timed_out", "rescinded"),
			columns: columns("agent_id group_id agent_type queue_id channel ticket_id outcome"),
			fixed:   map[string]any{"revision": 1},
		},
		"requester_waits": {
			start: "opened_at", at: "closed_at", tags: true, pools: reasons,
			columns: columns("agent_id group_id agent_type queue_id requester_id channel initial_direction contact_point ticket_id"),
		},
		"queue_visits": {
			start: "entered_at", at: "left_at", pools: with("outcome", "answered", "abandoned", "flowed_out", "overflowed", "closed"),
			columns: columns("agent_id queue_id channel initial_direction ticket_id outcome"),
			fixed:   map[string]any{"revision": 1},
		},
		"ratings": {
			start: "requested_at", at: "created_at", tags: true, pools: reasons,
			columns: columns("agent_id group_id agent_type queue_id channel initial_channel initial_direction contact_point ticket_id survey"),
			fixed:   map[string]any{"revision": 1},
		},
		"closed_conversations": {
			at: "closed_at", tags: true, pools: reasons,
			columns: columns("agent_id group_id agent_type queue_id channel initial_channel initial_direction contact_point ticket_id closed_by"),
			fixed:   map[string]any{"revision": 1},
		},
		"deliveries": {
			at: "ended_at", record: "delivery_facts", row: (*fact).deliveryRow, columns: columns("queue_id journey_id contact_id"),
		},
		"delivery_tasks": {
			at: "ended_at", record: "delivery_task_facts", row: (*fact).taskRow, columns: columns("journey_id"),
		},
	}
}

// firstDay is where the facts begin; clocks change in Copenhagen within the days that follow.
var firstDay = time.Date(2026, 3, 25, 0, 0, 0, 0, time.UTC)

const factDays = 9

// makeFacts makes n rows of each table.
func makeFacts(random *rand.Rand, organization string, n int) []*fact {
	var facts []*fact
	for _, table := range slices.Sorted(maps.Keys(shapes())) {
		for range n {
			facts = append(facts, makeFact(random, table, organization))
		}
	}
	number(facts)
	link(random, facts)
	return facts
}

func makeFact(random *rand.Rand, table, organization string) *fact {
	s := shapes()[table]
	key := random.Int64N(12)
	f := &fact{
		table: table, organization: organization, key: key, conversation: fmt.Sprint("c", key), id: randomID(random),
		attributes: map[string][]string{}, numbers: map[string]float64{}, flags: map[string]bool{},
	}
	f.at = firstDay.Add(time.Duration(random.Int64N(factDays*86_400_000)) * time.Millisecond)
	length := time.Duration(random.Int64N([]int64{1, 60_000, 7_200_000, 180_000_000}[random.IntN(4)])) * time.Millisecond
	f.start = f.at.Add(-length)
	for _, id := range slices.Sorted(maps.Keys(s.columns)) {
		pool, ok := s.pools[id]
		if !ok {
			pool = append([]string{"", id + "1", id + "2", id + "3"}, hostile[random.IntN(len(hostile))])
		}
		if value := pool[random.IntN(len(pool))]; value != "" {
			f.attributes[id] = []string{value}
		}
	}
	if s.tags {
		for _, tag := range []string{"vip", "refund", hostile[0], hostile[5]} {
			if random.IntN(3) == 0 {
				f.attributes["tag_id"] = append(f.attributes["tag_id"], tag)
			}
		}
		slices.Sort(f.attributes["tag_id"])
	}
	f.measure(random, float64(length/time.Millisecond))
	return f
}

// randomID is random, but the same for the same seed.
func randomID(random *rand.Rand) (id [16]byte) {
	for i := range id {
		id[i] = byte(random.Uint32())
	}
	return id
}

// measure fills in the columns that metrics are computed from.
func (f *fact) measure(random *rand.Rand, length float64) {
	maybe := func(column string, most int64) {
		if random.IntN(4) > 0 {
			f.numbers[column] = float64(random.Int64N(most))
		}
	}
	inHours := func() {
		f.flags["started_in_business_hours"] = random.IntN(2) == 0
		f.attributes["started_in_business_hours"] = []string{fmt.Sprint(f.flags["started_in_business_hours"])}
	}
	switch f.table {
	case "engagements":
		f.numbers["duration_ms"], f.numbers["duration_business_ms"] = length, float64(int64(length/3))
		f.flags["expired"] = random.IntN(6) == 0
		for _, column := range []string{"offer_time_ms", "time_to_accept_ms", "handoff_gap_ms", "first_reply_ms", "first_response_ms", "wait_total_ms", "wait_longest_ms", "wrapup_ms", "first_reply_business_ms", "wait_total_business_ms", "wait_longest_business_ms"} {
			maybe(column, 3_600_000)
		}
		for _, column := range []string{"agent_messages", "agent_replies", "customer_messages", "waits"} {
			maybe(column, 4)
		}
		for _, column := range []string{"hold_ms", "talk_ms", "handle_ms"} {
			f.numbers[column] = float64(random.Int64N(7_200_000))
		}
		for _, column := range []string{"offered_at", "queue_entered_at", "first_reply_at"} {
			f.flags[column] = random.IntN(3) > 0
		}
		inHours()
	case "offers":
		f.flags["expired"] = random.IntN(6) == 0
	case "requester_waits":
		f.numbers["wait_ms"], f.numbers["wait_business_ms"] = length, float64(int64(length/2))
		f.flags["answered"], f.flags["expired"] = random.IntN(2) == 0, random.IntN(6) == 0
		inHours()
	case "queue_visits":
		if random.IntN(2) == 0 {
			f.start = f.at.Add(-time.Duration(random.IntN(40)) * time.Second)
			length = float64(f.at.Sub(f.start).Milliseconds())
		}
		f.numbers["wait_ms"], f.flags["expired"] = length, random.IntN(6) == 0
	case "ratings":
		scale := [][2]float64{{1, 5}, {0, 10}, {1, 5}, {1, 7}}[random.IntN(4)]
		f.numbers["scale_min"], f.numbers["scale_max"] = scale[0], scale[1]
		if random.IntN(5) > 0 {
			f.numbers["score"] = scale[0] + float64(random.IntN(int(2*(scale[1]-scale[0])+1)))/2
			f.attributes["score"] = []string{fmt.Sprint(f.numbers["score"])}
		}
		f.flags["requested_at"] = random.IntN(4) > 0
	case "deliveries":
		f.measureDelivery(random)
	case "delivery_tasks":
		f.conversation = ""
		f.measureTask(random)
	}
}

// number counts the rows of each table and conversation by their start.
func number(facts []*fact) {
	sorted := slices.Clone(facts)
	slices.SortStableFunc(sorted, func(a, b *fact) int { return a.start.Compare(b.start) })
	counts := map[string]float64{}
	for _, f := range sorted {
		name := f.table + f.organization + f.conversation
		counts[name]++
		f.numbers["ordinal"] = counts[name]
	}
}

// instants are columns of which the oracle only knows whether they are there.
var instants = []string{"offered_at", "queue_entered_at", "first_reply_at", "requested_at"}

// write stores the facts.
func write(t testing.TB, store *models.Store, facts []*fact) {
	t.Helper()
	configure(t, store)
	random := rand.New(rand.NewPCG(rand.Uint64(), 0))
	keys := map[[2]string]int64{}
	for _, f := range facts {
		subject := [2]string{f.organization, f.conversation}
		if _, known := keys[subject]; !known {
			keys[subject] = conversationKey(t, store, f.organization, f.conversation)
		}
	}
	for table, s := range shapes() {
		var columns []string
		var rows [][]any
		for _, f := range facts {
			if f.table != table {
				continue
			}
			var row map[string]any
			if s.row != nil {
				row = s.row(f, random)
			} else {
				row = f.columns(s)
				row["conversation_key"] = keys[[2]string{f.organization, f.conversation}]
			}
			if columns == nil {
				columns = slices.Sorted(maps.Keys(row))
			}
			values := make([]any, len(columns))
			for i, column := range columns {
				values[i] = row[column]
			}
			rows = append(rows, values)
		}
		if rows == nil {
			continue
		}
		_, err := store.Pool().CopyFrom(t.Context(), pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		require.NoError(t, err, table)
	}
}

// conversationKey is the key of a conversation's row, made if there is none.
func conversationKey(t testing.TB, store *models.Store, organization, conversation string) (key int64) {
	t.Helper()
	_, err := store.Pool().Exec(t.Context(), "INSERT INTO organizations (id) VALUES ($1) ON CONFLICT DO NOTHING", organization)
	require.NoError(t, err)
	require.NoError(t, store.Pool().QueryRow(t.Context(), `
INSERT INTO conversations (organization_id, conversation_id) VALUES ($1, $2)
ON CONFLICT (organization_id, conversation_id, kind) DO UPDATE SET conversation_id = excluded.conversation_id RETURNING key`,
		organization, conversation).Scan(&key))
	return key
}

// numeric are the columns of numbers that may be null.
var numeric = map[string]string{
	"engagements":     "duration_ms duration_business_ms offer_time_ms time_to_accept_ms handoff_gap_ms first_reply_ms first_response_ms wait_total_ms wait_longest_ms wrapup_ms first_reply_business_ms wait_total_business_ms wait_longest_business_ms agent_messages agent_replies customer_messages waits hold_ms talk_ms handle_ms",
	"requester_waits": "wait_ms wait_business_ms",
	"queue_visits":    "wait_ms",
	"ratings":         "score scale_min scale_max",
}

func (f *fact) columns(s shape) map[string]any {
	row := map[string]any{"organization_id": f.organization, "conversation_id": f.conversation}
	maps.Copy(row, s.fixed)
	if f.table == "requester_waits" {
		row["engagement_id"], row["ordinal"], row["answered"] = f.id, int32(1), f.flags["answered"]
	} else {
		row["id"] = f.id
	}
	if f.table != "ratings" && f.table != "requester_waits" {
		row["ordinal"] = int32(f.numbers["ordinal"])
	}
	for _, instant := range instants {
		if instant != s.start && (f.table == "engagements" && instant != "requested_at") {
			row[instant] = nil
			if f.flags[instant] {
				row[instant] = f.start
			}
		}
	}
	if s.start != "" {
		row[s.start] = f.start
	}
	if f.table == "ratings" && !f.flags["requested_at"] {
		row["requested_at"] = nil
	}
	row[s.at] = f.at
	for attribute, column := range s.columns {
		row[column] = f.one(attribute)
	}
	if s.tags {
		row["tags"] = append([]string{}, f.attributes["tag_id"]...)
	}
	for _, column := range strings.Fields(numeric[f.table]) {
		row[column] = nil
		if value, ok := f.numbers[column]; ok {
			row[column] = value
			if column != "score" && !strings.HasPrefix(column, "scale") {
				row[column] = int64(value)
			}
		}
	}
	if _, ok := f.attributes["started_in_business_hours"]; ok {
		row["started_in_business_hours"] = f.flags["started_in_business_hours"]
	}
	if f.table != "ratings" && f.table != "closed_conversations" {
		row["expired"] = f.flags["expired"]
	}
	return row
}
