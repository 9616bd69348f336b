package mattermost_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
	"ersthelfer/bot/mattermost"
	"ersthelfer/bot/mattermost/mattermosttest"
)

func TestSend(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		anna := w.person(t, "anna")
		room := w.Channels["it-support"]
		key := model.NewId()
		ref := b.send(t, bot.Post{Key: key, To: to(room, ""), Body: bot.Plain("Ticket 412")})
		note := b.send(t, bot.Post{Key: key + "/note", To: to(room, strings.TrimPrefix(ref, "mattermost:")), Body: bot.Plain("Notiz")})
		if got := anna.sees(note); got.RootId != strings.TrimPrefix(ref, "mattermost:") || got.UserId != w.BotID || got.GetProp("unsafe_links") != "true" {
			t.Errorf("note in thread: %+v", got)
		}
		for _, place := range []string{w.Team + "/it-support", "it-support"} {
			named := b.send(t, bot.Post{Key: key + place, To: to(place, ""), Body: bot.Plain("mit Namen")})
			if got := anna.sees(named); got.ChannelId != room {
				t.Errorf("channel %s: %+v", place, got)
			}
		}
		handle := b.send(t, bot.Post{Key: key + "/handle", User: "@" + anna.name, Body: bot.Plain("mit Namen")})
		if got := anna.sees(handle); got.ChannelId != anna.direct() {
			t.Errorf("user by name: %+v", got)
		}
		// A thread whose root is gone is told in the channel.
		if _, err := w.admin().DeletePost(t.Context(), strings.TrimPrefix(ref, "mattermost:")); err != nil {
			t.Fatal(err)
		}
		lost := b.send(t, bot.Post{Key: key + "/lost", To: to(room, strings.TrimPrefix(ref, "mattermost:")), Body: bot.Plain("trotzdem")})
		if got := anna.sees(lost); got.RootId != "" || got.ChannelId != room {
			t.Errorf("after its root was deleted: %+v", got)
		}
	})
}

// TestSendOnce is a bot that is killed after a post and before it has noted so.
func TestSendOnce(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		anna := w.newcomer(t, "einmal")
		post := bot.Post{Key: "412/7/anna", User: anna.id, Body: bot.Plain("Übernommen")}
		ref := b.send(t, post)
		// A key belongs to one bot in one channel, not to the whole server.
		other := w.newcomer(t, "andere")
		if got := other.sees(b.send(t, bot.Post{Key: post.Key, User: other.id, Body: post.Body})); got.ChannelId != other.direct() {
			t.Errorf("the post of the same key is in %s", got.ChannelId)
		}
		// Others say things, and somebody pretends to have posted it.
		for i := range 30 {
			forged := &model.Post{ChannelId: anna.direct(), Message: fmt.Sprint("dazwischen ", i)}
			forged.AddProp("ersthelfer_key", anna.sees(ref).GetProp("ersthelfer_key"))
			anna.post(forged)
		}
		if w.fake != nil {
			w.fake.ForgetPending()
		}
		again, err := mattermost.New(b.o)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := again.Send(t.Context(), post); err != nil || same != ref {
			t.Errorf("after a restart sent as %q, %v; want %q", same, err, ref)
		}
		list := must(anna.GetPostsForChannel(t.Context(), anna.direct(), 0, 100, "", false, false))(t)
		n := 0
		for _, p := range list.Posts {
			if p.UserId == w.BotID {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the bot has %d posts, want 1", n)
		}
	})
}

// TestNewStore is a database that was thrown away: its tickets are numbered anew.
func TestNewStore(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		anna := w.newcomer(t, "anfang")
		post := bot.Post{Key: "1/2/anna", User: anna.id, Body: bot.Plain("Ticket 1 ist offen.")}
		old := w.start(t)
		ref := old.send(t, post)
		old.stop()
		awaitSecond(t, w)
		if again := w.start(t).send(t, post); again == ref {
			t.Error("the new ticket 1 is taken for the old one, and nobody is told")
		}
	})
}

// A forgetful network delivers a post and loses the answer, as often as told.
type forgetful struct{ lose atomic.Int32 }

func (f *forgetful) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/posts") && f.lose.Add(-1) >= 0 {
		resp.Body.Close()
		return nil, errors.New("the answer is lost")
	}
	return resp, err
}

func TestLostAnswer(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		network := new(forgetful)
		b := w.start(t, func(o *mattermost.Options) { o.HTTP = &http.Client{Transport: network} })
		anna := w.newcomer(t, "verloren")
		post := bot.Post{Key: "412/7/anna", User: anna.id, Body: bot.Plain("Übernommen")}
		b.send(t, bot.Post{Key: "0", User: anna.id, Body: bot.Plain("vorher")})
		network.lose.Store(1)
		ref, err := b.Send(t.Context(), post)
		if err == nil || errors.Is(err, bot.ErrUndeliverable) {
			t.Fatalf("sent %q, %v; want an error that may be tried again", ref, err)
		}
		if w.fake != nil {
			w.fake.ForgetPending() // as after half a minute
		}
		ref = b.send(t, post)
		list := must(anna.GetPostsForChannel(t.Context(), anna.direct(), 0, 100, "", false, false))(t)
		if len(list.Order) != 2 || "mattermost:"+list.Order[0] != ref {
			t.Errorf("posted %d, want 2", len(list.Order))
		}
	})
}

