package mattermost_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/escalation"
)

// TestNobodyReacts is a contact who does not: when the time is over, the ticket
// goes to the provider, and the requester hears of it.
func TestNobodyReacts(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		d := newDay(t, w, nil)
		anna, mara, paul := d.player("anna"), d.player("mara"), d.player("paul")
		anna.say("beamer in 204 zeigt kein bild vom laptop")
		anna.presses(anna.reads("Windows-Taste"), "Hilft nicht")
		anna.presses(anna.reads("Läuft gerade Unterricht"), "Ja, Prüfung")
		anna.reads("Reaktion bis heute, 11:10 Uhr")
		call := mara.reads("Raum 204")
		d.ahead.Store(int64(61 * time.Minute))
		mara.reads("Frist überschritten")
		passed := paul.reads("Weitergegeben an Sie: Ticket 1")
		anna.reads("Ticket 1 liegt jetzt bei: Regio-IT")
		paul.presses(passed, "Übernehmen")
		anna.reads("hat Ticket 1 übernommen")
		mara.waitsForNoButtons(call)
	})
}

// TestTeamChannel is a contact that is a team: one post for a ticket in its
// channel, and everything about it in the thread.
func TestTeamChannel(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		room := w.Channels["it-support"]
		d := newDay(t, w, func(m *escalation.Model) {
			m.Parties = maps.Clone(m.Parties)
			party := *m.Parties["kontakt-nord"]
			party.Channel = "mattermost:" + room
			m.Parties["kontakt-nord"] = &party
		})
		anna, tom := d.player("anna"), d.player("tom")
		anna.sayIn(w.Channels["lehrerzimmer"], "@"+w.Bot+" beamer in 204 zeigt kein bild vom laptop")
		answer := anna.reads("Windows-Taste")
		if answer.ChannelId != w.Channels["lehrerzimmer"] || answer.RootId == "" {
			t.Errorf("answered in %s, thread %q", answer.ChannelId, answer.RootId)
		}
		anna.presses(answer, "Hilft nicht")
		anna.presses(anna.reads("Läuft gerade Unterricht"), "Ja, Prüfung")
		anna.reads("Ticket 1 ist offen")
		call := tom.readsIn(room, "Raum 204")
		if call.ChannelId != room || call.RootId != "" {
			t.Errorf("called in %s, thread %q", call.ChannelId, call.RootId)
		}
		tom.presses(call, "Übernehmen")
		anna.reads("Tom Becker hat Ticket 1 übernommen.")
		tom.replyTo(call, "Adapter ist hin")
		if note := tom.readsIn(room, "Notiz"); note.RootId != call.Id {
			t.Errorf("the note is confirmed outside of the thread: %+v", note.Message)
		}
		tom.replyTo(call, "an lehrkraft: Welchen Adapter nehmen Sie?")
		told := anna.readsIn(w.Channels["lehrerzimmer"], "Welchen Adapter nehmen Sie?")
		if told.RootId != answer.RootId || strings.Contains(told.Message, "lehrkraft:") {
			t.Errorf("the answer is told in thread %q: %q", told.RootId, told.Message)
		}
		photo := must(anna.UploadFile(t.Context(), []byte("bild"), told.ChannelId, "adapter.png"))(t).FileInfos[0]
		anna.post(&model.Post{ChannelId: told.ChannelId, RootId: told.RootId, Message: "den weißen", FileIds: []string{photo.Id}})
		back := tom.readsIn(room, "den weißen")
		if back.RootId != call.Id || !strings.Contains(back.Message, "adapter") || !strings.Contains(back.Message, "/api/v4/files/"+photo.Id) {
			t.Errorf("what the requester says comes in thread %q as %q", back.RootId, back.Message)
		}
		tom.replyTo(call, "lösen 1 Adapter getauscht")
		solved := anna.readsIn(w.Channels["lehrerzimmer"], "Adapter getauscht")
		if solved.RootId != answer.RootId {
			t.Errorf("the solution is told outside of the thread: %q", solved.Message)
		}
		anna.post(&model.Post{ChannelId: solved.ChannelId, RootId: solved.RootId, Message: "ja"})
		anna.reads("Wie zufrieden")
		if got := d.status(1); got == escalation.StatusOpen {
			t.Errorf("ticket 1 is %s", got)
		}
		for _, post := range anna.botPosts(w.Channels["lehrerzimmer"], answer.RootId) {
			if strings.Contains(post.Message, "ist hin") {
				t.Error("an internal note is told to the requester")
			}
		}
	})
}

