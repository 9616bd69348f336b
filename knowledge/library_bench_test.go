package knowledge_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ersthelfer/knowledge"
	"ersthelfer/knowledge/knowledgetest"
)

// large returns n articles with so many phrasings each, made of those of the starter with words of their own.
func large(b *testing.B, n, phrasings int) []knowledge.Article {
	b.Helper()
	starter, err := knowledge.Starter()
	if err != nil {
		b.Fatal(err)
	}
	out := make([]knowledge.Article, n)
	for i := range out {
		a := starter[i%len(starter)]
		a.ID = fmt.Sprintf("%s-%d", a.ID, i)
		a.English = nil
		questions := make([]string, min(phrasings, len(a.Questions)))
		for k := range questions {
			questions[k] = strings.Replace(a.Questions[k], " ", fmt.Sprintf(" w%dx ", i), 1)
		}
		a.Questions = questions
		out[i] = a
	}
	return out
}

// BenchmarkSwap measures a change of one article among many: until answers show it, and until the index knows it.
func BenchmarkSwap(b *testing.B) {
	for _, size := range []struct{ articles, phrasings int }{{100, 13}, {1000, 13}, {5000, 3}, {5000, 13}, {5000, 20}} {
		b.Run(fmt.Sprintf("%dx%d", size.articles, size.phrasings), func(b *testing.B) {
			articles := large(b, size.articles, size.phrasings)
			l, err := knowledge.OpenLibrary(b.Context(), new(knowledgetest.Memory), articles, knowledge.LibraryOptions{
				May: func(knowledge.Person, knowledge.Action, string) bool { return true },
			})
			if err != nil {
				b.Fatal(err)
			}
			var shown, known time.Duration
			for n := 0; b.Loop(); n++ {
				begin := time.Now()
				if _, err := l.Retire(b.Context(), "mara", articles[n].ID, ""); err != nil {
					b.Fatal(err)
				}
				shown += time.Since(begin)
				if err := l.Settle(b.Context()); err != nil {
					b.Fatal(err)
				}
				known += time.Since(begin)
			}
			b.ReportMetric(float64(shown.Milliseconds())/float64(b.N), "ms-shown")
			b.ReportMetric(float64(known.Milliseconds())/float64(b.N), "ms-known")
		})
	}
}

// BenchmarkHuge measures an index of 100,000 articles: how long it takes to build, its slowest answers, and what the
// program holds at the most while it is built, the articles included.
func BenchmarkHuge(b *testing.B) {
	articles := large(b, 100_000, 8)
	questions, err := os.ReadFile("testdata/dev.tsv")
	if err != nil {
		b.Fatal(err)
	}
	qs, err := knowledge.ParseQuestions("dev.tsv", questions)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		begin := time.Now()
		index := knowledge.NewIndex(articles, knowledge.Options{})
		b.ReportMetric(time.Since(begin).Seconds(), "s-build")
		var took []time.Duration
		for _, q := range qs {
			begin := time.Now()
			index.Answer(q.Text)
			took = append(took, time.Since(begin))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(usage.Maxrss)/1024, "MiB-most")
}

// BenchmarkTry measures the trial of one changed article, with so many real questions of which somebody said that the
// article helped: the first one, those that follow, and publishing what was just tried.
func BenchmarkTry(b *testing.B) {
	for _, size := range []struct{ articles, confirmed int }{{104, 0}, {104, 5000}, {104, 20_000}, {1000, 20_000}, {5000, 0}, {5000, 20_000}, {5000, 100_000}} {
		b.Run(fmt.Sprintf("%dx%d", size.articles, size.confirmed), func(b *testing.B) {
			articles := large(b, size.articles, 13)
			l, err := knowledge.OpenLibrary(b.Context(), new(knowledgetest.Memory), articles, knowledge.LibraryOptions{
				May: func(knowledge.Person, knowledge.Action, string) bool { return true },
			})
			if err != nil {
				b.Fatal(err)
			}
			if err := l.Observe(b.Context(), confirmed(articles, size.confirmed)...); err != nil {
				b.Fatal(err)
			}
			a := articles[0]
			var first, next, publish time.Duration
			n := 0
			for b.Loop() { // another revision each time, as the last trial is remembered
				a.Questions = append([]string{fmt.Sprint("ganz neue frage ", n)}, articles[0].Questions...)
				if _, err := l.Save(b.Context(), "mara", a, knowledge.Edit{Base: n + 1}); err != nil {
					b.Fatal(err)
				}
				if _, err := l.Submit(b.Context(), "mara", a.ID, ""); err != nil {
					b.Fatal(err)
				}
				begin := time.Now()
				t, err := l.Try(b.Context(), "mara", a.ID)
				if err != nil {
					b.Fatal(err)
				}
				if n == 0 {
					first = time.Since(begin)
					b.ReportMetric(float64(t.After.Asked), "asked")
				} else {
					next += time.Since(begin)
				}
				begin = time.Now()
				if _, err := l.Publish(b.Context(), "mara", knowledge.Order{Anyway: true}, a.ID); err != nil {
					b.Fatal(err)
				}
				publish += time.Since(begin)
				if err := l.Settle(b.Context()); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64(first.Milliseconds()), "ms-first")
			b.ReportMetric(float64(next.Milliseconds())/float64(max(1, n-1)), "ms-next")
			b.ReportMetric(float64(publish.Microseconds())/1000/float64(n), "ms-publish")
		})
	}
}

// confirmed returns n different questions that people might have asked, with an article each that helped.
func confirmed(articles []knowledge.Article, n int) []knowledge.Observation {
	out := make([]knowledge.Observation, n)
	for i := range out {
		a := articles[i%len(articles)]
		out[i] = knowledge.Observation{
			Text: a.Questions[i/len(articles)%len(a.Questions)] + " seit heute bei " + letters(i), Outcome: knowledge.Answered,
			Articles: []string{a.ID}, Helped: knowledge.VerdictHelped,
		}
	}
	return out
}

// letters spells a number, so that nobody takes it for a detail.
func letters(n int) string {
	out := []byte{}
	for ; n > 0 || len(out) < 3; n /= 20 {
		out = append(out, "bcdfghjklmnpqrstvwxz"[n%20])
		out = append(out, "aeiou"[n%5])
	}
	return string(out)
}
