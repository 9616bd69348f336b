package bot

import "ersthelfer/knowledge"

// Article returns an article as the bot shows it in a language: title, steps,
// note, and what must be read with it, which also finds by its id.
func (t Texts) Article(lang string, a *knowledge.Article, also func(id string) (*knowledge.Article, bool)) Rich {
	v := t.voice(lang)
	text, inLanguage := a.Text(v.lang)
	body := v.say("answer.title", "title", text.Title)
	if !inLanguage {
		body = append(body, v.say("answer.german")...)
	}
	body = append(body, Numbered(text.Steps)...)
	body = append(body, Parse(text.Note, nil)...)
	for _, id := range a.Also {
		if o, ok := also(id); ok {
			other, _ := o.Text(v.lang)
			body = append(body, v.say("answer.also", "title", other.Title)...)
			body = append(body, Numbered(other.Steps)...)
		}
	}
	if a.AtOnce {
		body = append(body, v.say("opened.atonce")...)
	}
	return body
}
