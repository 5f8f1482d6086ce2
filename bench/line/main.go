// line stands between clients and the Dropbox emulator, on loopback only, and behaves like a line of a given length and
// width. Clients reach it by CONNECT (HTTPS_PROXY), whatever host they ask for. TLS ends here, so that the emulator's one
// thread need not encrypt; what is counted and shaped are the bytes within TLS.
//
// Between the end of TLS and the emulator's plain port every byte passes
//   - the pipe of its direction, which all connections share in turns of 64 KiB,
//   - the pipe of its connection,
//   - half of a round trip,
//   - a window, which begins with ten segments, grows by what was acknowledged, and begins again after a pause.
//
// A new connection waits one round trip for TCP and one for TLS 1.3; the first byte of an answer waits for as long as the
// server thinks. Rates and times of 0 shape nothing.
//
// It says in one line of JSON where it listens. When its standard input ends, it says in another what it saw, and ends.
package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net"
	"os"
	"time"
)

// shape is what a line is like.
type shape struct {
	roundTrip      time.Duration
	thinking       time.Duration
	bytesPerSecond float64
	// Of one connection.
	connectionBytesPerSecond float64
	// A window that was not used for so long begins again; in slow motion longer.
	idle time.Duration
}

func main() {
	var s shape
	target := flag.String("target", "", "the emulator's plain HTTP `address`")
	certificate := flag.String("cert", "", "PEM `file`")
	key := flag.String("key", "", "PEM `file`")
	content := flag.String("content", "", "answers whose head has this `text` are content")
	flag.DurationVar(&s.roundTrip, "rtt", 0, "round trip")
	flag.DurationVar(&s.thinking, "thinking", 0, "of the server, before each answer")
	flag.Float64Var(&s.bytesPerSecond, "rate", 0, "bytes a second each way, all connections together")
	flag.Float64Var(&s.connectionBytesPerSecond, "connection-rate", 0, "bytes a second each way of one connection")
	flag.DurationVar(&s.idle, "idle", time.Second, "after which a connection starts slowly again")
	flag.Parse()

	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	l := newLine(s, *target, pair, *content)
	out := json.NewEncoder(os.Stdout)
	out.Encode(map[string]int{"port": listener.Addr().(*net.TCPAddr).Port})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		out.Encode(l.seen())
		os.Exit(0)
	}()
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go l.serve(client.(*net.TCPConn))
	}
}
