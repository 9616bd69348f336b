package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"ersthelfer/bot"
	"ersthelfer/config"
	"ersthelfer/knowledge"
	"ersthelfer/knowledge/llm"

	"github.com/spf13/cobra"
)

// newModel returns the language model of a configuration. It calls nobody yet.
func newModel(c *config.LLM, o llm.Options) *llm.Model {
	o.URL, o.Key, o.Model, o.Embeddings = c.URL.String(), c.Key.Reveal(), c.Model, c.Embeddings
	return llm.New(o)
}

// newConfigModel returns "ersthelfer config model".
func newConfigModel() *cobra.Command {
	return &cobra.Command{
		Use:   "model [file]",
		Short: "Ask the configured language model once for each thing it is used for",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := loadConfig(fileArg(args))
			if err != nil {
				return err
			}
			if cfg.Knowledge.LLM == nil {
				return usageError{errors.New("no language model is configured; add knowledge: llm: with its url and model")}
			}
			return tryModel(cmd.Context(), cmd.OutOrStdout(), cfg.Knowledge.LLM)
		},
	}
}

// tryModel asks a model about a sample that says nothing of anybody, and writes
// a line for each use: whether it works, and how long it took.
func tryModel(ctx context.Context, w io.Writer, c *config.LLM) error {
	articles, err := knowledge.Starter()
	if err != nil {
		return err
	}
	sample := articles[0]
	m := newModel(c, llm.Options{})
	broken := false
	for _, use := range c.Use {
		start := time.Now()
		var err error
		switch use {
		case config.UseRephrase:
			_, err = m.Rephrase(ctx, sample.Questions[0])
		case config.UseEmbeddings:
			_, err = m.Embed(ctx, sample.Questions[:1])
		case config.UseAnswer:
			_, err = m.Compose(ctx, sample.Title, sample, "de")
		case config.UseDraft:
			_, err = m.Draft(ctx, sample.Title, strings.Join(sample.Steps, "\n"))
		}
		result := "works"
		if err != nil {
			broken, result = true, err.Error()
		}
		fmt.Fprintf(w, "%-10s  %5.1f s  %s\n", use, time.Since(start).Seconds(), result)
	}
	if broken {
		return &exitError{2}
	}
	return nil
}

// newAssistant returns what asks a language model by way of client (nil: over
// the network), or nil if none is configured: then nothing leaves the machine.
func (a *app) newAssistant(client *http.Client) *knowledge.Assistant {
	c := a.cfg.Knowledge.LLM
	if c == nil {
		return nil
	}
	m := newModel(c, llm.Options{HTTP: client, Log: a.log, Names: a.names})
	uses := func(u config.Use) bool { return slices.Contains(c.Use, u) }
	o := knowledge.AssistantOptions{
		Model: m, Rephrase: uses(config.UseRephrase), Embed: uses(config.UseEmbeddings), Compose: uses(config.UseAnswer),
		Wait: c.Wait, PerHour: c.PerHour, Mark: a.texts.Word(a.cfg.Language, "draft.machine"),
	}
	if uses(config.UseDraft) {
		o.Draft = m.Draft
	}
	return knowledge.NewAssistant(a.library, o)
}

// names returns the names that no model may learn: of the people and schools of
// the configuration, and of everybody who has written to the bot.
func (a *app) names() []string {
	var out []string
	for _, p := range a.cfg.People {
		out = append(out, p.Name)
	}
	for _, s := range a.cfg.Model.Schools {
		out = append(out, s.Name)
	}
	written, err := bot.Names(context.Background(), a.store)
	if err != nil {
		a.log.Error("read names to blank out", "err", err)
	}
	return append(out, written...)
}
