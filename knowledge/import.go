package knowledge

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what is imported. The ratios and counts follow OWASP ASVS 5.0, 5.2.1 and 5.2.3: they are checked before
// anything is unpacked, and again while it is.
const (
	MaxArchive  = 10 << 20 // bytes of a file that is imported
	MaxUnpacked = 50 << 20 // bytes of what is in it
	MaxFiles    = 5000     // files in an archive, or rows of a table
	MaxRatio    = 100      // unpacked to packed
	maxArticle  = 256 << 10
	maxID       = 80
	maxProblems = 200 // mistakes that are listed
)

// ReadZip reads articles from an archive of Markdown files, as [Library.WriteZip] writes it, at its top or in folders.
// The archive may be of any origin. The error is [Problems] and holds every reason to refuse it; then no article is
// returned.
func ReadZip(src io.ReaderAt, size int64) ([]Article, error) {
	if size > MaxArchive {
		return nil, Problems{{File: "zip", Message: "the archive is larger than 10 MiB; split it"}}
	}
	archive, err := zip.NewReader(src, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, Problems{{File: "zip", Message: "this is no zip archive, or it is damaged"}}
	}
	r := zipReader{names: map[string]string{}, ids: map[string]string{}}
	r.limits(archive.File)
	tooLarge := len(r.problems) > 0
	if len(archive.File) > MaxFiles {
		return nil, r.done()
	}
	for _, f := range archive.File {
		if !noise(f) && r.header(f) && !tooLarge && len(r.problems) <= maxProblems {
			r.file(f)
		}
	}
	if len(r.articles) == 0 && len(r.problems) == 0 {
		r.refuse("zip", "there is no article in the archive; put in files whose names end in .md")
	}
	return r.articles, r.done()
}

// A zipReader collects what an archive holds and all that is wrong with it.
type zipReader struct {
	articles []Article
	names    map[string]string // by lower case: the name
	ids      map[string]string // by id: the file
	unpacked int64
	problems Problems
}

func (r *zipReader) refuse(file, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: printable(file), Message: fmt.Sprintf(format, args...)})
}

// done returns the reasons to refuse the archive, cut to a number that somebody can read.
func (r *zipReader) done() error {
	if len(r.problems) == 0 {
		return nil
	}
	r.articles = nil
	return limited(r.problems)
}

// limited returns the mistakes that somebody can read. Whoever collects them stops soon after maxProblems, so that a
// hostile file cannot fill the memory with mistakes.
func limited(ps Problems) error {
	if more := len(ps) - maxProblems; more > 0 {
		ps = append(ps[:maxProblems:maxProblems], Problem{File: "…", Message: fmt.Sprintf("and at least %d more mistakes", more)})
	}
	return ps.err()
}

// limits checks what the headers promise of the whole.
func (r *zipReader) limits(files []*zip.File) {
	if len(files) > MaxFiles {
		r.refuse("zip", "the archive holds %d files; at most %d are read", len(files), MaxFiles)
	}
	var unpacked, packed uint64
	for _, f := range files {
		unpacked = saturated(unpacked, f.UncompressedSize64)
		packed = saturated(packed, f.CompressedSize64)
	}
	if unpacked > MaxUnpacked {
		r.refuse("zip", "the archive unpacks to more than 50 MiB; split it")
	}
	if unpacked/MaxRatio > packed {
		r.refuse("zip", "the archive is packed more than %d times; articles never are", MaxRatio)
	}
}

func saturated(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}

// noise reports whether the file is one that systems put into archives unasked.
func noise(f *zip.File) bool {
	return strings.HasPrefix(f.Name, "__MACOSX/") || path.Base(f.Name) == ".DS_Store" ||
		strings.HasSuffix(f.Name, "/") && f.UncompressedSize64 == 0 && badName(strings.TrimSuffix(f.Name, "/")) == ""
}

// header checks what the header of a file says, before the file is opened.
func (r *zipReader) header(f *zip.File) bool {
	before := len(r.problems)
	if reason := badName(f.Name); reason != "" {
		r.refuse(f.Name, "%s", reason)
	}
	if f.NonUTF8 {
		r.refuse(f.Name, "the name is not UTF-8")
	}
	if !f.Mode().IsRegular() {
		r.refuse(f.Name, "this is a link or a device, no file")
	}
	if f.Flags&1 != 0 {
		r.refuse(f.Name, "the file is encrypted; pack it without a password")
	}
	if f.Method != zip.Store && f.Method != zip.Deflate {
		r.refuse(f.Name, "the file is packed in an unusual way; use the ordinary one")
	}
	if strings.ToLower(path.Ext(f.Name)) != ".md" {
		r.refuse(f.Name, "this is no article; the names of articles end in .md")
	}
	if f.UncompressedSize64 > maxArticle {
		r.refuse(f.Name, "the article is longer than 256 KiB; shorten it")
	}
	if f.UncompressedSize64/MaxRatio > f.CompressedSize64 {
		r.refuse(f.Name, "the file is packed more than %d times", MaxRatio)
	}
	key := strings.ToLower(f.Name)
	if other, ok := r.names[key]; ok {
		r.refuse(f.Name, "the name is there twice, also as %s; upper and lower case are the same on many systems", printable(other))
	}
	r.names[key] = f.Name
	return len(r.problems) == before
}

