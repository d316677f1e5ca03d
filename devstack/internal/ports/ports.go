// Package ports chooses ports of 127.0.0.1 for servers that are about to start.
package ports

import (
	"fmt"
	"net"
	"strconv"
)

// Free returns a port of 127.0.0.1 that nobody listens on at this moment.
func Free() (int, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer listener.Close() // nothing was sent
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// unused tells whether nobody listens on the port of 127.0.0.1 at this moment.
func unused(port int) bool {
	listener, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

// Choose returns the preferred port of 127.0.0.1 when nobody listens on it at this moment, else one that is free.
func Choose(preferred int) (int, error) {
	if preferred != 0 && unused(preferred) {
		return preferred, nil
	}
	return Free()
}
