package mattermost_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
	"ersthelfer/bot/mattermost"
)

var offered = []bot.Choice{
	{ID: "412/7/helped", Label: "Hat geholfen", Strong: true},
	{ID: "412/7/not-helped", Label: "Hilft nicht"},
	{ID: "412/7/other", Label: "Etwas anderes"},
}

func byChoice(choice string) func(bot.Message) bool {
	return func(m bot.Message) bool { return m.Choice == choice }
}

func TestPress(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		b.reply(func(m bot.Message) (bot.Receipt, error) {
			return bot.Receipt{Private: bot.Plain("Das *geht* nicht")}, nil
		})
		anna := w.newcomer(t, "drueck")
		ear := anna.listen()
		ref := b.send(t, bot.Post{Key: "1", User: anna.id, Body: bot.Plain("Hat das geholfen?"), Choices: offered})
		post := anna.sees(ref)
		var labels []string
		for _, a := range actions(post) {
			labels = append(labels, a.Name+"/"+a.Style)
		}
		if diff := cmp.Diff([]string{"1 Hat geholfen/primary", "2 Hilft nicht/", "3 Etwas anderes/"}, labels); diff != "" {
			t.Error(diff)
		}
		if err := anna.press(post, "2 Hilft nicht"); err != nil {
			t.Fatal(err)
		}
		m := b.find(t, "the press", byChoice("412/7/not-helped"))
		if m.From.ID != anna.id || m.Post != ref || m.In != to(anna.direct(), "") || !m.Direct || m.Text != "" {
			t.Errorf("pressed: %+v", m)
		}
		if got := await(t, ear.whisper, "the receipt"); got != `Das \*geht\* nicht` {
			t.Errorf("whispered %q", got)
		}
		if err := anna.press(post, "2 Hilft nicht"); err != nil {
			t.Fatal(err)
		}
		if got := await(t, ear.whisper, "the answer to a double press"); got != "schon getan" {
			t.Errorf("whispered %q", got)
		}
		if n := b.count(byChoice("412/7/not-helped")); n != 1 {
			t.Errorf("a double press has %d effects", n)
		}
	})
}

func TestMenu(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		anna := w.newcomer(t, "menue")
		ear := anna.listen()
		var many []bot.Choice
		for i := range 7 {
			many = append(many, bot.Choice{ID: fmt.Sprintf("9/1/a%d", i), Label: fmt.Sprintf("Schule %d", i)})
		}
		ref := b.send(t, bot.Post{Key: "1", User: anna.id, Body: bot.Plain("Welche Schule?"), Choices: many})
		post := anna.sees(ref)
		menu := actions(post)
		if len(menu) != 1 || menu[0].Type != "select" || len(menu[0].Options) != 7 || menu[0].Options[6].Text != "7 Schule 6" {
			t.Fatalf("menu %+v", menu)
		}
		// The server does not check that an option exists.
		for option, want := range map[string]string{"9/1/a5": "", "412/7/helped": "nicht Ihrs"} {
			if _, err := anna.DoPostActionWithCookie(t.Context(), post.Id, menu[0].Id, option, ""); err != nil {
				t.Fatal(err)
			}
			if want == "" {
				b.find(t, "the choice", byChoice(option))
			} else if got := await(t, ear.whisper, "the refusal"); got != want || b.count(byChoice(option)) > 0 {
				t.Errorf("%s: whispered %q", option, got)
			}
		}
	})
}

func TestEdit(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		anna := w.newcomer(t, "edit")
		ref := b.send(t, bot.Post{Key: "1", User: anna.id, Body: bot.Plain("Hat das geholfen?"), Choices: offered})
		before := anna.sees(ref)
		if err := b.Edit(t.Context(), ref, bot.Post{Key: "1b", Body: bot.Plain("Und jetzt?"), Choices: offered[1:2]}); err != nil {
			t.Fatal(err)
		}
		after := anna.sees(ref)
		if after.Message != "Und jetzt?" || len(actions(after)) != 1 || after.GetProp("from_bot") != "true" {
			t.Errorf("edited to %q with %d buttons, from_bot %v", after.Message, len(actions(after)), after.GetProp("from_bot"))
		}
		if err := anna.press(after, "1 Hilft nicht"); err != nil {
			t.Errorf("a button that stays does not work any more: %v", err)
		}
		b.find(t, "the press", byChoice("412/7/not-helped"))
		if err := anna.press(before, "1 Hat geholfen"); err == nil || b.count(byChoice("412/7/helped")) > 0 {
			t.Errorf("a button that is gone works: %v", err)
		}
		if err := b.Edit(t.Context(), ref, bot.Post{Body: bot.Plain("Gelöst")}); err != nil {
			t.Fatal(err)
		}
		if got := anna.sees(ref); got.Message != "Gelöst" || len(actions(got)) != 0 {
			t.Errorf("edited to %q with %d buttons", got.Message, len(actions(got)))
		}
		// An edited post is still the post of its key.
		again, _ := mattermost.New(b.o)
		if same, err := again.Send(t.Context(), bot.Post{Key: "1", User: anna.id, Body: bot.Plain("doppelt")}); err != nil || same != ref {
			t.Errorf("sent again as %q, %v; want %q", same, err, ref)
		}
	})
}

