package config

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what is found into the test data, to be read before it is committed")

// Each archive of testdata holds a configuration, files beside it, lines NAME=value of the environment
// in its comment, and the complete list of what is wrong with it and of what is hardly meant.
func TestMistakes(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) < 20 {
		t.Fatalf("%d archives, %v", len(archives), err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { testMistakes(t, name) })
	}
}

func testMistakes(t *testing.T, name string) {
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	want := map[string]string{}
	for _, f := range a.Files {
		if f.Name == "problems" || f.Name == "warnings" || f.Name == "lacks" {
			want[f.Name] = string(f.Data)
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "ersthelfer.yaml")
	v := Check(path, environment(string(a.Comment)), monday)
	problems, warnings := v.Problems, v.Warnings
	got := map[string]string{"problems": listed(problems, dir), "warnings": listed(warnings, dir)}
	if _, ok := want["lacks"]; ok {
		got["lacks"] = listed(v.Lacks, dir)
	}
	if *update {
		write(t, name, a, got)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := Load(path, environment(string(a.Comment))); (err != nil) != (len(problems) > 0) {
		t.Errorf("Check found %d problems, but Load says: %v", len(problems), err)
	}
	for _, p := range slices.Concat(problems, warnings, v.Lacks) {
		if p.Fix == "" {
			t.Errorf("no fix: %s", p)
		}
		if strings.Contains(p.String(), "hush") {
			t.Errorf("a secret is told: %s", p)
		}
	}
}

func environment(lines string) func(string) string {
	return func(name string) string {
		for line := range strings.Lines(lines) {
			if value, ok := strings.CutPrefix(line, name+"="); ok {
				return strings.TrimSpace(value)
			}
		}
		return ""
	}
}

func listed(ps Problems, dir string) string {
	if len(ps) == 0 {
		return ""
	}
	return strings.ReplaceAll(ps.Error(), dir+string(filepath.Separator), "") + "\n"
}

func write(t *testing.T, name string, a *txtar.Archive, got map[string]string) {
	files := a.Files[:0:0]
	for _, f := range a.Files {
		if _, ok := got[f.Name]; !ok {
			files = append(files, f)
		}
	}
	a.Files = append(files, txtar.File{Name: "problems", Data: []byte(got["problems"])},
		txtar.File{Name: "warnings", Data: []byte(got["warnings"])})
	if lacks, ok := got["lacks"]; ok {
		a.Files = append(a.Files, txtar.File{Name: "lacks", Data: []byte(lacks)})
	}
	if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestSecretIsReadableByOthers(t *testing.T) {
	src := strings.Replace(string(demo), "people:\n  anna", "platforms:\n"+
		"  mattermost: {url: https://chat.example, token: hush-hush}\n"+
		"  slack: {app_token_file: app, bot_token_file: bot}\n\npeople:\n  anna", 1)
	for name, tt := range map[string]struct {
		mode os.FileMode
		want string
	}{
		"owner alone": {0o600, ""},
		"others": {0o644, `ersthelfer.yaml:45:50: platforms.mattermost.token: a secret stands in a file that others may read; ` +
			`run chmod 600 on this file, or write token_file: or ${NAME} instead
ersthelfer.yaml:46:27: platforms.slack.app_token_file: everybody on this machine may read this file; ` +
			`take away the rights of others with chmod 600
ersthelfer.yaml:46:48: platforms.slack.bot_token_file: everybody on this machine may read this file; ` +
			`take away the rights of others with chmod 600
`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range map[string]string{"ersthelfer.yaml": src, "app": "xapp-hush\n", "bot": "xoxb-hush\n"} {
				path := filepath.Join(dir, file)
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				// Not through WriteFile, which the umask of the process would change.
				if err := os.Chmod(path, tt.mode); err != nil {
					t.Fatal(err)
				}
			}
			v := Check(filepath.Join(dir, "ersthelfer.yaml"), none, monday)
			problems, warnings := v.Problems, v.Warnings
			if diff := cmp.Diff(tt.want, listed(warnings, dir)); diff != "" || len(problems) > 0 {
				t.Errorf("problems %v, warnings (-want +got):\n%s", problems, diff)
			}
		})
	}
}

func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	for name, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): "none.yaml: cannot read the configuration: no such file; write one with config init, or name another file\n",
		dir:                             dir + ": cannot read the configuration: not a readable file; write one with config init, or name another file\n",
	} {
		problems := Check(name, none, monday).Problems
		if got := listed(problems, dir); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, src := range []string{
		string(demo), string(Example()), "a: &x [*x]\n", "schools: {x: {contact: [a], <<: *y}}\n", "? {a: b}\n: c\n",
		"people: &p\n  <<: *p\n", "platforms: {slack: {app_token: [x]}}\nbuilding: {a: b}\nmodels: []\n", "- a\n", "---\n---\n", "&000", "*x", "~",
		"supervisor: &s *s\n", "calendars: {a: {off: [{from: 9999-12-31, to: 0000-01-01}]}}\n",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		cfg, err := Parse("fuzz.yaml", []byte(src), none)
		if (cfg == nil) == (err == nil) {
			t.Errorf("configuration %v with error %v", cfg, err)
		}
		problems, _ := err.(Problems)
		for _, p := range problems {
			if p.Text == "" || p.File != "fuzz.yaml" {
				t.Errorf("a problem that says nothing: %+v", p)
			}
		}
	})
}
