package web

import (
	"bytes"
	"io"
	"net/http"

	"ersthelfer/knowledge"
)

// A previewView is an article as the chat shows it in a language.
type previewView struct {
	voice
	Language string
	Name     string // of the language
	Blocks   []blockView
	Choices  []string
}

// previews returns the article as people will see it.
func (s *Server) previews(a knowledge.Article) []previewView {
	languages := []string{"de"}
	if a.English != nil {
		languages = append(languages, "en")
	}
	var out []previewView
	for _, lang := range languages {
		view := previewView{Language: lang, Blocks: blocks(s.o.Texts.Article(lang, &a, s.o.Library.Article))}
		view.voice = s.voiceOf(lang)
		view.Name = view.W("language." + lang)
		for _, key := range []string{"choice.helped", "choice.nothelped", "choice.other"} {
			if !a.AtOnce {
				view.Choices = append(view.Choices, s.o.Texts.Word(lang, key))
			}
		}
		out = append(out, view)
	}
	return out
}

// showPreview shows what is being written as the chat will show it; nothing is
// stored. A script gets the previews alone.
func (s *Server) showPreview(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	f := readForm(r.PostForm)
	if fromScript(r) {
		var b bytes.Buffer
		if err := articleTemplate.ExecuteTemplate(&b, "previews", s.previews(f.article())); err != nil {
			s.fail(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.Copy(w, &b)
		return
	}
	s.showForm(w, r, p, http.StatusOK, f, func(d *articlePage) { d.judge(f, s.o.Rooms) })
}

// showForm shows what somebody is writing once more, with nothing lost.
func (s *Server) showForm(w http.ResponseWriter, r *http.Request, p Person, status int, f articleForm, fn func(*articlePage)) {
	var e *knowledge.Entry
	if f.Base != "" {
		var err error
		if e, err = s.o.Library.Entry(r.Context(), p.article(), f.ID); err != nil {
			s.refuseArticle(w, r, err)
			return
		}
	}
	data, err := s.articlePage(r.Context(), p, e, f)
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	fn(data)
	s.render(w, r, status, articleTemplate, data)
}