var form = &bot.Form{
	ID: "412/9/solve", Title: "Ticket 412 lösen, und zwar ganz", Submit: "Gelöst",
	Fields: []bot.Field{
		{Name: "text", Label: "Was wurde getan, bitte genau?", Hint: "Liest die Lehrkraft.", Long: true},
		{Name: "kind", Label: "Art", Options: []bot.Option{{Value: "hw", Label: "Gerät"}, {Value: "sw", Label: "Programm"}}},
		{Name: "note", Label: "Notiz", Optional: true},
	},
}

func TestForm(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		b.reply(func(m bot.Message) (bot.Receipt, error) {
			if m.Form["text"] == "nix" {
				return bot.Receipt{Errors: map[string]string{"text": "Bitte genauer."}}, nil
			}
			return bot.Receipt{Private: bot.Plain("Danke.")}, nil
		})
		mara, ben := w.newcomer(t, "mara"), w.newcomer(t, "ben")
		ear := mara.listen()
		ref := b.send(t, bot.Post{Key: "1", User: mara.id, Body: bot.Plain("Ticket 412"), Choices: []bot.Choice{{ID: "412/9/s", Label: "Gelöst", Form: form}}})
		if err := mara.press(mara.sees(ref), "1 Gelöst"); err != nil {
			t.Fatal(err)
		}
		open := await(t, ear.forms, "the form")
		if open.Dialog.IsValid() != nil || open.Dialog.Title != "Ticket 412 lösen, u …" || len(open.Dialog.Elements) != 3 {
			t.Errorf("form %q %+v, valid: %v", open.Dialog.Title, open.Dialog.Elements, open.Dialog.IsValid())
		}
		direct := mara.direct()
		good := map[string]string{"text": "Adapter getauscht", "kind": "hw"}
		for _, step := range []struct {
			name   string
			who    *person
			in     string
			values map[string]string
			change func(*model.OpenDialogRequest)
			errs   map[string]string
			err    string
		}{
			{name: "required", who: mara, in: direct, values: map[string]string{"kind": "hw"}, errs: map[string]string{"text": "ungültig"}},
			{name: "no option", who: mara, in: direct, values: map[string]string{"text": "x", "kind": "rm -rf"}, errs: map[string]string{"kind": "ungültig"}},
			{name: "too long", who: mara, in: direct, values: map[string]string{"text": strings.Repeat("ä", 3001), "kind": "hw"}, errs: map[string]string{"text": "ungültig"}},
			{name: "the bot objects", who: mara, in: direct, values: map[string]string{"text": "nix", "kind": "hw"}, errs: map[string]string{"text": "Bitte genauer."}},
			{name: "another user", who: ben, in: ben.direct(), values: good, err: "nicht Ihrs"},
			{name: "another channel", who: mara, in: w.Channels["lehrerzimmer"], values: good, err: "nicht Ihrs"},
			{name: "another form", who: mara, in: direct, values: good, change: func(r *model.OpenDialogRequest) { r.Dialog.CallbackId = "412/10/erase" }, err: "nicht Ihrs"},
			{name: "state changed", who: mara, in: direct, values: good, change: func(r *model.OpenDialogRequest) { r.Dialog.State = "x" + r.Dialog.State }, err: "nicht Ihrs"},
			{name: "no state", who: mara, in: direct, values: good, change: func(r *model.OpenDialogRequest) { r.Dialog.State = "" }, err: "nicht Ihrs"},
			{name: "good", who: mara, in: direct, values: good},
			{name: "sent again", who: mara, in: direct, values: good, err: "schon getan"},
		} {
			if step.who == mara && step.in != direct {
				must(w.admin().AddChannelMember(t.Context(), step.in, mara.id))(t)
			}
			sent := open
			if step.change != nil {
				step.change(&sent)
			}
			got := step.who.send(t, sent, step.in, step.values)
			if step.name == "another user" {
				// Past the server, anybody may say to be in Mara's conversation.
				if forged := postForm(t, sent, ben.id, direct, good); forged.Error != step.err {
					t.Errorf("sent past the server: %+v", forged)
				}
			}
			if diff := cmp.Diff(step.errs, got.Errors); diff != "" || got.Error != step.err {
				t.Errorf("%s: error %q, want %q; errors %s", step.name, got.Error, step.err, diff)
			}
		}
		m := b.find(t, "the form", func(m bot.Message) bool { return m.Form["kind"] == "hw" && m.Form["text"] != "nix" })
		if m.Choice != form.ID || m.Post != ref || m.From.ID != mara.id || m.Form["text"] != "Adapter getauscht" || m.In != to(direct, "") {
			t.Errorf("sent %+v", m)
		}
		if n := b.count(byChoice(form.ID)); n != 2 {
			t.Errorf("%d forms reached the bot, want the one it objected to and the good one", n)
		}
	})
}

