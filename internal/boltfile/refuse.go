package boltfile

import (
	"fmt"
	"strings"
	"time"
)

// A Reason is why a database is not opened. The program has a sentence for each in the language of its reader.
type Reason string

// The reasons.
const (
	Missing  Reason = "missing"   // there was a database and now there is none
	Empty    Reason = "empty"     // the file has no bytes
	Short    Reason = "short"     // the file has lost its end
	Damaged  Reason = "damaged"   // the file is a database, but its pages are not in order
	Foreign  Reason = "foreign"   // the file is not this program's, or not the one that was here
	ReadOnly Reason = "read-only" // the file or its directory may not be written
	InUse    Reason = "in use"    // another process has it open
	Newer    Reason = "newer"     // a later version of the program has written it
)

// An OpenError says why a database was refused. The file has not been touched.
type OpenError struct {
	Path   string
	Reason Reason
	Detail string  // numbers and the like; may be empty
	Holder *Holder // who has it open, for InUse; nil if that is not known
}

// Error says what is wrong with which file and what to do.
func (e *OpenError) Error() string {
	var s strings.Builder
	fmt.Fprintf(&s, "database %s %s", e.Path, e.what())
	if e.Detail != "" {
		fmt.Fprintf(&s, " (%s)", e.Detail)
	}
	return s.String() + ": " + e.fix()
}

func (e *OpenError) what() string {
	switch e.Reason {
	case Missing:
		return "is missing"
	case Empty:
		return "is empty"
	case Short:
		return "is cut short"
	case Damaged:
		return "is damaged"
	case Foreign:
		return "is not the one that belongs here"
	case ReadOnly:
		return "may not be written"
	case Newer:
		return "was written by a later version of the program"
	case InUse:
		if e.Holder == nil {
			return "is in use by another process"
		}
		return fmt.Sprintf("is in use by process %d since %s", e.Holder.PID, e.Holder.Since.Format(time.RFC3339))
	}
	return "cannot be opened"
}

func (e *OpenError) fix() string {
	switch e.Reason {
	case ReadOnly:
		return "give the program permission to write the file and its directory"
	case InUse:
		return "end that process first"
	case Newer:
		return "install the later version, or restore a backup of this one"
	}
	return "put the right file or a backup in its place, or set it aside to begin anew"
}
