package mattermost_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// A person talks to the bot with the official client.
type person struct {
	*model.Client4
	t    *testing.T
	w    *world
	name string
	id   string
}

// person returns one of the cast.
func (w *world) person(t *testing.T, name string) *person {
	t.Helper()
	return w.login(t, w.Handle(name))
}

func (w *world) login(t *testing.T, name string) *person {
	t.Helper()
	p := &person{Client4: model.NewAPIv4Client(w.URL), t: t, w: w, name: name}
	u := must(p.Login(t.Context(), name, w.Password))(t)
	p.id = u.Id
	return p
}

// newcomer adds somebody whom nobody has seen before.
func (w *world) newcomer(t *testing.T, name string) *person {
	t.Helper()
	return w.login(t, w.Newcomer(t, name))
}

// must returns the value of a call of the official client, or ends the test.
func must[T any](v T, _ *model.Response, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// direct returns the channel in which a person talks to the bot alone.
func (p *person) direct() string {
	p.t.Helper()
	return must(p.CreateDirectChannel(p.t.Context(), p.id, p.w.BotID))(p.t).Id
}

func (p *person) say(text string) *model.Post {
	p.t.Helper()
	return p.post(&model.Post{ChannelId: p.direct(), Message: text})
}

func (p *person) sayIn(channel, text string) *model.Post {
	p.t.Helper()
	return p.post(&model.Post{ChannelId: channel, Message: text})
}

func (p *person) replyTo(root *model.Post, text string) *model.Post {
	p.t.Helper()
	return p.post(&model.Post{ChannelId: root.ChannelId, RootId: root.Id, Message: text})
}

func (p *person) post(post *model.Post) *model.Post {
	p.t.Helper()
	return must(p.CreatePost(p.t.Context(), post))(p.t)
}

// sees returns the bot's post as the person gets it.
func (p *person) sees(ref string) *model.Post {
	p.t.Helper()
	return must(p.GetPost(p.t.Context(), strings.TrimPrefix(ref, "mattermost:"), ""))(p.t)
}

// botPosts returns the bot's posts in a channel since a post, oldest first.
func (p *person) botPosts(channel, since string) []*model.Post {
	p.t.Helper()
	list := must(p.GetPostsAfter(p.t.Context(), channel, since, 0, 200, "", false, false))(p.t)
	var out []*model.Post
	for i := len(list.Order) - 1; i >= 0; i-- {
		if post := list.Posts[list.Order[i]]; post.UserId == p.w.BotID {
			out = append(out, post)
		}
	}
	return out
}

// actions returns the buttons and menus of a post.
func actions(post *model.Post) []*model.PostAction {
	var out []*model.PostAction
	for _, a := range post.Attachments() {
		out = append(out, a.Actions...)
	}
	return out
}

// press presses the button with a label through the server.
func (p *person) press(post *model.Post, label string) error {
	p.t.Helper()
	for _, a := range actions(post) {
		if a.Name == label {
			_, err := p.DoPostActionWithCookie(p.t.Context(), post.Id, a.Id, "", "")
			return err
		}
	}
	return fmt.Errorf("no button %q", label)
}

// An ear is what a person's own program hears from the server.
type ear struct {
	t       *testing.T
	whisper chan string
	forms   chan model.OpenDialogRequest
	posted  chan map[string]any
}

// listen opens a person's websocket and waits until it is there.
func (p *person) listen() *ear {
	p.t.Helper()
	ws, err := model.NewWebSocketClient4("ws"+strings.TrimPrefix(p.w.URL, "http"), p.AuthToken)
	if err != nil {
		p.t.Fatal(err)
	}
	e := &ear{p.t, make(chan string, 100), make(chan model.OpenDialogRequest, 100), make(chan map[string]any, 1000)}
	hello := make(chan struct{})
	ws.Listen()
	go func() {
		for range ws.ResponseChannel {
		}
	}()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for event := range ws.EventChannel {
			e.hear(event, hello)
		}
	}()
	go func() {
		for { // the client's watchdog wants to be heard
			select {
			case <-ws.PingTimeoutChannel:
			case <-gone:
				return
			}
		}
	}()
	p.t.Cleanup(func() { ws.Conn.Close() })
	await(p.t, hello, "the person's websocket")
	return e
}

func (e *ear) hear(event *model.WebSocketEvent, hello chan struct{}) {
	switch event.EventType() {
	case model.WebsocketEventHello:
		close(hello)
	case model.WebsocketEventEphemeralMessage:
		var post model.Post
		_ = json.Unmarshal([]byte(event.GetData()["post"].(string)), &post)
		e.whisper <- post.Message
	case model.WebsocketEventOpenDialog:
		var d model.OpenDialogRequest
		_ = json.Unmarshal([]byte(event.GetData()["dialog"].(string)), &d)
		e.forms <- d
	case model.WebsocketEventPosted:
		e.posted <- event.GetData()
	}
}

// await waits for something, and ends the test if it does not come at all.
func await[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(hung):
		t.Fatalf("waited in vain for %s", what)
		panic("not reached")
	}
}
