package models

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Options says how a Store talks to Postgres; zero fields take the defaults.
type Options struct {
	// MaxConns bounds the connections; default 20, at least 8. Four of them are kept for appends, so
	// that an acknowledgement never waits behind workers and reports.
	MaxConns int32
	// StatementTimeout ends any statement that runs longer; default 30 s.
	StatementTimeout time.Duration
	// LockTimeout ends a wait for a lock; default 10 s, always below StatementTimeout.
	LockTimeout time.Duration
	// ApplicationName shows in pg_stat_activity; default "engaged".
	ApplicationName string
}

// appendConns is the number of connections that only appends use.
const appendConns = 4

func (o Options) withDefaults() Options {
	if o.MaxConns == 0 {
		o.MaxConns = 20
	}
	o.MaxConns = max(o.MaxConns, 2*appendConns)
	if o.StatementTimeout == 0 {
		o.StatementTimeout = 30 * time.Second
	}
	if o.LockTimeout == 0 {
		o.LockTimeout = 10 * time.Second
	}
	o.LockTimeout = min(o.LockTimeout, o.StatementTimeout/2)
	if o.ApplicationName == "" {
		o.ApplicationName = "engaged"
	}
	return o
}

// Store is the engine's Postgres. It is safe for concurrent use.
type Store struct {
	pool *pgxpool.Pool
	// appends is the pool of Append alone.
	appends *pgxpool.Pool
	sql     *sql.DB
	gorm    *gorm.DB
	// snapshots holds an element for each snapshot that is being read.
	snapshots chan struct{}

	// months remembers the monthly partitions known to exist, as table name and month.
	months sync.Map
	// hashing remembers which organizations hash conversation ids, which never changes.
	hashing sync.Map
}

// Open connects to Postgres and answers once it does. One pool serves both pgx and GORM.
func Open(ctx context.Context, databaseURL string, options Options) (*Store, error) {
	o := options.withDefaults()
	config, err := o.poolConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	appending := config.Copy()
	config.MaxConns, appending.MaxConns = o.MaxConns-appendConns, appendConns
	byIndexOnly(appending)
	pool, err := openPool(ctx, config)
	if err != nil {
		return nil, err
	}
	appends, err := openPool(ctx, appending)
	if err != nil {
		pool.Close()
		return nil, err
	}
	database := stdlib.OpenDBFromPool(pool)
	rows, err := gorm.Open(postgres.New(postgres.Config{Conn: database}), &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		// Errors are returned; what a statement was about is nobody's business in a log.
		Logger: logger.Discard,
	})
	if err != nil {
		pool.Close()
		appends.Close()
		return nil, fmt.Errorf("open gorm: %w", err)
	}
	return &Store{pool: pool, appends: appends, sql: database, gorm: rows, snapshots: make(chan struct{}, config.MaxConns/2)}, nil
}

func (o Options) poolConfig(databaseURL string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		// The error of pgx may quote the URL, password included.
		return nil, fmt.Errorf("the database URL is not valid: %w", hidePassword(err, databaseURL))
	}
	config.MaxConnIdleTime = 5 * time.Minute
	parameters := config.ConnConfig.RuntimeParams
	parameters["application_name"] = o.ApplicationName
	parameters["statement_timeout"] = milliseconds(o.StatementTimeout)
	parameters["lock_timeout"] = milliseconds(o.LockTimeout)
	parameters["idle_in_transaction_session_timeout"] = milliseconds(2 * o.StatementTimeout)
	parameters["timezone"] = "UTC"
	// Statements are short: compiling them costs more than it saves.
	parameters["jit"] = "off"
	return config, nil
}

// byIndexOnly has the planner look rows up one by one. Appends name every row they touch, but the
// planner knows neither how many, nor, in the first minutes of a table, how large it has become: left
// to itself it prepares once to read all conversations with every commit.
func byIndexOnly(config *pgxpool.Config) {
	parameters := config.ConnConfig.RuntimeParams
	for _, way := range []string{"enable_seqscan", "enable_hashjoin", "enable_mergejoin"} {
		parameters[way] = "off"
	}
	parameters["plan_cache_mode"] = "force_generic_plan"
}

func openPool(ctx context.Context, config *pgxpool.Config) (*pgxpool.Pool, error) {
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach postgres: %w", err)
	}
	return pool, nil
}

// Close gives the connections back. It waits for those in use.
func (s *Store) Close() {
	_ = s.sql.Close()
	s.pool.Close()
	s.appends.Close()
}

// DB returns GORM on the store's pool.
func (s *Store) DB() *gorm.DB { return s.gorm }

// Pool returns the store's pool.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Ping reports whether Postgres answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return fmt.Errorf("reach postgres: %w", err)
	}
	return nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
