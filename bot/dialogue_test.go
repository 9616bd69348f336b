package bot_test

import (
	"bufio"
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
	"ersthelfer/knowledge"
)

// TestDialogues plays the scripts in testdata/dialogues. A line is one of
//
//	anna> text          anna writes to the bot
//	anna> text | x.jpg  the same with a file
//	anna> [label]       anna presses the button with that label, number or id on her last post with choices
//	anna> [first label] the same on her first post that had it, also if it is gone there by now
//	anna> [label] a=b   anna sends the form of that button with these values, separated by semicolons
//	anna~ text          anna edits her last message; without a text she deletes it
//	anna< words         one of the posts that anna has not read yet has these words; those before it count as read
//	anna<               anna has nothing left to read that the script did not ask for
//	clock +90m          time passes, and what is due happens
//	ticket 1 open P2    the ticket's status, and its priority
//	again               the last message is delivered once more
//
// and # begins a comment.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/dialogues/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dialogues: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			src, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			p := newPlay(t)
			lines := bufio.NewScanner(src)
			for n := 1; lines.Scan(); n++ {
				line, _, _ := strings.Cut(lines.Text(), " #")
				if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
					p.place = file + ":" + strconv.Itoa(n)
					p.line(line)
				}
			}
			p.silent()
		})
	}
}

// A play is a bot with a fake chat, a store in memory and a clock that only the
// script moves.
type play struct {
	t       *testing.T
	place   string
	now     time.Time
	desk    *escalation.Desk
	bot     *bot.Bot
	library *knowledge.Library // of a play that was started with one
	chat    *bottest.Platform
	read    map[string]int
	seen    map[string]string // the first button that a person saw with a label
	last    bot.Message
	wrote   map[string]bot.Message // the last message of each person
	said    []string               // what people wrote
	log     bytes.Buffer
}

