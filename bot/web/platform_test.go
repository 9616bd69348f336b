package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
)

// monday is a school day: Monday, 23 November 2026, 10:40.
var monday = time.Date(2026, 11, 23, 10, 40, 0, 0, time.UTC)

var people = []Person{
	{User: bot.User{ID: "anna", Name: "Anna Weber", Locale: "de"}, Kind: Teacher, School: "Gesamtschule Nord", Way: "multi-stage"},
	{User: bot.User{ID: "ben", Name: "Ben Carter", Locale: "en"}, Kind: Teacher, School: "Gymnasium Süd", Way: "direct"},
	{User: bot.User{ID: "mara", Name: "Mara Yilmaz", Locale: "de"}, Kind: Contact, School: "Gesamtschule Nord"},
	{User: bot.User{ID: "ada", Name: "Ada Sommer", Locale: "de"}, Kind: Editor, Roles: []string{"editor", "admin"}},
	{User: bot.User{ID: "sven", Name: "Sven Holt", Locale: "de"}, Kind: Authority, Roles: []string{"authority"}},
}

// A visitor is a person with a browser that has no script.
type visitor struct {
	person string
	pages  string // the address of the pages
	ids    int
}

// newServer returns a server with people on it, and where its pages are.
func newServer(t *testing.T, o Options) (*Server, string) {
	t.Helper()
	if o.Store == nil {
		o.Store = new(bottest.Memory)
	}
	if o.People == nil {
		o.People = people
	}
	if o.Now == nil && o.Clock == nil {
		o.Now = func() time.Time { return monday }
	}
	o.Zone = time.UTC
	return serve(t, New(o))
}

// serve serves the pages of a server until the end of the test.
func serve(t *testing.T, s *Server) (*Server, string) {
	t.Helper()
	hs := httptest.NewUnstartedServer(nil)
	hs.Config = s.HTTPServer()
	hs.Start()
	t.Cleanup(hs.Close)
	t.Cleanup(s.close)
	return s, hs.URL
}

// running lets h answer until the end of the test.
func running(t *testing.T, s *Server, h bot.Handler) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, h) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
}

// get returns the body of a page, which must be there.
func (v *visitor) get(t *testing.T, path string) *html.Node {
	t.Helper()
	r, err := http.Get(v.pages + "/als/" + v.person + path)
	if err != nil {
		t.Errorf("get %s: %v", path, err)
		return &html.Node{}
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Errorf("get %s: %s", path, r.Status)
	}
	return parseHTML(t, r.Body)
}

func parseHTML(t *testing.T, r io.Reader) *html.Node {
	t.Helper()
	doc, err := html.Parse(r)
	if err != nil {
		t.Errorf("parse page: %v", err)
		return &html.Node{}
	}
	return doc
}

// post sends a form and returns the status of the answer, not following it.
func (v *visitor) post(t *testing.T, path string, values url.Values) (status int, body string) {
	t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := c.PostForm(v.pages+"/als/"+v.person+path, values)
	if err != nil {
		if t.Context().Err() == nil {
			t.Errorf("post %s: %v", path, err)
		}
		return 0, ""
	}
	defer r.Body.Close()
	data, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(data)
}

// id returns an id as a browser makes it.
func (v *visitor) id() string {
	v.ids++
	return fmt.Sprintf("browser-%s-%d", v.person, v.ids)
}

// says sends a message.
func (v *visitor) says(t *testing.T, text string) {
	t.Helper()
	status, body := v.post(t, "/nachricht", url.Values{"id": {v.id()}, "text": {text}})
	if status != http.StatusSeeOther && t.Context().Err() == nil {
		t.Errorf("%s says %q: %d %s", v.person, text, status, body)
	}
}

// all returns the elements below n that are wanted.
func all(n *html.Node, want func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && want(d) {
			out = append(out, d)
		}
	}
	return out
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasClass(class string) func(*html.Node) bool {
	return func(n *html.Node) bool { return slices.Contains(strings.Fields(attr(n, "class")), class) }
}

func isTag(a atom.Atom) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.DataAtom == a }
}

