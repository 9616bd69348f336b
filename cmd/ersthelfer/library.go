package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"ersthelfer/config"
	"ersthelfer/escalation"
	"ersthelfer/knowledge"
	knowledgebolt "ersthelfer/knowledge/bolt"
)

// openLibrary opens the library in the database, after taking over what is new
// in the articles that come from files.
func (a *app) openLibrary(ctx context.Context, now func() time.Time) error {
	articles, err := articlesOf(a.cfg)
	if err != nil {
		return err
	}
	store, err := knowledgebolt.Open(a.file)
	if err != nil {
		return err
	}
	var rooms []string
	for _, f := range a.cfg.Model.Building {
		for _, r := range f.Rooms {
			rooms = append(rooms, r.ID)
		}
	}
	a.library, err = knowledge.OpenLibrary(ctx, store, articles, knowledge.LibraryOptions{
		May: mayOf(a.cfg), Now: now, Names: blankNames(a.cfg), Rooms: rooms, KeepText: a.cfg.Retention.Text, Log: a.log,
	})
	return err
}

// takeOrders lets the command line curate the articles, look at the tickets and back
// up the database while the program runs.
func (a *app) takeOrders(data string) closeDoor {
	return openDoor(data, func(ctx context.Context, o order, out io.Writer) error {
		if o.Do == backupOrder {
			return a.backUp(ctx, o)
		}
		if see, ok, err := viewOf(a.cfg, o, a.desk.Now()); err != nil {
			return err
		} else if ok {
			return see(ctx, a.desk, out)
		}
		return carryOut(ctx, a.library, o, out)
	}, a.log)
}

// articlesOf returns the articles that come from files: those that ship, and
// those of the configured folder, which replace shipped ones of the same id. The
// library treats them alike: they move with their files until somebody changes
// them in the program.
func articlesOf(cfg *config.Config) ([]knowledge.Article, error) {
	articles, err := knowledge.Starter()
	if err != nil || cfg.Knowledge.Dir == "" {
		return articles, err
	}
	own, err := knowledge.ReadArticles(os.DirFS(cfg.Knowledge.Dir))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(cfg.Knowledge.Dir); errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{fmt.Errorf("knowledge.dir: there is no folder %s", cfg.Knowledge.Dir)}
	}
	return knowledge.Overlay(articles, own), nil
}

// operator begins the name of somebody at the command line, followed by the
// name on the machine. Nobody in a chat can be called so: ids of people in the
// configuration hold no colon, and those of others begin with the name of a chat.
const operator = "cli:"

// mayOf returns who may do what with the articles. Editors write and publish; a
// contact drafts, and writes the text of the schools where they are contact;
// whoever else solves tickets suggests what came of them;
// admins import, export, read the audit and erase people. Whoever can run the
// program on its data may read and write the file anyway.
func mayOf(cfg *config.Config) func(knowledge.Person, knowledge.Action, string) bool {
	roles := map[knowledge.Person][]knowledge.Role{}
	for _, p := range cfg.People {
		for _, d := range p.Roles {
			roles[knowledge.Person(p.ID)] = append(roles[knowledge.Person(p.ID)], articleRoles[d]...)
		}
	}
	return func(p knowledge.Person, a knowledge.Action, school string) bool {
		can := func(r knowledge.Role) bool { return knowledge.Can(r, a) }
		return strings.HasPrefix(string(p), operator) || slices.ContainsFunc(roles[p], can) ||
			can(knowledge.RoleContact) && isContact(cfg.Model, escalation.Person(p), school) ||
			can(knowledge.RoleHelper) && len(cfg.Model.Queues(escalation.Person(p))) > 0
	}
}

// articleRoles says what a duty of the configuration is over the articles.
var articleRoles = map[config.Duty][]knowledge.Role{
	config.Editor: {knowledge.RoleEditor, knowledge.RolePublisher},
	config.Admin:  {knowledge.RoleAdmin},
}

// isContact reports whether p is a contact of the school, or of any if it is empty.
func isContact(m *escalation.Model, p escalation.Person, school string) bool {
	for id, s := range m.Schools {
		party := m.Parties[s.Roles["contact"]]
		if party == nil || school != "" && school != id {
			continue
		}
		if slices.Contains(party.People, p) || slices.Contains(party.Deputies, p) {
			return true
		}
	}
	return false
}

// blankNames returns what blanks out the names of the people of a configuration
// in a text. A part of a name counts only with its capital, because many names
// are words: "Frau Lang" and "das dauert lang".
func blankNames(cfg *config.Config) func(string) string {
	names := map[string]bool{}
	for _, p := range cfg.People {
		for _, part := range strings.FieldsFunc(p.Name, notLetter) {
			if len([]rune(part)) > 2 {
				names[part] = true
			}
		}
	}
	return func(text string) string {
		var out strings.Builder
		for text != "" {
			n := strings.IndexFunc(text, notLetter)
			if n < 0 {
				n = len(text)
			}
			if word := text[:n]; names[word] || names[strings.TrimSuffix(word, "s")] {
				out.WriteString("•••")
			} else {
				out.WriteString(word)
			}
			rest := strings.IndexFunc(text[n:], unicode.IsLetter)
			if rest < 0 {
				rest = len(text) - n
			}
			out.WriteString(text[n : n+rest])
			text = text[n+rest:]
		}
		return out.String()
	}
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }
