package mattermosttest_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// button returns a post with a button that calls the listener.
func (s *stage) button(id string) *model.Post {
	post := &model.Post{ChannelId: s.room, Message: "drück"}
	post.AddProp("attachments", []*model.MessageAttachment{{Actions: []*model.PostAction{{
		Id: id, Name: "Ja", Type: model.PostActionTypeButton,
		Integration: &model.PostActionIntegration{URL: s.listener.URL + "/press", Context: map[string]any{"geheim": "g"}},
	}}}})
	return post
}

func (s *stage) posts(t *testing.T, who *model.Client4, post *model.Post) *model.Post {
	t.Helper()
	return do(who.CreatePost(t.Context(), post))(t)
}

func first(post *model.Post) *model.PostAction { return post.Attachments()[0].Actions[0] }

func (s *stage) presses(t *testing.T, post *model.Post, id string) (*model.Response, error) {
	t.Helper()
	return s.anna.DoPostAction(t.Context(), post.Id, id)
}

func actionID(t *testing.T, s *stage) {
	s.answering(nil)
	for _, id := range []string{"mit_strich", "mit-strich", "abc123", ""} {
		post := s.posts(t, s.bot, s.button(id))
		got := first(s.got(t, post)).Id
		resp, err := s.presses(t, post, got)
		switch {
		case strings.ContainsAny(id, "_-"):
			fails(t, resp, err, http.StatusNotFound, "")
		case err != nil || got == "" || id != "" && got != id:
			t.Errorf("the id %q became %q, pressed: %v", id, got, err)
		}
	}
}

func actionStripped(t *testing.T, s *stage) {
	s.answering(nil)
	post := s.posts(t, s.bot, s.button("ja"))
	read := s.got(t, post)
	if first(read).Integration != nil {
		t.Errorf("the bot itself reads %+v", first(read).Integration)
	}
	text := "andere Worte"
	do(s.bot.PatchPost(t.Context(), post.Id, &model.PostPatch{Message: &text}))(t)
	if _, err := s.presses(t, post, "ja"); err != nil {
		t.Errorf("after a change of the words alone: %v", err)
	}
	props := read.GetProps()
	do(s.bot.PatchPost(t.Context(), post.Id, &model.PostPatch{Props: &props}))(t)
	resp, err := s.presses(t, post, "ja")
	fails(t, resp, err, http.StatusNotFound, "")
}

func actionCall(t *testing.T, s *stage) {
	s.answering(nil)
	post := s.posts(t, s.bot, s.button("ja"))
	if _, err := s.presses(t, post, "ja"); err != nil {
		t.Fatal(err)
	}
	var got model.PostActionIntegrationRequest
	call := s.one(t, &got)
	if got.UserId != s.People["anna"] || got.ChannelId != s.room || got.TeamId != s.TeamID || got.PostId != post.Id ||
		got.Type != "button" || got.Context["geheim"] != "g" || got.TriggerId == "" {
		t.Errorf("the call is %+v", got)
	}
	for name := range call.header {
		if !strings.Contains(" User-Agent Accept Accept-Encoding Content-Type Content-Length ", " "+name+" ") {
			t.Errorf("the call has a header %s: %q", name, call.header[name])
		}
	}
	// A double press is two calls.
	if _, err := s.presses(t, post, "ja"); err != nil || len(s.called()) != 2 {
		t.Errorf("pressed again: %d calls, %v", len(s.called()), err)
	}
	menu := s.button("menu")
	action := first(menu)
	action.Type, action.Options = model.PostActionTypeSelect, []*model.PostActionOptions{{Text: "a", Value: "a"}}
	post = s.posts(t, s.bot, menu)
	s.answering(nil)
	if _, err := s.anna.DoPostActionWithCookie(t.Context(), post.Id, "menu", "nirgends", ""); err != nil {
		t.Fatal(err)
	}
	if s.one(t, &got); got.Context["selected_option"] != "nirgends" {
		t.Errorf("an option that is not there: %+v", got.Context)
	}
}

