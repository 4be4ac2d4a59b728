// A click into a sentence, or a selection that begins in it, offers to comment on it.
// Without this file each paragraph ends in a link to its sentences.

const GAP = 8; // px between the place that was clicked and the button
// As on the server (documents/domain/comments/sentences.py): what is no part of a paragraph's words.
const LEFT_OUT = ".cite, .citation, .note, .formula, .formula-number, .say, ul, ol, table, blockquote, pre, math";

/** How many characters of the paragraph's words stand before a place in it; -1 for a place that is none of them. */
function placeIn(block, node, offset) {
  let count = 0;
  const walk = (parent) => {
    for (const child of parent.childNodes) {
      if (child === node && child.nodeType === Node.TEXT_NODE) return count + offset;
      if (child.nodeType === Node.TEXT_NODE) count += child.data.length;
      else if (child.nodeName === "BR") count += 1;
      else if (child.nodeType === Node.ELEMENT_NODE && !child.matches(LEFT_OUT)) {
        const found = walk(child);
        if (found >= 0) return found;
      }
    }
    return -1;
  };
  return walk(block);
}

function offer(reader, here) {
  const hide = () => (here.hidden = true);
  reader.addEventListener("mouseup", (event) => {
    if (event.target.closest("a, button, summary, .said-card")) return;
    // The selection is as the click leaves it once the browser is done with it.
    setTimeout(() => {
      const selection = getSelection();
      const node = selection?.rangeCount ? selection.getRangeAt(0).startContainer : null;
      const block = node?.parentElement?.closest("[data-block]");
      const link = block && [...block.querySelectorAll("a.say")].find((one) => one.closest("[data-block]") === block);
      const place = link ? placeIn(block, node, selection.getRangeAt(0).startOffset) : -1;
      if (place < 0) return hide();
      here.href = `${link.href}&at=${place}`;
      here.hidden = false;
      const left = Math.min(event.pageX, document.documentElement.clientWidth - here.offsetWidth - GAP);
      here.style.left = `${Math.max(GAP, left)}px`;
      here.style.top = `${event.pageY + GAP * 2}px`;
    });
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("mousedown", (event) => event.target !== here && hide());
}

const here = document.querySelector("[data-say-here]");
for (const reader of document.querySelectorAll("[data-say]")) if (here) offer(reader, here);
