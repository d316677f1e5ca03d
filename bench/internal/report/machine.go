package report

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Here describes this machine; what cannot be found out stays empty.
func Here() Machine {
	m := Machine{CPUs: runtime.NumCPU(), Go: runtime.Version()}
	m.Kernel = strings.TrimSpace(read("/proc/sys/kernel/osrelease"))
	m.Load, _, _ = strings.Cut(read("/proc/loadavg"), " ")
	m.Model = field(read("/proc/cpuinfo"), "model name")
	if kilobytes, _, ok := strings.Cut(field(read("/proc/meminfo"), "MemTotal"), " "); ok {
		n, _ := strconv.ParseFloat(kilobytes, 64) // the kernel writes a number here
		m.Memory = n / (1 << 20)
	}
	return m
}

func read(path string) string {
	content, _ := os.ReadFile(path) // an empty field says that it is unknown
	return string(content)
}

// field returns the value of the first line "name : value".
func field(content, name string) string {
	for line := range strings.Lines(content) {
		key, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
