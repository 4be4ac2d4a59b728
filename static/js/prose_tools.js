// The row of buttons above the text, and the dialogs for citations, notes, tables and shortcuts.

import { extensions } from "./prose_nodes.js";

const SEARCH_AFTER = 250; // ms without a key before passages are looked for

const COMMANDS = {
  bold: (chain) => chain.toggleBold(),
  italic: (chain) => chain.toggleItalic(),
  heading: (chain) => chain.toggleHeading({ level: 3 }),
  bulletList: (chain) => chain.toggleBulletList(),
  orderedList: (chain) => chain.toggleOrderedList(),
  blockquote: (chain) => chain.toggleBlockquote(),
  undo: (chain) => chain.undo(),
  redo: (chain) => chain.redo(),
  rowAfter: (chain) => chain.addRowAfter(),
  columnAfter: (chain) => chain.addColumnAfter(),
  deleteRow: (chain) => chain.deleteRow(),
  deleteColumn: (chain) => chain.deleteColumn(),
  deleteTable: (chain) => chain.deleteTable(),
};

/** One stop for Tab; arrows, Home and End go from button to button (ARIA's pattern of a toolbar). */
function oneStop(bar) {
  const buttons = () => [...bar.querySelectorAll("button")].filter((one) => !one.closest("[hidden]"));
  const stopAt = (button) => {
    for (const one of bar.querySelectorAll("button")) one.tabIndex = one === button ? 0 : -1;
  };
  stopAt(buttons()[0]);
  bar.addEventListener("focusin", (event) => event.target.matches("button") && stopAt(event.target));
  bar.addEventListener("keydown", (event) => {
    const all = buttons();
    const at = all.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    all[(next + all.length) % all.length].focus();
  });
}

export function toolbar(bar, editor, open) {
  oneStop(bar);
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    if (button.dataset.dialog) open(button.dataset.dialog);
    else if (COMMANDS[button.dataset.command]) COMMANDS[button.dataset.command](editor.chain().focus()).run();
  });
  const inTable = bar.querySelector("[data-in-table]");
  const show = () => {
    for (const button of bar.querySelectorAll("button[aria-pressed]")) {
      button.setAttribute("aria-pressed", String(editor.isActive(button.dataset.command)));
    }
    for (const button of bar.querySelectorAll("[data-command=undo], [data-command=redo]")) {
      button.setAttribute("aria-disabled", String(!COMMANDS[button.dataset.command](editor.can().chain()).run()));
    }
    inTable.hidden = !editor.isActive("table");
  };
  editor.on("transaction", show);
  show();
}

/** At once: the next key is the text's. */
function leave(dialog, editor) {
  dialog.close();
  editor.view.focus();
}