// text returns what can be read in n.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode:
			b.WriteString(d.Data)
		case d.DataAtom == atom.P || d.DataAtom == atom.Li || d.DataAtom == atom.Br:
			b.WriteByte('\n')
		}
	}
	return strings.TrimSpace(b.String())
}

// harmless are the elements that the text of a post is made of.
var harmless = []atom.Atom{atom.P, atom.Ol, atom.Ul, atom.Li, atom.Strong, atom.Code, atom.Blockquote, atom.Div}

// seen returns the bot's posts on a page.
func seen(page *html.Node) []bottest.Seen {
	var out []bottest.Seen
	for _, e := range all(page, func(n *html.Node) bool { return hasClass("entry")(n) && hasClass("bot")(n) }) {
		s := bottest.Seen{Ref: attr(e, "data-ref")}
		for _, body := range all(e, hasClass("text")) {
			s.Text = text(body)
			for _, x := range all(body, func(n *html.Node) bool { return !slices.Contains(harmless, n.DataAtom) }) {
				s.Live = append(s.Live, x.Data)
			}
		}
		for _, c := range all(e, hasClass("choice")) {
			for _, b := range all(c, hasClass("button")) {
				if b.Parent == c {
					s.Choices = append(s.Choices, text(b))
				}
				for _, x := range all(b, func(n *html.Node) bool { return n.DataAtom != atom.Span }) {
					s.Live = append(s.Live, x.Data)
				}
			}
		}
		out = append(out, s)
	}
	return out
}

// inputs returns what a form on a page would send as it stands.
func inputs(form *html.Node) url.Values {
	out := url.Values{}
	for _, n := range all(form, func(n *html.Node) bool { return attr(n, "name") != "" }) {
		out.Set(attr(n, "name"), attr(n, "value"))
	}
	return out
}

// press presses the choice of a post as the page offers it.
func (v *visitor) press(t *testing.T, ref, choice string) (status int, body string) {
	t.Helper()
	for _, f := range all(v.get(t, "/"), isTag(atom.Form)) {
		in := inputs(f)
		if in.Get("auf") == ref && in.Get("wahl") == choice && !in.Has("formular") {
			return v.post(t, "/auswahl", in)
		}
	}
	t.Errorf("%s has no button %q on %s", v.person, choice, ref)
	return 0, ""
}

// fill fills in the last form on the page for a post.
func (v *visitor) fill(t *testing.T, ref string, values map[string]string) {
	t.Helper()
	var in url.Values
	for _, f := range all(v.get(t, "/"), hasClass("fields")) {
		if got := inputs(f); got.Get("auf") == ref {
			in = got
		}
	}
	if in == nil {
		t.Errorf("%s is asked no form on %s", v.person, ref)
		return
	}
	for name, value := range values {
		in.Set("feld-"+name, value)
	}
	if status, body := v.post(t, "/auswahl", in); status != http.StatusSeeOther {
		t.Errorf("%s sends a form: %d %s", v.person, status, body)
	}
}

func TestPlatform(t *testing.T) {
	bottest.TestPlatform(t, func(t *testing.T) bottest.Harness {
		s, pages := newServer(t, Options{Demo: true})
		at := map[string]*visitor{"anna": {person: "anna", pages: pages}, "ben": {person: "ben", pages: pages}}
		return bottest.Harness{
			Platform: s,
			User:     func(person string) string { return person },
			Say:      func(t *testing.T, person, text string) { at[person].says(t, text) },
			Sees:     func(t *testing.T, person string) []bottest.Seen { return seen(at[person].get(t, "/")) },
			Press: func(t *testing.T, person, ref, choice string) {
				if status, body := at[person].press(t, ref, choice); status != http.StatusSeeOther {
					t.Errorf("press: %d %s", status, body)
				}
			},
			Fill: func(t *testing.T, person, ref, _ string, values map[string]string) {
				at[person].fill(t, ref, values)
			},
			Private: func(t *testing.T, person string) []string {
				var out []string
				for _, n := range all(at[person].get(t, "/"), hasClass("note")) {
					out = append(out, text(n))
				}
				return out
			},
			Redeliver: func(t *testing.T) {
				at["anna"].ids--
				at["anna"].says(t, "Drucker druckt nicht")
			},
		}
	})
}
