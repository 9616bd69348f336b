package escalationtest

import (
	"time"
	_ "time/tzdata" // so that the model means the same on every computer

	"ersthelfer/escalation"
)

// Model returns a small model that tests can be read with. Each call returns a
// new one, which the caller may change before its first use.
//
//	school      connection    requester   steps
//	gs-nord     multi-stage   anna        contact (mara, tom), then the task's role
//	gym-sued    direct        bernd       the task's role
//	grund-west  mixed         clara       network and security: the task's role; else contact (wanda), then the task's role
//
//	party         people           deputies   calendar
//	kontakt-nord  mara, tom        dora       the school's
//	kontakt-west  wanda            –          the school's
//	regio-it      paul, petra      pia        office: works through school holidays
//	plattform     channel console:plattform   office
//	traeger       sven             –          office; the supervisor
//
// Calendars: school and office are Mo-Do 8-16, Fr 8-14 without statutory
// holidays, school also without school holidays. Targets (response,
// resolution): P1 1h 4h, P2 2h 8h, P3 4h 2 workdays, P4 1 workday 5 workdays.
// Reminders at 50 and 80 percent; a conversation lapses after 24 hours, a
// solved ticket is closed after 2 workdays.
func Model() *escalation.Model {
	type roles = map[escalation.Role]string
	return &escalation.Model{
		Building: building(),
		Connections: map[string]*escalation.Connection{
			"direct":      {Rules: []escalation.ConnectionRule{{Steps: []escalation.Role{escalation.Task}}}},
			"multi-stage": {Rules: []escalation.ConnectionRule{{Steps: []escalation.Role{"contact", escalation.Task}}}},
			"mixed": {Rules: []escalation.ConnectionRule{
				{Rooms: []string{"netzwerk", "sicherheit"}, Steps: []escalation.Role{escalation.Task}},
				{Steps: []escalation.Role{"contact", escalation.Task}},
			}},
		},
		Schools: map[string]*escalation.School{
			"gs-nord": {
				ID: "gs-nord", Name: "Gesamtschule Nord", Connection: "multi-stage", Calendar: "school",
				Roles: roles{"contact": "kontakt-nord", "provider": "regio-it", "platform-admin": "plattform"},
			},
			"gym-sued": {
				ID: "gym-sued", Name: "Gymnasium Süd", Connection: "direct", Calendar: "school",
				Roles: roles{"provider": "regio-it", "platform-admin": "plattform"},
			},
			"grund-west": {
				ID: "grund-west", Name: "Grundschule West", Connection: "mixed", Calendar: "school",
				Roles: roles{"contact": "kontakt-west", "provider": "regio-it"},
			},
		},
		Roles: map[escalation.Role]*escalation.RoleRule{
			"contact":        {Title: title("Schulkontakt", "school contact"), Vacant: escalation.VacantSkip},
			"provider":       {Title: title("Dienstleister", "provider"), Vacant: escalation.VacantWait},
			"caretaker":      {Title: title("Hausmeister", "caretaker"), Vacant: escalation.VacantSkip},
			"platform-admin": {Title: title("Plattform", "platform"), Vacant: escalation.VacantFallback, Fallback: "provider"},
		},
		Parties:   parties(),
		People:    members(),
		Calendars: calendars(),
		Targets: map[escalation.Priority]escalation.Target{
			escalation.P1: target("1h", "4h"),
			escalation.P2: target("2h", "8h"),
			escalation.P3: target("4h", "2 workdays"),
			escalation.P4: target("1 workday", "5 workdays"),
		},
		Remind:     []int{50, 80},
		Supervisor: "traeger",
		Lapse:      24 * time.Hour,
		Close:      span("2 workdays"),
	}
}

func building() []escalation.Floor {
	return []escalation.Floor{
		{Title: "Unterricht", Rooms: []escalation.Room{
			{ID: "praesentation", Title: "Beamer, Tafel, Ton", Role: "provider"},
			{ID: "konten", Title: "Konten und Plattform", Role: "platform-admin"},
		}},
		{Title: "Technik", Rooms: []escalation.Room{
			{ID: "netzwerk", Title: "WLAN und Netz", Role: "provider"},
			{ID: "sicherheit", Title: "Sicherheit", Role: "provider"},
			{ID: "gebaeude", Title: "Strom und Dosen", Role: "caretaker"},
		}},
	}
}

func parties() map[string]*escalation.Party {
	return map[string]*escalation.Party{
		"kontakt-nord": {
			ID: "kontakt-nord", Name: "Schulkontakt Nord",
			People: people("mara", "tom"), Deputies: people("dora"),
		},
		"kontakt-west": {ID: "kontakt-west", Name: "Schulkontakt West", People: people("wanda")},
		"regio-it": {
			ID: "regio-it", Name: "Regio-IT", Calendar: "office",
			People: people("paul", "petra"), Deputies: people("pia"),
		},
		"plattform": {
			ID: "plattform", Name: "Plattformbetrieb", Calendar: "office",
			People: people("peer"), Channel: "console:plattform",
		},
		"traeger": {ID: "traeger", Name: "Schulträger", Calendar: "office", People: people("sven")},
	}
}

func members() map[escalation.Person]*escalation.Member {
	return map[escalation.Person]*escalation.Member{
		"anna": {Name: "Anna Weber"}, "bernd": {Name: "Bernd Kaya"}, "clara": {Name: "Clara Vogt"},
		"mara": {Name: "Mara Yilmaz"}, "tom": {Name: "Tom Becker"}, "dora": {Name: "Dora Lenz"},
		"wanda": {Name: "Wanda Roth"},
		"paul":  {Name: "Paul Krüger"}, "petra": {Name: "Petra Nowak"}, "pia": {Name: "Pia Arslan"},
		"peer": {Name: "Peer Hahn"}, "sven": {Name: "Sven Adam"},
	}
}

func calendars() map[string]*escalation.Calendar {
	berlin := must(time.LoadLocation("Europe/Berlin"))
	week := must(escalation.ParseWeek("Mo-Do 08:00-16:00, Fr 08:00-14:00"))
	return map[string]*escalation.Calendar{
		"office": {Name: "Büro", Zone: berlin, Week: week, Holidays: "NW"},
		"school": {Name: "Schule", Zone: berlin, Week: week, Holidays: "NW", Off: escalation.NRWSchoolHolidays()},
	}
}

func people(ids ...escalation.Person) []escalation.Person { return ids }

func title(de, en string) map[string]string { return map[string]string{"de": de, "en": en} }

func target(response, resolution string) escalation.Target {
	return escalation.Target{Response: span(response), Resolution: span(resolution)}
}

func span(s string) escalation.Span { return must(escalation.ParseSpan(s)) }

// must returns v; the values of the model are fixed and cannot fail.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
