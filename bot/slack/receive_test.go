package slack_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/bot/slack"
	"ersthelfer/bot/slack/slacktest"
)

// TestHeard is what of all that is said reaches the bot, and as what.
func TestHeard(t *testing.T) {
	both(t, func(t *testing.T, w way) {
		s := slacktest.New(t)
		s.Set(func(r *slacktest.Rules) { r.Subscribe = true })
		anna := s.Add(slacktest.User{Name: "anna", RealName: "Anna Weber", Email: "anna@schule.example", Locale: "en-GB", TZ: "Europe/London"})
		ben := person(s, "ben")
		s.Add(slacktest.User{ID: "UROBOT", Name: "robot", IsBot: true})
		s.AddChannel("CLEHRER", slacktest.BotUser, anna.ID, ben.ID)
		o := options(s)
		o.ReadChannels, o.Channels = true, map[string]string{"CLEHRER": "gs-nord"}
		x := start(t, s, w, o)

		m := x.heardAs(t, s.Say(anna.ID, "Beamer & <Laptop> in 204"))
		if !m.Direct || m.Root != "" || m.In.Thread != "" || m.Text != "Beamer & <Laptop> in 204" {
			t.Errorf("said directly: %+v", m)
		}
		want := bot.User{
			Platform: "slack", ID: anna.ID, Name: "Anna Weber", Handle: "anna", Email: "anna@schule.example", Locale: "en-GB", Zone: "Europe/London",
			Schools: []string{"gs-nord"},
		}
		if fmt.Sprint(m.From) != fmt.Sprint(want) {
			t.Errorf("from %+v, want %+v", m.From, want)
		}
		first := m
		m = x.heardAs(t, s.SayIn(anna.ID, s.Direct(anna.ID), "", "Bild", "beamer.png"))
		if len(m.Files) != 1 || m.Files[0].Name != "beamer.png" || !strings.HasPrefix(m.Files[0].Link, "https://") {
			t.Errorf("with a file: %+v", m.Files)
		}
		called := s.SayIn(anna.ID, "CLEHRER", "", "<@UBOT> frag <@UBEN> im <#C1|raum>: <https://x.example|x.example>, <https://boese.example|bank.de>")
		m = x.heardAs(t, called)
		if m.Direct || m.In.Thread != called.TS || m.Text != "frag @Ben im #raum: https://x.example, bank.de (https://boese.example)" {
			t.Errorf("called in a channel: %+v", m)
		}
		m = x.heardAs(t, s.SayIn(ben.ID, "CLEHRER", called.TS, "bei mir auch"))
		if m.Direct || m.Root != "slack:CLEHRER/"+called.TS || m.In.Thread != called.TS {
			t.Errorf("in the thread: %+v", m)
		}
		said := slacktest.Message{Channel: s.Direct(anna.ID), TS: strings.TrimPrefix(first.ID, "slack:"+s.Direct(anna.ID)+"/")}
		answered(t, s, s.Rewrite(said, "Beamer in 205"))
		m = x.find(t, "the edit", func(m bot.Message) bool { return m.Change == bot.Edited })
		if m.ID != first.ID || m.Text != "Beamer in 205" || m.From.ID != anna.ID {
			t.Errorf("edited: %+v", m)
		}
		answered(t, s, s.Delete(said))
		m = x.find(t, "the deletion", func(m bot.Message) bool { return m.Change == bot.Deleted })
		if m.ID != first.ID || m.Text != "" || m.From.ID != anna.ID {
			t.Errorf("deleted: %+v", m)
		}
	})
}

// heardAs waits for what somebody said to reach the bot.
func (x *started) heardAs(t *testing.T, said slacktest.Said) bot.Message {
	t.Helper()
	id := "slack:" + said.Channel + "/" + said.TS
	return x.find(t, said.Text, func(m bot.Message) bool { return m.ID == id })
}