// postForm sends a form to the bot itself, as anybody could who reaches it.
func postForm(t *testing.T, form model.OpenDialogRequest, user, channel string, values map[string]string) (out model.SubmitDialogResponse) {
	t.Helper()
	sent := map[string]any{}
	for k, v := range values {
		sent[k] = v
	}
	data, err := json.Marshal(model.SubmitDialogRequest{
		CallbackId: form.Dialog.CallbackId, State: form.Dialog.State, UserId: user, ChannelId: channel, Submission: sent,
	})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(form.URL, "application/json", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCommand(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		o, serve := w.options(t)
		probe, err := mattermost.New(o)
		if err != nil {
			t.Fatal(err)
		}
		serve(probe.Handler())
		for range 2 { // the second time nothing is left to do
			report := mattermost.Setup(t.Context(), mattermost.SetupOptions{Options: o, Admin: w.Admin, Description: "IT-Hilfe"})
			if report.Bot != w.Bot || report.Tokens[w.Team] == "" {
				t.Fatalf("report %+v", report)
			}
			o.CommandTokens = []string{report.Tokens[w.Team]}
		}
		b := w.run(t, o, serve, newHearing())
		anna := w.person(t, "anna")
		room := w.Channels["lehrerzimmer"]
		got := must(anna.ExecuteCommand(t.Context(), room, "/ersthelfer der Drucker *streikt*"))(t)
		if got.Text != "siehe direkt" || got.ResponseType == model.CommandResponseTypeInChannel {
			t.Errorf("answered %+v", got)
		}
		m := b.find(t, "the command", func(m bot.Message) bool { return m.Text == "der Drucker *streikt*" })
		if m.In != to(anna.direct(), "") || !m.Direct || m.From.ID != anna.id {
			t.Errorf("commanded %+v", m)
		}
		if got := must(anna.ExecuteCommand(t.Context(), room, "/ersthelfer"))(t); got.Text != "so geht es" {
			t.Errorf("answered %q to nothing", got.Text)
		}
		if got := must(anna.ExecuteCommandWithTeam(t.Context(), anna.direct(), w.TeamID, "/ersthelfer status"))(t); got.Text != "siehe direkt" {
			t.Errorf("answered %q in the direct conversation", got.Text)
		}
		wrong := url.Values{"token": {"falsch"}, "user_id": {anna.id}, "text": {"geheim"}, "trigger_id": {"x"}}
		for _, token := range []string{"falsch", "", o.CommandTokens[0]} {
			wrong.Set("token", token)
			resp, err := http.PostForm(o.Callback+"/command", wrong)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if !strings.Contains(string(body), "nicht Ihrs") || b.count(func(m bot.Message) bool { return m.Text == "geheim" }) > 0 {
				t.Errorf("a forged command is answered %q", body)
			}
		}
	})
}

// TestSlowHandler is a store that takes its time: the server gets its answer
// at once, and the receipt comes later.
func TestSlowHandler(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		free := make(chan struct{})
		b.reply(func(bot.Message) (bot.Receipt, error) {
			<-free
			return bot.Receipt{Private: bot.Plain("Es ist schon vergeben.")}, nil
		})
		anna := w.newcomer(t, "lang")
		ref := b.send(t, bot.Post{Key: "1", User: anna.id, Body: bot.Plain("Hm?"), Choices: offered})
		ear := anna.listen()
		if err := anna.press(anna.sees(ref), "1 Hat geholfen"); err != nil {
			t.Fatal(err) // the server was answered before free is closed
		}
		close(free)
		for {
			if data := await(t, ear.posted, "the receipt"); strings.Contains(data["post"].(string), "Es ist schon vergeben.") {
				return
			}
		}
	})
}
