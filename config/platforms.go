package config

import (
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// secret adds a key for a secret and its twin NAME_file, the path of a file that holds it.
func (f fields) secret(key string, to *Secret) fields {
	f[key] = func(c cursor) { c.secret(to) }
	f[key+"_file"] = func(c cursor) { c.secretFile(to) }
	return f
}

// secret reads a secret that stands here or in the environment. It is gone from the tree then.
func (c cursor) secret(to *Secret) {
	text := c.text()
	if text == "" {
		return
	}
	if c.r.from[c.node] == "" && !c.builtIn() {
		c.r.inline = append(c.r.inline, c)
	}
	c.node.Value = concealed
	c.give(to, text)
}

// secretFile reads a secret from a file; white space around it does not belong to it. Messages do not
// name the file: somebody may have written the secret here instead.
func (c cursor) secretFile(to *Secret) {
	name := c.file()
	if name == "" {
		return
	}
	data, mode, err := readFile(name)
	text := strings.TrimSpace(strings.TrimPrefix(string(data), "\ufeff"))
	switch {
	case err != nil:
		c.problem("write the path of a file that holds the secret alone", "cannot read this file: %s", reason(err))
	case len(text) > maxSecret:
		c.problem("write the path of a file that holds the secret alone", "this file is too large for a secret")
	case text == "":
		c.problem("write the secret into it", "this file is empty")
	default:
		if mode.Perm()&0o007 != 0 {
			c.warn("take away the rights of others with chmod 600", "everybody on this machine may read this file")
		}
		c.give(to, text)
	}
}

// maxSecret is longer than every token; a certificate or a wrong file is longer.
const maxSecret = 8192

// give stores a secret that no other line has given.
func (c cursor) give(to *Secret, text string) {
	if to.IsSet() {
		c.problem("keep one of the two", "is given twice: as value and as file")
		return
	}
	*to = NewSecret(text)
}

// needSecret records a problem if neither the key nor its file is there.
func (c cursor) needSecret(key string) {
	if c.at(key).node == nil && c.at(key+"_file").node == nil {
		c.at(key).problem("add "+key+": ${NAME} or "+key+"_file:", "is missing")
	}
}

// prefix records a secret of the wrong sort, such as two tokens that were exchanged.
func (c cursor) prefix(key string, s Secret, prefix string) {
	at := c.at(key)
	if at.node == nil {
		at = c.at(key + "_file")
	}
	if s.IsSet() && !strings.HasPrefix(s.Reveal(), prefix) {
		at.problem("look whether two tokens were exchanged", "does not begin with %s", prefix)
	}
}

func (c cursor) platforms() (p Platforms) {
	c.fields(fields{
		"web":        into(&p.Web, cursor.web),
		"mattermost": into(&p.Mattermost, cursor.mattermost),
		"slack":      into(&p.Slack, cursor.slack),
	})
	if p.Mattermost == nil && p.Slack == nil && (!p.Web.Chat || p.Web.OIDC == nil) {
		c.lack("add mattermost: or slack: with their tokens, or to web: a sign-in with oidc:", "sets up no chat in which people reach the bot")
	}
	return p
}

func (c cursor) web() (w Web) {
	c.fields(fields{
		"chat":    into(&w.Chat, cursor.yes),
		"url":     into(&w.URL, cursor.url),
		"session": into(&w.Session, between(10*time.Minute, 90*day)),
		"oidc":    into(&w.OIDC, cursor.oidc),
	})
	if w.OIDC != nil && w.URL == nil {
		c.problem("add url: with the address of the pages, which the sign-in leads back to", "has oidc: but no url")
	}
	return w
}

func (c cursor) oidc() *OIDC {
	if !c.written() {
		return nil
	}
	var o OIDC
	c.fields(fields{
		"issuer": into(&o.Issuer, cursor.url),
		"client": into(&o.Client, cursor.text),
		"claim":  into(&o.Claim, cursor.text),
	}.secret("secret", &o.Secret))
	c.need("issuer", "client")
	c.needSecret("secret")
	return &o
}

// Names of places on the platforms. A team or channel of Mattermost is named as in its address, or by its id.
var (
	mattermostName = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]*$`)
	slackChannel   = regexp.MustCompile(`^[CDG][A-Z0-9]{8,}$`)
)

func (c cursor) mattermost() *Mattermost {
	if !c.written() {
		return nil
	}
	var m Mattermost
	names := places(mattermostName, "write the name as in its address, such as schul-it")
	c.fields(fields{
		"url":      into(&m.URL, cursor.url),
		"callback": into(&m.Callback, cursor.url),
		"listen":   into(&m.Listen, cursor.listen),
		"teams":    into(&m.Teams, names),
		"channels": into(&m.Channels, names),
	}.secret("token", &m.Token))
	c.need("url")
	c.needSecret("token")
	return &m
}

func (c cursor) slack() *Slack {
	if !c.written() {
		return nil
	}
	s := Slack{Mode: "socket"}
	c.fields(fields{
		"mode":     func(c cursor) { s.Mode = c.one("socket", "http") },
		"callback": into(&s.Callback, cursor.url),
		"channels": into(&s.Channels, places(slackChannel, "write the id of the channel, such as C0123456789")),
	}.secret("app_token", &s.AppToken).secret("bot_token", &s.BotToken).secret("signing_secret", &s.SigningSecret))
	if s.Mode == "http" {
		c.need("callback")
	}
	c.slackTokens(s.Mode)
	c.prefix("app_token", s.AppToken, "xapp-")
	c.prefix("bot_token", s.BotToken, "xoxb-")
	return &s
}

// slackTokens records which tokens are missing. None at all is how one begins: the
// app from which they come is made from this configuration.
func (c cursor) slackTokens(mode string) {
	begun := false
	for _, key := range []string{"app_token", "bot_token", "signing_secret"} {
		begun = begun || c.at(key).node != nil || c.at(key+"_file").node != nil
	}
	if !begun {
		c.lack("run setup slack, which says how to get them", "has no tokens yet")
		return
	}
	c.needSecret("bot_token")
	if mode == "socket" {
		c.needSecret("app_token")
	} else {
		c.needSecret("signing_secret")
	}
}

// places returns what reads the schools to which teams or channels belong. Several may belong to one.
func places(name *regexp.Regexp, fix string) func(cursor) map[string]string {
	return func(c cursor) map[string]string {
		all := map[string]string{}
		if !c.mapping() {
			return all
		}
		for key, at := range c.pairs() {
			if !name.MatchString(key.Value) {
				cursor{r: c.r, path: c.path, key: key}.problem(fix, "%q cannot be the name here", key.Value)
				continue
			}
			at.path = c.path // without the name, which might be a token in the wrong place
			all[key.Value] = at.ref("schools")
		}
		return all
	}
}

// listen returns host:port; an empty host means all addresses of the machine.
func (c cursor) listen() string {
	s := c.text()
	if s == "" {
		return ""
	}
	_, port, err := net.SplitHostPort(s)
	n, numeric := strconv.ParseUint(port, 10, 16)
	if err != nil || numeric != nil || n == 0 && port != "0" {
		c.problem("write an address and a port from 0 to 65535, such as 127.0.0.1:8080", "%q is not an address to listen at", s)
		return ""
	}
	return s
}

// local reports whether a host is this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// reason is what the system says about a file, without its name.
func reason(err error) string {
	switch {
	case os.IsNotExist(err):
		return "no such file"
	case os.IsPermission(err):
		return "permission denied"
	}
	return "not a readable file"
}
