package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot/mattermost/mattermosttest"
	"ersthelfer/escalation"
)

// A storm is how much happens at the same time.
type storm struct {
	people, each          int
	span                  time.Duration // in which everybody says what they say
	restarts, cuts, kills int
}

// TestStorm is many people asking the whole program while the server restarts,
// the network is cut and the program is killed: every message is answered, once;
// every ticket is there, once; and whoever must act is called, once.
func TestStorm(t *testing.T) {
	t.Run("fake", func(t *testing.T) {
		s := mattermosttest.New(t)
		weather(t, s.Cast(), s, storm{people: 8, each: 10, span: 6 * time.Second, restarts: 1, cuts: 3, kills: 3})
	})
	t.Run("real", func(t *testing.T) {
		c, ok := mattermosttest.Real(t)
		if !ok {
			t.Skip("NOT RUN AGAINST A REAL MATTERMOST: set MM_URL and the rest of the server's env.sh")
		}
		weather(t, c, nil, storm{people: 50, each: 20, span: time.Minute, restarts: 3, cuts: 10, kills: 20})
	})
}

func weather(t *testing.T, c mattermosttest.Cast, fake *mattermosttest.Server, s storm) {
	proxy := mattermosttest.NewProxy(t, c.URL)
	sky := &sky{fake: fake, proxy: proxy, program: newProcess(t, c, proxy.URL)}
	crowd := make([]*asker, s.people)
	for i := range crowd {
		crowd[i] = newAsker(t, c, fmt.Sprintf("sturm%d", i))
	}
	sky.program.start()
	crowd[0].waitForBot()
	var talking sync.WaitGroup
	for _, a := range crowd {
		talking.Go(func() { a.talk(s) })
	}
	sky.rage(t, s)
	talking.Wait()
	settle(t, crowd)
	// Once more from the beginning: nothing may be answered or told again.
	sky.program.kill()
	sky.program.start()
	for _, a := range crowd {
		a.help()
	}
	settle(t, crowd)
	sky.program.kill()
	asked := sky.program.tickets(t)
	calls := called(t, c)
	if want := s.people * (s.each / 2); asked != want || calls != s.people {
		t.Errorf("%d tickets and %d calls to act, want %d and %d", asked, calls, want, s.people)
	}
	t.Logf("%d messages of %d people, %d tickets, %d calls to act; %d restarts, %d cuts, %d kills", s.people*s.each, s.people, asked, calls, s.restarts, s.cuts, s.kills+1)
	for _, l := range mattermosttest.Complaints(t, c, fake) {
		t.Errorf("the server complains: %s", l)
	}
}

// A sky is what goes wrong.
type sky struct {
	fake    *mattermosttest.Server
	proxy   *mattermosttest.Proxy
	program *process
}

// rage spreads what goes wrong over the time.
func (k *sky) rage(t *testing.T, s storm) {
	t.Helper()
	total := s.restarts + s.cuts + s.kills
	kill := func() { k.program.kill(); k.program.start() }
	for i := range total {
		time.Sleep(s.span / time.Duration(total+1))
		switch {
		case s.kills > 0 && (i%3 == 0 || s.cuts+s.restarts == 0):
			s.kills--
			kill()
		case s.restarts > 0 && (i%4 == 1 || s.cuts == 0):
			s.restarts--
			k.restart(t)
		default:
			s.cuts--
			k.proxy.Cut()
		}
	}
}

func (k *sky) restart(t *testing.T) {
	t.Helper()
	if k.fake != nil {
		k.fake.Stop()
		k.fake.Start()
		return
	}
	mattermosttest.Script(t, "restart")
}

// A process is the real program, run over a folder, which a test can kill.
type process struct {
	t    *testing.T
	file string
	data string
	cmd  *exec.Cmd
	said bytes.Buffer
}

func newProcess(t *testing.T, c mattermosttest.Cast, url string) *process {
	t.Helper()
	through := c
	through.URL = url
	p := &process{t: t, file: mattermostFile(t, through), data: t.TempDir()}
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the program said:\n%s", p.said.String())
		}
	})
	return p
}

func (p *process) start() {
	p.t.Helper()
	p.cmd = exec.Command(os.Args[0], "run", "--config", p.file, "--data", p.data, "--listen", "127.0.0.1:0")
	p.cmd.Args[0] = "ersthelfer" // see testscript.Main
	p.cmd.Stderr = &p.said
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
}

// kill is kill -9.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Error(err)
	}
	_ = p.cmd.Wait() // it was killed
	p.cmd = nil
}

