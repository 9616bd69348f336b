package slack_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/slack/slacktest"
	"ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// A tickingClock goes on by a millisecond whenever somebody looks at it, as a real
// one does between two requests.
type tickingClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *tickingClock) look() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

// RoundTrip implements http.RoundTripper: reading an answer takes a moment.
func (c *tickingClock) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		resp.Body = &slowBody{resp.Body, c}
	}
	return resp, err
}

type slowBody struct {
	io.ReadCloser
	clock *tickingClock
}

// Close implements io.Closer.
func (b *slowBody) Close() error {
	b.clock.until(b.clock.look().Add(20 * time.Millisecond))
	return b.ReadCloser.Close()
}

// until moves the clock forward.
func (c *tickingClock) until(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.now) {
		c.now = at
	}
}

// A desktop is the whole bot, whose time the test moves.
type desktop struct {
	t     *testing.T
	s     *slacktest.Server
	clock *tickingClock
	bot   *bot.Bot
	said  int
}

func newDesktop(t *testing.T) *desktop {
	t.Helper()
	library, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	d := &desktop{t: t, s: slacktest.New(t)}
	d.clock = &tickingClock{now: time.Date(2026, 11, 24, 9, 10, 0, 0, time.UTC)}
	o := options(d.s)
	o.Now, o.HTTP = d.clock.look, &http.Client{Transport: d.clock}
	known := append(cast(d.s), bot.Known{
		Person: "bernd", Name: "bernd", Users: map[string]string{"slack": person(d.s, "bernd").Email}, School: "gym-sued",
	})
	desk := escalation.NewDesk(new(escalationtest.Memory), escalationtest.Model(), d.clock.look)
	d.bot, err = bot.New(bot.Options{
		Desk: desk, Library: library, Store: o.Store, Platforms: []bot.Platform{newPlatform(t, o)}, People: known,
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// says gives the bot what somebody says; what is to be answered waits for work.
func (d *desktop) says(name, text string) {
	d.t.Helper()
	user := "U" + strings.ToUpper(name)
	d.said++
	_, err := d.bot.Handle(d.t.Context(), bot.Message{
		ID: fmt.Sprintf("slack:%s/%d", d.s.Direct(user), d.said), From: bot.User{Platform: "slack", ID: user, Email: name + "@schule.example"},
		In: escalation.Address{Platform: "slack", Channel: d.s.Direct(user)}, Direct: true, Text: text, At: d.clock.look(),
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// work has the bot do what is due, and returns when something is due again.
func (d *desktop) work() time.Time {
	d.t.Helper()
	next, err := d.bot.Work(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return next
}

// tried returns the channels of the posts that were tried, and the word of refusal
// of those that were not made.
func (d *desktop) tried() []string {
	var out []string
	for _, c := range d.s.Calls("chat.postMessage") {
		out = append(out, strings.TrimSpace(c.Args["channel"]+" "+c.Error))
	}
	return out
}

// TestCallsToActComeFirst: Slack refuses posts for half a minute. It is left alone
// until then, and who must act is told before who waits for an answer, although
// that is older.
func TestCallsToActComeFirst(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	for _, line := range [][2]string{
		{"bernd", "papierstau im kopierer"}, {"anna", "papierstau im kopierer"}, {"anna", "hilft nicht"}, {"anna", "unterricht"},
	} {
		d.says(line[0], line[1])
		d.work()
	}
	before := len(d.tried())
	d.says("bernd", "hilft nicht")
	d.says("anna", "112")
	d.s.Fail("chat.postMessage", slacktest.Fault{Status: 429, After: 30})
	refused := d.clock.look()
	for len(d.tried()) < before+5 && d.clock.look().Before(refused.Add(time.Minute)) {
		d.clock.until(d.work())
	}
	got := d.tried()[before:]
	if len(got) != 5 || got[0] != "DMARA 429" {
		t.Fatalf("Slack was asked for %v", got)
	}
	first, last := got[1:3], got[3:]
	slices.Sort(first)
	slices.Sort(last)
	if !slices.Equal(first, []string{"DMARA", "DTOM"}) || !slices.Equal(last, []string{"DANNA", "DBERND"}) {
		t.Errorf("after the refusal there came %v, then %v", first, last)
	}
	if again := d.s.Calls("chat.postMessage")[before+1]; again.Error != "" {
		t.Errorf("Slack was asked too early: %s", again.Error)
	}
}