func newPlay(t *testing.T) *play {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p := &play{t: t, now: time.Date(2026, 11, 24, 10, 10, 0, 0, berlin), read: map[string]int{}, seen: map[string]string{}, wrote: map[string]bot.Message{}}
	p.chat = bottest.NewPlatform("chat", bottest.Full)
	m := escalationtest.Model()
	m.Silence = escalation.Silence{Remind: escalation.Span{Workdays: 1}, End: escalation.Span{Workdays: 3}}
	m.Overdue = escalation.OverdueRule{Every: escalation.Span{Workdays: 1}, Times: 2}
	p.desk = escalation.NewDesk(new(escalationtest.Memory), m, func() time.Time { return p.now })
	p.bot, err = bot.New(bot.Options{
		Desk: p.desk, Library: shipped(t), Store: new(bottest.Memory), Platforms: []bot.Platform{p.chat}, People: cast(),
		Log: slog.New(slog.NewTextHandler(&p.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		SignIn: func(_ context.Context, who escalation.Person) (string, error) {
			return "https://hilfe.example/" + string(who), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// cast are the people of escalationtest.Model on the platform "chat".
func cast() []bot.Known {
	var out []bot.Known
	for person, k := range map[escalation.Person]bot.Known{
		"anna": {School: "gs-nord"}, "bernd": {School: "gym-sued", Language: "en"}, "clara": {School: "grund-west"},
		"mara": {School: "gs-nord", Roles: []string{"editor"}}, "tom": {School: "gs-nord"}, "dora": {School: "gs-nord"}, "wanda": {School: "grund-west"},
		"paul": {}, "petra": {}, "pia": {}, "sven": {Roles: []string{"authority"}},
	} {
		k.Person, k.Name, k.Users = person, string(person), map[string]string{"chat": string(person)}
		out = append(out, k)
	}
	return out
}

func (p *play) line(line string) {
	p.t.Helper()
	ctx := context.Background()
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case word == "clock":
		d, err := time.ParseDuration(strings.TrimPrefix(rest, "+"))
		p.check(err)
		p.now = p.now.Add(d)
	case word == "ticket":
		p.ticket(strings.Fields(rest))
	case word == "again":
		_, err := p.bot.Handle(ctx, p.last)
		p.check(err)
	case strings.HasSuffix(word, ">"):
		p.says(strings.TrimSuffix(word, ">"), strings.TrimSpace(rest))
	case strings.HasSuffix(word, "~"):
		p.edits(strings.TrimSuffix(word, "~"), strings.TrimSpace(rest))
	case strings.HasSuffix(word, "<"):
		p.hears(strings.TrimSuffix(word, "<"), strings.TrimSpace(rest))
		return
	default:
		p.t.Fatalf("%s: not a line of a dialogue: %s", p.place, line)
	}
	for range 3 { // until nothing is left to do
		_, err := p.bot.Work(ctx)
		p.check(err)
	}
}

func (p *play) says(who, text string) {
	p.t.Helper()
	p.said = append(p.said, text)
	text, file, hasFile := strings.Cut(text, "| ")
	p.last = p.chat.Message(who, strings.TrimSpace(text))
	if hasFile {
		p.last.Files = []escalation.File{{Name: file, Link: "https://chat.example/" + file}}
	}
	if !strings.HasPrefix(text, "[") {
		p.wrote[who] = p.last
	}
	if label, ok := strings.CutPrefix(text, "["); ok {
		label, values, isForm := strings.Cut(label, "] ")
		p.last.Text, p.last.Choice = "", p.choice(who, strings.TrimSuffix(label, "]"))
		if isForm {
			p.last.Form = map[string]string{}
			for value := range strings.SplitSeq(values, ";") {
				name, text, _ := strings.Cut(value, "=")
				p.last.Form[strings.TrimSpace(name)] = strings.TrimSpace(text)
			}
		}
	}
	r, err := p.bot.Handle(context.Background(), p.last)
	p.check(err)
	if len(r.Private) > 0 {
		_, err := p.chat.Send(context.Background(), bot.Post{Key: "private/" + p.last.ID, User: who, Body: r.Private})
		p.check(err)
	}
}

func (p *play) edits(who, text string) {
	p.t.Helper()
	p.said = append(p.said, text)
	m := p.wrote[who]
	m.Text, m.Change, m.At = text, bot.Edited, p.now
	if text == "" {
		m.Change = bot.Deleted
	}
	_, err := p.bot.Handle(context.Background(), m)
	p.check(err)
}

// choice returns the id of a button on the person's last post that has it.
func (p *play) choice(who, label string) string {
	p.t.Helper()
	if label, ok := strings.CutPrefix(label, "first "); ok {
		return p.seen[who+" "+label]
	}
	posts := p.chat.Posts(who)
	for i := len(posts) - 1; i >= 0; i-- {
		for n, c := range posts[i].Choices {
			if c.Label == label || strconv.Itoa(n+1) == label || strings.HasSuffix(c.ID, "/"+label) {
				return c.ID
			}
		}
	}
	p.t.Fatalf("%s: %s sees no button %q", p.place, who, label)
	return ""
}

func (p *play) hears(who, words string) {
	p.t.Helper()
	posts := p.chat.Posts(who)
	for _, post := range posts {
		for _, c := range post.Choices {
			if key := who + " " + c.Label; p.seen[key] == "" {
				p.seen[key] = c.ID
			}
		}
	}
	unread := posts[min(p.read[who], len(posts)):]
	for i, post := range unread {
		said := post.Body.String()
		for _, c := range post.Choices {
			said += " [" + c.Label + "]"
		}
		if words != "" && strings.Contains(strings.ReplaceAll(said, "\n", " "), words) {
			p.read[who] += i + 1
			return
		}
	}
	if words == "" && len(unread) == 0 {
		return
	}
	var all []string
	for _, post := range unread {
		all = append(all, post.Body.String())
	}
	p.t.Fatalf("%s: %s did not read %q; unread:\n%s", p.place, who, words, strings.Join(all, "\n---\n"))
}

func (p *play) ticket(fields []string) {
	p.t.Helper()
	id, err := strconv.Atoi(fields[0])
	p.check(err)
	t, err := p.desk.Ticket(context.Background(), escalation.Nobody, escalation.ID(id))
	p.check(err)
	if string(t.Status) != fields[1] || len(fields) > 2 && string(t.Priority) != fields[2] {
		p.t.Fatalf("%s: ticket %d is %s %s, want %s", p.place, id, t.Status, t.Priority, strings.Join(fields[1:], " "))
	}
}

func (p *play) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", p.place, err)
	}
}

// silent checks that the log holds nothing of what people wrote, and no names.
func (p *play) silent() {
	p.t.Helper()
	log := strings.ToLower(p.log.String())
	for _, words := range append(p.said, "weber", "yilmaz", "krüger") {
		if len(words) > 5 && strings.Contains(log, strings.ToLower(words)) {
			p.t.Errorf("%q is in the log:\n%s", words, p.log.String())
		}
	}
}

// TestLogIsSilent: what goes wrong is logged without anybody's words.
func TestLogIsSilent(t *testing.T) {
	p := newPlay(t)
	p.place = "TestLogIsSilent"
	for _, line := range []string{"anna> papierstau im kopierer", "anna> [Hilft nicht]", "anna> die kinder warten"} {
		p.line(line)
	}
	p.chat.Fail(3)
	p.line("anna> k12 neben dem kanarienvogel")
	p.chat.Remove("mara")
	p.line("clock +10s")
	if !strings.Contains(p.log.String(), "notice will be tried again") || !strings.Contains(p.log.String(), "undeliverable") {
		t.Errorf("nothing went wrong, so the log proves nothing:\n%s", p.log.String())
	}
	p.silent()
}

// TestQuickMessages: what is said before the bot has answered belongs to the
// question, small words too, and is answered once.
func TestQuickMessages(t *testing.T) {
	p := newPlay(t)
	p.place = "TestQuickMessages"
	var err error
	p.bot, err = bot.New(bot.Options{
		Desk: p.desk, Library: shipped(t), Store: new(bottest.Memory), Platforms: []bot.Platform{p.chat}, People: cast(),
		Quiet: time.Second,
	})
	p.check(err)
	for _, line := range []string{
		"anna> der kopierer", "anna> hat papierstau", "anna> hilft nicht", "anna> danke!", "anna< kein Mensch", "anna<",
		"clock +1s", "ticket 1 answered", "anna< Papierstau im Drucker oder Kopierer", "anna<",
	} {
		p.line(line)
	}
}
