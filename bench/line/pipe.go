package main

import (
	"sync"
	"time"
)

// Whoever comes late to a pipe that was free may catch up on so much time, as the sleeps of a busy machine are too long.
const burst = 5 * time.Millisecond

// pipe lets bytes pass at a rate, in the order in which they came.
type pipe struct {
	mu             sync.Mutex
	bytesPerSecond float64
	free           time.Time
}

// pass gives n bytes their place and says when the last of them has left.
func (p *pipe) pass(n int) time.Time {
	now := time.Now()
	if p.bytesPerSecond == 0 {
		return now
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	from := now.Add(-burst)
	if p.free.After(from) {
		from = p.free
	}
	p.free = from.Add(time.Duration(float64(n) / p.bytesPerSecond * float64(time.Second)))
	return p.free
}
