package mattermost_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/bot/mattermost"
	"ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
	"ersthelfer/knowledge"
)

var shipped = sync.OnceValues(func() (*knowledge.Library, error) {
	articles, err := knowledge.Starter()
	return knowledge.NewLibrary(knowledge.NewIndex(articles, knowledge.Options{})), err
})

// A day is the whole bot on a server, on a Tuesday morning at school.
type day struct {
	t    *testing.T
	w    *world
	desk *escalation.Desk
	*started
	ahead atomic.Int64 // how far the desk's clock is ahead
}

func newDay(t *testing.T, w *world, change func(*escalation.Model)) *day {
	t.Helper()
	library, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	m := escalationtest.Model()
	if change != nil {
		change(m)
	}
	ten, begun := time.Date(2026, 11, 24, 10, 10, 0, 0, berlin), time.Now()
	d := &day{t: t, w: w}
	d.desk = escalation.NewDesk(new(escalationtest.Memory), m, func() time.Time {
		return ten.Add(time.Since(begun) + time.Duration(d.ahead.Load()))
	})
	var known []bot.Known
	for _, name := range []string{"anna", "mara", "tom", "paul", "petra"} {
		known = append(known, bot.Known{
			Person: escalation.Person(name), Name: name, Users: map[string]string{"mattermost": w.Handle(name)},
			School: map[string]string{"anna": "gs-nord"}[name],
		})
	}
	o, serve := w.options(t)
	report := mattermost.Setup(t.Context(), mattermost.SetupOptions{Options: o, Admin: w.Admin})
	o.CommandTokens = []string{report.Tokens[w.Team]}
	var made *bot.Bot
	o.Ask = func(locale string) *bot.Form { return made.AskForm(locale) }
	d.started = w.runBot(t, o, func(p *mattermost.Platform, store bot.Store) func(context.Context) error {
		serve(p.Handler())
		var err error
		made, err = bot.New(bot.Options{
			Desk: d.desk, Library: library, Store: store, Platforms: []bot.Platform{p}, People: known,
		})
		if err != nil {
			t.Fatal(err)
		}
		return made.Run
	})
	return d
}

// runBot runs a whole bot, and waits until it hears.
func (w *world) runBot(t *testing.T, o mattermost.Options, build func(*mattermost.Platform, bot.Store) func(context.Context) error) *started {
	t.Helper()
	w.calm(t)
	begun := make(chan struct{})
	o.Store = &beginning{Store: new(bottest.Memory), begun: sync.OnceFunc(func() { close(begun) })}
	p, err := mattermost.New(o)
	if err != nil {
		t.Fatal(err)
	}
	run := build(p, o.Store)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := await(t, ended, "the end of the bot"); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	await(t, begun, "the start of the bot")
	return &started{Platform: p, o: o}
}

// A player is a person who reads what the bot writes.
type player struct {
	*person
	ear    *ear
	unread []*model.Post
}

func (d *day) player(name string) *player {
	d.t.Helper()
	p := d.w.person(d.t, name)
	p.direct()
	return &player{person: p, ear: p.listen()}
}

// reads waits for a post of the bot that has the words.
func (p *player) reads(words string) *model.Post {
	p.t.Helper()
	return p.readsIn("", words)
}

// readsIn waits for a post of the bot in a channel.
func (p *player) readsIn(channel, words string) *model.Post {
	p.t.Helper()
	for {
		for i, post := range p.unread {
			if channel != "" && post.ChannelId != channel {
				continue
			}
			if strings.Contains(strings.ReplaceAll(post.Message, "**", ""), words) {
				p.unread = p.unread[i+1:]
				return post
			}
		}
		var post model.Post
		data := await(p.t, p.ear.posted, p.name+" to read "+words+"; unread are "+p.titles())
		if err := json.Unmarshal([]byte(data["post"].(string)), &post); err != nil {
			p.t.Fatal(err)
		}
		if post.UserId == p.w.BotID {
			p.unread = append(p.unread, &post)
		}
	}
}

func (p *player) titles() string {
	var all []string
	for _, post := range p.unread {
		all = append(all, post.Message)
	}
	return strings.Join(all, " | ")
}

// presses presses the button whose label has the words. A post may be drawn anew
// between a look at it and the press; people look again then.
func (p *player) presses(post *model.Post, words string) {
	p.t.Helper()
	var now *model.Post
	err := fmt.Errorf("there is no button %q", words)
	for deadline := time.Now().Add(hung); err != nil && time.Now().Before(deadline); {
		now = p.sees("mattermost:" + post.Id)
		all := actions(now)
		i := slices.IndexFunc(all, func(a *model.PostAction) bool { return strings.Contains(a.Name, words) })
		if i >= 0 {
			err = p.press(now, all[i].Name)
		}
	}
	if err != nil {
		p.t.Fatalf("%s presses %q on %q: %v", p.name, words, now.Message, err)
	}
}

