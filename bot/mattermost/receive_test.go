package mattermost_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
	"ersthelfer/bot/mattermost"
	"ersthelfer/bot/mattermost/mattermosttest"
)

func TestDirectMessage(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		anna := w.person(t, "anna")
		post := anna.say("beamer in 204 zeigt kein bild")
		got := b.of(t, post)
		want := bot.Message{
			ID: "mattermost:" + post.Id, In: to(post.ChannelId, ""), Direct: true, Text: "beamer in 204 zeigt kein bild",
			From: bot.User{
				Platform: "mattermost", ID: anna.id, Name: anna.name, Handle: anna.name, Email: got.From.Email,
				Locale: "de", Schools: []string{"gs-nord"},
			},
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(bot.Message{}, "At")); diff != "" {
			t.Error(diff)
		}
		if got.At.UnixMilli() != post.CreateAt {
			t.Errorf("said at %v, want the server's time %d", got.At, post.CreateAt)
		}
		ben := b.of(t, w.person(t, "ben").say("hello")).From
		if ben.Locale != "en" || ben.Zone != "Europe/London" {
			t.Errorf("Ben speaks %q in %q", ben.Locale, ben.Zone)
		}
		reply := anna.replyTo(post, "noch immer")
		if got := b.of(t, reply); got.Root != "mattermost:"+post.Id || got.In != to(post.ChannelId, post.Id) || !got.Direct {
			t.Errorf("reply in a thread: root %q, in %v", got.Root, got.In)
		}
	})
}

// TestSchools is where people are at school, by the teams and channels they are in.
func TestSchools(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t, func(o *mattermost.Options) {
			o.Channels = map[string]string{w.Team + "/lehrerzimmer": "gym-sued", w.Team + "/keller": "nirgends"}
		})
		for name, want := range map[string]string{w.Handle("anna"): "gs-nord gym-sued", w.Newcomer(t, "neu"): "gs-nord"} {
			if got := strings.Join(b.of(t, w.login(t, name).say("hallo")).From.Schools, " "); got != want {
				t.Errorf("%s is at %q, want %q", name, got, want)
			}
		}
	})
}

func TestChannels(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		anna, ben := w.person(t, "anna"), w.person(t, "ben")
		room := w.Channels["lehrerzimmer"]
		idle := anna.sayIn(room, "Wer hat Pausenaufsicht? Frag nicht @"+w.Bot+"2")
		asked := anna.sayIn(room, "Hallo @"+strings.ToUpper(w.Bot[:1])+w.Bot[1:]+", der Drucker streikt.")
		got := b.of(t, asked)
		if got.Direct || got.Text != "Hallo, der Drucker streikt." || got.In != to(room, asked.Id) || got.Root != "" {
			t.Errorf("mention: %+v", got)
		}
		// In the thread that the bot was called into, nobody need call it again.
		reply := ben.replyTo(asked, "bei mir auch")
		if got := b.of(t, reply); got.In != to(room, asked.Id) || got.Root != "mattermost:"+asked.Id || got.From.Handle != ben.name {
			t.Errorf("reply: %+v", got)
		}
		own := b.send(t, bot.Post{To: to(room, ""), Body: bot.Plain("Ticket 7")})
		note := ben.replyTo(anna.sees(own), "mache ich")
		if got := b.of(t, note); got.Root != own {
			t.Errorf("reply to a post of the bot: root %q, want %q", got.Root, own)
		}
		group := must(anna.CreateGroupChannel(t.Context(), []string{anna.id, ben.id, w.BotID}))(t)
		anna.sayIn(group.Id, "nur unter uns")
		called := anna.sayIn(group.Id, "@"+w.Bot+" WLAN?")
		if got := b.of(t, called); got.Direct || got.Text != "WLAN?" || got.In != to(group.Id, called.Id) {
			t.Errorf("group: %+v", got)
		}
		for _, p := range []*model.Post{idle} {
			if n := b.count(func(m bot.Message) bool { return m.ID == "mattermost:"+p.Id || m.Text == "nur unter uns" }); n != 0 {
				t.Errorf("heard what people say to each other")
			}
		}
	})
}

