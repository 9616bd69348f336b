package mattermost_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/bot/mattermost"
	"ersthelfer/bot/mattermost/mattermosttest"
)

// The server pings every minute. Silence is noticed a little later, and a new
// connection follows within the shortest waits.
const (
	noticed   = 65 * time.Second
	reconnect = 2 * time.Second
)

// TestSilence: a connection that only says nothing any more is given up, and what was
// said meanwhile is made up for long before the bot looks by itself. One that is
// pinged is kept, however little there is to say.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipe := mattermosttest.NewPipe()
		s := mattermosttest.NewOn(t, pipe)
		h := onPipe(t, s, pipe)
		cast := s.Cast()
		say := func(text string) func(bot.Message) bool {
			id := s.Insert(cast.People["anna"], cast.Channels["lehrerzimmer"], "@ersthelfer "+text, model.GetMillis())
			return func(m bot.Message) bool { return m.ID == "mattermost:"+id }
		}
		synctest.Wait()

		begun := s.Connections()
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := s.Connections(); n != begun {
			t.Fatalf("%d new connections in an hour of pings", n-begun)
		}
		asked := say("hallo")
		synctest.Wait()
		if h.count(asked) != 1 {
			t.Error("a message after an hour of pings is not heard at once")
		}

		s.Mute()
		missed := say("ist da jemand?")
		synctest.Wait()
		if h.count(missed) != 0 {
			t.Fatal("a message came over a connection that lets nothing through")
		}
		time.Sleep(noticed + reconnect)
		synctest.Wait()
		if n := h.count(missed); n != 1 || s.Connections() != begun+1 {
			t.Errorf("after the silence: heard %d times, %d new connections", n, s.Connections()-begun)
		}
		later := say("und noch etwas")
		synctest.Wait()
		if h.count(later) != 1 {
			t.Error("the new connection brings nothing")
		}
	})
}

// onPipe runs a platform on a server in memory until the end of the test.
func onPipe(t *testing.T, s *mattermosttest.Server, pipe *mattermosttest.Pipe) *hearing {
	t.Helper()
	way := &http.Transport{DialContext: pipe.DialContext}
	cast := s.Cast()
	p, err := mattermost.New(mattermost.Options{
		URL: cast.URL, Token: cast.BotToken, Teams: map[string]string{cast.Team: "gs-nord"}, Words: words,
		Store: new(bottest.Memory), HTTP: &http.Client{Transport: way},
	})
	if err != nil {
		t.Fatal(err)
	}
	h := newHearing()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx, h.handle) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		way.CloseIdleConnections()
	})
	return h
}
