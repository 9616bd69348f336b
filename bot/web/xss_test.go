package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/escalation"
	"ersthelfer/escalation/report"
	"ersthelfer/knowledge"
)

// payloads are texts that make a careless page do something.
var payloads = slices.Concat(bottest.Hostile, []string{
	`<script>alert(1)</script>`,
	`<SCRIPT SRC=//boese.example/x.js></SCRIPT>`,
	`<scr<script>ipt>alert(1)</scr</script>ipt>`,
	`<img src=x onerror=alert(1)>`,
	`<img/src="x"/onerror="alert(1)">`,
	`<svg onload=alert(1)>`,
	`<svg><script>alert(1)</script></svg>`,
	`<svg><animate onbegin=alert(1) attributeName=x dur=1s>`,
	`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`,
	`<iframe src="javascript:alert(1)"></iframe>`,
	`<iframe srcdoc="<script>alert(1)</script>">`,
	`<object data="javascript:alert(1)">`,
	`<embed src="data:text/html,<script>alert(1)</script>">`,
	`<a href="javascript:alert(1)">x</a>`,
	`<a href="java&#09;script:alert(1)">x</a>`,
	`<form action="//boese.example"><input name=text><button>Senden</button></form>`,
	`<input onfocus=alert(1) autofocus>`,
	`<button formaction="//boese.example">x</button>`,
	`<details open ontoggle=alert(1)>`,
	`<video><source onerror=alert(1)>`,
	`<audio src=x onerror=alert(1)>`,
	`<body onload=alert(1)>`,
	`<meta http-equiv="refresh" content="0;url=//boese.example">`,
	`<base href="//boese.example/">`,
	`<link rel=stylesheet href="//boese.example/x.css">`,
	`<style>*{display:none}</style>`,
	`<div style="position:fixed;inset:0">x</div>`,
	`<marquee onstart=alert(1)>`,
	`<template><script>alert(1)</script></template>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	`<textarea></textarea><script>alert(1)</script>`,
	`</textarea><script>alert(1)</script>`,
	`</title><script>alert(1)</script>`,
	`</script><script>alert(1)</script>`,
	`</style><script>alert(1)</script>`,
	`</select><img src=x onerror=alert(1)>`,
	`</article></main><h1>Neu anmelden</h1>`,
	`<!-- --><script>alert(1)</script><!--`,
	`--><script>alert(1)</script>`,
	`<![CDATA[<script>alert(1)</script>]]>`,
	`<?xml version="1.0"?><script>alert(1)</script>`,
	`"><script>alert(1)</script>`,
	`'><script>alert(1)</script>`,
	`" onmouseover="alert(1)`,
	`' onmouseover='alert(1)`,
	"` onmouseover=alert(1) x=`",
	`x" autofocus onfocus="alert(1)" y="`,
	`x style=background:url(javascript:alert(1))`,
	`{{.}} {{template "layout" .}} {{printf "%v" .}}`,
	`${alert(1)} #{alert(1)} <%= alert(1) %>`,
	`javascript:alert(1)`,
	`data:text/html,<script>alert(1)</script>`,
	`&lt;script&gt;alert(1)&lt;/script&gt;`,
	`&#x3C;script&#x3E;alert(1)&#x3C;/script&#x3E;`,
	`\u003cscript\u003ealert(1)\u003c/script\u003e`,
	`%3Cscript%3Ealert(1)%3C/script%3E`,
	`+ADw-script+AD4-alert(1)+ADw-/script+AD4-`,
	"<scr\x00ipt>alert(1)</scr\x00ipt>",
	"\ufeff<script>alert(1)</script>",
	"<\u2028script>alert(1)</script>",
	`＜script＞alert(1)＜/script＞`,
	`<script>//` + "\r\n" + `alert(1)</script>`,
	"event: entry\ndata: {}\n\n",
	`web:anna:1`,
})

