package mattermosttest_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
)

func restErrors(t *testing.T, s *stage) {
	_, resp, err := s.bot.GetPost(t.Context(), model.NewId(), "")
	fails(t, resp, err, http.StatusNotFound, "app.post.get.app_error")
	var app *model.AppError
	if errors.As(err, &app) && app.DetailedError != "" {
		t.Errorf("the error has details: %q", app.DetailedError)
	}
	if resp.Header.Get("X-Request-Id") == "" || resp.Header.Get("X-Version-Id") == "" {
		t.Errorf("the reply has the headers %v", resp.Header)
	}
	if s.bot.HTTPClient.Timeout != 0 {
		t.Error("the official client has a timeout now: rest.go need not set one")
	}
}

func restSince(t *testing.T, s *stage) {
	channel := s.direct(t, "ben")
	edited, deleted := s.says(t, s.ben, channel, "eins"), s.says(t, s.ben, channel, "zwei")
	since := s.says(t, s.ben, channel, "drei").CreateAt
	text := "eins, geändert"
	do(s.ben.PatchPost(t.Context(), edited.Id, &model.PostPatch{Message: &text}))(t)
	if _, err := s.ben.DeletePost(t.Context(), deleted.Id); err != nil {
		t.Fatal(err)
	}
	new := s.says(t, s.ben, channel, "vier")
	list := do(s.bot.GetPostsSince(t.Context(), channel, since, false))(t)
	for _, id := range []string{edited.Id, deleted.Id, new.Id} {
		if list.Posts[id] == nil {
			t.Errorf("%s is not in the list", id)
		}
	}
	if post := list.Posts[deleted.Id]; post != nil && post.DeleteAt == 0 {
		t.Error("the deleted post has no time of its end")
	}
}

func restAfter(t *testing.T, s *stage) {
	channel := s.direct(t, "anna") // where socketLoses has said more than 200 things
	all := do(s.bot.GetPostsForChannel(t.Context(), channel, 0, 200, "", false, false))(t)
	more := do(s.bot.GetPostsForChannel(t.Context(), channel, 1, 200, "", false, false))(t)
	if len(more.Order) == 0 || !slices.IsSortedFunc(all.Order, func(a, b string) int {
		return int(all.Posts[b].CreateAt - all.Posts[a].CreateAt)
	}) {
		t.Errorf("a second page of %d; the first is the newest first", len(more.Order))
	}
	oldest := more.Order[len(more.Order)-1]
	list := do(s.bot.GetPostsAfter(t.Context(), channel, oldest, 0, 500, "", false, false))(t)
	if len(list.Order) != 200 {
		t.Errorf("a page has %d posts", len(list.Order))
	}
	if first := list.Order[len(list.Order)-1]; list.Posts[first].CreateAt < more.Posts[oldest].CreateAt || first == oldest {
		t.Errorf("after= begins with %q", list.Posts[first].Message)
	}
	list = do(s.bot.GetPostsAfter(t.Context(), channel, model.NewId(), 0, 200, "", false, false))(t)
	if len(list.Order) != 0 {
		t.Errorf("after a post that is none come %d", len(list.Order))
	}
}

func restLimits(t *testing.T, s *stage) {
	config := do(s.bot.GetClientConfig(t.Context(), ""))(t)
	if config["MaxPostSize"] != "16383" {
		t.Errorf("MaxPostSize is %q", config["MaxPostSize"])
	}
	for _, n := range []int{0, 1, 16383} {
		post := s.says(t, s.bot, s.room, strings.Repeat("ä", n))
		if got := utf8.RuneCountInString(post.Message); got != n {
			t.Errorf("of %d characters %d are there", n, got)
		}
	}
	_, resp, err := s.bot.CreatePost(t.Context(), &model.Post{ChannelId: s.room, Message: strings.Repeat("ä", 16384)})
	fails(t, resp, err, http.StatusBadRequest, "model.post.is_valid.message_length.app_error")
	_, resp, err = s.bot.CreatePost(t.Context(), &model.Post{ChannelId: s.room, Message: strings.Repeat("a", 310_000)})
	fails(t, resp, err, http.StatusRequestEntityTooLarge, "")
}

