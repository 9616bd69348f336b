// Makes the conversation live. Everything works without it, by forms and reloads.
"use strict";
const talk = document.querySelector(".talk"), log = document.getElementById("verlauf");
const scroll = document.querySelector(".scroll"), composer = document.getElementById("schreiben");
const replying = document.querySelector("#antwort span");
const state = document.getElementById("zustand"), title = document.title;
let rev = Number(talk.dataset.rev), stream, timer, unread = 0, leave, watches = 0;

// An id of its own for everything that is sent: sent twice, it counts once.
const newID = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), b => b.toString(16).padStart(2, "0")).join("");
const say = text => { state.textContent = text; };
const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
const toEnd = behavior => { scroll.scrollTo({ top: scroll.scrollHeight, behavior }); };
const node = html => { const t = document.createElement("template"); t.innerHTML = html; return t.content.firstElementChild; };

// An entry takes the place of the one with its number, or goes to the end. What
// somebody is filling in just now stays.
function show(entry) {
  const end = atEnd(), old = document.getElementById("n" + entry.n), fresh = node(entry.html);
  if (old && old.querySelector("details[open], form.fields") && old.contains(document.activeElement)
    && fresh.querySelector("details, form.fields")) return;
  const focused = old?.contains(document.activeElement);
  document.getElementById("leer")?.remove();
  if (old) old.replaceWith(fresh); else log.append(fresh);
  // A pressed button is gone: go on by writing, where that opens no keyboard on the screen.
  if (focused && matchMedia("(hover: hover)").matches) composer.elements.text.focus({ preventScroll: true });
  if (end || fresh.classList.contains("mine")) toEnd("auto");
  // Of what is longer than the window, the beginning is to be read first.
  if (end && !old && fresh.offsetHeight > scroll.clientHeight) fresh.scrollIntoView({ block: "start" });
  if (document.hidden && !old && !fresh.classList.contains("mine")) document.title = `(${++unread}) ${title}`;
}

function connect(once) {
  stream?.close();
  stream = new EventSource(`${talk.dataset.base}/live?seit=${rev}${once ? "&einmal" : ""}`);
  const on = (name, fn) => stream.addEventListener(name, e => fn(JSON.parse(e.data)));
  const mine = stream;
  let opened = false;
  stream.onopen = () => { opened = true; if (state.dataset.lost) say(""); delete state.dataset.lost; };
  stream.onerror = () => {
    if (mine !== stream || once && opened) { mine.close(); return; }
    state.dataset.lost = "1";
    say(talk.dataset.offline);
    if (once) mine.close();
    else if (mine.readyState === EventSource.CLOSED) { clearTimeout(timer); timer = setTimeout(connect, 5000); }
  };
  on("entry", show);
  on("rev", n => { rev = n; });
  on("reload", () => location.reload());
  on("clock", c => { const t = document.getElementById("uhr"); if (t) { t.textContent = c.text; t.dateTime = c.at; } });
  on("panel", p => { const l = document.getElementById("liste"); if (l) l.innerHTML = p.html; });
}

// A browser allows six connections to one server for all its windows together, and
// sending needs one too: only a window with one of these seats keeps its own.
const seats = 4;

// seat takes a free seat and returns the function that gives it back, or nothing.
// Where pages come without HTTPS there are no locks, and nothing is counted.
function seat(n = 0) {
  if (!navigator.locks) return Promise.resolve(() => {});
  if (n === seats) return Promise.resolve();
  return new Promise(done => {
    navigator.locks.request(`seat ${n}`, { ifAvailable: true }, lock =>
      lock ? new Promise(free => { done(free); }) : void done(seat(n + 1)));
  });
}

// A window that nobody sees, or that found no seat, asks now and then instead of
// keeping a connection.
async function watch() {
  const turn = ++watches;
  clearTimeout(timer);
  stream?.close();
  leave?.();
  leave = undefined;
  if (!document.hidden) { unread = 0; document.title = title; }
  const free = document.hidden ? undefined : await seat();
  if (turn !== watches) { free?.(); return; }
  leave = free;
  connect(!free);
  if (!free) timer = setTimeout(watch, document.hidden ? 10000 : 2000);
}

// Everything is sent without leaving the page. It answers whether it arrived.
async function send(form, data) {
  const buttons = [...form.querySelectorAll("button")];
  buttons.forEach(b => { b.disabled = true; });
  try {
    const r = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "text/plain" } });
    say(r.ok ? "" : await r.text());
    return r.ok;
  } catch {
    say(talk.dataset.unsent);
    return false;
  } finally {
    buttons.forEach(b => { b.disabled = false; });
  }
}

document.addEventListener("submit", async e => {
  e.preventDefault();
  const form = e.target, id = form.elements.id, text = form === composer ? form.elements.text : null;
  if (text && !text.value.trim()) return;
  const data = new URLSearchParams(new FormData(form, e.submitter)), excerpt = replying.textContent;
  if (id) id.value = newID();
  if (text) { text.value = ""; reply("", ""); }
  if (await send(form, data)) { form.closest("details.choice")?.removeAttribute("open"); return; }
  if (text?.value) { text.value = `${data.get("text")}\n${text.value}`; return; }
  // It goes again with the id it had, should it have arrived after all.
  if (id) id.value = data.get("id");
  if (text) { text.value = data.get("text"); reply(data.get("auf"), excerpt); }
});

function reply(ref, excerpt) {
  composer.elements.auf.value = ref;
  replying.textContent = excerpt;
  replying.parentElement.hidden = !ref;
}

document.addEventListener("click", e => {
  const link = e.target.closest("a.reply, #antwortweg");
  if (!link) return;
  e.preventDefault();
  reply(link.dataset.ref || "", link.dataset.excerpt || "");
  composer.elements.text.focus();
});
composer.elements.text.addEventListener("keydown", e => {
  if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); composer.requestSubmit(); }
});
document.addEventListener("visibilitychange", watch);
const tickets = document.getElementById("tickets");
if (tickets && matchMedia("(max-width: 60rem)").matches) tickets.open = false;
composer.elements.id.value = newID();
toEnd("instant");
watch();
