package web

import (
	"net/http"
	"strconv"
	"strings"
)

// A chatPage is a person's conversation, or an old part of it.
type chatPage struct {
	page
	Rev     int // the revision that is shown
	Entries []entryView
	Old     bool   // an old part: nothing can be said here
	Older   string // the addresses of the parts before and after; empty: there are none
	Newer   string
	Panel   *panelView
	MsgID   string
	Max     int
	Reply   *entryView // the post that is answered, where there is no script
}

// showChat shows the person's conversation; ?teil=N an old part of it and
// ?antwort=N the conversation with an answer begun to post N.
func (s *Server) showChat(w http.ResponseWriter, r *http.Request, p Person) {
	h, err := s.read(r.Context(), p.ID)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	data := chatPage{page: s.personPage(p, "chat.title", "/"), Rev: h.Rev, MsgID: newID(), Max: maxText}
	entries := h.Entries
	if part := r.URL.Query().Get("teil"); part != "" {
		if entries, err = s.oldPart(r, p, part); err != nil {
			s.fail(w, r, err)
			return
		}
		if entries == nil {
			s.notFound(w, r)
			return
		}
		data.Old = true
	}
	if data.Live = !data.Old; data.Live {
		data.Script = assetPath("chat.js")
	}
	data.Older, data.Newer = partLinks(data.Base, h, entries, data.Old)
	for i := range entries {
		v := s.entryView(data.voice, p, h, &entries[i])
		v.Old = data.Old
		data.Entries = append(data.Entries, v)
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("antwort")); err == nil && h.at(n) != nil && !data.Old {
		v := s.entryView(data.voice, p, h, h.at(n))
		data.Reply = &v
	}
	if data.Panel, err = s.panelView(r.Context(), p); err != nil {
		s.fail(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, chatTemplate, data)
}

// oldPart returns the entries of the part with the number, nil if there is none.
func (s *Server) oldPart(r *http.Request, p Person, part string) ([]entry, error) {
	n, err := strconv.Atoi(part)
	if err != nil || n < 0 {
		return nil, nil
	}
	return s.moved(r.Context(), p.ID, n*chunk+1)
}

// partLinks returns the addresses of the parts before and after the entries shown.
func partLinks(base string, h *history, shown []entry, old bool) (older, newer string) {
	if h.Moved == 0 || len(shown) == 0 {
		return "", ""
	}
	part := (shown[0].N - 1) / chunk
	link := func(part int) string { return base + "/?teil=" + strconv.Itoa(part) }
	if part > 0 {
		older = link(part - 1)
	}
	switch {
	case old && part+1 < h.Moved/chunk:
		newer = link(part + 1)
	case old:
		newer = base + "/"
	}
	return older, newer
}

// initials returns the first letters of a name, for its picture.
func initials(name string) string {
	out := ""
	for i, word := range strings.Fields(name) {
		if i < 2 {
			out += string([]rune(word)[:1])
		}
	}
	return out
}
