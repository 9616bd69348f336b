package escalation

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
)

//go:embed nrw.txt
var nrwText string

// NRWSchoolHolidays returns the school holidays of North Rhine-Westphalia that are known, from autumn
// 2025 to Christmas 2027/28. They come from secondary sources, as nrw.txt says; a school's movable
// days are not among them.
func NRWSchoolHolidays() []DayOff {
	days, err := parseDaysOff("nrw.txt", nrwText)
	if err != nil {
		panic(err) // the file is part of the program, and a test reads it
	}
	return days
}

// parseDaysOff reads one day off per line: first day, last day, reason. Empty lines and lines
// that begin with # are skipped. Every mistake is reported with its line.
func parseDaysOff(name, text string) ([]DayOff, error) {
	var days []DayOff
	var errs []error
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		off, err := parseDayOff(line)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, n, err))
		}
		days = append(days, off)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return days, nil
}

func parseDayOff(line string) (DayOff, error) {
	fields := strings.Fields(line)
	if len(fields) < 3 {
		return DayOff{}, fmt.Errorf("%q: write first day, last day and reason", line)
	}
	first, err1 := ParseDate(fields[0])
	last, err2 := ParseDate(fields[1])
	if err := errors.Join(err1, err2); err != nil {
		return DayOff{}, err
	}
	off := DayOff{First: first, Last: last, Reason: strings.Join(fields[2:], " ")}
	if last.Before(first) {
		return DayOff{}, fmt.Errorf("%s: ends on %s before it begins", first, last)
	}
	return off, nil
}