func restPending(t *testing.T, s *stage) {
	post := &model.Post{ChannelId: s.room, Message: "einmal", PendingPostId: model.NewId()}
	first := do(s.bot.CreatePost(t.Context(), post))(t)
	if again := do(s.bot.CreatePost(t.Context(), post))(t); again.Id != first.Id {
		t.Errorf("posted as %s and %s", first.Id, again.Id)
	}
	post.PendingPostId = model.NewId()
	ids := make([]string, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			made, resp, err := s.bot.CreatePost(t.Context(), post)
			if err == nil {
				ids[i] = made.Id
				return
			}
			fails(t, resp, err, http.StatusInternalServerError, "api.post.deduplicate_create_post.pending")
		})
	}
	wg.Wait()
	slices.Sort(ids)
	if ids = slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" }); len(ids) != 1 {
		t.Errorf("at the same time it is posted as %q", ids)
	}
}

func (s *stage) uploads(t *testing.T, n int) (ids []string) {
	t.Helper()
	for range n {
		up := do(s.anna.UploadFile(t.Context(), []byte("bild"), s.room, "bild.png"))(t)
		ids = append(ids, up.FileInfos[0].Id)
	}
	return ids
}

func restFiles(t *testing.T, s *stage) {
	ids := s.uploads(t, 2)
	first := do(s.anna.CreatePost(t.Context(), &model.Post{ChannelId: s.room, FileIds: ids}))(t)
	second := do(s.anna.CreatePost(t.Context(), &model.Post{ChannelId: s.room, Message: "nochmal", FileIds: ids[:1]}))(t)
	if first, second = s.got(t, first), s.got(t, second); len(first.Metadata.Files) != 2 || len(second.Metadata.Files) != 0 {
		t.Errorf("attached are %d and %d files", len(first.Metadata.Files), len(second.Metadata.Files))
	}
	_, resp, err := s.anna.CreatePost(t.Context(), &model.Post{ChannelId: s.room, FileIds: s.uploads(t, 11)})
	fails(t, resp, err, http.StatusBadRequest, "")
}

// got returns a post as the bot reads it.
func (s *stage) got(t *testing.T, post *model.Post) *model.Post {
	t.Helper()
	return do(s.bot.GetPost(t.Context(), post.Id, ""))(t)
}

func restThreads(t *testing.T, s *stage) {
	root := s.says(t, s.anna, s.room, "Anfang")
	reply := do(s.anna.CreatePost(t.Context(), &model.Post{ChannelId: s.room, RootId: root.Id, Message: "Antwort"}))(t)
	_, resp, err := s.bot.CreatePost(t.Context(), &model.Post{ChannelId: s.room, RootId: reply.Id, Message: "Antwort darauf"})
	fails(t, resp, err, http.StatusBadRequest, "api.post.create_post.root_id.app_error")
	text := "fremde Worte"
	_, resp, err = s.bot.PatchPost(t.Context(), root.Id, &model.PostPatch{Message: &text})
	fails(t, resp, err, http.StatusForbidden, "")
	if _, err := s.anna.DeletePost(t.Context(), root.Id); err != nil {
		t.Fatal(err)
	}
	_, resp, err = s.bot.CreatePost(t.Context(), &model.Post{ChannelId: s.room, RootId: root.Id, Message: "zu spät"})
	fails(t, resp, err, http.StatusBadRequest, "api.post.create_post.root_id.app_error")
}

func restFromBot(t *testing.T, s *stage) {
	claims := &model.Post{ChannelId: s.room, Message: "ich bin ein Bot"}
	claims.AddProp("from_bot", "true")
	claims.AddProp("override_username", "Rektor")
	if got := s.got(t, do(s.anna.CreatePost(t.Context(), claims))(t)); got.GetProp("from_bot") != "true" || got.GetProp("override_username") != "Rektor" {
		t.Errorf("a person's props are %v", got.GetProps())
	}
	own := s.says(t, s.bot, s.room, "ich auch")
	if own.GetProp("from_bot") != "true" {
		t.Errorf("the bot's props are %v", own.GetProps())
	}
	props := model.StringInterface{"x": "y"}
	if got := do(s.bot.PatchPost(t.Context(), own.Id, &model.PostPatch{Props: &props}))(t); got.GetProp("from_bot") != nil {
		t.Errorf("changed props are %v", got.GetProps())
	}
	for id, is := range map[string]bool{s.BotID: true, s.People["anna"]: false} {
		if u := do(s.bot.GetUser(t.Context(), id, ""))(t); u.IsBot != is {
			t.Errorf("%s is a bot: %v", u.Username, u.IsBot)
		}
	}
}

