package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Wall times of a stream.
const (
	streamWrite = 10 * time.Second // for a window to take what it is sent
	streamLook  = time.Second      // between two looks at the clock
	streamBeat  = 15 * time.Second // between two signs of life
)

// A stream keeps one window up to date.
type stream struct {
	s       *Server
	p       Person
	v       voice
	w       http.ResponseWriter
	control *http.ResponseController
	rev     int // the revision that the window has
	clock   string
	panel   string
}

// showLive keeps a window up to date: it sends the entries that are new or
// changed since the revision the window has (seit, or the event it saw last),
// and then whatever changes, until the window goes away. With ?einmal it ends
// once the window is up to date.
func (s *Server) showLive(w http.ResponseWriter, r *http.Request, p Person) {
	changed, leave := s.room(p.ID).look()
	if changed == nil {
		w.Header().Set("Retry-After", "30")
		s.refuse(w, r, http.StatusServiceUnavailable, "error.many")
		return
	}
	defer leave()
	since := r.Header.Get("Last-Event-ID")
	if since == "" {
		since = r.URL.Query().Get("seit")
	}
	rev, _ := strconv.Atoi(since)
	st := &stream{s: s, p: p, v: s.voiceOf(p.Locale), w: w, control: http.NewResponseController(w), rev: rev}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx must not hold events back
	// The server's time for a whole request does not hold for a stream.
	_ = st.control.SetReadDeadline(time.Time{})
	if err := st.catchUp(r); err != nil || r.URL.Query().Has("einmal") {
		return
	}
	st.follow(r, changed)
}

// follow sends what changes, until the window or the server goes away.
func (st *stream) follow(r *http.Request, changed <-chan struct{}) {
	look, beat := time.NewTicker(streamLook), time.NewTicker(streamBeat)
	defer look.Stop()
	defer beat.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return
		case <-st.s.closing:
			return
		case <-changed:
			err = st.catchUp(r)
		case <-look.C:
			err = st.sendClock()
		case <-beat.C:
			if err = st.sendPanel(r); err == nil {
				err = st.write(": \n\n")
			}
		}
		if err != nil {
			return
		}
	}
}

// catchUp sends everything that the window does not have.
func (st *stream) catchUp(r *http.Request) error {
	h, err := st.s.read(r.Context(), st.p.ID)
	if err != nil {
		return err
	}
	if st.rev > h.Rev {
		return st.send("reload", h.Rev, nil) // another store than the page came from
	}
	for i := range h.Entries {
		e := &h.Entries[i]
		if e.Rev <= st.rev {
			continue
		}
		html, err := part("entry", st.s.entryView(st.v, st.p, h, e))
		if err != nil {
			return err
		}
		// Entries come in the order of their numbers, not of their revisions: only
		// the last may tell the window how far it is.
		if err := st.send("entry", 0, map[string]any{"n": e.N, "html": html}); err != nil {
			return err
		}
	}
	st.rev = h.Rev
	if err := st.send("rev", h.Rev, h.Rev); err != nil {
		return err
	}
	if err := st.sendClock(); err != nil {
		return err
	}
	return st.sendPanel(r)
}

// sendClock sends the demonstration's time if it shows another one.
func (st *stream) sendClock() error {
	if st.s.o.Clock == nil {
		return nil
	}
	c := st.s.clockView(st.v, base(st.p.ID))
	if c.Text == st.clock {
		return nil
	}
	st.clock = c.Text
	return st.send("clock", 0, map[string]string{"text": c.Text, "at": c.At})
}

// sendPanel sends the tickets if they are not the same any more.
func (st *stream) sendPanel(r *http.Request) error {
	panel, err := st.s.panelView(r.Context(), st.p)
	if err != nil || panel == nil {
		return err
	}
	html, err := part("panel", panel)
	if err != nil || html == st.panel {
		return err
	}
	st.panel = html
	return st.send("panel", 0, map[string]string{"html": html})
}

// send writes an event; rev 0 does not tell the window how far it is.
func (st *stream) send(event string, rev int, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	id := ""
	if rev > 0 {
		id = fmt.Sprintf("id: %d\n", rev)
	}
	return st.write(fmt.Sprintf("event: %s\n%sdata: %s\n\n", event, id, body))
}

// write gives up on a window that does not take what it is sent.
func (st *stream) write(text string) error {
	_ = st.control.SetWriteDeadline(time.Now().Add(streamWrite))
	if _, err := st.w.Write([]byte(text)); err != nil {
		return err
	}
	return st.control.Flush()
}
