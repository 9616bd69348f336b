package web

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"ersthelfer/bot"
	"ersthelfer/knowledge"
)

// startBrowser starts a browser with nothing in it, or skips the test where
// there is none; where CI is set there must be one.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("CI is set and there is no chromium")
		}
		t.Skip("NO BROWSER IS TESTED: there is no chromium")
	}
	options := slices.Concat(chromedp.DefaultExecAllocatorOptions[:], []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("no-sandbox", true),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
	})
	allocator, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	browser, stop := chromedp.NewContext(allocator)
	t.Cleanup(stop)
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("start browser: %v", err)
	}
	return browser
}

// A tab is a window of the browser that shows a person's page.
type tab struct {
	ctx context.Context
	mu  sync.Mutex
	bad []string // what the page complained of
}

// openTab opens a window of its own. At the end of the test the page must not
// have complained of anything.
func openTab(t *testing.T, browser context.Context, address string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewWindow(true))
	t.Cleanup(cancel)
	b := &tab{ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open window: %v", err)
	}
	err := chromedp.Listen(ctx, func(e any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			b.bad = append(b.bad, e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			if e.Entry.Level != log.EntryLevelInfo { // a remark: the field that takes the focus had it already
				b.bad = append(b.bad, e.Entry.Text)
			}
		}
	})
	if err != nil {
		t.Fatalf("listen to window: %v", err)
	}
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.bad) > 0 {
			t.Errorf("%s complains: %q", address, b.bad)
		}
	})
	b.do(t, chromedp.Navigate(address))
	return b
}

// do performs steps. What is waited for is waited for until the test is ended
// from outside.
func (b *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// shows waits until an element is there and returns its text.
func (b *tab) shows(t *testing.T, selector string) string {
	t.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		t.Fatalf("wait for %s: %v", selector, err)
	}
	return got
}

// is waits until a condition in the page's script holds.
func (b *tab) is(t *testing.T, condition string) {
	t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](condition, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(0))); err != nil {
		t.Fatalf("wait for %s: %v", condition, err)
	}
}

func (b *tab) types(t *testing.T, keys string) {
	t.Helper()
	b.do(t, chromedp.SendKeys(chromedp.CSS("textarea[name=text]"), keys))
}

func (b *tab) clicks(t *testing.T, selector string) {
	t.Helper()
	b.do(t, chromedp.Click(chromedp.CSS(selector)))
}

// helpdesk lets ben take and solve what anna asks.
func helpdesk(s *Server, given *[]string) bot.Handler {
	var mu sync.Mutex
	return func(ctx context.Context, m bot.Message) (bot.Receipt, error) {
		mu.Lock()
		*given = append(*given, m.From.ID+": "+m.Text+m.Choice)
		mu.Unlock()
		send := func(to, text string, choices ...bot.Choice) (bot.Receipt, error) {
			_, err := s.Send(ctx, bot.Post{Key: m.ID + to, User: to, Body: bot.Plain(text), Choices: choices})
			return bot.Receipt{}, err
		}
		switch {
		case m.From.ID == "anna":
			return send("ben", "Anna: "+m.Text, bot.Choice{ID: "take", Label: "Take", Strong: true},
				bot.Choice{ID: "solve", Label: "Solve", Form: &bot.Form{ID: "solve", Title: "Solve it", Submit: "Send", Fields: []bot.Field{{Name: "text", Label: "What was it?"}}}})
		case m.Form["text"] == "x":
			return bot.Receipt{Errors: map[string]string{"text": "More than one letter, please."}}, nil
		case m.Choice == "solve":
			return send("anna", "Gelöst: "+m.Form["text"])
		case m.Choice == "take":
			if err := s.Edit(ctx, m.Post, bot.Post{Body: bot.Plain("Taken."), Choices: nil}); err != nil {
				return bot.Receipt{}, err
			}
			return send("anna", "Ben hat es übernommen.")
		}
		return bot.Receipt{Private: bot.Plain("Only you: " + m.Text)}, nil
	}
}

