// Package announce is the line in which the devstack command tells its parent where its servers are.
package announce

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Addresses are the servers of one devstack command.
type Addresses struct {
	// Database is the connection string of the database engaged, "" when the command runs no Postgres.
	Database string `json:"database_url,omitempty"`
	// Temporal is host:port of the frontend.
	Temporal string `json:"temporal_address"`
	// UI is the URL of Temporal's web UI, "" without one.
	UI string `json:"temporal_ui,omitempty"`
}

// Write writes the line.
func Write(output io.Writer, addresses Addresses) error {
	return json.NewEncoder(output).Encode(addresses)
}

// Await reads the line. It fails when the pipe ends before, because the command ended, or when ctx is done.
func Await(ctx context.Context, pipe *os.File) (Addresses, error) {
	stop := context.AfterFunc(ctx, func() { _ = pipe.SetReadDeadline(time.Now()) })
	defer stop()
	var addresses Addresses
	line, err := bufio.NewReader(pipe).ReadBytes('\n')
	if err != nil {
		return addresses, errors.Join(ctx.Err(), fmt.Errorf("waiting for the servers: %w", err))
	}
	if err := json.Unmarshal(line, &addresses); err != nil {
		return addresses, fmt.Errorf("reading the servers' addresses: %w", err)
	}
	return addresses, nil
}
