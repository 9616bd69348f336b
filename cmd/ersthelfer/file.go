package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"ersthelfer/internal/boltfile"
)

// openFile opens the database in a folder. After an end that was none of the
// program's own, as a power cut, it looks at every page first: what is broken
// beyond use is refused, and single broken records are logged.
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
		log.Error("a record is damaged", "place", p.String())
	}
	file, err := boltfile.Open(data, boltfile.Options{Log: log})
	var refused *boltfile.OpenError
	if err != nil && !errors.As(err, &refused) {
		return nil, fmt.Errorf("cannot keep data in %s: %w; see to room and rights there, or name another folder with --data", data, err)
	}
	return file, err
}