// TestUnheard is what Slack delivers and the bot does not answer: it is
// acknowledged all the same.
func TestUnheard(t *testing.T) {
	both(t, func(t *testing.T, w way) {
		s := slacktest.New(t)
		s.Set(func(r *slacktest.Rules) { r.Subscribe = true })
		anna := person(s, "anna")
		s.AddChannel("CLEHRER", slacktest.BotUser, anna.ID)
		o := options(s)
		o.ReadChannels = true
		x := start(t, s, w, o)
		d := s.Direct(anna.ID)
		silent := slacktest.Message{Channel: "CLEHRER", TS: s.Quietly(anna.ID, "CLEHRER", "", "unter uns").TS}
		message := func(change map[string]any) *slacktest.Envelope {
			e := map[string]any{"type": "message", "user": anna.ID, "text": "nicht für den Bot", "ts": fmt.Sprint(time.Now().Unix()) + ".000001"}
			for key, v := range change {
				e[key] = v
			}
			return s.Event(d, e)
		}
		for name, e := range map[string]*slacktest.Envelope{
			"another bot":      message(map[string]any{"bot_id": "BOTHER"}),
			"itself":           message(map[string]any{"user": slacktest.BotUser}),
			"Slackbot":         message(map[string]any{"user": "USLACKBOT"}),
			"nobody":           message(map[string]any{"user": ""}),
			"somebody joined":  message(map[string]any{"subtype": "channel_join"}),
			"a bot's message":  message(map[string]any{"subtype": "bot_message"}),
			"an unknown kind":  message(map[string]any{"type": "reaction_added"}),
			"no such person":   message(map[string]any{"user": "UGONE"}),
			"a preview":        s.Preview(s.Say(anna.ID, "siehe https://x.example").Message),
			"among themselves": s.SayIn(anna.ID, "CLEHRER", "", "unter uns").Events[0],
			"in their thread":  s.SayIn(anna.ID, "CLEHRER", silent.TS, "unter uns").Events[0],
			"the thread gone":  s.SayIn(anna.ID, "CLEHRER", "1700000000.000001", "unter uns").Events[0],
			"not readable":     s.Send("events_api", map[string]any{"event": []any{1}}),
			"not known":        s.Send("interactive", map[string]any{"type": "shortcut"}),
			"no button":        s.Send("interactive", map[string]any{"type": "block_actions", "actions": []any{}}),
			"no form":          s.Send("interactive", map[string]any{"type": "view_submission", "view": map[string]any{"id": "V"}}),
		} {
			answered(t, s, e)
			if t.Failed() {
				t.Log(name)
			}
		}
		x.heardAs(t, s.Say(anna.ID, "danach"))
		x.stop()
		if n := x.count(func(m bot.Message) bool {
			return m.Change != "" || m.Text == "nicht für den Bot" || m.Text == "unter uns"
		}); n != 0 {
			t.Errorf("the bot was given %d of them", n)
		}
	})
}

// TestOnlyRetry is an event whose first delivery was lost: the retry counts.
func TestOnlyRetry(t *testing.T) {
	both(t, func(t *testing.T, w way) {
		s := slacktest.New(t)
		s.Set(func(r *slacktest.Rules) { r.Patience = 20 * time.Millisecond })
		anna := person(s, "anna")
		broken := &failing{Store: new(bottest.Memory)}
		o := options(s)
		o.Store = broken
		x := start(t, s, w, o)
		broken.fail(1)
		said := s.Say(anna.ID, "nur als Wiederholung")
		x.heardAs(t, said)
		answered(t, s, said.Events[0])
		if n := len(s.State(said.Events[0]).Sent); n < 2 {
			t.Errorf("it was delivered %d times: what cannot be stored must not be acknowledged", n)
		}
	})
}

// A failing store refuses to store what arrives.
type failing struct {
	bot.Store
	left chan struct{}
}

