package pgserver

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"engaged/devstack/internal/pgbin"
)

// clusterMajor returns the major version that wrote the data directory, 0 when there is none yet.
func clusterMajor(directory string) (int, error) {
	content, err := os.ReadFile(filepath.Join(directory, "PG_VERSION"))
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the version of the data directory: %w", err)
	}
	return strconv.Atoi(strings.TrimSpace(string(content)))
}

// initCluster makes an empty data directory. A password is asked of every connection; without one, every local
// user may connect, which is for temporary clusters only. The collation is C: rows sort by their bytes, on
// every machine alike.
func initCluster(server pgbin.Server, account account, directory, password string) error {
	arguments := []string{
		"-D", directory, "-U", "postgres", "--encoding=UTF8", "--locale=C", "--no-instructions", "--no-sync",
	}
	if password == "" {
		arguments = append(arguments, "--auth=trust")
	} else {
		file, err := passwordFile(account, password)
		if err != nil {
			return err
		}
		defer os.Remove(file) // a left-over is private to the account
		arguments = append(arguments, "--auth=scram-sha-256", "--pwfile="+file)
	}
	cmd := exec.Command(filepath.Join(server.Directory, "initdb"), arguments...)
	account.run(cmd)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb in %s: %w\n%s", directory, err, output)
	}
	return nil
}

// passwordFile writes the password where only the account can read it.
func passwordFile(account account, password string) (string, error) {
	file, err := os.CreateTemp("", "engaged-password-")
	if err != nil {
		return "", fmt.Errorf("making a password file: %w", err)
	}
	defer file.Close() // the write below is what can fail
	if _, err := file.WriteString(password + "\n"); err != nil {
		return "", fmt.Errorf("writing a password file: %w", err)
	}
	return file.Name(), account.own(file.Name())
}

// copyCluster fills the directory with a copy of an empty cluster that is made once per machine and version:
// copying takes milliseconds, initdb a second or more.
func copyCluster(server pgbin.Server, account account, directory string) error {
	original, err := emptyCluster(server, account)
	if err != nil {
		return err
	}
	if err := os.CopyFS(directory, os.DirFS(original)); err != nil {
		return fmt.Errorf("copying the empty cluster: %w", err)
	}
	if err := os.Chmod(directory, 0o700); err != nil {
		return fmt.Errorf("closing the data directory to others: %w", err)
	}
	return account.own(directory)
}

// emptyCluster returns the machine's empty cluster, making it when it is not there. Processes that come at the
// same time wait for the one that makes it.
func emptyCluster(server pgbin.Server, account account) (string, error) {
	cache, err := cacheDirectory()
	if err != nil {
		return "", err
	}
	original := filepath.Join(cache, "empty-postgres-"+strconv.Itoa(server.Major))
	unlock, err := lockFile(original + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(original); err == nil {
		return original, nil
	}
	scratch, err := account.scratch("engaged-initdb-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(scratch) // a left-over in the temporary directory harms nothing
	made := filepath.Join(scratch, "data")
	if err := initCluster(server, account, made, ""); err != nil {
		return "", err
	}
	partial := original + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return "", fmt.Errorf("removing a half-made cluster: %w", err)
	}
	if err := os.CopyFS(partial, os.DirFS(made)); err != nil {
		return "", fmt.Errorf("keeping the empty cluster: %w", err)
	}
	return original, os.Rename(partial, original)
}

// cacheDirectory is where things live that are made once per machine.
func cacheDirectory() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	directory := filepath.Join(base, "engaged-devstack")
	return directory, os.MkdirAll(directory, 0o700)
}

// lockFile waits for an exclusive lock between processes. The kernel releases it when the holder dies.
func lockFile(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return func() { _ = file.Close() }, nil
}
