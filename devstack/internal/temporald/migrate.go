package temporald

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/server/common/config"
	serverlog "go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/schema"
)

// step is one version of the schema, as the server's own schema tool describes it in manifest.json.
type step struct {
	Version       string   `json:"CurrVersion"`
	MinCompatible string   `json:"MinCompatibleVersion"`
	Description   string   `json:"Description"`
	Files         []string `json:"SchemaUpdateCqlFiles"`
}

// migrate brings a database to the newest version of a schema that the server carries with it. It does what
// temporal-sql-tool does: apply each missing step and note it.
func migrate(settings *config.SQL, name string, logger serverlog.Logger) error {
	database, err := sql.NewSQLAdminDB(sqlplugin.DbKindUnknown, settings, resolver.NewNoopResolver(), logger,
		metrics.NoopMetricsHandler)
	if err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	defer database.Close() // nothing is in flight
	current, err := database.ReadSchemaVersion(settings.DatabaseName)
	if err != nil {
		// No version is a database without tables.
		if err := database.CreateSchemaVersionTables(); err != nil {
			return fmt.Errorf("making the table of versions: %w", err)
		}
		current = "0.0"
	}
	files, err := fs.Sub(schema.Assets(), path.Join(name, "versioned"))
	if err != nil {
		return fmt.Errorf("opening the schema: %w", err)
	}
	steps, err := stepsAfter(files, current)
	if err != nil {
		return err
	}
	for _, step := range steps {
		if err := apply(database, settings.DatabaseName, files, step, current); err != nil {
			return fmt.Errorf("version %s: %w", step.Version, err)
		}
		current = step.Version
	}
	return nil
}

// stepsAfter reads the steps that a database at a version still needs, oldest first.
func stepsAfter(files fs.FS, current string) ([]step, error) {
	directories, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("listing the schema's versions: %w", err)
	}
	var steps []step
	for _, directory := range directories {
		content, err := fs.ReadFile(files, path.Join(directory.Name(), "manifest.json"))
		if err != nil {
			return nil, fmt.Errorf("reading the manifest of %s: %w", directory.Name(), err)
		}
		var found step
		if err := json.Unmarshal(content, &found); err != nil {
			return nil, fmt.Errorf("reading the manifest of %s: %w", directory.Name(), err)
		}
		if compareVersions(found.Version, current) > 0 {
			steps = append(steps, found)
		}
	}
	slices.SortFunc(steps, func(a, b step) int { return compareVersions(a.Version, b.Version) })
	return steps, nil
}

// apply runs the files of a step and notes its version.
func apply(database sqlplugin.AdminDB, name string, files fs.FS, next step, current string) error {
	for _, file := range next.Files {
		statements, err := fs.ReadFile(files, path.Join("v"+next.Version, file))
		if err != nil {
			return fmt.Errorf("reading %s: %w", file, err)
		}
		if err := execute(database, statements); err != nil {
			return fmt.Errorf("running %s: %w", file, err)
		}
	}
	if err := database.UpdateSchemaVersion(name, next.Version, next.MinCompatible); err != nil {
		return fmt.Errorf("noting the version: %w", err)
	}
	return database.WriteSchemaUpdateLog(current, next.Version, "", next.Description)
}

// execute runs the statements one by one: some, such as CREATE INDEX CONCURRENTLY, refuse company.
func execute(database sqlplugin.AdminDB, statements []byte) error {
	split, err := persistence.LoadAndSplitQueryFromReaders([]io.Reader{bytes.NewReader(statements)})
	if err != nil {
		return err
	}
	for _, statement := range split {
		if err := database.Exec(statement); err != nil {
			return err
		}
	}
	return nil
}

// compareVersions orders versions such as 1.9 and 1.10 by their numbers.
func compareVersions(a, b string) int {
	return slices.Compare(versionNumbers(a), versionNumbers(b))
}

// versionNumbers splits a version at its dots.
func versionNumbers(version string) []int {
	var numbers []int
	for part := range strings.SplitSeq(version, ".") {
		number, _ := strconv.Atoi(part) // the versions come with the server and are numbers
		numbers = append(numbers, number)
	}
	return numbers
}
