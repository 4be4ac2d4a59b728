// The writing room's editor in the place of its field. The field stays what is sent without JavaScript.

import { Keeping, Ring } from "./prose_keeping.js";
import { extensions } from "./prose_nodes.js";
import { cleaned } from "./prose_paste.js";
import { dialogs, toolbar } from "./prose_tools.js";

const CLOCK = new Intl.DateTimeFormat(document.documentElement.lang || "en", { timeStyle: "short" });

/** Steps from one text to the next as they would have been typed, so that they can be undone. */
function replay(t, editor, docs) {
  for (const doc of docs) {
    const { state } = editor;
    const next = state.schema.nodeFromJSON(doc);
    const tr = difference(state, next);
    if (!tr) continue;
    editor.view.dispatch(t.pm.history.closeHistory(tr));
  }
}

/** What makes one text of another, and nothing where they are the same. */
function difference(state, next) {
  const start = state.doc.content.findDiffStart(next.content);
  if (start === null) return null;
  let { a, b } = state.doc.content.findDiffEnd(next.content);
  const overlap = start - Math.min(a, b);
  if (overlap > 0) [a, b] = [a + overlap, b + overlap];
  return state.tr.replace(start, a, next.slice(start, b));
}

/** Puts the editor into a form. Throws where that cannot be, and then nothing was changed. */
export async function mount(form, t) {
  const root = form.closest("[data-room]");
  const field = form.elements.text;
  const name = `tesigo-section-${form.dataset.editor}`;
  const shown = root.querySelector("[data-editor-state]");
  const said = root.querySelector("[data-editor-said]");
  const refusal = root.querySelector("[data-editor-refusal]");
  const found = root.querySelector("[data-editor-found]");
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

  let state = "";
  const say = (now, seconds) => {
    const time = keeping?.at ? CLOCK.format(new Date(keeping.at)) : "";
    const text = (now === "away" ? shown.dataset.unsaved : shown.dataset[now]).replace("{seconds}", seconds).replace("{time}", time);
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
  const load = (content, revision, unsaved) => {
    const tr = difference(editor.state, editor.schema.nodeFromJSON(content));
    if (tr) editor.view.dispatch(tr);
    form.elements.revision.value = revision;
    if (unsaved !== undefined) form.elements.unsaved.value = unsaved ?? "";
  };
  keeping = new Keeping(form, {
    name,
    text: { doc: json, remember: () => ring.add(json()) },
    say,
    lock,
    other: (kept) => {
      other.hidden = false;
      other.querySelector("[data-editor-at]").textContent = CLOCK.format(new Date(kept.at));
      const settle = () => {
        other.hidden = true;
        keeping.isTold = false;
        form.elements.unsaved.value = kept.unsaved;
        editor.commands.focus();
      };
      other.querySelector("[data-editor-theirs]").onclick = () => {
        settle();
        load(kept.doc, kept.revision, kept.unsaved);
      };
      other.querySelector("[data-editor-mine]").onclick = () => {
        settle();
        keeping.changed();
      };
    },
  });

  const before = Keeping.before(name);
  if (form.hasAttribute("data-is-unsaved")) {
    keeping.saved = null;
    keeping.changed();
  } else {
    keeping.saved = JSON.stringify(json());
    say("saved", 0);
    const isOther = before?.doc ? JSON.stringify(before.doc) !== keeping.saved : before?.text && before.text.trim() !== field.value.trim();
    if (before && isOther) {
      found.hidden = false;
      found.querySelector("[data-editor-take]").onclick = async () => {
        const content = before.doc ?? (await keeping.post(form.dataset.proseUrl, { text: before.text })).answer.doc;
        if (!content) return;
        // Saved as made from the version it was made from: what another window saved since is not written over.
        load(content, before.revision, before.unsaved ?? form.elements.unsaved.value);
        found.hidden = true;
        editor.commands.focus();
      };
      found.querySelector("[data-editor-drop]").onclick = () => {
        Keeping.forget(name);
        found.hidden = true;
        editor.commands.focus();
      };
    } else Keeping.forget(name);
  }
  ring.add(json());
  editor.on("update", () => {
    if (keeping.isUnsaved) keeping.changed();
    else keeping.settle();
  });

  const save = async () => {
    if (keeping.isBusy) return;
    refusal.hidden = true;
    keeping.isBusy = true;
    keeping.keep();
    const sent = keeping.values;
    const { status, answer } = await keeping.post(form.dataset.saveUrl, sent);
    keeping.isBusy = false;
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
    if (status === 200) {
      const isSame = JSON.stringify(sent.doc) === JSON.stringify(json());
      form.elements.revision.value = answer.revision;
      form.elements.unsaved.value = "";
      keeping.tell(answer.text);
      // What the server read of it is what is printed.
      const tr = isSame ? difference(editor.state, editor.schema.nodeFromJSON(answer.doc)) : null;
      if (tr) editor.view.dispatch(tr.setMeta("addToHistory", false).setMeta("preventUpdate", true));
      keeping.at = new Date().toISOString();
      if (isSame) keeping.settle(true);
      else keeping.changed();
      ring.add(json());
    } else if (status === 409) {
      // The page that shows both texts is the same as without this file.
      field.value = answer.text;
      keeping.saved = JSON.stringify(json());
      HTMLFormElement.prototype.submit.call(form);
    } else if (status === 0) {
      keeping.isAway = true;
      if (!keeping.since) keeping.since = Date.now();
      keeping.show();
    } else {
      refusal.textContent = answer.detail ?? refusal.dataset.else;
      refusal.hidden = false;
      refusal.focus();
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
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
    let at = -1;
    editor.state.doc.descendants((node, pos) => {
      if (at >= 0 || !node.isTextblock) return at < 0;
      const found = node.textBetween(0, node.content.size, "", "\ufffc").indexOf(words);
      if (found >= 0) at = pos + 1 + found;
      return false;
    });
    if (at >= 0) editor.chain().focus().setTextSelection({ from: at, to: at + words.length }).scrollIntoView().run();
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
