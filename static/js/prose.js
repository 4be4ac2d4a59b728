// The writing room's editor in the place of its field. The field stays what is sent without JavaScript.

import { pattern } from "./places.js";
import { Keeping } from "./prose_keeping.js";
import { Found, Origins, Ring, placeIn, wordOf } from "./prose_kept.js";
import { extensions } from "./prose_nodes.js";
import { cleaned } from "./prose_paste.js";
import { difference, replay } from "./prose_steps.js";
import { dialogs, toolbar } from "./prose_tools.js";

const CLOCK = new Intl.DateTimeFormat(document.documentElement.lang || "en", { timeStyle: "short" });

/** Puts the editor into a form. Throws where that cannot be, and then nothing was changed. */
export async function mount(form, t) {
  const root = form.closest("[data-room]");
  const field = form.elements.text;
  // Before this file was there; a browser that puts typed text back into the page is asked not to.
  const isTyped = field.value !== field.defaultValue;
  const name = `tesigo-section-${form.dataset.editor}`;
  const shown = root.querySelector("[data-editor-state]");
  const said = root.querySelector("[data-editor-said]");
  const refusal = root.querySelector("[data-editor-refusal]");
  const offered = root.querySelector("[data-editor-found]");
  const other = root.querySelector("[data-editor-other]");
  const sources = new Map(JSON.parse(document.getElementById("editor-sources").textContent).map((one) => [one.key, one]));
  const words = { note: root.dataset.wordNote };
  const ring = new Ring(name);

  let keeping = null;
  const asked = await fetch(form.dataset.proseUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "X-Requested-With": "XMLHttpRequest" },
    body: JSON.stringify({ text: field.value }),
    signal: AbortSignal.timeout(15_000),
  });
  if (!asked.ok) throw new Error(`the text is not to be had: ${asked.status}`);
  const { doc } = await asked.json();
  const places = await placeIn(`${name}-editor`);

  let open = () => {};
  const attributes = {
    role: "textbox",
    "aria-multiline": "true",
    "aria-label": form.querySelector("label[for]")?.textContent.trim() ?? "",
    "aria-describedby": "editor-hint",
    class: "prose reading",
    lang: field.lang,
    spellcheck: "true",
  };
  const place = document.createElement("div");
  const editor = new t.Editor({
    element: place,
    extensions: extensions(t, { sources, words, open: (...what) => open(...what) }),
    content: doc,
    injectCSS: false,
    editorProps: {
      attributes,
      transformPastedHTML: cleaned,
      handleClickOn: (view, pos, node, nodePos, event, isDirect) => {
        if (!isDirect || !["citation", "note"].includes(node.type.name)) return false;
        open(node.type.name, node, nodePos);
        return true;
      },
    },
  });
  const json = () => editor.getJSON();
  const back = ring.leadingTo(json());
  if (back.length > 1) {
    const first = difference(editor.state, editor.schema.nodeFromJSON(back[0]));
    if (first) editor.view.dispatch(first.setMeta("addToHistory", false));
    replay(t, editor, back.slice(1));
  }

  const bar = root.querySelector("[role=toolbar]");
  open = dialogs(t, root, editor, { sources, words, attributes, passagesUrl: form.dataset.passagesUrl });
  toolbar(bar, editor, (kind) => open(kind));
  field.closest("[data-field]").hidden = true;
  form.querySelector("[data-editor-place]").append(place);
  root.dataset.mounted = "";

  let isUnanswered = false; // the last save
  let state = "";
  const say = (now, seconds) => {
    const time = keeping?.at ? CLOCK.format(new Date(keeping.at)) : "";
    const words = now === "away" ? shown.dataset.unsaved : shown.dataset[now];
    let text = words.replace("{seconds}", seconds).replace("{time}", time);
    if (keeping?.hasRoom === false && keeping.isUnsaved && now !== "kept") {
      text = now === "unsaved" || now === "away" ? shown.dataset.noRoom : `${text} ${shown.dataset.noRoom}`;
    }
    shown.textContent = text;
    if (now === state) return;
    state = now;
    root.dataset.state = now;
    // For ears: what changed, not each second.
    said.textContent = now === "unsaved" || now === "away" ? "" : text;
  };
  const lock = (isLocked) => {
    editor.setEditable(!isLocked, false);
    editor.view.dom.setAttribute("aria-readonly", String(isLocked));
  };
  const origins = new Origins(name, form.elements);
  const load = (content, said) => {
    const next = editor.schema.nodeFromJSON(content);
    const tr = difference(editor.state, next);
    isUnanswered = false; // of another text
    origins.step(json(), tr ? tr.doc.toJSON() : json(), said);
    // A step of its own: undone, it is exactly the text of before.
    if (tr) editor.view.dispatch(t.pm.history.closeHistory(tr));
  };
  const refuse = (words) => {
    if (refusal.textContent !== words) refusal.textContent = words;
    refusal.hidden = !words;
  };
  keeping = new Keeping(form, {
    name: places.mine,
    text: { doc: json, remember: () => ring.add(json()) },
    say,
    lock,
    refuse: (words) => refuse(words ?? refusal.dataset.else),
    save: () => save(),
    other: (kept) => {
      other.hidden = false;
      other.querySelector("[data-editor-at]").textContent = CLOCK.format(new Date(kept.at));
      const settle = () => {
        other.hidden = true;
        keeping.isTold = false;
        editor.commands.focus();
      };
      other.querySelector("[data-editor-theirs]").onclick = () => {
        load(kept.doc, kept);
        settle();
      };
      other.querySelector("[data-editor-mine]").onclick = () => {
        form.elements.unsaved.value = kept.unsaved;
        settle();
        keeping.changed();
      };
    },
  });

  // What this browser kept is moved away from where the next key would write over it, until it is taken or dropped.
  const present = wordOf(json());
  const isBack = form.hasAttribute("data-is-unsaved") && !new URLSearchParams(location.search).has("unsaved");
  const isKnown = (kept) =>
    (kept.isSent && isBack) ||
    (kept.isKept && kept.unsaved === form.elements.unsaved.value) ||
    (kept.doc ? wordOf(kept.doc) === present : kept.text.trim() === field.value.trim());
  const found = new Found(name);
  found.collect([name, ...places.left], isKnown);
  let last = null;
  const offer = () => {
    last = found.last;
    offered.hidden = !last;
  };
  const settled = () => {
    found.drop((kept) => wordOf(kept) === wordOf(last));
    offer();
    editor.commands.focus();
  };
  offered.querySelector("[data-editor-take]").onclick = async () => {
    const kept = last;
    const asked = kept.doc ? null : await keeping.post(form.dataset.proseUrl, { text: kept.text }, { 200: ["doc"] });
    const content = kept.doc ?? asked.answer.doc;
    if (!content) return refuse(asked.answer.detail ?? refusal.dataset.else);
    // Saved as made from the version it was made from: what another window saved since is not written over.
    load(content, { revision: kept.revision, unsaved: kept.unsaved ?? form.elements.unsaved.value });
    keeping.keep();
    settled();
    if (!keeping.hasRoom) keeping.keep(); // where it stood until now there is room for it
  };
  offered.querySelector("[data-editor-drop]").onclick = settled;
  offer();
  if (form.hasAttribute("data-is-unsaved") || isTyped) {
    keeping.saved = null;
    keeping.changed();
  } else {
    keeping.saved = JSON.stringify(json());
    say("saved", 0);
  }
  ring.add(json());
  editor.on("update", () => {
    origins.follow(json());
    if (keeping.isUnsaved) keeping.changed();
    else keeping.settle();
  });

  const sent = () => {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  };
  const away = () => {
    keeping.isAway = true;
    if (!keeping.since) keeping.since = Date.now();
    keeping.show();
  };
  const refused = ({ status, answer }) => {
    lock(keeping.isLocked);
    if (status === 0) return away();
    refuse(answer.detail ?? refusal.dataset.else);
    refusal.focus();
  };
  /** The form as it would be sent without this file, with the text as it is now; nothing more is typed meanwhile. */
  const leave = async (submitter) => {
    keeping.isBusy = true;
    lock(true);
    keeping.keep();
    const asked = await keeping.post(form.dataset.proseUrl, keeping.values, { 200: ["text"] });
    keeping.isBusy = false;
    sent();
    if (asked.status !== 200) return refused(asked);
    field.value = asked.answer.text;
    keeping.keep(true);
    keeping.isLeaving = true;
    if (submitter) form.requestSubmit(submitter);
    else form.submit();
  };
  const save = async () => {
    if (keeping.isBusy) {
      keeping.isWished = keeping.isWished || !keeping.isSaving;
      return;
    }
    refuse("");
    keeping.isBusy = keeping.isSaving = true;
    keeping.keep();
    const values = { ...keeping.values, window: places.mine, is_unanswered: isUnanswered };
    const needs = { 200: ["revision", "text", "doc"], 409: ["text"] };
    const { status, answer } = await keeping.post(form.dataset.saveUrl, values, needs);
    keeping.isBusy = keeping.isSaving = false;
    // It may have been saved all the same: the next one says so.
    isUnanswered = status === 0 || (isUnanswered && status !== 200);
    sent();
    if (status === 200) {
      const isSame = JSON.stringify(values.doc) === JSON.stringify(json());
      form.elements.revision.value = answer.revision;
      form.elements.unsaved.value = "";
      origins.forget();
      keeping.tell(answer.text);
      // What the server read of it is what is printed.
      const tr = isSame ? difference(editor.state, editor.schema.nodeFromJSON(answer.doc)) : null;
      if (tr) editor.view.dispatch(tr.setMeta("addToHistory", false).setMeta("preventUpdate", true));
      keeping.at = new Date().toISOString();
      if (isSame) keeping.settle(true);
      else {
        keeping.free();
        keeping.changed();
      }
      ring.add(json());
    } else if (status === 409) {
      // The page that shows both texts is the same as without this file; what was typed meanwhile goes there, too.
      await leave();
    } else refused({ status, answer });
  };
  form.addEventListener("submit", (event) => {
    if (keeping.isLeaving) return;
    event.preventDefault();
    if (!event.submitter?.hasAttribute("formaction")) save();
    else if (!keeping.isBusy) leave(event.submitter);
    else sent();
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    keeping.isLeaving = false;
    lock(keeping.isLocked);
  });
  document.addEventListener("keydown", (event) => {
    const isMod = event.ctrlKey || event.metaKey;
    if (isMod && event.key.toLowerCase() === "s") {
      event.preventDefault();
      save();
    } else if (isMod && event.key === "/") {
      event.preventDefault();
      open("shortcuts");
    } else if (event.altKey && event.key === "F10") {
      event.preventDefault();
      bar.querySelector("[tabindex='0']").focus();
    }
  });
  // A note beside the text says which sentence it means.
  form.addEventListener("tesigo:find", (event) => {
    const words = event.detail.sentence.replace(/^[\s>#|*-]+/, "").split(/[[\]*_`~\\|$]/)[0].trim();
    if (!words) return;
    let [at, length] = [-1, 0];
    editor.state.doc.descendants((node, pos) => {
      if (at >= 0 || !node.isTextblock) return at < 0;
      const found = pattern(words).exec(node.textBetween(0, node.content.size, "", "\ufffc"));
      if (found) [at, length] = [pos + 1 + found.index, found[0].length];
      return false;
    });
    if (at < 0) return;
    event.detail.isFound = true;
    editor.chain().focus().setTextSelection({ from: at, to: at + length }).scrollIntoView().run();
  });
  // What looks the text over wants the one of now.
  form.addEventListener("tesigo:ask", (event) => {
    const asked = keeping.post(form.dataset.proseUrl, keeping.values, { 200: ["text"] });
    event.detail.text = asked.then(({ status, answer }) => (status === 200 ? answer.text : null));
  });
  // The paragraphs that are marked are those that the page for writing anew has ticked.
  const link = document.querySelector("[data-editor-rewrite]");
  link?.addEventListener("click", () => {
    const { $from, $to, empty } = editor.state.selection;
    const url = new URL(link.href);
    const numbers = Array.from({ length: $to.index(0) - $from.index(0) + 1 }, (_, number) => $from.index(0) + number);
    if (empty) url.searchParams.delete("paragraphs");
    else url.searchParams.set("paragraphs", numbers.join(","));
    link.href = url.href;
  });
  root.dispatchEvent(new CustomEvent("room:mounted", { bubbles: true, detail: { editor, form } }));
  return editor;
}
