package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"ersthelfer/config"
	"ersthelfer/knowledge"
)

// TestCurate runs the scripts of testdata/curate twice: the orders go to the
// program that runs on the folder, and to the file while none runs.
func TestCurate(t *testing.T) {
	t.Run("stopped", func(t *testing.T) {
		testscript.Run(t, testscript.Params{Dir: "testdata/curate"})
	})
	t.Run("running", func(t *testing.T) {
		testscript.Run(t, testscript.Params{Dir: "testdata/curate", Setup: func(env *testscript.Env) error {
			p := &program{t: t, data: filepath.Join(env.WorkDir, "data")}
			p.start()
			env.Defer(p.kill)
			return nil
		}})
	})
}

// TestCurateLive publishes an article while the program runs: the next question
// gets it, without a restart, and a program that was killed leaves no closed door.
func TestCurateLive(t *testing.T) {
	p := &program{t: t, data: t.TempDir()}
	p.start()
	p.kill()
	p.start()
	order := func(args ...string) {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), append([]string{"knowledge"}, append(args, "--data", p.data)...), nil, &out, &errs); code != 0 {
			t.Fatalf("%v: %d %s%s", args, code, out.String(), errs.String())
		}
	}
	file := filepath.Join(t.TempDir(), "heizung.md")
	if err := os.WriteFile(file, []byte(heating), 0o600); err != nil {
		t.Fatal(err)
	}
	order("edit", "heizung", "--file", file)
	order("publish", "heizung")
	if err := p.say("cem", "message-1-0", "die heizung ist kalt"); err != nil {
		t.Fatal(err)
	}
	p.until("cem", "Drehen Sie das Thermostat auf.", 1)
	order("retire", "heizung")
	if err := p.say("anna", "message-2-0", "die heizung ist kalt"); err != nil {
		t.Fatal(err)
	}
	p.until("anna", "Dazu habe ich keine Anleitung.", 1)
	p.until("anna", "Drehen Sie das Thermostat auf.", 0)
}

const heating = `---
id: heizung
title: Die Heizung bleibt kalt
room: praesentation
questions:
  - die heizung ist kalt
  - der heizkörper wird nicht warm
  - im klassenraum ist es eiskalt
---
1. Drehen Sie das Thermostat auf.
`

// TestCurateErase: after somebody is forgotten nothing says what they did, and the audit still holds.
func TestCurateErase(t *testing.T) {
	cfg, err := config.Demo()
	if err != nil {
		t.Fatal(err)
	}
	a, err := openApp(cfg, t.TempDir(), time.Now, newLog(slogQuiet))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	article := knowledge.Article{ID: "heizung", Title: "Die Heizung bleibt kalt"}
	if _, err := a.library.Save(t.Context(), demoContact, article, knowledge.Edit{Why: "Mara weiß es"}); err != nil {
		t.Fatal(err)
	}
	give := func(do string, ids ...string) (string, error) {
		var out bytes.Buffer
		err := carryOut(t.Context(), a.library, order{Do: do, User: "root", IDs: ids}, &out)
		return out.String(), err
	}
	if before, err := give("audit"); err != nil || !strings.Contains(before, "mara") {
		t.Fatalf("before: %v", err)
	}
	if _, err := give("erase", "mara"); err != nil {
		t.Fatal(err)
	}
	for _, do := range []string{"audit", "history", "verify"} {
		said, err := give(do, "heizung")
		if err != nil || strings.Contains(strings.ToLower(said), "mara") {
			t.Errorf("%s says %q, %v", do, said, err)
		}
	}
	if _, err := give("erase", "mara"); err == nil || !strings.Contains(err.Error(), "mara has changed no article") {
		t.Errorf("a second time: %v", err)
	}
}

// Whatever archive the pages take, the command line hands to the running program in one order.
func TestAnArchiveFitsIntoAnOrder(t *testing.T) {
	var o order
	o.Data = make([]byte, knowledge.MaxArchive)
	data, err := json.Marshal(o)
	if err != nil || len(data) > maxOrder {
		t.Errorf("an order with the largest archive has %d bytes, %v; %d may be sent", len(data), err, maxOrder)
	}
}

// Who may do what with the articles, in the demonstration.
func TestWhoMayCurate(t *testing.T) {
	cfg, err := config.Demo()
	if err != nil {
		t.Fatal(err)
	}
	may := mayOf(cfg)
	actions := []knowledge.Action{knowledge.ActSee, knowledge.ActSave, knowledge.ActSuggest, knowledge.ActPublish, knowledge.ActAudit, knowledge.ActErase}
	for person, want := range map[knowledge.Person]string{
		"anna": "", "sven": "suggest", "petra": "suggest", "mara": "see save suggest", "tom": "see save suggest", "ada": "see save suggest publish audit erase",
		"": "", "cli:root": "see save suggest publish audit erase",
	} {
		var got []string
		for _, a := range actions {
			if may(person, a, "") {
				got = append(got, string(a))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q may %q, want %q", person, got, want)
		}
	}
	for school, want := range map[string]bool{"gs-nord": true, "gym-sued": false} {
		if got := may("mara", knowledge.ActLocalise, school); got != want {
			t.Errorf("mara may write the text of %s: %t, want %t", school, got, want)
		}
	}
}
