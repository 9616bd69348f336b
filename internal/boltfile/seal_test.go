package boltfile_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"ersthelfer/internal/boltfile"
)

func mustSeal(t testing.TB, version byte, v any) []byte {
	t.Helper()
	data, err := boltfile.Seal(version, v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSealFormat(t *testing.T) {
	// Written by the first version; it must remain readable.
	const first = "\xe5\x01\x00\x00\x00\x19\x6d\xb2\xba\xb2" + `{"id":412,"text":"Grün"}`
	var r record
	version, err := boltfile.Unseal([]byte(first), &r)
	if err != nil || version != 1 || r != (record{ID: 412, Text: "Grün"}) {
		t.Errorf("Unseal = %d, %v, %+v", version, err, r)
	}
	if got := mustSeal(t, 1, r); string(got) != first {
		t.Errorf("Seal = %q", got)
	}
}

func TestUnsealLooksAtVersionFirst(t *testing.T) {
	var raw json.RawMessage
	data := mustSeal(t, 9, record{ID: 1})
	version, err := boltfile.Unseal(data, &raw)
	if err != nil || version != 9 || string(raw) != `{"id":1,"text":""}` {
		t.Errorf("Unseal = %d, %v, %s", version, err, raw)
	}
	clear(data)
	if raw[0] != '{' {
		t.Error("what was unsealed refers to the sealed bytes")
	}
}

func TestUnsealOtherType(t *testing.T) {
	var n int
	if _, err := boltfile.Unseal(mustSeal(t, 1, "text"), &n); err == nil || errors.Is(err, boltfile.ErrDamaged) {
		t.Errorf("a whole record of another type: %v", err)
	}
}

// TestUnsealEveryBit changes each bit, and cuts at each byte.
func TestUnsealEveryBit(t *testing.T) {
	data := mustSeal(t, 3, record{ID: 412, Text: "Beamer zeigt kein Bild"})
	for i := range len(data) * 8 {
		bad := bytes.Clone(data)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := boltfile.Unseal(bad, nil); !errors.Is(err, boltfile.ErrDamaged) {
			t.Errorf("bit %d changed: %v", i, err)
		}
	}
	for n := range data {
		if _, err := boltfile.Unseal(data[:n], nil); !errors.Is(err, boltfile.ErrDamaged) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	if _, err := boltfile.Unseal(append(data, 0), nil); !errors.Is(err, boltfile.ErrDamaged) {
		t.Errorf("one byte more: %v", err)
	}
}

func FuzzUnseal(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{0xE5, 1, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0xE5, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, '{', '}'})
	f.Add(mustSeal(f, 1, record{ID: 1, Text: "x"}))
	f.Add(mustSeal(f, 255, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		var raw json.RawMessage
		version, err := boltfile.Unseal(data, &raw)
		if err != nil {
			return
		}
		if len(data) < 10 || data[1] != version || !bytes.Equal(raw, data[10:]) {
			t.Fatalf("accepted %q as version %d of %q", data, version, raw)
		}
	})
}

// FuzzSeal seals any text and finds it again.
func FuzzSeal(f *testing.F) {
	f.Add(byte(1), "Tür klemmt")
	f.Fuzz(func(t *testing.T, version byte, text string) {
		var want, got string
		plain, err := json.Marshal(text)
		if err != nil {
			t.Skip()
		}
		if err := json.Unmarshal(plain, &want); err != nil { // invalid UTF-8 is replaced, as always with JSON
			t.Fatal(err)
		}
		v, err := boltfile.Unseal(mustSeal(t, version, text), &got)
		if err != nil || v != version || got != want {
			t.Fatalf("version %d, %q, %v", v, got, err)
		}
	})
}
