package slacktest

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// What the bot reads of conversations: which it is in, who is in one, and what was written there.

func (s *Server) usersConversations(a map[string]string) answer {
	var out []any
	for _, id := range slices.Sorted(maps.Keys(s.channels)) {
		c := s.channels[id]
		asked := slices.ContainsFunc(strings.Split(a["types"], ","), func(t string) bool { return kinds[t] == s.kind(id) })
		if asked && slices.Contains(c.Members, BotUser) && !c.Archived {
			out = append(out, map[string]any{"id": id, "is_im": c.User != "", "user": c.User})
		}
	}
	page, next := paged(out, a)
	return answer{"channels": page, "response_metadata": map[string]any{"next_cursor": next}}
}

// paged returns the page of a list that a call asks for.
func paged(all []any, a map[string]string) (page []any, next string) {
	from, _ := strconv.Atoi(a["cursor"])
	limit, _ := strconv.Atoi(a["limit"])
	if limit == 0 {
		limit = 100
	}
	to := min(len(all), from+limit)
	if to < len(all) {
		next = strconv.Itoa(to)
	}
	if page = all[from:to]; page == nil {
		page = []any{}
	}
	return page, next
}

func (s *Server) conversationsOpen(a map[string]string) answer {
	u := s.users[a["users"]]
	switch {
	case u == nil:
		return refuse("user_not_found")
	case u.Deleted:
		return refuse("user_disabled")
	case u.IsBot:
		return refuse("cannot_dm_bot")
	}
	return answer{"channel": map[string]any{"id": s.direct(u.ID).ID}}
}

func (s *Server) conversationsInfo(a map[string]string) answer {
	c := s.channels[a["channel"]]
	if c == nil {
		return refuse("channel_not_found")
	}
	return answer{"channel": map[string]any{
		"id": c.ID, "is_member": slices.Contains(c.Members, BotUser), "is_archived": c.Archived, "is_im": c.User != "",
	}}
}

func (s *Server) conversationsMembers(a map[string]string) answer {
	c := s.channels[a["channel"]]
	if c == nil {
		return refuse("channel_not_found")
	}
	var all []any
	for _, m := range c.Members {
		all = append(all, m)
	}
	page, next := paged(all, a)
	return answer{"members": page, "response_metadata": map[string]any{"next_cursor": next}}
}

func (s *Server) conversationsHistory(a map[string]string) answer {
	return s.read(a, func(m *Message) bool { return m.Root == "" || m.Root == m.TS || m.Subtype == "thread_broadcast" }, true)
}

func (s *Server) conversationsReplies(a map[string]string) answer {
	root := s.find(a["channel"], a["ts"])
	if root == nil {
		return refuse("thread_not_found")
	}
	return s.read(a, func(m *Message) bool { return m.Root == root.TS || m.TS == root.TS }, false)
}

func (s *Server) read(a map[string]string, want func(*Message) bool, newestFirst bool) answer {
	c := s.channels[a["channel"]]
	switch {
	case c == nil:
		return refuse("channel_not_found")
	case !slices.Contains(c.Members, BotUser):
		return refuse("not_in_channel")
	}
	var all []any
	for _, m := range c.Messages {
		if !want(m) || a["oldest"] != "" && m.TS <= a["oldest"] && m.TS != a["ts"] {
			continue
		}
		e := m.event()
		if a["include_all_metadata"] != "true" && a["include_all_metadata"] != "1" {
			delete(e, "metadata")
		}
		if latest := s.latestReply(c, m.TS); latest != "" {
			e["thread_ts"], e["latest_reply"] = m.TS, latest
		}
		all = append(all, e)
	}
	if newestFirst {
		slices.Reverse(all)
	}
	page, next := paged(all, a)
	return answer{"messages": page, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next}}
}

func (s *Server) latestReply(c *Channel, root string) string {
	latest := ""
	for _, m := range c.Messages {
		if m.Root == root && m.TS != root {
			latest = m.TS
		}
	}
	return latest
}
