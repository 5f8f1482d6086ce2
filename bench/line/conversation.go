package main

import (
	"bytes"
	"sync/atomic"
	"time"
)

// How much of an answer is searched for the text that tells content.
const headBytes = 4 << 10

// conversation is HTTP/1.1 as it passes on one connection: a call, its answer, the next call.
type conversation struct {
	line    *line
	waiting atomic.Bool
	content atomic.Bool
}

// asked sees what goes up. A call begins with the first bytes after an answer.
func (c *conversation) asked(sent []byte) {
	if !c.waiting.Swap(true) {
		c.line.counts.call(route(sent))
	}
}

// answered sees what is to go down. The server thinks before the first bytes of an answer.
func (c *conversation) answered(answer []byte) {
	if !c.waiting.Swap(false) {
		return
	}
	time.Sleep(c.line.shape.thinking)
	text := c.line.contentText
	// Not the body: a listing names what it lists.
	head, _, _ := bytes.Cut(answer[:min(len(answer), headBytes)], []byte("\r\n\r\n"))
	c.content.Store(len(text) > 0 && bytes.Contains(head, text))
}

func (c *conversation) arrived(n int) {
	if c.content.Load() {
		c.line.counts.content(n)
	}
}

// route is the path that a call names, without the query.
func route(head []byte) string {
	words := bytes.SplitN(head[:min(len(head), headBytes)], []byte(" "), 3)
	if len(words) < 3 {
		return "?"
	}
	path, _, _ := bytes.Cut(words[1], []byte("?"))
	return string(path)
}
