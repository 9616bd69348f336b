package knowledge

import (
	"fmt"
	"io"
	"io/fs"
)

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
	{"covid_de", []string{"covid_de/fold0", "covid_de/fold1", "covid_de/fold2", "covid_de/fold3", "covid_de/fold4"}},
}

// BenchmarkTable measures every public question set below fsys, each a folder with train.tsv, test.tsv and perhaps
// val.tsv, and writes a Markdown table. A set that is not there is left out. It takes a minute.
func BenchmarkTable(fsys fs.FS, w io.Writer) error {
	_, err := fmt.Fprintln(w, "| set | first | top 3 | MRR | kept, 80 % refused | kept, 90 % refused | build ms | p50 ms | p99 ms |\n|---|---|---|---|---|---|---|---|---|")
	for _, set := range benchSets {
		if _, missing := fs.Stat(fsys, set.folders[0]); missing != nil {
			continue
		}
		r, benchErr := benchFolders(fsys, set.folders)
		if benchErr != nil {
			return benchErr
		}
		refused := "– | –"
		if len(set.folders) == 1 && r.Outside > 0 {
			refused = fmt.Sprintf("%.1f | %.1f", 100*r.InScopeAt80, 100*r.InScopeAt90)
		}
		_, err = fmt.Fprintf(w, "| %s | %.1f | %.1f | %.3f | %s | %.0f | %.2f | %.2f |\n",
			set.name, 100*r.First, 100*r.Top3, r.MRR, refused, r.BuildMS, r.P50MS, r.P99MS)
	}
	return err
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
		mean.First += share * r.First
		mean.Top3 += share * r.Top3
		mean.MRR += share * r.MRR
		mean.InScopeAt80 += share * r.InScopeAt80
		mean.InScopeAt90 += share * r.InScopeAt90
		mean.BuildMS += share * r.BuildMS
		mean.P50MS += share * r.P50MS
		mean.P99MS = max(mean.P99MS, r.P99MS)
		mean.Outside += r.Outside
		mean.Questions += r.Questions
	}
	return mean, nil
}
