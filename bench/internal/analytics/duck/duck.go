package duck

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	_ "github.com/duckdb/duckdb-go/v2" // the driver

	"engaged/bench/internal/analytics/dataset"
	"engaged/bench/internal/progress"
)

// Settings are those that every database gets.
var Settings = []string{"threads = 2", "memory_limit = '6GB'", "TimeZone = 'UTC'", "preserve_insertion_order = true"}

// Database is an open DuckDB.
type Database struct {
	// DB has one connection: settings are a connection's.
	DB *sql.DB
	// Version is DuckDB's.
	Version string

	file string
}

// Open opens or makes the file.
func Open(ctx context.Context, file string) (*Database, error) {
	db, err := sql.Open("duckdb", file)
	if err != nil {
		return nil, fmt.Errorf("opening DuckDB: %w", err)
	}
	db.SetMaxOpenConns(1)
	d := &Database{DB: db, file: file}
	settings := append([]string{"temp_directory = '" + file + ".tmp'"}, Settings...)
	for _, setting := range settings {
		if _, err := db.ExecContext(ctx, "SET "+setting); err != nil {
			return nil, fmt.Errorf("setting up DuckDB: %w", err)
		}
	}
	if err := db.QueryRowContext(ctx, "SELECT version()").Scan(&d.Version); err != nil {
		return nil, fmt.Errorf("asking for DuckDB's version: %w", err)
	}
	return d, nil
}

// Close closes the file.
func (d *Database) Close() { _ = d.DB.Close() } // what was loaded has been checkpointed

// Loaded says what was loaded.
type Loaded struct {
	// Rows is of all tables.
	Rows int64 `json:"rows"`
	// Seconds is how long it took, the export from Postgres included.
	Seconds float64 `json:"seconds"`
	// RowsPerSecond follows from it.
	RowsPerSecond float64 `json:"rows_per_second"`
	// Bytes is the size of the file.
	Bytes int64 `json:"bytes"`
}

// Load fills the database from Postgres.
func (d *Database) Load(ctx context.Context, pool *pgxpool.Pool) (Loaded, error) {
	begun := time.Now()
	partitions, err := d.partitions(ctx, pool)
	if err != nil {
		return Loaded{}, err
	}
	result := Loaded{}
	bar := progress.Start("loading DuckDB", "tables", len(partitions))
	defer bar.Done()
	for _, table := range dataset.Tables {
		if err := d.create(ctx, pool, table); err != nil {
			return Loaded{}, err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for e := range d.exports(ctx, pool, partitions) {
		if e.err != nil {
			return Loaded{}, e.err
		}
		rows, err := d.take(ctx, e)
		if err != nil {
			return Loaded{}, err
		}
		result.Rows += rows
		bar.Add(1)
	}
	if _, err := d.DB.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return Loaded{}, fmt.Errorf("writing DuckDB's file: %w", err)
	}
	result.Seconds = time.Since(begun).Seconds()
	result.RowsPerSecond = float64(result.Rows) / result.Seconds
	if info, err := os.Stat(d.file); err == nil {
		result.Bytes = info.Size()
	}
	return result, nil
}

// partition is a month's table.
type partition struct {
	table dataset.Table
	name  string
}

const partitionsSQL = `
SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = $1::text::regclass ORDER BY 1`

func (d *Database) partitions(ctx context.Context, pool *pgxpool.Pool) ([]partition, error) {
	var all []partition
	for _, table := range dataset.Tables {
		rows, err := pool.Query(ctx, partitionsSQL, table.Name)
		if err != nil {
			return nil, fmt.Errorf("listing the partitions of %s: %w", table.Name, err)
		}
		for rows.Next() {
			p := partition{table: table}
			if err := rows.Scan(&p.name); err != nil {
				return nil, fmt.Errorf("listing the partitions of %s: %w", table.Name, err)
			}
			all = append(all, p)
		}
		if rows.Err() != nil {
			return nil, fmt.Errorf("listing the partitions of %s: %w", table.Name, rows.Err())
		}
	}
	return all, nil
}

// exported is a partition's file, or why there is none.
type exported struct {
	partition
	file string
	err  error
}

// exports writes the partitions' files, one ahead of who takes them.
func (d *Database) exports(ctx context.Context, pool *pgxpool.Pool, partitions []partition) <-chan exported {
	files := make(chan exported)
	go func() {
		defer close(files)
		for _, p := range partitions {
			e := exported{partition: p, file: filepath.Join(filepath.Dir(d.file), p.name+".csv")}
			e.err = export(ctx, pool, p, e.file)
			select {
			case files <- e:
			case <-ctx.Done():
				_ = os.Remove(e.file) // nobody takes it any more
				return
			}
		}
	}()
	return files
}

// take loads a partition's file and removes it.
func (d *Database) take(ctx context.Context, e exported) (int64, error) {
	defer os.Remove(e.file)
	// An empty field that is quoted is an empty text, one that is not is null.
	load := fmt.Sprintf(`COPY %s FROM '%s' (FORMAT csv, AUTO_DETECT false, DELIMITER ',', QUOTE '"', ESCAPE '"', HEADER false, NULLSTR '', ALLOW_QUOTED_NULLS false)`, e.table.Name, e.file)
	result, err := d.DB.ExecContext(ctx, load)
	if err != nil {
		return 0, fmt.Errorf("loading %s into DuckDB: %w", e.name, err)
	}
	return result.RowsAffected()
}

func export(ctx context.Context, pool *pgxpool.Pool, p partition, path string) error {
	columns := make([]string, 0, len(p.table.Columns)+1)
	for _, column := range p.table.Columns {
		if column == "tags" {
			column = "'[' || array_to_string(tags, ', ') || ']'"
		}
		columns = append(columns, column)
	}
	columns = append(columns, p.table.Time+" AT TIME ZONE '"+dataset.Zone+"'")
	file, err := os.Create(path) //nolint:gosec // the run's own directory
	if err != nil {
		return fmt.Errorf("exporting %s: %w", p.name, err)
	}
	defer file.Close()
	connection, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("exporting %s: %w", p.name, err)
	}
	defer connection.Release()
	query := fmt.Sprintf("COPY (SELECT %s FROM %s) TO STDOUT (FORMAT csv)", strings.Join(columns, ", "), p.name)
	if _, err := connection.Conn().PgConn().CopyTo(ctx, file, query); err != nil {
		return fmt.Errorf("exporting %s: %w", p.name, err)
	}
	return nil
}
