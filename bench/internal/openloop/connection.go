package openloop

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// A connection is one HTTP/1.1 connection that carries one request after the other. net/http's client would
// cost several times the CPU, which the server under test then lacks.
type connection struct {
	address string
	key     string
	socket  net.Conn
	reader  *bufio.Reader
	out     []byte
	answer  []byte
}

// patience is how long a request may take altogether.
const patience = 30 * time.Second

// post sends one request and returns status and body; the body is valid until the next call.
func (c *connection) post(path string, body []byte) (int, []byte, error) {
	status, answer, err := c.exchange(path, body)
	if err != nil {
		c.close()
	}
	return status, answer, err
}

func (c *connection) exchange(path string, body []byte) (int, []byte, error) {
	if c.socket == nil {
		socket, err := net.Dial("tcp", c.address)
		if err != nil {
			return 0, nil, fmt.Errorf("connecting: %w", err)
		}
		c.socket, c.reader = socket, bufio.NewReaderSize(socket, 4096)
	}
	if err := c.socket.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, nil, fmt.Errorf("setting the deadline: %w", err)
	}
	c.out = append(c.out[:0], "POST "...)
	c.out = append(c.out, path...)
	c.out = append(c.out, " HTTP/1.1\r\nHost: "...)
	c.out = append(c.out, c.address...)
	c.out = append(c.out, "\r\nAuthorization: Bearer "...)
	c.out = append(c.out, c.key...)
	c.out = append(c.out, "\r\nContent-Type: application/json\r\nContent-Length: "...)
	c.out = strconv.AppendInt(c.out, int64(len(body)), 10)
	c.out = append(c.out, "\r\n\r\n"...)
	c.out = append(c.out, body...)
	if _, err := c.socket.Write(c.out); err != nil {
		return 0, nil, fmt.Errorf("sending: %w", err)
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return 0, nil, fmt.Errorf("reading the answer: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end below
	if c.answer, err = readInto(c.answer[:0], response.Body); err != nil {
		return 0, nil, fmt.Errorf("reading the answer: %w", err)
	}
	if response.Close {
		c.close()
	}
	return response.StatusCode, c.answer, nil
}

func readInto(b []byte, r io.Reader) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

func (c *connection) close() {
	if c.socket != nil {
		_ = c.socket.Close()
		c.socket = nil
	}
}
