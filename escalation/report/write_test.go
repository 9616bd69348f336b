package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
	"ersthelfer/escalation/report"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// week returns the figures of a week at three schools: two with enough
// questions, one with too few.
func week(t *testing.T, language string) report.Result {
	t.Helper()
	m := escalationtest.Model()
	m.Connections["direct"].Title = map[string]string{"de": "direkt", "en": "direct"}
	m.Connections["multi-stage"].Title = map[string]string{"de": "mehrstufig", "en": "multi-stage"}
	m.Connections["mixed"].Title = map[string]string{"de": "gemischt", "en": "mixed"}
	o := report.Options{Now: when(t, "Fr 14:00"), Language: language}
	r := report.New(m, when(t, "Mo 00:00"), when(t, "Sa 00:00"), o)
	const (
		nord = "gs-nord anna: Mo 08:00 asked; Mo 08:00 offered beamer-kein-signal; "
		sued = "gym-sued bernd: Di 09:00 asked; Di 09:10 opened P3 netzwerk → provider by Di 13:10, Do 09:10; "
		west = "grund-west clara: Mi 08:00 asked; Mi 08:00 opened P2 praesentation → contact by Mi 10:00, Mi 16:00; "
		open = "Mo 08:05 not_helped; Mo 08:10 opened P2 praesentation → contact by Mo 10:10, Di 08:10; "
	)
	for _, s := range []string{
		nord + "Mo 08:05 helped",
		nord + "Mo 08:05 helped",
		nord + "Di 08:00 lapsed",
		strings.Replace(nord, "anna", "tom", 1) + "Di 08:00 lapsed",
		"gs-nord tom: Mi 08:00 asked; Mi 08:00 offered beamer-kein-signal",
		nord + "Mo 08:05 cancelled",
		"gs-nord anna: Mo 08:00 asked; Di 08:00 lapsed",
		nord + open + "Mo 09:10 taken; Mo 10:10 solved; Mo 10:12 rated 5; Mo 10:20 confirmed",
		nord + open + "Mo 09:20 taken; Mo 12:10 solved; Mo 12:12 rated 4; Mo 12:20 confirmed",
		nord + open + "Mo 09:30 taken; Di 09:30 solved; Di 09:31 rated 2; Di 09:40 reopened by Mo 10:10, Di 09:40",
		nord + open + "Mo 10:00 handed_on → provider by Mo 12:00, Di 08:10; Mo 11:00 taken; Mo 15:10 solved; Mo 15:12 rated 3",
		nord + open + "Mo 10:10 breached response; Mo 10:10 handed_on → provider by Mo 12:10, Di 08:10; Mo 11:40 taken; Di 08:00 solved; Di 08:01 rated 5",
		nord + open + "Mo 09:00 noted",
		sued + "Di 09:40 taken; Di 11:10 solved",
		sued + "Di 10:10 taken; Di 15:10 solved",
		sued + "Di 10:40 taken; Di 11:00 paused; Mi 11:00 resumed by Di 13:10, Fr 09:10; Mi 12:10 solved",
		sued + "Di 11:10 taken; Mi 09:10 solved",
		sued + "Di 14:10 taken; Do 10:10 solved",
		sued + "Di 09:20 taken; Di 09:30 solved",
		west + "Mi 09:00 taken; Mi 10:00 solved",
		west + "Mi 08:30 solved",
		"gs-nord nobody: Mo 09:00 asked; Mo 09:00 opened P3 → supervisor",
	} {
		r.Add(ticket(t, s))
	}
	return r.Result()
}

func golden(t *testing.T, name string, write func(io.Writer) error) {
	t.Helper()
	var got bytes.Buffer
	if err := write(&got); err != nil {
		t.Fatal(err)
	}
	file := "testdata/" + name
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}

func TestWriteText(t *testing.T) {
	for _, language := range []string{"de", "en"} {
		golden(t, "week."+language+".txt", week(t, language).WriteText)
		golden(t, "nothing."+language+".txt", draw(t, report.Options{Language: language}).WriteText)
	}
}

func TestWriteCSV(t *testing.T) {
	for _, language := range []string{"de", "en"} {
		golden(t, "week."+language+".csv", week(t, language).WriteCSV)
	}
}

func TestNoSuchLanguage(t *testing.T) {
	res := draw(t, report.Options{Language: "fr"})
	const want = `no words for language "fr": there are de and en`
	for _, write := range []func(io.Writer) error{res.WriteText, res.WriteCSV} {
		if err := write(io.Discard); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestTextFitsIntoItsColumns(t *testing.T) {
	long := strings.Repeat("Gesamtschule ", 10)
	for _, language := range []string{"de", "en"} {
		res := week(t, language)
		res.Total.Response = report.Times{Count: 12345, Median: 59999, P90: 599999, Wall: 599999}
		for _, g := range res.Schools {
			g.Title, g.Hidden = long, ""
			g.Figures = report.Figures{Questions: 123456, Response: res.Total.Response, Resolution: res.Total.Response}
			res.Models = append(res.Models, g)
		}
		res.Articles = append(res.Articles, report.Article{ID: long})
		var out bytes.Buffer
		if err := res.WriteText(&out); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
				t.Errorf("%s: %d columns: %s", language, n, line)
			}
		}
	}
}

