// Nothing that is typed is lost: it is kept in this browser at once, on the server within seconds, and where the server is
// away the text says so, then stops taking more.

const KEEP_AFTER = 400; // ms without a key before the text is kept in the browser
const KEEP_EVERY = 30_000; // ms after which it is kept there in any case
const SEND_AFTER = 10_000; // ms of unsaved change before it is sent to be kept on the server
const RETRY_AFTER = 5_000; // ms between two tries while the server is away
const WARN_AFTER = 15_000;
const LOCK_AFTER = 30_000;
const ANSWER_WITHIN = 8_000;
const RING_CHARACTERS = 1_000_000; // of all steps back that outlive a reload
const RING_STEPS = 40;

function read(storage, name) {
  try {
    return JSON.parse(storage.getItem(name));
  } catch {
    return null; // Nothing that could be read.
  }
}

function write(storage, name, value) {
  try {
    if (value === null) storage.removeItem(name);
    else storage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false; // No room in this browser.
  }
}

/** A text as a word: the same one is the same word, in whichever order its attributes came. */
function wordOf(doc) {
  const sorted = (value) =>
    Array.isArray(value) || value === null || typeof value !== "object"
      ? value
      : Object.fromEntries(Object.keys(value).sort().map((name) => [name, value[name]]));
  return JSON.stringify(doc, (_name, value) => sorted(value));
}

/** Texts of before, the oldest first: undoing goes on behind a reload of this window. */
export class Ring {
  constructor(name) {
    this.name = `${name}-ring`;
    this.docs = read(sessionStorage, this.name) ?? [];
  }

  add(doc) {
    const text = wordOf(doc);
    if (this.docs.at(-1) === text) return;
    this.docs.push(text);
    while (this.docs.length > RING_STEPS || (this.docs.length > 1 && this.size() > RING_CHARACTERS)) this.docs.shift();
    while (!write(sessionStorage, this.name, this.docs) && this.docs.length > 1) this.docs.shift();
  }

  size() {
    return this.docs.reduce((sum, one) => sum + one.length, 0);
  }

  /** The texts that led to one, itself last; only it where the browser knows others. */
  leadingTo(doc) {
    const last = this.docs.lastIndexOf(wordOf(doc));
    this.docs = last < 0 ? [wordOf(doc)] : this.docs.slice(0, last + 1);
    return this.docs.map((one) => JSON.parse(one));
  }
}

/**
 * Looks after the text of one form. `text.doc()` is what is typed, `say(state, seconds)` shows how it stands, `lock(isLocked)`
 * keeps more from being typed, `other(kept)` tells of text that another window keeps.
 */
export class Keeping {
  constructor(form, { name, text, say, lock, other }) {
    Object.assign(this, { form, name, text, say, lock, other });
    this.since = 0; // when the first change was made that the server has not
    this.kept = 0; // when the browser kept it
    this.sent = 0; // when it was last tried to send it
    this.isAway = this.isLocked = this.isTold = this.isBusy = false;
    this.timer = 0;
    setInterval(() => this.look(), 1000);
    addEventListener("beforeunload", (event) => {
      if (!this.isUnsaved) return;
      this.keep();
      event.preventDefault();
    });
    addEventListener("online", () => this.isAway && this.send());
  }

  /** What this browser kept of the section and the server may not have. */
  static before(name) {
    return read(localStorage, name);
  }

  static forget(name) {
    write(localStorage, name, null);
  }

  get isUnsaved() {
    return this.saved !== JSON.stringify(this.text.doc());
  }

  /** The text is as it was saved, just now where `isDone`. */
  settle(isDone = false) {
    this.isDone = isDone;
    this.saved = JSON.stringify(this.text.doc());
    this.since = 0;
    this.isAtServer = false;
    clearTimeout(this.timer);
    Keeping.forget(this.name);
    this.free();
    this.show();
  }

  changed() {
    if (!this.since) this.since = Date.now();
    this.isAtServer = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), KEEP_AFTER);
    this.show();
  }

  keep() {
    this.kept = Date.now();
    this.text.remember();
    const { revision, unsaved } = this.form.elements;
    const value = { doc: this.text.doc(), revision: revision.value, unsaved: unsaved.value, at: this.kept };
    this.hasRoom = write(localStorage, this.name, this.isUnsaved ? value : null);
  }

  look() {
    const now = Date.now();
    if (this.since && now - this.kept >= KEEP_EVERY) this.keep();
    const wait = this.isAway ? RETRY_AFTER : SEND_AFTER;
    if (this.since && !this.isTold && !this.isBusy && now - Math.max(this.sent, this.isAway ? 0 : this.since) >= wait) this.send();
    this.show();
  }

  show() {
    const waited = this.since ? Date.now() - this.since : 0;
    const seconds = Math.round(waited / 1000);
    if (this.isAway && waited >= LOCK_AFTER && !this.isLocked) this.hold();
    if (this.isLocked) this.say("locked", seconds);
    else if (this.isAway) this.say(waited >= WARN_AFTER ? "warning" : "away", seconds);
    else if (this.since) this.say("unsaved", seconds);
    else this.say(this.isAtServer ? "kept" : this.isDone ? "done" : "saved", 0);
  }

  hold() {
    this.isLocked = true;
    this.keep();
    this.lock(true);
  }

  free() {
    this.isAway = false;
    if (!this.isLocked) return;
    this.isLocked = false;
    this.lock(false);
  }

  /** Posts JSON and returns status and answer; status 0 where the server is away. */
  async post(url, values) {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value,
          "X-Requested-With": "XMLHttpRequest",
        },
        body: JSON.stringify(values),
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
      const answer = await response.json().catch(() => ({}));
      return { status: response.status >= 500 ? 0 : response.status, answer };
    } catch {
      return { status: 0, answer: {} };
    }
  }

  /** The field has the text as Markdown, and what looks it over beside is told. */
  tell(text) {
    this.form.elements.text.value = text;
    this.form.dispatchEvent(new CustomEvent("tesigo:text", { detail: { text } }));
  }

  get values() {
    const { revision, unsaved } = this.form.elements;
    return { doc: this.text.doc(), revision: revision.value, unsaved: unsaved.value || null };
  }

  /** Has the server keep what is not saved. */
  async send() {
    if (this.isBusy) return;
    this.isBusy = true;
    const sent = this.values;
    this.sent = Date.now();
    const { status, answer } = await this.post(this.form.dataset.unsavedUrl, sent);
    this.isBusy = false;
    if (status === 200) {
      this.form.elements.unsaved.value = answer.unsaved ?? "";
      this.at = answer.at;
      this.tell(answer.text);
      this.free();
      if (JSON.stringify(sent.doc) === JSON.stringify(this.text.doc())) {
        this.since = 0;
        this.isAtServer = Boolean(answer.unsaved);
      } else this.since = this.sent;
      this.keep();
    } else if (status === 409) {
      this.free();
      this.isTold = true;
      this.other(answer);
    } else if (status === 0 || status === 401 || status === 403 || status === 404) {
      this.isAway = true;
      this.why = answer.detail;
    }
    this.show();
  }
}
