package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"unicode"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
)

var people = []bot.User{{ID: "anna", Name: "Anna Weber"}, {ID: "ben", Name: "Ben Carter"}}

// A buffer is an output that can be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestPlatform(t *testing.T) {
	for _, bold := range []bool{false, true} {
		t.Run(fmt.Sprint("bold ", bold), func(t *testing.T) {
			bottest.TestPlatform(t, func(t *testing.T) bottest.Harness { return harness(t, bold) })
		})
	}
}

func harness(t *testing.T, bold bool) bottest.Harness {
	in, say := io.Pipe()
	t.Cleanup(func() { _ = say.Close() })
	out := new(buffer)
	p := New(Options{In: in, Out: out, People: people, Prompt: true, Bold: bold})
	var mu sync.Mutex // two lines belong together
	return bottest.Harness{
		Platform: p,
		User:     func(person string) string { return person },
		Say: func(t *testing.T, person, text string) {
			mu.Lock()
			defer mu.Unlock()
			if _, err := fmt.Fprintf(say, "/as %s\n%s\n", person, text); err != nil && t.Context().Err() == nil {
				t.Errorf("say %q: %v", text, err)
			}
		},
		Sees: func(_ *testing.T, person string) []bottest.Seen { return seen(p, out.String(), person) },
	}
}

// seen reads the posts to a person from what was written.
func seen(p *Platform, out, person string) []bottest.Seen {
	out = strings.NewReplacer("anna> ", "", "ben> ", "").Replace(out)
	var all []bottest.Seen
	number, current := 0, ""
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			number++
			if current = strings.Trim(line, "[]"); current == person {
				all = append(all, bottest.Seen{Ref: fmt.Sprintf("console:%s-%d", p.session, number)})
			}
			continue
		}
		if text, ok := strings.CutPrefix(line, "  "); ok && current == person {
			last := &all[len(all)-1]
			last.Text += text + "\n"
			plain := strings.NewReplacer(boldOn, "", boldOff, "").Replace(text)
			if strings.ContainsFunc(plain, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) {
				last.Live = append(last.Live, plain)
			}
		}
	}
	return all
}

// echo answers everything with what was said.
func echo(p *Platform) bot.Handler {
	return func(ctx context.Context, m bot.Message) (bot.Receipt, error) {
		_, err := p.Send(ctx, bot.Post{
			Key: m.ID, To: m.In,
			Body:    append(bot.Parse("**Hallo** "+m.From.Name, nil), bot.Quoted(m.Text)...),
			Choices: []bot.Choice{{ID: "ok", Label: "Danke"}},
		})
		return bot.Receipt{}, err
	}
}

func TestTranscript(t *testing.T) {
	tests := []struct {
		name string
		in   string
		o    Options
		want string
	}{
		{
			"pipe", "beamer kaputt\n\n/as ben\nhello \x1b[1m\n/exit\nlate", Options{},
			"anna> beamer kaputt\n[anna]\n  Hallo Anna Weber\n  > beamer kaputt\n  [1] Danke\n" +
				"anna> /as ben\nben> hello ␛[1m\n[ben]\n  Hallo Ben Carter\n  > hello ␛[1m\n  [1] Danke\nben> /exit\n",
		},
		{
			"terminal", "eins\n/as otto\n", Options{Prompt: true, Bold: true},
			"anna> [anna]\n  \x1b[1mHallo\x1b[22m Anna Weber\n  > eins\n  [1] Danke\nanna> /as anna | ben\nanna> ",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out := new(buffer)
			test.o.In, test.o.Out, test.o.People = strings.NewReader(test.in), out, people
			p := New(test.o)
			if err := p.Run(t.Context(), echo(p)); err != nil {
				t.Fatal(err)
			}
			if got := out.String(); got != test.want {
				t.Errorf("output:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}

func TestSettleComesBeforeTheNextLine(t *testing.T) {
	out := new(buffer)
	p := New(Options{In: strings.NewReader("eins\nzwei\n"), Out: out, People: people, Settle: func(context.Context) error {
		_, err := io.WriteString(out, "settled\n")
		return err
	}})
	h := func(context.Context, bot.Message) (bot.Receipt, error) { return bot.Receipt{}, nil }
	if err := p.Run(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if want := "anna> eins\nsettled\nanna> zwei\nsettled\n"; out.String() != want {
		t.Errorf("output %q, want %q", out.String(), want)
	}
}

func TestErrors(t *testing.T) {
	long := New(Options{In: strings.NewReader(strings.Repeat("x", longestLine+1)), Out: io.Discard, People: people})
	if err := long.Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "read line") {
		t.Errorf("a line without end: %v", err)
	}
	r, w := io.Pipe()
	_ = r.Close()
	closed := New(Options{Out: w, People: people})
	post := bot.Post{Key: "k", User: "anna", Body: bot.Plain("x")}
	if _, err := closed.Send(t.Context(), post); !errors.Is(err, bot.ErrUndeliverable) {
		t.Errorf("output that is closed: %v", err)
	}
}

func TestPostBesideThePrompt(t *testing.T) {
	out := new(buffer)
	p := New(Options{Out: out, People: people, Prompt: true})
	p.prompt(people[0])
	if _, err := p.Send(t.Context(), bot.Post{User: "ben", Body: bot.Plain("Erinnerung")}); err != nil {
		t.Fatal(err)
	}
	p.repeat(people[0], "eins")
	if _, err := p.Send(t.Context(), bot.Post{User: "anna", Body: bot.Plain("Antwort")}); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "anna> \n[ben]\n  Erinnerung\nanna> [anna]\n  Antwort\n"; got != want {
		t.Errorf("output is %q, want %q", got, want)
	}
}
