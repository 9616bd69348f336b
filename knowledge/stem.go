package knowledge

import (
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/german"
)

// A stemmer brings the forms of a word together. Both languages' stemmers run one after the other on every word:
// questions mix them ("das device is locked"), and a message of three words does not show its language. What
// matters is only that phrasings and questions are treated alike. It remembers what it has seen.
type stemmer map[string]string

// maxStem is the longest word that is stemmed, in bytes; the stemmers are made for words.
const maxStem = 40

func (s stemmer) stem(word string) string {
	if stem, ok := s[word]; ok {
		return stem
	}
	stem := stemOf(word)
	s[word] = stem
	return stem
}

func stemOf(word string) string {
	if len(word) < 3 || len(word) > maxStem || !isASCII(word) {
		return word
	}
	env := snowballstem.NewEnv(word)
	german.Stem(env)
	env.SetCurrent(env.Current())
	english.Stem(env)
	if env.Current() == "" {
		return word
	}
	return env.Current()
}