func (f *failing) fail(n int) {
	f.left = make(chan struct{}, n)
	for range n {
		f.left <- struct{}{}
	}
}

func (f *failing) Change(ctx context.Context, in bot.Bucket, key string, fn func([]byte) ([]byte, error)) error {
	if strings.HasPrefix(key, "slack:inbox/") {
		select {
		case <-f.left:
			return errors.New("disk is full")
		default:
		}
	}
	return f.Store.Change(ctx, in, key, fn)
}

// TestGap is what was said and changed while the bot was not there, or no
// connection was open: it is found by reading, in threads too, and counts once.
func TestGap(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	d := s.Direct(anna.ID)
	o := options(s)
	x := start(t, s, ways[0], o)
	root := s.Say(anna.ID, "vorher")
	x.heardAs(t, root)
	x.stop()
	s.Quietly(anna.ID, d, "", "in der Lücke")
	s.Quietly(anna.ID, d, root.TS, "im Thread in der Lücke")
	s.RewriteQuietly(root.Message, "vorher, verbessert")
	y := start(t, s, ways[0], o)
	if m := y.said(t, "im Thread in der Lücke"); m.Root != "slack:"+d+"/"+root.TS {
		t.Errorf("in the thread: %+v", m)
	}
	y.said(t, "in der Lücke")
	edited := y.said(t, "vorher, verbessert")
	if edited.Change != bot.Edited || edited.ID != "slack:"+d+"/"+root.TS {
		t.Errorf("edited in the gap: %+v", edited)
	}
	s.Cut()
	s.Quietly(anna.ID, d, "", "während keine Verbindung war")
	y.said(t, "während keine Verbindung war")
	y.stop()
	for text, want := range map[string]int{"vorher": 0, "vorher, verbessert": 1, "in der Lücke": 1, "im Thread in der Lücke": 1} {
		if n := y.count(func(m bot.Message) bool { return m.Text == text }); n != want {
			t.Errorf("%q is given %d times, want %d", text, n, want)
		}
	}
}

// TestOldThread is a word in the gap in a thread that is weeks old, as those of
// tickets are.
func TestOldThread(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	d := s.Direct(anna.ID)
	o := options(s)
	x := start(t, s, ways[0], o)
	root := s.Say(anna.ID, "Beginn")
	x.heardAs(t, root)
	x.stop()
	const weeks = 20 * 24 * time.Hour
	s.Set(func(r *slacktest.Rules) { r.Ahead = weeks })
	o.Now = func() time.Time { return time.Now().Add(weeks) }
	s.Quietly(anna.ID, d, root.TS, "noch etwas dazu")
	start(t, s, ways[0], o).said(t, "noch etwas dazu")
}

// TestForgets is a bot that runs for weeks: it does not remember for ever what it
// has posted.
func TestForgets(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	o := options(s)
	o.Look = 20 * time.Millisecond
	var later atomic.Int64
	o.Now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	x := start(t, s, ways[0], o)
	if _, err := x.Send(t.Context(), bot.Post{Key: "1", User: anna.ID, Body: bot.Plain("x")}); err != nil {
		t.Fatal(err)
	}
	sent := func() (n int) {
		_ = o.Store.Each(t.Context(), bot.Marks, "slack:sent/", func(string, []byte) error { n++; return nil })
		return n
	}
	if sent() != 1 {
		t.Fatalf("%d posts are remembered, want 1", sent())
	}
	later.Store(int64(9 * 24 * time.Hour))
	wait(t, s, "the post to be forgotten", func() bool { return sent() == 0 })
}

