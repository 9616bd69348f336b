package mattermost_test

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/bot/mattermost"
	"ersthelfer/bot/mattermost/mattermosttest"
)

// TestPlatform is the suite that every platform passes.
func TestPlatform(t *testing.T) {
	t.Run("fake", func(t *testing.T) {
		bottest.TestPlatform(t, func(t *testing.T) bottest.Harness {
			s := mattermosttest.New(t)
			return harness(t, &world{Cast: s.Cast(), fake: s})
		})
	})
	t.Run("real", func(t *testing.T) {
		realServer(t)
		bottest.TestPlatform(t, func(t *testing.T) bottest.Harness { return harness(t, realWorld(t)) })
	})
}

// harness returns a platform on which nobody has said anything: its people are
// newcomers.
func harness(t *testing.T, w *world) bottest.Harness {
	t.Helper()
	o, serve := w.options(t)
	p, err := mattermost.New(o)
	if err != nil {
		t.Fatal(err)
	}
	serve(p.Handler())
	w.calm(t)
	// The message limit is only known once the server has been spoken to.
	if _, err := p.Send(t.Context(), bot.Post{User: w.newcomer(t, "wer").id, Body: bot.Plain("hallo")}); err != nil {
		t.Fatal(err)
	}
	h := &hand{w: w, p: p, t: t, actors: map[string]*actor{}}
	return bottest.Harness{
		Platform: p,
		User:     func(person string) string { return h.user(person) },
		Say:      func(t *testing.T, person, text string) { t.Helper(); h.of(person).speak(t, text) },
		Sees:     func(t *testing.T, person string) []bottest.Seen { t.Helper(); return h.of(person).seen(t) },
		Press:    func(t *testing.T, person, ref, choice string) { t.Helper(); h.of(person).choose(t, ref, choice) },
		Fill: func(t *testing.T, person, ref, choice string, values map[string]string) {
			t.Helper()
			h.of(person).fill(t, ref, choice, values)
		},
		Private: func(t *testing.T, person string) []string { t.Helper(); return h.of(person).whispered(t) },
	}
}

// A hand moves the people of a harness.
type hand struct {
	w      *world
	p      *mattermost.Platform
	t      *testing.T
	mu     sync.Mutex
	actors map[string]*actor
}

// An actor is a person with eyes and ears.
type actor struct {
	*person
	ear     *ear
	home    string // the channel with the bot
	self    string // a channel of their own, to hear where they are
	private []string
	forms   []model.OpenDialogRequest
}

func (h *hand) user(person string) string {
	if person == "nobody" {
		return model.NewId()
	}
	return h.of(person).id
}

func (h *hand) of(name string) *actor {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.actors[name]
	if a == nil {
		p := h.w.newcomer(h.t, name)
		a = &actor{person: p, home: p.direct(), ear: p.listen()}
		a.self = must(p.CreateDirectChannel(h.t.Context(), p.id, p.id))(h.t).Id
		h.actors[name] = a
	}
	return a
}

// catch takes in all that was told until now: events keep their order.
func (a *actor) catch(t *testing.T) {
	t.Helper()
	mark := a.sayIn(a.self, "mark "+model.NewId())
	for {
		data := await(t, a.ear.posted, "one's own post")
		if strings.Contains(data["post"].(string), mark.Message) {
			break
		}
	}
	for {
		select {
		case text := <-a.ear.whisper:
			a.private = append(a.private, text)
		case form := <-a.ear.forms:
			a.forms = append(a.forms, form)
		default:
			return
		}
	}
}

func (a *actor) whispered(t *testing.T) []string {
	t.Helper()
	a.catch(t)
	return a.private
}

