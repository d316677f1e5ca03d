package analytics

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// keyBook knows the numbers of the keys of a rollup's dimension sets. Numbers are never given up while
// the rollup is current, so what was read once holds.
type keyBook struct {
	id int32
	// numbers are those of the keys by set; a key joins its values by groupSeparator.
	numbers []map[string]int32
	// unknown are keys that were looked up in vain, by set.
	unknown []map[string]bool
}

func newKeyBook(id int32, sets int) *keyBook {
	b := &keyBook{id: id}
	for range sets {
		b.numbers, b.unknown = append(b.numbers, map[string]int32{}), append(b.unknown, map[string]bool{})
	}
	return b
}

// number returns the number of a key; 0 notes it as unknown.
func (b *keyBook) number(set int, key []byte) int32 {
	number := b.numbers[set][string(key)]
	if number == 0 {
		b.unknown[set][string(key)] = true
	}
	return number
}

// lacks tells that keys were looked up in vain.
func (b *keyBook) lacks() bool {
	return slices.ContainsFunc(b.unknown, func(keys map[string]bool) bool { return len(keys) > 0 })
}

const keysLockSQL = `SELECT pg_advisory_xact_lock(hashtextextended('engaged rollup keys ' || $1::int, 0))`

// learn gives numbers to the unknown keys, in a transaction of its own: who gives one next must see it.
func (b *keyBook) learn(ctx context.Context, pool *pgxpool.Pool) error {
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, keysLockSQL, b.id); err != nil {
			return err
		}
		if err := b.read(ctx, tx); err != nil {
			return err
		}
		var added [][]any
		for set, keys := range b.unknown {
			for _, key := range slices.Sorted(maps.Keys(keys)) {
				if b.numbers[set][key] == 0 {
					number := int32(len(b.numbers[set]) + 1) //nolint:gosec // a number of keys
					b.numbers[set][key] = number
					added = append(added, []any{b.id, int16(set), number, strings.Split(key, groupSeparator)}) //nolint:gosec // a place in a list
				}
			}
			clear(keys)
		}
		_, err := tx.CopyFrom(ctx, pgx.Identifier{"rollup_keys"}, []string{"rollup_id", "dimension_set", "number", "combination"}, pgx.CopyFromRows(added))
		return err
	})
	if err != nil {
		return fmt.Errorf("add rollup keys: %w", err)
	}
	return nil
}

const readKeyNumbersSQL = `SELECT dimension_set, number, combination FROM rollup_keys WHERE rollup_id = $1`

// read takes in the numbers that are given.
func (b *keyBook) read(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, readKeyNumbersSQL, b.id)
	if err != nil {
		return err
	}
	var set int16
	var number int32
	var combination []string
	_, err = pgx.ForEachRow(rows, []any{&set, &number, &combination}, func() error {
		b.numbers[set][strings.Join(combination, groupSeparator)] = number
		return nil
	})
	return err
}
