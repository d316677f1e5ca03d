package pgbin

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// Installable tells whether Install can work: on Debian and its relatives, for root.
func Installable() bool {
	_, err := exec.LookPath("apt-get")
	return err == nil && os.Geteuid() == 0
}

// Install installs the distribution's Postgres with apt-get and writes its messages to output. The package would
// also make and start a system-wide cluster; nobody here asked for one, so it is told not to.
func Install(ctx context.Context, output io.Writer) error {
	const common = "/etc/postgresql-common"
	if err := os.MkdirAll(common, 0o755); err != nil {
		return fmt.Errorf("preparing the installation: %w", err)
	}
	file, err := os.OpenFile(common+"/createcluster.conf", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = file.WriteString("create_main_cluster = false\n")
		_ = file.Close() // the write is what can fail
	}
	if err != nil && !os.IsExist(err) {
		return fmt.Errorf("preparing the installation: %w", err)
	}
	for _, arguments := range [][]string{
		{"update", "-q"},
		{"install", "-q", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", "postgresql"},
	} {
		cmd := exec.CommandContext(ctx, "apt-get", arguments...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		cmd.Stdout, cmd.Stderr = output, output
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("apt-get %s: %w", arguments[0], err)
		}
	}
	return nil
}