func actionAnswers(t *testing.T, s *stage) {
	post := s.posts(t, s.bot, s.button("ja"))
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		good   bool
	}{
		{"nothing", nil, true},
		{"an object", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") }, true},
		{"no content", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, false},
		{"text", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "gut") }, false},
		{"an error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, false},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/press" {
				http.Redirect(w, r, "/dort", http.StatusTemporaryRedirect)
			}
		}, true},
	} {
		s.answering(test.answer)
		resp, err := s.presses(t, post, "ja")
		if test.good && err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if !test.good {
			fails(t, resp, err, http.StatusBadRequest, "")
		}
	}
}

func actionUpdates(t *testing.T, s *stage) {
	w := s.dial(t, s.anna.AuthToken, "")
	w.until("hello")
	for _, test := range []struct {
		answer, message string
		buttons         int
	}{
		{`{"update":{"message":"neu"}}`, "neu", 1},
		{`{"update":{}}`, "", 1},
		{`{"update":{"message":"neu","props":{}}}`, "neu", 0},
		{`{"ephemeral_text":"psst"}`, "drück", 1},
	} {
		post := s.posts(t, s.bot, s.button("ja"))
		s.answering(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, test.answer) })
		if _, err := s.presses(t, post, "ja"); err != nil {
			t.Errorf("%s: %v", test.answer, err)
		}
		got := s.got(t, post)
		buttons := 0
		for _, a := range got.Attachments() {
			buttons += len(a.Actions)
		}
		if got.Message != test.message || buttons != test.buttons || got.UserId != s.BotID {
			t.Errorf("%s: %q with %d buttons", test.answer, got.Message, buttons)
		}
	}
	if got := w.until("ephemeral_message").post(t); got.Message != "psst" {
		t.Errorf("whispered %q", got.Message)
	}
}

