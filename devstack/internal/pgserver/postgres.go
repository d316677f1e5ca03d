package pgserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"engaged/devstack/internal/pgbin"
	"engaged/devstack/internal/ports"
	"engaged/devstack/internal/proc"
)

// Config says how a private Postgres runs. The zero value is a temporary one for tests.
type Config struct {
	// Dir holds the data. The default "" is a temporary directory that is removed at the end. For root, below a
	// directory that is closed to others, Dir becomes a link to /var/lib/engaged-devstack.
	Dir string
	// Durable makes a commit survive a crash of the machine. The default false is faster and for tests.
	Durable bool
	// Port is tried first, on 127.0.0.1; when it is taken, or 0, a free one is used.
	Port int
	// Password is asked of every connection. The default "" lets every local user in, which is for tests.
	// It is set when the data directory is made and must be the same from then on.
	Password string
	// Settings are settings of the server, name=value, which outrank its usual ones. Default none.
	Settings []string
}

// A Postgres is a running private server on 127.0.0.1. It ends with the process that started it.
type Postgres struct {
	config  Config
	account account
	server  pgbin.Server
	data    string
	log     string
	remove  func() error

	mu      sync.Mutex
	port    int
	process *proc.Process
}

// Start starts a private server and waits until it takes connections or ctx is done. It finds the newest
// installed Postgres and fails with pgbin.ErrMissing when there is none. As root it runs the server as user postgres.
func Start(ctx context.Context, config Config) (*Postgres, error) {
	account, err := serverAccount()
	if err != nil {
		return nil, err
	}
	major := 0
	if config.Dir != "" {
		if err := place(account, config.Dir); err != nil {
			return nil, err
		}
		if major, err = clusterMajor(config.Dir); err != nil {
			return nil, err
		}
	}
	server, err := pgbin.Find(major)
	if err != nil {
		return nil, err
	}
	postgres := &Postgres{config: config, account: account, server: server, port: config.Port}
	if err := postgres.prepare(major != 0); err != nil {
		return nil, err
	}
	if err := postgres.start(ctx); err != nil {
		postgres.Stop()
		return nil, err
	}
	return postgres, nil
}

// prepare makes the data directory: a copy of the machine's empty cluster for a temporary server, else initdb.
func (p *Postgres) prepare(exists bool) error {
	if p.config.Dir == "" {
		scratch, err := p.account.scratch("engaged-postgres-")
		if err != nil {
			return err
		}
		if p.remove, err = proc.RemoveWithParent(scratch); err != nil {
			return err
		}
		p.data, p.log = filepath.Join(scratch, "data"), filepath.Join(scratch, "postgres.log")
		return copyCluster(p.server, p.account, p.data)
	}
	directory, err := filepath.EvalSymlinks(p.config.Dir)
	if err == nil {
		directory, err = filepath.Abs(directory)
	}
	if err != nil {
		return fmt.Errorf("resolving the data directory: %w", err)
	}
	p.data, p.log = directory, filepath.Clean(p.config.Dir)+".log"
	if exists {
		return nil
	}
	return initCluster(p.server, p.account, directory, p.config.Password)
}

// start runs the server on its port, or on a free one when that is taken.
func (p *Postgres) start(ctx context.Context) error {
	var err error
	for range 5 {
		var port int
		if port, err = ports.Choose(p.port); err != nil {
			return err
		}
		if err = p.startOn(ctx, port); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// startOn runs the server on a port and waits until it is ready, has ended or ctx is done.
func (p *Postgres) startOn(ctx context.Context, port int) error {
	output, err := os.Create(p.log)
	if err != nil {
		return fmt.Errorf("opening the server's log: %w", err)
	}
	defer output.Close() // the server holds a copy of its own
	cmd := exec.Command(filepath.Join(p.server.Directory, "postgres"), p.arguments(port)...)
	cmd.Stdout, cmd.Stderr = output, output
	p.account.run(cmd)
	process, err := proc.Start(cmd, proc.Options{Orphaned: p.stopSignal()})
	if err != nil {
		return err
	}
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for !p.ready(process.PID()) {
		select {
		case <-poll.C:
		case <-process.Done():
			text, _ := os.ReadFile(p.log)
			return fmt.Errorf("postgres ended while starting: %w: %s", errors.Join(process.Err(), errEnded), text)
		case <-ctx.Done():
			process.Kill()
			return fmt.Errorf("waiting for postgres: %w", ctx.Err())
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.port, p.process = port, process
	return nil
}

// arguments are the server's command line. There is no Unix socket: its path may be too long, and one way in is
// enough.
func (p *Postgres) arguments(port int) []string {
	settings := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(port), "unix_socket_directories=",
		"max_connections=300", "shared_buffers=128MB", "jit=off", "logging_collector=off", "timezone=UTC",
		"log_timezone=UTC",
	}
	if p.config.Durable {
		settings = append(settings, "max_wal_size=2GB")
	} else {
		// A commit still reaches the operating system, so that it survives Kill.
		settings = append(settings, "fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")
	}
	arguments := []string{"-D", p.data}
	for _, setting := range append(settings, p.config.Settings...) {
		arguments = append(arguments, "-c", setting)
	}
	return arguments
}

// errEnded says that a server that was to run is gone.
var errEnded = errors.New("it is gone")

// ready reads the status line that the server keeps in its pid file for pg_ctl.
func (p *Postgres) ready(pid int) bool {
	content, err := os.ReadFile(filepath.Join(p.data, "postmaster.pid"))
	if err != nil {
		return false
	}
	lines := strings.Split(string(content), "\n")
	return len(lines) > 7 && lines[0] == strconv.Itoa(pid) && strings.TrimSpace(lines[7]) == "ready"
}

// stopSignal is SIGINT, an orderly end that lets nobody finish, or SIGQUIT where the data is thrown away anyway.
func (p *Postgres) stopSignal() syscall.Signal {
	if p.config.Dir == "" {
		return syscall.SIGQUIT
	}
	return syscall.SIGINT
}

// URL returns the connection string of a database. It stays the same over Restart as long as its port is free.
func (p *Postgres) URL(database string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	address := url.URL{
		Scheme: "postgres", User: url.User("postgres"), Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)),
		Path: "/" + database, RawQuery: "sslmode=disable",
	}
	if p.config.Password != "" {
		address.User = url.UserPassword("postgres", p.config.Password)
	}
	return address.String()
}

// Port returns the port that the server listens on, on 127.0.0.1.
func (p *Postgres) Port() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.port
}

// Stop ends the server in order and removes temporary data. A stopped server stays stopped.
func (p *Postgres) Stop() {
	p.end(p.stopSignal())
	if p.remove != nil {
		_ = p.remove() // a left-over in the temporary directory harms nothing
	}
}

// Kill ends the server with SIGKILL, as a crash would. Restart brings it back.
func (p *Postgres) Kill() { p.end(syscall.SIGKILL) }

// end signals the server and waits for it.
func (p *Postgres) end(signal syscall.Signal) {
	p.mu.Lock()
	process := p.process
	p.mu.Unlock()
	if process != nil {
		process.Stop(signal, 30*time.Second)
	}
}

// Restart ends the server in order if it runs, and starts it on the same data and port.
func (p *Postgres) Restart(ctx context.Context) error {
	p.end(syscall.SIGINT)
	for {
		err := p.startOn(ctx, p.Port())
		// After a kill the old server's processes take a moment to notice; until then the data is locked.
		if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "still in use") {
			return err
		}
	}
}
