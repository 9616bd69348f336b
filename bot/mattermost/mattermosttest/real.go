package mattermosttest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// Real returns a cast of its own on the real server that MM_URL names, and false
// if there is none. Its team, people and bot are new, and retire when the test
// ends: no test meets what another left there, and several may run at a time.
func Real(tb testing.TB) (Cast, bool) {
	tb.Helper()
	url := os.Getenv("MM_URL")
	if url == "" {
		return Cast{}, false
	}
	want := func(key string) string {
		v := os.Getenv(key)
		if v == "" {
			tb.Fatalf("MM_URL is set, but not %s: read the env.sh of the server", key)
		}
		return v
	}
	c := Cast{
		URL: url, Admin: want("MM_ADMIN_TOKEN"), Password: want("MM_PASSWORD"), suffix: "-" + model.NewId()[:8],
		People: map[string]string{}, Channels: map[string]string{},
	}
	a := &founder{tb: tb, Client4: model.NewAPIv4Client(url), cast: &c}
	a.SetToken(c.Admin)
	// Not the test's own context: that is over when it cleans up.
	a.found(context.Background())
	return c, true
}

// Script runs the script that MM_SCRIPT names, which looks after the real server,
// and returns what it prints. Without one the test is skipped, but not in CI.
func Script(tb testing.TB, command string) string {
	tb.Helper()
	script := os.Getenv("MM_SCRIPT")
	switch {
	case script == "" && os.Getenv("CI") != "":
		tb.Fatal("MM_SCRIPT does not name the script that restarts the server")
	case script == "":
		tb.Skip("NOT RUN TO THE END: MM_SCRIPT does not name the script that restarts the server")
	}
	out, err := exec.Command(script, command).Output()
	if err != nil {
		tb.Fatalf("%s %s: %v", script, command, err)
	}
	return strings.TrimSpace(string(out))
}

// Complaints returns what the log of a server, or else of the fake, says of
// posts and forms of the cast's bot that break the rules.
func Complaints(tb testing.TB, c Cast, fake *Server) (out []string) {
	tb.Helper()
	var lines []string
	if fake != nil {
		lines = fake.Log()
	} else {
		data, err := os.ReadFile(Script(tb, "where") + "/mm.log")
		if err != nil {
			tb.Fatal(err)
		}
		lines = strings.Split(string(data), "\n")
	}
	for _, l := range lines {
		if (strings.Contains(l, "Invalid post props") || strings.Contains(l, "dialog is invalid")) && (fake != nil || strings.Contains(l, c.BotID)) {
			out = append(out, l)
		}
	}
	return out
}

// A founder makes a cast, as an admin.
type founder struct {
	*model.Client4
	tb   testing.TB
	cast *Cast
}

func (a *founder) found(ctx context.Context) {
	c := a.cast
	team := made(a.CreateTeam(ctx, &model.Team{
		Name: "gesamtschule-nord" + c.suffix, DisplayName: "Gesamtschule Nord", Type: model.TeamOpen,
	}))(a.tb)
	a.tb.Cleanup(func() { _, _ = a.SoftDeleteTeam(ctx, team.Id) })
	c.Team, c.TeamID = team.Name, team.Id
	var all []string
	for _, n := range names {
		c.People[n] = a.person(ctx, n)
		all = append(all, c.People[n])
	}
	bot := made(a.CreateBot(ctx, &model.Bot{Username: c.Handle("ersthelfer"), DisplayName: "Ersthelfer"}))(a.tb)
	a.tb.Cleanup(func() { _, _, _ = a.DisableBot(ctx, bot.UserId) })
	c.Bot, c.BotID = bot.Username, bot.UserId
	c.BotToken = made(a.CreateUserAccessToken(ctx, bot.UserId, "tests"))(a.tb).Token
	all = append(all, bot.UserId)
	for _, id := range all {
		made(a.AddTeamMember(ctx, team.Id, id))(a.tb)
	}
	for i, n := range channels {
		room := made(a.CreateChannel(ctx, &model.Channel{TeamId: team.Id, Name: n, DisplayName: n, Type: kinds[i]}))(a.tb)
		c.Channels[n] = room.Id
		for _, id := range all {
			made(a.AddChannelMember(ctx, room.Id, id))(a.tb)
		}
	}
}

func (a *founder) person(ctx context.Context, n string) string {
	return a.user(ctx, profile(n, a.cast.Handle(n)))
}

func (a *founder) user(ctx context.Context, u *model.User) string {
	u.Password = a.cast.Password
	u = made(a.CreateUser(ctx, u))(a.tb)
	// A server of this edition takes 250 people.
	a.tb.Cleanup(func() { _, _ = a.UpdateUserActive(ctx, u.Id, false) })
	return u.Id
}

// Newcomer adds somebody to the team whom nobody has seen before, fake server or
// real, until the test ends. It returns their user name, which begins with name.
func (c Cast) Newcomer(tb testing.TB, name string) string {
	tb.Helper()
	a := &founder{tb: tb, Client4: model.NewAPIv4Client(c.URL), cast: &c}
	a.SetToken(c.Admin)
	name += strings.ToLower(model.NewId()[:6])
	ctx := context.Background() // as in Real
	made(a.AddTeamMember(ctx, c.TeamID, a.user(ctx, profile("", name))))(tb)
	return name
}

// made returns what the server made, or ends the test.
func made[T any](v T, _ *model.Response, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}
