package main

import (
	"sync"
	"time"
)

const (
	turnBytes    = 64 << 10
	firstWindow  = 10 * 1460
	widestWindow = 16 << 20
)

// window is what one connection may have under way in one direction: slow start, without loss.
type window struct {
	mu       sync.Mutex
	room     sync.Cond
	size     int
	underWay int
	used     time.Time
	idle     time.Duration
}

func newWindow(idle time.Duration) *window {
	w := &window{size: firstWindow, used: time.Now(), idle: idle}
	w.room.L = &w.mu
	return w
}

// begin resets a window that was not used for a while.
func (w *window) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.underWay == 0 && time.Since(w.used) > w.idle {
		w.size = firstWindow
	}
}

// take waits for room and takes as much of n bytes as may go, at least one.
func (w *window) take(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.underWay >= w.size {
		w.room.Wait()
	}
	n = min(n, w.size-w.underWay)
	w.underWay += n
	w.used = time.Now()
	return n
}

func (w *window) acknowledged(n int) {
	w.mu.Lock()
	w.underWay -= n
	w.size = min(w.size+n, widestWindow)
	w.mu.Unlock()
	w.room.Signal()
}
