package mattermost_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// A proxy stands between the bot and the server and can cut what is open.
type proxy struct {
	url   string
	mu    sync.Mutex
	conns map[net.Conn]bool
}

func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{url: "http://" + l.Addr().String(), conns: map[net.Conn]bool{}}
	t.Cleanup(func() { l.Close(); p.cut() })
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

func (p *proxy) serve(c net.Conn, server string) {
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

// cut ends every connection, wherever it is in whatever it is saying.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}
