package slack_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/bot/slack/slacktest"
	"ersthelfer/escalation"
)

// TestLostAnswer is a post that Slack made and whose answer was lost: it is
// found, in the channel or a thread, also by the next process, and not made again.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for name, root := range map[string]string{"in the channel": "", "in a thread": "thread"} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " restart ", restart), func(t *testing.T) {
				s := slacktest.New(t)
				s.AddChannel("CTEAM", slacktest.BotUser, person(s, "anna").ID)
				o := options(s)
				p := newPlatform(t, o)
				post := bot.Post{Key: "1/1/anna", To: escalation.Address{Platform: "slack", Channel: "CTEAM"}, Body: bot.Plain("einmal")}
				if root != "" {
					post.To.Thread = "slack:CTEAM/" + s.Quietly("UANNA", "CTEAM", "", "Thread").TS
				}
				s.Fail("chat.postMessage", slacktest.Fault{Lose: true})
				if ref, err := p.Send(t.Context(), post); err == nil {
					t.Fatalf("the answer is lost, but Send returned %q", ref)
				}
				if restart {
					p = newPlatform(t, o)
				}
				ref, err := p.Send(t.Context(), post)
				if posts := s.Posts("CTEAM"); err != nil || len(posts) != 1 || ref != "slack:CTEAM/"+posts[0].TS {
					t.Errorf("%d posts, Send returned %q, %v", len(posts), ref, err)
				}
				calls := len(s.Calls(""))
				if again, err := p.Send(t.Context(), post); again != ref || err != nil {
					t.Errorf("the third time Send returns %q, %v", again, err)
				}
				if len(s.Calls("")) > calls+1 { // a new process asks who it is
					t.Error("a post that is known is looked for")
				}
			})
		}
	}
}

// TestNewStore is a database that was thrown away: its tickets are numbered anew,
// and the posts about the old ones are not taken for theirs.
func TestNewStore(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	s.AddChannel("CTEAM", slacktest.BotUser)
	post := bot.Post{Key: "1/1/anna", To: escalation.Address{Channel: "CTEAM"}, Body: bot.Plain("Ticket 1 ist offen.")}
	if _, err := newPlatform(t, options(s)).Send(t.Context(), post); err != nil {
		t.Fatal(err)
	}
	p := newPlatform(t, options(s)) // with a store of its own
	s.Fail("chat.postMessage", slacktest.Fault{Status: 503})
	if _, err := p.Send(t.Context(), post); err == nil {
		t.Fatal("Slack was not there, but Send returned no error")
	}
	ref, err := p.Send(t.Context(), post)
	if posts := s.Posts("CTEAM"); err != nil || len(posts) != 2 || ref != "slack:CTEAM/"+posts[1].TS {
		t.Errorf("%d posts, Send returned %q, %v: the new ticket 1 is taken for the old one", len(posts), ref, err)
	}
}

// TestOthersPosts are posts of other apps with the same metadata: they are not
// taken for the bot's own.
func TestOthersPosts(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	s.AddChannel("CTEAM", slacktest.BotUser)
	p := newPlatform(t, options(s))
	post := bot.Post{Key: "1/1/anna", To: escalation.Address{Channel: "CTEAM"}, Body: bot.Plain("einmal")}
	s.Fail("chat.postMessage", slacktest.Fault{Status: 503})
	if _, err := p.Send(t.Context(), post); err == nil {
		t.Fatal("Slack was not there, but Send returned no error")
	}
	meta := s.Calls("chat.postMessage")[0].Args["metadata"]
	s.Forge("CTEAM", "UEVIL", meta)
	if _, err := p.Send(t.Context(), post); err != nil || len(s.Posts("CTEAM")) != 1 {
		t.Errorf("%d posts, %v", len(s.Posts("CTEAM")), err)
	}
}

