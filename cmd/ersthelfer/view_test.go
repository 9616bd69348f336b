package main

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestView runs the scripts of testdata/view twice: the program that runs on the
// folder looks into it, and the command itself while none runs.
func TestView(t *testing.T) {
	for _, state := range []string{"running", "stopped"} {
		t.Run(state, func(t *testing.T) {
			testscript.Run(t, testscript.Params{Dir: "testdata/view", Setup: func(env *testscript.Env) error {
				p := &program{t: t, data: filepath.Join(env.WorkDir, "data")}
				p.start()
				env.Defer(func() { _ = p.cmd.Process.Kill() })
				if err := p.say("anna", "message-1-0", "papierstau im kopierer"); err != nil {
					return err
				}
				p.until("anna", "Hat geholfen", 1)
				if state == "stopped" {
					p.kill()
				}
				return nil
			}})
		})
	}
}

// TestViewLive: what a running program shows it shows by its own clock, to its
// owner alone.
func TestViewLive(t *testing.T) {
	p := &program{t: t, data: t.TempDir()}
	p.start()
	if err := p.say("anna", "message-1-0", "papierstau im kopierer"); err != nil {
		t.Fatal(err)
	}
	p.until("anna", "Hat geholfen", 1)
	if info, err := os.Stat(filepath.Join(p.data, doorName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket: %v, %v", info, err)
	}
	list := func(days string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{"ticket", "list", "--days", days, "--data", p.data}, nil, &out, &errs); code != 0 {
			t.Fatalf("exit code %d: %s", code, errs.String())
		}
		return out.String()
	}
	if said := list("2"); !strings.HasPrefix(said, "1 ") {
		t.Errorf("on the same day: %q", said)
	}
	for range 3 {
		p.nextDay()
	}
	if said := list("2"); said != "" {
		t.Errorf("three days later the last two hold %q", said)
	}
	if said := list("5"); !strings.HasPrefix(said, "1 ") {
		t.Errorf("three days later the last five hold %q", said)
	}
}

// nextDay moves the demonstration's clock by a day.
func (p *program) nextDay() {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.base+"/als/anna/uhr", strings.NewReader(url.Values{"um": {"1d"}}.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		p.t.Fatalf("move the clock: %s", resp.Status)
	}
}
