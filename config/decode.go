package config

import (
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"ersthelfer/escalation"
)

// decode makes a configuration of the root. Sections may come in any order: names are looked up in the
// tree, and what needs other sections as values is decoded after them.
func (c cursor) decode() *Config {
	cfg := &Config{}
	m := &escalation.Model{}
	later := func(cursor) {}
	c.fields(fields{
		"data":        into(&cfg.Data, cursor.file),
		"listen":      into(&cfg.Listen, cursor.listen),
		"language":    into(&cfg.Language, cursor.language),
		"zone":        into(&cfg.Zone, cursor.zone),
		"building":    into(&m.Building, cursor.building),
		"roles":       into(&m.Roles, cursor.roles),
		"models":      into(&m.Connections, cursor.connections),
		"targets":     into(&m.Targets, cursor.targets),
		"remind":      into(&m.Remind, cursor.remind),
		"lapse":       into(&m.Lapse, between(10*time.Minute, 90*day)),
		"close":       into(&m.Close, cursor.span),
		"silence":     into(&m.Silence, cursor.silence),
		"overdue":     into(&m.Overdue, cursor.overdue),
		"otherwise":   into(&m.Otherwise, cursor.role),
		"supervisor":  later,
		"movable_day": func(c cursor) { c.text() },
		"calendars":   later,
		"people":      later,
		"parties":     later,
		"schools":     later,
		"knowledge":   into(&cfg.Knowledge, cursor.knowledge),
		"platforms":   into(&cfg.Platforms, cursor.platforms),
		"retention":   into(&cfg.Retention, cursor.retention),
	})
	m.Calendars = c.at("calendars").calendars(cfg.Zone)
	m.Parties = c.at("parties").parties()
	cfg.People, m.People = c.at("people").people(cfg.Language)
	m.Supervisor = c.supervisor()
	cfg.Schools = c.at("schools").schools(m, cfg.Language)
	cfg.Model = m
	return cfg
}

// supervisor returns who is told when nobody acts: the party that is named, or the only one there is.
func (c cursor) supervisor() string {
	at := c.at("supervisor")
	if at.written() {
		return at.ref("parties")
	}
	if names := c.r.names("parties"); len(names) == 1 {
		return names[0]
	}
	at.problem("add supervisor: and the party that is told when nobody acts", "is missing")
	return ""
}

// file returns a path; a relative one begins where the configuration lies.
func (c cursor) file() string {
	s := c.text()
	if s == "" || filepath.IsAbs(s) {
		return s
	}
	return filepath.Join(c.r.dir, s)
}

func (c cursor) language() string { return c.one("de", "en") }

// languages returns languages in the order of preference.
func (c cursor) languages() (all []string) {
	for item := range c.items() {
		if s := item.language(); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// zone returns a time zone by its name. That of the machine is none: it is not the school's.
func (c cursor) zone() *time.Location {
	s := c.text()
	if s == "" {
		return nil
	}
	zone, err := time.LoadLocation(s)
	if err != nil || s == "Local" {
		c.problem("write a place such as Europe/Berlin", "no time zone %q", s)
		return nil
	}
	return zone
}

// title returns a text by language; a single value is German.
func (c cursor) title() map[string]string {
	if c.written() && len(c.node.Content) == 0 {
		return map[string]string{"de": c.text()}
	}
	var de, en string
	c.fields(fields{"de": into(&de, cursor.text), "en": into(&en, cursor.text)})
	c.need("de")
	titles := map[string]string{"de": de}
	if en != "" {
		titles["en"] = en
	}
	return titles
}

func (c cursor) retention() (r Retention) {
	c.fields(fields{
		"text":    into(&r.Text, between(day, 3650*day)),
		"tickets": into(&r.Tickets, between(day, 3650*day)),
	})
	if r.Tickets != 0 && r.Tickets < r.Text {
		c.at("text").problem("keep texts at most as long as tickets", "is longer than tickets")
	}
	return r
}

func (c cursor) knowledge() (k Knowledge) {
	c.fields(fields{"dir": into(&k.Dir, cursor.file), "llm": into(&k.LLM, cursor.llm)})
	return k
}

func (c cursor) llm() *LLM {
	if !c.written() {
		return nil
	}
	var l LLM
	c.fields(fields{
		"url":        into(&l.URL, cursor.url),
		"model":      into(&l.Model, cursor.text),
		"embeddings": into(&l.Embeddings, cursor.text),
		"use":        into(&l.Use, cursor.uses),
		"wait":       into(&l.Wait, between(500*time.Millisecond, 20*time.Second)),
		"per_hour":   func(c cursor) { l.PerHour = c.whole(1, 100_000) },
	}.secret("key", &l.Key))
	c.need("url")
	if !c.at("embeddings").written() {
		c.need("model")
	}
	if !c.at("use").written() {
		if c.at("model").written() {
			l.Use = append(l.Use, UseRephrase)
		}
		if c.at("embeddings").written() {
			l.Use = append(l.Use, UseEmbeddings)
		}
	}
	c.needModel(&l)
	return &l
}

// uses returns what a model is asked for. Each use needs the name of the model that it is for.
func (c cursor) uses() (all []Use) {
	for item := range c.items() {
		u := Use(item.one(string(UseRephrase), string(UseEmbeddings), string(UseAnswer), string(UseDraft)))
		if u != "" && !slices.Contains(all, u) {
			all = append(all, u)
		}
	}
	return all
}

// needModel records a problem for each use without the model that it needs.
func (c cursor) needModel(l *LLM) {
	at := c.at("use")
	for _, u := range l.Use {
		key := "model"
		if u == UseEmbeddings {
			key = "embeddings"
		}
		if !c.at(key).written() {
			at.problem("add "+key+": and the name of the model, or take "+string(u)+" out", "%s needs %s:", u, key)
		}
	}
	searched := slices.Contains(l.Use, UseRephrase) || slices.Contains(l.Use, UseEmbeddings)
	if slices.Contains(l.Use, UseAnswer) && !searched {
		at.problem("add rephrase or embeddings", "answer alone does nothing: it words what the search with a model has found")
	}
}

// url returns an address of the web. A password in it would be shown with every error.
func (c cursor) url() *url.URL {
	s := c.text()
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		c.problem("write https:// and the name of the server", "is not an address of the web")
		return nil
	case u.User != nil:
		c.problem("take user and password out of the address", "holds a password")
		return nil
	case u.Scheme == "http" && !local(u.Hostname()):
		c.warn("write https://", "%s is not encrypted on its way", u.Hostname())
	}
	return u
}
