package main

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"time"
)

// What a kernel holds for a reader; more would let an upload look sent that has only been buffered.
const socketBytes = 512 << 10

type line struct {
	shape       shape
	target      string
	tls         *tls.Config
	contentText []byte
	up, down    *meter
	counts      counts
}

func newLine(s shape, target string, pair tls.Certificate, content string) *line {
	now := time.Now()
	way := func() *meter { return &meter{pipe: pipe{bytesPerSecond: s.bytesPerSecond}, started: now} }
	return &line{
		shape:       s,
		target:      target,
		tls:         &tls.Config{Certificates: []tls.Certificate{pair}, DynamicRecordSizingDisabled: true},
		contentText: []byte(content),
		up:          way(),
		down:        way(),
		counts:      counts{started: now, calls: map[string]int{}},
	}
}

// buffered is a connection of which the first bytes were read already.
type buffered struct {
	net.Conn
	reader *bufio.Reader
}

func (b buffered) Read(into []byte) (int, error) { return b.reader.Read(into) }

// serve answers one CONNECT, and then is the host that was asked for.
func (l *line) serve(client *net.TCPConn) {
	client.SetReadBuffer(socketBytes)
	reader := bufio.NewReaderSize(client, turnBytes)
	request, err := http.ReadRequest(reader)
	if err != nil || request.Method != http.MethodConnect {
		client.Close()
		return
	}
	l.counts.connection()
	time.Sleep(l.shape.roundTrip) // TCP
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		client.Close()
		return
	}
	secured := tls.Server(buffered{client, reader}, l.tls)
	if _, err := reader.Peek(1); err != nil {
		client.Close()
		return
	}
	time.Sleep(l.shape.roundTrip) // TLS 1.3
	if err := secured.Handshake(); err != nil {
		client.Close()
		return
	}
	l.join(secured, func() { secured.CloseWrite() })
}
