// Files are sent one by one and in pieces (tus 1.0.0). Sending pauses, goes on by itself when the line is back, and after
// a reload when the same file is chosen again. Without this script the form sends them by itself.

const PERCENT = 100;
const PIECE_BYTES = 16 * 1024 * 1024;
const WAIT_SECONDS = [1, 2, 4, 8, 15, 30, 30, 30, 30, 30, 30, 30];
const LONGEST_RETRY_SECONDS = 60;
const BEGAN = "upload:";

function part(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function row(list, name) {
  const item = part("li", "upload swap-in");
  item.dataset.state = "receiving";
  const button = part("button", "button button-quiet");
  button.type = "button";
  button.hidden = true;
  const bar = part("progress", "bar");
  bar.max = PERCENT;
  bar.setAttribute("aria-label", name);
  const words = part("p", "upload-verdict");
  const live = part("span", "visually-hidden"); // says what changes; each percent would be too much
  live.setAttribute("role", "status");
  item.append(part("span", "upload-name", name), button, bar, words, live);
  list.append(item);
  return { item, button, bar, words, live };
}

function fail(shown, words) {
  shown.item.dataset.state = "rejected";
  shown.bar.remove();
  shown.button.remove();
  shown.words.textContent = words;
  shown.words.setAttribute("role", "alert");
}

function replace(shown, html) {
  const parsed = new DOMParser().parseFromString(`<ul>${html}</ul>`, "text/html");
  const items = [...parsed.querySelectorAll("li.upload")];
  if (!items.length) return false;
  shown.item.replaceWith(...items);
  for (const item of items) window.htmx?.process(item);
  return true;
}

function reason(answer, otherwise) {
  const type = answer.getResponseHeader("Content-Type") ?? "";
  if (type.startsWith("text/plain")) return answer.responseText || otherwise;
  try {
    return JSON.parse(answer.responseText).detail || otherwise;
  } catch {
    return otherwise;
  }
}

// What a file is known by in the browser, which does not keep its name (64 bits of FNV-1a, in two halves).
function fingerprint(parts) {
  let [low, high] = [0x811c9dc5, 0xcbf29ce4];
  for (const byte of new TextEncoder().encode(parts.join("\n"))) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte ^ (low >>> 13), 0x01000193);
  }
  return [low, high].map((half) => (half >>> 0).toString(16)).join("");
}

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

class Sending {
  constructor(form, list, file) {
    this.form = form;
    this.said = list.dataset;
    this.file = file;
    this.shown = row(list, file.name);
    this.offset = null; // nobody knows
    this.tries = 0;
    this.isPaused = false;
    const purpose = form.elements.purpose.value;
    this.key = BEGAN + fingerprint([form.dataset.document, purpose, file.name, file.size, file.lastModified]);
    this.address = this.remembered();
    this.metadata = Object.entries({ filename: file.name, purpose, document: form.dataset.document })
      .map(([key, value]) => `${key} ${base64(value)}`)
      .join(",");
  }

  remembered() {
    try {
      return localStorage.getItem(this.key);
    } catch {
      return null; // storage forbidden: it goes on while this page is open
    }
  }

  remember(address) {
    this.address = address;
    try {
      if (address) localStorage.setItem(this.key, address);
      else localStorage.removeItem(this.key);
    } catch {
      // as above
    }
  }

  say(words) {
    this.shown.words.textContent = words;
    this.shown.live.textContent = words;
  }

