package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"ersthelfer/bot"
)

func platformReceives(t *testing.T, s *stage) {
	name := s.Platform.Name()
	m := s.hears(t, "anna", "Beamer in 204 zeigt kein Bild & piept <laut>")
	if m.Text != "Beamer in 204 zeigt kein Bild & piept <laut>" {
		t.Errorf("text is %q", m.Text)
	}
	if !strings.HasPrefix(m.ID, name+":") || m.In.Platform != name || m.From.Platform != name {
		t.Errorf("id %q, conversation %+v, user %+v do not name the platform %q", m.ID, m.In, m.From, name)
	}
	if m.From.ID != s.User("anna") || m.From.Bot || !m.Direct || m.Root != "" || m.Change != "" {
		t.Errorf("message is %+v, want a direct one of %q", m, s.User("anna"))
	}
	if m.At.IsZero() {
		t.Error("message has no time")
	}
	again, ben := s.hears(t, "anna", "noch etwas"), s.hears(t, "ben", "hello")
	if again.ID == m.ID || ben.ID == m.ID || ben.ID == again.ID {
		t.Errorf("ids %q, %q, %q are not unique", m.ID, again.ID, ben.ID)
	}
	if again.In != m.In || ben.In == m.In {
		t.Errorf("anna is in %+v and %+v, ben in %+v", m.In, again.In, ben.In)
	}
}

