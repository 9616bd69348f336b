package mattermost

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mattermost/mattermost/server/public/model"
)

// TestAdvance moves marks. Posts are written as "name@second", a mark as
// "after@second seen…".
func TestAdvance(t *testing.T) {
	for _, test := range []struct {
		name  string
		mark  string
		posts string
		more  bool
		want  string
	}{
		{"nothing new", "a@100 b@101", "", false, "a@100 b@101"},
		{"new channel", "@0", "a@100", false, "@0 a@100"},
		{"too young to be sure", "a@100", "b@110 c@120", false, "a@100 b@110 c@120"},
		{"some are settled", "a@100", "b@110 c@120 d@145", false, "b@110 c@120 d@145"},
		{"all but the last", "a@100 b@110", "b@110 c@200", false, "b@110 c@200"},
		{"more to come", "a@100", "b@101 c@102 d@103", true, "c@102 d@103"},
		{"more to come of one moment", "a@100", "b@101 c@103 d@103", true, "b@101 c@103 d@103"},
	} {
		m := parseMark(test.mark)
		var posts []*model.Post
		for _, word := range strings.Fields(test.posts) {
			id, at := parsePost(word)
			posts = append(posts, &model.Post{Id: id, CreateAt: at})
			m.Seen[id] = sight{At: at}
			m.Newest = max(m.Newest, at)
		}
		m.advance(posts, test.more)
		want := parseMark(test.want)
		want.Newest = m.Newest
		if diff := cmp.Diff(want, m); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func parsePost(word string) (id string, ms int64) {
	id, second, _ := strings.Cut(word, "@")
	var n int64
	fmt.Sscan(second, &n)
	return id, n * 1000
}

func parseMark(text string) *mark {
	m := &mark{Seen: map[string]sight{}}
	for i, word := range strings.Fields(text) {
		id, at := parsePost(word)
		m.Newest = max(m.Newest, at)
		if i == 0 {
			m.After, m.At = id, at
			continue
		}
		m.Seen[id] = sight{At: at}
	}
	return m
}

func TestBackoff(t *testing.T) {
	for tries := range 20 {
		low, high := time.Hour, time.Duration(0)
		for range 200 {
			d := backoff(tries)
			low, high = min(low, d), max(high, d)
		}
		if low < shortestWait || high > longestWait || low == high {
			t.Errorf("try %d waits %v to %v", tries, low, high)
		}
	}
}

func TestSeal(t *testing.T) {
	s := sealer("0123456789abcdef")
	now := time.Unix(1000, 0)
	good, err := s.seal(claim{Purpose: toPress, Channel: "c", Until: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, text, purpose string
		by                  sealer
		now                 time.Time
		want                error
	}{
		{"good", good, toPress, s, now, nil},
		{"a second late", good, toPress, s, now.Add(time.Second), errExpired},
		{"other purpose", good, toSend, s, now, errForged},
		{"other secret", good, toPress, sealer("0123456789abcdeg"), now, errForged},
		{"empty", "", toPress, s, now, errForged},
		{"no seal", strings.Split(good, ".")[0], toPress, s, now, errForged},
		{"padded", good + "=", toPress, s, now, errForged},
	} {
		if _, err := test.by.open(test.text, test.purpose, test.now); err != test.want {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	s := sealer("0123456789abcdef")
	good, _ := s.seal(claim{Purpose: toPress, Until: 1 << 40})
	f.Add(good)
	f.Add("e30.AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := s.open(text, toPress, time.Now()); err == nil && text != good {
			t.Fatalf("opened %q", text)
		}
	})
}
