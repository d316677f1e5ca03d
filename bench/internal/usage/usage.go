package usage

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Role is one part of the stack.
type Role string

// The roles that are accounted for.
const (
	Postgres Role = "postgres"
	Temporal Role = "temporal"
	// Engine is `engaged serve`, or the worker of the naive peer.
	Engine Role = "engine"
	// API is `engaged api` where it is a process of its own; Engine is then `engaged worker`.
	API Role = "api"
	// Driver is this process: the load, and for the naive peer the sending of its signals.
	Driver Role = "driver"
)

// Processes names the process at the root of each role.
type Processes map[Role]int

// A Sample is what has been spent up to now.
type Sample struct {
	// At is when the sample was taken.
	At time.Time
	// CPU is user and system time, ended children included.
	CPU map[Role]time.Duration
	// Resident is the memory resident now, in bytes. Pages that processes share count for each of them.
	Resident map[Role]int64
}

// tick is USER_HZ, which Linux fixes at 100 a second for /proc.
const tick = 10 * time.Millisecond

// process is one line of /proc/<pid>/stat.
type process struct {
	pid, parent int
	command     string
	cpu         time.Duration
	resident    int64
}

// Take reads /proc. A role's figure is that of its process and of all that descend from it; Driver is this
// process alone.
func (p Processes) Take() (Sample, error) {
	all, err := processes()
	if err != nil {
		return Sample{}, err
	}
	children := map[int][]int{}
	for _, one := range all {
		children[one.parent] = append(children[one.parent], one.pid)
	}
	s := Sample{At: time.Now(), CPU: map[Role]time.Duration{}, Resident: map[Role]int64{}}
	for role, root := range p {
		tree := []int{root}
		for i := 0; i < len(tree); i++ {
			one := all[tree[i]]
			s.CPU[role] += one.cpu
			s.Resident[role] += one.resident
			tree = append(tree, children[tree[i]]...)
		}
	}
	if s.CPU[Driver], err = own(); err != nil {
		return Sample{}, err
	}
	s.Resident[Driver] = all[os.Getpid()].resident
	return s, nil
}

// own is the CPU time of this process without its children, which have roles of their own.
func own() (time.Duration, error) {
	content, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0, fmt.Errorf("reading own usage: %w", err)
	}
	fields, _, ok := split(content)
	if !ok {
		return 0, fmt.Errorf("unexpected content of /proc/self/stat: %q", content)
	}
	return ticks(fields[11]) + ticks(fields[12]), nil
}

func processes() (map[int]process, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	all := make(map[int]process, len(paths))
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		fields, pid, ok := split(content)
		if !ok {
			continue
		}
		one := process{pid: pid, parent: number(fields[1]), command: command(content), resident: int64(number(fields[21])) * int64(os.Getpagesize())}
		for _, field := range fields[11:15] { // utime, stime, and those of children that have ended
			one.cpu += ticks(field)
		}
		all[pid] = one
	}
	return all, nil
}

// split returns the fields from the state on: the name before may hold spaces and parentheses.
func split(content []byte) (fields [][]byte, pid int, ok bool) {
	open, end := bytes.IndexByte(content, '('), bytes.LastIndexByte(content, ')')
	if open < 0 || end < 0 {
		return nil, 0, false
	}
	fields = bytes.Fields(content[end+1:])
	return fields, number(bytes.TrimSpace(content[:open])), len(fields) > 21
}

// command returns the name in parentheses, which the kernel cuts off at 15 bytes.
func command(content []byte) string {
	return string(content[bytes.IndexByte(content, '(')+1 : bytes.LastIndexByte(content, ')')])
}

// Children returns the names of the processes that this process has started.
func Children() (map[int]string, error) {
	all, err := processes()
	if err != nil {
		return nil, err
	}
	children := map[int]string{}
	for _, one := range all {
		if one.parent == os.Getpid() {
			children[one.pid] = one.command
		}
	}
	return children, nil
}

func number(field []byte) int {
	n, _ := strconv.Atoi(string(field)) // the kernel writes numbers here
	return n
}

func ticks(field []byte) time.Duration { return time.Duration(number(field)) * tick }

// Spent is what was spent between two samples.
type Spent struct {
	// Seconds is the time between the samples.
	Seconds float64 `json:"seconds"`
	// CPU is CPU seconds by role.
	CPU map[Role]float64 `json:"cpu_seconds"`
	// Server is the CPU seconds of all roles but the driver.
	Server float64 `json:"server_cpu_seconds"`
}

// Since returns what was spent after an earlier sample.
func (s Sample) Since(earlier Sample) Spent {
	spent := Spent{Seconds: s.At.Sub(earlier.At).Seconds(), CPU: map[Role]float64{}}
	for role, now := range s.CPU {
		used := (now - earlier.CPU[role]).Seconds()
		spent.CPU[role] = used
		if role != Driver {
			spent.Server += used
		}
	}
	return spent
}