func TestTwoWindowsTalk(t *testing.T) {
	browser := startBrowser(t)
	clock := &testClock{now: monday}
	s, pages := newServer(t, Options{Demo: true, Clock: clock.clock()})
	var given []string
	running(t, s, helpdesk(s, &given))
	anna, ben := openTab(t, browser, pages+"/als/anna/"), openTab(t, browser, pages+"/als/ben/")

	anna.types(t, "Beamer <b>kaputt</b>\r") // Enter sends
	if got := anna.shows(t, "#n1 .text"); got != "Beamer <b>kaputt</b>" {
		t.Errorf("anna sees %q", got)
	}
	if got := ben.shows(t, "#n1 .text"); got != "Anna: Beamer <b>kaputt</b>" {
		t.Errorf("ben sees %q", got)
	}
	anna.is(t, `document.querySelector("textarea").value.trim() === ""`) // the driver types the line end all the same

	// A form that is refused keeps what was typed, and goes through at the second attempt.
	ben.clicks(t, "#n1 summary")
	ben.do(t, chromedp.SendKeys(chromedp.CSS("#n1 input[name=feld-text]"), "x"))
	ben.clicks(t, "#n1 .fields button")
	if got := ben.shows(t, "#n2 .wrong"); !strings.Contains(got, "More than one letter") {
		t.Errorf("ben is told %q", got)
	}
	ben.is(t, `document.querySelector("#n2 [aria-invalid]").value === "x"`)
	ben.do(t, chromedp.SendKeys(chromedp.CSS("#n2 input[name=feld-text]"), "Adapter für "))
	ben.clicks(t, "#n2 .fields button")
	if got := anna.shows(t, "#n2 .text"); got != "Gelöst: Adapter für x" {
		t.Errorf("anna sees %q", got)
	}
	ben.is(t, `!document.querySelector("#n2 .fields")`)

	// A button pressed twice has one effect, and is gone.
	ben.do(t, chromedp.DoubleClick(chromedp.CSS("#n1 form.choice button")))
	if got := anna.shows(t, "#n3 .text"); got != "Ben hat es übernommen." {
		t.Errorf("anna sees %q", got)
	}
	ben.is(t, `!document.querySelector("#n1 .choices")`)
	ben.types(t, "note\r")
	if got := ben.shows(t, ".note p:not(.notehead)"); got != "Only you: note" {
		t.Errorf("ben is told %q", got)
	}
	ben.is(t, `document.activeElement.name === "text"`)

	anna.clicks(t, "button[value='1h']")
	anna.is(t, `document.getElementById("uhr").textContent.includes("11:40")`)
	ben.is(t, `document.getElementById("uhr").textContent.includes("11:40")`)

	before := anna.shows(t, "#verlauf")
	anna.do(t, chromedp.EmulateViewport(800, 300), chromedp.Reload())
	atEnd := `(s => s.scrollHeight > s.clientHeight && s.scrollHeight - s.scrollTop - s.clientHeight < 2)(document.querySelector(".scroll"))`
	if ok, err := chromedp.Run(anna.ctx, chromedp.Evaluate[bool](atEnd)); err != nil || !ok {
		t.Errorf("a reload does not show the end at once, %v", err)
	}
	if after := anna.shows(t, "#verlauf"); after != before {
		t.Errorf("before a reload anna sees\n%s\nafter it\n%s", before, after)
	}
	want := []string{"anna: Beamer <b>kaputt</b>", "ben: solve", "ben: solve", "ben: take", "ben: note"}
	if !slices.Equal(given, want) {
		t.Errorf("the bot was given %q, want %q", given, want)
	}
}

// A page that fits shows nothing outside of the screen's width, on a phone too.
// TestManyWindowsAreLive opens more windows than a browser allows connections to
// one server. Every one loads, shows what is new, and can send.
func TestManyWindowsAreLive(t *testing.T) {
	browser := startBrowser(t)
	s, pages := newServer(t, Options{Demo: true})
	var given []string
	running(t, s, helpdesk(s, &given))
	var windows []*tab
	for i := range 9 {
		windows = append(windows, openTab(t, browser, pages+"/als/"+[]string{"anna", "ben"}[i%2]+"/"))
	}
	last := windows[len(windows)-1]
	last.types(t, "Beamer kaputt\r")
	for _, w := range windows {
		w.shows(t, "#n1 .text")
	}
	// What a window gives back, one that only asked now and then takes up.
	windows[0].do(t, chromedp.Navigate("about:blank"))
	last.types(t, "und kein Ton\r")
	for _, w := range windows[1:] {
		w.shows(t, "#n2 .text")
	}
}

