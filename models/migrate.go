package models

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"time"

	// The driver that goose opens by name.
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migration is one step of the schema.
type Migration struct {
	// Version numbers the steps from 1.
	Version int64
	// Name is the file's.
	Name string
	// AppliedAt is when it was applied; zero while it is pending.
	AppliedAt time.Time
}

// Migrate brings the schema to the newest version and creates the log's partitions for the days
// ahead. Processes that migrate at the same time wait for each other. It returns the steps applied.
func Migrate(ctx context.Context, databaseURL string) ([]Migration, error) {
	var applied []Migration
	err := withProvider(databaseURL, func(p *goose.Provider) error {
		results, err := p.Up(ctx)
		applied = migrationsOf(results)
		return err
	})
	if err != nil {
		return applied, fmt.Errorf("migrate up: %w", err)
	}
	store, err := Open(ctx, databaseURL, Options{})
	if err != nil {
		return applied, err
	}
	defer store.Close()
	return applied, store.EnsureLogPartitions(ctx, time.Now())
}

// MigrateDown takes back the newest step; it loses the data of its tables.
func MigrateDown(ctx context.Context, databaseURL string) ([]Migration, error) {
	var undone []Migration
	err := withProvider(databaseURL, func(p *goose.Provider) error {
		result, err := p.Down(ctx)
		if result != nil {
			undone = migrationsOf([]*goose.MigrationResult{result})
		}
		return err
	})
	if err != nil {
		return undone, fmt.Errorf("migrate down: %w", err)
	}
	return undone, nil
}

// MigrationStatus lists every step, applied or pending.
func MigrationStatus(ctx context.Context, databaseURL string) ([]Migration, error) {
	var all []Migration
	err := withProvider(databaseURL, func(p *goose.Provider) error {
		statuses, err := p.Status(ctx)
		for _, s := range statuses {
			all = append(all, Migration{Version: s.Source.Version, Name: s.Source.Path, AppliedAt: s.AppliedAt})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	return all, nil
}

// LatestVersion is the version of the schema that this program was built for.
func LatestVersion() (int64, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	var latest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", name, err)
		}
		latest = max(latest, version)
	}
	return latest, nil
}

const currentVersionSQL = `
SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`

// CurrentVersion is the version of the database's schema; an error where it was never migrated.
func (s *Store) CurrentVersion(ctx context.Context) (int64, error) {
	var version int64
	if err := s.pool.QueryRow(ctx, currentVersionSQL).Scan(&version); err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	return version, nil
}

func withProvider(databaseURL string, use func(*goose.Provider) error) error {
	database, err := sql.Open("pgx", databaseURL)
	if err != nil {
		return fmt.Errorf("open postgres: %w", hidePassword(err, databaseURL))
	}
	defer func() { _ = database.Close() }()
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
	if err != nil {
		return fmt.Errorf("make migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, database, files, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	return use(provider)
}

func migrationsOf(results []*goose.MigrationResult) []Migration {
	var m []Migration
	for _, r := range results {
		m = append(m, Migration{Version: r.Source.Version, Name: r.Source.Path, AppliedAt: time.Now()})
	}
	return m
}
