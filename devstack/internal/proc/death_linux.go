package proc

import "syscall"

// signalOnParentDeath asks the kernel to signal the child when the thread that forked it ends.
func signalOnParentDeath(attributes *syscall.SysProcAttr, signal syscall.Signal) {
	attributes.Pdeathsig = signal
}
