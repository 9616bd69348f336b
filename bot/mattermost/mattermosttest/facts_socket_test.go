package mattermosttest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"
)

func socketBegins(t *testing.T, s *stage) {
	w := s.dial(t, "", "")
	w.authenticates(s.BotToken)
	f, err := w.hears()
	if id, _ := f.Data["connection_id"].(string); err != nil || f.Event != "hello" || f.Seq != 0 || id == "" || f.Data["server_version"] == "" {
		t.Fatalf("the first frame is %+v, %v", f, err)
	}
	for f.Status == "" { // perhaps events come first
		if f, err = w.hears(); err != nil {
			t.Fatal(err)
		}
	}
	if f.Status != "OK" || f.Reply != 1 {
		t.Errorf("the challenge is answered %+v", f)
	}
}

func socketWrongToken(t *testing.T, s *stage) {
	w := s.dial(t, "", "")
	w.authenticates("falschestokenfalschestoken")
	if f, err := w.hears(); !websocket.IsCloseError(err, websocket.CloseAbnormalClosure) {
		t.Errorf("heard %+v, %v, want a connection that just ends", f, err)
	}
}

func socketSilent(t *testing.T, s *stage) {
	w := s.dial(t, "", "")
	if f, err := w.hears(); !websocket.IsCloseError(err, websocket.CloseAbnormalClosure) {
		t.Errorf("heard %+v, %v, want a connection that just ends", f, err)
	}
}

func socketFrame(t *testing.T, s *stage) {
	w := s.dial(t, s.BotToken, "")
	w.until("hello")
	w.says(map[string]any{"seq": 2, "action": "ping", "data": map[string]any{"x": strings.Repeat("x", 9000)}})
	if err := w.silence(); !websocket.IsCloseError(err, websocket.CloseMessageTooBig) {
		t.Errorf("ended with %v", err)
	}
}

// broken opens a connection, breaks it, and returns what it takes to go on.
func (s *stage) broken(t *testing.T) (id string, next int64) {
	t.Helper()
	w := s.dial(t, s.BotToken, "")
	id, _ = w.until("hello").Data["connection_id"].(string)
	mark := s.says(t, s.bot, s.room, "bis hier")
	for {
		if f := w.until("posted"); f.post(t).Id == mark.Id {
			w.Close()
			return id, f.Seq + 1
		}
	}
}

func again(id string, next int64) string {
	return fmt.Sprintf("?connection_id=%s&sequence_number=%d", id, next)
}

func socketResumes(t *testing.T, s *stage) {
	id, next := s.broken(t)
	var missed []string
	channel := s.direct(t, "anna")
	for i := range 5 {
		missed = append(missed, s.says(t, s.anna, channel, fmt.Sprint("verpasst ", i)).Id)
	}
	w := s.dial(t, s.BotToken, again(id, next))
	for i := 0; i < len(missed); next++ {
		f, err := w.hears()
		if err != nil || f.Event == "hello" || f.Seq != next {
			t.Fatalf("heard %+v, %v, want number %d", f, err, next)
		}
		if f.Event == "posted" {
			if got := f.post(t).Id; got != missed[i] {
				t.Errorf("post %d is %s, want %s", i, got, missed[i])
			}
			i++
		}
	}
	w.Close()
	// The same without a token in the header: a new connection, and no word about it.
	w = s.dial(t, "", again(id, next))
	w.authenticates(s.BotToken)
	if f, err := w.hears(); err != nil || f.Event != "hello" || f.Seq != 0 || f.Data["connection_id"] == id {
		t.Errorf("without a header: %+v, %v", f, err)
	}
}

func socketLoses(t *testing.T, s *stage) {
	id, next := s.broken(t)
	channel := s.direct(t, "anna")
	for i := range 300 { // restAfter reads them
		s.says(t, s.anna, channel, fmt.Sprint("zu viel ", i))
	}
	w := s.dial(t, s.BotToken, again(id, next))
	if f, err := w.hears(); err != nil || f.Event != "hello" || f.Seq != 0 || f.Data["connection_id"] == id {
		t.Fatalf("heard %+v, %v", f, err)
	}
	mark := s.says(t, s.anna, channel, "danach")
	if got := w.until("posted").post(t); got.Id != mark.Id {
		t.Errorf("the first post after a new beginning is %q", got.Message)
	}
}

