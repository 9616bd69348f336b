package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"ersthelfer/bot"
	"ersthelfer/config"
	"ersthelfer/escalation"

	"github.com/spf13/cobra"
)

// newRehearse returns "ersthelfer rehearse".
func newRehearse() *cobra.Command {
	var file, school, room, at, priority, language string
	var steps int
	var asJSON bool
	c := &cobra.Command{
		Use:   "rehearse",
		Short: "Show who would be told what and when, if a ticket came at a given time",
		Example: `  ersthelfer rehearse --school gs-nord --room netzwerk --at "2026-12-18 13:50"
  ersthelfer rehearse --config ersthelfer.yaml --school gs-nord --room sicherheit --priority P1`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(file)
			if err != nil {
				return err
			}
			when, err := parseTime("at", at, cfg.Zone)
			if err != nil {
				return err
			}
			action := escalation.Action{Room: room, Priority: escalation.Priority(priority)}
			if err := checkRehearsal(cfg, school, action, steps); err != nil {
				return err
			}
			if err := checkLanguage(language); err != nil {
				return err
			}
			q := escalation.Question{School: school, Requester: "requester", Language: language}
			story, err := cfg.Model.Rehearse(q, action, when, steps)
			if err != nil {
				return fmt.Errorf("rehearse ticket: %w", err)
			}
			if asJSON {
				return writeSteps(cmd.OutOrStdout(), story)
			}
			desk := escalation.NewDesk(nil, cfg.Model, func() time.Time { return when })
			b, err := bot.New(bot.Options{Desk: desk})
			if err != nil {
				return err
			}
			return b.WriteRehearsal(cmd.Context(), cmd.OutOrStdout(), language, school, story)
		},
	}
	c.Flags().StringVar(&file, "config", "", "configuration file (default: the demonstration's)")
	c.Flags().StringVar(&school, "school", "", "id of the school")
	c.Flags().StringVar(&room, "room", "", "room of the building, such as netzwerk")
	c.Flags().StringVar(&at, "at", "", `when the ticket comes, "2026-12-18 13:50" (default: now)`)
	c.Flags().StringVar(&priority, "priority", "P3", "P1 to P4")
	c.Flags().StringVar(&language, "language", "de", "de or en")
	c.Flags().IntVar(&steps, "steps", 24, "show at most so many steps")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a step")
	return c
}

// A stepJSON is one step of a rehearsal: what happens when, until when who holds the ticket promises what, and who is
// told, by their ids.
type stepJSON struct {
	At         time.Time           `json:"at"`
	Kind       escalation.Kind     `json:"kind"`
	Clock      escalation.Clock    `json:"clock,omitempty"`
	Percent    int                 `json:"percent,omitempty"`
	Holder     string              `json:"holder,omitempty"`
	Response   time.Time           `json:"response,omitzero"`
	Resolution time.Time           `json:"resolution,omitzero"`
	Told       []escalation.Person `json:"told"`
	Channels   []string            `json:"channels,omitempty"`
}

func writeSteps(w io.Writer, story []escalation.Step) error {
	out := json.NewEncoder(w)
	for _, s := range story {
		e := s.Event
		step := stepJSON{At: e.At, Kind: e.Kind, Clock: e.Clock, Percent: e.Percent, Response: e.Due.Response, Resolution: e.Due.Resolution, Told: []escalation.Person{}}
		if e.To != nil {
			step.Holder = e.To.Party
		}
		for _, n := range s.Notices {
			switch {
			case n.To.Person == escalation.Nobody:
				step.Channels = append(step.Channels, n.To.Channel)
			case !slices.Contains(step.Told, n.To.Person):
				step.Told = append(step.Told, n.To.Person)
			}
		}
		if err := out.Encode(step); err != nil {
			return fmt.Errorf("write rehearsal: %w", err)
		}
	}
	return nil
}

// checkRehearsal reports what a rehearsal cannot know, with what there is.
func checkRehearsal(cfg *config.Config, school string, a escalation.Action, steps int) error {
	m := cfg.Model
	if err := checkSchool(m, school); err != nil {
		return err
	}
	if steps < 1 {
		return usageError{fmt.Errorf("--steps %d: give a number from 1", steps)}
	}
	if _, ok := m.Room(a.Room); !ok {
		var known []string
		for _, f := range m.Building {
			for _, r := range f.Rooms {
				known = append(known, r.ID)
			}
		}
		return usageError{fmt.Errorf("--room: the building has no room %q; it has: %s", a.Room, strings.Join(known, ", "))}
	}
	if _, ok := m.Targets[a.Priority]; !ok {
		return usageError{fmt.Errorf("--priority: no priority %q; there are P1, P2, P3 and P4", a.Priority)}
	}
	return nil
}

// checkSchool reports that there is no such school, and which there are.
func checkSchool(m *escalation.Model, school string) error {
	if m.Schools[school] != nil {
		return nil
	}
	known := slices.Sorted(maps.Keys(m.Schools))
	return usageError{fmt.Errorf("--school: no school %q; there are: %s", school, strings.Join(known, ", "))}
}

// checkLanguage reports a language that the program does not speak.
func checkLanguage(lang string) error {
	if slices.Contains(bot.Languages, lang) {
		return nil
	}
	return usageError{fmt.Errorf("--language: no language %q; there are: %s", lang, strings.Join(bot.Languages, ", "))}
}

// parseTime reads what a flag says of a time of the wall clock in a zone; empty
// means now.
func parseTime(flag, s string, zone *time.Location) (time.Time, error) {
	if s == "" {
		return time.Now().In(zone), nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usageError{fmt.Errorf("--%s: %q is no time of the calendar; write it as 2026-12-18 13:50, or 2026-12-18", flag, s)}
}
