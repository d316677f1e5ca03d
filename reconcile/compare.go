package reconcile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"engaged/models"
)

// Difference is one field, or one row, in which a record is not what the log says.
type Difference struct {
	models.Subject
	// Kind is engagement, wait, offer, visit, rating, closing, delivery or delivery_task.
	Kind string `json:"kind"`
	// ID is the row's id; of a wait its engagement's.
	ID string `json:"id"`
	// Which is the ordinal or the survey.
	Which string `json:"which"`
	// Field is the column's Go name; empty where the whole row is missing or too many.
	Field string `json:"field,omitempty"`
	// Log is what the fold of the log says, Record what is recorded; "no row" where there is none.
	Log    string `json:"log"`
	Record string `json:"record"`
}

// String is one line about the difference.
func (d Difference) String() string {
	field := ""
	if d.Field != "" {
		field = " " + d.Field
	}
	return fmt.Sprintf("%s/%s %s %s%s: the log says %s, recorded is %s", d.OrganizationID, d.ConversationID, d.Kind, d.Which, field, d.Log, d.Record)
}

const noRow = "no row"

// provenance are the fields that say who wrote a row and when, not what it says.
var provenance = []string{"Revision", "WorkflowID", "RunID", "RecordedAt", "RulesVersion"}

// compare returns every difference between what the log says and what is recorded.
func compare(subject models.Subject, log, record models.RecordRows) []Difference {
	return slices.Concat(
		diff(subject, "engagement", log.Engagements, record.Engagements, func(r models.EngagementRow) (string, string) { return r.ID, fmt.Sprint(r.Ordinal) }),
		diff(subject, "wait", log.Waits, record.Waits, func(r models.WaitRow) (string, string) { return r.EngagementID, fmt.Sprint(r.Ordinal) }),
		diff(subject, "offer", log.Offers, record.Offers, func(r models.OfferRow) (string, string) { return r.ID, fmt.Sprint(r.Ordinal) }),
		diff(subject, "visit", log.Visits, record.Visits, func(r models.VisitRow) (string, string) { return r.ID, fmt.Sprint(r.Ordinal) }),
		diff(subject, "rating", log.Ratings, record.Ratings, func(r models.RatingRow) (string, string) { return r.ID, r.Survey }),
		diff(subject, "closing", log.Closings, record.Closings, func(r models.ClosingRow) (string, string) { return r.ID, fmt.Sprint(r.Ordinal) }),
	)
}

// diff pairs rows by their identity and compares each pair field by field.
func diff[R any](subject models.Subject, kind string, log, record []R, identity func(R) (id, which string)) []Difference {
	type key struct{ id, which string }
	recorded := map[key][]R{}
	for _, r := range record {
		id, which := identity(r)
		recorded[key{id, which}] = append(recorded[key{id, which}], r)
	}
	var found []Difference
	for _, want := range log {
		id, which := identity(want)
		k := key{id, which}
		d := Difference{Subject: subject, Kind: kind, ID: id, Which: which}
		switch rows := recorded[k]; len(rows) {
		case 0:
			d.Log, d.Record = "a row", noRow
			found = append(found, d)
		case 1:
			found = append(found, fields(d, want, rows[0])...)
		default:
			d.Log, d.Record = "a row", fmt.Sprintf("%d rows", len(rows))
			found = append(found, d)
		}
		delete(recorded, k)
	}
	for _, r := range record {
		id, which := identity(r)
		if _, extra := recorded[key{id, which}]; extra {
			delete(recorded, key{id, which})
			found = append(found, Difference{Subject: subject, Kind: kind, ID: id, Which: which, Log: noRow, Record: "a row"})
		}
	}
	return found
}

// fields compares two rows field by field.
func fields[R any](d Difference, log, record R) []Difference {
	var found []Difference
	want, got := reflect.ValueOf(log), reflect.ValueOf(record)
	for i := range want.NumField() {
		name := want.Type().Field(i).Name
		if slices.Contains(provenance, name) {
			continue
		}
		d.Field, d.Log, d.Record = name, show(want.Field(i)), show(got.Field(i))
		if d.Log != d.Record {
			found = append(found, d)
		}
	}
	return found
}

// show writes a value so that equal values look equal: times to the millisecond in UTC, empty lists
// as empty.
func show(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "null"
		}
		return show(v.Elem())
	}
	switch value := v.Interface().(type) {
	case time.Time:
		return value.UTC().Format("2006-01-02T15:04:05.000Z07:00")
	case models.TextArray:
		return "[" + strings.Join(value, " ") + "]"
	case string:
		return fmt.Sprintf("%q", value)
	default:
		return fmt.Sprint(value)
	}
}
