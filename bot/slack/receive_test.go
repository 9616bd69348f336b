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

// TestEndsWhileBeginning is a program that is stopped while it starts: whatever
// it was reading, that is no fault.
func TestEndsWhileBeginning(t *testing.T) {
	both(t, func(t *testing.T, w way) {
		for reads := int64(1); reads <= 2; reads++ {
			s := slacktest.New(t)
			ctx, cancel := context.WithCancel(t.Context())
			o := options(s)
			o.Store = &ending{Store: new(bottest.Memory), end: cancel, after: reads}
			p := w.open(t, s, o)
			err := p.Run(ctx, func(context.Context, bot.Message) (bot.Receipt, error) { return bot.Receipt{}, nil })
			if err != nil {
				t.Errorf("stopped at read %d, Run returned %v", reads, err)
			}
		}
	})
}

// An ending store ends the run when it is read for the nth time.
type ending struct {
	bot.Store
	end   func()
	after int64
	n     atomic.Int64
}

func (e *ending) Each(ctx context.Context, in bot.Bucket, prefix string, fn func(string, []byte) error) error {
	if e.n.Add(1) == e.after {
		e.end()
	}
	return e.Store.Each(ctx, in, prefix, fn)
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
