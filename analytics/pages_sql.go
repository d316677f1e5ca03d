package analytics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// fieldSQL casts what a field's column holds to the type that its values have.
var fieldSQL = map[FieldType]string{
	StringType:  "(%s)::text",
	IDType:      "(%s)::text",
	IntType:     "(%s)::bigint",
	LongType:    "(%s)::bigint",
	DoubleType:  "(%s)::double precision",
	BoolType:    "(%s)::boolean",
	InstantType: "(%s)::timestamptz",
	ListType:    "(%s)::text[]",
	SecondsType: "(%s)::bigint",
}

// pageSQL reads one row more than a page has. Only names of the catalogue are spliced into it.
func (r *Record) pageSQL(q RecordQuery) (sql string, args []any, err error) {
	where := conditions{}
	where.add("organization_id = ?", q.Organization)
	if q.Period != (Period{}) {
		where.add(r.Time+" >= ? AND "+r.Time+" < ?", q.Period.Start, q.Period.End)
	}
	if q.Conversations != nil {
		where.add(r.inConversations(), q.Organization, q.Conversations)
	}
	if err := r.filterSQL(&where, q.Filters); err != nil {
		return "", nil, err
	}
	if r.CanExpire {
		where.add("NOT expired")
	}
	beyond, order := ">", "ASC"
	if q.Backward {
		beyond, order = "<", "DESC"
	}
	key := "(" + r.Key + `) COLLATE "C"`
	if q.From != nil {
		// The bound on the time alone is what an index can use.
		where.add(fmt.Sprintf("%[1]s %[2]s= ? AND (%[1]s %[2]s ? OR %[3]s %[2]s ?)", r.Time, beyond, key),
			q.From.Time, q.From.Time, q.From.Key)
	}
	columns := []string{r.Time, "(" + r.Key + ")::text"}
	for _, f := range r.Fields {
		columns = append(columns, fmt.Sprintf(fieldSQL[f.Type], f.SQL))
	}
	sql = fmt.Sprintf("SELECT %s\nFROM %s\nWHERE %s\nORDER BY %s %s, %s %[5]s\nLIMIT %[7]d",
		strings.Join(columns, ", "), r.Table, where.sql(), r.Time, order, key, q.Limit+1)
	return sql, where.args, nil
}

// filterSQL adds the filters, and leaves out bots unless they are asked for.
func (r *Record) filterSQL(where *conditions, filters []Filter) error {
	for i, f := range filters {
		a, ok := AttributeByID(f.Attribute)
		if !ok {
			return invalid(at("filters", i), "unknown_attribute", "%s is not an attribute", quoted(f.Attribute))
		}
		sql, ok := r.attributeSQL(a.ID)
		if !ok {
			return invalid(at("filters", i), "unknown_attribute", "%s does not have %s", r.ID, a.ID)
		}
		f, err := a.check(at("filters", i), f)
		if err != nil {
			return err
		}
		if f.Operator != Is {
			return invalid(at("filters", i), "unknown_operator", "records are filtered with the operator is only")
		}
		where.filter(a, sql, f)
	}
	byType := func(f Filter) bool { a, ok := AttributeByID(f.Attribute); return ok && a.ID == "agent_type" }
	if r.Humans != "" && !slices.ContainsFunc(filters, byType) {
		where.add(r.Humans)
	}
	return nil
}

// numbers reads the values of a filter that was checked.
func numbers(values []string) []float64 {
	list := make([]float64, 0, len(values))
	for _, value := range values {
		if number, err := strconv.ParseFloat(value, 64); err == nil {
			list = append(list, number)
		}
	}
	return list
}

// conditions collects the conditions of a statement and what is bound in them.
type conditions struct {
	list []string
	args []any
}

// add adds a condition, in which each question mark stands for the next of the values.
func (c *conditions) add(sql string, values ...any) {
	c.list = append(c.list, "("+c.splice(sql, values)+")")
}

func (c *conditions) sql() string { return strings.Join(c.list, " AND ") }
