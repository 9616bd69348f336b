package knowledgetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"ersthelfer/knowledge"
)

// TestStore checks that a store keeps what [knowledge.Store] promises. Each
// call of open returns a store of its own, without records.
func TestStore(t *testing.T, open func(t *testing.T) knowledge.Store) {
	tests := []struct {
		name string
		test func(t *testing.T, s knowledge.Store)
	}{
		{"PutGet", testPutGet},
		{"Shelves", testShelves},
		{"Refused", testRefused},
		{"Rollback", testRollback},
		{"Panic", testPanic},
		{"ReadOnly", testReadOnly},
		{"Delete", testDelete},
		{"Scan", testScan},
		{"ScanSeesOwnWrites", testScanOwn},
		{"NoAliasing", testNoAliasing},
		{"Parallel", testParallel},
		{"Cancelled", testCancelled},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.test(t, open(t)) })
	}
}

const shelf = knowledge.ShelfEntries

func put(t *testing.T, s knowledge.Store, key, value string) {
	t.Helper()
	err := s.Update(t.Context(), func(tx knowledge.Tx) error { return tx.Put(shelf, key, json.RawMessage(value)) })
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
}

// get returns the record as compact JSON, or the error's text.
func get(t *testing.T, s knowledge.Store, key string) string {
	t.Helper()
	var value json.RawMessage
	err := s.View(t.Context(), func(tx knowledge.Tx) (err error) {
		value, err = tx.Get(shelf, key)
		return err
	})
	if errors.Is(err, knowledge.ErrNotFound) {
		return "not found"
	}
	if err != nil {
		return err.Error()
	}
	return compact(t, value)
}

func compact(t *testing.T, value json.RawMessage) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(value, &v); err != nil {
		t.Fatalf("%q comes back, which is no JSON: %v", value, err)
	}
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if err := out.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

func want(t *testing.T, s knowledge.Store, key, value string) {
	t.Helper()
	if got := get(t, s, key); got != value {
		t.Errorf("record %s is %s, want %s", key, got, value)
	}
}

func testPutGet(t *testing.T, s knowledge.Store) {
	want(t, s, "a", "not found")
	put(t, s, "a", `{"text": "Größe <b> & \u2028 \"x\"", "n": [1, null]}`)
	want(t, s, "a", "{\"n\":[1,null],\"text\":\"Größe <b> & \\u2028 \\\"x\\\"\"}")
	put(t, s, "a", `"second"`)
	want(t, s, "a", `"second"`)
	long := strings.Repeat("ä", 100_000)
	put(t, s, "long", `"`+long+`"`)
	want(t, s, "long", `"`+long+`"`)
}

