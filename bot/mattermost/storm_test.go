package mattermost_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/bot/mattermost"
	"ersthelfer/escalation"
)

// childEnv makes the test binary a bot, which a test can kill.
const childEnv = "ERSTHELFER_MATTERMOST_CHILD"

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		if err := child(text); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// An order is what a child is told.
type order struct{ URL, Token, File string }

// child answers every question once. It keeps the order of work that the bot
// keeps: what came in is recorded, then posted, then marked.
func child(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	store, err := openJournal(o.File)
	if err != nil {
		return err
	}
	p, err := mattermost.New(mattermost.Options{
		URL: o.URL, Token: o.Token, Words: words, Store: store,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	ctx := context.Background()
	todo := make(chan string, 100_000)
	err = store.Each(ctx, bot.Histories, "", func(key string, record []byte) error {
		if string(record) != "done" {
			todo <- key
		}
		return nil
	})
	if err != nil {
		return err
	}
	for range 4 {
		go post(ctx, p, store, todo)
	}
	return p.Run(ctx, func(ctx context.Context, m bot.Message) (bot.Receipt, error) {
		if m.From.Bot || m.Change != "" {
			return bot.Receipt{}, nil
		}
		known := false
		err := store.Change(ctx, bot.Histories, m.ID, func(old []byte) ([]byte, error) {
			if known = old != nil; known {
				return old, nil
			}
			return json.Marshal(m.In)
		})
		if err == nil && !known {
			todo <- m.ID
		}
		return bot.Receipt{}, err
	})
}

// post answers what is to be answered, until it is.
func post(ctx context.Context, p *mattermost.Platform, store bot.Store, todo chan string) {
	for id := range todo {
		data, _ := store.Read(ctx, bot.Histories, id)
		var in escalation.Address
		_ = json.Unmarshal(data, &in)
		for {
			_, err := p.Send(ctx, bot.Post{Key: "answer/" + id, To: in, Body: bot.Plain("Antwort auf " + id)})
			if err == nil {
				break
			}
			time.Sleep(100 * time.Millisecond) // the bot's own loop waits here
		}
		_ = store.Change(ctx, bot.Histories, id, func([]byte) ([]byte, error) { return []byte("done"), nil })
	}
}

// A journal is a store that survives kill -9: every change is a line of a file.
type journal struct {
	bottest.Memory
	mu sync.Mutex
	f  *os.File
}

type entry struct {
	In  bot.Bucket
	Key string
	New []byte
}

func openJournal(name string) (*journal, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{f: f}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue // torn by the kill: it was never said to be stored
		}
		_ = j.Memory.Change(context.Background(), e.In, e.Key, func([]byte) ([]byte, error) { return e.New, nil })
	}
	if _, err := f.WriteString("\n"); err != nil {
		return nil, err
	}
	return j, lines.Err()
}

func (j *journal) Change(ctx context.Context, in bot.Bucket, key string, fn func([]byte) ([]byte, error)) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.Memory.Change(ctx, in, key, func(old []byte) ([]byte, error) {
		data, err := fn(old)
		if err != nil {
			return nil, err
		}
		line, err := json.Marshal(entry{in, key, data})
		if err != nil {
			return nil, err
		}
		_, err = j.f.Write(append(line, '\n'))
		return data, err
	})
}

// A storm is how much happens at the same time.
type storm struct {
	people, each          int
	span                  time.Duration // in which everybody says what they say
	restarts, cuts, kills int
}

// TestStorm is many people asking while the server restarts, the network is cut
// and the bot is killed: every question is answered, once.
func TestStorm(t *testing.T) {
	t.Run("fake", func(t *testing.T) {
		t.Parallel()
		weather(t, fakeWorld(t), storm{people: 10, each: 15, span: 6 * time.Second, restarts: 2, cuts: 4, kills: 3})
	})
	t.Run("real", func(t *testing.T) {
		weather(t, realWorld(t), storm{people: 50, each: 20, span: time.Minute, restarts: 3, cuts: 10, kills: 20})
	})
}

func weather(t *testing.T, w *world, s storm) {
	w.calm(t)
	proxy := newProxy(t, w.URL)
	people := make([]*person, s.people)
	channels := make([]string, s.people)
	for i := range people {
		people[i] = w.newcomer(t, fmt.Sprintf("sturm%d", i))
		channels[i] = people[i].direct()
	}
	program := newProgram(t, order{URL: proxy.url, Token: w.BotToken, File: t.TempDir() + "/journal"})
	program.start(t)
	program.begun(t)
	var talking sync.WaitGroup
	for i, p := range people {
		talking.Go(func() { p.talk(channels[i], s) })
	}
	disturb(t, w, s, proxy, program)
	talking.Wait()
	asked := settle(t, people, channels)
	// Once more from the beginning: nothing may be answered again.
	program.kill(t)
	program.start(t)
	for i, p := range people {
		p.insist(&model.Post{ChannelId: channels[i], Message: "und jetzt?"})
	}
	again := settle(t, people, channels)
	if again != asked+len(people) {
		t.Errorf("%d questions, want %d", again, asked+len(people))
	}
	t.Logf("%d questions of %d people answered once each; %d restarts, %d cuts, %d kills", again, len(people), s.restarts, s.cuts, s.kills+1)
	if lines := w.complaints(t); len(lines) > 0 {
		t.Errorf("the server complains: %s", lines[0])
	}
}

