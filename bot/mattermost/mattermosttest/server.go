package mattermosttest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// password is everybody's.
const password = "Passw0rd-e2e"

// A Server is a Mattermost server. It is safe for concurrent use.
type Server struct {
	http *httptest.Server
	key  *ecdsa.PrivateKey

	mu       sync.Mutex
	cast     Cast
	users    map[string]*model.User
	tokens   map[string]string // token → user
	teams    map[string]*model.Team
	inTeam   map[string]map[string]bool
	channels map[string]*model.Channel
	members  map[string]map[string]bool
	posts    map[string]*model.Post
	order    map[string][]string // channel → posts, oldest first
	files    map[string]*model.FileInfo
	commands map[string]*model.Command
	pending  map[string]pending
	sessions map[string]*session
	config   map[string]string
	requests int
	clock    int64 // ms of what happened last
	log      []string
	faults   faults
}

type pending struct {
	post string
	at   time.Time
}

// New starts a server with the cast of the school, and stops it when the test ends.
func New(tb testing.TB) *Server {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	return NewOn(tb, l)
}

// NewOn starts a server as New does, on a listener, such as a [Pipe].
func NewOn(tb testing.TB, l net.Listener) *Server {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{
		key: key, users: map[string]*model.User{}, tokens: map[string]string{}, teams: map[string]*model.Team{},
		inTeam: map[string]map[string]bool{}, channels: map[string]*model.Channel{}, members: map[string]map[string]bool{},
		posts: map[string]*model.Post{}, order: map[string][]string{}, files: map[string]*model.FileInfo{},
		commands: map[string]*model.Command{}, pending: map[string]pending{}, sessions: map[string]*session{},
	}
	s.http = &httptest.Server{Listener: l, Config: &http.Server{Handler: s.faulty(s.routes())}}
	s.http.Start()
	tb.Cleanup(s.http.Close)
	tb.Cleanup(s.Cut)
	s.config = map[string]string{
		"MaxPostSize": "16383", "SiteURL": s.http.URL, "RestrictDirectMessage": "any", "EnableCommands": "true",
		"EnableBotAccountCreation": "true", "AllowedUntrustedInternalConnections": "127.0.0.1",
		"AsymmetricSigningPublicKey": base64.StdEncoding.EncodeToString(public),
	}
	s.seed()
	return s
}

func (s *Server) seed() {
	team := &model.Team{Id: model.NewId(), Name: "gesamtschule-nord", DisplayName: "Gesamtschule Nord"}
	s.teams[team.Id], s.inTeam[team.Id] = team, map[string]bool{}
	s.cast = Cast{
		URL: s.http.URL, Team: team.Name, TeamID: team.Id, Bot: "ersthelfer", Password: password,
		People: map[string]string{}, Channels: map[string]string{},
	}
	for _, n := range names {
		s.cast.People[n] = s.addUser(profile(n, n))
	}
	s.cast.BotID = s.addUser(&model.User{Username: "ersthelfer", IsBot: true, Locale: "en"})
	s.cast.BotToken = s.token(s.cast.BotID)
	s.cast.Admin = s.token(s.addUser(&model.User{Username: "root1", Roles: "system_admin system_user", Locale: "en"}))
	for id := range s.users {
		s.inTeam[team.Id][id] = true
	}
	for i, n := range channels {
		c := s.addChannel(&model.Channel{Name: n, DisplayName: n, TeamId: team.Id, Type: kinds[i]}, slices.Collect(maps.Keys(s.users))...)
		s.cast.Channels[n] = c.Id
	}
}

// Cast returns who and what is on the server.
func (s *Server) Cast() Cast { return s.cast }

func (s *Server) addUser(u *model.User) string {
	u.Id = model.NewId()
	s.users[u.Id] = u
	return u.Id
}

func (s *Server) token(user string) string {
	t := model.NewId()
	s.tokens[t] = user
	return t
}

func (s *Server) addChannel(c *model.Channel, members ...string) *model.Channel {
	c.Id, c.CreateAt = model.NewId(), model.GetMillis()
	s.channels[c.Id], s.members[c.Id] = c, map[string]bool{}
	for _, m := range members {
		s.members[c.Id][m] = true
	}
	return c
}

// A call is one request of somebody.
type call struct {
	s    *Server
	w    http.ResponseWriter
	r    *http.Request
	user *model.User // nil if nobody signed in
}

