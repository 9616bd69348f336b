package web

import (
	"net/http"
	"slices"

	"ersthelfer/bot"
)

// fieldPrefix stands before the names of a form's fields.
const fieldPrefix = "feld-"

// saveChoice takes a pressed choice, or a form that was filled in: id, the post
// (auf), the choice or form (wahl), and the fields.
func (s *Server) saveChoice(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	for name := range r.PostForm {
		text, ok := words(r.PostForm.Get(name))
		if !ok {
			s.refuse(w, r, http.StatusRequestEntityTooLarge, "error.long", "max", maxText)
			return
		}
		r.PostForm.Set(name, text)
	}
	m := s.message(p, r.PostForm.Get("id"))
	s.save(w, r, m, func(h *history) (entry, bool) {
		post := h.entry(r.PostForm.Get("auf"))
		if post == nil {
			return entry{}, false
		}
		m.Post, m.Choice, m.Root = ref(h.Channel, post.N), r.PostForm.Get("wahl"), post.Thread
		if r.PostForm.Has("formular") {
			return fillIn(h, post, &m, r.PostForm.Get)
		}
		i := slices.IndexFunc(post.Choices, func(c bot.Choice) bool { return c.ID == m.Choice })
		if i < 0 {
			return entry{}, false
		}
		return entry{Said: &m, Label: line(post.Choices[i].Label)}, true
	})
}

// fillIn makes an entry of a form that was filled in, if it is asked for. Only
// what the form asks is taken from what was sent.
func fillIn(h *history, post *entry, m *bot.Message, value func(string) string) (entry, bool) {
	form := post.form(m.Choice)
	for i := range h.Entries {
		if e := &h.Entries[i]; form == nil && e.Said != nil && e.Said.Post == m.Post {
			form = e.form(m.Choice)
		}
	}
	if form == nil {
		return entry{}, false
	}
	m.Form = map[string]string{}
	e := entry{Said: m, Label: line(form.Title)}
	for _, f := range form.Fields {
		sent := value(fieldPrefix + f.Name)
		shown := sent
		if len(f.Options) > 0 {
			i := slices.IndexFunc(f.Options, func(o bot.Option) bool { return o.Value == sent })
			if i < 0 {
				sent, shown = "", ""
			} else {
				shown = f.Options[i].Label
			}
		}
		m.Form[f.Name] = sent
		if shown != "" {
			e.Fields = append(e.Fields, filledIn{line(f.Label), shown})
		}
	}
	return e, true
}
