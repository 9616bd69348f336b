package slacktest

import (
	"maps"
	"slices"
	"strings"
)

// kinds are the words of conversations in scopes, by what a call names them.
var kinds = map[string]string{"im": "im", "public_channel": "channels", "private_channel": "groups"}

// needs returns the scopes of a call: those about conversations differ by kind.
func (s *Server) needs(scope string, args map[string]string) []string {
	right, ok := strings.CutPrefix(scope, "*")
	switch {
	case scope == "":
		return nil
	case !ok:
		return []string{scope}
	case args["types"] == "":
		return []string{s.kind(args["channel"]) + right}
	}
	var out []string
	for kind := range strings.SplitSeq(args["types"], ",") {
		out = append(out, kinds[kind]+right)
	}
	return out
}

// kind returns the word of a conversation in scopes.
func (s *Server) kind(channel string) string {
	c := s.channels[channel]
	switch {
	case strings.HasPrefix(channel, "D"):
		return "im"
	case c != nil && c.Private:
		return "groups"
	}
	return "channels"
}

// allowed reports whether the bot token has a scope, and counts that it was needed.
func (s *Server) allowed(scope string) bool {
	s.used[scope] = true
	return slices.Contains(s.scopes(), scope)
}

// Used returns the scopes that were needed so far, sorted.
func (s *Server) Used() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.used))
}

// everything is what a bot token can be allowed to do here.
var everything = []string{
	"app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "groups:history", "groups:read",
	"im:history", "im:read", "im:write", "users:read", "users:read.email",
}

func (s *Server) scopes() []string {
	if s.rules.Scopes != nil {
		return s.rules.Scopes
	}
	return everything
}
