// Notes beside a text: after each pause the text as typed is looked over on the server, and nothing of it is saved.
// Without this file the button below the notes sends the text, and it comes back with notes of its own.
// An editor says what its text is by the event "tesigo:text", and at once when it is asked by "tesigo:ask"; it marks a
// sentence on "tesigo:find".

import { pattern } from "./places.js";

const QUIET = 1500; // ms without a key before the text is sent
const box = document.querySelector("[data-checks]");
const form = box && document.getElementById(box.dataset.form);

if (form) {
  const field = form.querySelector("textarea");
  let text = field?.value ?? "";
  let seen = text;
  let timer = 0;
  let going = null;

  const say = (words) => {
    const state = document.querySelector("[data-checks] [data-checks-said]");
    if (state && state.textContent !== words) state.textContent = words;
  };

  // The text of now: an editor tells of it by itself only when it is kept, seconds later. Nothing where it cannot be had.
  async function typed() {
    const detail = {};
    form.dispatchEvent(new CustomEvent("tesigo:ask", { detail }));
    return "text" in detail ? await detail.text : text;
  }

  async function look(more = {}, isAsked = false) {
    clearTimeout(timer);
    going?.abort();
    const mine = (going = new AbortController());
    if (isAsked) {
      const now = await typed();
      if (mine.signal.aborted) return;
      if (now === null) return say(box.dataset.away);
      text = now;
    }
    const body = new FormData(form);
    body.set("text", text);
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    const sent = text;
    const url = document.querySelector("[data-checks]").dataset.url;
    let answer = null;
    try {
      answer = await fetch(url, { method: "POST", body, headers: { "X-Requested-With": "fetch" }, signal: mine.signal });
    } catch {
      if (mine.signal.aborted) return; // a newer text was sent
    }
    // Signed out, or no such section any more: saving says so. Otherwise it is tried again at the next pause.
    if (!answer || !(answer.ok || answer.status === 429) || answer.redirected) return say(box.dataset.away);
    const html = await answer.text();
    if (mine.signal.aborted) return;
    seen = sent;
    show(html);
  }

  function show(html) {
    const before = document.querySelector("[data-checks]");
    const made = new DOMParser().parseFromString(html, "text/html").querySelector("[data-checks]");
    if (!made) return;
    const focused = before.contains(document.activeElement) ? document.activeElement : null;
    const same = focused?.value || focused?.dataset.checksFind;
    const said = before.querySelector("[role=status]");
    const now = made.querySelector("[role=status]");
    before.replaceChildren(...made.childNodes);
    // The line that is read aloud stays the same element, and is not read again where it says the same.
    if (said && now) {
      if (said.textContent !== now.textContent) said.textContent = now.textContent;
      now.replaceWith(said);
    }
    if (focused) {
      const all = [...before.querySelectorAll("button, a")];
      const again = all.find((one) => same && (one.value || one.dataset.checksFind) === same);
      (again || before.querySelector("[data-checks-now]")).focus();
    }
  }

  function changed(now) {
    text = now;
    clearTimeout(timer);
    if (text !== seen) timer = setTimeout(() => look(), QUIET);
  }

  form.addEventListener("tesigo:text", (event) => changed(event.detail.text));
  field?.addEventListener("input", () => changed(field.value));

  // Characters from 0, as Python counts them, to places of a text here.
  const place = (characters) => Array.from(text).slice(0, characters).join("").length;

  function find({ checksFind: sentence, paragraph, start, end }) {
    const detail = { sentence, paragraph: Number(paragraph), isFound: false };
    form.dispatchEvent(new CustomEvent("tesigo:find", { detail }));
    if (detail.isFound) return;
    const gone = () => say(`${box.dataset.gone} “${sentence}”`);
    if (!field || !field.checkVisibility?.()) return gone();
    let [from, to] = [place(Number(start)), place(Number(end))];
    if (field.value.slice(from, to) !== sentence) {
      const found = pattern(sentence).exec(field.value);
      if (!found) return gone();
      [from, to] = [found.index, found.index + found[0].length];
    }
    field.focus();
    field.setSelectionRange(from, to);
    // Browsers scroll to where a field's text is put in, and not to where it is marked.
    field.scrollTop = (from / Math.max(1, field.value.length)) * field.scrollHeight - field.clientHeight / 3;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-checks] button");
    if (!button) return;
    if (button.dataset.checksFind !== undefined) return find(button.dataset);
    event.preventDefault();
    look(button.name ? { [button.name]: button.value } : {}, true);
  });

  // From the page of the whole document: the sentence of the note that was chosen there.
  const digest = new URLSearchParams(location.search).get("note");
  if (digest && /^[0-9a-f]{64}$/.test(digest)) {
    const leave = box.querySelector(`[name="leave"][value$=":${digest}"]`);
    const button = leave?.parentElement.querySelector("[data-checks-find]");
    // An editor listens once it stands.
    if (button) requestAnimationFrame(() => find(button.dataset));
  }
}
