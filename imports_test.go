package ersthelfer_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows are the imports within the module that the design allows: each
// package, and what it may import. "…" stands for everything below. Tests may
// import more: the suites and fakes. CONTRIBUTING.md says how to add a room.
var arrows = map[string][]string{
	"cmd/ersthelfer":                {"…"},
	"config":                        {"knowledge", "escalation"},
	"bot":                           {"knowledge", "escalation"},
	"bot/bolt":                      {"bot", "internal/boltfile"},
	"bot/bottest":                   {"bot", "escalation"},
	"bot/console":                   {"bot", "escalation"},
	"bot/mattermost":                {"bot", "escalation"},
	"bot/slack":                     {"bot", "escalation"},
	"bot/web":                       {"bot", "knowledge", "escalation", "escalation/report"},
	"knowledge":                     {"knowledge/starter"},
	"knowledge/starter":             {},
	"knowledge/bolt":                {"knowledge", "internal/boltfile"},
	"knowledge/llm":                 {"knowledge"},
	"escalation":                    {},
	"escalation/bolt":               {"escalation", "internal/boltfile"},
	"escalation/report":             {"escalation"},
	"internal/boltfile":             {},
	"escalation/escalationtest":     {"escalation"},
	"knowledge/knowledgetest":       {"knowledge"},
	"bot/mattermost/mattermosttest": {"bot", "bot/mattermost", "escalation"},
	"bot/slack/slacktest":           {"bot", "bot/slack", "escalation"},
}

// outside are the modules that each domain package may use besides the standard
// library; a domain package knows no chat, no database and no web framework.
var outside = map[string][]string{
	"knowledge":         {"golang.org/x/text", "github.com/blevesearch/snowballstem", "go.yaml.in/yaml/v4"},
	"knowledge/starter": {},
	"escalation":        {"golang.org/x/text", "github.com/rickar/cal/v2"},
	"escalation/report": {"golang.org/x/text", "go.yaml.in/yaml/v4"},
	"bot":               {"golang.org/x/text", "go.yaml.in/yaml/v4"},
	"config":            {"go.yaml.in/yaml/v4"},
}

// TestImports holds the arrows of the design against the code.
func TestImports(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "testdata" || name == "tools" || len(name) > 1 && name[0] == '.' {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		checkFile(t, filepath.ToSlash(path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkFile(t *testing.T, path string) {
	t.Helper()
	pkg := filepath.ToSlash(filepath.Dir(path))
	allowed, known := arrows[pkg]
	if !known {
		t.Errorf("%s: the design has no room %s; add the code to the room whose description covers it", path, pkg)
		return
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	for _, spec := range f.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		inside, ours := strings.CutPrefix(name, "ersthelfer/")
		switch {
		case ours && !slices.Contains(allowed, inside) && !slices.Contains(allowed, "…"):
			t.Errorf("%s: %s must not import %s", path, pkg, inside)
		case !ours && strings.Contains(strings.Split(name, "/")[0], "."):
			modules, restricted := outside[pkg]
			if restricted && !slices.ContainsFunc(modules, func(m string) bool { return strings.HasPrefix(name, m) }) {
				t.Errorf("%s: %s must not import %s", path, pkg, name)
			}
		}
	}
}
