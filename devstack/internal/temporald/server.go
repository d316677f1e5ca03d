package temporald

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/server_options"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	serverlog "go.temporal.io/server/common/log"
	"go.temporal.io/server/temporal"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Namespace is the one that the server begins with.
const Namespace = "default"

// retention is how long closed workflows stay readable.
const retention = 72 * time.Hour

// host is the only address that anything here listens on.
const host = "127.0.0.1"

// Options say where the server listens and keeps its state.
type Options struct {
	// Port is the frontend's. It must be free.
	Port int
	// UIPort is the web UI's. It must be free; 0 means no UI.
	UIPort int
	// DatabaseURL is a Postgres database on whose server the databases temporal and temporal_visibility hold the
	// state; they are made and migrated. The default "" keeps the state in File.
	DatabaseURL string
	// File is a SQLite database that is made when it is not there. The default "" keeps the state in memory.
	File string
	// Verbose writes the server's warnings to standard error; errors are always written.
	Verbose bool
}

// A Server is running once Start has returned it.
type Server struct {
	options  Options
	temporal temporal.Server
	ui       *server.Server
}

// Start prepares the store, starts server and UI, and returns when the namespace answers.
func Start(ctx context.Context, options Options) (*Server, error) {
	logger := newLogger(options.Verbose)
	store, err := openStore(ctx, options, logger)
	if err != nil {
		return nil, err
	}
	configuration, hosts, err := configure(options.Port, store)
	if err != nil {
		return nil, err
	}
	engine, err := temporal.NewServer(
		temporal.WithConfig(configuration),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts),
		temporal.WithLogger(logger),
		temporal.WithDynamicConfigClient(limits()),
	)
	if err != nil {
		return nil, fmt.Errorf("configuring the Temporal server: %w", err)
	}
	if err := engine.Start(); err != nil {
		return nil, fmt.Errorf("starting the Temporal server: %w", err)
	}
	started := &Server{options: options, temporal: engine}
	if err := registerNamespace(ctx, started.Address()); err != nil {
		return nil, errors.Join(err, engine.Stop())
	}
	if options.UIPort != 0 {
		started.ui = newUI(started.Address(), options.UIPort)
		go func() { _ = started.ui.Start() }() // a port that is taken ends the process with its own message
	}
	return started, nil
}

// Address is where clients connect, host:port.
func (s *Server) Address() string { return address(s.options.Port) }

// Stop ends UI and server in order.
func (s *Server) Stop() error {
	if s.ui != nil {
		s.ui.Stop()
	}
	if err := s.temporal.Stop(); err != nil {
		return fmt.Errorf("stopping the Temporal server: %w", err)
	}
	return nil
}

// newLogger keeps the server's many start-up notes away from the terminal.
func newLogger(verbose bool) serverlog.Logger {
	level := "error"
	if verbose {
		level = "warn"
	}
	return serverlog.NewZapLogger(serverlog.BuildZapLogger(serverlog.Config{Level: level, Format: "console"}))
}

// registerNamespace makes the namespace unless it is there, and returns when it can be described.
func registerNamespace(ctx context.Context, address string) error {
	namespaces, err := client.NewNamespaceClient(client.Options{
		HostPort: address,
		Logger:   log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return fmt.Errorf("connecting to the Temporal server: %w", err)
	}
	defer namespaces.Close()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		err := namespaces.Register(ctx, &workflowservice.RegisterNamespaceRequest{
			Namespace: Namespace, WorkflowExecutionRetentionPeriod: durationpb.New(retention),
		})
		var exists *serviceerror.NamespaceAlreadyExists
		if err == nil || errors.As(err, &exists) {
			return nil
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return fmt.Errorf("registering namespace %s: %w", Namespace, err)
		}
	}
}

// newUI serves the web UI for the server at the address. It has no login: it listens on loopback only.
func newUI(address string, port int) *server.Server {
	return server.NewServer(server_options.WithConfigProvider(&uiconfig.Config{
		TemporalGRPCAddress: address, Host: host, Port: port, EnableUI: true, DefaultNamespace: Namespace,
		HideLogs: true, DisableNewsFetch: true, CORS: uiconfig.CORS{CookieInsecure: true},
	}))
}

// address joins the host with a port.
func address(port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }
