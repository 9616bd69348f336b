package mattermosttest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
)

// pendingTime is how long a pending_post_id is recognised.
const pendingTime = 30 * time.Second

// maxPost is the message limit, in runes.
const maxPost = 16383

func (c *call) createPost() {
	var post model.Post
	if !c.take(&post) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if old, ok := c.s.pending[post.PendingPostId]; ok && post.PendingPostId != "" && time.Since(old.at) < pendingTime {
		c.giveAs(http.StatusCreated, c.s.shown(c.s.posts[old.post]))
		return
	}
	root := c.s.posts[post.RootId]
	switch {
	case !c.in(post.ChannelId):
		return
	case c.s.restricted(c.s.channels[post.ChannelId]):
		c.fail(http.StatusBadRequest, "api.post.create_post.can_not_post_in_restricted_dm.error")
		return
	case c.s.channels[post.ChannelId].DeleteAt > 0:
		c.fail(http.StatusBadRequest, "api.post.create_post.can_not_post_to_deleted.error")
		return
	case post.RootId != "" && (root == nil || root.DeleteAt > 0 || root.RootId != ""):
		c.fail(http.StatusBadRequest, "api.post.create_post.root_id.app_error")
		return
	case utf8.RuneCountInString(post.Message) > maxPost:
		c.fail(http.StatusBadRequest, "model.post.is_valid.message_length.app_error")
		return
	case len(post.FileIds) > 10:
		c.fail(http.StatusBadRequest, "model.post.is_valid.file_ids.app_error")
		return
	}
	post.UserId = c.user.Id
	if c.user.IsBot {
		post.AddProp(model.PostPropsFromBot, "true")
	}
	c.s.store(&post)
	c.giveAs(http.StatusCreated, c.s.shown(&post))
}

// store keeps a new post and tells who is in the channel.
func (s *Server) store(post *model.Post) {
	post.Id, post.CreateAt = model.NewId(), s.tick()
	post.UpdateAt = post.CreateAt
	s.check(post)
	post.GenerateActionIds()
	post.Metadata = &model.PostMetadata{}
	for _, id := range post.FileIds {
		if f := s.files[id]; f != nil && f.PostId == "" {
			f.PostId = post.Id
			post.Metadata.Files = append(post.Metadata.Files, f)
		}
	}
	if post.PendingPostId != "" {
		s.pending[post.PendingPostId] = pending{post.Id, time.Now()}
	}
	s.posts[post.Id] = post
	s.order[post.ChannelId] = append(s.order[post.ChannelId], post.Id)
	ch := *s.channels[post.ChannelId]
	ch.LastPostAt = post.CreateAt
	s.channels[post.ChannelId] = &ch
	data := map[string]any{
		"post": s.text(post), "channel_type": string(ch.Type), "channel_name": ch.Name,
		"sender_name": "@" + s.users[post.UserId].Username, "team_id": ch.TeamId,
	}
	if called := s.called(post); called != "[]" {
		data["mentions"] = called
	}
	s.tell(post.ChannelId, "", model.WebsocketEventPosted, data)
}

// tick returns the time. A person cannot do two things in a millisecond; a test can.
func (s *Server) tick() int64 {
	s.clock = max(model.GetMillis(), s.clock+1)
	return s.clock
}

var (
	codeSpan = regexp.MustCompile("`[^`]*`")
	mention  = regexp.MustCompile(`(?:^|[^\w@])@([\w.-]+)`)
)

// called returns whom a post calls, as JSON: everybody else in a direct channel,
// and who is mentioned outside of code.
func (s *Server) called(post *model.Post) string {
	named := map[string]bool{}
	for _, m := range mention.FindAllStringSubmatch(codeSpan.ReplaceAllString(post.Message, ""), -1) {
		named[strings.ToLower(strings.TrimRight(m[1], "._-"))] = true
	}
	all := named["all"] || named["channel"] || named["here"] || s.channels[post.ChannelId].Type == model.ChannelTypeDirect
	ids := []string{}
	for id := range s.members[post.ChannelId] {
		if id != post.UserId && (all || named[s.users[id].Username]) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return model.ArrayToJSON(ids)
}

// check writes to the log what the real server would.
func (s *Server) check(post *model.Post) { post.ValidateProps(complaints{s: s}) }

// complaints take warnings. The server's mu is held by who warns.
type complaints struct {
	mlog.LoggerIFace
	s *Server
}

// Warn keeps a warning.
func (c complaints) Warn(message string, fields ...mlog.Field) {
	c.s.log = append(c.s.log, message+" "+fmt.Sprint(fields))
}

// shown returns a post as everybody gets it, its author too: without what
// stands behind buttons.
func (s *Server) shown(post *model.Post) *model.Post {
	data, err := json.Marshal(post)
	if err != nil {
		panic(err)
	}
	var out model.Post
	if err := json.Unmarshal(data, &out); err != nil {
		panic(err)
	}
	out.StripActionIntegrations()
	return &out
}

func (s *Server) text(post *model.Post) string {
	text, err := s.shown(post).ToJSON()
	if err != nil {
		panic(err)
	}
	return text
}

// post returns the post of the path if the caller may see it.
func (c *call) post() *model.Post {
	post := c.s.posts[c.r.PathValue("post")]
	if post == nil || post.DeleteAt > 0 {
		c.fail(http.StatusNotFound, "app.post.get.app_error")
		return nil
	}
	if !c.in(post.ChannelId) {
		return nil
	}
	return post
}

// whisperPost shows a post to one person, which a bot may not.
func (c *call) whisperPost() {
	var in model.PostEphemeral
	if !c.take(&in) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if !c.admin() {
		c.fail(http.StatusForbidden, "api.context.permissions.app_error")
		return
	}
	c.s.whisper(in.UserID, in.Post.ChannelId, in.Post.Message)
	c.giveAs(http.StatusCreated, in.Post)
}

func (c *call) getPost() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if post := c.post(); post != nil {
		c.give(c.s.shown(post))
	}
}

