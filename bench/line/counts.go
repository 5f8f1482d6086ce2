package main

import (
	"sync"
	"time"
)

const bucket = 100 * time.Millisecond

// meter is a pipe that counts what passes it.
type meter struct {
	pipe
	started time.Time
	counted sync.Mutex
	bytes   int64
	series  []int64
}

func (m *meter) pass(n int) time.Time {
	left := m.pipe.pass(n)
	m.counted.Lock()
	defer m.counted.Unlock()
	m.bytes += int64(n)
	at := max(0, int(left.Sub(m.started)/bucket))
	for len(m.series) <= at {
		m.series = append(m.series, 0)
	}
	m.series[at] += int64(n)
	return left
}

func (m *meter) seen() map[string]any {
	m.counted.Lock()
	defer m.counted.Unlock()
	return map[string]any{"bytes": m.bytes, "series": m.series}
}

// counts is what all connections have in common.
type counts struct {
	mu           sync.Mutex
	started      time.Time
	connections  int
	calls        map[string]int
	contentBytes int64
	contentFrom  time.Time
	contentTo    time.Time
}

func (c *counts) connection() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.connections++
}

func (c *counts) call(route string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[route]++
}

func (c *counts) content(n int) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.contentBytes == 0 {
		c.contentFrom = now
	}
	c.contentBytes += int64(n)
	c.contentTo = now
}

func (l *line) seen() map[string]any {
	c := &l.counts
	c.mu.Lock()
	defer c.mu.Unlock()
	content := map[string]any{"bytes": c.contentBytes}
	if c.contentBytes > 0 {
		content["fromMs"] = c.contentFrom.Sub(c.started).Milliseconds()
		content["toMs"] = c.contentTo.Sub(c.started).Milliseconds()
	}
	return map[string]any{
		"connections": c.connections, "calls": c.calls, "content": content,
		"up": l.up.seen(), "down": l.down.seen(), "bucketMs": bucket.Milliseconds(),
	}
}