// tickets returns how many tickets a program that was killed has left. None may
// be there for the same message as another.
func (p *process) tickets(t *testing.T) (n int) {
	t.Helper()
	cfg, err := loadConfig(p.file)
	if err != nil {
		t.Fatal(err)
	}
	a, err := openApp(cfg, p.data, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	from := map[string]escalation.ID{}
	err = a.desk.Each(t.Context(), time.Time{}, time.Time{}, func(tk *escalation.Ticket) error {
		n++
		message := tk.Events[0].Message
		if other, ok := from[message]; ok || message == "" {
			t.Errorf("tickets %d and %d are about the same message %q", other, tk.ID, message)
		}
		from[message] = tk.ID
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// An asker is somebody in the storm. Half of what they say they ask in a
// channel, where each question is a ticket with a thread of its own; with the
// other half they ask the bot alone for help, which makes no ticket.
type asker struct {
	*model.Client4
	t      *testing.T
	cast   mattermosttest.Cast
	direct string
	mu     sync.Mutex
	roots  []string // the questions in the channel
	helped int      // the questions to the bot alone
}

func newAsker(t *testing.T, c mattermosttest.Cast, name string) *asker {
	t.Helper()
	a := &asker{Client4: model.NewAPIv4Client(c.URL), t: t, cast: c}
	u, _, err := a.Login(t.Context(), c.Newcomer(t, name), c.Password)
	if err != nil {
		t.Fatal(err)
	}
	channel, _, err := a.CreateDirectChannel(t.Context(), u.Id, c.BotID)
	if err != nil {
		t.Fatal(err)
	}
	admin := model.NewAPIv4Client(c.URL)
	admin.SetToken(c.Admin)
	if _, _, err := admin.AddChannelMember(t.Context(), c.Channels["lehrerzimmer"], u.Id); err != nil {
		t.Fatal(err)
	}
	a.direct = channel.Id
	return a
}

// problems are asked in turn. The first one calls somebody to act at once.
var problems = []string{
	"ich habe auf einen phishing link geklickt", "beamer in 204 zeigt kein bild vom laptop", "der drucker druckt nicht",
	"wlan geht nicht", "wie verbinde ich das tablet mit dem beamer", "ich habe mein passwort vergessen",
	"der ton am beamer fehlt", "die dokumentenkamera zeigt kein bild", "wie melde ich mich bei moodle an",
	"der bildschirm bleibt schwarz",
}

// talk says what one person says, and insists while the server is away.
func (a *asker) talk(s storm) {
	for i := range s.each {
		if i%2 == 0 {
			a.ask(problems[i/2%len(problems)])
		} else {
			a.help()
		}
		time.Sleep(s.span / time.Duration(s.each)) // people do not all talk at once
	}
}

func (a *asker) ask(text string) {
	made := a.insist(&model.Post{ChannelId: a.cast.Channels["lehrerzimmer"], Message: "@" + a.cast.Bot + " " + text})
	if made != nil {
		a.roots = append(a.roots, made.Id)
	}
}

func (a *asker) help() {
	if a.insist(&model.Post{ChannelId: a.direct, Message: "hilfe"}) != nil {
		a.helped++
	}
}

// insist posts, as the chat's own program does, until the server has taken it.
func (a *asker) insist(post *model.Post) *model.Post {
	post.PendingPostId = model.NewId()
	for a.t.Context().Err() == nil {
		if made, _, err := a.CreatePost(a.t.Context(), post); err == nil {
			return made
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil
}

// waitForBot asks for help until there is an answer: from then on the program
// reads everything.
func (a *asker) waitForBot() {
	a.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(500 * time.Millisecond) {
		if said, err := a.said(a.direct, ""); err == nil && len(said) > 0 {
			a.helped = len(said)
			return
		}
		a.insist(&model.Post{ChannelId: a.direct, Message: "hilfe"})
	}
	a.t.Fatal("waited in vain for the bot to begin")
}

// said returns what the bot said in a channel, or in one thread of it, by the
// key of the post. The same key twice is something said twice.
func (a *asker) said(channel, root string) (map[string]string, error) {
	var list *model.PostList
	var err error
	if root != "" {
		list, _, err = a.GetPostThread(a.t.Context(), root, "", false)
	} else {
		list, _, err = a.GetPostsForChannel(a.t.Context(), channel, 0, 200, "", false, false)
	}
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, post := range list.Posts {
		if post.UserId != a.cast.BotID || post.IsSystemMessage() {
			continue
		}
		key, _ := post.GetProp("ersthelfer_key").(string)
		if out[key] != "" {
			a.t.Errorf("said twice: %q", post.Message)
		}
		out[key] = post.Message
	}
	return out, nil
}

// settle waits until everything that was said has its answer. None may have two.
func settle(t *testing.T, crowd []*asker) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for _, a := range crowd {
		introduced := 0
		for i, root := range a.roots {
			want := 1
			if i%len(problems) == 0 {
				want = 2 // first aid, and that a ticket is open
			}
			introduced += a.await(deadline, "", root, want)
		}
		introduced += a.await(deadline, a.direct, "", a.helped)
		if introduced > 1 {
			t.Errorf("the bot introduces itself %d times to one person", introduced)
		}
	}
}

// await waits until the bot has said so much in a channel or thread, and returns
// how often it introduced itself there besides.
func (a *asker) await(deadline time.Time, channel, root string, want int) (introduced int) {
	a.t.Helper()
	for {
		said, err := a.said(channel, root)
		introduced = 0
		for _, text := range said {
			if strings.Contains(text, "ein Programm (kein Mensch)") {
				introduced++
			}
		}
		n := len(said) - introduced
		switch {
		case err == nil && n == want:
			return introduced
		case n > want || time.Now().After(deadline):
			a.t.Fatalf("the bot said %d things, want %d: %q, %v", n, want, said, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// called returns how many posts in the contacts' channel call somebody to act.
func called(t *testing.T, c mattermosttest.Cast) (n int) {
	t.Helper()
	admin := model.NewAPIv4Client(c.URL)
	admin.SetToken(c.Admin)
	list, _, err := admin.GetPostsForChannel(t.Context(), c.Channels["it-support"], 0, 200, "", false, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, post := range list.Posts {
		if post.UserId == c.BotID && post.RootId == "" && !post.IsSystemMessage() {
			n++
		}
	}
	return n
}
