package analytics_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/models"
)

// deliveryConfigurations are those of all facts, with their dial mode and queue.
var deliveryConfigurations = [][3]string{
	{"00000000-0000-4000-8000-00000000000a", "Progressive", "queue_id1"},
	{"00000000-0000-4000-8000-00000000000b", "Copilot", "queue_id2"},
	{"00000000-0000-4000-8000-00000000000c", "Preview", "queue_id1"},
}

// deliveryPools are the values of attributes that are not the caller's own.
var deliveryPools = map[string][]string{
	"dial_mode": {"Progressive", "Copilot", "Preview"}, "status": {"Complete", "Expired", "Cancelled", "Error"},
	"result": {
		"LiveAnswer", "AnsweringMachine", "Undetermined", "BotFailed", "CallEnded", "Busy", "NoAnswer", "CallFailed",
		"Unknown", "Expired", "Terminated", "Cancelled", "Error",
	},
	"result_core":      {"CallEnded", "CallFailed", "BotFailed", "Expired", "Cancelled", "Error"},
	"configuration_id": {deliveryConfigurations[0][0], deliveryConfigurations[1][0], deliveryConfigurations[2][0]},
}

// answered and unanswered are the results of calls, coreOf what they are in the older set.
var (
	answeredResults = []string{"LiveAnswer", "AnsweringMachine", "Undetermined", "BotFailed", "CallEnded", "Unknown"}
	coreOf          = map[string]string{
		"LiveAnswer": "CallEnded", "AnsweringMachine": "CallEnded", "Undetermined": "CallEnded", "CallEnded": "CallEnded", "BotFailed": "BotFailed",
		"Busy": "CallFailed", "NoAnswer": "CallFailed", "CallFailed": "CallFailed", "Expired": "Expired", "Terminated": "Expired",
		"Cancelled": "Cancelled", "Unknown": "Error", "Error": "Error",
	}
)

func pick(random *rand.Rand, values ...string) string { return values[random.IntN(len(values))] }

func (f *fact) set(attribute, value string) {
	delete(f.attributes, attribute)
	if value != "" {
		f.attributes[attribute] = []string{value}
	}
}

// measureDelivery makes an attempt of a fact that lasts from its start to its end.
func (f *fact) measureDelivery(random *rand.Rand) {
	c := deliveryConfigurations[random.IntN(len(deliveryConfigurations))]
	f.set("configuration_id", c[0])
	f.set("dial_mode", pick(random, c[1], c[1], "Progressive"))
	f.set("channel", "voice")
	f.numbers["attempt_number"] = float64(1 + random.IntN(4))
	f.set("attempt_number", fmt.Sprint(f.numbers["attempt_number"]))
	status := pick(random, "Complete", "Complete", "Complete", "Expired", "Cancelled", "Error")
	result := map[string]string{"Expired": pick(random, "Expired", "Terminated"), "Cancelled": "Cancelled", "Error": pick(random, "Error", "Unknown")}[status]
	if status == "Complete" {
		if f.flags["customer_connected_at"] = random.IntN(3) > 0; f.flags["customer_connected_at"] {
			result = pick(random, answeredResults...)
		} else {
			result = pick(random, "Busy", "NoAnswer", "CallFailed")
		}
	}
	f.set("status", status)
	f.set("result", result)
	f.set("result_core", coreOf[result])
	for _, code := range []string{"Sold", "Call back", hostile[0], hostile[5]} {
		if random.IntN(3) == 0 {
			f.attributes["disposition_code"] = append(f.attributes["disposition_code"], code)
		}
	}
	if random.IntN(3) == 0 {
		f.conversation = ""
	}
	if status != "Complete" {
		f.start = f.at
		return
	}
	f.numbers["duration_ms"] = float64(f.at.Sub(f.start).Milliseconds())
	f.numbers["latency_ms"] = float64(random.Int64N(40_000) - 1_000)
	f.flags["within_window"] = f.numbers["latency_ms"] >= 0 && random.IntN(4) > 0
	f.flags["greeting_ended_at"] = random.IntN(2) == 0
	if f.flags["customer_connected_at"] && random.IntN(3) > 0 {
		f.numbers["agent_wait_ms"] = []float64{0, 1_990, 2_000, 2_010, 5_000, 5_001, 30_000}[random.IntN(7)]
	}
}

