package knowledge_test

import (
	"strings"
	"testing"

	"ersthelfer/knowledge"
)

// An editor finds what would answer the words, then what is called so; and nothing that only comes nearest.
func TestFind(t *testing.T) {
	f, ctx := open(t, beamer, drucker, wlan), t.Context()
	f.must(f.Save(ctx, "tom", knowledge.Article{ID: "heizung", Title: "Heizung bleibt kalt"}, knowledge.Edit{}))
	f.must(f.Save(ctx, "tom", knowledge.Article{ID: "drucker-neu", Title: "Drucker bestellen"}, knowledge.Edit{}))
	for text, want := range map[string]string{
		"papierstau im drucker": drucker.ID,
		"heizung":               "heizung",
		"kalt heizung":          "heizung",
		"neu":                   "drucker-neu",
		"schulglocke":           "",
	} {
		found, err := f.Find(ctx, "tom", text, 10)
		var ids []string
		for _, x := range found {
			ids = append(ids, x.Entry.ID)
		}
		if got := strings.Join(ids, " "); err != nil || got != want {
			t.Errorf("%q finds %q, %v; want %q", text, got, err, want)
		}
	}
}
