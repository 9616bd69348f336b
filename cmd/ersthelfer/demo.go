package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/web"
	"ersthelfer/config"
	"ersthelfer/escalation"
	"ersthelfer/internal/boltfile"

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
	var past bool
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
			data := opts.folderFor(cfg, "demo")
			_, missing := os.Stat(filepath.Join(data, boltfile.Name))
			past = past && opts.config == "" && errors.Is(missing, fs.ErrNotExist)
			return runDemo(cmd, cfg, data, address, speed, past)
		},
	}
	opts.register(c.Flags())
	c.Flags().StringVar(&address, "listen", "127.0.0.1:8080", "address of the pages")
	c.Flags().Float64Var(&speed, "speed", 1, "how many times as fast as the wall clock the demonstration's clock runs")
	c.Flags().BoolVar(&past, "history", true, "begin with some weeks of invented questions, so that there is something to curate")
	return c
}

func runDemo(cmd *cobra.Command, cfg *config.Config, data, address string, speed float64, past bool) error {
	ctx := cmd.Context()
	clock := newDemoClock(schoolTime(cfg.Model, time.Now().In(cfg.Zone)), speed)
	l, err := listen(ctx, address)
	if err != nil {
		return err
	}
	defer l.Close()
	if past {
		if err := begin(ctx, cfg, data, clock.Now()); err != nil {
			return err
		}
	}
	a, err := openApp(cfg, data, clock.Now, newLog(slogQuiet))
	if err != nil {
		return err
	}
	defer a.Close()
	if err := errors.Join(clock.restore(ctx, a.store), clock.keep(ctx, a.store)); err != nil {
		return err
	}
	d := &demo{app: a, clock: clock}
	o := a.pages(clock.Now)
	o.Demo, o.Clock = true, &web.Clock{Now: clock.Now, Advance: d.advance, Next: d.next}
	pages := web.New(o)
	a.speed = speed
	if d.bot, err = a.newBot(time.Duration(float64(demoQuiet)*speed), nil, pages); err != nil {
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
	tick := time.NewTicker(keepEvery)
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
