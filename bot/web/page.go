package web

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
)

//go:embed templates/*.html
var templateFiles embed.FS

// shared are the templates that several pages use: the layout around them, an
// entry of a conversation, the clock, the tickets.
var shared = template.Must(template.ParseFS(templateFiles, "templates/shared_*.html"))

// pageTemplate returns the templates of one page: templates/name.html defines
// "main", which the layout puts into its middle.
func pageTemplate(name string) *template.Template {
	return template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, "templates/"+name+".html"))
}

var (
	errorTemplate  = pageTemplate("error")
	frontTemplate  = pageTemplate("front")
	chatTemplate   = pageTemplate("chat")
	reportTemplate = pageTemplate("report")

	signInTemplate    = pageTemplate("signin")
	sessionTemplate   = pageTemplate("session")
	signedOutTemplate = pageTemplate("signedout")

	articlesTemplate = pageTemplate("articles")
	articleTemplate  = pageTemplate("article")
	gateTemplate     = pageTemplate("gate")

	revisionsTemplate = pageTemplate("revisions")
	proposalTemplate  = pageTemplate("proposal")
	schoolsTemplate   = pageTemplate("schools")
	schoolTemplate    = pageTemplate("school")
	tasksTemplate     = pageTemplate("tasks")
	gapsTemplate      = pageTemplate("gaps")
	tryTemplate       = pageTemplate("try")
	exchangeTemplate  = pageTemplate("exchange")
	auditTemplate     = pageTemplate("audit")
)

// A page is what the layout needs. The data of every page embeds it.
type page struct {
	voice
	Title  string
	Home   string  // the address that the name of the program leads to
	Me     *Person // whose page it is, if anybody's
	Base   string  // the path of their pages
	Nav    []link
	Clock  *clockView
	Live   bool   // the page is a conversation
	Script string // the address of its script, if it has one
}

// A link leads to another page.
type link struct {
	Href, Label string
	Here        bool // it is the page that is shown
}

// CSS returns the address of the style.
func (page) CSS() string { return assetPath("style.css") }

// personPage returns the frame of a person's page. Here is the path of the page
// below the person's.
func (s *Server) personPage(p Person, title, here string) page {
	v := s.voiceOf(p.Locale)
	out := page{voice: v, Title: v.W(title), Home: "/", Me: &p, Base: base(p.ID)}
	for _, l := range s.sections(p) {
		out.Nav = append(out.Nav, link{out.Base + l.path, v.W(l.label), here == l.path})
	}
	if s.o.Demo {
		out.Nav = append(out.Nav, link{"/", v.W("nav.people"), false})
	}
	if s.o.Clock != nil {
		out.Clock = s.clockView(v, out.Base)
	}
	return out
}

// A section is a part of the pages that a person may use.
type section struct{ path, label string }

// sections returns the parts of the pages for a person; the first is the one to
// begin with.
func (s *Server) sections(p Person) []section {
	var out []section
	for _, c := range []struct {
		section
		right right
	}{
		{section{"/", "nav.chat"}, talking},
		{section{"/artikel", "nav.articles"}, seeing},
		{section{"/bericht", "nav.report"}, figures},
	} {
		if s.may(p, c.right, "") {
			out = append(out, c.section)
		}
	}
	if !s.o.Demo {
		out = append(out, section{"/anmeldung", "nav.session"})
	}
	return out
}

// showHome shows the part of the pages that a person begins with.
func (s *Server) showHome(w http.ResponseWriter, r *http.Request, p Person) {
	if s.may(p, talking, "") {
		s.showChat(w, r, p)
		return
	}
	first := s.sections(p)
	if len(first) == 0 {
		s.notFound(w, r)
		return
	}
	http.Redirect(w, r, base(p.ID)+first[0].path, http.StatusSeeOther)
}

// render answers with a page. Nothing is sent before the page is whole.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, t *template.Template, data any) {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", data); err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// part returns the HTML of one of the shared templates.
func part(name string, data any) (string, error) {
	var b bytes.Buffer
	err := shared.ExecuteTemplate(&b, name, data)
	return b.String(), err
}

// fail answers for something that is not the person's fault.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // nobody waits for the answer
	}
	s.o.Log.Error("request failed", "route", r.Pattern, "err", err)
	s.refuse(w, r, http.StatusInternalServerError, "error.internal")
}

// An errorPage says what happened and what to do.
type errorPage struct {
	page
	Text  string
	Begin string // where one can go on
}

// refuse answers with the sentence under key: as a page, or as text to a script.
// Args are as in [voice.W].
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, key string, args ...any) {
	v := s.voiceFor(r)
	data := errorPage{page: page{voice: v, Title: v.W("error.title"), Home: "/"}, Begin: "/"}
	if p, ok := s.identify(r); ok { // whatever they asked for, which says nothing of what there is
		data = errorPage{page: s.personPage(p, "error.title", ""), Begin: base(p.ID) + "/"}
	}
	text := data.W(key, args...)
	if fromScript(r) {
		http.Error(w, text, status)
		return
	}
	var b bytes.Buffer
	data.Text = text
	if err := errorTemplate.ExecuteTemplate(&b, "layout", data); err != nil {
		s.o.Log.Error("error page failed", "err", err)
		http.Error(w, text, status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// fromScript reports whether the request was made by the page's script, which
// wants no page in return.
func fromScript(r *http.Request) bool { return r.Header.Get("Accept") == "text/plain" }

// done answers a change: the script gets nothing, a browser is led to the page.
func (s *Server) done(w http.ResponseWriter, r *http.Request, to string) {
	if fromScript(r) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// notFound answers for whatever does not exist, or not for this person.
func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, http.StatusNotFound, "error.notfound")
}
