package slack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ersthelfer/bot"
	botbolt "ersthelfer/bot/bolt"
	"ersthelfer/bot/slack"
	"ersthelfer/bot/slack/slacktest"
	"ersthelfer/escalation"
	"ersthelfer/escalation/bolt"
	"ersthelfer/escalation/escalationtest"
	"ersthelfer/internal/boltfile"
)

// childEnv makes the test binary a bot, which a test can kill.
const childEnv = "ERSTHELFER_SLACK_CHILD"

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		if err := child(text); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// An order is what a child is told.
type order struct {
	API, Dir string
	Listen   string // for HTTP; empty: Socket Mode
}

// child is the whole bot with a database file.
func child(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	file, err := boltfile.Open(o.Dir, boltfile.Options{Timeout: hung})
	if err != nil {
		return err
	}
	defer file.Close()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	tickets, err := bolt.Open(file, log)
	if err != nil {
		return err
	}
	store, err := botbolt.Open(ctx, file, log)
	if err != nil {
		return err
	}
	options := slack.Options{
		BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, API: o.API, Store: store, Words: words,
		Teams: map[string]string{slacktest.Team: "gs-nord"}, Log: log,
	}
	if o.Listen != "" {
		options.AppToken, options.SigningSecret = "", slacktest.Secret
	}
	p, err := slack.New(options)
	if err != nil {
		return err
	}
	if o.Listen != "" {
		l, err := net.Listen("tcp", o.Listen)
		if err != nil {
			return err
		}
		server := &http.Server{Handler: p.Handler()}
		defer server.Close()
		go server.Serve(l)
	}
	library, err := shipped()
	if err != nil {
		return err
	}
	b, err := bot.New(bot.Options{
		Desk:    escalation.NewDesk(tickets, escalationtest.Model(), time.Now),
		Library: library, Store: store, Platforms: []bot.Platform{p}, Log: log,
	})
	if err != nil {
		return err
	}
	return b.Run(ctx)
}

// A program is a child that can be killed and started again.
type program struct {
	text string
	mu   sync.Mutex
	cmd  *exec.Cmd
	out  lockedBuffer
}

func (p *program) start(t testing.TB) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd = exec.Command(self, "-test.run=^$")
	p.cmd.Env = append(os.Environ(), childEnv+"="+p.text)
	p.cmd.Stderr = &p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

func (p *program) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // killed
}

// TestStorm is many people asking at once, while Slack limits posts, loses
// answers, delivers twice, does not hear acknowledgements, ends connections, and
// the bot is killed: every question is answered once.
func TestStorm(t *testing.T) {
	both(t, func(t *testing.T, w way) { storm(t, w) })
}

// BenchmarkStorm holds that 99 of 100 acknowledgements arrive within a second.
func BenchmarkStorm(b *testing.B) {
	for _, w := range ways {
		b.Run(w.name, func(b *testing.B) {
			for b.Loop() {
				p99 := storm(b, w)
				b.ReportMetric(float64(p99.Microseconds())/1000, "ms/p99")
				if p99 > time.Second {
					b.Errorf("one of 100 acknowledgements took more than %v", p99)
				}
			}
		})
	}
}

// storm returns how long 99 of 100 acknowledgements took at most.
func storm(t testing.TB, w way) (p99 time.Duration) {
	listen := ""
	if w.name == "http" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listen = l.Addr().String()
		l.Close() // for the child, and the next one
	}
	people := 500
	if testing.Short() || slow {
		people = 100
	}
	s := slacktest.New(t)
	s.Set(func(r *slacktest.Rules) {
		r.Twice, r.Deaf, r.Each, r.Patience, r.Retries = 10, 20, time.Second, time.Second, 30
	})
	text, err := json.Marshal(order{s.URL, t.TempDir(), listen})
	if err != nil {
		t.Fatal(err)
	}
	p := &program{text: string(text)}
	p.start(t)
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Log(p.out.String())
		}
	})
	if listen != "" {
		s.UseHTTP("http://" + listen)
		wait(t, s, "the beginning", func() bool { return looks(s) > 0 })
	} else {
		wait(t, s, "both connections", func() bool { return s.Sockets() == 2 })
	}
	began := time.Now()
	talk(s, people)
	ctx, cancel := context.WithTimeout(t.Context(), 2*hung)
	defer cancel()
	disturb(t, ctx, s, p, people)
	everybody := func() bool { return len(silent(s, people)) == 0 }
	if s.Wait(ctx, everybody) != nil {
		tell(t, s, people)
		t.Fatalf("%d of %d questions are not answered", len(silent(s, people)), people)
	}
	t.Logf("%d questions answered in %v", people, time.Since(began).Round(time.Millisecond))
	wait(t, s, "the last acknowledgement", func() bool {
		return !slices.ContainsFunc(s.Envelopes(), func(e slacktest.Envelope) bool {
			open := slices.ContainsFunc(e.Sent, func(d slacktest.Delivery) bool { return d.Acked.IsZero() && !d.Gone })
			return e.Acked.IsZero() && !e.Lost || open
		})
	})
	p99 = report(t, s)
	// Once more from the beginning: nothing may be answered again.
	p.kill()
	p.start(t)
	seen := len(s.Calls("conversations.history"))
	wait(t, s, "everything to be read again", func() bool { return len(s.Calls("conversations.history")) >= seen+people })
	once(t, s, people)
	return p99
}

