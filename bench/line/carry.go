package main

import (
	"io"
	"net"
	"sync"
	"time"
)

// carrier moves the bytes of one connection in one direction.
type carrier struct {
	shape  *shape
	shared *meter
	own    *pipe
	// Looks at what is to go before it goes.
	look func([]byte)
	// Is told how much has arrived.
	arrived func(n int)
}

// parcel is a piece that is under way; it reaches its end when it is due.
type parcel struct {
	bytes []byte
	due   time.Time
	// Given back with the last piece of what it holds.
	buffer *[]byte
}

type acknowledgement struct {
	n   int
	due time.Time
}

var buffers = sync.Pool{New: func() any { b := make([]byte, turnBytes); return &b }}

// More than fit into the widest window; whatever is smaller waits for its answer.
const mostParcels = 4096

func (c *carrier) carry(from io.Reader, to io.Writer, giveUp, end func()) {
	w := newWindow(c.shape.idle)
	travelling := make(chan parcel, mostParcels)
	var arrival sync.WaitGroup
	arrival.Go(func() {
		c.deliver(w, to, travelling, giveUp)
		end()
	})
	for {
		buffer := buffers.Get().(*[]byte)
		n, err := from.Read(*buffer)
		if n > 0 {
			c.look((*buffer)[:n])
			c.send(w, buffer, n, travelling)
		} else {
			buffers.Put(buffer)
		}
		if err != nil {
			break
		}
	}
	close(travelling)
	arrival.Wait()
}

// send puts the first n bytes of a buffer on their way, in as many pieces as the window wants.
func (c *carrier) send(w *window, buffer *[]byte, n int, travelling chan<- parcel) {
	w.begin()
	for at := 0; at < n; {
		part := w.take(n - at)
		time.Sleep(time.Until(c.own.pass(part)))
		left := c.shared.pass(part)
		p := parcel{bytes: (*buffer)[at : at+part], due: left.Add(c.shape.roundTrip / 2)}
		at += part
		if at == n {
			p.buffer = buffer
		}
		travelling <- p
		time.Sleep(time.Until(left))
	}
}

// deliver hands over what is due, and lets the other end hear of it half a round trip later.
func (c *carrier) deliver(w *window, to io.Writer, travelling <-chan parcel, giveUp func()) {
	acknowledging := make(chan acknowledgement, mostParcels)
	defer close(acknowledging)
	go func() {
		for a := range acknowledging {
			time.Sleep(time.Until(a.due))
			w.acknowledged(a.n)
		}
	}()
	failed := false
	for p := range travelling {
		time.Sleep(time.Until(p.due))
		n := len(p.bytes)
		if !failed {
			if _, err := to.Write(p.bytes); err != nil {
				failed = true
				giveUp()
			}
			c.arrived(n)
		}
		if p.buffer != nil {
			buffers.Put(p.buffer)
		}
		acknowledging <- acknowledgement{n, time.Now().Add(c.shape.roundTrip / 2)}
	}
}

// join carries both ways until both sides have ended.
func (l *line) join(client net.Conn, endClient func()) {
	defer client.Close()
	dialled, err := net.Dial("tcp", l.target)
	if err != nil {
		return
	}
	defer dialled.Close()
	server := dialled.(*net.TCPConn)
	server.SetReadBuffer(socketBytes)
	talk := &conversation{line: l}
	own := func() *pipe { return &pipe{bytesPerSecond: l.shape.connectionBytesPerSecond} }
	up := carrier{shape: &l.shape, shared: l.up, own: own(), look: talk.asked, arrived: func(int) {}}
	down := carrier{shape: &l.shape, shared: l.down, own: own(), look: talk.answered, arrived: talk.arrived}
	var both sync.WaitGroup
	both.Go(func() { up.carry(client, server, func() { client.Close() }, func() { server.CloseWrite() }) })
	both.Go(func() { down.carry(server, client, func() { server.Close() }, endClient) })
	both.Wait()
}
