package analytics

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// sampledMonths is how many months back rows are looked through month by month; all older rows
	// count as one more month.
	sampledMonths = 36
	// sampledRows is how many rows of a month, the newest, are looked at.
	sampledRows = 500
)

const (
	// seenInMonthsSQL takes the record's expression, table, column of time, and sampledRows.
	seenInMonthsSQL = `SELECT %[1]s AS value FROM months, LATERAL (
		SELECT * FROM %[2]s WHERE organization_id = $1 AND %[3]s >= months.first AND %[3]s < months.next
		ORDER BY %[3]s DESC LIMIT %[4]d) newest`

	// seenInRollupSQL takes the attribute's place in its set, the set's place, the record and the version.
	seenInRollupSQL = `SELECT combination[%[1]d] FROM rollup_keys WHERE dimension_set = %[2]d AND rollup_id IN (
		SELECT id FROM rollups WHERE organization_id = $1 AND record = '%[3]s' AND version = '%[4]s' AND retired_at IS NULL)`

	// agentsSQL steps through an index from agent to agent, however many rows each has.
	agentsSQL = `
	agents AS (
		(SELECT agent_id AS value FROM engagements WHERE organization_id = $1 ORDER BY agent_id LIMIT 1)
		UNION ALL
		SELECT (SELECT e.agent_id FROM engagements e WHERE e.organization_id = $1 AND e.agent_id > agents.value
			ORDER BY e.agent_id LIMIT 1)
		FROM agents WHERE agents.value IS NOT NULL
	),`

	// Values of a table print as the table says. One that the table does not know prints as Shown
	// prints it if a filter by that finds it again, else as it is.
	enumeratedSQL = `
		SELECT wire AS value, label FROM unnest($4::text[], $5::text[]) AS listed (wire, label)
		UNION
		SELECT CASE WHEN value IN (upper(value), lower(value)) AND value !~ ' ' THEN upper(value) ELSE value END, value
		FROM seen WHERE value <> ALL ($6::text[])`

	directorySQL = `
		WITH names AS (
			SELECT id, name FROM directory WHERE organization_id = $1 AND kind = $4
			UNION ALL
			SELECT id::text, name FROM delivery_configurations WHERE organization_id = $1 AND $4 = 'configuration'
		)
		SELECT value, coalesce(name, '') FROM (SELECT value FROM seen UNION SELECT id FROM names) AS known (value)
		LEFT JOIN names ON id = known.value`

	plainSQL = `SELECT value, value FROM seen`

	// valuesSQL takes the agents, what was seen, the values with labels, the place, and the order.
	valuesSQL = `
WITH RECURSIVE
	months AS MATERIALIZED (SELECT * FROM unnest($2::timestamptz[], $3::timestamptz[]) AS month (first, next)),%[1]s
	seen AS (SELECT DISTINCT value FROM (%[2]s) AS found (value) WHERE value <> ''),
	labelled (value, label) AS (%[3]s)
SELECT value, label FROM labelled%[4]s
ORDER BY coalesce(nullif(label, ''), value) COLLATE "C" %[5]s, value COLLATE "C" %[5]s
LIMIT %[6]d`
)

// valuesSQL reads one value more than a page has. Only names of the catalogue are spliced into it.
func (a *Attribute) valuesSQL(q ValueQuery, now time.Time) (sql string, args []any) {
	first, next := monthsBefore(now)
	args = []any{q.Organization, first, next}
	labelledSQL := plainSQL
	switch {
	case a.Type == Enumerated:
		var stored, wires, labels []string
		for _, v := range a.Values {
			stored, wires, labels = append(stored, v.Value), append(wires, v.Wire), append(labels, v.Label)
		}
		labelledSQL, args = enumeratedSQL, append(args, wires, labels, stored)
	case a.Directory != "":
		labelledSQL, args = directorySQL, append(args, a.Directory)
	}
	beyond, order := ">", "ASC"
	if q.Backward {
		beyond, order = "<", "DESC"
	}
	place := ""
	if q.From != nil {
		args = append(args, q.From.order(), q.From.Value)
		place = fmt.Sprintf("\nWHERE (coalesce(nullif(label, ''), value) COLLATE \"C\", value COLLATE \"C\") %s ($%d, $%d)", beyond, len(args)-1, len(args))
	}
	seen, agents := a.seenSQL(), ""
	if a.ID == "agent_id" {
		agents, seen = agentsSQL, append(seen, "SELECT value FROM agents")
	}
	return fmt.Sprintf(valuesSQL, agents, strings.Join(seen, " UNION ALL "), labelledSQL, place, order, q.Limit+1), args
}

// seenSQL are the statements that read values from the rows of every record that has the attribute.
func (a *Attribute) seenSQL() []string {
	var statements []string
	for _, r := range records {
		sql, ok := r.attributeSQL(a.ID)
		if !ok {
			continue
		}
		if a.Type == Set {
			sql = "unnest(" + sql + ")"
		}
		statements = append(statements, fmt.Sprintf(seenInMonthsSQL, "("+sql+")::text", r.Table, r.Time, sampledRows))
		if kept, ok := a.keptSQL(r); ok {
			statements = append(statements, kept)
		}
	}
	if len(statements) == 0 {
		return []string{"SELECT NULL::text"}
	}
	return statements
}

// keptSQL reads values from the keys of the record's rollup, where the attribute is in one of its sets.
func (a *Attribute) keptSQL(r *Record) (sql string, ok bool) {
	p, ok := rollups()[r.Table]
	if !ok {
		return "", false
	}
	for i, set := range p.sets {
		if place := slices.Index(set.Attributes, a.ID); place >= 0 {
			return fmt.Sprintf(seenInRollupSQL, place+1, i, r.Table, p.version), true
		}
	}
	return "", false
}

// monthsBefore cuts all time into the sampledMonths up to now and what lies before and after them.
func monthsBefore(now time.Time) (first, next []time.Time) {
	this := date{now.UTC().Year(), now.UTC().Month(), 1}
	begin := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range sampledMonths {
		month := span{months: 1}.add(this, i-sampledMonths+1).utc()
		if i == 0 {
			first, next = append(first, begin), append(next, month)
		}
		first, next = append(first, month), append(next, span{months: 1}.add(this, i-sampledMonths+2).utc())
	}
	// Clocks differ: what is stored may be a little ahead of now.
	next[len(next)-1] = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	slices.Reverse(first)
	slices.Reverse(next)
	return first, next
}
