package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/escalation"
)

// A window is an open event stream.
type window struct {
	lines *bufio.Scanner
}

// An event is what the server sent.
type event struct{ name, id, data string }

// openWindow opens a person's stream from a revision on.
func openWindow(t *testing.T, pages, person string, since int) *window {
	t.Helper()
	r, err := http.Get(fmt.Sprintf("%s/als/%s/live?seit=%d", pages, person, since))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Body.Close() })
	if got := r.Header.Get("Content-Type"); r.StatusCode != http.StatusOK || got != "text/event-stream" {
		t.Fatalf("stream: %s, %s", r.Status, got)
	}
	return &window{bufio.NewScanner(r.Body)}
}

// next returns the next event of a kind.
func (w *window) next(t *testing.T, name string) event {
	t.Helper()
	var e event
	for w.lines.Scan() {
		key, value, _ := strings.Cut(w.lines.Text(), ": ")
		switch key {
		case "event":
			e = event{name: value}
		case "id":
			e.id = value
		case "data":
			e.data = value
		case "":
			if e.name == name {
				return e
			}
		}
	}
	t.Fatalf("the stream ended before an event %q: %v", name, w.lines.Err())
	return event{}
}

func TestWindowsAreLive(t *testing.T) {
	s, pages := newServer(t, Options{Demo: true})
	running(t, s, func(context.Context, bot.Message) (bot.Receipt, error) { return bot.Receipt{}, nil })
	ref := sendTo(t, s, "anna", offer)
	one, two := openWindow(t, pages, "anna", 0), openWindow(t, pages, "anna", 1)
	if e := one.next(t, "entry"); !strings.Contains(e.data, "Hat das geholfen?") || e.id != "" {
		t.Errorf("the first window got %+v", e)
	}
	one.next(t, "rev")
	two.next(t, "rev")
	(&visitor{person: "anna", pages: pages}).says(t, "<b>nein</b>")
	for _, w := range []*window{one, two} {
		var got struct {
			N    int
			HTML string
		}
		e := w.next(t, "entry")
		if err := json.Unmarshal([]byte(e.data), &got); err != nil {
			t.Fatal(err)
		}
		if got.N != 2 || !strings.Contains(got.HTML, "&lt;b&gt;nein&lt;/b&gt;") {
			t.Errorf("the window got %+v", got)
		}
	}
	if err := s.Edit(t.Context(), ref, bot.Post{Body: bot.Plain("Schade.")}); err != nil {
		t.Fatal(err)
	}
	for _, w := range []*window{one, two} {
		for e := w.next(t, "entry"); !strings.Contains(e.data, "Schade."); e = w.next(t, "entry") {
			if strings.Contains(e.data, `"n":1,`) {
				t.Errorf("post 1 came as %s", e.data)
			}
		}
	}
}