func restPermalink(t *testing.T, s *stage) {
	there := s.says(t, s.anna, s.room, "schau her")
	post := s.says(t, s.bot, s.direct(t, "anna"), s.URL+"/"+s.Team+"/pl/"+there.Id)
	if got := s.got(t, post); got.GetProp("previewed_post") != there.Id {
		t.Errorf("the props are %v", got.GetProps())
	}
}

func restProfile(t *testing.T, s *stage) {
	ben := do(s.bot.GetUser(t.Context(), s.People["ben"], ""))(t)
	if ben.Locale != "en" || ben.Timezone["useAutomaticTimezone"] != "false" || ben.GetPreferredTimezone() != "Europe/London" {
		t.Errorf("Ben has %q, %v", ben.Locale, ben.Timezone)
	}
}

func restMentions(t *testing.T, s *stage) {
	w := s.dial(t, s.anna.AuthToken, "")
	w.until("hello")
	for text, calls := range map[string]bool{"@all kommt her": true, "@\u200ball bleibt da": false, "`@all` als Wort": false} {
		post := s.says(t, s.bot, s.room, text)
		f := w.until("posted")
		for f.post(t).Id != post.Id {
			f = w.until("posted")
		}
		if mentions, _ := f.Data["mentions"].(string); strings.Contains(mentions, s.People["anna"]) != calls {
			t.Errorf("%q calls %q", text, mentions)
		}
	}
}

func restMembership(t *testing.T, s *stage) {
	group := do(s.admin.CreateGroupChannel(t.Context(), []string{s.People["anna"], s.People["ben"], s.People["mara"]}))(t)
	_, resp, err := s.bot.CreatePost(t.Context(), &model.Post{ChannelId: group.Id, Message: "darf ich?"})
	fails(t, resp, err, http.StatusForbidden, "api.context.permissions.app_error")
}

func restDirect(t *testing.T, s *stage) {
	names := []string{s.People["anna"], s.BotID}
	slices.Sort(names)
	direct := do(s.bot.CreateDirectChannel(t.Context(), s.BotID, s.People["anna"]))(t)
	if direct.Name != strings.Join(names, "__") || direct.TeamId != "" || direct.Type != model.ChannelTypeDirect {
		t.Errorf("the channel is %+v", direct)
	}
	again := do(s.anna.CreateDirectChannel(t.Context(), s.People["anna"], s.BotID))(t)
	if again.Id != direct.Id {
		t.Errorf("there are two: %s and %s", direct.Id, again.Id)
	}
}

func restRestricted(t *testing.T, s *stage) {
	far := s.Newcomer(t, "fern")
	id := do(s.bot.GetUserByUsername(t.Context(), far, ""))(t).Id
	if _, err := s.admin.RemoveTeamMember(t.Context(), s.TeamID, id); err != nil {
		t.Fatal(err)
	}
	s.configure(t, "RestrictDirectMessage", "team", func(c *model.Config) **string { return &c.TeamSettings.RestrictDirectMessage })
	direct := do(s.bot.CreateDirectChannel(t.Context(), s.BotID, id))(t)
	_, resp, err := s.bot.CreatePost(t.Context(), &model.Post{ChannelId: direct.Id, Message: "über die Teams hinweg"})
	fails(t, resp, err, http.StatusBadRequest, "api.post.create_post.can_not_post_in_restricted_dm.error")
}

func restEphemeral(t *testing.T, s *stage) {
	_, resp, err := s.bot.CreatePostEphemeral(t.Context(), &model.PostEphemeral{
		UserID: s.People["anna"], Post: &model.Post{ChannelId: s.room, Message: "psst"},
	})
	fails(t, resp, err, http.StatusForbidden, "api.context.permissions.app_error")
}
