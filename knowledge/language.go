package knowledge

import (
	"strings"
	"unicode"
)

// functionWords are the small words that give a language away, folded.
var functionWords = map[string][]string{
	"de": strings.Fields(`der die das den dem des ein eine einen einem einer kein keine keinen nicht nich net und oder aber ich du er sie es wir ihr mein meine meinen meinem dein ist sind war hat habe haben kann wie was wer wo wann warum wieso
		mit von auf aus bei fur zu zum zur im am an in nach vom uber unter durch ohne gegen noch schon mehr nur auch mal jetzt heute immer wieder hab hatte unser unsere unserem unseren meiner meines dieser diese dieses diesem diesen jemand welche welcher welches geht gehts bitte danke hallo moin hilfe brauche mochte will muss soll darf wird wurde werden nix nichts alles alle man mir mich dir dich uns euch sich dass wenn weil ja nein`),
	"en": strings.Fields(`the a an is are was were be been i you he she it we they my your his her our their me him us them this that these those and or but not no don doesn didn can cannot won isn t do does did have has had how what who where when why which with from of on at to for in by about
		there here help please thanks thank hello hi want need will would could should must get got still all any some out off up down as if so just only very anymore after before again yes`),
	"fr": strings.Fields(`le la les un une des du de est sont ne pas je tu il elle nous vous ils mon ma mes votre notre dans sur avec pour que qui quoi comment pourquoi bonjour merci ce cette mais ou plus fonctionne marche ecran aide imprimante connecter connexion mot passe oublie`),
	"tr": strings.Fields(`bir bu ve icin nasil neden degil var yok ben sen biz siz mi mu olmuyor calismiyor yardim lutfen merhaba tesekkurler sifre sifremi unuttum baglanmiyor baglanamiyorum yazici acilmiyor ekran projeksiyon kablosuz internete gore goruntu ses gelmiyor ile benim okul tahta`),
	"pl": strings.Fields(`nie jest jak co sie na do ze mam moj moja to w z i prosze dziekuje czesc dzien dobry dziala moge mozna haslo drukarka zapomnialem zapomnialam hasla ekran pomocy sieci ma dlaczego laczy polaczyc rzutnik tablica`),
	"es": strings.Fields(`el los las un una es son no mi tu su de del en con por para que como cuando donde funciona hola gracias ayuda puedo contrasena impresora pantalla proyector conectar conecta se la he olvidado`),
	"it": strings.Fields(`il lo gli un una di del della non e sono mi ti ci si con per che come quando dove funziona ciao grazie aiuto posso stampante schermo proiettore connette dimenticato ho la nella buongiorno`),
	"nl": strings.Fields(`het een en van niet ik je hij wij zijn mijn met voor dat hoe wat waar werkt doet geen kan naar ook maar hallo bedankt wachtwoord vergeten scherm verbinden aan`),
	"ro": strings.Fields(`nu este sunt un o si la cu pentru ca ce cum unde functioneaza merge buna multumesc ajutor pot parola am uitat imprimanta ecran proiectorul mea meu se conecteaza`),
	"pt": strings.Fields(`o os as um uma nao e sao meu minha com para que como onde funciona ola obrigado ajuda posso senha impressora tela projetor conectar esqueci do da no na`),
}

// englishWords are other words of English messages that nobody types in a German one. They weigh less than small words:
// some stand on screens.
var englishWords = wordSet(`printer projector password forgotten forgot expired expires needs stays stuck broken slow teacher teachers colleague student students
	pupil pupils tomorrow today school paper sound picture image cable mouse printing charging lost stolen found blocked locked missing wrong
	empty full dead phone file files folder deleted starts morning good into visitor guest grades parents kids children black white blurry dim crooked
	flickering noise visualiser red blue new old working works loud quiet copier copy staff weird strange clicked reset unlock
	install request return borrow battery charger crashed crashes freezes frozen permission allowed lesson class headphones speakers loudspeaker`)

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		set[fold(w)] = true
	}
	return set
}

// languages lists the keys of functionWords in the order in which a draw is decided.
var languages = []string{"de", "en", "fr", "tr", "pl", "es", "it", "nl", "ro", "pt"}

// letters that only some languages have.
var letters = []struct {
	language string
	runes    string
}{
	{"tr", "ğışİ"}, {"pl", "łąęśźżćń"}, {"ro", "țăşîș"}, {"es", "ñ¿¡"}, {"fr", "çèêàùœ"}, {"pt", "ãõ"},
}

// sure is the score from which a message is taken for a language that is not the articles': two small words, or
// one and a letter. Single words travel between languages.
const sure = 4

// language guesses the language of a message as an ISO 639-1 code. A message without any sign is taken for
// German, the language of the schools.
func language(text string) string {
	if len(text) > maxRead {
		text = text[:maxRead]
	}
	if l := scriptLanguage(text); l != "" {
		return l
	}
	score := make(map[string]int)
	for _, w := range words(fold(text)) {
		if englishWords[w] {
			score["en"]++
		}
		for _, l := range languages {
			if functionWordSets[l][w] {
				score[l] += 2
			}
		}
	}
	lower := strings.ToLower(text)
	for _, r := range lower {
		switch {
		case r == 'ä' || r == 'ö' || r == 'ü' || r == 'ß':
			score["de"]++
		case r > 0x7f:
			for _, l := range letters {
				if strings.ContainsRune(l.runes, r) {
					score[l.language] += 3
				}
			}
		}
	}
	best := "de"
	for _, l := range languages {
		if l != "de" && l != "en" && score[l] < sure {
			continue
		}
		if score[l] > score[best] {
			best = l
		}
	}
	return best
}

var functionWordSets = func() map[string]map[string]bool {
	sets := make(map[string]map[string]bool)
	for l, list := range functionWords {
		sets[l] = make(map[string]bool)
		for _, w := range list {
			sets[l][fold(w)] = true
		}
	}
	return sets
}()

// scriptLanguage recognises languages by their script: "" if the text is mostly Latin.
func scriptLanguage(text string) string {
	var arabic, cyrillic, latin, other int
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Latin, r):
			latin++
		case unicode.Is(unicode.Arabic, r):
			arabic++
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic++
		case unicode.IsLetter(r):
			other++
		}
	}
	switch {
	case arabic > latin:
		if strings.ContainsAny(text, "پچژگ") {
			return "fa"
		}
		return "ar"
	case cyrillic > latin:
		if strings.ContainsAny(text, "іїєґІЇЄҐ") {
			return "uk"
		}
		return "ru"
	case other > latin:
		return "und"
	}
	return ""
}
