package pgserver

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that Postgres runs as. The zero value is the user of this process.
type account struct {
	other    bool
	uid, gid int
}

// serverAccount returns this process's own user, or the packaged user postgres when this process is root,
// because Postgres refuses to run as root.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(found.Uid)
		gid, gidErr := strconv.Atoi(found.Gid)
		if uidErr == nil && gidErr == nil {
			return account{other: true, uid: uid, gid: gid}, nil
		}
	}
	return account{}, fmt.Errorf("running as root, and there is neither a user postgres nor nobody to run Postgres as")
}

// run makes cmd run as the account.
func (a account) run(cmd *exec.Cmd) {
	cmd.Dir = "/"
	if a.other {
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Credential: &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)},
		}
	}
}

// own hands a directory and all in it to the account.
func (a account) own(directory string) error {
	if !a.other {
		return nil
	}
	return filepath.WalkDir(directory, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, a.uid, a.gid)
	})
}

// reaches tells whether the account may walk to the directory: a checkout below /root is closed to others.
func (a account) reaches(directory string) bool {
	if !a.other {
		return true
	}
	for path := filepath.Clean(directory); ; path = filepath.Dir(path) {
		info, err := os.Stat(path)
		if err == nil && info.Mode().Perm()&0o001 == 0 && !a.owns(info) {
			return false
		}
		if path == filepath.Dir(path) {
			return true
		}
	}
}

// owns tells whether the file belongs to the account.
func (a account) owns(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == a.uid
}

// scratch makes a private temporary directory of the account.
func (a account) scratch(pattern string) (string, error) {
	parent := os.TempDir()
	if !a.reaches(parent) {
		parent = "/tmp"
	}
	directory, err := os.MkdirTemp(parent, pattern)
	if err != nil {
		return "", fmt.Errorf("making a temporary directory: %w", err)
	}
	return directory, a.own(directory)
}

// elsewhere holds the data of servers whose own directory the account cannot reach.
const elsewhere = "/var/lib/engaged-devstack"

// place makes the data directory where the account can reach it: in its place, or elsewhere with a link to it.
func place(account account, directory string) error {
	if _, err := os.Stat(directory); err == nil {
		return nil
	}
	absolute, err := filepath.Abs(directory)
	if err != nil {
		return fmt.Errorf("resolving the data directory: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(absolute), 0o755); err != nil {
		return fmt.Errorf("making the directory above the data: %w", err)
	}
	target := absolute
	if !account.reaches(filepath.Dir(absolute)) {
		sum := sha256.Sum256([]byte(absolute))
		target = filepath.Join(elsewhere, hex.EncodeToString(sum[:8]))
		if err := os.Symlink(target, absolute); err != nil && !os.IsExist(err) {
			return fmt.Errorf("linking the data directory: %w", err)
		}
		if err := os.MkdirAll(elsewhere, 0o755); err != nil {
			return fmt.Errorf("making %s: %w", elsewhere, err)
		}
	}
	if err := os.MkdirAll(target, 0o700); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	return account.own(target)
}
