package models_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"engaged/models"
	"engaged/odata"
)

// odataWorld is a store with random attempts of two organizations.
type odataWorld struct {
	*testing.T
	store  *models.Store
	entity *odata.Entity
	rows   []seenRow
}

const attemptsSQL = `INSERT INTO deliveries SELECT * FROM jsonb_populate_recordset(NULL::deliveries, $1)`

func newODataWorld(t *testing.T, random *rand.Rand, count int) *odataWorld {
	w := &odataWorld{T: t, store: openStore(t), entity: models.ODataTablesOf(models.OrganizationSettings{}).Deliveries}
	var mine, theirs []map[string]any
	for i := range count {
		column, seen := randomAttempt(random, i)
		w.rows = append(w.rows, seen)
		mine = append(mine, column)
		other := map[string]any{}
		for name, value := range column {
			other[name] = value
		}
		other["organization_id"], other["id"], other["task_key"] = "stranger", guidOf(random), count+i
		theirs = append(theirs, other)
	}
	for _, list := range [][]map[string]any{mine, theirs} {
		text, err := json.Marshal(list)
		require.NoError(t, err)
		_, err = w.store.Pool().Exec(t.Context(), attemptsSQL, string(text))
		require.NoError(t, err)
	}
	return w
}

func guidOf(random *rand.Rand) string {
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", random.Uint32(), random.IntN(1<<16), random.IntN(1<<12), random.IntN(1<<12), random.Uint64N(1<<48))
}

// randomAttempt makes an attempt: the columns of its row, and what callers are to see of it.
func randomAttempt(random *rand.Rand, i int) (map[string]any, seenRow) {
	maybe := func(value any) any {
		if random.IntN(3) == 0 {
			return nil
		}
		return value
	}
	word := func() any {
		return maybe([]string{"", "a", "A", "b", "ä", "100%", "_x", `back\slash`, "O'Neil", "sehr\nlang", "z"}[random.IntN(11)])
	}
	at := func(step time.Duration) time.Time {
		return time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC).Add(time.Duration(random.IntN(12)) * step)
	}
	made, changed := at(250*time.Microsecond), at(250*time.Microsecond)
	id, configuration := guidOf(random), fmt.Sprintf("0000000%d-0000-4000-8000-000000000000", random.IntN(3))
	started, ended, answered := maybe(at(time.Millisecond)), maybe(at(time.Millisecond)), maybe(at(time.Millisecond))
	codes := [][]string{{}, {"PromiseToPay"}, {"PromiseToPay", "SpokeToAgent"}, {`Said "no"`}}[random.IntN(4)]
	shownCodes := []any{nil, `"PromiseToPay"`, `"PromiseToPay","SpokeToAgent"`, `"Said ""no"""`}[map[int]int{0: 0, 1: 1, 2: 2}[len(codes)]]
	if len(codes) == 1 && codes[0] != "PromiseToPay" {
		shownCodes = `"Said ""no"""`
	}
	contact, tracking, call, sip := fmt.Sprint("C", random.IntN(4)), word(), word(), maybe(486)
	status, result := []string{"Pending", "Complete", "Expired"}[random.IntN(3)], maybe([]string{"Busy", "LiveAnswer", "Terminated"}[random.IntN(3)])
	exceeded := random.IntN(2) == 0
	column := map[string]any{
		"id": id, "organization_id": organization, "task_key": i, "task_id": id, "configuration_id": configuration, "seq": 1 + random.IntN(3), "channel": "voice",
		"mode": "Preview", "queue_id": "q", "status": status, "result": result, "result_core": "CallEnded", "tracking_id": tracking, "contact_id": contact,
		"phone_type": "mobile", "to_address": "+12125550101", "call_id": call, "callback": false, "loop": 1, "contact_index": 0, "phone_index": 0,
		"planned_at": made, "not_before": made, "expires_at": made, "window_start": at(time.Millisecond), "window_end": made, "started_at": started,
		"ended_at": ended, "result_at": answered, "speech_at": answered, "message_left": false, "bot_failed": false, "wait_exceeded": exceeded,
		"sip_code": sip, "dispositions": codes, "opted_out": false, "first_entry": 0, "last_entry": 0, "configuration_version": 1, "rules_version": 1,
		"workflow_id": "", "run_id": "", "revision": 1, "created_at": made, "updated_at": changed,
	}
	seen := seenRow{
		"msdyn_proactive_deliveryid": guidText(id), "msdyn_delivery_id": id, "partitionid": id, "msdyn_proactive_engagement_config_id": configuration,
		"msdyn_contact_id": contact, "msdyn_status": status, "msdyn_result": result, "msdyn_tracking_id": tracking, "msdyn_call_id": call, "msdyn_channel": "Voice",
		"msdyn_disposition_codes": shownCodes, "msdyn_sip_diagnostics": nil, "msdyn_result_date_ms": nil, "msdyn_engagement_type": nil,
		"createdon": made.Truncate(time.Millisecond), "modifiedon": changed.Truncate(time.Millisecond), "msdyn_start_date": started, "msdyn_end_date": nil,
		"msdyn_window_start_date": column["window_start"], "msdyn_result_date": answered, "msdyn_speech_detected": answered != nil,
		"msdyn_exceeded_customer_wait_threshold": exceeded, "_ownerid_value": nil, "msdyn_seq_no": column["seq"], "ttlinseconds": nil,
		// What rows are ordered by, finer than what is seen.
		"-createdon": made, "-modifiedon": changed,
	}
	if sip != nil {
		seen["msdyn_sip_diagnostics"] = `{"sip_code":486}`
	}
	if started != nil {
		seen["msdyn_end_date"] = ended
	}
	if answered != nil {
		seen["msdyn_result_date_ms"] = answered.(time.Time).Format("2006-01-02T15:04:05.000Z")
	}
	return column, seen
}