// deliveryRow is an attempt as its table has it.
func (f *fact) deliveryRow(random *rand.Rand) map[string]any {
	windowStart, windowEnd := f.at.Add(-time.Hour), f.at
	row := map[string]any{
		"id": randomID(random), "organization_id": f.organization, "task_key": random.Int64(), "task_id": f.task, "seq": int32(f.numbers["attempt_number"]),
		"configuration_id": uuidOf(f.one("configuration_id")), "channel": "voice", "mode": f.one("dial_mode"), "queue_id": f.one("queue_id"),
		"status": f.one("status"), "result": f.one("result"), "result_core": f.one("result_core"), "journey_id": nullable(f.one("journey_id")),
		"conversation_id": nullable(f.conversation), "contact_id": f.one("contact_id"), "phone_type": "mobile", "to_address": "+1", "loop": int32(1),
		"contact_index": int32(0), "phone_index": int32(0), "planned_at": f.start, "not_before": f.start, "expires_at": f.at, "ended_at": f.at, "recorded_at": f.at,
		"started_at": nil, "customer_connected_at": nil, "greeting_ended_at": nil, "agent_connected_at": nil,
		"dispositions": slices.Repeat(append([]string{}, f.attributes["disposition_code"]...), 2), "configuration_version": int32(1), "rules_version": int32(1),
	}
	if _, called := f.numbers["duration_ms"]; called {
		row["started_at"] = f.start
		windowStart = f.start.Add(-milliseconds(f.numbers["latency_ms"]))
		windowEnd = f.start // a window is half-open
		if f.flags["within_window"] {
			windowEnd = f.start.Add(time.Millisecond)
		}
	}
	if f.flags["customer_connected_at"] {
		answer := f.start.Add(time.Second)
		row["customer_connected_at"] = answer
		if f.flags["greeting_ended_at"] {
			answer = answer.Add(3 * time.Second)
			row["greeting_ended_at"] = answer
		}
		if wait, ok := f.numbers["agent_wait_ms"]; ok {
			row["agent_connected_at"] = answer.Add(milliseconds(wait))
		}
	}
	row["window_start"], row["window_end"] = windowStart, windowEnd
	return row
}

func milliseconds(n float64) time.Duration { return time.Duration(n) * time.Millisecond }

