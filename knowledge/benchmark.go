package knowledge

import (
	_ "embed"
	"fmt"
	"io"
	"io/fs"
	"math"
	"runtime"
	"slices"
	"strings"
	"text/template"
	"time"
)

//go:embed benchmark.md.tmpl
var benchmarkText string

// A benchSet is a public question set: one folder, or several that are averaged.
type benchSet struct {
	name    string
	folders []string
}

var benchSets = []benchSet{
	{"clinc150", []string{"clinc150"}},
	{"banking77", []string{"banking77"}},
	{"banking77_5s", []string{"banking77_5s"}},
	{"hwu64", []string{"hwu64"}},
	{"askubuntu", []string{"askubuntu"}},
	{"webapps", []string{"webapps"}},
	{"covid_de (mean of 5 folds)", []string{"covid_de/fold0", "covid_de/fold1", "covid_de/fold2", "covid_de/fold3", "covid_de/fold4"}},
}

// A benchmark is what benchmark.md.tmpl shows.
type benchmark struct {
	Date, Machine     string
	Sets              []benchRow
	File              string // of the questions to the starter articles
	Questions         Evaluation
	Typed             []typedRow
	Starter, Thousand sizeRow
}

type benchRow struct {
	Name string
	BenchResult
}

type typedRow struct {
	How string
	Evaluation
}

type sizeRow struct {
	Phrasings     int
	Build, Median float64 // ms, the best and the median of several
	P50, P99      float64 // ms
}

// WriteBenchmark measures the public question sets below sets, each a folder with train.tsv, test.tsv and perhaps
// val.tsv, and the articles on the questions, and writes the whole of BENCHMARK.md. A set that is not there is left
// out. It takes a minute or two.
func WriteBenchmark(w io.Writer, now time.Time, sets fs.FS, articles []Article, file string, questions []Question) error {
	b := benchmark{
		Date:    now.Format(time.DateOnly),
		Machine: fmt.Sprintf("%d processors, %s/%s, %s", runtime.GOMAXPROCS(0), runtime.GOOS, runtime.GOARCH, runtime.Version()),
		File:    file,
	}
	for _, set := range benchSets {
		if _, missing := fs.Stat(sets, set.folders[0]); missing != nil {
			continue
		}
		r, err := benchFolders(sets, set.folders)
		if err != nil {
			return err
		}
		b.Sets = append(b.Sets, benchRow{set.name, r})
	}
	ix := NewIndex(articles, Options{})
	b.Questions = ix.Evaluate(questions)
	for _, way := range typings {
		b.Typed = append(b.Typed, typedRow{way.how, ix.Evaluate(way.all(questions))})
	}
	b.Starter = measureSize(articles, questions, 15)
	b.Thousand = measureSize(madeUp(1000), questions, 3)
	t, err := template.New("benchmark").Funcs(template.FuncMap{
		"percent": func(share float64) string {
			if share < 0 {
				return "–"
			}
			return fmt.Sprintf("%.1f", 100*share)
		},
		"of": func(n, of int) string { return fmt.Sprintf("%.1f", 100*float64(n)/float64(max(of, 1))) },
		"ms": func(ms float64) string { return fmt.Sprintf("%.*f", 2-min(2, int(math.Log10(max(ms, 1)))), ms) },
		"share": func(n float64, of int) string {
			return strings.TrimPrefix(fmt.Sprintf("%.2f", n/float64(max(of, 1))), "0")
		},
		"number": func(n int) float64 { return float64(n) },
	}).Parse(benchmarkText)
	if err != nil {
		return fmt.Errorf("parse benchmark template: %w", err)
	}
	return t.Execute(w, b)
}

// benchFolders measures folders and returns the mean.
func benchFolders(fsys fs.FS, folders []string) (BenchResult, error) {
	var mean BenchResult
	share := 1 / float64(len(folders))
	for _, folder := range folders {
		var sets [3][]Labelled
		for i, name := range []string{"train.tsv", "val.tsv", "test.tsv"} {
			src, err := fs.ReadFile(fsys, folder+"/"+name)
			if err != nil && name != "val.tsv" {
				return mean, fmt.Errorf("read question set: %w", err)
			}
			if sets[i], err = ParseLabelled(folder+"/"+name, src); err != nil {
				return mean, err
			}
		}
		r := Bench(sets[0], sets[1], sets[2])
		for _, v := range []struct{ to, from *float64 }{
			{&mean.First, &r.First}, {&mean.Top3, &r.Top3}, {&mean.MRR, &r.MRR}, {&mean.BuildMS, &r.BuildMS},
			{&mean.InScopeAt80, &r.InScopeAt80}, {&mean.InScopeAt90, &r.InScopeAt90},
			{&mean.InScopeFitted, &r.InScopeFitted}, {&mean.RefusedFitted, &r.RefusedFitted}, {&mean.P50MS, &r.P50MS}, {&mean.P95MS, &r.P95MS},
		} {
			*v.to += share * *v.from
		}
		mean.P99MS = max(mean.P99MS, r.P99MS)
		mean.RSSMB = max(mean.RSSMB, r.RSSMB)
		mean.Outside += r.Outside
		mean.Questions += r.Questions
	}
	return mean, nil
}

// measureSize builds an index several times and asks it the questions.
func measureSize(articles []Article, questions []Question, times int) sizeRow {
	var ix *Index
	var builds, answers []float64
	for range times {
		start := time.Now()
		ix = NewIndex(articles, Options{})
		builds = append(builds, ms(time.Since(start)))
	}
	for _, q := range questions {
		start := time.Now()
		ix.Answer(q.Text)
		answers = append(answers, ms(time.Since(start)))
	}
	slices.Sort(builds)
	slices.Sort(answers)
	n := len(answers)
	return sizeRow{Phrasings: len(ix.texts), Build: builds[0], Median: builds[times/2], P50: answers[n/2], P99: answers[n*99/100]}
}

// madeUp returns n articles of nine phrasings each, of syllables.
func madeUp(n int) []Article {
	syllables := strings.Fields("ka lo mi ter dru wan sel pro be na rik fu zo ling es pa tor gam vi schu")
	r := random(1)
	sentence := func() string {
		var b strings.Builder
		for range 4 + r.below(5) {
			for range 1 + r.below(4) {
				b.WriteString(syllables[r.below(len(syllables))])
			}
			b.WriteByte(' ')
		}
		return strings.TrimSpace(b.String())
	}
	articles := make([]Article, n)
	for i := range articles {
		articles[i] = Article{ID: fmt.Sprintf("a%d", i), Title: sentence(), Steps: []string{sentence(), sentence()}}
		for range 8 {
			articles[i].Questions = append(articles[i].Questions, sentence())
		}
	}
	return articles
}