func (w *odataWorld) query(options ...string) *odata.Query {
	w.Helper()
	values := map[string][]string{}
	for i := 0; i < len(options); i += 2 {
		values[options[i]] = []string{options[i+1]}
	}
	q, err := odata.ParseQuery(w.entity, values)
	require.NoError(w, err, "%q", options)
	return q
}

func (w *odataWorld) read(q models.ODataQuestion) models.ODataPage {
	w.Helper()
	q.OrganizationID, q.Timeout = organization, time.Minute
	page, err := w.store.ReadOData(w.Context(), q)
	require.NoError(w, err)
	return page
}

// ids are the ids of rows, which the query selects first.
func ids(rows []models.ODataRow) []string {
	list := []string{}
	for _, row := range rows {
		list = append(list, odata.FormatGUID(row.Values[0].([16]byte)))
	}
	return list
}

func idsOf(rows []seenRow) []string {
	list := []string{}
	for _, row := range rows {
		list = append(list, string(row["msdyn_proactive_deliveryid"].(guidText)))
	}
	return list
}

// Random filters over random rows find what the same filters find in Go.
func TestODataFiltersFindWhatTheySay(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	w := newODataWorld(t, random, 150)
	draw := drawing{random, w.rows}
	matching, least, most := 0, 0, 0
	for range 600 {
		filter := draw.filter(3)
		want := idsOf(slices.DeleteFunc(slices.Clone(w.rows), func(row seenRow) bool { return filter.of(row) != yes }))
		page := w.read(models.ODataQuestion{Limit: 1000, Query: w.query("$filter", filter.text(), "$select", "msdyn_proactive_deliveryid", "$count", "true")})
		require.ElementsMatch(t, want, ids(page.Rows), "%s", filter.text())
		require.EqualValues(t, len(want), page.Count)
		require.Nil(t, page.Place)
		switch len(want) {
		case 0:
			least++
		case len(w.rows):
			most++
		default:
			matching++
		}
	}
	require.Greater(t, matching, 300, "most filters tell rows apart: %d find none, %d all", least, most)
}