func actionEphemeral(t *testing.T, s *stage) {
	w := s.dial(t, s.anna.AuthToken, "")
	w.until("hello")
	do(s.admin.CreatePostEphemeral(t.Context(), &model.PostEphemeral{UserID: s.People["anna"], Post: s.button("ja")}))(t)
	post := w.until("ephemeral_message").post(t)
	cookie := first(post).Cookie
	s.answering(nil)
	if _, err := s.anna.DoPostActionWithCookie(t.Context(), post.Id, "ja", "", cookie); err != nil || cookie == "" {
		t.Errorf("pressed with the cookie %q: %v", cookie, err)
	}
	s.answering(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"update":{"message":"neu"}}`) })
	resp, err := s.anna.DoPostActionWithCookie(t.Context(), post.Id, "ja", "", cookie)
	fails(t, resp, err, http.StatusNotFound, "")
	if len(s.called()) != 1 {
		t.Errorf("%d calls, want one: it is too late for the error", len(s.called()))
	}
}

func actionPrivate(t *testing.T, s *stage) {
	s.configure(t, "AllowedUntrustedInternalConnections", "10.9.9.9", func(c *model.Config) **string {
		return &c.ServiceSettings.AllowedUntrustedInternalConnections
	})
	s.answering(nil)
	resp, err := s.presses(t, s.posts(t, s.bot, s.button("ja")), "ja")
	fails(t, resp, err, http.StatusBadRequest, "")
	if len(s.called()) != 0 {
		t.Error("the server called all the same")
	}
}

func actionOfUser(t *testing.T, s *stage) {
	s.answering(nil)
	post := s.posts(t, s.ben, s.button("ja"))
	if _, err := s.presses(t, post, "ja"); err != nil {
		t.Fatal(err)
	}
	var got model.PostActionIntegrationRequest
	if s.one(t, &got); got.UserId != s.People["anna"] || got.Context["geheim"] != "g" {
		t.Errorf("the call is %+v", got)
	}
}

// trigger returns a trigger id of Anna's.
func (s *stage) trigger(t *testing.T) string {
	t.Helper()
	s.answering(nil)
	if _, err := s.presses(t, s.posts(t, s.bot, s.button("ja")), "ja"); err != nil {
		t.Fatal(err)
	}
	var got model.PostActionIntegrationRequest
	s.one(t, &got)
	return got.TriggerId
}

func actionTrigger(t *testing.T, s *stage) {
	config := do(s.bot.GetClientConfig(t.Context(), ""))(t)
	der, err := base64.StdEncoding.DecodeString(config["AsymmetricSigningPublicKey"])
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		t.Fatal(err)
	}
	key := &ecdsa.PrivateKey{PublicKey: *public.(*ecdsa.PublicKey)}
	trigger := s.trigger(t)
	if _, user, appErr := model.DecodeAndVerifyTriggerId(trigger, key, 30*time.Second); appErr != nil || user != s.People["anna"] {
		t.Errorf("the trigger is of %s, %v", user, appErr)
	}
	data, _ := base64.StdEncoding.DecodeString(trigger)
	forged := base64.StdEncoding.EncodeToString([]byte(strings.Replace(string(data), s.People["anna"], s.People["ben"], 1)))
	if _, _, appErr := model.DecodeAndVerifyTriggerId(forged, key, 30*time.Second); appErr == nil {
		t.Error("a trigger with another user is taken for genuine")
	}
}

func (s *stage) dialog(trigger string) model.OpenDialogRequest {
	return model.OpenDialogRequest{TriggerId: trigger, URL: s.listener.URL + "/dialog", Dialog: model.Dialog{
		CallbackId: "c", Title: "Ticket", State: "zustand",
		Elements: []model.DialogElement{{DisplayName: "Text", Name: "text", Type: "text"}},
	}}
}

func dialogOpens(t *testing.T, s *stage) {
	w := s.dial(t, s.anna.AuthToken, "")
	w.until("hello")
	nobody := model.NewAPIv4Client(s.URL)
	dialog := s.dialog(s.trigger(t))
	for range 2 {
		if _, err := nobody.OpenInteractiveDialog(t.Context(), dialog); err != nil {
			t.Fatal(err)
		}
		text, _ := w.until("open_dialog").Data["dialog"].(string)
		var got model.OpenDialogRequest
		if err := json.Unmarshal([]byte(text), &got); err != nil || got.Dialog.State != "zustand" || got.URL != dialog.URL {
			t.Errorf("the dialog is %s, %v", text, err)
		}
	}
	resp, err := nobody.OpenInteractiveDialog(t.Context(), s.dialog("eHh4"))
	fails(t, resp, err, http.StatusBadRequest, "")
}

func dialogInvalid(t *testing.T, s *stage) {
	dialog := s.dialog(s.trigger(t))
	dialog.Dialog.Title = strings.Repeat("x", 25)
	if dialog.Dialog.IsValid() == nil {
		t.Error("a title of 25 letters is valid")
	}
	before := strings.Count(s.log(t), "dialog is invalid")
	if _, err := s.bot.OpenInteractiveDialog(t.Context(), dialog); err != nil {
		t.Fatal(err)
	}
	if after := strings.Count(s.log(t), "dialog is invalid"); after != before+1 {
		t.Errorf("the log speaks of %d, and before of %d", after, before)
	}
	if s.fake != nil {
		s.fake.ForgetLog()
	}
}

func (s *stage) sends(t *testing.T, change func(*model.SubmitDialogRequest)) *model.SubmitDialogResponse {
	t.Helper()
	req := model.SubmitDialogRequest{
		URL: s.listener.URL + "/dialog", CallbackId: "erfunden", State: "erfunden", UserId: s.People["ben"],
		ChannelId: s.room, TeamId: s.TeamID, Submission: map[string]any{"erfunden": "ja"},
	}
	if change != nil {
		change(&req)
	}
	return do(s.anna.SubmitInteractiveDialog(t.Context(), req))(t)
}

func dialogSent(t *testing.T, s *stage) {
	s.answering(nil)
	s.sends(t, nil)
	var got model.SubmitDialogRequest
	call := s.one(t, &got)
	if got.UserId != s.People["anna"] || got.Type != "dialog_submission" || got.State != "erfunden" || got.Submission["erfunden"] != "ja" {
		t.Errorf("sent: %+v", got)
	}
	if strings.Contains(string(call.body), "trigger_id") {
		t.Error("a sent dialog has a trigger now: form.go may verify it")
	}
}

func dialogErrors(t *testing.T, s *stage) {
	s.answering(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"errors":{"text":"zu kurz"},"error":"so nicht"}`)
	})
	if got := s.sends(t, nil); got.Errors["text"] != "zu kurz" || got.Error != "so nicht" {
		t.Errorf("answered %+v", got)
	}
	s.answering(nil)
	if got := s.sends(t, nil); got.Error != "" || len(got.Errors) > 0 {
		t.Errorf("answered %+v", got)
	}
	s.answering(nil)
	s.sends(t, func(r *model.SubmitDialogRequest) { r.Cancelled, r.Submission = true, nil })
	var got model.SubmitDialogRequest
	if s.one(t, &got); !got.Cancelled || got.Submission != nil {
		t.Errorf("cancelled: %+v", got)
	}
}