func (d *day) status(id escalation.ID) escalation.Status {
	d.t.Helper()
	t, err := d.desk.Ticket(context.Background(), escalation.Nobody, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return t.Status
}

// TestDay is what a day looks like, from the question to the solution.
func TestDay(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		d := newDay(t, w, nil)
		anna, mara := d.player("anna"), d.player("mara")
		anna.say("beamer in 204 zeigt kein bild vom laptop")
		answer := anna.reads("Windows-Taste")
		anna.presses(answer, "Hilft nicht")
		asked := anna.reads("Läuft gerade Unterricht oder eine Prüfung?")
		anna.say("1")
		anna.reads("Ticket 1 ist offen")
		if len(actions(asked)) != 4 { // three answers, and all questions in one form
			t.Errorf("the question has %d buttons", len(actions(asked)))
		}
		call := mara.reads("Raum 204")
		mara.presses(call, "Übernehmen")
		anna.reads("Mara Yilmaz hat Ticket 1 übernommen.")
		mara.say("lösen 1 Adapter *getauscht* @all")
		solved := anna.reads("Adapter")
		if strings.Contains(solved.Message, "@all") || !strings.Contains(solved.Message, `\*getauscht\*`) {
			t.Errorf("what Mara wrote acts: %q", solved.Message)
		}
		anna.presses(solved, "Ja")
		anna.reads("Wie zufrieden")
		anna.say("5")
		anna.reads("Danke")
		if got := d.status(1); got != escalation.StatusClosed {
			t.Errorf("ticket 1 is %s", got)
		}
		if lines := w.complaints(t); len(lines) > 0 {
			t.Errorf("the server complains: %s", lines[0])
		}
	})
}

// TestTicketForm describes a problem in a form that the slash command opens in a
// channel: what comes of it is told in the direct conversation alone, and what
// stands in it is not asked for again.
func TestTicketForm(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		d := newDay(t, w, nil)
		anna, ben := d.player("anna"), d.player("ben")
		room := w.Channels["lehrerzimmer"]
		if got := must(anna.ExecuteCommand(t.Context(), room, "/ersthelfer"))(t); got.Text != "" {
			t.Errorf("the command is answered %q", got.Text)
		}
		form := await(t, anna.ear.forms, "the form")
		described := map[string]string{
			"text": "beamer zeigt kein bild vom laptop, mein passwort ist Sommer2026!", "place": "204", "urgency": "lesson",
		}
		if got := ben.send(t, form, room, described); got.Error != "nicht Ihrs" {
			t.Errorf("Ben sends Anna's form: %+v", got)
		}
		if got := anna.send(t, form, anna.direct(), described); got.Error != "nicht Ihrs" {
			t.Errorf("the form is sent from elsewhere: %+v", got)
		}
		if got := anna.send(t, form, room, map[string]string{"text": " "}); got.Errors["text"] == "" {
			t.Errorf("an empty form is answered %+v", got)
		}
		if got := anna.send(t, form, room, described); got.Error != "" || len(got.Errors) > 0 {
			t.Errorf("the form is answered %+v", got)
		}
		anna.presses(anna.readsIn(anna.direct(), "Windows-Taste"), "Hilft nicht")
		anna.readsIn(anna.direct(), "Ticket 1 ist offen")
		tk, err := d.desk.Ticket(t.Context(), escalation.Nobody, 1)
		if err != nil || tk.Fields["place"] != "204" || tk.Fields["urgency"] != "lesson" || strings.Contains(tk.Question(), "Sommer") {
			t.Errorf("the ticket has %v and asks %q, %v", tk.Fields, tk.Question(), err)
		}
		list := must(anna.GetPostsForChannel(t.Context(), room, 0, 100, "", false, false))(t)
		for _, post := range list.Posts {
			if post.UserId == w.BotID && !post.IsSystemMessage() {
				t.Errorf("said in the channel: %q", post.Message)
			}
		}
	})
}

// is checks the status of a ticket.
func (d *day) is(id escalation.ID, want escalation.Status) {
	d.t.Helper()
	if got := d.status(id); got != want {
		d.t.Errorf("ticket %d is %s, want %s", id, got, want)
	}
}
