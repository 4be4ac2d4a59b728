// What a text in the writing room is made of. The names are those of typesetting/prose/nodes.py; the server writes Markdown.
// `t` is the module of django-prose-editor, which brings Tiptap and ProseMirror along.

/** A citation as it is shown: names and year of its sources, with the page. */
export function shownAs(items, sources) {
  const said = items.map((item) => {
    const name = item.hides ? "" : sources.get(item.key)?.name ?? item.key;
    const behind = item.suffix && !item.suffix.startsWith(",") ? ` ${item.suffix}` : item.suffix;
    return `${item.prefix} ${name}${behind}`.trim().replace(/^,\s*/, "");
  });
  return `(${said.join("; ")})`;
}

function fromJson(element, name) {
  try {
    return JSON.parse(element.getAttribute(name));
  } catch {
    return null; // Pasted from elsewhere.
  }
}

/** The extensions of an editor. `open(kind, node, pos)` shows the dialog of a citation or a note. */
export function extensions(t, { sources, words, open, isNote = false }) {
  const atom = (name, group, more) =>
    t.Node.create({ name, group, inline: group === "inline", atom: true, selectable: true, draggable: false, ...more });

  const Citation = atom("citation", "inline", {
    addAttributes: () => ({ items: { default: [], rendered: false } }),
    parseHTML: () => [{ tag: "[data-citation]", getAttrs: (one) => ({ items: fromJson(one, "data-citation") ?? [] }) }],
    renderHTML: ({ node }) => [
      "span",
      { class: "prose-cite", "data-citation": JSON.stringify(node.attrs.items) },
      shownAs(node.attrs.items, sources),
    ],
    renderText: ({ node }) => shownAs(node.attrs.items, sources),
  });
  const Note = atom("note", "inline", {
    addAttributes: () => ({ name: { default: "", rendered: false }, blocks: { default: [], rendered: false } }),
    parseHTML: () => [{ tag: "[data-note]", getAttrs: (one) => fromJson(one, "data-note") ?? { blocks: [] } }],
    renderHTML: ({ node }) => [
      "sup",
      { class: "prose-note", "data-note": JSON.stringify({ name: "", blocks: node.attrs.blocks }), "aria-label": words.note, role: "img" },
    ],
  });
  const source = { addAttributes: () => ({ source: { default: "", rendered: false } }) };
  const Kept = atom("kept", "block", {
    ...source,
    parseHTML: () => [{ tag: "pre[data-kept]", getAttrs: (one) => ({ source: one.textContent }) }],
    renderHTML: ({ node }) => ["pre", { class: "prose-kept", "data-kept": "" }, node.attrs.source],
  });
  const KeptInline = atom("keptInline", "inline", {
    ...source,
    parseHTML: () => [{ tag: "code[data-kept]", getAttrs: (one) => ({ source: one.textContent }) }],
    renderHTML: ({ node }) => ["code", { class: "prose-kept", "data-kept": "" }, node.attrs.source],
  });
  const attribute = (name, value) => ({ [name]: { default: value, rendered: false } });
  const list = (kind, more = {}) =>
    kind.extend({ addAttributes() { return { ...this.parent?.(), ...attribute("tight", true) }; }, ...more });

  const found = [
    isNote ? t.Document.extend({ content: "paragraph+" }) : t.Document,
    t.Paragraph,
    t.Text,
    t.HardBreak,
    t.Bold,
    t.Italic,
    t.Strike,
    t.Code.extend({ excludes: "" }),
    t.Mark.create({
      name: "link",
      inclusive: false,
      addAttributes: () => ({ href: { default: "" } }),
      parseHTML: () => [{ tag: "a[href^='http'], a[href^='mailto:']", getAttrs: (one) => ({ href: one.getAttribute("href") }) }],
      renderHTML: ({ HTMLAttributes }) => ["a", { ...HTMLAttributes, rel: "noopener nofollow" }, 0],
    }),
    Citation,
    KeptInline,
    t.UndoRedo.configure({ depth: 200 }),
    t.Gapcursor,
    t.Dropcursor.configure({ color: false }),
    t.Extension.create({
      name: "dialogs",
      addKeyboardShortcuts() {
        return {
          Enter: ({ editor }) => {
            const { node, from } = editor.state.selection;
            if (!node || !["citation", "note"].includes(node.type.name)) return false;
            open(node.type.name, node, from);
            return true;
          },
          "Mod-Alt-c": () => (open("citation"), true),
          "Mod-Alt-f": () => (isNote ? false : (open("note"), true)),
        };
      },
    }),
  ];
  if (isNote) return found;
  return [
    ...found,
    Note,
    Kept,
    t.Heading.extend({ addKeyboardShortcuts() { return { "Mod-Alt-3": () => this.editor.commands.toggleHeading({ level: 3 }) }; } }),
    t.Blockquote,
    list(t.BulletList),
    list(t.OrderedList),
    // Tab leaves the text, as everywhere: a list is set in by brackets.
    t.ListItem.extend({
      content: "block+",
      addKeyboardShortcuts() {
        return {
          Enter: () => this.editor.commands.splitListItem("listItem"),
          "Mod-]": () => this.editor.commands.sinkListItem("listItem"),
          "Mod-[": () => this.editor.commands.liftListItem("listItem"),
        };
      },
    }),
    t.CodeBlock.extend({ addKeyboardShortcuts() { return { ...this.parent?.(), "Mod-Alt-c": () => (open("citation"), true) }; } }),
    t.Table.extend({ addKeyboardShortcuts: () => ({}), addNodeView: null }).configure({ resizable: false }),
    t.TableRow,
    ...[t.TableHeader, t.TableCell].map((cell) =>
      cell.extend({ content: "paragraph", addAttributes() { return { ...this.parent?.(), ...attribute("align", null) }; } }),
    ),
  ];
}
