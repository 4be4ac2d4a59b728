// Citations as small cards on hover, focus and tap, and a rail of contents that follows the scroll.
// Without this file a citation is a link to its card below the text, and the rail a list of links.

const DELAY = 120; // ms between leaving a citation and closing its card, so that the pointer can travel to it

function pop(reader) {
  const box = document.createElement("div");
  box.className = "citation-card citation-pop";
  box.setAttribute("role", "group");
  box.id = "citation-pop";
  const supported = typeof box.showPopover === "function";
  if (supported) box.popover = "manual";
  else box.hidden = true;
  reader.append(box);

  let anchor = null;
  let closing = 0;
  let pinned = false;
  let returning = false; // the focus comes back from a card: do not open it again

  const goBack = (link) => {
    returning = true;
    link?.focus();
    returning = false;
  };

  const close = () => {
    if (!anchor) return;
    anchor.setAttribute("aria-expanded", "false");
    anchor = null;
    pinned = false;
    if (supported) box.hidePopover();
    else box.hidden = true;
  };

  const place = () => {
    if (matchMedia("(max-width: 40rem)").matches) {
      box.style.removeProperty("left");
      box.style.removeProperty("top");
      return; // a sheet at the foot of the screen
    }
    const at = anchor.getClientRects()[0] ?? anchor.getBoundingClientRect();
    const width = box.offsetWidth;
    const height = box.offsetHeight;
    const below = at.bottom + 8 + height <= innerHeight || at.top - 8 - height < 0;
    box.style.left = `${Math.max(16, Math.min(at.left, innerWidth - width - 16))}px`;
    box.style.top = `${Math.max(8, below ? Math.min(at.bottom + 8, innerHeight - height - 8) : at.top - height - 8)}px`;
  };

  const open = (link, pin) => {
    clearTimeout(closing);
    pinned = pin || (pinned && link === anchor);
    if (link === anchor) return;
    const card = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!card) return;
    close();
    pinned = pin;
    anchor = link;
    box.replaceChildren(...[...card.childNodes].map((node) => node.cloneNode(true)));
    for (const node of box.querySelectorAll("[id]")) node.removeAttribute("id");
    box.setAttribute("aria-label", link.textContent.trim());
    link.setAttribute("aria-expanded", "true");
    if (supported) box.showPopover();
    else box.hidden = false;
    place();
  };

  const leave = () => {
    clearTimeout(closing);
    if (!pinned) closing = setTimeout(close, DELAY);
  };

  for (const link of reader.querySelectorAll("a.cite[href^='#']")) {
    link.setAttribute("aria-expanded", "false");
    link.setAttribute("aria-controls", box.id);
    link.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && open(link, false));
    link.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && leave());
    link.addEventListener("focus", () => !returning && link.matches(":focus-visible") && open(link, false));
    link.addEventListener("blur", (event) => {
      if (!box.contains(event.relatedTarget)) leave();
    });
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (link === anchor && pinned) close();
      else open(link, true);
    });
    // From the citation into its card and back, by keyboard
    link.addEventListener("keydown", (event) => {
      if (event.key !== "Tab" || event.shiftKey || link !== anchor) return;
      const inside = box.querySelector("a[href], button");
      if (!inside) return;
      event.preventDefault();
      pinned = true;
      inside.focus();
    });
  }
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const stops = [...box.querySelectorAll("a[href], button")];
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== edge) return;
    const back = anchor;
    close();
    goBack(back);
    if (event.shiftKey) event.preventDefault(); // forward: the browser goes on from the citation
  });
  box.addEventListener("pointerenter", () => clearTimeout(closing));
  box.addEventListener("pointerleave", leave);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !anchor) return;
    const back = anchor;
    const inside = box.contains(document.activeElement);
    close();
    if (inside) goBack(back);
  });
  document.addEventListener("click", (event) => {
    if (anchor && !box.contains(event.target) && !event.target.closest("a.cite")) close();
  });
  addEventListener("scroll", () => anchor && !pinned && close(), { passive: true });
  addEventListener("scroll", () => anchor && pinned && place(), { passive: true });
  addEventListener("resize", () => anchor && place());
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

for (const reader of document.querySelectorAll("[data-reader]")) pop(reader);
for (const rail of document.querySelectorAll(".rail")) follow(rail);
