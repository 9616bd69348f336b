package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"ersthelfer/config"
	"ersthelfer/internal/boltfile"
	"ersthelfer/knowledge"
)

// TestRemember: a fresh demonstration has every kind of work for an editor in it.
func TestRemember(t *testing.T) {
	cfg, err := config.Demo()
	if err != nil {
		t.Fatal(err)
	}
	data, now := t.TempDir(), time.Date(2026, 11, 23, 10, 40, 0, 0, time.UTC)
	if err := remember(t.Context(), cfg, data, now); err != nil {
		t.Fatal(err)
	}
	a, err := openApp(cfg, data, func() time.Time { return now }, newLog(slogQuiet))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	tasks, err := a.library.Tasks(t.Context(), demoEditor)
	if err != nil {
		t.Fatal(err)
	}
	found := map[knowledge.TaskKind]int{}
	for _, task := range tasks {
		found[task.Kind]++
	}
	for _, kind := range []knowledge.TaskKind{
		knowledge.TaskGap, knowledge.TaskFailing, knowledge.TaskReview, knowledge.TaskStale, knowledge.TaskOwner,
	} {
		if found[kind] == 0 {
			t.Errorf("there is no task of the kind %s among %v", kind, found)
		}
	}
	if gap := tasks[0].Gap; gap == nil || gap.Cause != knowledge.CauseNone || gap.Count < 5 {
		t.Errorf("the most worthwhile is %+v, want a gap that was asked often", tasks[0])
	}
	res, err := a.report(t.Context(), now.Add(-memory), now, "de")
	if err != nil {
		t.Fatal(err)
	}
	if n := res.Total.ResponseKept; res.Total.Questions < 40 || n.Of < 10 || n.Count == n.Of {
		t.Errorf("the figures show nothing worth a look: %+v", res.Total)
	}
	if unsent, err := a.desk.Unsent(t.Context(), now.Add(memory), 10); err != nil || len(unsent) > 0 {
		t.Errorf("%d notices of the past are still to be told, %v", len(unsent), err)
	}
	if own, ok := a.library.ArticleFor("wlan-passwort-falsch", "gs-nord"); !ok || own.Note == "" {
		t.Error("no school has a text of its own")
	}
}

// TestBegin: a demonstration that was killed while it began leaves nothing that
// the next one stumbles over.
func TestBegin(t *testing.T) {
	cfg, err := config.Demo()
	if err != nil {
		t.Fatal(err)
	}
	data, now := t.TempDir(), time.Date(2026, 11, 23, 10, 40, 0, 0, time.UTC)
	half := filepath.Join(data, ".beginning")
	if err := os.Mkdir(half, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, boltfile.Name), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := begin(t.Context(), cfg, data, now); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Errorf("the folder that it began in: %v", err)
	}
	a, err := openApp(cfg, data, func() time.Time { return now }, newLog(slogQuiet))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if res, err := a.report(t.Context(), now.Add(-memory), now, "de"); err != nil || res.Total.Questions < 40 {
		t.Errorf("%d questions, %v", res.Total.Questions, err)
	}
}