func platformAnswers(t *testing.T, s *stage) {
	s.hears(t, "ben", "hello")
	m := s.hears(t, "anna", "hallo")
	body := append(bot.Plain("Guten Morgen"), bot.Numbered([]string{"**Kabel** prüfen", "Neu starten"})...)
	ref, err := s.Platform.Send(t.Context(), bot.Post{Key: "1/1/anna", To: m.In, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(ref, s.Platform.Name()+":") {
		t.Errorf("ref %q does not begin with the platform's name", ref)
	}
	seen := s.only(t, "anna")
	for _, want := range []string{"Guten Morgen", "Kabel", "prüfen", "Neu starten"} {
		if !strings.Contains(seen.Text, want) {
			t.Errorf("%q is missing in %q", want, seen.Text)
		}
	}
	if seen.Ref != ref {
		t.Errorf("the post seen is %q, Send named it %q", seen.Ref, ref)
	}
	if got := s.Sees(t, "ben"); len(got) != 0 {
		t.Errorf("ben sees %+v", got)
	}
}

func platformTells(t *testing.T, s *stage) {
	s.sends(t, "anna", bot.Post{Key: "1/2/anna", Body: bot.Plain("Ticket 412 ist gelöst.")})
	if seen := s.only(t, "anna"); !strings.Contains(seen.Text, "Ticket 412 ist gelöst.") {
		t.Errorf("anna sees %q", seen.Text)
	}
}

func platformPostsOnce(t *testing.T, s *stage) {
	p := bot.Post{Key: "412/7/anna", Body: bot.Plain("Übernommen")}
	first, second := s.sends(t, "anna", p), s.sends(t, "anna", p)
	if first != second {
		t.Errorf("the same key is posted as %q and %q", first, second)
	}
	s.only(t, "anna")
	p.Key = "412/8/anna"
	if third := s.sends(t, "anna", p); third == first {
		t.Errorf("another key has the same ref %q", third)
	}
	if got := s.Sees(t, "anna"); len(got) != 2 {
		t.Errorf("anna sees %d posts, want 2", len(got))
	}
}

func platformPostsOnceInParallel(t *testing.T, s *stage) {
	refs := make([]string, 8)
	var wg sync.WaitGroup
	for i := range refs {
		wg.Go(func() {
			ref, err := s.Platform.Send(t.Context(), bot.Post{
				Key: "412/7/anna", User: s.User("anna"), Body: bot.Plain("Übernommen"),
			})
			if err != nil {
				t.Error(err)
			}
			refs[i] = ref
		})
	}
	wg.Wait()
	if slices.Sort(refs); refs[0] != refs[len(refs)-1] {
		t.Errorf("refs are %q, want only one", refs)
	}
	s.only(t, "anna")
}

func platformUndeliverable(t *testing.T, s *stage) {
	ref, err := s.Platform.Send(t.Context(), bot.Post{
		Key: "1/1/x", User: s.User("nobody"), Body: bot.Plain("Geheim"),
	})
	if !errors.Is(err, bot.ErrUndeliverable) {
		t.Errorf("sending to nobody returns %q, %v; want ErrUndeliverable", ref, err)
	}
}

func platformCuts(t *testing.T, s *stage) {
	limit := s.Platform.Traits().MaxText
	if limit == 0 {
		t.Skip("the platform has no limit")
	}
	const family = "👩\u200d👩\u200d👧"
	long := "Anfang " + strings.Repeat("ä"+family+"e\u0301", limit/4)
	s.sends(t, "anna", bot.Post{Key: "1/1/anna", Body: bot.Plain(long)})
	text := strings.TrimSpace(s.only(t, "anna").Text)
	if n := utf8.RuneCountInString(text); n > limit || n < limit/2 {
		t.Errorf("%d characters are shown of %d, the limit is %d", n, utf8.RuneCountInString(long), limit)
	}
	if !strings.HasPrefix(text, "Anfang") || !strings.HasSuffix(text, "…") || !utf8.ValidString(text) {
		t.Errorf("the text shown ends with %q", text[max(0, len(text)-20):])
	}
	rest := strings.TrimRight(strings.TrimSuffix(text, "…"), " ")
	for _, r := range []string{"ä", family, "e\u0301"} {
		rest = strings.ReplaceAll(rest, r, "")
	}
	if rest != "Anfang " && rest != "Anfang" {
		t.Errorf("a character was cut in two: what is left is %q", rest)
	}
}

func platformInert(t *testing.T, s *stage) {
	for i, text := range Hostile {
		for name, body := range map[string]bot.Rich{"plain": bot.Plain(text), "quoted": bot.Quoted(text)} {
			s.sends(t, "anna", bot.Post{
				Key:     fmt.Sprintf("1/%d/%s", i, name),
				Body:    append(bot.Plain("Anna schreibt:"), body...),
				Choices: []bot.Choice{{ID: "x", Label: strings.ReplaceAll(text, "\n", " ")}},
			})
			seen := s.Sees(t, "anna")
			last := seen[len(seen)-1]
			if len(last.Live) > 0 {
				t.Errorf("%s %q acts: %q", name, text, last.Live)
			}
			if !strings.Contains(last.Text, "Anna schreibt:") {
				t.Errorf("%s %q swallows the words around it: %q", name, text, last.Text)
			}
		}
	}
}

func platformOrder(t *testing.T, s *stage) {
	const each = 20
	var wg sync.WaitGroup
	for _, person := range []string{"anna", "ben"} {
		wg.Go(func() {
			for i := range each {
				s.Say(t, person, fmt.Sprint("Nachricht ", i))
			}
		})
	}
	next := map[string]int{}
	for range 2 * each {
		m := s.next(t)
		if want := fmt.Sprint("Nachricht ", next[m.From.ID]); m.Text != want {
			t.Errorf("%s: got %q, want %q", m.From.ID, m.Text, want)
		}
		next[m.From.ID]++
	}
	wg.Wait()
}

func platformGivesAgain(t *testing.T, s *stage) {
	failures := 2
	s.answering(func(context.Context, bot.Message) (bot.Receipt, error) {
		if failures > 0 {
			failures--
			return bot.Receipt{}, errors.New("disk is full")
		}
		return bot.Receipt{}, nil
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		s.Say(t, "anna", "eins")
		s.Say(t, "anna", "zwei")
	})
	first := s.next(t)
	for range 2 {
		if m := s.next(t); m.ID != first.ID || m.Text != "eins" {
			t.Errorf("after a failure comes %q %q, want %q again", m.ID, m.Text, first.ID)
		}
	}
	if m := s.next(t); m.Text != "zwei" {
		t.Errorf("then comes %q", m.Text)
	}
	wg.Wait()
}

func platformRedelivers(t *testing.T, s *stage) {
	if s.Redeliver == nil {
		t.Skip("the platform cannot be made to deliver again")
	}
	m := s.hears(t, "anna", "Drucker druckt nicht")
	s.Redeliver(t)
	// A platform may swallow the second delivery or pass it on under the same id.
	marker := s.hears(t, "anna", "danach")
	if marker.Text != "danach" {
		if marker.ID != m.ID || marker.Text != m.Text {
			t.Errorf("%q came again as %q %q", m.ID, marker.ID, marker.Text)
		}
		marker = s.next(t)
	}
	if marker.Text != "danach" {
		t.Errorf("then came %+v", marker)
	}
}

func platformReceipt(t *testing.T, s *stage) {
	s.hears(t, "ben", "hello")
	asked := make(chan struct{})
	once := sync.OnceFunc(func() { close(asked) })
	s.answering(func(_ context.Context, m bot.Message) (bot.Receipt, error) {
		if m.Text == "danach" {
			once()
		}
		return bot.Receipt{Private: bot.Plain("Das geht nicht: " + m.Text)}, nil
	})
	tr := s.Platform.Traits()
	if tr.Buttons {
		ref := s.sends(t, "anna", bot.Post{Key: "1/1/anna", Body: bot.Plain("Ticket 412"), Choices: helped})
		s.Press(t, "anna", ref, "412/helped")
	} else {
		s.Say(t, "anna", "drück")
	}
	s.next(t)
	s.Say(t, "anna", "danach") // when this one is handled, the receipt of the first has been shown
	wait(t, asked, "the message after the press")
	var shown []string
	if tr.Private {
		shown = s.Private(t, "anna")
	} else {
		for _, p := range s.Sees(t, "anna") {
			shown = append(shown, p.Text)
		}
	}
	if !slices.ContainsFunc(shown, func(text string) bool { return strings.Contains(text, "Das geht nicht:") }) {
		t.Errorf("anna was shown %q", shown)
	}
	for _, p := range s.Sees(t, "ben") {
		t.Errorf("ben sees %q", p.Text)
	}
	if tr.Private {
		if got := s.Private(t, "ben"); len(got) != 0 {
			t.Errorf("ben was shown %q", got)
		}
	}
}

func platformEnds(t *testing.T, s *stage) {
	handled := make(chan error, 1)
	s.answering(func(ctx context.Context, _ bot.Message) (bot.Receipt, error) {
		<-ctx.Done()
		handled <- ctx.Err()
		return bot.Receipt{}, ctx.Err()
	})
	go s.Say(t, "anna", "hallo")
	s.next(t)
	if err := s.stop(); err != nil {
		t.Errorf("Run returned %v, want nil at the end of its context", err)
	}
	select {
	case err := <-handled:
		if err == nil {
			t.Error("the handler's context did not end")
		}
	default:
		t.Error("Run returned before the handler did")
	}
}

func platformSendContext(t *testing.T, s *stage) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ref, err := s.Platform.Send(ctx, bot.Post{Key: "1/1/anna", User: s.User("anna"), Body: bot.Plain("zu spät")})
	if err == nil {
		t.Errorf("a send after the end of its context returned %q", ref)
	}
	if got := s.Sees(t, "anna"); len(got) != 0 {
		t.Errorf("anna sees %+v", got)
	}
}
