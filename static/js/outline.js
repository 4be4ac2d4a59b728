// The outline as a tree to edit: sections move by drag and by keyboard, and the pages add up live.
// Without this file the buttons "up", "down" and "drop" are sent with the form, and the server does the same.

const TENTHS = 10; // pages are counted in tenths, so that sums stay exact

function tenths(field) {
  const pages = Number.parseFloat(String(field.value).replace(",", "."));
  return Number.isFinite(pages) ? Math.round(pages * TENTHS) : 0;
}

function words(tenths) {
  return (tenths / TENTHS).toLocaleString(document.documentElement.lang || "en", { maximumFractionDigits: 1 });
}

/** Keeps the bar under the outline and the sums of the chapters: only sections without sections have pages of their own. */
function addUp(form) {
  const box = form.querySelector("[data-outline-sum]") ?? document.querySelector("[data-outline-sum]");
  if (!box) return;
  const total = Math.round(Number.parseFloat(box.dataset.total) * TENTHS);
  const add = (scope) => [...scope.querySelectorAll("[data-pages]")].reduce((sum, field) => sum + tenths(field), 0);
  const sum = add(form);
  for (const shown of form.querySelectorAll("[data-chapter-pages]")) {
    shown.textContent = words(add(shown.closest("[data-outline-item]")));
  }
  box.querySelector("[data-sum]").textContent = words(sum);
  const bar = box.querySelector("[data-sum-bar]");
  bar.value = Math.min(sum, total) / TENTHS;
  const left = total - sum;
  const say = left === 0 ? box.dataset.fits : `${left < 0 ? box.dataset.over : box.dataset.under} ${words(Math.abs(left))}`;
  const status = box.querySelector("[data-sum-words]");
  if (status.textContent !== say) status.textContent = say;
  box.dataset.state = left === 0 ? "fits" : left < 0 ? "over" : "under";
}

/** Writes the order of the items into their hidden fields, and the numbers that people see. */
function number(form) {
  let position = 0;
  const below = (list, prefix) => {
    let own = 0;
    for (const item of list.children) {
      if (!item.matches("[data-outline-item]")) continue;
      const name = `${prefix}${++own}`;
      const shown = item.querySelector(".outline-number");
      if (shown) shown.textContent = name;
      item.querySelector("[data-order]").value = String(position++);
      for (const inner of item.querySelectorAll(":scope > [data-outline-list]")) below(inner, `${name}.`);
    }
  };
  const top = form.querySelector("[data-outline-list]");
  if (top) below(top, "");
}

function changed(form) {
  number(form);
  addUp(form);
  form.dispatchEvent(new CustomEvent("outline:changed", { bubbles: true }));
}

function siblings(item) {
  return [...item.parentElement.children].filter((other) => other.matches("[data-outline-item]"));
}

function step(item, by) {
  const all = siblings(item);
  const other = all[all.indexOf(item) + by];
  if (!other) return false;
  if (by < 0) other.before(item);
  else other.after(item);
  return true;
}

function edit(form) {
  if (form.dataset.edited !== undefined) return;
  form.dataset.edited = "";
  const say = form.querySelector("[data-outline-status]");

  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-pages]")) addUp(form);
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    const item = button?.closest("[data-outline-item]");
    if (!item) return;
    event.preventDefault();
    if (step(item, button.dataset.move === "up" ? -1 : 1)) {
      changed(form);
      button.focus();
      if (say) say.textContent = `${siblings(item).indexOf(item) + 1} / ${siblings(item).length}`;
    }
  });

  // By keyboard on the grip: Alt is not needed, the grip has no other use for the arrows.
  form.addEventListener("keydown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const item = grip.closest("[data-outline-item]");
    if (step(item, event.key === "ArrowUp" ? -1 : 1)) {
      changed(form);
      grip.focus();
      if (say) say.textContent = `${siblings(item).indexOf(item) + 1} / ${siblings(item).length}`;
    }
  });

  // By pointer, finger or pen: the grip is held, the item changes places as it passes its neighbours.
  form.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    const item = grip.closest("[data-outline-item]");
    grip.setPointerCapture(event.pointerId);
    item.dataset.dragged = "";
    const move = (at) => {
      for (const other of siblings(item)) {
        if (other === item) continue;
        const box = other.getBoundingClientRect();
        const middle = box.top + box.height / 2;
        const isAfter = item.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
        // The neighbour moves, not the item: taking the item out of the page would let go of the pointer.
        if (isAfter && at.clientY > middle) item.before(other);
        else if (!isAfter && at.clientY < middle) item.after(other);
      }
    };
    const end = () => {
      grip.removeEventListener("pointermove", move);
      delete item.dataset.dragged;
      changed(form);
    };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("lostpointercapture", end, { once: true });
  });

  addUp(form);
}

for (const form of document.querySelectorAll("[data-outline]")) edit(form);
document.addEventListener("htmx:load", (event) => {
  const swapped = event.detail.elt;
  for (const form of swapped.parentElement?.querySelectorAll("[data-outline]") ?? []) edit(form);
});
