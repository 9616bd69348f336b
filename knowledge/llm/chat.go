package llm

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/sashabaranov/go-openai"
	"github.com/sashabaranov/go-openai/jsonschema"
)

// Limits of one question to a model. A token is about four characters of English and three of German; an answer of
// maxTokens fits MaxBody even if the endpoint sends every token in a message of 300 bytes. An endpoint that does not know
// the bound is stopped by MaxBody.
const (
	maxTokens = 800
	maxInput  = 6000 // characters of each text in a prompt
)

// ask puts a prompt and the texts it is about to the model and reads the answer into out, whose type is also the
// schema that the answer must have. It is the only door through which text reaches a chat model, and it redacts.
//
// The answer is streamed, so that FirstByte measures whether the model works at all and not how long it writes.
func (m *Model) ask(ctx context.Context, prompt string, about map[string]string, out any) error {
	schema, err := jsonschema.GenerateSchemaForType(out)
	if err != nil {
		return err
	}
	r := newRedactor(m.names())
	redacted := make(map[string]string, len(about))
	for key, text := range about {
		redacted[key] = cut(r.redact(text), maxInput)
	}
	question, err := json.Marshal(redacted)
	if err != nil {
		return err
	}
	request := openai.ChatCompletionRequest{
		Model: m.model,
		Messages: []openai.ChatCompletionMessage{
			{Role: openai.ChatMessageRoleSystem, Content: prompt},
			{Role: openai.ChatMessageRoleUser, Content: string(question)},
		},
		ResponseFormat: &openai.ChatCompletionResponseFormat{
			Type:       openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: "answer", Schema: schema, Strict: true},
		},
	}
	stream, form, err := m.open(ctx, request)
	if err != nil {
		return err
	}
	defer stream.Close()
	answer, err := whole(stream)
	if err != nil {
		return err
	}
	if form != strict {
		answer = bracketed(answer)
	}
	return decode(answer, out)
}

// The forms of a request. Not every endpoint knows all of the interface, and some refuse what they do not know.
const (
	strict  = iota // a schema that the answer must have
	relaxed        // an object, and the older name of the bound
	bare           // nothing but the prompt says what the answer looks like
)

// shaped returns the request in a form.
func shaped(r openai.ChatCompletionRequest, form int32) openai.ChatCompletionRequest {
	if form == strict {
		r.MaxCompletionTokens = maxTokens
		return r
	}
	r.MaxTokens = maxTokens //nolint:staticcheck // the new name is what an older endpoint refuses
	r.ResponseFormat = nil
	if form == relaxed {
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
	}
	return r
}

// open sends the request in the form that the endpoint is known to take, or else finds and remembers the first one that
// it takes.
func (m *Model) open(ctx context.Context, r openai.ChatCompletionRequest) (*openai.ChatCompletionStream, int32, error) {
	for form := m.form.Load(); ; form++ {
		stream, err := m.client.CreateChatCompletionStream(ctx, shaped(r, form))
		var f *failure
		refused := errors.As(err, &f) && (f.status == http.StatusBadRequest || f.status == http.StatusUnprocessableEntity)
		if err == nil {
			m.form.Store(form)
		}
		if !refused || form == bare {
			return stream, form, err
		}
	}
}

// bracketed returns the JSON object in a text that was not held to be one: without a fence or words around it.
func bracketed(text string) string {
	begin, end := strings.Index(text, "{"), strings.LastIndex(text, "}")
	if begin < 0 || end < begin {
		return text
	}
	return text[begin : end+1]
}

// whole reads a stream to its end. A stream that was cut off ends like one that is complete, so that what counts is
// the reason that the model gives for stopping.
func whole(stream *openai.ChatCompletionStream) (string, error) {
	var text strings.Builder
	var finish openai.FinishReason
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		for _, c := range part.Choices {
			text.WriteString(c.Delta.Content)
			if c.FinishReason != "" {
				finish = c.FinishReason
			}
		}
	}
	switch {
	case finish != openai.FinishReasonStop:
		return "", errUnfinished
	case strings.TrimSpace(text.String()) == "":
		return "", errNothing
	}
	return text.String(), nil
}

// decode reads one JSON value that has the fields of out and no others.
func decode(text string, out any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		return errUnreadable
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errUnreadable
	}
	return nil
}

// cut returns the first n characters of text.
func cut(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}
