package bot_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/knowledge"
	"ersthelfer/knowledge/knowledgetest"
)

// TestObserve plays conversations, each also with a restart before every line, and looks at what the library knows then.
func TestObserve(t *testing.T) {
	for _, tt := range []struct {
		name, play, want string
	}{
		{"helped", "anna> papierstau im kopierer; anna> hat geholfen", "1/1 answer papierstau helped: papierstau im kopierer"},
		{"shown and left", "anna> papierstau im kopierer", "1/1 answer papierstau : papierstau im kopierer"},
		{"not helped", "anna> papierstau im kopierer; anna> 2; anna> nein", "1/1 answer papierstau not_helped: papierstau im kopierer"},
		{"something else", "anna> papierstau im kopierer; anna> 3", "1/1 answer papierstau not_helped: papierstau im kopierer"},
		{"nothing fits", "anna> der hausmeister soll die heizung anmachen; anna> ja", "1/1 none  : der hausmeister soll die heizung anmachen"},
		{
			"nothing fits, then other words",
			"anna> der hausmeister soll die heizung anmachen; anna> 2; anna> papierstau im kopierer; anna> 1",
			"1/1 none  : der hausmeister soll die heizung anmachen\n1/2 answer papierstau helped: papierstau im kopierer",
		},
		{"the same message twice", "anna> papierstau im kopierer; again; anna> 1; again", "1/1 answer papierstau helped: papierstau im kopierer"},
		{"a person at once", "anna> mensch", ""},
		{"a greeting", "anna> hallo", ""},
		{"another language", "anna> yazıcı çalışmıyor lütfen bana yardım edin", ""},
		{
			"came back with the same",
			"anna> papierstau im kopierer; anna> 1; clock +48h; anna> papierstau im kopierer",
			"1/1 answer papierstau came_back: papierstau im kopierer\n2/1 answer papierstau : papierstau im kopierer",
		},
		{
			"asked again after weeks",
			"anna> papierstau im kopierer; anna> 1; clock +400h; anna> papierstau im kopierer",
			"1/1 answer papierstau helped: papierstau im kopierer\n2/1 answer papierstau : papierstau im kopierer",
		},
		{
			"somebody else asks the same",
			"anna> papierstau im kopierer; anna> 1; clock +48h; mara> papierstau im kopierer",
			"1/1 answer papierstau helped: papierstau im kopierer\n2/1 answer papierstau : papierstau im kopierer",
		},
	} {
		for _, restarts := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s restarts=%t", tt.name, restarts), func(t *testing.T) {
				p := newPlay(t)
				p.place = tt.name
				kept, own := new(knowledgetest.Memory), new(bottest.Memory)
				p.start(kept, own)
				for line := range strings.SplitSeq(tt.play, "; ") {
					if restarts {
						p.start(kept, own)
					}
					p.line(line)
				}
				if diff := cmp.Diff(tt.want, observations(t, kept)); diff != "" {
					t.Errorf("observed (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestObserveChoice lets somebody choose among articles.
func TestObserveChoice(t *testing.T) {
	for _, tt := range []struct{ pick, want string }{
		{"anna> 2", "1/1 choose 2nd :"},
		{"anna> [none]", "1/1 none  :"},
	} {
		p := newPlay(t)
		p.place = tt.pick
		kept := new(knowledgetest.Memory)
		p.start(kept, new(bottest.Memory))
		p.line("anna> drucker geht nicht")
		before := strings.Fields(observations(t, kept))
		if len(before) < 3 || before[1] != "choose" {
			t.Fatalf("nothing to choose from: %q", before)
		}
		second := strings.Split(before[2], ",")[1]
		p.line(tt.pick)
		got := observations(t, kept)
		if want := strings.ReplaceAll(tt.want, "2nd", second); !strings.HasPrefix(strings.ReplaceAll(got, ",", " "), strings.TrimSuffix(want, " :")) {
			t.Errorf("%s: observed %q, want %q", tt.pick, got, want)
		}
	}
}

// TestArticleOfTheSchool shows the text that a school has put into an article.
func TestArticleOfTheSchool(t *testing.T) {
	p := newPlay(t)
	kept := new(knowledgetest.Memory)
	library := p.start(kept, new(bottest.Memory))
	local := knowledge.Local{Note: "Der Schlüssel liegt im Sekretariat."}
	if err := library.Localise(t.Context(), "mara", "papierstau", "gs-nord", local); err != nil {
		t.Fatal(err)
	}
	p.line("anna> papierstau im kopierer")
	p.hears("anna", local.Note)
	p.line("bernd> papierstau im kopierer")
	posts := p.chat.Posts("bernd")
	if said := posts[len(posts)-1].Body.String(); strings.Contains(said, local.Note) {
		t.Errorf("another school reads it too: %s", said)
	}
}

// TestScheduledArticle lets the loop publish what is due.
func TestScheduledArticle(t *testing.T) {
	p := newPlay(t)
	library := p.start(new(knowledgetest.Memory), new(bottest.Memory))
	a := knowledge.Article{
		ID: "heizung", Title: "Heizung bleibt kalt", Room: "praesentation",
		Questions: []string{"die heizung ist kalt", "heizung geht nicht an", "im raum ist es eiskalt"}, Steps: []string{"Drehen Sie auf."},
	}
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(library.Save(t.Context(), "mara", a, knowledge.Edit{}))
	must(library.Submit(t.Context(), "mara", a.ID, ""))
	must(library.Schedule(t.Context(), "mara", a.ID, knowledge.Plan{Publish: p.now.Add(time.Hour)}))
	next, err := p.bot.Work(t.Context())
	if err != nil || !next.Equal(p.now.Add(time.Hour)) {
		t.Errorf("the loop wants to look again at %v, %v", next, err)
	}
	if _, ok := library.Article(a.ID); ok {
		t.Error("it is in force at once")
	}
	p.line("clock +1h")
	if _, ok := library.Article(a.ID); !ok {
		t.Error("it is not in force when it should be")
	}
}

// start starts the bot anew, over a library and a store that last.
func (p *play) start(kept knowledge.Store, own bot.Store) *knowledge.Library {
	p.t.Helper()
	articles, err := knowledge.Starter()
	p.check(err)
	i := 0
	for _, a := range articles { // few, so that the index is there soon
		if a.Room == "drucken" {
			articles[i] = a
			i++
		}
	}
	l, err := knowledge.OpenLibrary(p.t.Context(), kept, articles[:i], knowledge.LibraryOptions{
		Now: func() time.Time { return p.now }, May: mayCurate,
	})
	p.check(err)
	p.bot, err = bot.New(bot.Options{
		Desk: p.desk, Library: l, Store: own, Platforms: []bot.Platform{p.chat}, People: cast(),
	})
	p.check(err)
	p.library = l
	return l
}

// mayCurate lets mara, a contact, and wanda, who sees no tickets of that school, edit; tom is a contact and no
// more, paul solves tickets for the provider.
func mayCurate(by knowledge.Person, a knowledge.Action, _ string) bool {
	return by == "mara" || by == "wanda" || by == "tom" && knowledge.Can(knowledge.RoleContact, a) ||
		by == "paul" && knowledge.Can(knowledge.RoleHelper, a)
}

// observations returns what the store has observed, a line each.
func observations(t *testing.T, kept knowledge.Store) string {
	t.Helper()
	var lines []string
	err := kept.View(t.Context(), func(tx knowledge.Tx) error {
		for item := range tx.Scan(knowledge.ShelfObservations, "") {
			var o knowledge.Observation
			if err := json.Unmarshal(item.Value, &o); err != nil {
				return err
			}
			if o.School == "" || o.At.IsZero() {
				t.Errorf("%s lacks school or time", o.Key)
			}
			lines = append(lines, fmt.Sprintf("%s %s %s %s: %s", o.Key, o.Outcome, strings.Join(o.Articles, ","), o.Helped, o.Text))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