func testShelves(t *testing.T, s knowledge.Store) {
	for _, x := range knowledge.Shelves {
		err := s.Update(t.Context(), func(tx knowledge.Tx) error { return tx.Put(x, "key", json.RawMessage(`"`+x+`"`)) })
		if err != nil {
			t.Errorf("shelf %s: %v", x, err)
		}
	}
	for _, x := range knowledge.Shelves {
		err := s.View(t.Context(), func(tx knowledge.Tx) error {
			v, err := tx.Get(x, "key")
			if string(v) != `"`+string(x)+`"` {
				t.Errorf("shelf %s holds %s", x, v)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func testRefused(t *testing.T, s knowledge.Store) {
	for _, bad := range []struct{ shelf, key, value string }{
		{string(shelf), "", `1`}, {string(shelf), "a", ``}, {string(shelf), "a", `{`}, {"colours", "a", `1`},
	} {
		err := s.Update(t.Context(), func(tx knowledge.Tx) error {
			return tx.Put(knowledge.Shelf(bad.shelf), bad.key, json.RawMessage(bad.value))
		})
		if err == nil {
			t.Errorf("record %q is stored", bad)
		}
	}
	want(t, s, "a", "not found")
}

func testRollback(t *testing.T, s knowledge.Store) {
	put(t, s, "a", `1`)
	no := errors.New("no")
	err := s.Update(t.Context(), func(tx knowledge.Tx) error {
		return errors.Join(tx.Put(shelf, "a", json.RawMessage(`2`)), tx.Put(shelf, "b", json.RawMessage(`2`)), no)
	})
	if !errors.Is(err, no) {
		t.Errorf("error is %v, want the function's", err)
	}
	want(t, s, "a", "1")
	want(t, s, "b", "not found")
}

func testPanic(t *testing.T, s knowledge.Store) {
	put(t, s, "a", `1`)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic of a transaction is swallowed")
			}
		}()
		_ = s.Update(t.Context(), func(tx knowledge.Tx) error {
			if err := tx.Put(shelf, "a", json.RawMessage(`2`)); err != nil {
				return err
			}
			panic("no")
		})
	}()
	want(t, s, "a", "1")
	put(t, s, "a", `3`) // the store is not left locked
	want(t, s, "a", "3")
}

func testReadOnly(t *testing.T, s knowledge.Store) {
	put(t, s, "a", `1`)
	for name, fn := range map[string]func(knowledge.Tx) error{
		"put":    func(tx knowledge.Tx) error { return tx.Put(shelf, "a", json.RawMessage(`2`)) },
		"delete": func(tx knowledge.Tx) error { return tx.Delete(shelf, "a") },
	} {
		if err := s.View(t.Context(), fn); err == nil {
			t.Errorf("%s in a transaction for reading succeeds", name)
		}
	}
	want(t, s, "a", "1")
	no := errors.New("no")
	if err := s.View(t.Context(), func(knowledge.Tx) error { return no }); !errors.Is(err, no) {
		t.Errorf("error is %v, want the function's", err)
	}
}

func testDelete(t *testing.T, s knowledge.Store) {
	put(t, s, "a", `1`)
	for range 2 { // the second time there is nothing
		err := s.Update(t.Context(), func(tx knowledge.Tx) error { return tx.Delete(shelf, "a") })
		if err != nil {
			t.Error(err)
		}
		want(t, s, "a", "not found")
	}
}

// scan returns the keys from one on: "a b c".
func scan(t *testing.T, tx knowledge.Tx, from string, limit int) string {
	t.Helper()
	var keys []string
	for item, err := range tx.Scan(shelf, from) {
		if err != nil {
			t.Errorf("scan %s: %v", item.Key, err)
		}
		if keys = append(keys, item.Key); len(keys) == limit {
			break
		}
	}
	return strings.Join(keys, " ")
}

func testScan(t *testing.T, s knowledge.Store) {
	for _, key := range []string{"b", "a", "a/2", "a/10", "c", "ä"} {
		put(t, s, key, `"`+key+`"`)
	}
	err := s.View(t.Context(), func(tx knowledge.Tx) error {
		for _, x := range []struct {
			from  string
			limit int
			want  string
		}{
			{"", 0, "a a/10 a/2 b c ä"}, {"a", 0, "a a/10 a/2 b c ä"}, {"a\x00", 0, "a/10 a/2 b c ä"},
			{"bb", 0, "c ä"}, {"", 2, "a a/10"}, {"ö", 0, ""},
		} {
			if got := scan(t, tx, x.from, x.limit); got != x.want {
				t.Errorf("scan from %q at most %d: %q, want %q", x.from, x.limit, got, x.want)
			}
		}
		for item := range tx.Scan(shelf, "") {
			if got := compact(t, item.Value); got != `"`+item.Key+`"` {
				t.Errorf("key %s comes with %s", item.Key, got)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func testScanOwn(t *testing.T, s knowledge.Store) {
	put(t, s, "a", `1`)
	put(t, s, "b", `1`)
	err := s.Update(t.Context(), func(tx knowledge.Tx) error {
		err := errors.Join(tx.Delete(shelf, "a"), tx.Put(shelf, "c", json.RawMessage(`1`)))
		if got := scan(t, tx, "", 0); got != "b c" {
			t.Errorf("the transaction sees %q, want its own changes: b c", got)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func testNoAliasing(t *testing.T, s knowledge.Store) {
	value := json.RawMessage(`"aaaa"`)
	var read, scanned json.RawMessage
	err := s.Update(t.Context(), func(tx knowledge.Tx) error { return tx.Put(shelf, "a", value) })
	value[1] = 'b'
	err = errors.Join(err, s.View(t.Context(), func(tx knowledge.Tx) (err error) {
		read, err = tx.Get(shelf, "a")
		for item := range tx.Scan(shelf, "") {
			scanned = item.Value
		}
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "a", `"cccc"`)
	if string(read) != `"aaaa"` || string(scanned) != `"aaaa"` {
		t.Errorf("what was read became %s and %s", read, scanned)
	}
	read[1], scanned[1] = 'd', 'd'
	want(t, s, "a", `"cccc"`)
}

func testParallel(t *testing.T, s knowledge.Store) {
	put(t, s, "n", `0`)
	var wg sync.WaitGroup
	const workers, rounds = 8, 10
	for range workers {
		wg.Go(func() {
			for range rounds {
				err := s.Update(t.Context(), func(tx knowledge.Tx) error {
					data, err := tx.Get(shelf, "n")
					if err != nil {
						return err
					}
					var n int
					if err := json.Unmarshal(data, &n); err != nil {
						return err
					}
					return tx.Put(shelf, "n", json.RawMessage(fmt.Sprint(n+1)))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	want(t, s, "n", fmt.Sprint(workers*rounds))
}

func testCancelled(t *testing.T, s knowledge.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ran := func(knowledge.Tx) error { t.Error("a transaction runs although the context has ended"); return nil }
	if err := s.Update(ctx, ran); !errors.Is(err, context.Canceled) {
		t.Errorf("update after the end: %v", err)
	}
	if err := s.View(ctx, ran); !errors.Is(err, context.Canceled) {
		t.Errorf("view after the end: %v", err)
	}
}
