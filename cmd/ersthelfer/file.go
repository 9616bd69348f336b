package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ersthelfer/internal/boltfile"
)

// openFile opens the database in a folder. After an end that was none of the
// program's own, as a power cut, it looks at every page first: what is broken
// beyond use is refused, and single broken records are logged, in one line.
func openFile(data string, log *slog.Logger) (*boltfile.File, error) {
	problems, err := boltfile.CheckAfterCrash(context.Background(), data)
	if err != nil {
		return nil, fmt.Errorf("check database after a crash: %w", err)
	}
	for _, p := range problems {
		if p.Bad() {
			return nil, fmt.Errorf("the database in %s was not closed properly and is damaged (%s and %d more); "+
				"keep it aside and put the newest backup in its place", data, p, len(problems)-1)
		}
	}
	if len(problems) > 0 {
		log.Error("the database was not closed properly and parts of it are damaged; they count as missing, "+
			"everything else works. To have them back, end the program, keep the database aside and put the newest backup in its place",
			"folder", data, "damaged", len(problems), "in", buckets(problems), "first", problems[0].String())
	}
	file, err := boltfile.Open(data, boltfile.Options{Log: log})
	var refused *boltfile.OpenError
	if err != nil && !errors.As(err, &refused) {
		return nil, cannotKeep(data, err)
	}
	return file, err
}

func cannotKeep(data string, err error) error {
	return fmt.Errorf("cannot keep data in %s: %w; see to room and rights there, or name another folder with --data", data, err)
}

// buckets counts problems by bucket: "tickets 12, notices 3".
func buckets(problems []boltfile.Problem) string {
	counts := map[string]int{}
	for _, p := range problems {
		counts[cmp.Or(p.Bucket, "the file")]++
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return strings.Join(out, ", ")
}

// databaseIn returns what is to be said if there is no database in a folder, or
// none that may be read.
func databaseIn(data string) error {
	if boltfile.Exists(data) {
		return nil
	}
	_, err := os.Lstat(filepath.Join(data, boltfile.Name))
	return noDatabase(data, err)
}

func noDatabase(data string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("the database in %s may not be read; run ersthelfer as the user whom it belongs to, such as sudo -u ersthelfer", data)
	}
	return fmt.Errorf("there is no database in %s; name its folder with --data, or the configuration with --config", data)
}
