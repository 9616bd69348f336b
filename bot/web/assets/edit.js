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
form?.addEventListener("submit", () => { leaving = true; });
addEventListener("beforeunload", e => { if (dirty && !leaving) e.preventDefault(); });
