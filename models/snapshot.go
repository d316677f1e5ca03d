package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrStatementTimeout tells that a statement ran longer than it may.
var ErrStatementTimeout = errors.New("the statement ran too long")

// ReadSnapshot calls read within a read-only transaction that sees one state of the database. A
// statement in it that runs longer than timeout ends with ErrStatementTimeout. Half of the connections
// serve snapshots at most, so that questions never hold up records; the others wait for their turn.
func (s *Store) ReadSnapshot(ctx context.Context, timeout time.Duration, read func(pgx.Tx) error) error {
	select {
	case s.snapshots <- struct{}{}:
		defer func() { <-s.snapshots }()
	case <-ctx.Done():
		return fmt.Errorf("wait for a snapshot: %w", ctx.Err())
	}
	begin := "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = " + milliseconds(timeout)
	tx, err := s.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin})
	if err != nil {
		return fmt.Errorf("begin a snapshot: %w", err)
	}
	// Nothing was written: a rollback is all there is to do, also when the caller has gone.
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing can be done
	err = read(tx)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "57014" && ctx.Err() == nil {
		return fmt.Errorf("%w (limit %s)", ErrStatementTimeout, timeout)
	}
	return err
}