// talk says what one person says, and insists while the server is away.
func (p *person) talk(channel string, s storm) {
	for i := range s.each {
		p.insist(&model.Post{ChannelId: channel, Message: fmt.Sprintf("Frage %d", i)})
		time.Sleep(s.span / time.Duration(s.each)) // people do not all talk at once
	}
}

func (p *person) insist(post *model.Post) {
	post.PendingPostId = model.NewId()
	for {
		if _, _, err := p.CreatePost(p.t.Context(), post); err == nil || p.t.Context().Err() != nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// disturb spreads what goes wrong over the time.
func disturb(t *testing.T, w *world, s storm, proxy *proxy, program *program) {
	t.Helper()
	total := s.restarts + s.cuts + s.kills
	restarts, cuts, kills := s.restarts, s.cuts, s.kills
	for i := range total {
		time.Sleep(s.span / time.Duration(total+1))
		switch {
		case kills > 0 && i%3 == 0:
			kills--
			program.kill(t)
			program.start(t)
		case restarts > 0 && i%4 == 1:
			restarts--
			w.restart(t)
		case cuts > 0:
			cuts--
			proxy.cut()
		case kills > 0:
			kills--
			program.kill(t)
			program.start(t)
		case restarts > 0:
			restarts--
			w.restart(t)
		}
	}
}

// settle waits until every question has an answer, and returns how many there
// are. None may have two.
func settle(t *testing.T, people []*person, channels []string) (asked int) {
	t.Helper()
	deadline := time.Now().Add(2 * hung)
	for i, p := range people {
		for {
			questions, answers, err := p.conversation(channels[i])
			if err == nil {
				if len(questions) == len(answers) {
					asked += len(questions)
					check(t, questions, answers)
					break
				}
				for id, n := range answers {
					if n > 1 {
						t.Fatalf("%s is answered %d times", id, n)
					}
				}
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d questions, %d answers, %v", len(questions), len(answers), err)
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	return asked
}

func check(t *testing.T, questions map[string]string, answers map[string]int) {
	t.Helper()
	for id, text := range questions {
		if n := answers["Antwort auf mattermost:"+id]; n != 1 {
			t.Errorf("%q is answered %d times", text, n)
		}
	}
}

// conversation returns what was asked in a channel, and the answers, in Markdown
// as they are, with how often each is there.
func (p *person) conversation(channel string) (questions map[string]string, answers map[string]int, err error) {
	questions, answers = map[string]string{}, map[string]int{}
	list, _, err := p.GetPostsForChannel(p.t.Context(), channel, 0, 200, "", false, false)
	if err != nil {
		return nil, nil, err
	}
	for post := range maps.Values(list.Posts) {
		if post.UserId == p.w.BotID {
			answers[strings.ReplaceAll(post.Message, "\u200b", "")]++
		} else {
			questions[post.Id] = post.Message
		}
	}
	return questions, answers, nil
}

// A program is a child that can be killed.
type program struct {
	order order
	cmd   *exec.Cmd
	out   *lockedBuffer
}

func newProgram(t *testing.T, o order) *program {
	p := &program{order: o, out: new(lockedBuffer)}
	t.Cleanup(func() {
		p.kill(t)
		if t.Failed() {
			t.Logf("the bot said:\n%s", p.out)
		}
	})
	return p
}

func (p *program) start(t *testing.T) {
	t.Helper()
	data, err := json.Marshal(p.order)
	if err != nil {
		t.Fatal(err)
	}
	p.cmd = exec.Command(os.Args[0], "-test.run=^$")
	p.cmd.Env = append(os.Environ(), childEnv+"="+string(data))
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

// begun waits until the bot has noted that it reads from now on.
func (p *program) begun(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(hung); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if data, err := os.ReadFile(p.order.File); err == nil && bytes.Contains(data, []byte("mattermost:since:")) {
			return
		}
	}
	t.Fatal("waited in vain for the bot to begin")
}

// kill is kill -9.
func (p *program) kill(t *testing.T) {
	t.Helper()
	if p.cmd == nil {
		return
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
	_ = p.cmd.Wait()
	p.cmd = nil
}
