// Live progress: the server renders, this file only asks it to render again when something changed.
// A WebSocket tells; where none can be held, the page is asked for every few seconds.

const box = document.querySelector("[data-progress]");
const POLL_EVERY = 3000;
const LONGEST_PAUSE = 30000;
const AT_MOST_EVERY = 400;

let polling = 0;
let pause = 1000;
let asked = 0;
let waiting = 0;

function state() {
  return box.firstElementChild?.dataset.state;
}

function isOver() {
  return state() === "ready" || state() === "failed";
}

async function show() {
  waiting = 0;
  asked = Date.now();
  const answer = await fetch(box.dataset.fragment, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (answer?.status === 401) location.reload(); // signed out meanwhile: to the sign-in page, and back here
  if (!answer?.ok) return;
  const before = state();
  const focused = document.activeElement?.id;
  box.innerHTML = await answer.text();
  box.dispatchEvent(new CustomEvent("page:drawn", { bubbles: true }));
  if (focused) document.getElementById(focused)?.focus();
  offerNotice();
  if (isOver()) {
    stopPolling();
    if (before !== state() && state() === "ready") tell();
  }
}

// Many sections may finish at once; the page is drawn at most a few times a second.
function changed() {
  if (waiting) return;
  waiting = window.setTimeout(show, Math.max(0, asked + AT_MOST_EVERY - Date.now()));
}

function startPolling() {
  if (!polling && !isOver()) polling = window.setInterval(show, POLL_EVERY);
}

function stopPolling() {
  window.clearInterval(polling);
  polling = 0;
}

function connect() {
  if (isOver()) return;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}${box.dataset.socket}`);
  socket.addEventListener("open", () => {
    pause = 1000;
    stopPolling();
  });
  socket.addEventListener("message", changed);
  socket.addEventListener("close", (event) => {
    if (event.code === 4401) location.reload();
    if (isOver() || event.code === 4404 || event.code === 4401) return;
    startPolling();
    window.setTimeout(connect, pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  });
}

function offerNotice() {
  const button = box.querySelector("[data-notify]");
  if (!button || !("Notification" in window) || Notification.permission !== "default") return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await Notification.requestPermission();
    button.hidden = true;
  });
}

function tell() {
  if ("Notification" in window && Notification.permission === "granted" && document.hidden) {
    new Notification(box.dataset.ready, { tag: box.dataset.document });
  }
}

if (box) {
  offerNotice();
  connect();
}