func TestFiles(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		anna := w.person(t, "anna")
		channel := anna.direct()
		up := must(anna.UploadFile(t.Context(), []byte("png"), channel, "Bild vom Beamer.png"))(t)
		post := anna.post(&model.Post{ChannelId: channel, FileIds: model.StringArray{up.FileInfos[0].Id}})
		got := b.of(t, post)
		if len(got.Files) != 1 || got.Files[0].Name != "Bild vom Beamer.png" || !strings.HasSuffix(got.Files[0].Link, "/api/v4/files/"+up.FileInfos[0].Id) {
			t.Errorf("files %+v", got.Files)
		}
	})
}

func TestChanges(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		anna := w.person(t, "anna")
		post := anna.say("der beamr geht nicht")
		b.of(t, post)
		text := "der Beamer geht nicht"
		must(anna.PatchPost(t.Context(), post.Id, &model.PostPatch{Message: &text}))(t)
		got := b.find(t, "the edit", func(m bot.Message) bool { return m.ID == "mattermost:"+post.Id && m.Change == bot.Edited })
		if got.Text != text {
			t.Errorf("edited to %q", got.Text)
		}
		if _, err := anna.DeletePost(t.Context(), post.Id); err != nil {
			t.Fatal(err)
		}
		got = b.find(t, "the deletion", func(m bot.Message) bool { return m.ID == "mattermost:"+post.Id && m.Change == bot.Deleted })
		if got.Text != "" {
			t.Errorf("deleted, but still says %q", got.Text)
		}
	})
}

// TestHistory is a bot that starts anew: what was said before its first start
// is not answered, what was said while it was down is, once.
func TestHistory(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		anna := w.newcomer(t, "alt")
		before := anna.say("vor langer Zeit")
		awaitSecond(t, w)
		o, serve := w.options(t)
		b := w.run(t, o, serve, newHearing())
		first := anna.say("eins")
		b.of(t, first)
		b.stop()
		missed := make([]*model.Post, 0, 250)
		for i := range 250 {
			missed = append(missed, anna.say("in der Lücke "+strconv.Itoa(i)))
		}
		again := w.run(t, o, serve, newHearing())
		last := anna.say("Ende")
		again.of(t, last)
		for i, post := range missed {
			again.of(t, post)
			if got := again.all[i].Text; got != post.Message {
				t.Fatalf("message %d is %q, want %q", i, got, post.Message)
			}
		}
		for _, h := range []*started{b, again} {
			if h.count(func(m bot.Message) bool { return m.ID == "mattermost:"+before.Id }) > 0 {
				t.Error("answered what was said before the first start")
			}
		}
		if len(again.all) != 251 || len(b.all) != 1 {
			t.Errorf("heard %d and %d messages, want 1 and 251", len(b.all), len(again.all))
		}
	})
}

// awaitSecond waits until the server's clock shows the next second: its time
// comes in whole ones.
func awaitSecond(t *testing.T, w *world) {
	t.Helper()
	date := func() string {
		_, resp, err := w.admin().GetPing(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return resp.Header.Get("Date")
	}
	for now := date(); date() == now; {
	}
}

// TestHandlerFails is a store that does not take a message: it is given again,
// and what follows waits.
func TestHandlerFails(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		tries := 0
		b.reply(func(m bot.Message) (bot.Receipt, error) {
			if tries++; tries < 2 {
				return bot.Receipt{}, errTry
			}
			return bot.Receipt{}, nil
		})
		anna := w.newcomer(t, "neu")
		first, second := anna.say("eins"), anna.say("zwei")
		b.of(t, second)
		b.of(t, first)
		if b.all[0].Text != "eins" || b.all[1].Text != "zwei" || len(b.all) != 2 {
			t.Errorf("order %v", b.all)
		}
	})
}

func TestCutAndRestart(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		proxy := mattermosttest.NewProxy(t, w.URL)
		b := w.start(t, func(o *mattermost.Options) { o.URL = proxy.URL })
		anna := w.newcomer(t, "cut")
		var said []*model.Post
		for i := range 5 {
			said = append(said, anna.say("vor "+strconv.Itoa(i)))
			proxy.Cut()
			said = append(said, anna.say("nach "+strconv.Itoa(i)))
		}
		w.restart(t)
		anna = w.login(t, anna.name)
		said = append(said, anna.say("nach dem Neustart"))
		for _, post := range said {
			b.of(t, post)
		}
		for i, post := range said {
			if b.all[i].Text != post.Message {
				t.Errorf("message %d is %q, want %q", i, b.all[i].Text, post.Message)
			}
		}
		if len(b.all) != len(said) {
			t.Errorf("%d messages, want %d", len(b.all), len(said))
		}
	})
}
