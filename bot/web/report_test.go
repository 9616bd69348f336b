package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"ersthelfer/escalation/report"
)

// The report calls articles by their titles; of one that is no longer there only the id is left.
func TestReportCallsArticlesByTheirTitles(t *testing.T) {
	s := curated(t, Options{Demo: true})
	s.o.Report = func(context.Context, time.Time, time.Time, string) (report.Result, error) {
		return report.Result{
			MinGroup: 5, Total: report.Figures{Questions: 9},
			Articles: []report.Article{{ID: "papierstau", Shown: 5, NotHelped: 3}, {ID: "nirgends", Shown: 4, NotHelped: 1}},
		}, nil
	}
	page := ask(s, "/als/sven/bericht", "", nil).Body.String()
	for _, want := range []string{">Papierstau im Kopierer<", ">nirgends<"} {
		if !strings.Contains(page, want) {
			t.Errorf("the report has no %q", want)
		}
	}
}