/** Which passage a citation rests on: its source, what it says, the page. */
function citationDialog(dialog, editor, { sources, passagesUrl }) {
  const form = dialog.querySelector("form");
  const { source, words, suffix, prefix } = form.elements;
  const list = dialog.querySelector("[data-passages]");
  const found = dialog.querySelector("[data-found]");
  const more = dialog.querySelector("[data-items]");
  let at = null; // where the citation stands that is changed
  let items = []; // its sources
  let number = 0; // the one that is looked at
  let picked = null; // a passage's id
  let timer = 0;
  let asked = 0;

  const option = (passage) => {
    const item = document.createElement("li");
    const label = document.createElement("label");
    const radio = document.createElement("input");
    [radio.type, radio.name, radio.value] = ["radio", "passage", passage.id];
    const head = document.createElement("strong");
    const name = sources.get(passage.key)?.name ?? passage.title;
    head.textContent = passage.page ? `${name}, ${list.dataset.page.replace("{number}", passage.page)}` : name;
    const text = document.createElement("span");
    text.textContent = passage.text;
    radio.checked = passage.id === picked;
    radio.addEventListener("change", () => {
      picked = passage.id;
      source.value = passage.key;
      suffix.value = passage.page ? `p. ${passage.page}` : "";
    });
    label.append(radio, head, text);
    item.append(label);
    return item;
  };
  const look = async () => {
    const mine = ++asked;
    const query = new URLSearchParams({ words: words.value, key: source.value });
    let passages = [];
    try {
      const response = await fetch(`${passagesUrl}?${query}`, { headers: { "X-Requested-With": "XMLHttpRequest" } });
      passages = (await response.json()).passages ?? [];
    } catch {
      // The server is away: the page can be typed all the same.
    }
    if (mine !== asked) return;
    list.replaceChildren(...passages.map(option));
    found.textContent = (passages.length ? found.dataset.found : found.dataset.none).replace("{n}", passages.length);
  };
  const fill = () => {
    const item = items[number] ?? { key: "", prefix: "", suffix: "", hides: false, passage: null };
    source.value = item.key;
    if (source.selectedIndex < 0) source.selectedIndex = 0;
    prefix.value = item.prefix;
    suffix.value = item.suffix.replace(/^,\s*/, "");
    picked = item.passage ?? null;
    more.hidden = items.length < 2;
    more.replaceChildren(
      ...items.map((one, place) => {
        const button = document.createElement("button");
        [button.type, button.className] = ["button", "chip"];
        button.textContent = sources.get(one.key)?.name ?? one.key;
        button.setAttribute("aria-pressed", String(place === number));
        button.addEventListener("click", () => {
          take();
          number = place;
          fill();
        });
        return button;
      }),
    );
    look();
  };
  const take = () => {
    if (!source.value) return;
    const said = suffix.value.trim();
    const before = items[number] ?? { hides: false };
    items[number] = { ...before, key: source.value, prefix: prefix.value.trim(), suffix: said ? `, ${said}` : "", passage: picked };
  };
  source.addEventListener("change", () => {
    picked = null;
    look();
  });
  suffix.addEventListener("input", () => (picked = null));
  words.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, SEARCH_AFTER);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!source.value) return source.focus();
    take();
    const content = { type: "citation", attrs: { items: items.map((item) => ({ ...item })) } };
    leave(dialog, editor);
    if (at === null) {
      const { $from } = editor.state.selection;
      const isBeside = /[^\s(]$/.test($from.parent.textBetween(0, $from.parentOffset, "", " "));
      editor.chain().focus().insertContent(isBeside ? [{ type: "text", text: " " }, content] : content).run();
    } else {
      editor.chain().focus().command(({ tr }) => Boolean(tr.setNodeMarkup(at, undefined, content.attrs))).run();
    }
  });
  dialog.querySelector("[data-delete]").addEventListener("click", () => {
    items.splice(number, 1);
    const left = items;
    leave(dialog, editor);
    editor
      .chain()
      .focus()
      .command(({ tr }) => Boolean(left.length ? tr.setNodeMarkup(at, undefined, { items: left }) : tr.delete(at, at + 1)))
      .run();
  });
  return (node, pos) => {
    at = node ? pos : null;
    items = node ? node.attrs.items.map((item) => ({ ...item })) : [];
    number = 0;
    words.value = "";
    dialog.querySelector("[data-delete]").hidden = !node;
    dialog.showModal();
    fill();
    (node ? suffix : words).focus();
  };
}

/** A footnote's words, in an editor of their own. */
function noteDialog(t, dialog, editor, settings) {
  const form = dialog.querySelector("form");
  let at = null;
  const inside = new t.Editor({
    element: dialog.querySelector("[data-note-text]"),
    extensions: extensions(t, { ...settings, open: () => {}, isNote: true }),
    injectCSS: false,
    editorProps: { attributes: { ...settings.attributes, "aria-label": settings.words.note, class: "prose prose-small" } },
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const blocks = inside.getJSON().content.filter((one) => one.content?.length);
    leave(dialog, editor);
    const chain = editor.chain().focus();
    if (at === null && blocks.length) chain.insertContent({ type: "note", attrs: { name: "", blocks } }).run();
    else if (at !== null && blocks.length) {
      chain.command(({ tr }) => Boolean(tr.setNodeMarkup(at, undefined, { ...tr.doc.nodeAt(at).attrs, blocks }))).run();
    } else if (at !== null) chain.command(({ tr }) => Boolean(tr.delete(at, at + 1))).run();
  });
  dialog.querySelector("[data-delete]").addEventListener("click", () => {
    leave(dialog, editor);
    editor.chain().focus().command(({ tr }) => Boolean(tr.delete(at, at + 1))).run();
  });
  return (node, pos) => {
    at = node ? pos : null;
    const blocks = node?.attrs.blocks ?? [];
    inside.commands.setContent({ type: "doc", content: blocks.length ? blocks : [{ type: "paragraph" }] });
    dialog.querySelector("[data-delete]").hidden = !node;
    dialog.showModal();
    inside.commands.focus("end");
  };
}

function tableDialog(dialog, editor) {
  const form = dialog.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    leave(dialog, editor);
    const [rows, cols] = ["rows", "columns"].map((name) => Math.max(1, Math.min(40, Number(form.elements[name].value) || 1)));
    editor.chain().focus().insertTable({ rows: rows + 1, cols, withHeaderRow: true }).run();
  });
  return () => dialog.showModal();
}

/** Returns what opens a dialog by its name, with the node that is changed and its place. */
export function dialogs(t, root, editor, settings) {
  const part = (name) => root.querySelector(`dialog[data-dialog-of=${name}]`);
  const open = {
    citation: citationDialog(part("citation"), editor, settings),
    note: noteDialog(t, part("note"), editor, settings),
    table: tableDialog(part("table"), editor),
    shortcuts: () => part("shortcuts").showModal(),
  };
  for (const name of Object.keys(open)) {
    part(name).addEventListener("close", () => editor.view.focus());
  }
  return (kind, node, pos) => editor.isEditable && open[kind](node, pos);
}
