package api

import (
	"encoding/json"
	"strconv"
	"time"

	"engaged/models"
	"engaged/odata"
)

// odataEncoder appends an answer as JSON. A page has up to 5,000 rows of 55 properties, whose names are not
// escaped: they are the program's own.
type odataEncoder struct {
	body []byte
	// first tells that what comes next is the first within its brackets or follows its name.
	first bool
}

func (e *odataEncoder) separate() {
	if !e.first && len(e.body) > 0 {
		e.body = append(e.body, ',')
	}
	e.first = false
}

// open begins an object or a list.
func (e *odataEncoder) open(bracket byte) {
	e.separate()
	e.body, e.first = append(e.body, bracket), true
}

// close ends it.
func (e *odataEncoder) close(bracket byte) {
	e.body, e.first = append(e.body, bracket), false
}

// name begins a member.
func (e *odataEncoder) name(name string) *odataEncoder {
	e.separate()
	e.body = append(append(append(e.body, '"'), name...), '"', ':')
	e.first = true
	return e
}

func (e *odataEncoder) number(n int64) {
	e.separate()
	e.body = strconv.AppendInt(e.body, n, 10)
}

func (e *odataEncoder) text(text string) {
	e.separate()
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			// Marshalling a text cannot fail.
			escaped, _ := json.Marshal(text)
			e.body = append(e.body, escaped...)
			return
		}
	}
	e.body = append(append(append(e.body, '"'), text...), '"')
}

// value appends what Postgres gave for a property; times with the milliseconds that they have.
func (e *odataEncoder) value(value any) {
	switch v := value.(type) {
	case string:
		e.text(v)
		return
	case int32:
		e.number(int64(v))
		return
	case [16]byte:
		e.text(odata.FormatGUID(v))
		return
	}
	e.separate()
	switch v := value.(type) {
	case time.Time:
		e.body = v.UTC().AppendFormat(e.body, `"2006-01-02T15:04:05.000Z"`)
	case bool:
		e.body = strconv.AppendBool(e.body, v)
	default:
		e.body = append(e.body, "null"...)
	}
}

// row appends a row, with the address of its context where it stands alone.
func (e *odataEncoder) row(q *odata.Query, row *models.ODataRow, context string) {
	e.open('{')
	if context != "" {
		e.name("@odata.context").text(context)
	}
	if row.Version != 0 {
		e.name("@odata.etag").text(odataETag(row.Version))
	}
	for i, p := range q.Select {
		e.name(p.Name).value(row.Values[i])
	}
	for i, expansion := range q.Expand {
		e.name(expansion.Navigation.Name)
		e.within(expansion, row.Expanded[i])
	}
	e.close('}')
}

// within appends what stands within a row.
func (e *odataEncoder) within(expansion odata.Expansion, rows []models.ODataRow) {
	if !expansion.Navigation.Collection {
		if len(rows) == 0 {
			e.value(nil)
			return
		}
		e.row(expansion.Query, &rows[0], "")
		return
	}
	e.open('[')
	for i := range rows {
		e.row(expansion.Query, &rows[i], "")
	}
	e.close(']')
}
