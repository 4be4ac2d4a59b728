// Citations as small cards on hover, focus and tap, and a rail of contents that follows the scroll.
// Without this file a citation is a link to its card below the text, and the rail a list of links.

const DELAY = 120; // ms between leaving a citation and closing its card, so that the pointer can travel to it
const GAP = 8; // px between a citation, its card and the edge of the screen

/** Behind a save: text that the editor kept in this browser and has sent is let go. */
function letGoOfSaved() {
  const address = new URL(location.href);
  const section = `tesigo-section-${address.searchParams.get("saved")}`;
  if (!address.searchParams.has("saved")) return;
  for (const name of Object.keys(localStorage).filter((one) => one === section || one.startsWith(`${section}-editor`))) {
    try {
      if (JSON.parse(localStorage.getItem(name))?.isSent) localStorage.removeItem(name);
    } catch {
      // Nothing that could be read.
    }
  }
  address.searchParams.delete("saved");
  history.replaceState(history.state, "", address);
}
letGoOfSaved();

function cardOf(link) {
  return document.getElementById(decodeURIComponent(link.hash.slice(1)));
}

/** The element that is shown for a card: the card itself where the list of cards is put away, else a copy of it. */
function popOf(card) {
  const list = card.closest("[data-cards]");
  const pop = list ? card : card.cloneNode(true);
  if (!list) {
    pop.id = `${card.id}-pop`;
    for (const node of pop.querySelectorAll("[id]")) node.removeAttribute("id");
    card.after(pop);
  }
  pop.classList.add("citation-pop");
  pop.setAttribute("role", "group");
  if (typeof pop.showPopover === "function") pop.popover = "manual";
  return pop;
}

function show(pop, isOpen) {
  pop.classList.toggle("is-open", isOpen);
  if (pop.popover !== "manual") return;
  if (isOpen) pop.showPopover();
  else if (pop.matches(":popover-open")) pop.hidePopover();
}

function isInView(element) {
  const at = element.getBoundingClientRect();
  return at.height > 0 && at.top >= 0 && at.bottom <= innerHeight;
}

function place(pop, link) {
  if (matchMedia("(max-width: 40rem)").matches) {
    pop.style.removeProperty("left");
    pop.style.removeProperty("top");
    return; // a sheet at the foot of the screen
  }
  const at = link.getClientRects()[0] ?? link.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = pop;
  const isBelow = at.bottom + GAP + height <= innerHeight || at.top - GAP - height < 0;
  const top = isBelow ? Math.min(at.bottom + GAP, innerHeight - height - GAP) : at.top - height - GAP;
  pop.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - width - GAP))}px`;
  pop.style.top = `${Math.max(GAP, top)}px`;
}

function citations(reader) {
  let now = null; // the citation whose card is open
  let pop = null;
  let closing = 0;
  let pinned = false; // opened by a click: stays until it is closed
  let returning = false; // the focus comes back from a card: do not open it again

  const goBack = (link) => {
    returning = true;
    link?.focus();
    returning = false;
  };

  const close = () => {
    clearTimeout(closing);
    if (!now) return;
    now.setAttribute("aria-expanded", "false");
    document.querySelector(".citation-card.is-meant")?.classList.remove("is-meant");
    show(pop, false);
    now = pop = null;
    pinned = false;
  };

  const leave = () => {
    clearTimeout(closing);
    if (!pinned) closing = setTimeout(close, DELAY);
  };

  const open = (link, pin) => {
    clearTimeout(closing);
    if (link === now) {
      pinned ||= pin;
      return;
    }
    close();
    now = link;
    pinned = pin;
    pop = pops.get(link);
    link.setAttribute("aria-expanded", "true");
    const card = cardOf(link);
    if (card !== pop && isInView(card)) {
      card.classList.add("is-meant"); // it stands beside the text already: point at it instead of covering the text
      return;
    }
    show(pop, true);
    place(pop, link);
  };

  // From a card back into the text: the citation's neighbours are the next stops.
  const tabInCard = (event) => {
    if (event.key !== "Tab") return;
    const stops = [...pop.querySelectorAll("a[href], button")];
    if (document.activeElement !== (event.shiftKey ? stops[0] : stops.at(-1))) return;
    const back = now;
    close();
    goBack(back);
    if (event.shiftKey) event.preventDefault(); // forward: the browser goes on from the citation
  };

  const pops = new Map();
  for (const link of reader.querySelectorAll("a.cite[href^='#']")) {
    const card = cardOf(link);
    if (!card) continue;
    const own = popOf(card);
    own.setAttribute("aria-label", link.textContent.trim());
    own.addEventListener("keydown", tabInCard);
    own.addEventListener("pointerenter", () => clearTimeout(closing));
    own.addEventListener("pointerleave", leave);
    pops.set(link, own);

    link.setAttribute("aria-expanded", "false");
    link.setAttribute("aria-controls", own.id);
    link.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && open(link, false));
    link.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && leave());
    link.addEventListener("focus", () => !returning && link.matches(":focus-visible") && open(link, false));
    link.addEventListener("blur", (event) => {
      if (!own.contains(event.relatedTarget)) leave();
    });
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (link === now && pinned) close();
      else open(link, true);
    });
    link.addEventListener("keydown", (event) => {
      const inside = own.querySelector("a[href], button");
      if (event.key !== "Tab" || event.shiftKey || link !== now || !inside || !own.classList.contains("is-open")) return;
      event.preventDefault();
      pinned = true;
      inside.focus();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !now) return;
    const back = now;
    const wasInside = pop.contains(document.activeElement);
    close();
    if (wasInside) goBack(back);
  });
  document.addEventListener("click", (event) => {
    if (now && !pop.contains(event.target) && !event.target.closest("a.cite")) close();
  });
  const moved = () => {
    if (now && pinned && pop.classList.contains("is-open")) place(pop, now);
    else close();
  };
  addEventListener("scroll", moved, { passive: true });
  addEventListener("resize", moved);
}

function follow(rail) {
  const links = new Map();
  for (const link of rail.querySelectorAll("a[href^='#']")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  }
  if (!links.size) return;
  const headings = [...links.keys()];
  const passed = new Set();
  const show = () => {
    const now = headings.filter((heading) => passed.has(heading)).at(-1) ?? headings[0];
    for (const [heading, link] of links) {
      if (heading === now) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const link = links.get(now);
    if (rail.scrollHeight > rail.clientHeight && matchMedia("(min-width: 60rem)").matches) {
      const top = link.offsetTop - rail.offsetTop;
      if (top < rail.scrollTop || top > rail.scrollTop + rail.clientHeight - 48) rail.scrollTop = top - rail.clientHeight / 2;
    }
  };
  // A heading counts as passed while it is in or above the upper third of the screen.
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting || entry.boundingClientRect.top < 0) passed.add(entry.target);
        else passed.delete(entry.target);
      }
      show();
    },
    { rootMargin: "0px 0px -66% 0px" },
  );
  for (const heading of headings) observer.observe(heading);
}

for (const reader of document.querySelectorAll("[data-reader]")) citations(reader);
for (const list of document.querySelectorAll("[data-cards]")) list.dataset.ready = "";
for (const rail of document.querySelectorAll(".rail")) follow(rail);
