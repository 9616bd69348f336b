package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"ersthelfer/escalation"

	"github.com/spf13/cobra"
)

// newTicket returns "ersthelfer ticket". It is for the operator of the machine,
// who can read the file anyway, so it sees every ticket.
func newTicket() *cobra.Command {
	var opts dataFlags
	var asJSON bool
	c := &cobra.Command{Use: "ticket", Short: "List and show tickets (while the program does not run)", Args: cobra.NoArgs}
	opts.register(c.PersistentFlags())
	c.PersistentFlags().BoolVar(&asJSON, "json", false, "as JSON")
	var days int
	list := &cobra.Command{
		Use:   "list",
		Short: "List the tickets of the last days, the newest last",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withApp(opts, func(a *app) error {
				return listTickets(cmd.Context(), cmd.OutOrStdout(), a, days, asJSON)
			})
		},
	}
	list.Flags().IntVar(&days, "days", 30, "how many days back")
	show := &cobra.Command{
		Use:   "show number",
		Short: "Show a ticket with everything that happened",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil || id < 1 {
				return usageError{fmt.Errorf("%q is no ticket number; write it as 412", args[0])}
			}
			return withApp(opts, func(a *app) error {
				return showTicket(cmd.Context(), cmd.OutOrStdout(), a, escalation.ID(id), asJSON)
			})
		},
	}
	c.AddCommand(list, show)
	return c
}

// withApp runs fn with the program's parts over the configured database.
func withApp(o dataFlags, fn func(*app) error) error {
	cfg, err := loadConfig(o.config)
	if err != nil {
		return err
	}
	a, err := openApp(cfg, o.folder(cfg), time.Now, newLog(slogQuiet))
	if err != nil {
		return err
	}
	defer a.Close()
	return fn(a)
}

func listTickets(ctx context.Context, w io.Writer, a *app, days int, asJSON bool) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	err := a.desk.Each(ctx, time.Now().AddDate(0, 0, -days), time.Time{}, func(t *escalation.Ticket) error {
		if asJSON {
			return json.NewEncoder(w).Encode(ticketRow(t))
		}
		r := ticketRow(t)
		_, err := fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Status, r.Priority, r.School, r.Article,
			r.Asked.Format("2006-01-02 15:04"))
		return err
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// A row is what a list says of a ticket; never its text.
type row struct {
	ID       escalation.ID       `json:"id"`
	Status   escalation.Status   `json:"status"`
	Priority escalation.Priority `json:"priority,omitempty"`
	School   string              `json:"school"`
	Article  string              `json:"article,omitempty"`
	Asked    time.Time           `json:"asked"`
	Opened   time.Time           `json:"opened,omitzero"`
}

func ticketRow(t *escalation.Ticket) row {
	return row{t.ID, t.Status, t.Priority, t.School, t.Article, t.Asked, t.Opened}
}

func showTicket(ctx context.Context, w io.Writer, a *app, id escalation.ID, asJSON bool) error {
	t, err := a.desk.Ticket(ctx, escalation.Nobody, id)
	if err != nil {
		return err
	}
	if asJSON {
		data, err := escalation.Encode(t)
		if err == nil {
			_, err = fmt.Fprintf(w, "%s\n", data)
		}
		return err
	}
	r := ticketRow(t)
	fmt.Fprintf(w, "%d  %s  %s  %s  %s\n", r.ID, r.Status, r.Priority, r.School, r.Article)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, e := range t.Events {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", e.At.Format("2006-01-02 15:04:05"), e.Kind, e.By, e.Text)
	}
	return out.Flush()
}
