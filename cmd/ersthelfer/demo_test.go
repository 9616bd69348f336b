package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A program is the real program, run as a process of its own over a folder.
type program struct {
	t    *testing.T
	data string
	base string
	cmd  *exec.Cmd
}

// start runs the demonstration and waits until it serves.
func (p *program) start() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	p.cmd = exec.Command(os.Args[0], "demo", "--history=false", "--listen", "127.0.0.1:0", "--data", p.data)
	p.cmd.Args[0] = "ersthelfer" // see testscript.Main
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	address := regexp.MustCompile(`http://\S+`)
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if found := address.FindString(lines.Text()); found != "" {
			p.base = found
			break
		}
		p.t.Log(lines.Text())
	}
	if p.base == "" || ctx.Err() != nil {
		p.t.Fatal("the program said no address")
	}
	go func() { _, _ = io.Copy(io.Discard, stderr) }()
}

// kill ends the program as a power cut would.
func (p *program) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	_ = p.cmd.Wait() // it was killed
}

// say sends a message as a browser does, with an id that it keeps for a retry.
func (p *program) say(person, id, text string) error {
	form := url.Values{"id": {id}, "text": {text}}
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.base+"/als/"+person+"/nachricht", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("say: %s", resp.Status)
	}
	return nil
}

// page returns what a person sees.
func (p *program) page(person string) string {
	p.t.Helper()
	resp, err := http.Get(p.base + "/als/" + person + "/")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return tags.ReplaceAllString(string(body), "")
}

// tags are what a person does not see.
var tags = regexp.MustCompile(`<[^>]*>`)

// until waits until a person sees a text so many times, and no more often.
func (p *program) until(person, text string, times int) {
	p.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		page := p.page(person)
		switch n := strings.Count(page, text); {
		case n == times:
			return
		case n > times:
			p.t.Fatalf("%s sees %q %d times, want %d", person, text, n, times)
		case time.Now().After(deadline):
			p.t.Fatalf("%s sees %q %d times, want %d:\n%s", person, text, n, times, page)
		}
		<-tick.C
	}
}

// TestKill: the demonstration is killed at any moment, and started again. Each
// question is answered once, each ticket opened once, the contact called once.
func TestKill(t *testing.T) {
	p := &program{t: t, data: t.TempDir()}
	p.start()
	random := rand.New(rand.NewPCG(2026, 11))
	for round := 1; round <= 5; round++ {
		for step, text := range []string{"phishing mail angeklickt und passwort eingegeben"} {
			id := fmt.Sprintf("message-%d-%d", round, step)
			sent := make(chan error, 1)
			go func() { sent <- p.say("cem", id, text) }()
			<-time.After(time.Duration(random.IntN(300)) * time.Millisecond)
			p.kill()
			first := <-sent
			p.start()
			if err := p.say("cem", id, text); err != nil {
				t.Fatalf("round %d: retry after %v: %v", round, first, err)
			}
		}
		// The first opens a ticket; for the others the bot asks whether it is the same matter.
		p.until("cem", "Ticket 1 ist offen.", 1)
		if round > 1 {
			p.until("cem", "Gehört das", round-1)
		}
		p.until("paul", "Von Cem Aydin", 1)
	}
}