// TestSilentLoss is what Slack never delivers, while later messages arrive and no
// connection ends: it is found by looking now and again, and counts once.
func TestSilentLoss(t *testing.T) {
	both(t, func(t *testing.T, w way) {
		s := slacktest.New(t)
		anna := person(s, "anna")
		s.AddChannel("CGONE", anna.ID) // one that the bot was thrown out of keeps nobody waiting
		o := options(s)
		o.Look = 20 * time.Millisecond
		x := start(t, s, w, o)
		s.Quietly(anna.ID, s.Direct(anna.ID), "", "nie zugestellt")
		x.heardAs(t, s.Say(anna.ID, "danach zugestellt"))
		x.said(t, "nie zugestellt")
		before := looks(s)
		wait(t, s, "two more looks", func() bool { return looks(s) > before+2 })
		x.stop()
		for _, text := range []string{"nie zugestellt", "danach zugestellt"} {
			if n := x.count(func(m bot.Message) bool { return m.Text == text }); n != 1 {
				t.Errorf("%q is given %d times", text, n)
			}
		}
	})
}

// TestFirstStart is a workspace in which people talked before the bot came.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	s.Quietly(anna.ID, s.Direct(anna.ID), "", "lange her")
	o := options(s)
	o.Now = func() time.Time { return time.Now().Add(time.Hour) } // it is an hour later
	x := start(t, s, ways[0], o)
	x.heardAs(t, s.Say(anna.ID, "jetzt"))
	x.stop()
	if n := x.count(func(m bot.Message) bool { return m.Text == "lange her" }); n != 0 {
		t.Error("what was said before the first start is answered")
	}
}

// TestSockets is how connections are kept: two, paced, and whatever Slack does
// to them.
func TestSockets(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	x := start(t, s, ways[0], options(s))
	wait(t, s, "two connections", func() bool { return s.Sockets() == 2 })
	for i, reason := range []string{"warning", "refresh_requested", "link_disabled"} {
		s.Disconnect(reason)
		x.heardAs(t, s.Say(anna.ID, fmt.Sprint("während ", reason)))
		wait(t, s, "the connection again", func() bool { return s.Sockets() == 2 })
		if n := len(s.Calls("apps.connections.open")); n != 3+i {
			t.Errorf("%d connections were opened, want %d", n, 3+i)
		}
	}
	s.Fail("apps.connections.open", slacktest.Fault{Status: 503}, slacktest.Fault{Error: "internal_error"}, slacktest.Fault{Status: 429, After: 1})
	began := time.Now()
	s.CutOne()
	wait(t, s, "the connection again", func() bool { return s.Sockets() == 2 })
	if n := len(s.Calls("apps.connections.open")); n > 9 || time.Since(began) < time.Second {
		t.Errorf("%d connections were opened, the last after %v: that is no pacing", n, time.Since(began))
	}
	x.heardAs(t, s.Say(anna.ID, "danach"))
}

