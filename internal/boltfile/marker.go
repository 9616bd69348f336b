package boltfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// What lies beside the database, by what follows its name.
const (
	markerSuffix = ".marker"
	holderSuffix = ".holder"
	leftover     = ".part-" // not finished; removed by the next process that has the database
)

// A marker says that there was data. It is stored; fields are never renamed.
type marker struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Schema  int       `json:"schema"`
	Seen    time.Time `json:"seen"` // when it was opened last
	Size    int64     `json:"size"` // bytes of the file then
}

// String is for the one who looks for the file.
func (m marker) String() string {
	if m.ID == "" {
		return "there was one"
	}
	return fmt.Sprintf("the one created on %s, last opened on %s with %d bytes",
		m.Created.Format(time.DateOnly), m.Seen.Format(time.DateOnly), m.Size)
}

// readMarker reports whether there is a marker. What a damaged one says is lost, but not that it is there.
func readMarker(path string) (m marker, found bool, err error) {
	data, err := os.ReadFile(path + markerSuffix)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return marker{}, false, nil
	case err != nil:
		return marker{}, false, err
	}
	if json.Unmarshal(data, &m) != nil {
		return marker{}, true, nil
	}
	return m, true, nil
}

// mark writes the marker anew.
func (f *File) mark(own identity) error {
	info, err := f.raw.Stat()
	if err != nil {
		return err
	}
	return writeNote(f.path+markerSuffix, marker{
		ID: own.ID, Created: own.Created, Schema: own.Schema, Seen: f.opts.Now().UTC(), Size: info.Size(),
	})
}

// A Holder is the process that has the database open.
type Holder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// readHolder returns nil if there is no legible note.
func readHolder(path string) *Holder {
	data, err := os.ReadFile(path + holderSuffix)
	if err != nil {
		return nil
	}
	var h Holder
	if json.Unmarshal(data, &h) != nil || h.PID == 0 {
		return nil
	}
	return &h
}

// writeNote replaces a small JSON file, so that a reader or a power cut finds either the old one or the new one.
func writeNote(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), Name+leftover)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(append(data, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(path)
}

// removeLeftovers removes what an interruption has left behind. Only who has the database open may call it.
func (f *File) removeLeftovers() {
	dir := filepath.Dir(f.path)
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), Name+leftover) {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// syncDir makes a rename in the directory of path last.
func syncDir(path string) error {
	if runtime.GOOS == "windows" { // directories cannot be synced there
		return nil
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
