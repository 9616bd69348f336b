package bot

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTexts: every language says everything, with the same placeholders.
func TestTexts(t *testing.T) {
	texts, err := LoadTexts(nil)
	if err != nil {
		t.Fatal(err)
	}
	placeholder := regexp.MustCompile(`\{\w+\}`)
	german := texts["de"]
	for _, lang := range Languages {
		for key, text := range texts[lang] {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s.%s is empty", lang, key)
			}
			want, ok := german[key]
			if !ok {
				t.Errorf("%s.%s: there is no such key in German", lang, key)
				continue
			}
			a, b := placeholder.FindAllString(text, -1), placeholder.FindAllString(want, -1)
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
				t.Errorf("%s.%s has %v, German has %v", lang, key, a, b)
			}
		}
		for key := range german {
			if _, ok := texts[lang][key]; !ok {
				t.Errorf("%s.%s is missing", lang, key)
			}
		}
	}
}

// TestOwnWords: an installation may change the wording, but not invent keys.
func TestOwnWords(t *testing.T) {
	texts, err := LoadTexts(map[string]map[string]string{"de": {"thanks": "Gerne!"}})
	if err != nil || texts["de"]["thanks"] != "Gerne!" {
		t.Errorf("own wording: %q, %v", texts["de"]["thanks"], err)
	}
	_, err = LoadTexts(map[string]map[string]string{"de": {"thankz": "x", "a": "y"}})
	if err == nil || !strings.Contains(err.Error(), "de.a, de.thankz") {
		t.Errorf("unknown keys: %v", err)
	}
}

// TestMask: what is a password is blanked out, what is a question about one stays.
func TestMask(t *testing.T) {
	tests := []struct{ text, want string }{
		{"mein passwort ist Sommer2026!", "mein passwort ist •••"},
		{"passwort: hallo", "passwort: •••"},
		{"Kennwort lautet geheim", "Kennwort lautet •••"},
		{"WLAN-Passwort=abc12345 geht nicht", "WLAN-Passwort=••• geht nicht"},
		{"my password is hunter2", "my password is •••"},
		{"pin 4711 wird nicht angenommen", "pin ••• wird nicht angenommen"},
		{"iserv passwort vergessen", "iserv passwort vergessen"},
		{"das passwort ist falsch", "das passwort ist falsch"},
		{"passwort ist abgelaufen", "passwort ist abgelaufen"},
		{"passwort geht nicht", "passwort geht nicht"},
		{"wie ändere ich mein passwort?", "wie ändere ich mein passwort?"},
		{"Neues Passwort setzen", "Neues Passwort setzen"},
		{"password wrong for moodle", "password wrong for moodle"},
		{"das Passwort vom Beamer-PC in 204", "das Passwort vom Beamer-PC in 204"},
	}
	for _, tt := range tests {
		got, masked := mask(tt.text)
		if got != tt.want || masked != (tt.text != tt.want) {
			t.Errorf("mask(%q) = %q, %v, want %q", tt.text, got, masked, tt.want)
		}
	}
}

// TestParseCommand: commands are whole messages; sentences are not.
func TestParseCommand(t *testing.T) {
	tests := []struct {
		text string
		want command
		ok   bool
	}{
		{"status", command{word: "status"}, true},
		{"Status 412", command{word: "status", id: 412}, true},
		{"  meine Tickets ", command{word: "mine"}, true},
		{"übernehmen 412", command{word: "take", id: 412}, true},
		{"Übernehmen #412", command{word: "take", id: 412}, true},
		{"lösen 412 Adapter getauscht", command{"solve", 412, "Adapter getauscht"}, true},
		{"lösen ticket 412: Adapter\ngetauscht", command{"solve", 412, "Adapter\ngetauscht"}, true},
		{"/ersthelfer status", command{word: "status"}, true},
		{"hilfe!", command{word: "help"}, true},
		{"Hilfe.", command{word: "help"}, true},
		{"?", command{word: "help"}, true},
		{"abbrechen 3", command{word: "stop", id: 3}, true},
		{"weiter", command{}, false},
		{"weiter 5 hausmeister", command{"handon", 5, "hausmeister"}, true},
		{"antwort kam nie an", command{}, false},
		{"hilfe der beamer geht nicht", command{}, false},
		{"drucker 204 druckt nicht", command{}, false},
		{"", command{}, false},
	}
	for _, tt := range tests {
		got, ok := parseCommand(tt.text)
		if got != tt.want || ok != tt.ok {
			t.Errorf("parseCommand(%q) = %+v, %v, want %+v, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}