func TestBadTokens(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	o := options(s)
	o.BotToken = "xoxb-not-this-one"
	p := newPlatform(t, o)
	err := p.Run(t.Context(), newHearing().handle)
	if err == nil || strings.Contains(err.Error(), "not-this-one") {
		t.Errorf("error is %v", err)
	}
	for name, o := range map[string]slack.Options{
		"bot token: ":           {AppToken: "xapp-1", Store: o.Store, Words: words},
		"app token or signing ": {BotToken: "xoxb-1", Store: o.Store, Words: words},
		"app token: want":       {BotToken: "xoxb-1", AppToken: "1", Store: o.Store, Words: words},
		"store or words":        {BotToken: "xoxb-1", SigningSecret: "1"},
	} {
		if _, err := slack.New(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

// TestCommand is the slash command: its text is said in the direct conversation.
func TestCommand(t *testing.T) {
	both(t, func(t *testing.T, w way) {
		s := slacktest.New(t)
		anna := person(s, "anna")
		s.AddChannel("CELSEWHERE", anna.ID)
		x := start(t, s, w, options(s))
		if got := answered(t, s, s.Command(anna.ID, "CELSEWHERE", "  ")); !strings.Contains(got, "so geht es") {
			t.Errorf("answer to nothing is %s", got)
		}
		e := s.Command(anna.ID, "CELSEWHERE", "Drucker &amp; Papier")
		if got := answered(t, s, e); !strings.Contains(got, "siehe direkt") {
			t.Errorf("answer is %s", got)
		}
		m := x.said(t, "Drucker & Papier")
		if !m.Direct || m.In.Channel != s.Direct(anna.ID) {
			t.Errorf("said in %+v", m.In)
		}
		s.Deliver(e)
		x.heardAs(t, s.Say(anna.ID, "danach"))
		if n := x.count(func(m bot.Message) bool { return m.Text == "Drucker & Papier" }); n != 1 {
			t.Errorf("a command that is delivered twice counts %d times", n)
		}
	})
}

// TestSlowForm is a form whose work takes longer than Slack waits.
func TestSlowForm(t *testing.T) {
	both(t, func(t *testing.T, w way) {
		s := slacktest.New(t)
		anna := person(s, "anna")
		x := start(t, s, w, options(s))
		form := &bot.Form{ID: "1/1/solve", Title: "Ticket 1", Submit: "Gelöst", Fields: []bot.Field{{Name: "text", Label: "Was war es?"}}}
		post := bot.Post{Key: "1", User: anna.ID, Body: bot.Plain("Ticket 1"), Choices: []bot.Choice{{ID: "1/1/solve", Label: "Gelöst", Form: form}}}
		if _, err := x.Send(t.Context(), post); err != nil {
			t.Fatal(err)
		}
		shown := s.Posts(s.Direct(anna.ID))[0]
		done := make(chan struct{})
		x.reply(func(ctx context.Context, _ bot.Message) (bot.Receipt, error) {
			return bot.Receipt{}, until(ctx, done)
		})
		answered(t, s, s.Press(anna.ID, shown, shown.Buttons()[0]))
		wait(t, s, "the form", func() bool { _, ok := s.View(anna.ID); return ok })
		v, _ := s.View(anna.ID)
		if got := answered(t, s, s.Submit(v, map[string]string{"text": "Kabel"})); !strings.Contains(got, "Moment") {
			t.Errorf("the answer is %s, want that it is being worked on", got)
		}
		close(done)
		wait(t, s, "the end of it", func() bool {
			v, _ := s.View(anna.ID)
			return strings.Contains(string(v.Raw), "erledigt")
		})
	})
}

// TestLateTrigger is a form that the handler asks for too late for Slack: a
// button for it is shown instead.
func TestLateTrigger(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	x := start(t, s, ways[0], options(s))
	form := &bot.Form{ID: "1/1/solve", Title: "Ticket 1 lösen", Submit: "Gelöst", Fields: []bot.Field{{Name: "text", Label: "Was?"}}}
	x.reply(func(_ context.Context, m bot.Message) (bot.Receipt, error) {
		if m.Choice == "press" {
			return bot.Receipt{Form: form}, nil
		}
		return bot.Receipt{}, nil
	})
	ref, err := x.Send(t.Context(), bot.Post{Key: "1", User: anna.ID, Body: bot.Plain("x"), Choices: []bot.Choice{{ID: "press", Label: "p"}}})
	if err != nil {
		t.Fatal(err)
	}
	shown := s.Posts(s.Direct(anna.ID))[0]
	s.Set(func(r *slacktest.Rules) { r.Trigger = time.Nanosecond })
	answered(t, s, s.Press(anna.ID, shown, shown.Buttons()[0]))
	wait(t, s, "a button", func() bool { return len(s.Whispers(anna.ID)) == 1 })
	s.Set(func(r *slacktest.Rules) { r.Trigger = hung })
	whisper := s.Whispers(anna.ID)[0]
	answered(t, s, s.Press(anna.ID, whisper, whisper.Buttons()[0]))
	wait(t, s, "the form", func() bool { _, ok := s.View(anna.ID); return ok })
	v, _ := s.View(anna.ID)
	answered(t, s, s.Submit(v, map[string]string{"text": "Kabel"}))
	m := x.find(t, "the form", func(m bot.Message) bool { return m.Choice == form.ID })
	if m.Post != ref || m.Form["text"] != "Kabel" {
		t.Errorf("the form is about %q: %+v", m.Post, m.Form)
	}
}

// TestSlowPress is a press that takes longer than the bot may keep somebody
// waiting: a view says that it is at work, while a trigger can still open one,
// and shows in the end what came of it.
func TestSlowPress(t *testing.T) {
	t.Parallel()
	form := &bot.Form{ID: "1/1/solve", Title: "Ticket 1", Submit: "Gelöst", Fields: []bot.Field{{Name: "text", Label: "Was war es?"}}}
	for name, test := range map[string]struct {
		receipt bot.Receipt
		want    string
	}{
		"a form":     {bot.Receipt{Form: form}, "Was war es?"},
		"a sentence": {bot.Receipt{Private: bot.Plain("Schon erledigt <!here>")}, "Schon erledigt &lt;!here&gt;"},
		"nothing":    {bot.Receipt{}, "erledigt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := slacktest.New(t)
			anna := person(s, "anna")
			x := start(t, s, ways[0], options(s))
			done := make(chan struct{})
			x.reply(func(ctx context.Context, m bot.Message) (bot.Receipt, error) {
				if m.Form != nil {
					return bot.Receipt{}, nil
				}
				return test.receipt, until(ctx, done)
			})
			ref, err := x.Send(t.Context(), bot.Post{Key: "1", User: anna.ID, Body: bot.Plain("x"), Choices: []bot.Choice{{ID: "p", Label: "p"}}})
			if err != nil {
				t.Fatal(err)
			}
			shown := s.Posts(s.Direct(anna.ID))[0]
			e := s.Press(anna.ID, shown, shown.Buttons()[0])
			answered(t, s, e)
			wait(t, s, "a view that says so", func() bool {
				v, _ := s.View(anna.ID)
				return strings.Contains(string(v.Raw), "Moment")
			})
			if c := s.Calls("views.open")[0]; c.At.Sub(s.State(e).Sent[0].At) > 3*time.Second {
				t.Log("the view came late, and was opened all the same") // a fact about the machine
			}
			close(done)
			var v slacktest.View
			wait(t, s, "what came of it", func() bool {
				v, _ = s.View(anna.ID)
				return strings.Contains(unescaped(v.Raw), test.want)
			})
			if test.receipt.Form == nil {
				return
			}
			answered(t, s, s.Submit(v, map[string]string{"text": "Kabel"}))
			if m := x.find(t, "the form", func(m bot.Message) bool { return m.Form["text"] == "Kabel" }); m.Post != ref {
				t.Errorf("the form is about %q, want %q", m.Post, ref)
			}
		})
	}
}

// TestClosedMeanwhile is a view that says that a press is being worked on, and that
// somebody closes: what comes of it is told in the conversation.
func TestClosedMeanwhile(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	x := start(t, s, ways[0], options(s))
	done := make(chan struct{})
	x.reply(func(ctx context.Context, _ bot.Message) (bot.Receipt, error) {
		return bot.Receipt{Private: bot.Plain("Ticket 1 übernommen.")}, until(ctx, done)
	})
	if _, err := x.Send(t.Context(), bot.Post{Key: "1", User: anna.ID, Body: bot.Plain("x"), Choices: []bot.Choice{{ID: "p", Label: "p"}}}); err != nil {
		t.Fatal(err)
	}
	shown := s.Posts(s.Direct(anna.ID))[0]
	answered(t, s, s.Press(anna.ID, shown, shown.Buttons()[0]))
	wait(t, s, "a view that says so", func() bool { _, open := s.View(anna.ID); return open })
	s.Close(anna.ID)
	close(done)
	wait(t, s, "the sentence", func() bool { return len(s.Whispers(anna.ID)) == 1 })
}

// unescaped is JSON as it is read.
func unescaped(data []byte) string {
	return strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(data))
}

// TestRefusedForm is a form that is refused and sent again as it was: it is
// looked at again. Once it was taken, the same words count no second time.
func TestRefusedForm(t *testing.T) {
	both(t, func(t *testing.T, w way) {
		s := slacktest.New(t)
		anna := person(s, "anna")
		x := start(t, s, w, options(s))
		form := &bot.Form{ID: "1/1/solve", Title: "Ticket 1", Submit: "Gelöst", Fields: []bot.Field{{Name: "text", Label: "Was war es?"}}}
		post := bot.Post{Key: "1", User: anna.ID, Body: bot.Plain("Ticket 1"), Choices: []bot.Choice{{ID: "1/1/solve", Label: "Gelöst", Form: form}}}
		if _, err := x.Send(t.Context(), post); err != nil {
			t.Fatal(err)
		}
		shown := s.Posts(s.Direct(anna.ID))[0]
		answered(t, s, s.Press(anna.ID, shown, shown.Buttons()[0]))
		wait(t, s, "the form", func() bool { _, ok := s.View(anna.ID); return ok })
		v, _ := s.View(anna.ID)
		submit := func() string { return answered(t, s, s.Submit(v, map[string]string{"text": "Kabel"})) }
		x.reply(func(context.Context, bot.Message) (bot.Receipt, error) {
			return bot.Receipt{Errors: map[string]string{"text": "Gerade nicht."}}, nil
		})
		for range 2 {
			if got := submit(); !strings.Contains(got, "Gerade nicht.") {
				t.Errorf("a form that is refused is answered with %q", got)
			}
		}
		x.reply(nil)
		for range 2 {
			if got := submit(); strings.Contains(got, "errors") {
				t.Errorf("a form that is taken is answered with %q", got)
			}
		}
		x.stop()
		ids := map[string]bool{}
		for _, m := range x.all {
			ids[m.ID] = true
		}
		if len(x.all) != 3 || len(ids) != 3 {
			t.Errorf("the bot was given %d messages with %d ids, want two refused and one taken", len(x.all), len(ids))
		}
	})
}

// TestLargeAnswer is a form that is too large for an acknowledgement, which Slack
// would drop without a word: it comes another way.
func TestLargeAnswer(t *testing.T) {
	both(t, func(t *testing.T, w way) {
		s := slacktest.New(t)
		anna := person(s, "anna")
		x := start(t, s, w, options(s))
		field := func(name string) []bot.Field { return []bot.Field{{Name: name, Label: name}} }
		first := &bot.Form{ID: "1/1/a", Title: "Eins", Submit: "Weiter", Fields: field("eins")}
		second := &bot.Form{ID: "1/1/b", Title: "Zwei", Submit: "Weiter", Fields: field("zwei")}
		for i := range 100 {
			second.Fields[0].Options = append(second.Fields[0].Options, bot.Option{Value: fmt.Sprint(i, strings.Repeat("v", 140)), Label: strings.Repeat("ä", 70)})
		}
		x.reply(func(_ context.Context, m bot.Message) (bot.Receipt, error) {
			if m.Choice == first.ID {
				return bot.Receipt{Form: second}, nil
			}
			return bot.Receipt{}, nil
		})
		if _, err := x.Send(t.Context(), bot.Post{Key: "1", User: anna.ID, Body: bot.Plain("x"), Choices: []bot.Choice{{ID: "1/1/a", Label: "p", Form: first}}}); err != nil {
			t.Fatal(err)
		}
		shown := s.Posts(s.Direct(anna.ID))[0]
		answered(t, s, s.Press(anna.ID, shown, shown.Buttons()[0]))
		wait(t, s, "the first form", func() bool { _, ok := s.View(anna.ID); return ok })
		v, _ := s.View(anna.ID)
		if got := answered(t, s, s.Submit(v, map[string]string{"eins": "1"})); len(got) >= 20_000 || !strings.Contains(got, "Moment") {
			t.Errorf("the answer has %d bytes", len(got))
		}
		wait(t, s, "the second form", func() bool {
			v, _ := s.View(anna.ID)
			return v.Title != nil && v.Title.Text == "Zwei"
		})
	})
}

// TestBusyWhisper is a private sentence that Slack wants later: it comes later.
func TestBusyWhisper(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	x := start(t, s, ways[0], options(s))
	x.reply(func(context.Context, bot.Message) (bot.Receipt, error) {
		return bot.Receipt{Private: bot.Plain("Das geht nicht.")}, nil
	})
	s.Fail("chat.postEphemeral", slacktest.Fault{Status: 429, After: 1})
	answered(t, s, s.Say(anna.ID, "bitte").Events[0])
	wait(t, s, "the sentence", func() bool { return len(s.Whispers(anna.ID)) == 1 })
}

// TestHome is the home tab: opened, pressed on, and drawn anew.
func TestHome(t *testing.T) {
	both(t, func(t *testing.T, w way) {
		s := slacktest.New(t)
		anna := person(s, "anna")
		o := options(s)
		rows := make(chan int, 10)
		rows <- 1
		rows <- 200
		o.Home = func(_ context.Context, u bot.User) (bot.Home, error) {
			part := bot.HomePart{Title: "Tickets von " + u.Name}
			var n int
			select {
			case n = <-rows:
			default:
				t.Error("the home tab is drawn once too often")
			}
			for i := range n {
				part.Rows = append(part.Rows, bot.HomeRow{
					Body: bot.Plain(fmt.Sprintf("Ticket %d <!here>", i)), Choices: []bot.Choice{{ID: fmt.Sprint(i, "/1/take"), Label: "Übernehmen"}},
				})
			}
			return bot.Home{part}, nil
		}
		x := start(t, s, w, o)
		answered(t, s, s.OpenHome(anna.ID))
		wait(t, s, "the home tab", func() bool { _, ok := s.Home(anna.ID); return ok })
		home, _ := s.Home(anna.ID)
		if len(home.Blocks) != 3 || !strings.Contains(home.Visible(), "Tickets von Anna") {
			t.Errorf("the home tab is %q", home.Visible())
		}
		answered(t, s, s.PressHome(anna.ID, home.Buttons()[0]))
		m := x.find(t, "the press", func(m bot.Message) bool { return m.Choice != "" })
		if m.Post != "" || m.In.Channel != s.Direct(anna.ID) || !m.Direct {
			t.Errorf("pressed: %+v", m)
		}
		wait(t, s, "the home tab again", func() bool { return len(s.Calls("views.publish")) == 2 })
		home, _ = s.Home(anna.ID)
		if n := len(home.Blocks); n != 99 {
			t.Errorf("the home tab has %d blocks, want as many whole rows as fit into 100", n)
		}
	})
}

// TestTooManySockets is an app that has all its connections elsewhere: the bot
// tries again now and then, not again and again, and hears once there is room.
func TestTooManySockets(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	release := s.Occupy(10)
	x := &started{Platform: newPlatform(t, options(s)), hearing: newHearing()}
	x.stop = run(t, func(ctx context.Context) error { return x.Run(ctx, x.handle) })
	began := time.Now()
	const tries = 8
	wait(t, s, "some tries", func() bool { return len(s.Calls("apps.connections.open")) >= tries })
	// Both connections wait 50 to 100 ms, then twice as long each time.
	if took := time.Since(began); took < 300*time.Millisecond {
		t.Errorf("%d tries within %v: that is no pacing", tries, took)
	}
	release()
	wait(t, s, "two connections", func() bool { return s.Sockets() == 2 })
	x.heardAs(t, s.Say(anna.ID, "jetzt"))
}