// TestRefused is what Slack says instead of posting, and what the bot makes of it.
func TestRefused(t *testing.T) {
	t.Parallel()
	for word, final := range map[string]bool{
		"channel_not_found": true, "not_in_channel": true, "is_archived": true, "user_disabled": true, "cannot_dm_bot": true,
		"messages_tab_disabled": true, "restricted_action": true,
		"invalid_auth": false, "token_revoked": false, "account_inactive": false, "missing_scope": false,
		"internal_error": false, "fatal_error": false, "service_unavailable": false, "something_new": false,
	} {
		s := slacktest.New(t)
		s.AddChannel("CTEAM", slacktest.BotUser)
		p := newPlatform(t, options(s))
		s.Fail("chat.postMessage", slacktest.Fault{Error: word})
		post := bot.Post{Key: "1", To: escalation.Address{Channel: "CTEAM"}, Body: bot.Plain("Text mit Geheimnis")}
		_, err := p.Send(t.Context(), post)
		if err == nil || errors.Is(err, bot.ErrUndeliverable) != final {
			t.Errorf("%s: error is %v, want final: %v", word, err, final)
		}
		if strings.Contains(fmt.Sprint(err), "Geheimnis") || strings.Contains(fmt.Sprint(err), slacktest.BotToken) {
			t.Errorf("%s: the error tells secrets: %v", word, err)
		}
		if _, err := p.Send(t.Context(), post); err != nil || len(s.Posts("CTEAM")) != 1 {
			t.Errorf("%s: then %d posts, %v", word, len(s.Posts("CTEAM")), err)
		}
	}
}

// TestLimit is a 429: nothing is sent before the time that Slack gave, and then
// without looking for a post that was never made. Other methods go on.
func TestLimit(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	o := options(s)
	now := time.Now()
	o.Now = func() time.Time { return now }
	p := newPlatform(t, o)
	s.Fail("chat.postMessage", slacktest.Fault{Status: 429, After: 30})
	post := bot.Post{Key: "1", User: anna.ID, Body: bot.Plain("x")}
	for range 3 {
		var later *bot.LaterError
		if _, err := p.Send(t.Context(), post); !errors.As(err, &later) || later.After > 30*time.Second || later.After < 29*time.Second {
			t.Errorf("error is %v, want to try again in 30 s", err)
		}
	}
	if n := len(s.Calls("chat.postMessage")); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	now = now.Add(31 * time.Second)
	if _, err := p.Send(t.Context(), post); err != nil || len(s.Posts(s.Direct(anna.ID))) != 1 {
		t.Errorf("after the time: %v", err)
	}
	if n := len(s.Calls("conversations.history")); n != 0 {
		t.Errorf("looked %d times for a post that was refused", n)
	}
}

// TestPace is many posts in one channel: as many as Slack takes, and other
// channels do not wait.
func TestPace(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	s.Set(func(r *slacktest.Rules) { r.Each = time.Second })
	anna, ben := person(s, "anna"), person(s, "ben")
	o := options(s)
	now := time.Now()
	o.Now, o.Pace = func() time.Time { return now }, 0
	p := newPlatform(t, o)
	sent := 0
	for i := range 5 {
		_, err := p.Send(t.Context(), bot.Post{Key: fmt.Sprint(i), User: anna.ID, Body: bot.Plain("x")})
		var later *bot.LaterError
		switch {
		case err == nil:
			sent++
		case !errors.As(err, &later) || later.After > time.Second:
			t.Errorf("post %d: %v", i, err)
		}
	}
	if _, err := p.Send(t.Context(), bot.Post{Key: "ben", User: ben.ID, Body: bot.Plain("x")}); err != nil || sent != 3 {
		t.Errorf("%d posts at once, and to somebody else: %v", sent, err)
	}
	for _, c := range s.Calls("chat.postMessage") {
		if c.Error != "" {
			t.Errorf("Slack had to refuse: %s", c.Error)
		}
	}
}

func TestWhere(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	s.Add(slacktest.User{ID: "UGONE", Name: "gone", Deleted: true})
	p := newPlatform(t, options(s))
	for user, want := range map[string]error{
		anna.ID: nil, anna.Email: nil, "ANNA@schule.example": nil,
		"UGONE": bot.ErrUndeliverable, "UNOBODY": bot.ErrUndeliverable, "nobody@schule.example": bot.ErrUndeliverable,
		"anna": bot.ErrUndeliverable, "@anna": bot.ErrUndeliverable, "": bot.ErrUndeliverable,
	} {
		if _, err := p.Send(t.Context(), bot.Post{Key: user, User: user, Body: bot.Plain("x")}); !errors.Is(err, want) {
			t.Errorf("to %q: %v, want %v", user, err, want)
		}
	}
	if n := len(s.Posts(s.Direct(anna.ID))); n != 3 {
		t.Errorf("anna has %d posts, want 3", n)
	}
	s.AddChannel("CTEAM", slacktest.BotUser)
	to := escalation.Address{Channel: "CTEAM", Thread: "slack:CTEAM/1700000000.000001"}
	ref, err := p.Send(t.Context(), bot.Post{Key: "thread", To: to, Body: bot.Plain("x")})
	if err != nil || len(s.Posts("CTEAM")) != 1 || s.Posts("CTEAM")[0].Root != "" {
		t.Errorf("a thread that is gone: %q, %v; it is still told in the channel", ref, err)
	}
	for _, ref := range []string{"", "slack:CTEAM", "mattermost:x", "slack:CTEAM/1700000000.000001", "slack:CTEAM/" + s.Quietly(anna.ID, "CTEAM", "", "x").TS} {
		if err := p.Edit(t.Context(), ref, bot.Post{Body: bot.Plain("x")}); !errors.Is(err, bot.ErrUndeliverable) {
			t.Errorf("edit %q: %v", ref, err)
		}
	}
}

