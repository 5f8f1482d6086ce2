package main

import "golang.org/x/sys/unix"

// dieWithParent has the kernel kill this process when the test that started it ends, however that ends: a crashed or
// killed test runs no exit handler, and an API server left behind keeps 300 MB. Must run on the main thread, before
// another one may have been born.
func dieWithParent() {
	_ = unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0)
}
