package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"ersthelfer/bot"
	"ersthelfer/config"
	"ersthelfer/escalation"
	ticketbolt "ersthelfer/escalation/bolt"

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
			if days < 1 {
				return usageError{fmt.Errorf("--days %d: give a number from 1", days)}
			}
			cfg, err := loadConfig(opts.config)
			if err != nil {
				return err
			}
			return withTickets(cfg, opts, func(d *escalation.Desk) error {
				return listTickets(cmd.Context(), cmd.OutOrStdout(), d, days, asJSON)
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
			cfg, err := loadConfig(opts.config)
			if err != nil {
				return err
			}
			return withTickets(cfg, opts, func(d *escalation.Desk) error {
				return showTicket(cmd.Context(), cmd.OutOrStdout(), d, escalation.ID(id), asJSON)
			})
		},
	}
	c.AddCommand(list, show)
	return c
}

// withTickets runs fn over the tickets that there are: a
// folder without a database is a slip, and stays as it is. Without a configuration
// they are those of the demonstration.
func withTickets(cfg *config.Config, o dataFlags, fn func(*escalation.Desk) error) error {
	data := o.folderFor(cfg, "demo")
	if err := databaseIn(data); err != nil {
		return err
	}
	log := newLog(slogQuiet)
	file, err := openFile(data, log)
	if err != nil {
		return err
	}
	defer file.Close()
	tickets, err := ticketbolt.Open(file, log)
	if err != nil {
		return err
	}
	return fn(escalation.NewDesk(tickets, cfg.Model, time.Now))
}

func listTickets(ctx context.Context, w io.Writer, d *escalation.Desk, days int, asJSON bool) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	err := d.Each(ctx, time.Now().AddDate(0, 0, -days), time.Time{}, func(t *escalation.Ticket) error {
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

func showTicket(ctx context.Context, w io.Writer, d *escalation.Desk, id escalation.ID, asJSON bool) error {
	t, err := d.Ticket(ctx, escalation.Nobody, id)
	if errors.Is(err, escalation.ErrNotFound) {
		return fmt.Errorf("there is no ticket %d; ersthelfer ticket list shows which there are", id)
	}
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
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", e.At.Format("2006-01-02 15:04:05"), e.Kind, e.By, particulars(e))
	}
	return out.Flush()
}

// particulars tells in one line what an event says besides its kind.
func particulars(e escalation.Event) string {
	parts := slices.Clone(e.Articles)
	if e.Field != "" {
		parts = append(parts, e.Field+"="+e.Value)
	}
	if e.Priority != "" {
		parts = append(parts, string(e.Priority))
	}
	if e.To != nil {
		parts = append(parts, "to "+e.To.Party)
	}
	if e.Percent > 0 {
		parts = append(parts, fmt.Sprintf("%s %d%%", e.Clock, e.Percent))
	}
	if e.Text != "" {
		parts = append(parts, strings.ReplaceAll(bot.Visible(e.Text), "\n", " / "))
	}
	return strings.Join(parts, " ")
}