// everywhere returns a server on which text stands in every place that words of
// people, articles or the configuration can reach.
func everywhere(t *testing.T, words string) *Server {
	t.Helper()
	words = strings.ToValidUTF8(words, "")
	me := Person{
		User: bot.User{ID: "anna", Name: words, Locale: words}, Kind: Teacher, School: words, Roles: []string{"authority"},
	}
	ticket := Ticket{
		ID: 1, Title: words, Status: "new", Priority: escalation.Priority("P1"), School: words, Place: words, Holder: words,
		Due: monday, Late: true,
	}
	form := &bot.Form{ID: "f", Title: words, Submit: words, Fields: []bot.Field{
		{Name: "a", Label: words, Hint: words, Value: words},
		{Name: "b", Label: words, Value: words, Long: true, Optional: true},
		{Name: "c", Label: words, Value: words, Options: []bot.Option{{Value: words, Label: words}, {Value: "x", Label: words}}},
	}}
	s := quiet(t, Options{Demo: true,
		People: []Person{me}, Clock: (&testClock{now: monday}).clock(),
		Tickets: func(context.Context, string) (Tickets, error) {
			return Tickets{Mine: []Ticket{ticket}, Queue: []Ticket{ticket}, Queues: true}, nil
		},
		Report: func(context.Context, time.Time, time.Time, string) (report.Result, error) {
			return fullReport(words), nil
		},
	})
	body := slices.Concat(bot.Plain(words), bot.Quoted(words), bot.Numbered([]string{"x"}), bot.Rich{
		{Kind: bot.Item, Spans: []bot.Span{{Text: words, Bold: true}}}, {Spans: []bot.Span{{Text: words, Code: true}}}, {Spans: []bot.Span{{Text: words, Link: true}}},
	})
	sendTo(t, s, "anna", bot.Post{Key: words + "k", Body: body, Choices: []bot.Choice{
		{ID: "ok", Label: words}, {ID: "f", Label: words, Form: form},
	}})
	err := s.change(t.Context(), s.room("anna"), func(h *history) error {
		m := bot.Message{ID: "web:anna:1", Text: "> " + words, Root: "web:anna:1"}
		h.add(entry{Said: &m, Done: true, Note: bot.Plain(words)})
		pressed := bot.Message{ID: "web:anna:2", Choice: "f", Form: map[string]string{}, Post: "web:anna:1"}
		h.add(entry{Said: &pressed, Done: true, Label: words, Fields: []filledIn{{words, words}}, Form: form,
			Errors: map[string]string{"a": words, "b": words, "c": words}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fullReport returns a report with every kind of figure.
func fullReport(words string) report.Result {
	f := report.Figures{
		Questions: 20, Outcomes: report.Outcomes{Confirmed: 5, NotContradicted: 3, CameBack: 2, Opened: 6, Abandoned: 2, Cancelled: 1, Open: 1},
		Response: report.Times{Count: 6, Median: 24, P90: 95}, ResponseKept: report.Share{Count: 5, Of: 6},
		Resolution: report.Times{Count: 6, Median: 120, P90: 481}, ResolutionKept: report.Share{Count: 3, Of: 6},
		Reopened: report.Share{Count: 1, Of: 6}, Ratings: report.Ratings{Count: 5, Mean: 4.5},
	}
	hidden := f
	hidden.Response.Hidden, hidden.Ratings.Hidden, hidden.Reopened.Hidden = report.Small, report.Covering, report.Small
	groups := []report.Group{
		{ID: "a", Title: words, Figures: f}, {Figures: hidden},
		{ID: "b", Title: words, Figures: report.Figures{Hidden: report.Small}},
	}
	return report.Result{
		MinGroup: 5, Total: f, Models: groups, Schools: groups, Rooms: groups, Unmeasured: 2,
		Steps:      []report.Step{{Step: 1, Title: words, HandedOn: report.Share{Count: 3, Of: 7}}},
		Priorities: []report.Priority{{Priority: "P1", Count: 2}},
		Ages:       []report.Age{{Least: 0, Most: 1, Count: 3}, {Least: 11, Count: 1}},
		Articles:   []report.Article{{ID: words, Shown: 9, Helped: 3, NotHelped: 4, CameBack: 1}},
	}
}

// shape returns how often each element with its attributes' names is there.
func shape(n *html.Node) map[string]int {
	out := map[string]int{}
	for d := range n.Descendants() {
		if d.Type == html.CommentNode {
			out["comment"]++
		}
		if d.Type != html.ElementNode {
			continue
		}
		name := d.Data
		for _, a := range d.Attr {
			name += " " + a.Key
			if a.Key == "href" || a.Key == "action" || a.Key == "src" || a.Key == "name" || a.Key == "type" {
				address, _, _ := strings.Cut(a.Val, "=") // without a value
				name += "=" + address
			}
		}
		out[name]++
	}
	return out
}

func TestWordsNeverBecomeMarkup(t *testing.T) {
	if len(payloads) < 60 {
		t.Fatalf("%d payloads", len(payloads))
	}
	paths := []string{"/", "/als/anna/", "/als/anna/?antwort=1", "/als/anna/bericht"}
	plain := everywhere(t, "harmlos")
	want := map[string]map[string]int{}
	for _, path := range paths {
		want[path] = shape(parseHTML(t, ask(plain, path, "", nil).Body))
		if len(want[path]) < 15 {
			t.Fatalf("%s has only %d kinds of elements", path, len(want[path]))
		}
	}
	for i, payload := range payloads {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			s := everywhere(t, payload)
			for _, path := range paths {
				got := shape(parseHTML(t, ask(s, path, "", nil).Body))
				if !maps.Equal(got, want[path]) {
					t.Errorf("%s: %q changes the page: %v", path, payload, difference(got, want[path]))
				}
			}
			events := ask(s, "/als/anna/live?einmal", "", nil).Body.String()
			if n, m := strings.Count(events, "\nevent:"), strings.Count(ask(plain, "/als/anna/live?einmal", "", nil).Body.String(), "\nevent:"); n != m {
				t.Errorf("%q makes %d events of %d", payload, n, m)
			}
		})
	}
}

func difference(got, want map[string]int) []string {
	var out []string
	for name, n := range got {
		if want[name] != n {
			out = append(out, fmt.Sprintf("%s: %d, not %d", name, n, want[name]))
		}
	}
	for name, n := range want {
		if _, ok := got[name]; !ok {
			out = append(out, fmt.Sprintf("%s: none, not %d", name, n))
		}
	}
	return out
}

// Every page with everything on it and with nothing on it is whole HTML.
func TestPagesAreWhole(t *testing.T) {
	empty := quiet(t, Options{Demo: true, People: []Person{{User: bot.User{ID: "anna"}, Roles: []string{"authority"}}}})
	none := quiet(t, Options{Demo: true,
		People:  []Person{{User: bot.User{ID: "anna"}, Kind: Other, Roles: []string{"authority"}}},
		Clock:   (&testClock{now: monday}).clock(),
		Tickets: func(context.Context, string) (Tickets, error) { return Tickets{Queues: true}, nil },
		Report:  noFigures,
	})
	hidden := quiet(t, Options{Demo: true,
		People: people,
		Report: func(context.Context, time.Time, time.Time, string) (report.Result, error) {
			return report.Result{MinGroup: 5, Total: report.Figures{Hidden: report.Small}}, nil
		},
	})
	for name, s := range map[string]*Server{"full": everywhere(t, "Wörter"), "empty": empty, "none": none, "hidden": hidden} {
		paths := []string{"/", "/?lang=en", "/nirgends", "/als/anna/", "/als/anna/?antwort=1", "/als/anna/bericht"}
		if name == "hidden" {
			paths = []string{"/als/sven/bericht", "/als/sven/bericht?monat=2026-01"}
		}
		for _, path := range paths {
			t.Run(name+" "+path, func(t *testing.T) { checkWhole(t, ask(s, path, "", nil).Body.String()) })
		}
	}
	articles := curated(t, Options{Demo: true})
	for _, person := range []string{"ada", "mara"} {
		for _, row := range matrix {
			if row.isPage(person) {
				t.Run(person+" "+row.path, func(t *testing.T) { checkWhole(t, ask(articles, row.path, person, nil).Body.String()) })
			}
		}
	}
	for _, month := range []string{"x", "2026-13", "0001-01", "9999-01"} {
		if w := ask(hidden, "/als/sven/bericht?monat="+url.QueryEscape(month), "", nil); w.Code != 404 {
			t.Errorf("report of %s: %d", month, w.Code)
		}
	}
}

// checkWhole fails the test if a page is not what it should be.
func checkWhole(t *testing.T, page string) {
	t.Helper()
	if err := balanced(page); err != nil {
		t.Error(err)
	}
	doc := parseHTML(t, strings.NewReader(page))
	for tag, want := range map[string]int{"html": 1, "title": 1, "h1": 1, "main": 1} {
		found := all(doc, func(n *html.Node) bool { return n.Data == tag })
		if len(found) != want {
			t.Errorf("%d <%s>, want %d", len(found), tag, want)
		} else if tag == "html" && attr(found[0], "lang") == "" {
			t.Error("the page does not say its language")
		}
	}
	level := 0
	for _, h := range all(doc, func(n *html.Node) bool {
		return len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6'
	}) {
		next := int(h.Data[1] - '0')
		if next > level+1 {
			t.Errorf("<%s> follows a heading of level %d", h.Data, level)
		}
		level = next
	}
	ids := map[string]int{}
	for d := range doc.Descendants() {
		if id := attr(d, "id"); id != "" {
			ids[id]++
		}
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("the id %q is there %d times", id, n)
		}
	}
	for _, label := range all(doc, func(n *html.Node) bool { return attr(n, "for") != "" }) {
		if ids[attr(label, "for")] == 0 {
			t.Errorf("a label is for %q, which is not there", attr(label, "for"))
		}
	}
	labelled := map[string]bool{}
	for _, label := range all(doc, func(n *html.Node) bool { return n.Data == "label" }) {
		labelled[attr(label, "for")] = true
	}
	for _, in := range all(doc, func(n *html.Node) bool {
		return n.Data == "textarea" || n.Data == "select" || n.Data == "input" && attr(n, "type") != "hidden"
	}) {
		if !labelled[attr(in, "id")] {
			t.Errorf("<%s name=%q> has no label", in.Data, attr(in, "name"))
		}
	}
	if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "&lt;no value&gt;") || strings.Contains(page, "%!") {
		t.Error("a template was given something that it cannot show")
	}
}

// balanced reports the first element of a page that does not end, or ends
// without having begun.
func balanced(page string) error {
	empty := []string{"meta", "link", "input", "br", "rect"}
	var open []string
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				return fmt.Errorf("<%s> does not end", open[len(open)-1])
			}
			return nil
		case html.StartTagToken:
			if name, _ := z.TagName(); !slices.Contains(empty, string(name)) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				return errors.Join(fmt.Errorf("</%s> ends %q", name, open), errors.New(page))
			}
			open = open[:len(open)-1]
		}
	}
}

