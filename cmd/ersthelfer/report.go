package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"ersthelfer/escalation"
	"ersthelfer/escalation/report"

	"github.com/spf13/cobra"
)

// newReport returns "ersthelfer report".
func newReport() *cobra.Command {
	var opts dataFlags
	var from, to, school, format, language string
	c := &cobra.Command{
		Use:   "report",
		Short: "Print the figures of a period (while the program does not run)",
		Example: `  ersthelfer report --from 2026-11-01 --to 2026-12-01
  ersthelfer report --from 2026-11-01 --to 2026-12-01 --school gs-nord --format csv > november.csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write, ok := reportFormats[format]
			if !ok {
				return usageError{fmt.Errorf("--format: %q is none; there are text, csv and json", format)}
			}
			cfg, err := loadConfig(opts.config)
			if err != nil {
				return err
			}
			if school != "" {
				err = checkSchool(cfg.Model, school)
			}
			if err := errors.Join(err, checkLanguage(language)); err != nil {
				return err
			}
			begin, end, err := period(from, to, cfg.Zone)
			if err != nil {
				return err
			}
			return withTickets(cfg, opts, func(d *escalation.Desk) error {
				result, err := figures(cmd.Context(), d, begin, end, school, language)
				if err != nil {
					return err
				}
				return write(cmd.OutOrStdout(), result)
			})
		},
	}
	opts.register(c.Flags())
	c.Flags().StringVar(&from, "from", "", "first day, 2026-11-01 (default: 30 days before --to)")
	c.Flags().StringVar(&to, "to", "", "the day after the last, 2026-12-01 (default: tomorrow)")
	c.Flags().StringVar(&school, "school", "", "only this school")
	c.Flags().StringVar(&format, "format", "text", "text, csv or json")
	c.Flags().StringVar(&language, "language", "de", "de or en")
	return c
}

// reportFormats are the forms in which figures can be had.
var reportFormats = map[string]func(io.Writer, report.Result) error{
	"text": func(w io.Writer, r report.Result) error { return r.WriteText(w) },
	"csv":  func(w io.Writer, r report.Result) error { return r.WriteCSV(w) },
	"json": func(w io.Writer, r report.Result) error { return json.NewEncoder(w).Encode(r) },
}

// period reads the days of a report; what is left out is the last 30 days.
func period(from, to string, zone *time.Location) (begin, end time.Time, err error) {
	if to == "" {
		y, m, d := time.Now().In(zone).Date()
		end = time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	} else if end, err = parseTime("to", to, zone); err != nil {
		return begin, end, err
	}
	if from == "" {
		begin = end.AddDate(0, 0, -30)
	} else if begin, err = parseTime("from", from, zone); err != nil {
		return begin, end, err
	}
	if !begin.Before(end) {
		return begin, end, usageError{fmt.Errorf("--from: %s does not lie before the day of --to, %s",
			begin.Format(time.DateOnly), end.Format(time.DateOnly))}
	}
	return begin, end, nil
}

// figures returns the figures of a period, of all schools or of one. Questions
// asked shortly after it show who came back.
func figures(ctx context.Context, desk *escalation.Desk, from, to time.Time, school, language string) (report.Result, error) {
	r := report.New(desk.Model(), from, to, report.Options{Now: desk.Now(), Language: language})
	err := desk.Each(ctx, from, to.Add(report.Return), func(t *escalation.Ticket) error {
		if school == "" || t.School == school {
			r.Add(t)
		}
		return nil
	})
	return r.Result(), err
}
