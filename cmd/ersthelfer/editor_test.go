package main

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ersthelfer/bot/bottest"
	"ersthelfer/config"
)

// An office is the program with a chat that exists only in the test, and its pages
// as they are served to people who sign in.
type office struct {
	*app
	chat    *bottest.Platform
	address string
}

// openOffice runs the program until the end of the test.
func openOffice(t testing.TB, cfg *config.Config) *office {
	t.Helper()
	l, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a, err := openApp(cfg, t.TempDir(), time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{app: a, chat: bottest.NewPlatform("console", bottest.Full), address: "http://" + l.Addr().String()}
	o.run(t, l)
	return o
}

func (o *office) run(t testing.TB, l net.Listener) {
	t.Helper()
	pages := o.signedInPages(time.Now, l.Addr().String())
	b, err := o.newBot(0, pages.Link, o.chat)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, l, pages.Handler(), b) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := o.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}

// says has a person say something, and returns what the bot has said to them as
// soon as that holds the words.
func (o *office) says(t testing.TB, person, text, words string) string {
	t.Helper()
	if _, err := o.chat.Say(t.Context(), person, text); err != nil {
		t.Fatal(err)
	}
	for t.Context().Err() == nil {
		var all strings.Builder
		for _, post := range o.chat.Posts(person) {
			all.WriteString(post.Body.String() + "\n")
		}
		if strings.Contains(all.String(), words) {
			return all.String()
		}
		if _, err := o.talking.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return ""
}

// browse starts a browser at an address, or skips the test where there is none;
// where CI is set there must be one.
func browse(t testing.TB, address string) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("CI is set and there is no chromium")
		}
		t.Skip("NO BROWSER IS TESTED: there is no chromium")
	}
	options := slices.Concat(chromedp.DefaultExecAllocatorOptions[:], []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true),
	})
	allocator, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	browser, stop := chromedp.NewContext(allocator)
	t.Cleanup(stop)
	if err := chromedp.Do(browser, chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	return browser
}

// TestEditorStory plays an editor of a running bot: she signs in through the
// chat, finds the most frequent gap, writes the article, is warned, and
// publishes all the same. The next teacher gets it, without a restart.
func TestEditorStory(t *testing.T) {
	cfg, err := config.Demo()
	if err != nil {
		t.Fatal(err)
	}
	o := openOffice(t, cfg)
	for _, person := range []string{"anna", "cem"} {
		o.says(t, person, "der 3d drucker im makerspace verbindet sich nicht", "keine Anleitung")
	}
	o.says(t, "mara", "aufzug schlüsselkarte geht nicht", "keine Anleitung")

	link := regexp.MustCompile(`http://\S+`).FindString(o.says(t, "ada", "anmelden", "http://"))
	browser := browse(t, link)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(browser, steps...); err != nil {
			t.Fatal(err)
		}
	}
	click := func(selector string) { t.Helper(); do(chromedp.Click(chromedp.CSS(selector))) }
	read := func(selector string) string {
		t.Helper()
		got, err := chromedp.Run(browser, chromedp.Text(chromedp.CSS(selector)))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	click("main form button") // sign in
	click("nav a[href$='/artikel']")
	click("a[href$='/luecken']")
	if got := read(".tasks > li h2"); got != "„der 3d drucker im makerspace verbindet sich nicht“" {
		t.Errorf("the most frequent gap is %s", got)
	}
	click(".tasks > li button[name=luecke]")
	do(
		chromedp.SetValue(chromedp.CSS("#raum"), "drucken"),
		chromedp.SendKeys(chromedp.CSS("#fragen"), "\ndrucker druckt nicht\ndrucker geht nicht\nes kommt nichts aus dem drucker\nkann nicht drucken\ndrucker offline\ndrucker im lehrerzimmer ist offline\n"+
			"mein drucker druckt nicht\ndrucker reagiert nicht\nhab auf drucken geklickt und nix kommt"),
		chromedp.SendKeys(chromedp.CSS("#schritte"), "Starten Sie den 3D-Drucker neu.\nWarten Sie, bis er grün leuchtet."),
	)
	click("button[name=tun][value=weiter]")
	if got := read(".notice.warn h3"); !strings.Contains(got, "weg von:") {
		t.Errorf("the gate says %q", got)
	}
	do(chromedp.SendKeys(chromedp.CSS("#warum"), "wird dort noch gestrichen"))
	click("button[name=trotzdem]")
	read(".tag.published")
	began := time.Now()
	if err := o.library.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("the index knew the article %v after the page had said so", time.Since(began).Round(time.Millisecond))

	o.says(t, "lea", "der 3d drucker verbindet sich nicht", "Warten Sie, bis er grün leuchtet.")
	audit, err := o.library.Audit(t.Context(), demoEditor, 0, 1)
	if err != nil || audit[0].Action != "publish" || audit[0].Taken == 0 || audit[0].By != demoEditor {
		t.Errorf("the audit ends with %+v, %v", audit, err)
	}
	if gaps, err := o.library.Gaps(t.Context(), demoEditor); err != nil || len(gaps) != 1 {
		t.Errorf("%d gaps are left, %v; want the one about the lift", len(gaps), err)
	}
}
