// What is pasted, made fit for a text of ours: no styles, Word's lists as lists, its footnotes as footnotes.

const STYLE = /\sstyle=("[^"]*"|'[^']*')/gi;
const JUNK = "script, style, meta, link, title, xml, iframe, object, form, input, button, img, svg";

/** HTML without a style attribute: each would be a report of the security policy when it is parsed. */
function withoutStyles(html) {
  return html
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<!\[(?:if|endif)[^>]*>/gi, "")
    .replace(/<(style|xml|script)\b[\s\S]*?<\/\1>/gi, "")
    .replace(/<b\s+style=(["'])[^"']*font-weight:\s*normal[^"']*\1/gi, "<span")
    .replace(STYLE, (all, value) => {
      const level = /mso-list:[^;"']*level(\d)/i.exec(value);
      if (level) return ` data-list="${level[1]}"`;
      if (/mso-list:\s*ignore/i.test(value)) return " data-marker";
      return "";
    });
}

/** Paragraphs that Word means as a list, in a list. */
function makeLists(body) {
  for (const first of [...body.querySelectorAll("p[data-list]")]) {
    if (!first.isConnected || first.dataset.list === undefined) continue;
    const open = [];
    let now = first;
    const place = document.createComment("");
    first.before(place);
    while (now?.matches?.("p[data-list]")) {
      const next = now.nextElementSibling;
      const level = Math.min(Number(now.dataset.list) || 1, 6);
      const marker = now.querySelector("[data-marker]");
      const isNumbered = /^[\s(]*[\da-z]+[.)]/i.test(marker?.textContent ?? "");
      marker?.remove();
      while (open.length > level) open.pop();
      while (open.length < level) {
        const list = document.createElement(isNumbered ? "ol" : "ul");
        const around = open.at(-1)?.lastElementChild ?? open.at(-1);
        if (around) around.append(list);
        else place.before(list);
        open.push(list);
      }
      const item = document.createElement("li");
      const paragraph = document.createElement("p");
      paragraph.append(...now.childNodes);
      item.append(paragraph);
      open.at(-1).append(item);
      now.remove();
      now = next;
    }
    place.remove();
  }
}

/** Links to notes at the end, as Word has them, as notes. */
function makeNotes(body) {
  for (const link of [...body.querySelectorAll("a[href*='#_ftn'], a[href*='#_edn']")]) {
    const name = /#_(ftn|edn)(\d+)$/.exec(link.getAttribute("href"));
    if (!name) continue;
    const note = body.querySelector(`#${name[1]}${name[2]}`);
    const text = (note?.textContent ?? "").replace(/\s+/g, " ").replace(/^\s*\[?[\divx]+\]?\s*/i, "").trim();
    if (!note || note.contains(link)) continue;
    const mark = document.createElement("sup");
    if (text) {
      const blocks = [{ type: "paragraph", content: [{ type: "text", text }] }];
      mark.setAttribute("data-note", JSON.stringify({ name: "", blocks }));
      (link.closest("sup") ?? link).replaceWith(mark);
    } else link.remove();
    note.setAttribute("data-used", "");
  }
  for (const note of body.querySelectorAll("[data-used]")) note.remove();
}

/** The HTML that an editor reads for what was pasted. */
export function cleaned(html) {
  const { body } = new DOMParser().parseFromString(withoutStyles(html), "text/html");
  for (const one of body.querySelectorAll(JUNK)) one.remove();
  makeNotes(body);
  makeLists(body);
  for (const heading of body.querySelectorAll("h1, h2")) {
    const lower = document.createElement("h3");
    lower.append(...heading.childNodes);
    heading.replaceWith(lower);
  }
  for (const cell of body.querySelectorAll("td, th")) {
    const parts = [...cell.querySelectorAll("p, div")];
    for (const part of parts.slice(0, -1)) part.append(" ");
    for (const part of parts.reverse()) part.replaceWith(...part.childNodes);
  }
  return body.innerHTML;
}
