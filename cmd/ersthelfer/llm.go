package main

import (
	"context"
	"slices"

	"ersthelfer/bot"
	"ersthelfer/config"
	"ersthelfer/knowledge"
	"ersthelfer/knowledge/llm"
)

// newModel returns the language model of the configuration. It calls nobody yet.
func (a *app) newModel(c *config.LLM) *llm.Model {
	return llm.New(llm.Options{
		URL: c.URL.String(), Key: c.Key.Reveal(), Model: c.Model, Embeddings: c.Embeddings, Log: a.log, Names: a.names,
	})
}

// newAssistant returns what asks a language model, nil if none is configured:
// then nothing leaves the machine.
func (a *app) newAssistant() *knowledge.Assistant {
	c := a.cfg.Knowledge.LLM
	if c == nil {
		return nil
	}
	m := a.newModel(c)
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
