package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"ersthelfer/escalation"
)

// A Profile is what the bot keeps about a person. It is stored: rename no tag.
type Profile struct {
	Person   escalation.Person `json:"person"`
	Name     string            `json:"name"`
	School   string            `json:"school,omitempty"`
	Language string            `json:"language,omitempty"` // as chosen; empty: that of the question
	Locale   string            `json:"locale,omitempty"`   // the language in which the platform speaks to them
	Zone     string            `json:"zone,omitempty"`     // the time zone that the platform shows them
	Users    map[string]string `json:"users"`              // platform → the person's id there
	Last     string            `json:"last,omitempty"`     // the platform last heard from
	Greeted  time.Time         `json:"greeted,omitzero"`   // when told that this is a program
	Draft    *Draft            `json:"draft,omitempty"`
	Held     *Held             `json:"held,omitempty"`
	Listed   []string          `json:"listed,omitempty"` // what the numbers of the last list for editors stand for
	Noted    string            `json:"noted,omitempty"`  // the Monday whose note for editors is done with
}

// A Draft is a text that the bot has asked a member of staff for.
type Draft struct {
	Ticket escalation.ID   `json:"ticket"`
	Kind   escalation.Kind `json:"kind"`
}

// A Held message waits until the bot knows which school its sender is at.
type Held struct {
	ID    string             `json:"id"`
	Text  string             `json:"text"`
	In    escalation.Address `json:"in"`
	Files []escalation.File  `json:"files,omitempty"`
}

// A Known person is one that the configuration names.
type Known struct {
	Person   escalation.Person
	Name     string
	School   string
	Language string
	Roles    []string          // "editor", "admin", "authority"
	Users    map[string]string // platform → id, handle or e-mail there
}

// Is reports whether the person has a role.
func (k Known) Is(role string) bool { return slices.Contains(k.Roles, role) }

// profile returns what is known of the sender, and remembers who is new.
func (b *Bot) profile(ctx context.Context, u User) (*Profile, error) {
	person := escalation.Person(u.Platform + ":" + u.ID)
	known := b.known(u)
	switch k, ok := b.Known(u.Person); {
	case ok:
		known, person = &k, k.Person
	case u.Person != "":
		known, person = nil, u.Person
	case known != nil:
		person = known.Person
	}
	return b.changeProfile(ctx, person, func(p *Profile) {
		if p.Users == nil {
			p.Users = map[string]string{}
		}
		p.Users[u.Platform] = u.ID
		if u.Person == "" || p.Last == "" {
			p.Last = u.Platform // who signed in from a chat is still told there
		}
		if p.Name == "" || known == nil && u.Name != "" {
			p.Name = u.Name
		}
		if known != nil {
			p.Name = known.Name
			p.School = first(known.School, p.School)
			p.Language = first(p.Language, known.Language)
		}
		if p.School == "" {
			p.School = b.onlySchool(u.Schools)
		}
		p.Locale, p.Zone = first(languageOf(u.Locale), p.Locale), first(u.Zone, p.Zone)
	})
}

// known returns the configured person that a platform's user is. An id or
// handle of the configuration counts only on its own platform.
func (b *Bot) known(u User) *Known {
	for i := range b.people {
		k := &b.people[i]
		switch id := k.Users[u.Platform]; {
		case id == "":
		case id == u.ID, u.Handle != "" && strings.EqualFold(strings.TrimPrefix(id, "@"), u.Handle),
			u.Email != "" && strings.EqualFold(id, u.Email):
			return k
		}
	}
	return nil
}

// Known returns the configured person with the id.
func (b *Bot) Known(p escalation.Person) (Known, bool) {
	for _, k := range b.people {
		if k.Person == p {
			return k, true
		}
	}
	return Known{}, false
}

// onlySchool returns the school if there is only one that it can be.
func (b *Bot) onlySchool(hints []string) string {
	schools := b.desk.Model().Schools
	hints = slices.DeleteFunc(slices.Clone(hints), func(s string) bool { return schools[s] == nil })
	switch {
	case len(hints) == 1:
		return hints[0]
	case len(schools) == 1:
		for id := range schools {
			return id
		}
	}
	return ""
}

func (b *Bot) changeProfile(ctx context.Context, person escalation.Person, fn func(*Profile)) (*Profile, error) {
	p := new(Profile)
	err := b.store.Change(ctx, People, string(person), func(old []byte) ([]byte, error) {
		*p = Profile{Person: person}
		if old != nil {
			if err := json.Unmarshal(old, p); err != nil {
				return nil, fmt.Errorf("decode profile: %w", err)
			}
		}
		fn(p)
		return json.Marshal(p)
	})
	if err != nil {
		return nil, fmt.Errorf("change profile: %w", err)
	}
	return p, nil
}

func (b *Bot) readProfile(ctx context.Context, person escalation.Person) (*Profile, error) {
	data, err := b.store.Read(ctx, People, string(person))
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	p := &Profile{Person: person}
	if data != nil {
		if err := json.Unmarshal(data, p); err != nil {
			return nil, fmt.Errorf("decode profile: %w", err)
		}
	}
	return p, nil
}

// language returns the language in which to speak to a person about something
// that was said in the detected language: as they chose, as they spoke, or as
// their platform speaks to them.
func (p *Profile) language(detected string) string {
	for _, l := range []string{p.Language, detected, p.Locale} {
		if slices.Contains(Languages, l) {
			return l
		}
	}
	return Languages[0]
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
