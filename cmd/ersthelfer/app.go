package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"time"

	"ersthelfer/bot"
	botbolt "ersthelfer/bot/bolt"
	"ersthelfer/config"
	"ersthelfer/escalation"
	ticketbolt "ersthelfer/escalation/bolt"
	"ersthelfer/internal/boltfile"
	"ersthelfer/knowledge"
)

// An app is the program wired together: one database file, the desk and the
// library over it, and the stores of the bot. It holds no goroutine yet.
type app struct {
	cfg     *config.Config
	log     *slog.Logger
	file    *boltfile.File
	desk    *escalation.Desk
	library *knowledge.Library
	store   bot.Store
	texts   bot.Texts
	talking *bot.Bot     // the one that newBot has made
	speed   float64      // of the clock; 0: that of the wall clock
	calls   http.Handler // of a chat whose calls come to an address of their own; nil: none

	slackAPI string // in tests, where Slack is
}

// openApp opens the database in a folder and wires the parts. The clock is now.
func openApp(cfg *config.Config, data string, now func() time.Time, log *slog.Logger) (*app, error) {
	texts, err := bot.LoadTexts(nil)
	if err != nil {
		return nil, err
	}
	file, err := openFile(data, log) // before the articles are read, so that a refusal comes at once
	if err != nil {
		return nil, err
	}
	a := &app{cfg: cfg, log: log, file: file, texts: texts}
	if err := a.open(context.Background(), now); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return a, nil
}

// open wires what lies in the database.
func (a *app) open(ctx context.Context, now func() time.Time) error {
	tickets, err := ticketbolt.Open(a.file, a.log)
	if err != nil {
		return err
	}
	a.desk = escalation.NewDesk(tickets, a.cfg.Model, now)
	if a.store, err = botbolt.Open(ctx, a.file, a.log); err != nil {
		return err
	}
	return a.openLibrary(ctx, now)
}

// Close closes the database.
func (a *app) Close() error { return a.file.Close() }

// newBot returns the bot on platforms. Quick messages in a row within quiet
// (wall time) become one request.
func (a *app) newBot(quiet time.Duration, signIn bot.SignIn, platforms ...bot.Platform) (*bot.Bot, error) {
	assist := a.newAssistant(nil)
	if assist != nil {
		assist.Prepare()
	}
	b, err := bot.New(bot.Options{
		Desk: a.desk, Library: a.library, Assist: assist, Store: a.store, Texts: a.texts, People: knownPeople(a.cfg),
		Platforms: platforms, Quiet: quiet, Speed: a.speed, SignIn: signIn, Log: a.log,
	})
	a.talking = b
	return b, err
}

// untilFailed returns a context that ends when the database can no longer be
// trusted: only a restart tells what is in it.
func (a *app) untilFailed(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-a.file.Failed():
			a.log.Error("the database failed; stopping, start again to recover")
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// knownPeople returns the people of a configuration as the bot knows them.
func knownPeople(cfg *config.Config) []bot.Known {
	var out []bot.Known
	for _, p := range cfg.People {
		users := map[string]string{"console": string(p.ID)}
		maps.Copy(users, p.Accounts)
		k := bot.Known{Person: p.ID, Name: p.Name, School: p.School, Users: users}
		if len(p.Languages) > 0 {
			k.Language = p.Languages[0]
		}
		for _, d := range p.Roles {
			k.Roles = append(k.Roles, string(d))
		}
		out = append(out, k)
	}
	return out
}

// loadConfig reads a configuration file, or the demonstration's if there is none.
func loadConfig(file string) (*config.Config, error) {
	if file == "" {
		return config.Demo()
	}
	return config.Load(file, os.Getenv)
}

// newLog returns the log of a running program: to the standard error, without
// message text, names or tokens.
func newLog(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
