//go:build !linux

package proc

import "syscall"

// signalOnParentDeath does nothing where the kernel has no such signal: there the guard alone ends the child.
func signalOnParentDeath(*syscall.SysProcAttr, syscall.Signal) {}