func nullable(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// uuidOf reads the UUID of one of the configurations.
func uuidOf(text string) (id [16]byte) {
	id[6], id[8] = 0x40, 0x80
	_, err := fmt.Sscanf(text[len(text)-2:], "%x", &id[15])
	if err != nil {
		panic(err)
	}
	return id
}

// measureTask makes a task of a fact.
func (f *fact) measureTask(random *rand.Rand) {
	c := deliveryConfigurations[random.IntN(len(deliveryConfigurations))]
	f.set("configuration_id", c[0])
	f.set("dial_mode", c[1])
	f.set("queue_id", c[2])
	f.set("channel", "voice")
	f.set("status", pick(random, deliveryPools["status"]...))
	f.set("result", pick(random, "", "LiveAnswer", "Busy"))
	f.numbers["duration_ms"], f.numbers["calls"] = float64(f.at.Sub(f.start).Milliseconds()), float64(random.IntN(5))
	f.flags["customer_reached"] = random.IntN(2) == 0
}

// taskRow is a task as its table has it.
func (f *fact) taskRow(random *rand.Rand) map[string]any {
	last := ""
	if result := f.one("result"); result != "" {
		last = fmt.Sprintf(`"last_result":%q`, result)
	}
	return map[string]any{
		"key": random.Int64(), "organization_id": f.organization, "id": f.id, "configuration_id": uuidOf(f.one("configuration_id")), "rules_version": int32(1),
		"mode": f.one("dial_mode"), "queue_id": f.one("queue_id"), "plan": `{}`, "journey_id": f.one("journey_id"), "status": f.one("status"), "created_at": f.start, "expires_at": f.at, "ended_at": f.at, "recorded_at": f.at,
		"view": fmt.Sprintf(`{"calls":%v,"customer_reached":%t,"chain":{%s}}`, f.numbers["calls"], f.flags["customer_reached"], last),
	}
}

// link gives each attempt one of the tasks of its organization.
func link(random *rand.Rand, facts []*fact) {
	for _, f := range facts {
		if f.table == "deliveries" {
			f.task = randomID(random)
			for _, t := range facts {
				if t.table == "delivery_tasks" && t.organization == f.organization && random.IntN(20) == 0 {
					f.task = t.id
				}
			}
		}
	}
}

// configure makes the configurations that tasks need.
func configure(t testing.TB, store *models.Store) {
	t.Helper()
	_, err := store.Pool().Exec(t.Context(), "INSERT INTO organizations (id) VALUES ('configurations') ON CONFLICT DO NOTHING")
	require.NoError(t, err)
	for _, c := range deliveryConfigurations {
		_, err := store.Pool().Exec(t.Context(), "INSERT INTO delivery_configurations (id, organization_id, name, version) VALUES ($1, 'configurations', 'c', 1) ON CONFLICT DO NOTHING", c[0])
		require.NoError(t, err)
	}
}

var deliveryOracle = map[string]oracleMetric{
	"deliveries":               counted("deliveries", all),
	"delivery_status_mix":      {table: "deliveries", share: "status", keep: all},
	"delivery_result_mix":      {table: "deliveries", share: "result", keep: all},
	"disposition_rate":         {table: "deliveries", share: "disposition_code", keep: with("status", "Complete")},
	"delivery_completion_rate": rated("deliveries", with("status", "Complete"), all),
	"connect_rate":             rated("deliveries", flagged("customer_connected_at"), with("status", "Complete", "Error")),
	"success_rate": rated("deliveries", with("result", "LiveAnswer", "CallEnded"), func(f *fact, p analytics.Parameters) bool {
		return f.is("status", "Complete") || f.is("status", "Error") || f.is("status", "Expired") && p.Text("denominator") == "not_cancelled"
	}),
	"expired_rate":       rated("deliveries", with("status", "Expired"), all),
	"cancelled_rate":     rated("deliveries", with("status", "Cancelled"), all),
	"error_rate":         rated("deliveries", with("status", "Error"), all),
	"bot_failed_rate":    rated("deliveries", with("result", "BotFailed"), all),
	"attempt_latency":    column("deliveries", "latency_ms", ""),
	"delivery_duration":  column("deliveries", "duration_ms", ""),
	"within_window_rate": rated("deliveries", flagged("within_window"), func(f *fact, _ analytics.Parameters) bool { _, called := f.numbers["duration_ms"]; return called }),
	"campaign_abandonment_rate": rated("deliveries",
		func(f *fact, p analytics.Parameters) bool {
			wait, came := f.numbers["agent_wait_ms"]
			return answeredByPerson(f) && (!came || wait/1000 > p.Number("threshold_seconds"))
		},
		func(f *fact, p analytics.Parameters) bool {
			switch p.Text("denominator") {
			case "connected":
				return f.is("dial_mode", "Progressive") && f.flags["customer_connected_at"]
			case "tried":
				return f.is("dial_mode", "Progressive") && (f.is("status", "Complete") || f.is("status", "Error"))
			default:
				return answeredByPerson(f)
			}
		}),
	"delivery_tasks":         counted("delivery_tasks", all),
	"delivery_task_duration": column("delivery_tasks", "duration_ms", ""),
	"attempts_per_task":      column("delivery_tasks", "calls", "").plain(),
	"tasks_reached_rate":     rated("delivery_tasks", flagged("customer_reached"), all),
}

func answeredByPerson(f *fact) bool {
	return f.is("dial_mode", "Progressive") && (f.is("result", "LiveAnswer") || f.is("result", "Undetermined"))
}

func flagged(flag string) func(*fact, analytics.Parameters) bool {
	return func(f *fact, _ analytics.Parameters) bool { return f.flags[flag] }
}