func (s *stage) command(word string) *model.Command {
	return &model.Command{TeamId: s.TeamID, Trigger: word, Method: model.CommandMethodPost, URL: s.listener.URL + "/command"}
}

func commandMade(t *testing.T, s *stage) {
	_, resp, err := s.bot.CreateCommand(t.Context(), s.command("fakt"))
	fails(t, resp, err, http.StatusForbidden, "")
	do(s.admin.CreateCommand(t.Context(), s.command("fakt")))(t)
	_, resp, err = s.admin.CreateCommand(t.Context(), s.command("fakt"))
	fails(t, resp, err, http.StatusBadRequest, "api.command.duplicate_trigger.app_error")
	_, resp, err = s.admin.CreateCommand(t.Context(), s.command("mit blank"))
	fails(t, resp, err, http.StatusBadRequest, "")
	_, resp, err = s.anna.ExecuteCommand(t.Context(), s.direct(t, "anna"), "/fakt")
	fails(t, resp, err, http.StatusForbidden, "") // in a direct channel without a team
}

func commandCall(t *testing.T, s *stage) {
	cmd := do(s.admin.CreateCommand(t.Context(), s.command("ruf")))(t)
	s.answering(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"response_type":"ephemeral","text":"psst"}`)
	})
	got := do(s.anna.ExecuteCommandWithTeam(t.Context(), s.direct(t, "anna"), s.TeamID, "/ruf nach @niemand"))(t)
	if got.Text != "psst" {
		t.Errorf("answered %+v", got)
	}
	call := s.one(t, nil)
	form := values(t, call.body)
	if form.Get("token") != cmd.Token || form.Get("command") != "/ruf" || form.Get("text") != "nach @niemand" ||
		form.Get("user_id") != s.People["anna"] || form.Get("trigger_id") == "" || form.Get("channel_id") == "" {
		t.Errorf("the call is %v", form)
	}
	if call.header.Get("Authorization") != "Token "+cmd.Token || !strings.HasPrefix(call.header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		t.Errorf("its headers are %v", call.header)
	}
	s.answering(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	_, resp, err := s.anna.ExecuteCommand(t.Context(), s.room, "/ruf")
	fails(t, resp, err, http.StatusInternalServerError, "")
}

func commandResponse(t *testing.T, s *stage) {
	do(s.admin.CreateCommand(t.Context(), s.command("laut")))(t)
	s.answering(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "als Text") })
	do(s.anna.ExecuteCommand(t.Context(), s.room, "/laut"))(t)
	hook := values(t, s.one(t, nil).body).Get("response_url")
	w := s.dial(t, s.bot.AuthToken, "")
	w.until("hello")
	for i := range 6 {
		resp, err := http.Post(hook, "application/json", strings.NewReader(`{"response_type":"in_channel","text":"im Kanal"}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if good := resp.StatusCode == http.StatusOK; good != (i < 5) {
			t.Errorf("answer %d: %s", i+1, resp.Status)
		}
	}
	if got := w.until("posted").post(t); got.UserId != s.People["anna"] || got.GetProp("from_webhook") != "true" {
		t.Errorf("said by %s with %v", got.UserId, got.GetProps())
	}
}