// waitsForNoButtons waits until the buttons of a post are gone.
func (p *player) waitsForNoButtons(post *model.Post) {
	p.t.Helper()
	for deadline := time.Now().Add(hung); time.Now().Before(deadline); {
		if len(actions(p.sees("mattermost:"+post.Id))) == 0 {
			return
		}
	}
	p.t.Fatalf("%s still sees buttons at %q", p.name, post.Message)
}

// fills waits for a form, fills it in and sends it as the chat does.
func (p *player) fills(channel string, values map[string]string) {
	p.t.Helper()
	form := await(p.t, p.ear.forms, p.name+" to get a form")
	if got := p.send(p.t, form, channel, values); got.Error != "" || len(got.Errors) > 0 {
		p.t.Fatalf("the form %q is answered %+v", form.Dialog.Title, got)
	}
}

// told waits for a sentence that nobody else sees.
func (p *player) told(words string) {
	p.t.Helper()
	for {
		if strings.Contains(await(p.t, p.ear.whisper, p.name+" to be told "+words), words) {
			return
		}
	}
}

// TestEveryButton presses every button that a contact has, and fills every form.
func TestEveryButton(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		d := newDay(t, w, nil)
		anna, mara, paul := d.player("anna"), d.player("mara"), d.player("paul")
		anna.say("beamer zeigt kein bild vom laptop")
		anna.presses(anna.reads("Windows-Taste"), "Hilft nicht")
		anna.presses(anna.reads("Läuft gerade Unterricht"), "Alles")
		anna.fills(anna.direct(), map[string]string{"place": "204", "urgency": "lesson"})
		anna.reads("Ticket 1 ist offen")
		call := mara.reads("Raum 204")
		for _, label := range []string{"Übernehmen", "Antworten", "Rückfrage", "Weitergeben", "Gelöst"} {
			if !slices.ContainsFunc(actions(call), func(a *model.PostAction) bool { return strings.Contains(a.Name, label) }) {
				t.Errorf("no button %q", label)
			}
		}
		mara.presses(call, "Übernehmen")
		mara.told("Ticket 1 übernommen")
		anna.reads("Mara Yilmaz hat Ticket 1 übernommen.")
		d.is(1, escalation.StatusOpen)

		mara.presses(call, "Antworten")
		mara.fills(mara.direct(), map[string]string{"text": "Ich komme @" + anna.name + " *sofort*"})
		if _, live := looks(anna.reads("Ich komme").Message); len(live) > 0 {
			t.Errorf("what Mara wrote acts: %q", live)
		}

		mara.presses(call, "Rückfrage")
		mara.fills(mara.direct(), map[string]string{"text": "Welcher Adapter?"})
		anna.reads("Welcher Adapter?")
		d.is(1, escalation.StatusPending)
		anna.say("Der weiße")
		anna.reads("dazugeschrieben")
		reply := mara.reads("Der weiße") // the buttons are at the newest post

		mara.replyTo(call, "Adapter ist wohl hin")
		note := mara.reads("interne Notiz")
		if note.RootId != call.Id {
			t.Errorf("the note is confirmed in the thread %q", note.RootId)
		}
		mara.presses(note, "senden")
		anna.reads("Adapter ist wohl hin")

		mara.presses(reply, "Weitergeben")
		anna.reads("Ticket 1 liegt jetzt bei")
		passed := paul.reads("Weitergegeben an Sie")
		paul.presses(passed, "Gelöst")
		paul.fills(paul.direct(), map[string]string{"text": "Adapter getauscht"})
		anna.presses(anna.reads("Adapter getauscht"), "Nein, wieder öffnen")
		anna.reads("wieder offen")
		paul.presses(paul.reads("wieder offen"), "Gelöst")
		paul.fills(paul.direct(), map[string]string{"text": "Kabel getauscht"})
		anna.presses(anna.reads("Kabel getauscht"), "Ja")
		anna.presses(anna.reads("Wie zufrieden"), "Sehr gut")
		anna.reads("Danke")
		d.is(1, escalation.StatusClosed)
		if lines := w.complaints(t); len(lines) > 0 {
			t.Errorf("the server complains: %s", lines[0])
		}
	})
}
