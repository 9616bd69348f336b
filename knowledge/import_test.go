package knowledge_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"ersthelfer/knowledge"
)

// A file is what goes into an archive.
type file struct {
	name string
	body string
	mode fs.FileMode
	edit func(*zip.FileHeader)
}

func md(id string) file {
	a := beamer
	a.ID = id
	return file{name: id + ".md", body: string(a.Markdown())}
}

func pack(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		if f.mode != 0 {
			h.SetMode(f.mode)
		}
		if f.edit != nil {
			f.edit(h)
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readZip(data []byte) ([]knowledge.Article, error) {
	return knowledge.ReadZip(bytes.NewReader(data), int64(len(data)))
}

// awkward is an article of everything that files and tables find hard.
var awkward = knowledge.Article{
	ID: "schwierig", Title: `=SUMME(A1) "Zitat"; mit Semikolon, ja`, Room: "netzwerk", Role: "caretaker", Kind: "request",
	Priority: "P2", AtOnce: true, Also: []string{"a", "b"}, Fields: []string{"place", "device"}, Near: []string{"c"},
	Ask: "+49?", Option: "@alle", Tags: []string{"-minus", "Ümlaut: ß"},
	Questions: []string{"=frage", "'zitat", "ja", "null", "12", "# raute"},
	Steps:     []string{"Zeile **eins**; zwei.", "-1 ist kein Punkt."}, Note: "'=halb\n\nZweiter Absatz.",
	English: &knowledge.Twin{Title: "'quoted", Questions: []string{"＝wide"}, Steps: []string{"one"}},
}

func TestExportComesBack(t *testing.T) {
	starter, err := knowledge.Starter()
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, append(starter, awkward)...)
	var archive, table bytes.Buffer
	f.must(nil, f.WriteZip(t.Context(), "mara", &archive))
	f.must(nil, f.WriteCSV(t.Context(), "mara", &table))
	want := knowledge.Overlay(starter, []knowledge.Article{awkward})
	fromZip, err := readZip(archive.Bytes())
	if diff := cmp.Diff(want, fromZip); diff != "" || err != nil {
		t.Errorf("zip (-want +got): %v\n%s", err, diff)
	}
	fromCSV, err := knowledge.ReadCSV("artikel.csv", bytes.NewReader(table.Bytes()))
	if diff := cmp.Diff(want, fromCSV); diff != "" || err != nil {
		t.Errorf("csv (-want +got): %v\n%s", err, diff)
	}
	got, err := f.Import(t.Context(), "mara", fromCSV, "")
	if err != nil || len(got.Same) != len(want) || len(got.New)+len(got.Changed) != 0 {
		t.Errorf("importing the export: %d the same, new %v, changed %v, %v", len(got.Same), got.New, got.Changed, err)
	}
}

func TestWriteCSVForGermanExcel(t *testing.T) {
	f := open(t, awkward)
	var b bytes.Buffer
	f.must(nil, f.WriteCSV(t.Context(), "mara", &b))
	got := b.String()
	if !strings.HasPrefix(got, "\ufeffid;title;room;") || !strings.Contains(got, "\r\nschwierig;") {
		t.Errorf("the table begins %q", got[:min(len(got), 200)])
	}
	for _, cell := range []string{`;"'=SUMME(A1) ""Zitat""; mit Semikolon, ja";`, ";'+49?;", ";'@alle;", `"'-minus`, `"'=frage`, ";'＝wide;"} {
		if !strings.Contains(got, cell) {
			t.Errorf("cell %s is not in the table:\n%s", cell, got)
		}
	}
}

func TestReadCSVAsSpreadsheetsSaveIt(t *testing.T) {
	want := knowledge.Article{
		ID: "geraet-laeuft", Title: "Gerät läuft – „gut“", Room: "netzwerk", Questions: []string{"läuft es", "geht ß"}, Steps: []string{"Prüfen."},
	}
	const table = "id;title;room;questions;steps\r\ngeraet-laeuft;Gerät läuft – „gut“;netzwerk;\"läuft es\ngeht ß\";Prüfen.\r\n;;;;\r\n"
	win := strings.NewReplacer("ä", "\xe4", "ß", "\xdf", "ü", "\xfc", "–", "\x96", "„", "\x84", "“", "\x93").Replace(table)
	wide := func(order func(u uint16) (byte, byte)) string {
		var b []byte
		for _, u := range utf16.Encode([]rune("\ufeff" + table)) {
			x, y := order(u)
			b = append(b, x, y)
		}
		return string(b)
	}
	for name, in := range map[string]string{
		"utf-8": table, "utf-8 with mark": "\ufeff" + table, "windows-1252": win,
		"utf-16 little": wide(func(u uint16) (byte, byte) { return byte(u), byte(u >> 8) }),
		"utf-16 big":    wide(func(u uint16) (byte, byte) { return byte(u >> 8), byte(u) }),
		"commas":        strings.ReplaceAll(table, ";", ","), "tabs": strings.ReplaceAll(table, ";", "\t"),
		"lf":         strings.ReplaceAll(table, "\r\n", "\n"),
		"decomposed": strings.ReplaceAll(table, "ä", "a\u0308"),
	} {
		got, err := knowledge.ReadCSV("x.csv", strings.NewReader(in))
		if diff := cmp.Diff([]knowledge.Article{want}, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestReadCSVRefuses(t *testing.T) {
	const head = "id;title;room;steps\n"
	const good = "a;A;netzwerk;Eins.\n"
	var rows string
	for i := range knowledge.MaxFiles + 1 {
		rows += fmt.Sprintf("a%d;A;netzwerk;Eins.\n", i)
	}
	for name, test := range map[string]struct{ in, want string }{
		"empty":           {"", "x.csv:1: the table is empty, or its first row cannot be read"},
		"head only":       {head, "x.csv: there is no article in the table"},
		"unknown column":  {"id;titel\na;b\n", `x.csv:1:2: unknown column "titel"`},
		"no id":           {"title;room\na;b\n", "x.csv:1: column id is missing"},
		"column twice":    {"id;title;id\na;b;c\n", "x.csv:1:3: column id is there twice"},
		"formula":         {head + "a;=HYPERLINK(1);netzwerk;Eins.\n", "x.csv:2:2: the cell begins like a formula"},
		"formula in list": {head + "a;A;netzwerk;@x\n", "x.csv:2:4: the cell begins like a formula"},
		"id twice":        {head + good + good, `x.csv:3: the id "a" is also that of line 2`},
		"too many cells":  {head + "a;A;netzwerk;Eins.;mehr\n", "x.csv:2:5: the row has more cells"},
		"quotation mark":  {head + "a;\"A;netzwerk;Eins.\n", "x.csv:"},
		"no title":        {head + "a;;netzwerk;Eins.\n", "x.csv:2: title is missing"},
		"zero bytes":      {head + "a;A\x00;netzwerk;Eins.\n", "the encoding is unknown"},
		"no encoding":     {head + "a;A\x81\xff;netzwerk;Eins.\n", "the encoding is unknown"},
		"too large":       {strings.Repeat("x", knowledge.MaxArchive+1), "the table is larger than 10 MiB"},
		"too many rows":   {head + rows, "x.csv: there are more than 5000 rows"},
		"many columns":    {strings.Repeat(";", knowledge.MaxArchive-1), "there are 10485760 columns; at most 22 have a meaning"},
		"many mistakes":   {head + strings.Repeat("=;=;=;=\n", 4000), "more mistakes"},
		"traversal":       {head + "../a;A;netzwerk;Eins.\n", "is no id"},
		"device":          {head + "con;A;netzwerk;Eins.\n", "the id cannot be the name of a file on Windows"},
	} {
		got, err := knowledge.ReadCSV("x.csv", strings.NewReader(test.in))
		var problems knowledge.Problems
		if !errors.As(err, &problems) || !strings.Contains(err.Error(), test.want) || got != nil {
			t.Errorf("%s: %d articles, error\n%.300v\nwant %s", name, len(got), err, test.want)
		}
	}
	_, err := knowledge.ReadCSV("x.csv", strings.NewReader(head+"A B;A;netzwerk;Eins.\nb;=1;netzwerk;Eins.\nc;C;netzwerk;\n"))
	for _, want := range []string{"x.csv:2:", "x.csv:3:2:", "x.csv:4:"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("not every mistake is told at once: %v", err)
		}
	}
}

func TestReadZipTakesWhatSystemsPack(t *testing.T) {
	a, b := md("a"), md("b")
	a.name, b.name = "Artikel/a.md", "Artikel/B.MD"
	got, err := readZip(pack(t, file{name: "Artikel/"}, a, b, file{name: "__MACOSX/._a.md", body: "x"}, file{name: "Artikel/.DS_Store", body: "x"}))
	if err != nil || len(got) != 2 || got[0].ID != "a" || got[1].ID != "b" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestReadZipRefuses packs every hostile archive that reliability knows.
func TestReadZipRefuses(t *testing.T) {
	named := func(name string) file { f := md("a"); f.name = name; return f }
	bomb := file{name: "bombe.md", body: strings.Repeat("\x00", 200<<10)}
	many := func(n int) []file {
		files := make([]file, n)
		for i := range files {
			files[i] = file{name: fmt.Sprintf("f%d.md", i)}
		}
		return files
	}
	random := strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz", 1)
	var large []file
	for i := range 300 { // together more than 50 MiB, each packed less than 100 times
		var b strings.Builder
		for n := range 4600 {
			fmt.Fprintf(&b, "%s %d %d\n", random, i, n*n)
		}
		large = append(large, file{name: fmt.Sprintf("g%d.md", i), body: b.String()})
	}
	lie := func(change func(*zip.FileHeader)) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		h := &zip.FileHeader{Name: "a.md", Method: zip.Store}
		body := md("a").body
		h.UncompressedSize64, h.CompressedSize64 = uint64(len(body)), uint64(len(body))
		change(h)
		w, err := z.CreateRaw(h)
		if err == nil {
			_, err = w.Write([]byte(body))
		}
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	var mistakes string
	for i := range 3000 {
		mistakes += fmt.Sprintf("%d. Schritt\n\n", i%900+5)
	}
	latin := md("a")
	latin.body = strings.ReplaceAll(latin.body, "Prüfen", "Pr\xfcfen")
	link := file{name: "a.md", body: "/etc/passwd", mode: fs.ModeSymlink | 0o777}
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"no archive":     {[]byte("PK\x03\x04 nichts"), "this is no zip archive"},
		"empty":          {pack(t), "there is no article in the archive"},
		"larger than in": {make([]byte, knowledge.MaxArchive+1), "the archive is larger than 10 MiB"},
		"bomb":           {pack(t, bomb), "bombe.md: the file is packed more than 100 times"},
		"large file":     {pack(t, file{name: "a.md", body: strings.Repeat("abc \n\x01", 60<<10)}), "a.md: the article is longer than 256 KiB"},
		"large archive":  {pack(t, large...), "the archive unpacks to more than 50 MiB"},
		"many files":     {pack(t, many(20_000)...), "the archive holds 20000 files; at most 5000 are read"},
		"far too many":   {pack(t, many(100_000)...), "the archive is larger than 10 MiB"},
		"nested":         {pack(t, file{name: "b.zip", body: string(pack(t, md("a")))}), "b.zip: this is no article"},
		"parent":         {pack(t, named("../a.md")), "../a.md: the name leads out of the archive"},
		"hidden parent":  {pack(t, named("x/../../a.md")), "the name leads out of the archive"},
		"absolute":       {pack(t, named("/etc/a.md")), "/etc/a.md: the name is an absolute path"},
		"drive":          {pack(t, named("C:/a.md")), "the name is an absolute path"},
		"backslash":      {pack(t, named(`..\a.md`)), "the name holds a backslash"},
		"device":         {pack(t, named("AUX.md")), "the name is that of a device on Windows"},
		"control":        {pack(t, named("a\x1b[2J.md")), `"a\x1b[2J.md": the name holds characters that cannot be printed`},
		"name encoding":  {pack(t, named("\xe4.md")), "the name holds characters that cannot be printed"},
		"symlink":        {pack(t, link), "a.md: this is a link or a device, no file"},
		"encrypted":      {pack(t, file{name: "a.md", body: "x", edit: func(h *zip.FileHeader) { h.Flags |= 1 }}), "a.md: the file is encrypted"},
		"method":         {lie(func(h *zip.FileHeader) { h.Method = 99 }), "the file is packed in an unusual way"},
		"size too small": {lie(func(h *zip.FileHeader) { h.UncompressedSize64 = 10 }), "a.md: the file cannot be unpacked"},
		"size too large": {lie(func(h *zip.FileHeader) { h.UncompressedSize64 = 5000 }), "a.md: the file cannot be unpacked"},
		"checksum":       {lie(func(h *zip.FileHeader) { h.CRC32 = 7 }), "a.md: the file cannot be unpacked"},
		"content":        {pack(t, latin), "the file is not UTF-8 text"},
		"name twice":     {pack(t, md("a"), md("a")), "a.md: the name is there twice, also as a.md"},
		"case clash":     {pack(t, md("a"), named("A.md")), "A.md: the name is there twice, also as a.md"},
		"id twice":       {pack(t, md("a"), named("x/a.md")), `x/a.md: the id "a" is also that of a.md`},
		"id and name":    {pack(t, named("b.md")), `b.md: the id "a" does not fit the file name`},
		"many mistakes":  {pack(t, file{name: "a.md", body: "---\nid: a\ntitle: A\nroom: b\n---\n" + mistakes}), "more mistakes"},
		"no article":     {pack(t, file{name: "a.md", body: "hallo"}), "a.md:1:1: the head is missing"},
	} {
		got, err := readZip(test.data)
		var problems knowledge.Problems
		if !errors.As(err, &problems) || !strings.Contains(err.Error(), test.want) || got != nil {
			t.Errorf("%s: %d articles, error\n%.300v\nwant %s", name, len(got), err, test.want)
		}
		if len(problems) > 201 {
			t.Errorf("%s: %d problems are more than anybody reads", name, len(problems))
		}
	}
	_, err := readZip(pack(t, named("../a.md"), link, file{name: "c.txt"}, file{name: "d.md", body: "hallo"}))
	for _, want := range []string{"../a.md:", "a.md: this is a link", "c.txt:", "d.md:1:1:"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("not every reason is told at once; %s is missing in\n%v", want, err)
		}
	}
}

func TestImport(t *testing.T) {
	f, ctx := open(t, beamer, drucker), t.Context()
	changed := beamer
	changed.Note = "Neu."
	got, err := f.Import(ctx, "mara", []knowledge.Article{changed, drucker, wlan}, "aus Wiki")
	want := knowledge.Imported{New: []string{wlan.ID}, Changed: []string{beamer.ID}, Same: []string{drucker.ID}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("imported (-want +got): %v\n%s", err, diff)
	}
	f.wantState(beamer.ID, "review 2/1")
	f.wantState(wlan.ID, "review 1/0")
	f.must(f.Publish(ctx, "mara", knowledge.Order{Anyway: true}, beamer.ID, wlan.ID))
	f.wantState(beamer.ID, "published 2/2")

	before := f.raw()
	var problems knowledge.Problems
	_, err = f.Import(ctx, "mara", []knowledge.Article{wlan, wlan, {ID: "x"}, {ID: "../y"}}, "")
	if !errors.As(err, &problems) || !strings.Contains(err.Error(), "wlan-passwort.md: the id is there twice") ||
		!strings.Contains(err.Error(), "x.md:") || !strings.Contains(err.Error(), "../y.md:") {
		t.Errorf("a bad import says %v", err)
	}
	if f.raw() != before {
		t.Error("a refused import changes something")
	}
}

func FuzzReadZip(f *testing.F) {
	f.Add(pack(f, md("a")))
	f.Add(pack(f, file{name: "../a.md", body: "x"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		articles, err := readZip(data)
		checkRead(t, articles, err)
	})
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte("id;title;room;steps\na;A;netzwerk;Eins.\n"))
	f.Add([]byte("\xff\xfei\x00d\x00"))
	f.Add([]byte("id,title\n\"a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		articles, err := knowledge.ReadCSV("x.csv", bytes.NewReader(data))
		checkRead(t, articles, err)
	})
}

// checkRead checks that a reader returns articles or problems, and only articles that come back from Markdown.
func checkRead(t *testing.T, articles []knowledge.Article, err error) {
	t.Helper()
	var problems knowledge.Problems
	if (err == nil) == (len(articles) == 0) || err != nil && !errors.As(err, &problems) {
		t.Fatalf("%d articles, %v", len(articles), err)
	}
	for _, a := range articles {
		again, err := knowledge.ParseArticle("x", a.Markdown())
		if diff := cmp.Diff(a, again); diff != "" || err != nil {
			t.Fatalf("an article does not come back: %v\n%s", err, diff)
		}
	}
}
