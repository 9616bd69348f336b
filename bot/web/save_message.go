package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ersthelfer/bot"
	"ersthelfer/escalation"
)

// Limits of what people send.
const (
	maxText    = 4000 // characters of a message or an answer in a form
	maxWaiting = 50   // messages of one person that the bot has not taken
)

// patience is how long (wall time) an answer to a POST waits for the bot, so that
// without a script the next page shows what the bot says.
const patience = 2 * time.Second

// errMany says that too many messages wait.
var errMany = errors.New("too many messages wait")

// saveMessage takes what a person says: text, id, and perhaps the post in reply
// to which (auf).
func (s *Server) saveMessage(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	text, ok := words(r.PostForm.Get("text"))
	switch {
	case !ok:
		s.refuse(w, r, http.StatusRequestEntityTooLarge, "error.long", "max", maxText)
		return
	case text == "":
		s.done(w, r, base(p.ID)+"/")
		return
	}
	m := s.message(p, r.PostForm.Get("id"))
	m.Text = text
	s.save(w, r, m, func(h *history) (entry, bool) {
		if root := h.entry(r.PostForm.Get("auf")); root != nil {
			m.Root = ref(h.Channel, root.N)
			if root.Thread != "" {
				m.Root = root.Thread
			}
		}
		return entry{Said: &m}, true
	})
}

// words returns text as it is kept, and whether it is short enough.
func words(text string) (string, bool) {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\r\n", "\n")
	text = strings.TrimSpace(norm.NFC.String(text))
	return text, utf8.RuneCountInString(text) <= maxText
}

// message returns a message of a person with the id that the browser made.
func (s *Server) message(p Person, id string) bot.Message {
	return bot.Message{
		ID:     platform + ":" + p.ID + ":" + id,
		From:   p.User,
		In:     escalation.Address{Platform: platform, Channel: p.ID},
		Direct: true,
		At:     s.o.Now(),
	}
}

// save stores a message, once, as the entry that fn makes of it, gives it to the
// bot and answers the request. If fn reports false, what was pressed is not
// there any more.
func (s *Server) save(w http.ResponseWriter, r *http.Request, m bot.Message, fn func(*history) (entry, bool)) {
	if !idPattern.MatchString(m.ID[strings.LastIndexByte(m.ID, ':')+1:]) {
		s.refuse(w, r, http.StatusBadRequest, "error.form")
		return
	}
	rm := s.room(m.In.Channel)
	stale, n := false, 0
	err := s.change(r.Context(), rm, func(h *history) error {
		if old := h.said(m.ID); old != nil {
			n = old.N
			return errUnchanged
		}
		if h.behind() >= maxWaiting {
			return errMany
		}
		e, ok := fn(h)
		if stale = !ok; stale {
			return errUnchanged
		}
		e.At = m.At
		n = h.add(e).N
		return nil
	})
	switch {
	case errors.Is(err, errMany):
		s.refuse(w, r, http.StatusTooManyRequests, "error.many")
		return
	case err != nil && !errors.Is(err, errUnchanged):
		s.fail(w, r, err)
		return
	case stale:
		s.refuse(w, r, http.StatusConflict, "error.stale")
		return
	}
	if s.deliverRoom(rm) {
		s.await(r.Context(), rm, n)
	}
	s.done(w, r, base(m.In.Channel)+"/#ende")
}

// behind returns how many messages the bot has not taken.
func (h *history) behind() int {
	n := 0
	for _, e := range h.Entries {
		if e.Said != nil && !e.Done {
			n++
		}
	}
	return n
}

// await returns when the bot has taken an entry, or when patience ends.
func (s *Server) await(ctx context.Context, rm *room, n int) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	changed, leave := rm.look()
	if changed == nil {
		return
	}
	defer leave()
	for {
		h, err := s.read(ctx, rm.channel)
		if err != nil {
			return
		}
		if e := h.at(n); e == nil || e.Done {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}
