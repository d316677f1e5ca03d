package temporald

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/config"
	serverlog "go.temporal.io/server/common/log"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	sqliteschema "go.temporal.io/server/schema/sqlite"
)

const (
	mainStore       = "main"
	visibilityStore = "visibility"
	// most connections that each of the two pools opens; the server has the services of one process only
	connections = 20
)

// openStore makes the store and its schema as the options say.
func openStore(ctx context.Context, options Options, logger serverlog.Logger) (config.Persistence, error) {
	if options.DatabaseURL == "" {
		return openSQLite(options.File)
	}
	server, err := pgx.ParseConfig(options.DatabaseURL)
	if err != nil {
		return config.Persistence{}, fmt.Errorf("the database's URL is not one: %w", err)
	}
	store := config.Persistence{
		DefaultStore: mainStore, VisibilityStore: visibilityStore, NumHistoryShards: shards,
		DataStores: map[string]config.DataStore{},
	}
	for name, database := range map[string]struct{ name, schema string }{
		mainStore:       {"temporal", "postgresql/v12/temporal"},
		visibilityStore: {"temporal_visibility", "postgresql/v12/visibility"},
	} {
		if err := createDatabase(ctx, server, database.name); err != nil {
			return config.Persistence{}, err
		}
		settings := postgresSettings(server, database.name)
		if err := migrate(settings, database.schema, logger); err != nil {
			return config.Persistence{}, fmt.Errorf("migrating %s: %w", database.name, err)
		}
		store.DataStores[name] = config.DataStore{SQL: settings}
	}
	return store, nil
}

// openSQLite makes or opens a SQLite database in a file, or one that lives and ends with this process.
func openSQLite(file string) (config.Persistence, error) {
	settings := &config.SQL{
		PluginName: sqlite.PluginName, DatabaseName: "temporal",
		ConnectAttributes: map[string]string{"mode": "memory", "cache": "shared"},
	}
	if file != "" {
		settings.DatabaseName, settings.ConnectAttributes = file, map[string]string{"mode": "rwc"}
		if _, err := os.Stat(file); os.IsNotExist(err) {
			if err := sqliteschema.SetupSchema(settings); err != nil {
				return config.Persistence{}, fmt.Errorf("making %s: %w", file, err)
			}
		}
	}
	// A namespace that is there from the start needs no wait for the caches of the services.
	namespace, err := sqliteschema.NewNamespaceConfig(clusterName, Namespace, false, nil)
	if err != nil {
		return config.Persistence{}, fmt.Errorf("describing namespace %s: %w", Namespace, err)
	}
	if err := sqliteschema.CreateNamespaces(settings, namespace); err != nil {
		return config.Persistence{}, fmt.Errorf("making namespace %s: %w", Namespace, err)
	}
	return config.Persistence{
		DefaultStore: mainStore, VisibilityStore: mainStore, NumHistoryShards: 1,
		DataStores: map[string]config.DataStore{mainStore: {SQL: settings}},
	}, nil
}

// postgresSettings describes a database of the server.
func postgresSettings(server *pgx.ConnConfig, database string) *config.SQL {
	settings := &config.SQL{
		PluginName: postgresql.PluginNamePGX, DatabaseName: database,
		User: server.User, Password: server.Password,
		ConnectAddr: net.JoinHostPort(server.Host, strconv.Itoa(int(server.Port))), ConnectProtocol: "tcp",
		MaxConns: connections, MaxIdleConns: connections, MaxConnLifetime: time.Hour,
		ConnectAttributes: map[string]string{},
	}
	if server.TLSConfig == nil {
		settings.ConnectAttributes["sslmode"] = "disable"
	}
	return settings
}

// createDatabase makes a database on the server unless it is there.
func createDatabase(ctx context.Context, server *pgx.ConnConfig, name string) error {
	connection, err := pgx.ConnectConfig(ctx, server)
	if err != nil {
		return fmt.Errorf("connecting to Postgres: %w", err)
	}
	defer connection.Close(ctx) // nothing is in flight
	var exists bool
	const query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
	if err := connection.QueryRow(ctx, query, name).Scan(&exists); err != nil || exists {
		return err
	}
	if _, err := connection.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return fmt.Errorf("making database %s: %w", name, err)
	}
	return nil
}
