package knowledge_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"ersthelfer/knowledge"
)

// chain returns a library with a few changes by mara and tom.
func chain(t *testing.T) *fixture {
	t.Helper()
	f, ctx := open(t, beamer, drucker), t.Context()
	f.must(f.Save(ctx, "tom", wlan, knowledge.Edit{Why: "Wunsch von Tom"}))
	f.must(f.Submit(ctx, "tom", wlan.ID, "fertig"))
	f.must(f.Publish(ctx, "mara", knowledge.Order{Why: "gut"}, wlan.ID))
	f.must(f.Schedule(ctx, "mara", wlan.ID, knowledge.Plan{Owner: "tom"}))
	f.must(f.Retire(ctx, "mara", drucker.ID, "alt"))
	return f
}

const auditLength = 7 // records of chain

func auditKey(n int) string { return fmt.Sprintf("%012d", n) }

// alter changes a record behind the library's back.
func (f *fixture) alter(s knowledge.Shelf, key string, change func(map[string]any)) {
	f.t.Helper()
	f.must(nil, f.store.Update(f.t.Context(), func(tx knowledge.Tx) error {
		data, err := tx.Get(s, key)
		if err != nil {
			return err
		}
		var v map[string]any
		if err := json.Unmarshal(data, &v); err != nil {
			return err
		}
		change(v)
		if data, err = json.Marshal(v); err != nil {
			return err
		}
		return tx.Put(s, key, data)
	}))
}

func TestAuditTellsWhoDidWhat(t *testing.T) {
	f := chain(t)
	var b bytes.Buffer
	f.must(nil, f.WriteAudit(t.Context(), "mara", &b))
	var got []string
	for line := range strings.Lines(b.String()) {
		var r knowledge.AuditRecord
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d %s %s %s/%d %s", r.Seq, r.By, r.Action, r.Article, r.Revision, r.Why))
	}
	want := []string{
		"1  ship beamer-kein-bild/1 ", "2  ship drucker-papierstau/1 ", "3 tom save wlan-passwort/1 Wunsch von Tom",
		"4 tom submit wlan-passwort/1 fertig", "5 mara publish wlan-passwort/1 gut", "6 mara schedule wlan-passwort/1 ",
		"7 mara retire drucker-papierstau/1 alt",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("audit is\n%s\nwant\n%s", g, w)
	}
}

func TestVerifyFindsTampering(t *testing.T) {
	audit := func(n int, change func(map[string]any)) func(*fixture) {
		return func(f *fixture) { f.alter(knowledge.ShelfAudit, auditKey(n), change) }
	}
	update := func(fn func(tx knowledge.Tx) error) func(*fixture) {
		return func(f *fixture) { f.must(nil, f.store.Update(f.t.Context(), fn)) }
	}
	move := func(tx knowledge.Tx, from, to int) error {
		data, err := tx.Get(knowledge.ShelfAudit, auditKey(from))
		return errors.Join(err, tx.Put(knowledge.ShelfAudit, auditKey(to), data))
	}
	tests := []struct {
		name   string
		tamper func(*fixture)
		seq    int // where it is found
	}{
		{"nothing", func(*fixture) {}, 0},
		{"another action", audit(5, func(v map[string]any) { v["action"] = "retire" }), 5},
		{"another time", audit(2, func(v map[string]any) { v["at"] = "2020-01-01T00:00:00Z" }), 2},
		{"another person", audit(4, func(v map[string]any) { v["who"] = "x" }), 4},
		{"another reason", audit(5, func(v map[string]any) { v["why"] = "schlecht" }), 5},
		{"another revision's text", func(f *fixture) {
			f.alter(knowledge.ShelfRevisions, wlan.ID+"/000001", func(v map[string]any) {
				v["article"].(map[string]any)["Note"] = "gefälscht"
			})
		}, 3},
		{"a revision removed", update(func(tx knowledge.Tx) error { return tx.Delete(knowledge.ShelfRevisions, wlan.ID+"/000001") }), 3},
		{"removed", update(func(tx knowledge.Tx) error { return tx.Delete(knowledge.ShelfAudit, auditKey(4)) }), 4},
		{"first removed", update(func(tx knowledge.Tx) error { return tx.Delete(knowledge.ShelfAudit, auditKey(1)) }), 1},
		{"exchanged", update(func(tx knowledge.Tx) error {
			three, err := tx.Get(knowledge.ShelfAudit, auditKey(3))
			return errors.Join(err, move(tx, 4, 3), tx.Put(knowledge.ShelfAudit, auditKey(4), three))
		}), 3},
		{"inserted", update(func(tx knowledge.Tx) error { return move(tx, auditLength, auditLength+1) }), 8},
		{"tail cut", update(func(tx knowledge.Tx) error { return tx.Delete(knowledge.ShelfAudit, auditKey(7)) }), 7},
		{"tail cut with the head", update(func(tx knowledge.Tx) error {
			var r knowledge.AuditRecord
			data, err := tx.Get(knowledge.ShelfAudit, auditKey(6))
			if err == nil {
				err = json.Unmarshal(data, &r)
			}
			head, _ := json.Marshal(knowledge.Checkpoint{Seq: 6, Hash: r.Hash})
			return errors.Join(err, tx.Delete(knowledge.ShelfAudit, auditKey(7)), tx.Put(knowledge.ShelfMeta, "audit", head))
		}), 7},
		{"all removed", update(func(tx knowledge.Tx) error {
			err := tx.Delete(knowledge.ShelfMeta, "audit")
			for n := range auditLength {
				err = errors.Join(err, tx.Delete(knowledge.ShelfAudit, auditKey(n+1)))
			}
			return err
		}), 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := chain(t)
			kept, err := f.Head(t.Context(), "mara")
			if err != nil || kept.Seq != auditLength {
				t.Fatalf("head is %+v, %v", kept, err)
			}
			test.tamper(f)
			err = f.Verify(t.Context(), "mara", kept)
			var found *knowledge.TamperError
			switch {
			case test.seq == 0 && err != nil:
				t.Errorf("an untouched audit: %v", err)
			case test.seq != 0 && (!errors.As(err, &found) || found.Seq != test.seq):
				t.Errorf("found %v, want record %d", err, test.seq)
			}
		})
	}
}

