// "Send another mail" waits a minute, so that an impatient second click does not use up a day's mails.

const form = document.querySelector("[data-resend]");
if (form) {
  const button = form.querySelector("button");
  const countdown = form.querySelector("[data-countdown]");
  const seconds = form.querySelector("[data-seconds]");
  // The server's and the reader's clocks may differ: never wait longer than the whole wait.
  const wait = Number(form.dataset.wait) * 1000;
  const passed = Date.now() - new Date(form.dataset.asked).valueOf();
  const end = performance.now() + Math.min(wait, Math.max(0, wait - passed));

  const tick = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    button.disabled = left > 0;
    countdown.hidden = left <= 0;
    seconds.textContent = String(left);
    if (left > 0) setTimeout(tick, 250);
  };
  tick();

  // The link may be opened in another tab or on a telephone: this page notices, and the server says what it means here.
  const ask = async () => {
    if (document.hidden) return true;
    const answer = await fetch(form.dataset.standing, { headers: { "X-Requested-With": "fetch" } });
    return !answer.ok || (await answer.json()).waits;
  };
  const look = async () => {
    if (await ask().catch(() => true)) {
      setTimeout(look, 4000);
    } else {
      location.replace(`${form.dataset.check}?${new URLSearchParams({ next: form.elements.next.value })}`);
    }
  };
  setTimeout(look, 4000);
}

document.querySelector("input.input-code")?.focus();
