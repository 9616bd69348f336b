package slack_test

import (
	"sync/atomic"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/slack/slacktest"
)

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
