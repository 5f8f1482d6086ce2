package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// parentVariable holds the pid of the process that means to be the parent.
const parentVariable = "CASE_BACKUP_TEST_PARENT"

// dieWithParent has the kernel kill this process when the thread that started it ends, however that happens: a crashed
// or killed test runs no exit handler, and an API server left behind keeps 300 MB. A parent that ended before the
// kernel was told is found by its pid.
func dieWithParent() {
	_ = unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0)
	parent, err := strconv.Atoi(os.Getenv(parentVariable))
	if err == nil && parent != os.Getppid() {
		os.Exit(1)
	}
}