func (a *actor) seen(t *testing.T) []bottest.Seen {
	t.Helper()
	list := must(a.GetPostsForChannel(t.Context(), a.direct(), 0, 200, "", false, false))(t)
	var out []bottest.Seen
	for i := len(list.Order) - 1; i >= 0; i-- {
		post := list.Posts[list.Order[i]]
		if post.UserId != a.w.BotID {
			continue
		}
		plain, live := looks(post.Message)
		s := bottest.Seen{Ref: "mattermost:" + post.Id, Text: plain, Live: live}
		for _, action := range actions(post) {
			s.Choices = append(s.Choices, action.Name)
		}
		out = append(out, s)
	}
	return out
}

// speak says something to the bot alone. A test may end before the server has
// answered: the bot has heard it earlier.
func (a *actor) speak(t *testing.T, text string) {
	t.Helper()
	_, _, err := a.CreatePost(t.Context(), &model.Post{ChannelId: a.home, Message: text})
	if err != nil && t.Context().Err() == nil {
		t.Errorf("say %q: %v", text, err)
	}
}

// choose presses the choice, whose place among the actions is that of its label.
func (a *actor) choose(t *testing.T, ref, choice string) {
	t.Helper()
	place := map[string]int{"412/helped": 0, "412/not-helped": 1, "412/other": 2, "412/solve": 0}[choice]
	action := actions(a.sees(ref))[place]
	if _, err := a.DoPostActionWithCookie(t.Context(), strings.TrimPrefix(ref, "mattermost:"), action.Id, "", ""); err != nil {
		t.Errorf("press %s: %v", choice, err)
	}
}

// fill fills in the form that is open, or that the choice opens.
func (a *actor) fill(t *testing.T, ref, choice string, values map[string]string) {
	t.Helper()
	if a.catch(t); len(a.forms) == 0 {
		a.choose(t, ref, choice)
		a.forms = append(a.forms, await(t, a.ear.forms, "the form"))
	}
	form := a.forms[0]
	out := a.send(t, form, a.direct(), values)
	if out.Error == "" && len(out.Errors) == 0 {
		a.forms = a.forms[1:]
	}
}

// send sends a form as the chat does.
func (p *person) send(t *testing.T, form model.OpenDialogRequest, channel string, values map[string]string) *model.SubmitDialogResponse {
	t.Helper()
	sent := map[string]any{}
	for k, v := range values {
		sent[k] = v
	}
	return must(p.SubmitInteractiveDialog(t.Context(), model.SubmitDialogRequest{
		URL: form.URL, CallbackId: form.Dialog.CallbackId, State: form.Dialog.State, ChannelId: channel,
		TeamId: p.w.TeamID, Submission: sent,
	}))(t)
}

var live = regexp.MustCompile(`[@＠~][\pL\pN]|(^|\s)#\pL|:[a-z_]+:|&#?\w+;`)

// looks renders a message as Mattermost's phones do, and returns what can be
// read and what acts.
func looks(message string) (plain string, acts []string) {
	source := []byte(message)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	var b strings.Builder
	_ = ast.Walk(doc, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter {
			if n.Type() == ast.TypeBlock {
				b.WriteByte('\n')
			}
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.CodeSpan:
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				b.Write(c.(*ast.Text).Segment.Value(source))
			}
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			b.Write(unescape(n.Segment.Value(source)))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.Link, *ast.AutoLink, *ast.Image, *ast.RawHTML, *ast.HTMLBlock, *ast.Heading, *ast.CodeBlock,
			*ast.FencedCodeBlock, *ast.ThematicBreak, *extast.Table, *extast.Strikethrough, *extast.TaskCheckBox:
			acts = append(acts, n.Kind().String())
		}
		return ast.WalkContinue, nil
	})
	plain = b.String()
	outside := ""
	for i, part := range strings.Split(message, "`") {
		if i%2 == 0 {
			outside += part + "\n"
		}
	}
	return plain, append(acts, live.FindAllString(outside, -1)...)
}

func unescape(segment []byte) []byte {
	return []byte(regexp.MustCompile(`\\([[:punct:]])`).ReplaceAllString(string(segment), "$1"))
}
