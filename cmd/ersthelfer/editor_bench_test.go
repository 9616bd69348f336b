package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ersthelfer/config"
	"ersthelfer/knowledge"
)

// BenchmarkEditor measures, with 5,000 articles and 20,000 confirmed questions,
// what an editor waits for in a browser: from a press until the next page is
// loaded, at the 95th percentile.
// ms-swap is how long it took after publishing until the index knew the article;
// meanwhile somebody asks all the time, and unanswered counts who got nothing.
func BenchmarkEditor(b *testing.B) {
	cfg, err := config.Demo()
	if err != nil {
		b.Fatal(err)
	}
	cfg.Knowledge.Dir = manyArticles(b, 5000)
	o := openOffice(b, cfg)
	var confirmed []knowledge.Observation
	for n := range 20_000 {
		confirmed = append(confirmed, knowledge.Observation{
			Text: fmt.Sprintf("frage w%dx w%dy nach dem drucker", n%5000, n), Outcome: knowledge.Answered,
			Articles: []string{fmt.Sprintf("viele-%04d", n%5000)}, Helped: knowledge.VerdictHelped,
		})
	}
	if err := o.library.Observe(b.Context(), confirmed...); err != nil {
		b.Fatal(err)
	}
	link := regexp.MustCompile(`http://\S+`).FindString(o.says(b, "ada", "anmelden", "http://"))
	browser := browse(b, link)
	press := func(selector, leadsTo string) time.Duration {
		b.Helper()
		if err := chromedp.Do(browser, chromedp.Click(chromedp.CSS(selector))); err != nil {
			b.Fatal(err)
		}
		return loaded(b, browser, leadsTo)
	}
	press("main form button", "/als/ada/")
	took := map[string][]time.Duration{}
	visit := func(name, path string) {
		b.Helper()
		if err := chromedp.Do(browser, chromedp.Navigate(o.address+"/als/ada"+path)); err != nil {
			b.Fatal(err)
		}
		took[name] = append(took[name], loaded(b, browser, ""))
	}
	asking := o.askAllTheTime(b)
	for n := 0; b.Loop(); n++ {
		id := fmt.Sprintf("viele-%04d", n)
		visit("list", fmt.Sprintf("/artikel?seite=%d&ordnung=age", n%50))
		visit("search", fmt.Sprintf("/artikel?suche=drucker+w%dx", n))
		visit("editor", "/artikel/"+id)
		if err := chromedp.Do(browser, chromedp.SendKeys(chromedp.CSS("#fragen"), "\nganz neue frage")); err != nil {
			b.Fatal(err)
		}
		took["gate"] = append(took["gate"], press("button[name=tun]", id+"/veroeffentlichen"))
		took["publish"] = append(took["publish"], press("form.fields button", "/artikel/"+id))
		began := time.Now()
		if err := o.library.Settle(b.Context()); err != nil {
			b.Fatal(err)
		}
		took["swap"] = append(took["swap"], time.Since(began))
	}
	answers, unanswered := asking()
	for name, all := range took {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)*95/100].Milliseconds()), "ms-"+name)
	}
	b.ReportMetric(float64(answers)/b.Elapsed().Seconds(), "answers/s")
	b.ReportMetric(float64(unanswered), "unanswered")
}

// loaded returns how long the browser took from the press to the loaded page,
// whose path ends so.
func loaded(b *testing.B, browser context.Context, path string) time.Duration {
	b.Helper()
	there := fmt.Sprintf(`location.pathname.endsWith(%q) && document.readyState === "complete" && performance.getEntriesByType("navigation")[0].loadEventEnd`, path)
	ms, err := 0.0, error(nil)
	for ms == 0 && browser.Err() == nil {
		ms, err = chromedp.Run(browser, chromedp.Poll[float64](there)) // fails when the page goes away meanwhile
	}
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration(ms * float64(time.Millisecond))
}

// askAllTheTime asks for an article that nobody changes, until the function that
// it returns is called.
func (o *office) askAllTheTime(b *testing.B) (stop func() (answers, unanswered int)) {
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan [2]int)
	go func() {
		var n [2]int
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			a := o.library.Answer("papierstau im kopierer")
			n[0]++
			if a.Outcome == knowledge.None {
				n[1]++
			}
			<-tick.C
		}
		done <- n
	}()
	return func() (int, int) {
		cancel()
		n := <-done
		return n[0], n[1]
	}
}

// manyArticles returns a folder of n articles with words of their own.
func manyArticles(b *testing.B, n int) string {
	b.Helper()
	starter, err := knowledge.Starter()
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	for i := range n {
		a := starter[i%len(starter)]
		a.ID, a.English, a.Near, a.Also = fmt.Sprintf("viele-%04d", i), nil, nil, nil
		for k, q := range a.Questions {
			a.Questions = slices.Clone(a.Questions)
			a.Questions[k] = strings.Replace(q, " ", fmt.Sprintf(" w%dx ", i), 1)
		}
		if err := os.WriteFile(filepath.Join(dir, a.ID+".md"), a.Markdown(), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}