// A window that lost its connection gets what it missed, in order, and nothing else.
func TestWindowCatchesUp(t *testing.T) {
	s, pages := newServer(t, Options{Demo: true})
	for i := range 5 {
		sendTo(t, s, "anna", bot.Post{Key: fmt.Sprint(i), Body: bot.Plain(fmt.Sprint("Post ", i))})
	}
	r, err := http.NewRequest(http.MethodGet, pages+"/als/anna/live?seit=0&einmal", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Last-Event-ID", "3")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	w := &window{bufio.NewScanner(answer.Body)}
	for _, want := range []string{"Post 3", "Post 4"} {
		if e := w.next(t, "entry"); !strings.Contains(e.data, want) {
			t.Errorf("got %s, want %q", e.data, want)
		}
	}
	if e := w.next(t, "rev"); e.id != "5" {
		t.Errorf("the window is told that it is at %q, want 5", e.id)
	}
	if e := openWindow(t, pages, "ben", 17).next(t, "reload"); e.data != "null" {
		t.Errorf("a window of another store is told %+v", e)
	}
}

func TestClockAndTicketsAreLive(t *testing.T) {
	var hours atomic.Int64
	_, pages := newServer(t, Options{Demo: true,
		Clock: &Clock{
			Now:     func() time.Time { return monday.Add(time.Duration(hours.Load()) * time.Hour) },
			Advance: func(_ context.Context, d time.Duration) error { hours.Add(int64(d / time.Hour)); return nil },
			Next:    func(context.Context) error { hours.Add(2); return nil },
		},
		Tickets: func(context.Context, string) (Tickets, error) {
			return Tickets{Mine: []Ticket{{ID: 412 + escalation.ID(hours.Load()), Title: "Beamer <b>", Status: "new", Due: monday}}}, nil
		},
	})
	w := openWindow(t, pages, "anna", 0)
	if e := w.next(t, "clock"); !strings.Contains(e.data, "Montag, 23. November 2026, 10:40 Uhr") {
		t.Errorf("the clock shows %s", e.data)
	}
	if e := w.next(t, "panel"); !strings.Contains(e.data, "Ticket 412") || strings.Contains(e.data, `\u003cb\u003e`) {
		t.Errorf("the tickets show %s", e.data)
	}
	anna := &visitor{person: "anna", pages: pages}
	for _, test := range []struct{ step, clock, ticket string }{
		{"1d", "Dienstag, 24. November 2026, 10:40 Uhr", "Ticket 436"},
		{"1h", "Dienstag, 24. November 2026, 11:40 Uhr", "Ticket 437"},
		{"next", "Dienstag, 24. November 2026, 13:40 Uhr", "Ticket 439"},
	} {
		if status, _ := anna.post(t, "/uhr", url.Values{"um": {test.step}}); status != http.StatusSeeOther {
			t.Errorf("%s: %d", test.step, status)
		}
		if e := w.next(t, "clock"); !strings.Contains(e.data, test.clock) {
			t.Errorf("after %s the clock shows %s", test.step, e.data)
		}
		if e := w.next(t, "panel"); !strings.Contains(e.data, test.ticket) {
			t.Errorf("after %s the tickets show %s", test.step, e.data)
		}
	}
}

func TestTooManyWindows(t *testing.T) {
	s, pages := newServer(t, Options{Demo: true})
	for range maxStreams {
		openWindow(t, pages, "anna", 0).next(t, "rev")
	}
	if w := ask(s, "/als/anna/live", "", nil); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("one window more: %d", w.Code)
	}
	openWindow(t, pages, "ben", 0).next(t, "rev")
}

// A window that takes nothing is given up, and so is one of a server that stops.
func TestSlowWindowIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Demo: true, Store: new(bottest.Memory), People: people})
		hs := s.HTTPServer()
		l := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
		go func() { _ = hs.Serve(l) }()
		client, server := net.Pipe()
		l.conns <- server
		if _, err := fmt.Fprint(client, "GET /als/anna/live HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		streams := func() int {
			rm := s.room("anna")
			rm.mu.Lock()
			defer rm.mu.Unlock()
			return len(rm.streams)
		}
		synctest.Wait()
		if streams() != 1 {
			t.Errorf("%d streams are open, want 1", streams())
		}
		time.Sleep(streamWrite + time.Second) // in the bubble's time; nothing is read from client
		synctest.Wait()
		if streams() != 0 {
			t.Error("the slow window still holds a stream")
		}
		_ = client.Close()
		_ = hs.Close()
		_ = l.Close()
	})
}

func TestStreamsEndWithTheServer(t *testing.T) {
	s, pages := newServer(t, Options{Demo: true})
	w := openWindow(t, pages, "anna", 0)
	w.next(t, "rev")
	s.close()
	for w.lines.Scan() { // ends
		continue
	}
}

// A pipeListener accepts what is sent to it.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// Without a script the next page shows what the bot says to what was sent.
func TestAnswerWaitsForTheBot(t *testing.T) {
	s, pages := newServer(t, Options{Demo: true})
	running(t, s, func(ctx context.Context, m bot.Message) (bot.Receipt, error) {
		_, err := s.Send(ctx, bot.Post{Key: m.ID, To: m.In, Body: bot.Quoted(m.Text)})
		return bot.Receipt{}, err
	})
	r, err := http.PostForm(pages+"/als/anna/nachricht", url.Values{"id": {"nachricht-1"}, "text": {"Beamer"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if got := seen(parseHTML(t, r.Body)); len(got) != 1 || got[0].Text != "Beamer" {
		t.Errorf("the page after sending shows %+v", got)
	}
}
