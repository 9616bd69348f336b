package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"ersthelfer/config"
	"ersthelfer/escalation"
	"ersthelfer/escalation/report"

	"github.com/spf13/cobra"
)

// newReport returns "ersthelfer report".
func newReport() *cobra.Command {
	var o viewer
	o.Do = reportOrder
	c := &cobra.Command{
		Use:   "report",
		Short: "Print the figures of a period, while the program runs or not",
		Example: `  ersthelfer report --from 2026-11-01 --to 2026-12-01
  ersthelfer report --from 2026-11-01 --to 2026-12-01 --school gs-nord --format csv > november.csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.look(cmd.Context(), cmd.OutOrStdout()) },
	}
	o.register(c.Flags())
	c.Flags().StringVar(&o.From, "from", "", "first day, 2026-11-01 (default: 30 days before --to)")
	c.Flags().StringVar(&o.To, "to", "", "the day after the last, 2026-12-01 (default: tomorrow)")
	c.Flags().StringVar(&o.School, "school", "", "only this school")
	c.Flags().StringVar(&o.Format, "format", "text", "text, csv or json")
	c.Flags().StringVar(&o.Language, "language", "de", "de or en")
	return c
}

// reportView checks an order for figures.
func reportView(cfg *config.Config, o order, now time.Time) (view, error) {
	write, ok := reportFormats[o.Format]
	if !ok {
		return nil, usageError{fmt.Errorf("--format: %q is none; there are text, csv and json", o.Format)}
	}
	var err error
	if o.School != "" {
		err = checkSchool(cfg.Model, o.School)
	}
	if err := errors.Join(err, checkLanguage(o.Language)); err != nil {
		return nil, err
	}
	begin, end, err := period(o.From, o.To, now.In(cfg.Zone))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, d *escalation.Desk, out io.Writer) error {
		result, err := figures(ctx, d, begin, end, o.School, o.Language)
		if err != nil {
			return err
		}
		return write(out, result)
	}, nil
}

// reportFormats are the forms in which figures can be had.
var reportFormats = map[string]func(io.Writer, report.Result) error{
	"text": func(w io.Writer, r report.Result) error { return r.WriteText(w) },
	"csv":  func(w io.Writer, r report.Result) error { return r.WriteCSV(w) },
	"json": func(w io.Writer, r report.Result) error { return json.NewEncoder(w).Encode(r) },
}

// period reads the days of a report in the zone of now; what is left out is the
// last 30 days.
func period(from, to string, now time.Time) (begin, end time.Time, err error) {
	zone := now.Location()
	if to == "" {
		y, m, d := now.Date()
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