// badName says what is wrong with a name in an archive.
func badName(name string) string {
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	switch {
	case strings.HasPrefix(name, "/") || len(name) > 1 && name[1] == ':':
		return "the name is an absolute path"
	case slices.Contains(strings.Split(name, "/"), ".."):
		return "the name leads out of the archive"
	case strings.Contains(name, `\`):
		return "the name holds a backslash"
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsPrint(c) }):
		return "the name holds characters that cannot be printed"
	case reserved(base):
		return "the name is that of a device on Windows"
	}
	return ""
}

// reserved reports whether Windows takes a file of that name for a device (Microsoft, Naming Files, Paths, and
// Namespaces).
func reserved(name string) bool {
	name = strings.ToLower(name)
	if len(name) == 4 && name[3] >= '0' && name[3] <= '9' {
		return name[:3] == "com" || name[:3] == "lpt"
	}
	return slices.Contains([]string{"con", "prn", "aux", "nul"}, name)
}

// file unpacks and reads one file.
func (r *zipReader) file(f *zip.File) {
	src, err := unpack(f)
	r.unpacked += int64(len(src))
	switch {
	case err != nil:
		r.refuse(f.Name, "the file cannot be unpacked; its size or checksum is not as stated")
		return
	case r.unpacked > MaxUnpacked:
		r.refuse(f.Name, "with this file the archive unpacks to more than 50 MiB")
		return
	}
	a, err := ParseArticle(printable(f.Name), src)
	if err == nil {
		err = sound(a)
	}
	var found Problems
	if errors.As(err, &found) {
		r.problems = append(r.problems, found...)
		return
	}
	if want := a.ID + ".md"; want != strings.ToLower(path.Base(f.Name)) {
		r.refuse(f.Name, "the id %q does not fit the file name; name the file %s", a.ID, want)
	}
	if other, ok := r.ids[a.ID]; ok {
		r.refuse(f.Name, "the id %q is also that of %s", a.ID, printable(other))
	}
	r.ids[a.ID] = f.Name
	r.articles = append(r.articles, a)
}

// unpack returns what is in the file, however it lies about its size.
func unpack(f *zip.File) ([]byte, error) {
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(in, maxArticle+1))
	if err == nil && (n > maxArticle || uint64(n) != f.UncompressedSize64) {
		err = zip.ErrFormat
	}
	return b.Bytes(), err
}

// printable returns a name as it can be shown in a message or a log.
func printable(name string) string {
	if len(name) > 200 {
		name = strings.ToValidUTF8(name[:200], "") + "…"
	}
	if q := strconv.Quote(name); q != `"`+name+`"` {
		return q
	}
	return name
}

// An Imported says what an import did.
type Imported struct {
	New, Changed, Same []string // ids
}

// Import takes over articles, as [ReadZip] and [ReadCSV] return them, in one transaction: each becomes a revision in
// review, to be published by [Library.Publish]. Those that say what the newest revision says stay as they are.
// Problems says which are not fit; then nothing is taken over.
func (l *Library) Import(ctx context.Context, by Person, articles []Article, why string) (Imported, error) {
	var out Imported
	if err := l.may(by, ActImport, ""); err != nil {
		return out, err
	}
	if err := l.checkAll(articles); err != nil {
		return out, err
	}
	err := l.change(ctx, by, func(c *change) error {
		out = Imported{}
		for _, a := range articles {
			if err := c.take(a, why, &out); err != nil {
				return fmt.Errorf("article %s: %w", a.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return Imported{}, fmt.Errorf("import articles: %w", err)
	}
	return out, nil
}

func (c *change) take(a Article, why string, out *Imported) error {
	e, err := entryOf(c.tx, a.ID)
	if notFound(err) {
		e, err = &Entry{ID: a.ID}, nil
	}
	if err != nil {
		return err
	}
	before := e.Latest
	if err := c.save(e, a, ActImport, why, 0); err != nil {
		return err
	}
	list := &out.Changed
	switch e.Latest {
	case before:
		list = &out.Same
	case 1:
		list = &out.New
	}
	*list = append(*list, a.ID)
	return nil
}

// checkAll reports every mistake in the articles.
func (l *Library) checkAll(articles []Article) error {
	var problems Problems
	seen := map[string]bool{}
	if len(articles) > MaxFiles {
		problems = append(problems, Problem{File: "import", Message: fmt.Sprintf("there are more than %d articles", MaxFiles)})
	}
	for _, a := range articles {
		var found Problems
		if errors.As(l.check(a), &found) {
			problems = append(problems, found...)
		}
		if seen[a.ID] {
			problems = append(problems, Problem{File: a.ID + ".md", Message: "the id is there twice"})
		}
		seen[a.ID] = true
	}
	if len(problems) == 0 {
		return nil
	}
	return limited(problems)
}

// WriteZip writes the articles in force as Markdown files, ordered by id. [ReadZip] reads back the same articles.
func (l *Library) WriteZip(ctx context.Context, by Person, w io.Writer) error {
	articles, err := l.toExport(ctx, by)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for _, a := range articles {
		f, err := z.Create(a.ID + ".md")
		if err == nil {
			_, err = f.Write(a.Markdown())
		}
		if err != nil {
			return fmt.Errorf("write article %s: %w", a.ID, err)
		}
	}
	return cmp.Or(z.Close(), ctx.Err())
}

// toExport returns the articles in force, for somebody who may take them out.
func (l *Library) toExport(ctx context.Context, by Person) ([]Article, error) {
	if err := l.may(by, ActExport, ""); err != nil {
		return nil, err
	}
	return inForce(*l.force.Load()), ctx.Err()
}
