package analytics

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Reader runs queries on one snapshot; models.Store is one.
type Reader interface {
	// ReadSnapshot calls read within a read-only transaction that sees one state of the database and
	// ends any statement that runs longer than timeout with an error for which
	// errors.Is(err, models.ErrStatementTimeout) holds.
	ReadSnapshot(ctx context.Context, timeout time.Duration, read func(pgx.Tx) error) error
}

// Options of an Engine; zero fields take the defaults.
type Options struct {
	// StatementTimeout ends a question that takes longer; default 5 s.
	StatementTimeout time.Duration
	// Now is the clock; default time.Now.
	Now func() time.Time
}

// Engine answers queries. It is safe for concurrent use.
type Engine struct {
	reader  Reader
	options Options
	// watermark is what through has read, and when.
	watermark struct {
		sync.Mutex
		at, read time.Time
	}
}

// NewEngine returns an engine that reads through reader.
func NewEngine(reader Reader, options Options) *Engine {
	if options.StatementTimeout == 0 {
		options.StatementTimeout = 5 * time.Second
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Engine{reader: reader, options: options}
}

// ErrTooSlow says that a question ran into the statement timeout.
var ErrTooSlow = errors.New("the question takes too long over rows; ask for a shorter period or fewer groups")

// InvalidQuery says what is wrong with a query. Its text says what to change.
type InvalidQuery struct {
	// Field is the part of the query, such as metric or filters[2].attribute.
	Field string
	// Code is stable, such as unknown_metric.
	Code string
	// Reason is a sentence.
	Reason string
}

// Error returns the field and the reason.
func (e *InvalidQuery) Error() string { return e.Field + ": " + e.Reason }
