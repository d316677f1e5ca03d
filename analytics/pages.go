package analytics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/models"
)

// MaxPage is how many rows or values a page may have.
const MaxPage = 1_000

// RecordQuery asks for rows of a record.
type RecordQuery struct {
	// Organization is the tenant whose rows answer.
	Organization string
	// Record is the record's id.
	Record string
	// Period keeps the rows that Record.Time places in it; the zero value is all time.
	Period Period
	// Filters must all match; they know the operator Is only.
	Filters []Filter
	// Conversations, where set, keeps the rows of these conversations.
	Conversations []string
	// From is the place beyond which the page lies; nil: the beginning.
	From *Place
	// Backward asks for the rows before From instead of those after it.
	Backward bool
	// Limit bounds the page; 1 to MaxPage.
	Limit int
}

// Place is where a row stands in the order of its record: by time, then by key.
type Place struct {
	// Time is the instant of Record.Time, in microseconds.
	Time time.Time
	// Key is the text of Record.Key.
	Key string
}

// RecordPage is a page of rows, ascending by place.
type RecordPage struct {
	// Record is the catalogue's entry, whose Fields the values of a row follow.
	Record *Record
	// Rows are the page.
	Rows []RecordRow
	// More tells that there are rows beyond the page, in the direction asked for.
	More bool
}

// RecordRow is one row.
type RecordRow struct {
	// Place is where the row stands.
	Place Place
	// Values holds one value for each field: nil, string, int64, float64, bool, time.Time or
	// []string, as the field's type says; durations in milliseconds.
	Values []any
}

// Records returns a page of a record's rows: *InvalidQuery says what is wrong with the query,
// ErrTooSlow that too many rows lie between those that match. Rows of expired legs are never
// returned, those of bots only to a filter by agent_type.
func (e *Engine) Records(ctx context.Context, q RecordQuery) (RecordPage, error) {
	record, ok := RecordByID(q.Record)
	if !ok {
		return RecordPage{}, invalid("record", "unknown_record", "unknown record id %s; the catalogue lists all of them", quoted(q.Record))
	}
	if q.Limit < 1 || q.Limit > MaxPage {
		return RecordPage{}, invalid("limit", "invalid_limit", "a page has 1 to %d rows", MaxPage)
	}
	sql, args, err := record.pageSQL(q)
	if err != nil {
		return RecordPage{}, err
	}
	page := RecordPage{Record: record}
	err = e.reader.ReadSnapshot(ctx, e.options.StatementTimeout, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		page.Rows, err = pgx.CollectRows(rows, recordRow)
		return err
	})
	if err != nil {
		return RecordPage{}, pageError("read "+record.ID, err)
	}
	if page.More = len(page.Rows) > q.Limit; page.More {
		page.Rows = page.Rows[:q.Limit]
	}
	if q.Backward {
		slices.Reverse(page.Rows)
	}
	return page, nil
}

// recordRow reads a row of pageSQL.
func recordRow(row pgx.CollectableRow) (RecordRow, error) {
	values, err := row.Values()
	if err != nil {
		return RecordRow{}, err
	}
	at, isTime := values[0].(time.Time)
	key, isText := values[1].(string)
	if !isTime || !isText {
		return RecordRow{}, fmt.Errorf("a row begins with %T and %T, not with a place", values[0], values[1])
	}
	for i, value := range values {
		if list, ok := value.([]any); ok {
			values[i] = textsOf(list)
		}
	}
	return RecordRow{Place: Place{Time: at, Key: key}, Values: values[2:]}, nil
}

// textsOf are the elements of a text[].
func textsOf(list []any) []string {
	var found []string
	for _, element := range list {
		if text, ok := element.(string); ok {
			found = append(found, text)
		}
	}
	return found
}

// pageError says which part of the catalogue could not be read.
func pageError(doing string, err error) error {
	if errors.Is(err, models.ErrStatementTimeout) {
		return fmt.Errorf("%s: %w", doing, ErrTooSlow)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
