package web

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"ersthelfer/bot/bottest"
	"ersthelfer/knowledge"
	"ersthelfer/knowledge/knowledgetest"
)

// BenchmarkPages measures what the pages about 5,000 articles and 20,000 questions cost. cpu-ms is the time of all
// processors, which does not depend on what else the machine does.
func BenchmarkPages(b *testing.B) {
	s := manyArticles(b, 5000, 20_000)
	for _, page := range []struct{ name, path string }{
		{"list", "/artikel?ordnung=age&seite=7"}, {"search", "/artikel?suche=drucker+w77x"}, {"editor", "/artikel/viele-0077"},
		{"tasks", "/aufgaben"}, {"gaps", "/luecken"}, {"try", "/probe?frage=drucker+druckt+nicht"}, {"gate", "/artikel/viele-0001/veroeffentlichen"},
	} {
		b.Run(page.name, func(b *testing.B) {
			before := processorTime()
			for b.Loop() {
				if w := ask(s, "/als/ada"+page.path, "", nil); w.Code != http.StatusOK {
					b.Fatalf("%s answers %d", page.path, w.Code)
				}
			}
			b.ReportMetric(float64((processorTime()-before).Milliseconds())/float64(b.N), "cpu-ms")
		})
	}
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// manyArticles returns a server with n articles and questions about them, and a draft of the article viele-0001.
func manyArticles(b *testing.B, n, questions int) *Server {
	b.Helper()
	starter := must(knowledge.Starter())
	all := make([]knowledge.Article, n)
	for i := range all {
		a := starter[i%len(starter)]
		a.ID, a.English, a.Near, a.Also = fmt.Sprintf("viele-%04d", i), nil, nil, nil
		a.Questions = make([]string, len(a.Questions))
		for k, q := range starter[i%len(starter)].Questions {
			a.Questions[k] = strings.Replace(q, " ", fmt.Sprintf(" w%dx ", i), 1)
		}
		all[i] = a
	}
	l := must(knowledge.OpenLibrary(b.Context(), new(knowledgetest.Memory), all, knowledge.LibraryOptions{
		Now: func() time.Time { return monday }, May: mayTest,
	}))
	var asked []knowledge.Observation
	for i := range questions {
		a := all[i%n]
		o := knowledge.Observation{
			Key: fmt.Sprint(i), Text: a.Questions[i%len(a.Questions)], Outcome: knowledge.Answered, Articles: []string{a.ID},
			Helped: knowledge.VerdictHelped, At: monday.Add(-time.Duration(i) * time.Minute), School: "nord",
		}
		if i%50 == 0 {
			o.Outcome, o.Articles, o.Helped = knowledge.None, nil, ""
		}
		asked = append(asked, o)
	}
	if err := l.Observe(b.Context(), asked...); err != nil {
		b.Fatal(err)
	}
	draft := all[1]
	draft.Note = "Neu."
	must(l.Save(b.Context(), "ada", draft, knowledge.Edit{Base: 1}))
	return New(Options{Demo: true, Store: new(bottest.Memory), People: people, Library: l, May: mayTest, Clock: (&testClock{now: monday}).clock(), Report: noFigures})
}
