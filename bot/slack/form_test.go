package slack_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/slack/slacktest"
)

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