// TestSmallGroupsLeaveNoTrace holds that a hidden group says nothing in any
// form, and that too few questions altogether say nothing at all.
func TestSmallGroupsLeaveNoTrace(t *testing.T) {
	res := week(t, "de")
	for _, g := range res.Schools {
		if g.ID == "grund-west" && g.Figures != (report.Figures{Hidden: report.Small}) {
			t.Errorf("two questions of a school are shown: %+v", g)
		}
		if g.ID == "gym-sued" && g.Figures != (report.Figures{Hidden: report.Covering}) {
			t.Errorf("the two can be worked out from the next school: %+v", g)
		}
	}
	few := draw(t, report.Options{Now: when(t, "Fr 08:00")},
		"gs-nord anna: Mo 08:00 asked; Mo 08:00 offered beamer; Mo 08:01 not_helped; Mo 08:02 opened P1 praesentation → contact; Mo 08:03 solved")
	data, err := json.Marshal(few)
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"beamer", "anna", "mara", "P1"} {
		if strings.Contains(string(data), trace) {
			t.Errorf("%q is in %s", trace, data)
		}
	}
	if strings.ContainsAny(strings.TrimPrefix(fmt.Sprint(few.Total), "{small"), "123456789") {
		t.Errorf("total %+v", few.Total)
	}
}

func TestNoNamesInFigures(t *testing.T) {
	res := week(t, "de")
	data, err := json.Marshal(res)
	if err != nil {
		t.Fatal(err)
	}
	for id, p := range escalationtest.Model().People {
		if strings.Contains(string(data), `"`+string(id)+`"`) || strings.Contains(string(data), p.Name) {
			t.Errorf("%s is in the figures", id)
		}
	}
}

// FuzzCells holds that no name from the configuration runs as a formula, breaks
// out of its cell, or steers a terminal.
func FuzzCells(f *testing.F) {
	for _, s := range []string{
		"Gesamtschule Nord", "=1+1", "+49", "-2", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "＝1", "a;b", `"`, `a";=1;"`,
		"a\nb", "\u202egnp", "\x1b[31mrot", "\xff\xfe", "\uFEFF=1", "\u00a0=1", "'=1", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		m := escalationtest.Model()
		m.Schools["gs-nord"].Name = name
		r := report.New(m, when(t, "Mo 00:00"), when(t, "Di 00:00"), report.Options{MinGroup: 1})
		r.Add(ticket(t, "gs-nord anna: Mo 08:00 asked"))
		var sheet, text bytes.Buffer
		if err := r.Result().WriteCSV(&sheet); err != nil {
			t.Fatal(err)
		}
		if err := r.Result().WriteText(&text); err != nil {
			t.Fatal(err)
		}
		body, ok := strings.CutPrefix(sheet.String(), "\uFEFF")
		if !ok || strings.Contains(body, "\uFEFF") {
			t.Fatal("not exactly one byte order mark, at the beginning")
		}
		if strings.ContainsAny(text.String()+strings.ReplaceAll(body, "\r\n", "\n"), "\x1b\r\u202e") || !utf8.Valid(sheet.Bytes()) {
			t.Errorf("%q is not made harmless", name)
		}
		in := csv.NewReader(strings.NewReader(body))
		in.Comma, in.FieldsPerRecord = ';', 6
		rows, err := in.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, c := range row {
				if strings.IndexAny(strings.TrimSpace(c), "=+-@＝＋－＠") == 0 {
					t.Errorf("%q runs as a formula", c)
				}
			}
		}
	})
}

func TestCompare(t *testing.T) {
	before, after := escalationtest.Model(), escalationtest.Model()
	after.Schools["gs-nord"].Connection = "direct"
	delete(after.Schools, "gym-sued")
	after.Targets[escalation.P3] = escalation.Target{
		Response: escalation.Span{Time: 30 * 60e9}, Resolution: escalation.Span{Workdays: 1},
	}
	const asked = "gs-nord anna: Mo 08:00 asked; Mo 08:00 opened "
	var tickets []*escalation.Ticket
	for _, s := range []string{
		asked + "P2 praesentation → contact; Mo 09:00 solved",                                // the contact solved it
		asked + "P2 praesentation → contact; Mo 09:00 handed_on → provider; Mo 10:00 solved", // the provider did
		asked + "P3 netzwerk → contact",
		"grund-west clara: Mo 08:00 asked; Mo 08:00 opened P2 netzwerk → provider; Mo 09:00 solved",
		"gym-sued bernd: Mo 08:00 asked; Mo 08:00 opened P2 netzwerk → provider",
		"gs-nord anna: Mo 08:00 asked; Mo 08:00 offered beamer; Mo 08:01 helped",
		"gs-nord nobody: Mo 08:00 asked; Mo 08:00 opened P3 → supervisor",
	} {
		tickets = append(tickets, ticket(t, s))
	}
	got, err := report.Compare(before, after, tickets, "")
	if err != nil {
		t.Fatal(err)
	}
	want := report.Comparison{
		Language: "de", Tickets: 4, Skipped: 1, Moved: 3, Same: 3, Sooner: 1,
		// P2 2h 8h, P3 4h 2 workdays from Mo 08:00; 8 h of business time end with the day.
		Before: report.Outlook{
			First:   []report.First{{"contact", "Schulkontakt", 3}, {"provider", "Dienstleister", 1}},
			HandOns: 1, Reached: 3, Response: 120, Resolution: 480,
		},
		After: report.Outlook{
			First:   []report.First{{"provider", "Dienstleister", 4}},
			Reached: 2, Unreached: 1, Response: 120, Resolution: 480,
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("comparison (-want +got):\n%s", d)
	}
	golden(t, "compare.de.txt", got.WriteText)
	got.Language = "en"
	golden(t, "compare.en.txt", got.WriteText)
}

func TestCompareNothing(t *testing.T) {
	m := escalationtest.Model()
	got, err := report.Compare(m, m, nil, "en")
	if err != nil || !cmp.Equal(got, report.Comparison{Language: "en"}) {
		t.Errorf("got %+v, %v", got, err)
	}
}
