package analytics

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
)

// ValueQuery asks for the values that an attribute has in an organization.
type ValueQuery struct {
	// Organization is the tenant whose directory and rows answer.
	Organization string
	// Attribute is the attribute's id.
	Attribute string
	// From is the value beyond which the page lies; nil: the beginning.
	From *AttributeValue
	// Backward asks for the values before From instead of those after it.
	Backward bool
	// Limit bounds the page; 1 to MaxPage.
	Limit int
}

// AttributeValue is a value of an attribute with what people call it.
type AttributeValue struct {
	// Value is as on the compatible wire; as a filter it matches the rows that have it.
	Value string
	// Label is the name in the directory, the label of the catalogue, or the value itself where
	// neither exists for the attribute; empty for an entry of the directory without a name.
	Label string
}

// order is the text by which values are sorted before the value itself decides.
func (v AttributeValue) order() string {
	if v.Label == "" {
		return v.Value
	}
	return v.Label
}

// ValuePage is a page of values, ascending by label and then by value.
type ValuePage struct {
	// Values are the page.
	Values []AttributeValue
	// More tells that there are values beyond the page, in the direction asked for.
	More bool
}

// Values returns a page of an attribute's values: those that the catalogue and the organization's
// directory list now, and those that its rows have. Values of attributes that rollups keep come from
// their keys, all of them; of other attributes, and until rollups are made, rows are looked through month
// by month, the newest sampledRows of each month and record, so that the answer takes milliseconds however
// many rows there are. Agents of engagements are always found without exception.
func (e *Engine) Values(ctx context.Context, q ValueQuery) (ValuePage, error) {
	a, ok := AttributeByID(q.Attribute)
	if !ok || a.ID != q.Attribute {
		return ValuePage{}, invalid("attribute", "unknown_attribute", "%s is not an attribute", quoted(q.Attribute))
	}
	if q.Limit < 1 || q.Limit > MaxPage {
		return ValuePage{}, invalid("limit", "invalid_limit", "a page has 1 to %d values", MaxPage)
	}
	sql, args := a.valuesSQL(q, e.options.Now())
	var page ValuePage
	err := e.reader.ReadSnapshot(ctx, e.options.StatementTimeout, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		page.Values, err = pgx.CollectRows(rows, pgx.RowToStructByPos[AttributeValue])
		return err
	})
	if err != nil {
		return ValuePage{}, pageError("read the values of "+a.ID, err)
	}
	if page.More = len(page.Values) > q.Limit; page.More {
		page.Values = page.Values[:q.Limit]
	}
	if q.Backward {
		slices.Reverse(page.Values)
	}
	return page, nil
}

// Takes tells that a row could have the value; no filter by any other matches.
func (a *Attribute) Takes(value string) bool {
	if value == "" || !storable(value) {
		return false
	}
	_, ok := a.stored(value)
	return ok
}

// Has tells that rows of the record have the attribute.
func (r *Record) Has(attribute string) bool {
	_, ok := r.attributeSQL(attribute)
	return ok
}
