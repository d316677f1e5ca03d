// Package pgbin finds the Postgres server that is installed on this machine, and installs one where it may.
package pgbin

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// oldestPostgres is the first major version the migrations are written for.
const oldestPostgres = 15

// ErrMissing says that no usable Postgres server is installed, and what to install.
var ErrMissing = errors.New("no Postgres server of version 15 or newer found; " +
	"install it with `apt-get install postgresql` (Debian, Ubuntu), `dnf install postgresql-server` (Fedora) " +
	"or `brew install postgresql@17` (macOS), or set DATABASE_URL to one that runs")

// Server is one installed Postgres server.
type Server struct {
	// Directory holds postgres and initdb.
	Directory string
	// Major is the version, for example 15.
	Major int
}

// installedIn lists where packages put the server when they do not put it on the PATH.
var installedIn = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql@*/bin",
	"/usr/local/pgsql/bin",
}

// Find returns the newest installed server, or the newest of the given major version when that is not 0:
// a data directory can only be opened by the version that made it.
func Find(major int) (Server, error) {
	var directories []string
	if path, err := exec.LookPath("postgres"); err == nil {
		directories = append(directories, filepath.Dir(path))
	}
	for _, pattern := range installedIn {
		matches, _ := filepath.Glob(pattern) // the patterns are constants, so they are well-formed
		directories = append(directories, matches...)
	}
	best := Server{}
	for _, directory := range directories {
		if _, err := os.Stat(filepath.Join(directory, "initdb")); err != nil {
			continue
		}
		found, err := versionOf(directory)
		if err == nil && found > best.Major && (major == 0 || found == major) {
			best = Server{Directory: directory, Major: found}
		}
	}
	switch {
	case best.Major == 0 && major != 0:
		return best, fmt.Errorf("the data was written by Postgres %d, which is not installed: %w", major, ErrMissing)
	case best.Major < oldestPostgres:
		return best, ErrMissing
	}
	return best, nil
}

var versionNumber = regexp.MustCompile(`\d+`)

// versionOf asks the server binary for its major version.
func versionOf(directory string) (int, error) {
	output, err := exec.Command(filepath.Join(directory, "postgres"), "--version").Output()
	if err != nil {
		return 0, fmt.Errorf("asking %s for its version: %w", directory, err)
	}
	return strconv.Atoi(versionNumber.FindString(strings.TrimSpace(string(output))))
}