// routes are the routes of the server that a bot and its people use.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	on := func(pattern string, h func(*call)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, true, h) })
	}
	open := func(pattern string, h func(*call)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, false, h) })
	}
	mux.HandleFunc("GET /api/v4/websocket", s.websocket)
	open("GET /api/v4/system/ping", func(c *call) { c.give(map[string]string{"status": "OK"}) })
	open("POST /api/v4/users/login", (*call).login)
	on("GET /api/v4/config/client", func(c *call) { c.give(c.s.config) })
	on("GET /api/v4/config", (*call).fullConfig)
	on("POST /api/v4/users", (*call).createUser)
	on("POST /api/v4/users/{user}/tokens", (*call).createToken)
	on("POST /api/v4/users/tokens/revoke", (*call).revokeToken)
	on("PUT /api/v4/users/{user}/active", (*call).setActive)
	on("GET /api/v4/users/{user}", (*call).getUser)
	on("GET /api/v4/users/{user}/{of}", (*call).getOfUser)
	on("GET /api/v4/teams/name/{name}", (*call).getTeam)
	on("POST /api/v4/teams/{team}/members", (*call).addTeamMember)
	on("DELETE /api/v4/teams/{team}/members/{user}", (*call).removeTeamMember)
	on("GET /api/v4/teams/{team}/members/{user}", (*call).getTeamMember)
	on("GET /api/v4/teams/{team}/channels/name/{name}", (*call).getChannelByName)
	on("GET /api/v4/channels/{channel}", (*call).getChannel)
	on("GET /api/v4/channels/{channel}/members/{user}", (*call).getChannelMember)
	on("POST /api/v4/channels/{channel}/members", (*call).addMember)
	on("DELETE /api/v4/channels/{channel}/members/{user}", (*call).removeMember)
	on("POST /api/v4/channels/direct", (*call).directChannel)
	on("POST /api/v4/channels/group", (*call).groupChannel)
	on("GET /api/v4/channels/{channel}/posts", (*call).getPosts)
	on("POST /api/v4/posts", (*call).createPost)
	on("POST /api/v4/posts/ephemeral", (*call).whisperPost)
	on("GET /api/v4/posts/{post}", (*call).getPost)
	on("PUT /api/v4/posts/{post}/patch", (*call).patchPost)
	on("DELETE /api/v4/posts/{post}", (*call).deletePost)
	on("GET /api/v4/posts/{post}/thread", (*call).getThread)
	on("GET /api/v4/posts/{post}/files/info", (*call).getFileInfos)
	on("POST /api/v4/posts/{post}/actions/{action}", (*call).doAction)
	open("POST /api/v4/actions/dialogs/open", (*call).openDialog)
	on("POST /api/v4/actions/dialogs/submit", (*call).submitDialog)
	on("POST /api/v4/files", (*call).uploadFile)
	on("GET /api/v4/commands", (*call).listCommands)
	on("POST /api/v4/commands", (*call).createCommand)
	on("PUT /api/v4/commands/{command}", (*call).updateCommand)
	on("POST /api/v4/commands/execute", (*call).executeCommand)
	return mux
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, signedIn bool, h func(*call)) {
	c := &call{s: s, w: w, r: r}
	s.mu.Lock()
	s.requests++
	_, token, _ := cutAuth(r.Header.Get("Authorization"))
	if u := s.users[s.tokens[token]]; u != nil && u.DeleteAt == 0 {
		c.user = u
	}
	s.mu.Unlock()
	w.Header().Set("X-Request-Id", model.NewId())
	w.Header().Set("X-Version-Id", "11.1.0")
	if signedIn && c.user == nil {
		c.fail(http.StatusUnauthorized, "api.context.session_expired.app_error")
		return
	}
	h(c)
}

func cutAuth(h string) (kind, token string, ok bool) {
	for i := range h {
		if h[i] == ' ' {
			return h[:i], h[i+1:], true
		}
	}
	return "", "", false
}

func (c *call) give(v any) { c.giveAs(http.StatusOK, v) }

func (c *call) giveAs(status int, v any) {
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	_ = json.NewEncoder(c.w).Encode(v)
}

func (c *call) fail(status int, id string) {
	c.giveAs(status, &model.AppError{Id: id, Message: "an error", StatusCode: status})
}

// take decodes the request into v, or fails.
func (c *call) take(v any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(c.w, c.r.Body, 300_000)).Decode(v); err != nil {
		c.fail(http.StatusRequestEntityTooLarge, "api.context.request_body_too_large.app_error")
		return false
	}
	return true
}

func (c *call) number(key string, or int) int {
	if n, err := strconv.Atoi(c.r.URL.Query().Get(key)); err == nil {
		return n
	}
	return or
}

func (c *call) admin() bool { return c.user.IsSystemAdmin() }
