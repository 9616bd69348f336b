package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"ersthelfer/bot"
)

// TestStore checks that what open returns keeps the promises of [bot.Store].
// Each call of open must return an empty store.
func TestStore(t *testing.T, open func(t *testing.T) bot.Store) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, bot.Store)
	}{
		{"keeps what is stored", storeKeeps},
		{"keeps buckets apart", storeBuckets},
		{"deletes on nil, keeps empty records", storeDeletes},
		{"stores nothing on an error", storeRefuses},
		{"takes any bytes and keys", storeBytes},
		{"lends nothing", storeLends},
		{"changes one after the other", storeParallel},
		{"walks in the order of the keys", storeWalks},
		{"may be called while walking", storeCalledInside},
		{"stops at the end of the context", storeContext},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// MustPut stores a record.
func MustPut(t *testing.T, s bot.Store, in bot.Bucket, key, record string) {
	t.Helper()
	err := s.Change(t.Context(), in, key, func([]byte) ([]byte, error) { return []byte(record), nil })
	if err != nil {
		t.Fatalf("store %q: %v", key, err)
	}
}

// MustRead returns a record, or "(none)".
func MustRead(t *testing.T, s bot.Store, in bot.Bucket, key string) string {
	t.Helper()
	record, err := s.Read(t.Context(), in, key)
	if err != nil {
		t.Fatalf("read %q: %v", key, err)
	}
	if record == nil {
		return "(none)"
	}
	return string(record)
}

func wantRecord(t *testing.T, s bot.Store, in bot.Bucket, key, want string) {
	t.Helper()
	if got := MustRead(t, s, in, key); got != want {
		t.Errorf("%s %q is %q, want %q", in, key, got, want)
	}
}

func storeKeeps(t *testing.T, s bot.Store) {
	wantRecord(t, s, bot.People, "anna", "(none)")
	MustPut(t, s, bot.People, "anna", "Anna Weber")
	wantRecord(t, s, bot.People, "anna", "Anna Weber")
	err := s.Change(t.Context(), bot.People, "anna", func(old []byte) ([]byte, error) {
		return append(old, ", Gesamtschule Nord"...), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantRecord(t, s, bot.People, "anna", "Anna Weber, Gesamtschule Nord")
}

func storeBuckets(t *testing.T, s bot.Store) {
	all := []bot.Bucket{bot.People, bot.Users, bot.Seen, bot.Marks, bot.SignIns, bot.Histories}
	for _, in := range all {
		MustPut(t, s, in, "key", "of "+string(in))
	}
	for _, in := range all {
		wantRecord(t, s, in, "key", "of "+string(in))
	}
}

func storeDeletes(t *testing.T, s bot.Store) {
	MustPut(t, s, bot.Seen, "m1", "")
	wantRecord(t, s, bot.Seen, "m1", "")
	for range 2 { // the second time there is nothing to delete
		err := s.Change(t.Context(), bot.Seen, "m1", func([]byte) ([]byte, error) { return nil, nil })
		if err != nil {
			t.Fatal(err)
		}
		wantRecord(t, s, bot.Seen, "m1", "(none)")
	}
}

func storeRefuses(t *testing.T, s bot.Store) {
	refused := errors.New("refused")
	MustPut(t, s, bot.Marks, "web:anna", "12")
	for _, key := range []string{"web:anna", "web:ben"} {
		err := s.Change(t.Context(), bot.Marks, key, func([]byte) ([]byte, error) { return []byte("13"), refused })
		if !errors.Is(err, refused) {
			t.Errorf("error is %v, want that of fn", err)
		}
	}
	wantRecord(t, s, bot.Marks, "web:anna", "12")
	wantRecord(t, s, bot.Marks, "web:ben", "(none)")
}

func storeBytes(t *testing.T, s bot.Store) {
	record := "\x00\xff{\"}\n" + strings.Repeat("ü", 100_000)
	for _, key := range []string{"web:käthe/1", "a b\x00c", strings.Repeat("k", 300), `"'<>&`} {
		MustPut(t, s, bot.Histories, key, record)
		wantRecord(t, s, bot.Histories, key, record)
	}
}

func storeLends(t *testing.T, s bot.Store) {
	given := []byte("given")
	var kept []byte
	err := s.Change(t.Context(), bot.People, "anna", func([]byte) ([]byte, error) { return given, nil })
	if err != nil {
		t.Fatal(err)
	}
	copy(given, "spoil")
	wantRecord(t, s, bot.People, "anna", "given")
	read, err := s.Read(t.Context(), bot.People, "anna")
	if err != nil {
		t.Fatal(err)
	}
	copy(read, "spoil")
	err = s.Each(t.Context(), bot.People, "", func(_ string, record []byte) error {
		kept = record
		copy(record, "spoil")
		return nil
	})
	if err != nil || string(kept) != "spoil" {
		t.Errorf("a record that was walked over became %q, %v", kept, err)
	}
	wantRecord(t, s, bot.People, "anna", "given")
}

func storeParallel(t *testing.T, s bot.Store) {
	const writers = 50
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			err := s.Change(t.Context(), bot.Marks, "count", func(old []byte) ([]byte, error) {
				n, _ := strconv.Atoi(string(old))
				return []byte(strconv.Itoa(n + 1)), nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	wantRecord(t, s, bot.Marks, "count", strconv.Itoa(writers))
}

func storeWalks(t *testing.T, s bot.Store) {
	for _, key := range []string{"web:b/2", "web:a", "web:b/10", "web:b", "console:z", "web:c"} {
		MustPut(t, s, bot.Histories, key, "of "+key)
	}
	MustPut(t, s, bot.Marks, "web:b/3", "elsewhere")
	for prefix, want := range map[string][]string{
		"":       {"console:z", "web:a", "web:b", "web:b/10", "web:b/2", "web:c"},
		"web:b/": {"web:b/10", "web:b/2"},
		"web:d":  nil,
	} {
		var got []string
		err := s.Each(t.Context(), bot.Histories, prefix, func(key string, record []byte) error {
			if string(record) != "of "+key {
				t.Errorf("record of %q is %q", key, record)
			}
			got = append(got, key)
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("keys with %q are %q, %v; want %q", prefix, got, err, want)
		}
	}
	enough := errors.New("enough")
	calls := 0
	err := s.Each(t.Context(), bot.Histories, "", func(string, []byte) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("%d calls after an error, Each returns %v", calls, err)
	}
}

func storeCalledInside(t *testing.T, s bot.Store) {
	for i := range 10 {
		MustPut(t, s, bot.Seen, fmt.Sprint("m", i), "old")
	}
	err := s.Each(t.Context(), bot.Seen, "m", func(key string, _ []byte) error {
		MustPut(t, s, bot.Seen, "seen-"+key, "new")
		return s.Change(t.Context(), bot.Seen, key, func([]byte) ([]byte, error) { return nil, nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	wantRecord(t, s, bot.Seen, "m9", "(none)")
	wantRecord(t, s, bot.Seen, "seen-m9", "new")
}

func storeContext(t *testing.T, s bot.Store) {
	MustPut(t, s, bot.People, "anna", "kept")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Read(ctx, bot.People, "anna"); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	err := s.Change(ctx, bot.People, "anna", func([]byte) ([]byte, error) { return []byte("changed"), nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("change: %v", err)
	}
	err = s.Each(ctx, bot.People, "", func(string, []byte) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("each: %v", err)
	}
	wantRecord(t, s, bot.People, "anna", "kept")
}
