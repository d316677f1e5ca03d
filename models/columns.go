package models

import (
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"
)

// TextArray is a column of type text[]. It is never null: nil is written as the empty array.
type TextArray []string

// JSON is a column of type jsonb; nil is null.
type JSON []byte

var arrays = pgtype.NewMap()

// Scan reads the array as Postgres sends it.
func (a *TextArray) Scan(value any) error {
	if err := arrays.SQLScanner((*[]string)(a)).Scan(value); err != nil {
		return fmt.Errorf("text array: %w", err)
	}
	return nil
}

// Value writes the array as Postgres reads it.
func (a TextArray) Value() (driver.Value, error) {
	if len(a) == 0 {
		return "{}", nil
	}
	text, err := arrays.Encode(pgtype.TextArrayOID, pgtype.TextFormatCode, []string(a), nil)
	if err != nil {
		return nil, fmt.Errorf("text array: %w", err)
	}
	return string(text), nil
}

// Scan reads the document as Postgres sends it.
func (j *JSON) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*j = nil
	case string:
		*j = JSON(v)
	case []byte:
		*j = append(JSON(nil), v...)
	default:
		return fmt.Errorf("json: cannot read %T", value)
	}
	return nil
}

// Value writes the document as text, nil as null.
func (j JSON) Value() (driver.Value, error) {
	if j == nil {
		return nil, nil
	}
	return string(j), nil
}

// IntArray is a column of type bigint[]. It is never null: nil is written as the empty array.
type IntArray []int64

// Scan reads the array as Postgres sends it.
func (a *IntArray) Scan(value any) error {
	if err := arrays.SQLScanner((*[]int64)(a)).Scan(value); err != nil {
		return fmt.Errorf("bigint array: %w", err)
	}
	return nil
}

// Value writes the array as Postgres reads it.
func (a IntArray) Value() (driver.Value, error) {
	if len(a) == 0 {
		return "{}", nil
	}
	text, err := arrays.Encode(pgtype.Int8ArrayOID, pgtype.TextFormatCode, []int64(a), nil)
	if err != nil {
		return nil, fmt.Errorf("bigint array: %w", err)
	}
	return string(text), nil
}
