// Runs before the first paint: puts the remembered colours on <html>, so that nothing flashes.
// A classic script on purpose (modules are deferred). "system" means: as the browser prefers.
(() => {
  const KEY = "tesigo-theme";
  const ORDER = ["system", "light", "dark"];
  const root = document.documentElement;
  root.dataset.js = "";

  const remembered = () => {
    try {
      const value = localStorage.getItem(KEY);
      return ORDER.includes(value) ? value : "system";
    } catch {
      return "system"; // storage forbidden: the switch still works for this page
    }
  };

  const show = (theme) => {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of document.querySelectorAll(".theme-switch")) {
      button.dataset.now = theme;
      const label = button.getAttribute(`data-label-${theme}`);
      button.setAttribute("aria-label", label);
      button.title = label;
    }
  };

  let theme = remembered();
  show(theme);
  document.addEventListener("DOMContentLoaded", () => show(theme));
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.(".theme-switch")) return;
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
    show(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      /* not remembered, still shown */
    }
  });
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) show((theme = remembered()));
  });
})();
