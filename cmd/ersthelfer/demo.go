package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/web"
	"ersthelfer/config"
	"ersthelfer/escalation"
	"ersthelfer/escalation/report"

	"github.com/spf13/cobra"
)

// demoQuiet is how long (of the demonstration's time at speed 1) a question must
// have been quiet before it is answered.
const demoQuiet = 700 * time.Millisecond

// newDemo returns "ersthelfer demo".
func newDemo() *cobra.Command {
	var opts dataFlags
	var address string
	var speed float64
	c := &cobra.Command{
		Use:   "demo",
		Short: "Try everything in the browser, with three schools and nothing to set up",
		Example: `  ersthelfer demo
  ersthelfer demo --speed 60      an hour passes in a minute`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if speed <= 0 || speed > 100_000 {
				return usageError{fmt.Errorf("--speed %v: give a number above 0 and up to 100000", speed)}
			}
			cfg, err := loadConfig(opts.config)
			if err != nil {
				return err
			}
			return runDemo(cmd, cfg, opts.folderFor(cfg, "demo"), address, speed)
		},
	}
	opts.register(c.Flags())
	c.Flags().StringVar(&address, "listen", "127.0.0.1:8080", "address of the pages")
	c.Flags().Float64Var(&speed, "speed", 1, "how many times as fast as the wall clock the demonstration's clock runs")
	return c
}

func runDemo(cmd *cobra.Command, cfg *config.Config, data, address string, speed float64) error {
	ctx := cmd.Context()
	clock := newDemoClock(schoolTime(cfg.Model, time.Now().In(cfg.Zone)), speed)
	l, err := listen(ctx, address)
	if err != nil {
		return err
	}
	defer l.Close()
	a, err := openApp(cfg, data, clock.Now, newLog(slogQuiet))
	if err != nil {
		return err
	}
	defer a.Close()
	if err := clock.restore(ctx, a.store); err != nil {
		return err
	}
	d := &demo{app: a, clock: clock}
	pages := web.New(web.Options{
		Store: a.store, People: webPeople(cfg), Zone: cfg.Zone, Log: a.log,
		Clock:   &web.Clock{Now: clock.Now, Advance: d.advance, Next: d.next},
		Tickets: d.tickets, Report: d.report,
	})
	if d.bot, err = a.newBot(time.Duration(float64(demoQuiet)*speed), pages); err != nil {
		return err
	}
	ctx, cancel := a.untilFailed(ctx)
	defer cancel()
	defer a.takeOrders(data)()
	go d.keepTime(ctx)
	fmt.Fprintf(cmd.ErrOrStderr(), "ersthelfer demo: open http://%s in a browser; stop with Ctrl-C; the data is in %s\n", l.Addr(), data)
	return serve(ctx, l, pages.Handler(), d.bot)
}

// A demo is what the pages of the demonstration can ask for.
type demo struct {
	*app
	bot   *bot.Bot
	clock *demoClock
}

// schoolTime returns now if the schools are open, else when they next open: a
// demonstration at night begins the next morning.
func schoolTime(m *escalation.Model, now time.Time) time.Time {
	for id := range m.Schools {
		if c := m.Hours(id, ""); c != nil {
			if open := c.Next(now); !open.IsZero() {
				return open
			}
		}
	}
	return now
}

// keepTime stores every second where the clock stands, so that a killed
// demonstration goes on from there.
func (d *demo) keepTime(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := d.clock.keep(ctx, d.store); err != nil && ctx.Err() == nil {
				d.log.Error("keep the clock", "err", err)
			}
		}
	}
}

// advance moves the clock and lets everything happen that is due then.
func (d *demo) advance(ctx context.Context, step time.Duration) error {
	d.clock.Advance(step)
	if err := d.clock.keep(ctx, d.store); err != nil {
		return err
	}
	_, err := d.bot.Work(ctx)
	d.bot.Wake()
	return err
}

// next moves the clock to when something happens next; with nothing waiting, by
// an hour.
func (d *demo) next(ctx context.Context) error {
	at, err := d.bot.Work(ctx)
	if err != nil {
		return err
	}
	step := time.Hour
	if !at.IsZero() {
		step = max(at.Sub(d.clock.Now()), 0) + time.Second
	}
	return d.advance(ctx, step)
}

// tickets returns what stands beside a person's conversation.
func (d *demo) tickets(ctx context.Context, person string) (web.Tickets, error) {
	mine, queue, staff, err := d.bot.Lists(ctx, escalation.Person(person))
	return web.Tickets{Mine: webRows(mine), Queue: webRows(queue), Queues: staff}, err
}

func webRows(rows []bot.Row) []web.Ticket {
	var out []web.Ticket
	for _, r := range rows {
		out = append(out, web.Ticket{
			ID: r.Ticket.ID, Title: r.Title, Status: r.Ticket.Status, Priority: r.Ticket.Priority, School: r.School,
			Place: r.Place, Holder: r.Holder, Due: r.Due, Late: r.Late,
		})
	}
	return out
}

func (d *demo) report(ctx context.Context, from, to time.Time, language string) (report.Result, error) {
	return figures(ctx, d.desk, from, to, "", language)
}

// webPeople returns the people of a configuration as the pages show them, with
// the part that each plays.
func webPeople(cfg *config.Config) []web.Person {
	var out []web.Person
	for _, p := range cfg.People {
		id, ok := p.Accounts["web"]
		if !ok {
			continue
		}
		w := web.Person{Kind: kindOf(cfg, p)}
		w.ID, w.Name = id, p.Name
		if len(p.Languages) > 0 {
			w.Locale = p.Languages[0]
		}
		if s := cfg.Model.Schools[p.School]; s != nil {
			w.School, w.Way = s.Name, s.Connection
		}
		for _, r := range p.Roles {
			w.Roles = append(w.Roles, string(r))
		}
		out = append(out, w)
	}
	return out
}

// kindOf returns the part that a person plays at the schools.
func kindOf(cfg *config.Config, p config.Person) web.Kind {
	for _, duty := range p.Roles {
		switch duty {
		case config.Editor:
			return web.Editor
		case config.Authority:
			return web.Authority
		}
	}
	for _, s := range cfg.Model.Schools {
		for role, id := range s.Roles {
			party := cfg.Model.Parties[id]
			switch {
			case role == "contact" && slices.Contains(party.People, p.ID):
				return web.Contact
			case role == "contact" && slices.Contains(party.Deputies, p.ID):
				return web.Deputy
			case role == "provider" && slices.Contains(party.People, p.ID):
				return web.Provider
			}
		}
	}
	if len(cfg.Model.Queues(p.ID)) > 0 {
		return web.Other
	}
	return web.Teacher
}
