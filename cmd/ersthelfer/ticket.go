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
	"ersthelfer/escalation"

	"github.com/spf13/cobra"
)

// newTicket returns "ersthelfer ticket". It is for the operator of the machine,
// who can read the file anyway, so it sees every ticket.
func newTicket() *cobra.Command {
	var o viewer
	c := &cobra.Command{Use: "ticket", Short: "List and show tickets, while the program runs or not", Args: cobra.NoArgs}
	o.register(c.PersistentFlags())
	c.PersistentFlags().BoolVar(&o.JSON, "json", false, "as JSON")
	list := &cobra.Command{
		Use:   "list",
		Short: "List the tickets of the last days, the newest last",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Do = listOrder
			return o.look(cmd.Context(), cmd.OutOrStdout())
		},
	}
	list.Flags().IntVar(&o.Number, "days", 30, "how many days back")
	show := &cobra.Command{
		Use:   "show number",
		Short: "Show a ticket with everything that happened",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Do, o.IDs = showOrder, args
			return o.look(cmd.Context(), cmd.OutOrStdout())
		},
	}
	c.AddCommand(list, show)
	return c
}

// listView checks an order for a list.
func listView(o order) (view, error) {
	if o.Number < 1 {
		return nil, usageError{fmt.Errorf("--days %d: give a number from 1", o.Number)}
	}
	return func(ctx context.Context, d *escalation.Desk, out io.Writer) error {
		return listTickets(ctx, out, d, o.Number, o.JSON)
	}, nil
}

// showView checks an order for one ticket.
func showView(o order) (view, error) {
	arg := strings.Join(o.IDs, " ")
	id, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || id < 1 {
		return nil, usageError{fmt.Errorf("%q is no ticket number; write it as 412", arg)}
	}
	return func(ctx context.Context, d *escalation.Desk, out io.Writer) error {
		return showTicket(ctx, out, d, escalation.ID(id), o.JSON)
	}, nil
}

func listTickets(ctx context.Context, w io.Writer, d *escalation.Desk, days int, asJSON bool) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	err := d.Each(ctx, d.Now().AddDate(0, 0, -days), time.Time{}, func(t *escalation.Ticket) error {
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
