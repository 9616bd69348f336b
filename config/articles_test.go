package config

import (
	"testing"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// The articles that ship with the program find their rooms and roles in the defaults.
func TestDefaultsFitTheArticles(t *testing.T) {
	cfg, err := Demo()
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range knowledge.RoleNames {
		if cfg.Model.Roles[escalation.Role(role)] == nil {
			t.Errorf("articles may name the role %q, which the defaults have not", role)
		}
	}
	articles, err := knowledge.Starter()
	if err != nil || len(articles) == 0 {
		t.Fatalf("%d articles: %v", len(articles), err)
	}
	for _, a := range articles {
		if _, ok := cfg.Model.Room(a.Room); !ok {
			t.Errorf("%s belongs to the room %q, which the building has not", a.ID, a.Room)
		}
	}
}
