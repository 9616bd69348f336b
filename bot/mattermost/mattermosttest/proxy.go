package mattermosttest

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// A Proxy stands between the bot and a server, fake or real, and can cut what is
// open.
type Proxy struct {
	URL   string
	mu    sync.Mutex
	conns map[net.Conn]bool
}

// NewProxy returns a proxy before the server with the address, until the test ends.
func NewProxy(tb testing.TB, server string) *Proxy {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &Proxy{URL: "http://" + l.Addr().String(), conns: map[net.Conn]bool{}}
	tb.Cleanup(func() { l.Close(); p.Cut() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c, strings.TrimPrefix(server, "http://"))
		}
	}()
	return p
}

func (p *Proxy) serve(c net.Conn, server string) {
	up, err := net.Dial("tcp", server)
	if err != nil {
		c.Close()
		return
	}
	p.mu.Lock()
	p.conns[c], p.conns[up] = true, true
	p.mu.Unlock()
	done := make(chan struct{}, 2)
	pipe := func(a, b net.Conn) {
		_, _ = io.Copy(a, b)
		done <- struct{}{}
	}
	go pipe(c, up)
	go pipe(up, c)
	<-done
	c.Close()
	up.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	delete(p.conns, up)
}

// Cut ends every connection, wherever it is in whatever it is saying.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}
