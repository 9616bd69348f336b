// Shows what is being written as the chat will show it, and asks before it is lost.
// Everything works without it: a button shows the preview, another saves.
"use strict";
const form = document.getElementById("schreiben"), preview = document.getElementById("vorschau");
let timer, asked, dirty = false, leaving = false;

async function show() {
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "text/plain" }, signal: asked.signal,
    });
    if (answer.ok) preview.innerHTML = await answer.text();
  } catch { /* the next letter tries again */ }
}

form?.addEventListener("input", () => {
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(show, 300);
});
// One press adds a question that was really asked to the phrasings.
form?.addEventListener("click", e => {
  const button = e.target.closest("button[name=frage]");
  if (!button) return;
  e.preventDefault();
  const phrasings = form.elements.fragen;
  phrasings.value = phrasings.value.trimEnd() + "\n" + button.value;
  const known = Object.assign(document.createElement("span"), { className: "quiet", textContent: form.dataset.known, tabIndex: -1 });
  known.setAttribute("role", "status");
  button.replaceWith(known);
  known.focus();
  phrasings.dispatchEvent(new Event("input", { bubbles: true }));
});
form?.addEventListener("submit", () => { leaving = true; });
addEventListener("beforeunload", e => { if (dirty && !leaving) e.preventDefault(); });