  // fetch cannot tell how much has been sent
  ask(method, url, headers = {}, body = null) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      this.request = request;
      for (const event of ["load", "error", "abort", "timeout"]) request.addEventListener(event, () => done(request));
      if (body) request.upload.addEventListener("progress", (event) => this.show(this.offset + event.loaded));
      request.open(method, url);
      const token = this.form.elements.csrfmiddlewaretoken.value;
      const all = { "Tus-Resumable": "1.0.0", "X-CSRFToken": token, ...headers };
      for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
      request.send(body);
    });
  }

  show(sent) {
    const percent = Math.min(PERCENT, Math.floor((sent / Math.max(1, this.file.size)) * PERCENT));
    this.shown.bar.value = percent;
    this.shown.words.textContent = `${this.said.wordsSending}: ${percent} %`;
    if (percent === PERCENT) {
      this.shown.bar.removeAttribute("value");
      this.say(this.said.wordsChecking);
    }
  }

  // Sends until all has come, somebody pauses, or it cannot go on.
  async run() {
    this.isPaused = false;
    this.label();
    this.say(this.said.wordsSending);
    while (!this.isPaused) {
      const answer = await this.step();
      if (this.isPaused || !answer) return;
      const isDone = answer.status >= 200 && answer.status < 300;
      if (isDone) this.tries = 0;
      if (isDone) continue;
      const wait = this.waitAfter(answer);
      if (wait === null) {
        fail(this.shown, reason(answer, this.said.wordsRefused));
        return;
      }
      this.offset = null;
      if (this.tries > WAIT_SECONDS.length) {
        this.pause(this.said.wordsGivenUp);
        return;
      }
      if (answer.status === 0 || answer.status >= 500) this.say(this.said.wordsBroken);
      await this.rest(wait);
    }
  }

  // One request; nothing once all has been done.
  async step() {
    if (!this.address) {
      const headers = { "Upload-Length": this.file.size, "Upload-Metadata": this.metadata };
      const begun = await this.ask("POST", this.form.dataset.files, headers);
      if (begun.status === 201) {
        this.remember(begun.getResponseHeader("Location"));
        this.offset = 0;
      }
      return begun;
    }
    const id = this.address.split("/").pop();
    if (this.offset === null) {
      const found = await this.ask("HEAD", this.address);
      const isOther = found.status === 200 && Number(found.getResponseHeader("Upload-Length")) !== this.file.size;
      if (found.status === 404 || found.status === 410 || isOther) {
        this.remember(null); // begin anew
        return { status: 200 };
      }
      if (found.status === 200) {
        document.getElementById(`upload-${id}`)?.remove(); // drawn by the server after a reload
        this.offset = Number(found.getResponseHeader("Upload-Offset"));
        this.show(this.offset);
      }
      return found;
    }
    if (this.offset < this.file.size) {
      const piece = this.file.slice(this.offset, this.offset + PIECE_BYTES);
      const headers = { "Upload-Offset": this.offset, "Content-Type": "application/offset+octet-stream" };
      const taken = await this.ask("PATCH", this.address, headers, piece);
      if (taken.status === 204) this.offset = Number(taken.getResponseHeader("Upload-Offset"));
      return taken;
    }
    this.shown.button.hidden = true;
    const html = await this.ask("GET", `${this.form.action}${id}/`, { "HX-Request": "true" });
    if (html.status !== 200) return html;
    this.remember(null);
    if (!replace(this.shown, html.responseText)) fail(this.shown, this.said.wordsRefused);
    return null;
  }

  // Seconds until the next try; null where another would be refused as well.
  waitAfter(answer) {
    const seconds = WAIT_SECONDS[Math.min(this.tries, WAIT_SECONDS.length - 1)];
    this.tries += 1;
    if (answer.status === 429) {
      const told = Number(answer.getResponseHeader("Retry-After") ?? seconds);
      return told <= LONGEST_RETRY_SECONDS ? told : null;
    }
    const passes = answer.status === 0 || answer.status >= 500 || answer.status === 408;
    return passes || (this.address && [404, 409, 410, 423, 460].includes(answer.status)) ? seconds : null;
  }

  rest(seconds) {
    return new Promise((done) => {
      this.wake = done;
      setTimeout(done, seconds * 1000);
      window.addEventListener("online", done, { once: true });
    });
  }

  pause(words) {
    this.isPaused = true;
    this.offset = null;
    this.request?.abort();
    this.wake?.();
    this.label();
    this.say(words);
  }

  label() {
    const words = this.isPaused ? this.said.wordsGoOn : this.said.wordsPause;
    this.shown.button.hidden = false;
    this.shown.button.disabled = false;
    this.shown.button.textContent = words;
    this.shown.button.setAttribute("aria-label", `${words}: ${this.file.name}`);
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const list = document.querySelector(`[data-uploads="${form.elements.purpose.value}"]`);
  const input = form.elements.file;
  const zone = form.querySelector("[data-dropzone]");
  let queue = Promise.resolve(); // one after the other: they share one line

  const send = (file) => {
    const sending = new Sending(form, list, file);
    if (file.size > Number(list.dataset.maxBytes)) {
      fail(sending.shown, list.dataset.wordsTooLarge); // before all of it has been sent for nothing
      return;
    }
    const run = () => sending.run();
    sending.shown.button.addEventListener("click", () => {
      if (!sending.isPaused) return sending.pause(list.dataset.wordsPaused);
      sending.shown.button.disabled = true; // until those before it are done
      queue = queue.then(run);
    });
    queue = queue.then(run);
  };

  const take = (files) => (input.multiple ? [...files] : [...files].slice(0, 1)).forEach(send);

  form.querySelector("[data-upload-button]").hidden = true; // choosing is enough
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take([...input.files]);
    input.value = "";
  });
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.dataset.over = "";
  });
  zone.addEventListener("dragleave", () => delete zone.dataset.over);
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    delete zone.dataset.over;
    if (event.dataTransfer?.files.length) take(event.dataTransfer.files);
  });
}