func asker(i int) string { return fmt.Sprintf("UASKER%03d", i) }

// talk has everybody ask.
func talk(s *slacktest.Server, people int) {
	for i := range people {
		s.Add(slacktest.User{ID: asker(i), Name: strings.ToLower(asker(i)[1:])})
		s.Say(asker(i), "beamer in 204 zeigt kein bild vom laptop")
	}
}

// disturb lets things happen, each when a part of the questions is answered.
func disturb(t testing.TB, ctx context.Context, s *slacktest.Server, p *program, people int) {
	things := []func(){
		func() {
			s.Fail("chat.postMessage", slacktest.Fault{Status: 429, After: 1}, slacktest.Fault{Lose: true})
		},
		func() { s.Disconnect("warning") },
		func() { p.kill(); p.start(t) },
		func() { s.Fail("chat.postMessage", slacktest.Fault{Lose: true}, slacktest.Fault{Status: 503}) },
		s.CutOne,
		func() { p.kill(); p.start(t) },
		func() {
			s.Fail("chat.postMessage", slacktest.Fault{Status: 429, After: 1}, slacktest.Fault{Lose: true})
		},
		func() { s.Disconnect("refresh_requested") },
	}
	for i, thing := range things {
		answered := people * (i + 1) / (len(things) + 2)
		err := s.Wait(ctx, func() bool { return people-len(silent(s, people)) >= answered })
		if err != nil {
			tell(t, s, people)
			t.Fatalf("thing %d: %d of %d questions are not answered", i, len(silent(s, people)), people)
		}
		thing()
	}
}

// theAnswer is a part of what answers the question.
const theAnswer = "Windows-Taste"

// silent returns who has no answer yet.
func silent(s *slacktest.Server, people int) []string {
	answers := s.Count(theAnswer)
	var out []string
	for i := range people {
		if answers[s.Direct(asker(i))] == 0 {
			out = append(out, asker(i))
		}
	}
	return out
}

// tell logs what those without an answer have heard.
func tell(t testing.TB, s *slacktest.Server, people int) {
	for _, user := range silent(s, people)[:min(5, len(silent(s, people)))] {
		for _, m := range s.In(s.Direct(user), "") {
			t.Logf("%s: %s %s", user, m.User, m.Visible())
		}
	}
}

// once checks that everybody was answered once, and told nothing twice.
func once(t testing.TB, s *slacktest.Server, people int) {
	t.Helper()
	answers := s.Count(theAnswer)
	for i := range people {
		if n := answers[s.Direct(asker(i))]; n != 1 {
			t.Errorf("%s is answered %d times", asker(i), n)
		}
		posts := s.Posts(s.Direct(asker(i)))
		if len(posts) != 2 || !strings.Contains(posts[0].Text, "kein Mensch") {
			t.Errorf("%s reads %d posts, want a greeting and an answer", asker(i), len(posts))
		}
		for j, m := range posts {
			if slices.ContainsFunc(posts[:j], func(x slacktest.Message) bool { return string(x.Metadata) == string(m.Metadata) }) {
				t.Errorf("%s is told twice: %q", asker(i), m.Visible())
			}
		}
	}
}

// report returns how long 99 of 100 acknowledgements took at most. Every delivery
// that reached the bot counts, whether its acknowledgement was heard or not.
func report(t testing.TB, s *slacktest.Server) (p99 time.Duration) {
	t.Helper()
	var took []time.Duration
	gone := 0
	for _, e := range s.Envelopes() {
		for _, d := range e.Sent {
			switch {
			case !d.Acked.IsZero():
				took = append(took, d.Acked.Sub(d.At))
			case d.Gone:
				gone++
			default:
				t.Errorf("%s was delivered to the bot and never acknowledged", e.ID)
			}
		}
	}
	slices.Sort(took)
	n := len(took)
	t.Logf("%d deliveries acknowledged after p50 %v, p99 %v, at most %v; %d more reached nobody",
		n, took[n/2], took[n*99/100], took[n-1], gone)
	return took[n*99/100]
}
