// What every page has: times in the reader's zone, and buttons that cannot be pressed twice.

const FORMAT = new Intl.DateTimeFormat(document.documentElement.lang || "en", { dateStyle: "medium", timeStyle: "short" });

const CLOCK = new Intl.DateTimeFormat(document.documentElement.lang || "en", { timeStyle: "short" });

// data-local="clock" leaves the date out where it is today's.
function localTimes(scope) {
  const today = new Date().toDateString();
  for (const time of scope.querySelectorAll("time[data-local]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.valueOf())) continue;
    const isClock = time.dataset.local === "clock" && at.toDateString() === today;
    time.textContent = (isClock ? CLOCK : FORMAT).format(at);
  }
}

localTimes(document);
document.addEventListener("htmx:load", (event) => localTimes(event.detail.elt));
// Said by scripts that drew a part of the page themselves.
document.addEventListener("page:drawn", (event) => localTimes(event.target));

// What a page asks by itself every few seconds does not keep anybody signed in.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.triggeringEvent?.type === "hx:poll:trigger") event.detail.headers["X-Unasked"] = "1";
});

// <form data-once>: the second click on Pay does nothing (the server knows it too).
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-once]");
  if (!form) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
});
// Coming back with the Back button shows the page as it was: let it be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

// <button data-opens="id"> opens a <dialog>; <button data-closes> closes the one around it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  event.target.closest("[data-closes]")?.closest("dialog")?.close();
});