func TestBalancedFindsMistakes(t *testing.T) {
	for page, ok := range map[string]bool{"<p><b>x</b></p>": true, "<p><b>x</p></b>": false, "<p>": false, "</p>": false, "<input><p></p>": true} {
		if err := balanced(page); (err == nil) != ok {
			t.Errorf("%s: %v", page, err)
		}
	}
}

// TestArticlesShowTextAsText puts every payload into every field of an article. Whatever a page shows of it, it
// has the same elements as with a harmless word.
func TestArticlesShowTextAsText(t *testing.T) {
	s := curated(t, Options{Demo: true})
	save := func(text string) {
		t.Helper()
		form := url.Values{"titel": {"x"}}
		if w := ask(s, "/als/ada/neu", "", form); w.Code != 303 && w.Code != 409 {
			t.Fatalf("make article: %d", w.Code)
		}
		for _, field := range []string{
			"titel", "fragen", "schritte", "hinweis", "rueckfrage", "antwort", "stichwoerter", "verwandt", "dazu", "warum", "rolle", "dringlichkeit",
			"en-titel", "en-fragen", "en-schritte", "en-hinweis", "en-rueckfrage", "en-antwort",
		} {
			form.Set(field, text)
		}
		for _, path := range []string{"/als/ada/vorschau", "/als/ada/neu"} {
			w := ask(s, path, "", form)
			if w.Code >= 500 {
				t.Errorf("%q: %s answers %d", text, path, w.Code)
			}
			if got := risky(t, w); len(got) > 0 {
				t.Errorf("%q: %s has %q", text, path, got)
			}
		}
	}
	for _, text := range payloads {
		save(text)
	}
	hostile(t, s)
	for _, e := range must(s.o.Library.Entries(t.Context(), "ada")) {
		for _, path := range []string{"", "/veroeffentlichen", "/verlauf", "/verlauf?von=1&bis=2", "/vorschlag", "/schulen", "/schule/nord"} {
			w := ask(s, "/als/ada"+articlePath(e.ID)+path, "", nil)
			if got := risky(t, w); len(got) > 0 {
				t.Errorf("%s%s has %q", e.ID, path, got)
			}
		}
	}
	for _, path := range []string{
		"artikel", "artikel?seite=1", "artikel?seite=2", "aufgaben", "luecken", "probe?frage=alert", "probe?frage=papierstau", "austausch",
		"protokoll", "protokoll?ab=40", "protokoll?ab=90", "protokoll?ab=140",
	} {
		if got := risky(t, ask(s, "/als/ada/"+path, "", nil)); len(got) > 0 {
			t.Errorf("%s has %q", path, got)
		}
	}
}

