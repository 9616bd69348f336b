package knowledge

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed lexicon_acts.txt
var actsText string

// talkTable holds the ways people say the acts, and words that may stand around a question without adding to it.
type talkTable struct {
	exact   map[string]Act      // a whole message, folded, words joined by a blank
	phrases map[string][]string // by section
	opening map[string]bool     // what may be cut off a question's beginning and end
	filler  map[string]bool     // words that change nothing about an act: "bitte", "liebes team"
	longest int                 // most words of an opening
}

// acts in the order of the classes that they become.
var acts = []Act{ActStatus, ActThanks, ActGreeting, ActYes, ActNo, ActHelp, ActHuman, ActStop, ActWho}

// talk reads lexicon_acts.txt: sections "[name]" with one phrase a line.
var talk = sync.OnceValue(func() *talkTable {
	t := &talkTable{exact: map[string]Act{}, phrases: map[string][]string{}, opening: map[string]bool{}, filler: map[string]bool{}}
	section := ""
	for _, line := range strings.Split(actsText, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
		case section == "filler":
			for _, w := range words(fold(line)) {
				t.filler[w] = true
			}
		default:
			t.add(section, line)
		}
	}
	return t
})

func (t *talkTable) add(section, line string) {
	ws := words(fold(line))
	key := strings.Join(ws, " ")
	switch section {
	case "opening":
		t.opening[key] = true
		t.longest = max(t.longest, len(ws))
		return
	case "vague":
	default:
		if _, ok := t.exact[key]; !ok {
			t.exact[key] = Act(section)
		}
		if Act(section) == ActGreeting || Act(section) == ActThanks {
			t.opening[key] = true
			t.longest = max(t.longest, len(ws))
		}
	}
	t.phrases[section] = append(t.phrases[section], line)
}

// act recognises a message that is nothing but an act.
func (t *talkTable) act(ws []string) Act {
	if a, ok := t.exact[strings.Join(ws, " ")]; ok {
		return a
	}
	squeezed := make([]string, 0, len(ws))
	for _, w := range ws {
		if !t.filler[w] {
			squeezed = append(squeezed, squeeze(w))
		}
	}
	if len(squeezed) == 0 {
		return ""
	}
	return t.exact[strings.Join(squeezed, " ")]
}

// squeeze shortens letters that are repeated for emphasis: "jaaa", "hiii".
func squeeze(w string) string {
	var b strings.Builder
	for i := range len(w) {
		if i > 1 && w[i] == w[i-1] && w[i] == w[i-2] {
			continue
		}
		b.WriteByte(w[i])
	}
	s := b.String()
	if n := len(s); n > 2 && s[n-1] == s[n-2] && strings.IndexByte("aeiou", s[n-1]) >= 0 {
		s = s[:n-1]
	}
	return s
}

// trim cuts greetings and thanks off both ends of a message. It returns the act that was cut off last if nothing
// but fillers remains.
func (t *talkTable) trim(ws []string) (rest []string, only Act) {
	rest = ws
	for changed := true; changed; {
		changed = false
		for n := min(t.longest, len(rest)); n > 0 && !changed; n-- {
			front, back := strings.Join(rest[:n], " "), strings.Join(rest[len(rest)-n:], " ")
			switch {
			case t.opening[front]:
				only = firstAct(t.exact[front], only)
				rest, changed = rest[n:], true
			case t.opening[back]:
				only = firstAct(t.exact[back], only)
				rest, changed = rest[:len(rest)-n], true
			}
		}
	}
	for _, w := range rest {
		if !t.filler[w] {
			return rest, ""
		}
	}
	return nil, only
}

func firstAct(a, b Act) Act {
	if a == "" || b == ActThanks {
		return b
	}
	return a
}

// talk adds the acts and what is vague as classes, so that ways to say them that are not in the table are
// recognised too.
func (b *builder) talk() {
	t := talk()
	for _, a := range acts {
		b.class(class{kind: classAct, act: a}, t.phrases[string(a)], "")
	}
	b.class(class{kind: classVague}, t.phrases["vague"], "")
}
