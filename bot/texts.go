package bot

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

//go:embed texts/*.yaml
var textFiles embed.FS

// Languages are the languages that people can be spoken to in; the first is
// the one for those whose language is not known.
var Languages = []string{"de", "en"}

// otherLanguages is the entry of [Texts] that holds one sentence for each
// language that the bot recognises but does not speak.
const otherLanguages = "other"

// Texts is the catalogue of everything the bot says, by language and key. It
// is never changed after loading.
type Texts map[string]map[string]string

// LoadTexts returns the catalogue that ships with the program, with wording of
// the installation in the place of ours. Words for a key that does not exist
// are a mistake, all of which are reported at once.
func LoadTexts(own map[string]map[string]string) (Texts, error) {
	texts := Texts{}
	for _, lang := range Languages {
		data, err := textFiles.ReadFile("texts/" + lang + ".yaml")
		if err != nil {
			return nil, fmt.Errorf("read texts: %w", err)
		}
		texts[lang] = map[string]string{}
		if err := yaml.Load(data, ptr(texts[lang])); err != nil {
			return nil, fmt.Errorf("read texts %s: %w", lang, err)
		}
	}
	others, err := textFiles.ReadFile("texts/other.yaml")
	if err != nil {
		return nil, fmt.Errorf("read texts: %w", err)
	}
	texts[otherLanguages] = map[string]string{}
	if err := yaml.Load(others, ptr(texts[otherLanguages])); err != nil {
		return nil, fmt.Errorf("read texts other: %w", err)
	}
	var wrong []string
	for lang, words := range own {
		for key, text := range words {
			if _, ok := texts[lang][key]; !ok {
				wrong = append(wrong, lang+"."+key)
				continue
			}
			texts[lang][key] = text
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return nil, fmt.Errorf("own texts: no such keys: %s", strings.Join(wrong, ", "))
	}
	return texts, nil
}

func ptr[T any](v T) *T { return &v }

// Keys returns the keys of a language, sorted.
func (t Texts) Keys(lang string) []string { return slices.Sorted(maps.Keys(t[lang])) }

// A voice is the catalogue in one language, for a listener in one time zone.
type voice struct {
	texts Texts
	lang  string
	zone  *time.Location // nil: times are told as they come
}

func (t Texts) voice(lang string) voice {
	if t[lang] == nil {
		lang = Languages[0]
	}
	return voice{texts: t, lang: lang}
}

// in returns the voice for a listener in a time zone, if there is such a zone.
func (v voice) in(zone string) voice {
	if loc, err := time.LoadLocation(zone); zone != "" && err == nil {
		v.zone = loc
	}
	return v
}

// word returns a text as it stands, for labels.
func (v voice) word(key string, args ...string) string {
	return fill(v.texts[v.lang][key], pairs(args))
}

// say returns a text with its markup; args are names and values in turn.
func (v voice) say(key string, args ...string) Rich {
	return Parse(v.texts[v.lang][key], pairs(args))
}

// has reports whether the catalogue has the key.
func (v voice) has(key string) bool { return v.texts[v.lang][key] != "" }

func pairs(args []string) map[string]string {
	m := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return m
}

// Word returns a text as it stands in the language of a locale such as "de-DE",
// for what is told outside of the dialogue; args are names and values in turn.
func (t Texts) Word(locale, key string, args ...string) string {
	return t.voice(languageOf(locale)).word(key, args...)
}

// languageOf returns the language of a locale such as "de-DE".
func languageOf(locale string) string {
	lang, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	return strings.ToLower(lang)
}