func TestPagesFitOnAPhone(t *testing.T) {
	browser := startBrowser(t)
	s := everywhere(t, strings.Repeat("Donaudampfschifffahrtsgesellschaft", 4))
	s.people["anna"] = Person{User: bot.User{ID: "anna", Name: "Anna Weber"}, Kind: Teacher, School: "Gesamtschule Nord", Roles: []string{"authority"}}
	_, pages := serve(t, s)
	b := openTab(t, browser, pages+"/")
	b.do(t, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
	for _, path := range []string{"/", "/als/anna/", "/als/anna/bericht"} {
		b.fits(t, pages+path)
	}
	narrow := `[...document.querySelectorAll("tbody th, tbody td")].filter(cell => cell.offsetWidth < 40).length` // their letters stand one below the other
	if n, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](narrow)); err != nil || n > 0 {
		t.Errorf("%d cells of the report are too narrow to be read, %v", n, err)
	}
	cut := `[...document.querySelectorAll(".tablebox")].filter(box => box.scrollWidth > box.clientWidth).length`
	if n, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](cut)); err != nil || n > 0 {
		t.Errorf("%d tables of the report are cut off, %v", n, err)
	}
	articles := curated(t, Options{Demo: true})
	long := strings.Repeat("Donaudampfschifffahrtsgesellschaft", 4)
	wide := knowledge.Article{ID: "lang", Title: long, Room: "drucken", Questions: []string{long}, Steps: []string{long}, Note: long}
	must(articles.o.Library.Save(t.Context(), "ada", wide, knowledge.Edit{Why: long}))
	_, pages = serve(t, articles)
	for _, row := range matrix {
		if row.isPage("ada") {
			b.fits(t, pages+strings.ReplaceAll(row.path, "{p}", "ada"))
		}
	}
	for _, path := range []string{"", "/verlauf", "/schulen"} {
		b.fits(t, pages+"/als/ada/artikel/lang"+path)
	}
}

// fits checks that a page is no wider than the screen of a phone.
func (b *tab) fits(t *testing.T, address string) {
	t.Helper()
	b.do(t, chromedp.Navigate(address))
	wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
	if err != nil || wide > 390 {
		t.Errorf("%s is %d wide, %v", address, wide, err)
	}
}

// reallyAsked is a question that led to the article that editor opens.
const reallyAsked = "der kopierer frisst papier"

// editor opens an article in the editor, to which somebody's question led.
func editor(t *testing.T) (*Server, *tab) {
	t.Helper()
	browser := startBrowser(t)
	s := curated(t, Options{Demo: true})
	asked := knowledge.Observation{Text: reallyAsked, Outcome: knowledge.Answered, Articles: []string{"papierstau"}, At: monday}
	if err := s.o.Library.Observe(t.Context(), asked); err != nil {
		t.Fatal(err)
	}
	_, pages := serve(t, s)
	return s, openTab(t, browser, pages+"/als/ada/artikel/papierstau")
}

// What is typed is seen at once as the chat will show it, and one press adds a question that was really asked.
func TestArticleIsWrittenLive(t *testing.T) {
	s, b := editor(t)
	b.do(t, chromedp.SendKeys(chromedp.CSS("#schritte"), "Ziehen Sie <b>langsam</b>.\n"))
	b.is(t, `[...document.querySelectorAll("#vorschau li")].some(li => li.textContent === "Ziehen Sie <b>langsam</b>.")`)
	b.clicks(t, "button[name=frage]")
	b.is(t, `document.activeElement.textContent === "schon dabei" && !document.querySelector("button[name=frage]")`)
	b.clicks(t, "button.strong:not([name])")
	if got := b.shows(t, ".notice.good"); !strings.Contains(got, "Gespeichert") {
		t.Errorf("the page says %q", got)
	}
	rev := must(s.o.Library.Revision(t.Context(), "ada", "papierstau", 3))
	if !slices.Contains(rev.Article.Questions, reallyAsked) || !slices.Contains(rev.Article.Steps, "Ziehen Sie <b>langsam</b>.") {
		t.Errorf("it was stored as %+v", rev.Article)
	}
}

// Enter in a line of the editor saves, whatever buttons stand before the one that does.
func TestEnterSaves(t *testing.T) {
	s, b := editor(t)
	b.do(t, chromedp.SendKeys(chromedp.CSS("#titel"), "Kein \r"))
	if got := b.shows(t, ".notice.good"); !strings.Contains(got, "Gespeichert") {
		t.Errorf("the page says %q", got)
	}
	rev := must(s.o.Library.Revision(t.Context(), "ada", "papierstau", 3))
	if rev.Article.Title != "Kein Papierstau im Kopierer" || slices.Contains(rev.Article.Questions, reallyAsked) {
		t.Errorf("it was stored as %+v", rev.Article)
	}
}
