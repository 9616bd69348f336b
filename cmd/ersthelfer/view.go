package main

import (
	"context"
	"errors"
	"io"
	"time"

	"ersthelfer/config"
	"ersthelfer/escalation"
	ticketbolt "ersthelfer/escalation/bolt"
)

// The orders that look at the tickets and change nothing.
const (
	listOrder   = "ticket list"
	showOrder   = "ticket show"
	reportOrder = "report"
)

// A view writes what an order wants to see of the tickets.
type view func(ctx context.Context, d *escalation.Desk, out io.Writer) error

// viewOf returns the view that an order asks for, and whether it asks for one. It
// finds every mistake in the order before there is a database to look at.
func viewOf(cfg *config.Config, o order, now time.Time) (v view, ok bool, err error) {
	switch o.Do {
	case listOrder:
		v, err = listView(o)
	case showOrder:
		v, err = showView(o)
	case reportOrder:
		v, err = reportView(cfg, o, now)
	default:
		return nil, false, nil
	}
	return v, true, err
}

// A viewer is the flags that the commands about the tickets share.
type viewer struct {
	dataFlags
	order
}

// look has the order carried out by the running program, by its configuration and
// its clock, else on the file itself.
func (o *viewer) look(ctx context.Context, out io.Writer) error {
	cfg, err := loadConfig(o.config)
	if err != nil {
		return err
	}
	data := o.folderFor(cfg, "demo")
	err = knock(ctx, data, o.order, out)
	if !errors.Is(err, errNobodyHome) {
		return err
	}
	see, _, err := viewOf(cfg, o.order, time.Now())
	if err != nil {
		return err
	}
	return withTickets(cfg, data, func(d *escalation.Desk) error { return see(ctx, d, out) })
}

// withTickets runs fn over the tickets in a folder: one without a database is a
// slip, and stays as it is.
func withTickets(cfg *config.Config, data string, fn func(*escalation.Desk) error) error {
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
