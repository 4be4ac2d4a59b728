// The writing room: the editor in the place of the field, or, where it cannot be had, the field with its text kept in this
// browser and leaving with it asked about. Without this file the field is saved by its button, and two windows are still told
// of each other.

const KEEP_AFTER = 400; // ms without a key before the text is kept
const TICK = 1000; // ms between two looks at how long it is unsaved

// The paragraphs that are marked in the field are those that the page for writing anew has ticked.
function marked(form) {
  const field = form.elements.text;
  const link = document.querySelector("[data-editor-rewrite]");
  link?.addEventListener("click", () => {
    if (form.closest("[data-mounted]")) return;
    const paragraphsIn = (text) => text.split(/\n[ \t]*\n/).filter((one) => one.trim()).length;
    const { selectionStart: from, selectionEnd: to, value } = field;
    const url = new URL(link.href);
    if (to > from) {
      const first = Math.max(0, paragraphsIn(`${value.slice(0, from)}x`) - 1);
      const count = Math.max(1, paragraphsIn(value.slice(from, to)));
      url.searchParams.set("paragraphs", Array.from({ length: count }, (_, number) => first + number).join(","));
    } else url.searchParams.delete("paragraphs");
    link.href = url.href;
  });
}

/** The field alone. */
function plain(form) {
  const field = form.querySelector("textarea");
  const state = form.querySelector("[data-editor-state]");
  const found = form.querySelector("[data-editor-found]");
  // The editor keeps beside it, and offers what is here when it is there again.
  const name = `tesigo-section-${form.dataset.editor}`;
  // What the server sent back unsaved is kept from the first moment on, like what is typed.
  const saved = form.hasAttribute("data-is-unsaved") ? null : field.defaultValue;
  let since = 0;
  let timer = 0;
  let hasRoom = true;

  const keep = (isSent = false) => {
    if (isInTheWay) park(kept);
    const now = { text: field.value, revision: form.elements.revision.value, isSent };
    try {
      if (field.value === saved) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify(now));
      hasRoom = true;
    } catch {
      hasRoom = false;
    }
  };
  const show = () => {
    const seconds = since ? Math.round((Date.now() - since) / 1000) : 0;
    const unsaved = hasRoom ? state.dataset.unsaved : state.dataset.noRoom;
    state.textContent = since ? unsaved.replace("{seconds}", seconds) : state.dataset.saved;
  };
  const changed = () => {
    since = field.value === saved ? 0 : since || Date.now();
    clearTimeout(timer);
    timer = setTimeout(() => keep(), KEEP_AFTER);
    show();
  };

  // Where a text goes before the next key would write over it, until it is taken or dropped.
  const parked = `tesigo-section-${form.dataset.editor}-found`;
  const read = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null; // Nothing that could be read.
    }
  };
  const park = (all) => {
    isInTheWay = false;
    try {
      localStorage.removeItem(name);
      localStorage.setItem(parked, JSON.stringify(all));
    } catch {
      // No room in this browser: it is offered as long as this page is open.
    }
  };
  const there = read(parked);
  let kept = Array.isArray(there) ? there : [];
  const before = read(name);
  const isSent = saved === null && before?.isSent; // the page has it
  let isInTheWay = typeof before?.text === "string" && !isSent && before.text.trim() !== field.defaultValue.trim();
  if (isInTheWay) kept = [...kept, before];
  else if (before) park(kept);
  const text = kept.findLast((one) => typeof one.text === "string"); // others are of the editor
  if (text) {
    found.hidden = false;
    const settle = () => {
      park(kept.filter((one) => one !== text));
      found.hidden = true;
      field.focus();
      changed();
    };
    found.querySelector("[data-editor-take]").addEventListener("click", () => {
      field.value = text.text;
      // Saved as made from the version it was made from: what another window saved since is not written over.
      form.elements.revision.value = text.revision;
      settle();
      keep();
    });
    found.querySelector("[data-editor-drop]").addEventListener("click", settle);
  }

  field.addEventListener("input", changed);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep(true); // the page behind a save lets go of it
    since = 0;
  });
  addEventListener("beforeunload", (event) => {
    if (!since) return;
    keep();
    event.preventDefault();
  });
  setInterval(() => since && show(), TICK);
  if (saved === null) {
    keep();
    changed();
  } else show();
}

for (const form of document.querySelectorAll("[data-editor]")) {
  const field = form.elements.text;
  marked(form);
  field.readOnly = true; // until it is known what takes the text
  try {
    const [tiptap, room] = await Promise.all([import(form.dataset.tiptap), import(form.dataset.module)]);
    await room.mount(form, tiptap);
  } catch (error) {
    console.warn("The editor cannot be had, the field takes the text.", error);
    plain(form);
  } finally {
    field.readOnly = false;
  }
}
