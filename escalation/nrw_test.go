package escalation

import "testing"

func TestParseDaysOffReportsEveryLine(t *testing.T) {
	_, err := parseDaysOff("days.txt", `# comment
2026-10-17 2026-10-31 Herbstferien

2026-10-17 Herbstferien
2026-02-30 2026-03-01 Ferien
2026-03-02 2026-03-01 Ferien am See
`)
	want := `days.txt:4: "2026-10-17 Herbstferien": write first day, last day and reason
days.txt:5: date "2026-02-30": not a day; write year-month-day, such as 2026-12-18
days.txt:6: 2026-03-02: ends on 2026-03-01 before it begins`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