// Filters at the edge of what can be written, and such as were damaged, are refused or answered: Postgres never
// fails at one.
func TestODataFiltersNeverFailInPostgres(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(19, 20))
	w := newODataWorld(t, random, 5)
	draw := drawing{random, w.rows}
	filters := []string{
		"createdon ge 0001-01-01 and createdon le 9999-12-31T23:59:59.9999999Z", "createdon eq 9999-12-31T23:59:59.999Z", "createdon in (0001-01-01,null)",
		"msdyn_seq_no lt 1e308 and msdyn_seq_no gt -1.7e308", "msdyn_seq_no eq 99999999999999999999999999", "msdyn_seq_no in (1e-308,9007199254740993)",
		"contains(msdyn_contact_id,'') and startswith(msdyn_contact_id,'') and endswith(msdyn_contact_id,'')", "msdyn_proactive_deliveryid eq ffffffff-ffff-ffff-ffff-ffffffffffff",
		`contains(msdyn_call_id,'\') or endswith(msdyn_call_id,'%_\\')`, "msdyn_call_id gt '􏿿'", "ttlinseconds eq null or ttlinseconds gt 1",
		"partitionid in ('x')", "msdyn_delivery_id lt 'x' and _ownerid_value ne null", strings.TrimSuffix(strings.Repeat("msdyn_seq_no eq 1 or ", 100), " or "),
	}
	const pieces = "()', \\x0=eqandortx5.-T:Z'%"
	for range 400 {
		text := []byte(draw.filter(3).text())
		place, piece := random.IntN(len(text)), pieces[random.IntN(len(pieces))]
		switch random.IntN(3) {
		case 0:
			text[place] = piece
		case 1:
			text = slices.Insert(text, place, piece)
		default:
			text = slices.Delete(text, place, place+1)
		}
		filters = append(filters, string(text))
	}
	asked := 0
	for _, filter := range filters {
		if q, err := odata.ParseQuery(w.entity, map[string][]string{"$filter": {filter}}); err == nil && utf8.ValidString(filter) {
			asked++
			w.read(models.ODataQuestion{Limit: 10, Query: q})
		}
	}
	require.Greater(t, asked, 50, "some survive the damage")
}

// Whatever the order and the size of pages: following the pages visits every row once, in that order.
func TestODataPagesVisitEveryRowOnce(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	w := newODataWorld(t, random, 60)
	orderable := slices.DeleteFunc(slices.Clone(everyProperty), func(name string) bool {
		return name == "msdyn_disposition_codes" || name == "msdyn_sip_diagnostics"
	})
	for range 120 {
		var names []string
		var down []bool
		for _, place := range random.Perm(len(orderable))[:random.IntN(4)] {
			names, down = append(names, orderable[place]), append(down, random.IntN(2) == 0)
		}
		want := slices.Clone(w.rows)
		slices.SortFunc(want, func(a, b seenRow) int { return inOrder(a, b, names, down) })
		var terms []string
		for i, name := range names {
			terms = append(terms, name+map[bool]string{false: "", true: " desc"}[down[i]])
		}
		q := models.ODataQuestion{Limit: 1 + random.IntN(25), Query: w.query("$orderby", strings.Join(terms, ","), "$select", "msdyn_proactive_deliveryid")}
		var got []string
		for {
			page := w.read(q)
			got = append(got, ids(page.Rows)...)
			if page.Place == nil {
				break
			}
			require.Len(t, page.Rows, q.Limit)
			encoded, err := q.Query.EncodePlace(page.Place)
			require.NoError(t, err)
			var ok bool
			q.After, ok = q.Query.DecodePlace(encoded)
			require.True(t, ok, "%s", encoded)
		}
		require.Equal(t, idsOf(want), got, "%v", terms)
	}
}

// inOrder compares rows as OData orders them: null first, upwards; in the end by the id.
func inOrder(a, b seenRow, names []string, down []bool) int {
	if len(names) == 0 {
		names, down = []string{"createdon"}, []bool{false}
	}
	names, down = append(slices.Clone(names), "msdyn_proactive_deliveryid"), append(slices.Clone(down), down[len(down)-1])
	for i, name := range names {
		if _, finer := a["-"+name]; finer {
			name = "-" + name
		}
		left, right := a[name], b[name]
		order := cmp.Compare(map[bool]int{true: 0, false: 1}[left == nil], map[bool]int{true: 0, false: 1}[right == nil])
		if left != nil && right != nil {
			order = rank(left, right)
		}
		if down[i] {
			order = -order
		}
		if order != 0 {
			return order
		}
	}
	return 0
}