func TestProxyErrors(t *testing.T) {
	t.Parallel()
	w := fakeWorld(t)
	o, _ := w.options(t)
	p, err := mattermost.New(o)
	if err != nil {
		t.Fatal(err)
	}
	anna := w.newcomer(t, "proxy")
	w.fake.Break(1)
	_, err = p.Send(t.Context(), bot.Post{Key: "1", User: anna.id, Body: bot.Plain("geheim")})
	if err == nil || errors.Is(err, bot.ErrUndeliverable) || strings.Contains(err.Error(), "backend") || strings.Contains(err.Error(), "geheim") {
		t.Errorf("sent with %v, want an error that may be tried again and quotes nothing", err)
	}
	b := w.start(t)
	w.fake.Break(2)
	b.of(t, anna.say("noch da?"))
}

func TestUndeliverable(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		gone, kept := w.newcomer(t, "weg"), w.newcomer(t, "da")
		if _, err := w.admin().UpdateUserActive(t.Context(), gone.id, false); err != nil {
			t.Fatal(err)
		}
		group := must(w.admin().CreateGroupChannel(t.Context(), []string{kept.id, w.People["anna"]}))(t)
		for name, post := range map[string]bot.Post{
			"a deactivated account":     {User: gone.id},
			"an account that is none":   {User: model.NewId()},
			"a name that nobody has":    {User: "@niemand"},
			"a channel without the bot": {To: to(group.Id, "")},
			"a channel that is none":    {To: to(model.NewId(), "")},
			"a channel with no name":    {To: to(w.Team+"/nirgends", "")},
			"a name in no team":         {To: to("nirgends", "")},
			"nobody":                    {},
		} {
			post.Key, post.Body = name, bot.Plain("hallo")
			if ref, err := b.Send(t.Context(), post); !errors.Is(err, bot.ErrUndeliverable) {
				t.Errorf("%s: sent %q, %v", name, ref, err)
			}
		}
		for _, ref := range []string{"", "slack:x", "mattermost:", "mattermost:../users/me", "mattermost:" + model.NewId(), "mattermost:" + kept.say("meins").Id} {
			if err := b.Edit(t.Context(), ref, bot.Post{Body: bot.Plain("fremd")}); !errors.Is(err, bot.ErrUndeliverable) {
				t.Errorf("edit %q: %v", ref, err)
			}
		}
	})
}

func TestRestrictedDirectMessages(t *testing.T) {
	t.Parallel()
	w := fakeWorld(t)
	b := w.start(t)
	anna := w.newcomer(t, "fern")
	w.fake.Set("RestrictDirectMessage", "team")
	if _, err := w.admin().RemoveTeamMember(t.Context(), w.TeamID, anna.id); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Send(t.Context(), bot.Post{Key: "1", User: anna.id, Body: bot.Plain("hallo")}); !errors.Is(err, bot.ErrUndeliverable) {
		t.Errorf("sent with %v", err)
	}
}

func TestWrongToken(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		o, _ := w.options(t)
		o.Token = "falschestokenfalschestoken"
		p, err := mattermost.New(o)
		if err != nil {
			t.Fatal(err)
		}
		err = p.Run(t.Context(), newHearing().handle)
		if err == nil || strings.Contains(err.Error(), o.Token) {
			t.Errorf("Run with a wrong token: %v", err)
		}
		if _, err := p.Send(t.Context(), bot.Post{User: w.People["anna"]}); err == nil || errors.Is(err, bot.ErrUndeliverable) {
			t.Errorf("Send with a wrong token: %v, want an error that may be tried again", err)
		}
	})
}

// TestNobodyIsCalled posts what people may write, where everybody is, and looks
// whom the server itself takes for called.
func TestNobodyIsCalled(t *testing.T) {
	w := realWorld(t)
	b := w.start(t)
	anna := w.person(t, "anna")
	ear := anna.listen()
	for i, text := range []string{"@anna @all @channel @here", "＠all @\u200ball @ANNA.", "(@anna) *@all* [@anna](x)", "a`@all`b `@anna"} {
		for _, s := range []bot.Span{{Text: text}, {Text: text, Bold: true}, {Text: text, Code: true}} {
			ref := b.send(t, bot.Post{Key: model.NewId(), To: to(w.Channels["lehrerzimmer"], ""), Body: bot.Rich{{Spans: []bot.Span{s}}}})
			for {
				data := await(t, ear.posted, "the post")
				if !strings.Contains(data["post"].(string), strings.TrimPrefix(ref, "mattermost:")) {
					continue
				}
				if data["mentions"] != nil {
					t.Errorf("text %d %+v calls %v", i, s, data["mentions"])
				}
				break
			}
		}
	}
}

func TestLongText(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		anna := w.newcomer(t, "lang")
		for name, text := range map[string]string{"letters": strings.Repeat("ä", 20_000), "marks": strings.Repeat("*_", 10_000), "emoji": strings.Repeat("👩\u200d👩\u200d👧", 9_000), "addresses": strings.Repeat("https://a.example ", 1500)} {
			ref := b.send(t, bot.Post{Key: name, User: anna.id, Body: bot.Plain(text)})
			got := anna.sees(ref).Message
			if n := utf8.RuneCountInString(got); n > 16383 || n < 16000 || !strings.HasSuffix(got, "…") {
				t.Errorf("%s: %d runes, ending in %q", name, n, got[len(got)-20:])
			}
		}
	})
}

func fakeWorld(t *testing.T) *world {
	t.Helper()
	s := mattermosttest.New(t)
	return &world{Cast: s.Cast(), fake: s}
}
