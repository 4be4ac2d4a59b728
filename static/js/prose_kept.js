// What a browser keeps of texts: steps back that outlive a reload, texts that were found, and what a text was made from.

const RING_CHARACTERS = 1_000_000; // of all steps back that outlive a reload
const RING_STEPS = 40;
const MOST_FOUND = 5; // texts that nobody took or threw away
const MOST_ORIGINS = 6;

export function read(storage, name) {
  try {
    return JSON.parse(storage.getItem(name));
  } catch {
    return null; // Nothing that could be read.
  }
}

export function write(storage, name, value) {
  try {
    if (value === null) storage.removeItem(name);
    else storage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false; // No room in this browser.
  }
}

/** A text as a word: the same one is the same word, in whichever order its attributes came. */
export function wordOf(doc) {
  const sorted = (value) =>
    Array.isArray(value) || value === null || typeof value !== "object"
      ? value
      : Object.fromEntries(Object.keys(value).sort().map((name) => [name, value[name]]));
  return JSON.stringify(doc, (_name, value) => sorted(value));
}

/**
 * Where this window keeps a text, and where those kept theirs that are closed: two tabs of one browser, which share all that
 * it keeps, have a place each. A window holds a lock of its place's name as long as it is there.
 */
export async function placeIn(name) {
  // As long as any other: what is moved from a place of before has to fit where a browser is full.
  const mine = `${name}-${Date.now().toString(36)}${Math.random().toFixed(12).slice(2)}`;
  const there = new Set();
  if (navigator.locks) {
    // Where none can be had it is as where there are none: the text is not to wait for it.
    await new Promise((held) => navigator.locks.request(mine, () => (held(), new Promise(() => {}))).catch(held));
    const locks = await navigator.locks.query().catch(() => ({ held: [] }));
    for (const one of locks.held) there.add(one.name);
  }
  const isLeft = (one) => (one === name || one.startsWith(`${name}-`)) && !there.has(one);
  return { mine, left: Object.keys(localStorage).filter(isLeft) };
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

/** Texts that this browser kept and nobody took or threw away yet: what is typed now does not write over them. */
export class Found {
  constructor(name) {
    this.name = `${name}-found`;
    this.left = []; // places whose texts there was no room for, with these: they stay there
  }

  /** As they are now: another tab finds and takes some, too. */
  get texts() {
    const kept = read(localStorage, this.name);
    return Array.isArray(kept) ? kept : [];
  }

  get last() {
    return this.left.at(-1)?.[1] ?? this.texts.at(-1) ?? null;
  }

  add(kept) {
    return this.set([...this.texts, kept].slice(-MOST_FOUND));
  }

  /** Takes over what was kept in these places, the oldest first, but what is known; what there is no room for stays there. */
  collect(places, isKnown) {
    this.drop(isKnown);
    const kept = places.map((name) => [name, read(localStorage, name)]);
    for (const [name, text] of kept.sort(([, one], [, other]) => (one?.at ?? 0) - (other?.at ?? 0))) {
      const isText = text?.doc || typeof text?.text === "string";
      if (!isText || isKnown(text) || this.add(text)) write(localStorage, name, null);
      else this.left.push([name, text]);
    }
  }

  drop(isGone) {
    for (const [name] of this.left.filter(([, kept]) => isGone(kept))) write(localStorage, name, null);
    this.left = this.left.filter(([, kept]) => !isGone(kept));
    return this.set(this.texts.filter((kept) => !isGone(kept)));
  }

  set(texts) {
    return write(localStorage, this.name, texts.length ? texts : null);
  }
}

/** Which version a text was made from, on both sides of another that was taken: undoing leads back to one's own. */
export class Origins {
  constructor(name, elements) {
    this.name = `${name}-origins`;
    this.elements = elements;
    const kept = read(sessionStorage, this.name);
    this.all = Array.isArray(kept) ? kept : [];
    this.now = null;
  }

  /** A text is about to be put in place of another; what is said of it goes into the form. */
  step(from, to, { revision, unsaved }) {
    const mine = { word: wordOf(from), ...this.said() };
    this.now = { word: wordOf(to), revision: String(revision), unsaved: unsaved ?? "" };
    const others = this.all.filter((one) => one.word !== mine.word && one.word !== this.now.word);
    this.all = [...others, ...(mine.word === this.now.word ? [] : [mine]), this.now].slice(-MOST_ORIGINS);
    this.put();
  }

  /** The text became another one: where it is one of these again, so is what it was made from. */
  follow(doc) {
    if (!this.all.length) return;
    const word = wordOf(doc);
    const found = this.all.find((one) => one.word === word);
    if (!found || found === this.now) return;
    if (this.now) {
      // The entry itself, for it stays among all.
      const { revision, unsaved } = this.said();
      [this.now.revision, this.now.unsaved] = [revision, unsaved];
    }
    this.now = found;
    this.put();
  }

  /** Behind a save every text is made from what was saved. */
  forget() {
    this.all = [];
    this.now = null;
    write(sessionStorage, this.name, null);
  }

  said() {
    return { revision: this.elements.revision.value, unsaved: this.elements.unsaved.value };
  }

  put() {
    this.elements.revision.value = this.now.revision;
    this.elements.unsaved.value = this.now.unsaved;
    write(sessionStorage, this.name, this.all);
  }
}
