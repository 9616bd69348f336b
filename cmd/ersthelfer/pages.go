package main

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/web"
	"ersthelfer/config"
	"ersthelfer/escalation"
	"ersthelfer/escalation/report"
	"ersthelfer/knowledge"
)

// pages returns what the pages in the browser are made of.
func (a *app) pages(now func() time.Time) web.Options {
	o := web.Options{
		Store: a.store, People: webPeople(a.cfg), Zone: a.cfg.Zone, Now: now, Log: a.log, Texts: a.texts,
		Library: a.library, May: mayOf(a.cfg), Tickets: a.tickets, Report: a.report,
	}
	for _, f := range a.cfg.Model.Building {
		for _, r := range f.Rooms {
			o.Rooms = append(o.Rooms, bot.Option{Value: r.ID, Label: r.Title})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(a.cfg.Model.Schools)) {
		o.Schools = append(o.Schools, bot.Option{Value: id, Label: a.cfg.Model.Schools[id].Name})
	}
	// The bot is made after the pages, as they are one of its platforms.
	o.DraftGap = func(ctx context.Context, by knowledge.Person, key string) (*knowledge.Entry, error) {
		return a.talking.DraftGap(ctx, by, key)
	}
	o.DraftTicket = func(ctx context.Context, by knowledge.Person, id escalation.ID) (*knowledge.Entry, error) {
		return a.talking.DraftTicket(ctx, by, id)
	}
	o.Solved = a.solved
	return o
}

// signedInPages returns the pages for people who sign in.
func (a *app) signedInPages(now func() time.Time, listens string) *web.Server {
	o := a.pages(now)
	w := a.cfg.Platforms.Web
	o.NoChat, o.Session, o.Address = !w.Chat, w.Session, "http://"+listens
	if w.URL != nil {
		o.Address, o.Secure = w.URL.String(), w.URL.Scheme == "https"
		o.Hosts = []string{w.URL.Hostname(), "localhost", "127.0.0.1", "::1"}
	}
	o.NoLinks = w.OIDC != nil && a.cfg.Platforms.Mattermost == nil && a.cfg.Platforms.Slack == nil
	if in := w.OIDC; in != nil {
		o.OIDC = &web.OIDC{Issuer: in.Issuer.String(), Client: in.Client, Secret: in.Secret.Reveal(), Claim: in.Claim}
	}
	return web.New(o)
}

// tickets returns what stands beside a person's conversation.
func (a *app) tickets(ctx context.Context, person string) (web.Tickets, error) {
	mine, queue, staff, err := a.talking.Lists(ctx, escalation.Person(person))
	return web.Tickets{Mine: webRows(mine), Queue: webRows(queue), Queues: staff}, err
}

// How far back solved tickets are offered for a draft, in wall time, and how many.
const (
	solvedSince = 30 * 24 * time.Hour
	maxSolved   = 10
)

// solved returns the latest tickets that were solved with words, of those that a
// person may see.
func (a *app) solved(ctx context.Context, p escalation.Person) ([]web.Solved, error) {
	now := a.desk.Now()
	var ids []escalation.ID
	err := a.desk.Each(ctx, now.Add(-solvedSince), now, func(t *escalation.Ticket) error {
		if s := t.Last(escalation.Solved); s != nil && s.Text != "" && !t.Unsolved() {
			ids = append(ids, t.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []web.Solved
	for _, id := range slices.Backward(ids) {
		if len(out) == maxSolved {
			break
		}
		t, err := a.desk.Ticket(ctx, p, id)
		if errors.Is(err, escalation.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		row := web.Solved{ID: id, Title: oneLine(t.Question()), Solution: t.Last(escalation.Solved).Text}
		if s := a.cfg.Model.Schools[t.School]; s != nil {
			row.School = s.Name
		}
		made, err := a.library.Drafted(ctx, knowledge.Person(p), bot.SourceOf(id))
		if err != nil {
			return nil, err
		}
		if made != nil {
			row.Draft = made.ID
		}
		out = append(out, row)
	}
	return out, nil
}

func webRows(rows []bot.Row) []web.Ticket {
	var out []web.Ticket
	for _, r := range rows {
		out = append(out, web.Ticket{
			ID: r.Ticket.ID, Title: r.Title, Status: r.Ticket.Status, Priority: r.Ticket.Priority, School: r.School,
			Place: r.Place, Holder: r.Holder, Due: r.Due, Late: r.Late,
		})
	}
	return out
}

func (a *app) report(ctx context.Context, from, to time.Time, language string) (report.Result, error) {
	return figures(ctx, a.desk, from, to, "", language)
}

// webPeople returns the people of a configuration as the pages show them, with
// the part that each plays.
func webPeople(cfg *config.Config) []web.Person {
	var out []web.Person
	for _, p := range cfg.People {
		w := web.Person{Kind: kindOf(cfg, p)}
		w.Account = p.Accounts["web"]
		if oidc := cfg.Platforms.Web.OIDC; oidc != nil && oidc.Claim == "email" {
			w.Account = p.Email
		}
		w.ID, w.Name, w.Person = cmp.Or(p.Accounts["web"], string(p.ID)), p.Name, p.ID
		if len(p.Languages) > 0 {
			w.Locale = p.Languages[0]
		}
		if s := cfg.Model.Schools[p.School]; s != nil {
			w.School, w.Way = s.Name, s.Connection
		}
		for _, r := range p.Roles {
			w.Roles = append(w.Roles, string(r))
		}
		out = append(out, w)
	}
	return out
}

// kindOf returns the part that a person plays at the schools.
func kindOf(cfg *config.Config, p config.Person) web.Kind {
	for _, duty := range p.Roles {
		switch duty {
		case config.Editor:
			return web.Editor
		case config.Authority:
			return web.Authority
		}
	}
	for _, s := range cfg.Model.Schools {
		for role, id := range s.Roles {
			party := cfg.Model.Parties[id]
			switch {
			case role == "contact" && slices.Contains(party.People, p.ID):
				return web.Contact
			case role == "contact" && slices.Contains(party.Deputies, p.ID):
				return web.Deputy
			case role == "provider" && slices.Contains(party.People, p.ID):
				return web.Provider
			}
		}
	}
	if len(cfg.Model.Queues(p.ID)) > 0 {
		return web.Other
	}
	return web.Teacher
}
