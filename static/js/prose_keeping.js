// Nothing that is typed is lost: it is kept in this browser at once, on the server within seconds, and where the server is
// away the text says so, then stops taking more.

import { write } from "./prose_kept.js";

const KEEP_AFTER = 400; // ms without a key before the text is kept in the browser
const KEEP_EVERY = 30_000; // ms after which it is kept there in any case
const SEND_AFTER = 10_000; // ms of unsaved change before it is sent to be kept on the server
const RETRY_AFTER = 5_000; // ms between two tries while the server is away
const WARN_AFTER = 15_000;
const LOCK_AFTER = 30_000;
const ANSWER_WITHIN = 8_000;
const CHARACTERS_A_MS = 20; // of what is sent: a long text is allowed more time
const TOKEN_AFTER = 60_000; // ms between two looks for a new token of the form
const REFUSED = 422;

/**
 * Looks after the text of one form. `text.doc()` is what is typed, `say(state, seconds)` shows how it stands, `lock(isLocked)`
 * keeps more from being typed, `other(kept)` tells of text that another window keeps, `refuse(words)` says why the server
 * does not take it, and `save()` is what was wished for while something was on its way.
 */
export class Keeping {
  constructor(form, { name, text, say, lock, other, refuse, save }) {
    [this.form, this.name, this.text, this.say] = [form, name, text, say];
    [this.lock, this.other, this.refuse, this.save] = [lock, other, refuse, save];
    this.since = 0; // when the first change was made that the server has not
    this.kept = 0; // when the browser kept it
    this.sent = 0; // when it was last tried to send it
    this.isAway = this.isLocked = this.isTold = this.isBusy = this.isWished = this.isLeaving = false;
    this.hasRoom = true;
    this.asked = 0; // when the form's token was last looked for
    this.timer = 0;
    setInterval(() => this.look(), 1000);
    addEventListener("beforeunload", (event) => {
      if (!this.isUnsaved || this.isLeaving) return;
      this.keep();
      event.preventDefault();
    });
    addEventListener("online", () => this.isAway && this.send());
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

  /** In this browser; `isSent` where the page that is on its way lets go of it. */
  keep(isSent = false) {
    clearTimeout(this.timer); // one that waits would say of what was sent that it was not
    this.kept = Date.now();
    this.text.remember();
    const { revision, unsaved } = this.form.elements;
    const isKept = Boolean(this.isAtServer && !this.since);
    const value = { doc: this.text.doc(), revision: revision.value, unsaved: unsaved.value, at: this.kept, isKept, isSent };
    this.hasRoom = write(localStorage, this.name, this.isUnsaved ? value : null);
  }

  look() {
    if (this.isLeaving) return;
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

  /**
   * Posts JSON and returns status and answer; status 0 where the server is away. `needs` says what an answer has, by its
   * status: another page in its place, such as one that asks for a consent, is a refusal.
   */
  async post(url, values, needs) {
    try {
      let response = await this.fetch(url, values);
      if (response.status === 403 && (await this.renew())) response = await this.fetch(url, values);
      const { status } = response;
      let answer = null;
      try {
        answer = JSON.parse(await response.text());
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
      if (status >= 500) return { status: 0, answer: {} };
      if (answer === null || typeof answer !== "object") answer = {};
      const wanted = needs[status];
      const isWhole = wanted?.every((name) => answer[name] !== undefined);
      if (response.redirected || (wanted ? !isWhole : response.ok)) return { status: REFUSED, answer: { detail: answer.detail } };
      return { status, answer };
    } catch {
      return { status: 0, answer: {} };
    }
  }

  fetch(url, values) {
    const body = JSON.stringify(values);
    return fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value,
        "X-Requested-With": "XMLHttpRequest",
      },
      body,
      signal: AbortSignal.timeout(ANSWER_WITHIN + body.length / CHARACTERS_A_MS),
    });
  }

  /** Who signed in again in another window has another token: it is read from the page as it is now. */
  async renew() {
    if (Date.now() - this.asked < TOKEN_AFTER) return false;
    this.asked = Date.now();
    const response = await fetch(this.form.getAttribute("action"), { signal: AbortSignal.timeout(ANSWER_WITHIN) });
    if (!response.ok || response.redirected) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const token = page.querySelector("#section-form [name=csrfmiddlewaretoken]")?.value;
    if (token) this.form.elements.csrfmiddlewaretoken.value = token;
    return Boolean(token);
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
    const { status, answer } = await this.post(this.form.dataset.unsavedUrl, sent, {
      200: ["unsaved", "at", "text"],
      409: ["unsaved", "at", "revision", "doc"],
    });
    this.isBusy = false;
    if (status === 200) {
      this.form.elements.unsaved.value = answer.unsaved ?? "";
      this.at = answer.at;
      this.tell(answer.text);
      this.free();
      this.refuse(answer.detail ?? ""); // it is kept, and too long to be saved
      if (JSON.stringify(sent.doc) === JSON.stringify(this.text.doc())) {
        this.since = 0;
        this.isAtServer = Boolean(answer.unsaved);
      } else this.since = this.sent;
      this.keep();
    } else if (status === 409) {
      this.free();
      this.isTold = true;
      this.other(answer);
    } else if (status === 0) {
      this.isAway = true;
    } else {
      // It is there and says no: more can be typed, and it is tried again. Too many calls just wait.
      this.free();
      if (status !== 429) this.refuse(answer.detail);
    }
    this.show();
    if (this.isWished) {
      this.isWished = false;
      this.save();
    }
  }
}
