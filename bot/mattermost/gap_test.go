package mattermost_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
)

// TestErasedMark is data retention that takes the post at which reading stopped.
func TestErasedMark(t *testing.T) {
	t.Parallel()
	w := fakeWorld(t)
	o, serve := w.options(t)
	anna := w.newcomer(t, "alt")
	b := w.run(t, o, serve, newHearing())
	last := anna.say("eins")
	b.of(t, last)
	b.stop()
	mark := fmt.Sprintf(`{"after":%q,"at":%d,"newest":%[2]d}`, last.Id, last.CreateAt)
	err := o.Store.Change(t.Context(), bot.Marks, "mattermost:"+last.ChannelId, func([]byte) ([]byte, error) { return []byte(mark), nil })
	if err != nil {
		t.Fatal(err)
	}
	w.fake.Erase(last.Id)
	again := w.run(t, o, serve, newHearing())
	again.of(t, anna.say("zwei"))
	if len(again.all) != 1 {
		t.Errorf("heard %v", again.all)
	}
}

// TestLateNeighbour is a post that turns up behind another that is already read.
func TestLateNeighbour(t *testing.T) {
	t.Parallel()
	w := fakeWorld(t)
	b := w.start(t)
	anna := w.newcomer(t, "spät")
	first := anna.say("eins")
	second := anna.say("zwei")
	b.of(t, second)
	late := w.fake.Insert(anna.id, anna.direct(), "dazwischen", first.CreateAt+1)
	b.find(t, "the late one", func(m bot.Message) bool { return m.ID == "mattermost:"+late })
	if len(b.all) != 3 {
		t.Errorf("heard %v", b.all)
	}
}

// TestFirstMoment is a message in the very millisecond of the first start: the
// server tells its time in whole seconds, and gives posts theirs in thousandths.
func TestFirstMoment(t *testing.T) {
	t.Parallel()
	w := fakeWorld(t)
	b := w.start(t)
	data, err := b.o.Store.Read(t.Context(), bot.Marks, "mattermost:since:"+w.BotID)
	if err != nil {
		t.Fatal(err)
	}
	since, err := strconv.ParseInt(string(data), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	second := (since + 999) / 1000 * 1000
	anna := w.newcomer(t, "erste")
	id := w.fake.Insert(anna.id, anna.direct(), "im ersten Augenblick", second)
	b.find(t, "the first message", func(m bot.Message) bool { return m.ID == "mattermost:"+id })
}

// TestCutEdits are changes while nobody hears.
func TestCutEdits(t *testing.T) {
	t.Parallel()
	w := fakeWorld(t)
	o, serve := w.options(t)
	anna := w.newcomer(t, "ändert")
	b := w.run(t, o, serve, newHearing())
	edited, deleted := anna.say("eins"), anna.say("zwei")
	b.of(t, deleted)
	b.stop()
	text := "eins, genauer"
	must(anna.PatchPost(t.Context(), edited.Id, &model.PostPatch{Message: &text}))(t)
	if _, err := anna.DeletePost(t.Context(), deleted.Id); err != nil {
		t.Fatal(err)
	}
	again := w.run(t, o, serve, newHearing())
	again.find(t, "the edit", func(m bot.Message) bool { return m.Change == bot.Edited && m.Text == text })
	again.find(t, "the deletion", func(m bot.Message) bool { return m.Change == bot.Deleted && m.ID == "mattermost:"+deleted.Id })
	again.of(t, anna.say("drei"))
	if n := again.count(func(m bot.Message) bool { return m.Change == "" }); n != 1 {
		t.Errorf("heard %v", again.all)
	}
}

// TestLongSilence is more said while nobody hears than the server gives at once of
// what has changed: nothing of it is missed.
func TestLongSilence(t *testing.T) {
	t.Parallel()
	w := fakeWorld(t)
	o, serve := w.options(t)
	anna := w.newcomer(t, "viel")
	b := w.run(t, o, serve, newHearing())
	first := anna.say("eins")
	b.of(t, first)
	b.stop()
	const many = 1005
	for i := range many {
		w.fake.Insert(anna.id, anna.direct(), fmt.Sprint(i), first.CreateAt+1+int64(i))
	}
	again := w.run(t, o, serve, newHearing())
	again.find(t, "the last message", func(m bot.Message) bool { return m.Text == fmt.Sprint(many-1) })
	if n := again.count(func(m bot.Message) bool { return m.Change == "" }); n != many {
		t.Errorf("heard %d messages, want %d", n, many)
	}
}

// TestInvited is a bot that is called into a channel and added to it afterwards.
func TestInvited(t *testing.T) {
	t.Parallel()
	w := fakeWorld(t)
	b := w.start(t)
	anna, ben := w.newcomer(t, "anna"), w.newcomer(t, "ben")
	group := must(anna.CreateGroupChannel(t.Context(), []string{ben.id, w.People["mara"]}))(t)
	asked := anna.sayIn(group.Id, "@"+w.Bot+" hilf")
	must(anna.AddChannelMember(t.Context(), group.Id, w.BotID))(t)
	b.of(t, asked)
}

// TestRecordDecides is a person who says to be a program.
func TestRecordDecides(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		anna := w.newcomer(t, "mensch")
		post := &model.Post{ChannelId: anna.direct(), Message: "ich bin ein Bot"}
		post.AddProp("from_bot", "true")
		post.AddProp("override_username", "Rektor")
		if m := b.of(t, anna.post(post)); m.From.Bot || m.From.Name != anna.name {
			t.Errorf("taken for %+v", m.From)
		}
	})
}

// TestEnds looks at what a platform leaves behind.
func TestEnds(t *testing.T) {
	t.Parallel()
	w := fakeWorld(t)
	b := w.start(t)
	anna := w.newcomer(t, "ende")
	b.of(t, anna.say("eins"))
	ref := b.send(t, bot.Post{Key: "1", User: anna.id, Body: bot.Plain("Hm?"), Choices: offered})
	ear := anna.listen()
	b.stop()
	if err := anna.press(anna.sees(ref), "1 Hat geholfen"); err != nil {
		t.Fatal(err)
	}
	if got := await(t, ear.whisper, "the refusal"); got != "ging nicht" || b.count(byChoice("412/7/helped")) > 0 {
		t.Errorf("a press after the end is answered %q", got)
	}
}