func socketClient(t *testing.T, s *stage) {
	if raced {
		t.Skip("the race detector objects to what the official client does, which is the fact")
	}
	ws, err := model.NewWebSocketClient4("ws"+strings.TrimPrefix(s.URL, "http"), s.BotToken)
	if err != nil {
		t.Fatal(err)
	}
	ws.Listen()
	ws.Conn.Close()
	for range ws.EventChannel { // until it is closed
	}
	for range ws.ResponseChannel {
	}
	defer func() {
		if recover() == nil {
			t.Error("a word after a break is no panic any more: socket.go may use the client's own words")
		}
	}()
	for range 100 { // the client closes its channels a moment after those above
		ws.UserTyping(s.room, "")
	}
}

func eventPosted(t *testing.T, s *stage) {
	w := s.dial(t, s.BotToken, "")
	w.until("hello")
	said := s.says(t, s.anna, s.direct(t, "anna"), "/hilfe ist kein Befehl")
	f := w.until("posted")
	if post := f.post(t); post.Id != said.Id || post.Message != said.Message || post.Type != "" {
		t.Errorf("the post is %+v", post)
	}
	if f.Data["channel_type"] != "D" || f.Data["sender_name"] != "@"+s.Handle("anna") || f.Data["team_id"] != "" {
		t.Errorf("in a direct channel: %v", f.Data)
	}
	plain := s.says(t, s.anna, s.room, "ohne Anrede")
	if f = w.until("posted"); f.post(t).Id != plain.Id || f.Data["mentions"] != nil || f.Data["channel_type"] != "O" {
		t.Errorf("in a channel: %v", f.Data)
	}
	own := s.says(t, s.bot, s.room, "vom Bot selbst")
	if f = w.until("posted"); f.post(t).Id != own.Id {
		t.Errorf("one's own post does not come back, but %v", f.Data)
	}
}

func eventKinds(t *testing.T, s *stage) {
	w := s.dial(t, s.BotToken, "")
	w.until("hello")
	new := s.login(t, s.Newcomer(t, "neu"))
	me := do(new.GetMe(t.Context(), ""))(t)
	channel := do(new.CreateDirectChannel(t.Context(), me.Id, s.BotID))(t)
	root := s.says(t, new, channel.Id, "erste Worte")
	w.until("direct_added")
	if got := w.until("posted").post(t); got.Id != root.Id {
		t.Errorf("first contact: %+v", got)
	}
	do(new.CreatePost(t.Context(), &model.Post{ChannelId: channel.Id, RootId: root.Id, Message: "Antwort"}))(t)
	text := "andere Worte"
	do(new.PatchPost(t.Context(), root.Id, &model.PostPatch{Message: &text}))(t)
	if got := w.until("post_edited").post(t); got.Message != text || got.EditAt == 0 {
		t.Errorf("edited: %+v", got)
	}
	if _, err := new.DeletePost(t.Context(), root.Id); err != nil {
		t.Fatal(err)
	}
	if got := w.until("post_deleted").post(t); got.Id != root.Id {
		t.Errorf("deleted: %+v", got)
	}
	do(new.CreateGroupChannel(t.Context(), []string{me.Id, s.People["anna"], s.BotID}))(t)
	// Of the reply, which is gone with its root, nothing was said in between.
	for f := (frame{}); f.Event != "group_added"; {
		var err error
		if f, err = w.hears(); err != nil || f.Event == "post_deleted" {
			t.Fatalf("heard %+v, %v", f, err)
		}
	}
	do(s.admin.AddChannelMember(t.Context(), s.room, me.Id))(t)
	if f := w.until("user_added"); f.Data["user_id"] != me.Id {
		t.Errorf("added: %v", f.Data)
	}
	if _, err := s.admin.RemoveUserFromChannel(t.Context(), s.room, me.Id); err != nil {
		t.Fatal(err)
	}
	if f := w.until("user_removed"); f.Data["user_id"] != me.Id {
		t.Errorf("removed: %v", f.Data)
	}
}

func tokenRevoked(t *testing.T, s *stage) {
	token := do(s.admin.CreateUserAccessToken(t.Context(), s.BotID, "fact"))(t)
	w := s.dial(t, token.Token, "")
	w.until("hello")
	if _, err := s.admin.RevokeUserAccessToken(t.Context(), token.Id); err != nil {
		t.Fatal(err)
	}
	c := model.NewAPIv4Client(s.URL)
	c.SetToken(token.Token)
	_, resp, err := c.GetMe(t.Context(), "")
	fails(t, resp, err, http.StatusUnauthorized, "api.context.session_expired.app_error")
	if err := w.silence(); !websocket.IsCloseError(err, websocket.CloseAbnormalClosure) {
		t.Errorf("the socket ended with %v", err)
	}
}