func (c *call) patchPost() {
	var patch model.PostPatch
	if !c.take(&patch) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	post := c.post()
	if post == nil {
		return
	}
	if post.UserId != c.user.Id {
		c.fail(http.StatusForbidden, "api.context.permissions.app_error")
		return
	}
	changed := post.Clone()
	changed.Patch(&patch)
	changed.EditAt = c.s.tick()
	changed.UpdateAt = changed.EditAt
	c.s.check(changed)
	c.s.posts[post.Id] = changed
	c.s.tell(post.ChannelId, "", model.WebsocketEventPostEdited, map[string]any{"post": c.s.text(changed)})
	c.give(c.s.shown(changed))
}

func (c *call) deletePost() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	post := c.post()
	if post == nil {
		return
	}
	gone := post.Clone()
	gone.DeleteAt = c.s.tick()
	gone.UpdateAt = gone.DeleteAt
	c.s.posts[post.Id] = gone
	// Replies are deleted with their root, but only the root is told.
	for id, reply := range c.s.posts {
		if reply.RootId == post.Id {
			r := reply.Clone()
			r.DeleteAt = gone.DeleteAt
			c.s.posts[id] = r
		}
	}
	c.s.tell(post.ChannelId, "", model.WebsocketEventPostDeleted, map[string]any{"post": c.s.text(gone)})
	c.give(map[string]string{"status": "OK"})
}

func (c *call) getThread() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	post := c.post()
	if post == nil {
		return
	}
	list := model.NewPostList()
	for _, id := range c.s.order[post.ChannelId] {
		if p := c.s.posts[id]; p.DeleteAt == 0 && (p.Id == post.Id || p.RootId == post.Id) {
			list.AddPost(c.s.shown(p))
			list.AddOrder(p.Id)
		}
	}
	c.give(list)
}

func (c *call) getFileInfos() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if post := c.post(); post != nil {
		c.give(post.Metadata.Files)
	}
}

// getPosts gives a page of a channel, newest first. After a post that is not
// there, there is nothing.
func (c *call) getPosts() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	channel := c.r.PathValue("channel")
	if !c.in(channel) {
		return
	}
	q := c.r.URL.Query()
	var found []*model.Post
	after := c.s.posts[q.Get("after")]
	for _, id := range c.s.order[channel] {
		post := c.s.posts[id]
		if post == nil || post.DeleteAt > 0 || q.Has("after") && (after == nil || post.CreateAt <= after.CreateAt) {
			continue
		}
		found = append(found, post)
	}
	if since, err := strconv.ParseInt(q.Get("since"), 10, 64); err == nil {
		c.give(c.s.changed(channel, since))
		return
	}
	if !q.Has("after") {
		slices.Reverse(found)
	}
	size := min(c.number("per_page", 60), 200)
	from := min(c.number("page", 0)*size, len(found))
	found = found[from:min(from+size, len(found))]
	if q.Has("after") {
		slices.Reverse(found)
	}
	list := model.NewPostList()
	for _, post := range found {
		list.AddPost(c.s.shown(post))
		list.AddOrder(post.Id)
		if root := c.s.posts[post.RootId]; root != nil {
			list.AddPost(c.s.shown(root))
		}
	}
	c.give(list)
}

// sinceLimit is how many posts the server gives at most of what changed, in no
// order that could be relied on.
const sinceLimit = 1000

// changed gives what is new, edited or deleted since a time, unless its cache is
// stale: then nothing.
func (s *Server) changed(channel string, since int64) *model.PostList {
	list := model.NewPostList()
	for _, id := range s.order[channel] {
		if post := s.posts[id]; len(list.Order) < sinceLimit && post != nil && post.UpdateAt > since && !s.faults.stale {
			list.AddPost(s.shown(post))
			list.AddOrder(id)
		}
	}
	return list
}

func (c *call) uploadFile() {
	r, err := c.r.MultipartReader()
	if err != nil {
		c.fail(http.StatusBadRequest, "api.file.upload_file.multiple_channel_ids.app_error")
		return
	}
	var out model.FileUploadResponse
	for {
		part, err := r.NextPart()
		if err != nil {
			break
		}
		n, _ := io.Copy(io.Discard, part)
		if part.FileName() == "" {
			continue
		}
		info := &model.FileInfo{Id: model.NewId(), CreatorId: c.user.Id, Name: part.FileName(), Size: n}
		c.s.mu.Lock()
		c.s.files[info.Id] = info
		c.s.mu.Unlock()
		out.FileInfos = append(out.FileInfos, info)
	}
	c.giveAs(http.StatusCreated, &out)
}