// TestLimitsOfBlocks sends what is as large as it can get: Slack refuses nothing,
// and no character is cut in two.
func TestLimitsOfBlocks(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	x := start(t, s, ways[0], options(s))
	const family = "👩\u200d👩\u200d👧"
	long := strings.Repeat("ä&<"+family, 2000)
	var options []bot.Option
	for i := range 150 {
		options = append(options, bot.Option{Value: fmt.Sprint(i, strings.Repeat("v", 300)), Label: long})
	}
	form := &bot.Form{ID: "f", Title: long, Submit: long, Fields: []bot.Field{
		{Name: "text", Label: long, Hint: long, Value: long, Long: true}, {Name: "one", Label: "x", Options: options},
	}}
	small := &bot.Form{ID: "g", Title: long[:200], Submit: "x", Fields: []bot.Field{{Name: "text", Label: "x", Value: strings.Repeat("x", 300)}}}
	x.reply(func(_ context.Context, m bot.Message) (bot.Receipt, error) {
		if m.Choice == "c0" {
			return bot.Receipt{Form: form}, nil
		}
		return bot.Receipt{Private: bot.Plain(long)}, nil
	})
	for n, count := range []int{0, 1, 25, 26, 2000} {
		var choices []bot.Choice
		for i := range count {
			choices = append(choices, bot.Choice{ID: fmt.Sprint("c", i), Label: long[:500], Strong: i == 0})
		}
		if count == 1 {
			choices[0].Form = small
		}
		texts := append([]string{long, "x", strings.Repeat("*_~`:a: ", 3000)}, bottest.Hostile...)
		if count > 100 { // no text makes them fewer
			texts = texts[:1]
		}
		for _, text := range texts {
			key := fmt.Sprint(n, text)
			if _, err := x.Send(t.Context(), bot.Post{Key: key, User: anna.ID, Body: bot.Quoted(text), Choices: choices}); err != nil {
				t.Errorf("%d choices, %.20q: %v", count, text, err)
			}
		}
	}
	for _, c := range s.Calls("chat.postMessage") {
		if c.Error != "" {
			t.Fatalf("Slack refuses: %s", c.Error)
		}
		if text := c.Args["text"]; utf8.RuneCountInString(text) > 4000 || !utf8.ValidString(text) || text == "" {
			t.Errorf("the text beside the blocks has %d characters", utf8.RuneCountInString(text))
		}
	}
	posts := s.Posts(s.Direct(anna.ID))
	last := posts[len(posts)-1]
	answered(t, s, s.Press(anna.ID, last, last.Buttons()[0]))
	wait(t, s, "the form", func() bool { return len(s.Calls("views.open")) == 1 })
	if c := s.Calls("views.open")[0]; c.Error != "" {
		t.Errorf("Slack refuses the form: %s", c.Error)
	}
	answered(t, s, s.Press(anna.ID, last, last.Buttons()[1]))
	wait(t, s, "the private sentence", func() bool { return len(s.Whispers(anna.ID)) > 0 })
}

// TestBlocksRefused is a post that Slack does not like for its blocks: its words
// arrive all the same.
func TestBlocksRefused(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	p := newPlatform(t, options(s))
	s.Fail("chat.postMessage", slacktest.Fault{Error: "invalid_blocks"})
	post := bot.Post{Key: "1", User: anna.ID, Body: bot.Plain("Hat das geholfen?"), Choices: []bot.Choice{{ID: "a", Label: "Ja"}, {ID: "b", Label: "Nein"}}}
	if _, err := p.Send(t.Context(), post); err != nil {
		t.Fatal(err)
	}
	m := s.Posts(s.Direct(anna.ID))[0]
	if len(m.Blocks) != 0 || !strings.Contains(m.Text, "1. Ja\n2. Nein") {
		t.Errorf("posted is %q with %d blocks", m.Text, len(m.Blocks))
	}
}