// hostile puts every payload where it does not come by the form of an article: into questions that people asked, into
// the text of a school, the words of a query, a file's name and what stands in it.
func hostile(t *testing.T, s *Server) {
	t.Helper()
	for i, text := range payloads {
		text = strings.ToValidUTF8(text, "")
		for n, o := range []knowledge.Observation{
			{Text: text, Outcome: knowledge.None},
			{Text: text, Outcome: knowledge.Answered, Articles: []string{"papierstau"}, Helped: knowledge.VerdictNotHelped},
			{Text: text, Outcome: knowledge.Answered, Articles: []string{"papierstau"}, Helped: knowledge.VerdictHelped},
		} {
			o.Key, o.At, o.School = fmt.Sprintf("%s%d-%d", text, i, n), monday.Add(time.Minute), text
			if err := s.o.Library.Observe(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		school := url.Values{"absatz": {text}, "alt-0": {"Öffnen Sie die Klappe."}, "schritt-0": {text}}
		pages := []*httptest.ResponseRecorder{
			ask(s, "/als/ada/artikel/papierstau/schule/nord", "", school),
			ask(s, "/als/ada/artikel/papierstau/schule/nord", "", nil),
			ask(s, "/als/ada/probe?artikel=duplex&frage="+url.QueryEscape(text), "", nil),
			ask(s, "/als/ada/artikel?suche="+url.QueryEscape(text), "", nil),
			ask(s, "/als/ada/aufgaben?neu="+url.QueryEscape(text)+"&anders="+url.QueryEscape(text), "", nil),
			ask(s, "/als/ada/artikel/papierstau/verlauf?von="+url.QueryEscape(text), "", nil),
			sendFile(s, text+".csv", []byte("id;title\n"+text+";"+text)),
			sendFile(s, text, []byte(text)),
		}
		for _, w := range pages {
			if w.Code >= 500 {
				t.Errorf("%q: a page answers %d", text, w.Code)
			}
			if got := risky(t, w); len(got) > 0 {
				t.Errorf("%q becomes %q", text, got)
			}
		}
	}
}

// sendFile imports a file as ada.
func sendFile(s *Server, name string, data []byte) *httptest.ResponseRecorder {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file := must(form.CreateFormFile("datei", name))
	must(file.Write(data))
	if err := form.Close(); err != nil {
		panic(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/als/ada/import", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

// risky returns what a page of ours never has: elements that run or load something, handlers, foreign addresses.
func risky(t *testing.T, w *httptest.ResponseRecorder) (found []string) {
	t.Helper()
	for d := range parseHTML(t, w.Body).Descendants() {
		switch d.Data {
		case "svg":
			if attr(d, "class") != "bar" {
				found = append(found, "<svg>")
			}
		case "img", "iframe", "object", "embed", "video", "audio", "style", "base", "math", "marquee", "template", "noscript":
			if d.Type == html.ElementNode {
				found = append(found, "<"+d.Data+">")
			}
		}
		for _, a := range d.Attr {
			foreign := (a.Key == "href" || a.Key == "src" || a.Key == "action" || a.Key == "formaction") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#")
			if foreign || strings.HasPrefix(a.Val, "//") && a.Key != "value" || strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "autofocus" {
				found = append(found, fmt.Sprintf("<%s %s=%q>", d.Data, a.Key, a.Val))
			}
		}
	}
	return found
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