// TestVerifyFindsAnotherAudit rewrites the whole audit: only the checkpoint kept elsewhere shows it.
func TestVerifyFindsAnotherAudit(t *testing.T) {
	kept, err := chain(t).Head(t.Context(), "mara")
	if err != nil {
		t.Fatal(err)
	}
	other := chain(t) // the same changes, by other pseudonyms
	if err := other.Verify(t.Context(), "mara"); err != nil {
		t.Errorf("in itself it is sound: %v", err)
	}
	var found *knowledge.TamperError
	if err := other.Verify(t.Context(), "mara", kept); !errors.As(err, &found) || found.Seq != auditLength {
		t.Errorf("against the checkpoint: %v", err)
	}
}

func TestEraseForgetsAndKeepsTheChain(t *testing.T) {
	f, ctx := chain(t), t.Context()
	kept, err := f.Head(ctx, "mara")
	f.must(nil, err)
	f.must(nil, f.Erase(ctx, "mara", "tom"))
	f.must(nil, f.Verify(ctx, "mara", kept))
	raw := f.raw()
	for _, canary := range []string{`"tom"`, "name/tom", "Tom", "fertig"} {
		if strings.Contains(raw, canary) {
			t.Errorf("%q is still stored", canary)
		}
	}
	if !strings.Contains(raw, `"gut"`) {
		t.Error("what mara wrote is gone too")
	}
	e, err := f.Entry(ctx, "mara", wlan.ID)
	if err != nil || e.Owner != knowledge.Program {
		t.Errorf("owner is %q, %v", e.Owner, err)
	}
	r, err := f.Revision(ctx, "mara", wlan.ID, 1)
	if err != nil || r.By != knowledge.Program || r.Why != "" || r.Article.Title != wlan.Title {
		t.Errorf("revision is %+v, %v", r, err)
	}
	if err := f.Erase(ctx, "mara", "tom"); !errors.Is(err, knowledge.ErrNotFound) {
		t.Errorf("erasing somebody unknown: %v", err)
	}
}

// raw returns everything that is stored.
func (f *fixture) raw() string {
	f.t.Helper()
	var b strings.Builder
	f.must(nil, f.store.View(f.t.Context(), func(tx knowledge.Tx) error {
		for _, s := range knowledge.Shelves {
			for item, err := range tx.Scan(s, "") {
				if err != nil {
					return err
				}
				fmt.Fprintf(&b, "%s %s\n", item.Key, item.Value)
			}
		}
		return nil
	}))
	return b.String()
}

// TestFailedChangeLeavesNoTrace tries changes that fail half way.
func TestFailedChangeLeavesNoTrace(t *testing.T) {
	f, ctx := chain(t), t.Context()
	before := f.raw()
	if _, err := f.Submit(ctx, "mara", beamer.ID, ""); err == nil {
		t.Fatal("a published article is submitted")
	}
	if _, err := f.Import(ctx, "mara", []knowledge.Article{wlan, {ID: "kaputt"}}, ""); err == nil {
		t.Fatal("a broken article is imported")
	}
	if _, err := f.Restore(ctx, "tom", wlan.ID, 9, ""); !errors.Is(err, knowledge.ErrNotFound) {
		t.Fatalf("restoring a revision that does not exist: %v", err)
	}
	if after := f.raw(); after != before {
		t.Error("failed changes are stored")
	}
}
