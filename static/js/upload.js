// Files are sent one by one, each with its own bar and verdict. Without this script the form sends them by itself.

const PERCENT = 100;

function row(list, name) {
  const item = document.createElement("li");
  item.className = "upload swap-in";
  item.dataset.state = "receiving";
  const label = document.createElement("span");
  label.className = "upload-name";
  label.textContent = name;
  const bar = document.createElement("progress");
  bar.className = "bar";
  bar.max = PERCENT;
  bar.setAttribute("aria-label", name);
  const words = document.createElement("p");
  words.className = "upload-verdict";
  item.append(label, bar, words);
  list.append(item);
  return { item, bar, words };
}

function fail(shown, words) {
  shown.item.dataset.state = "rejected";
  shown.bar.remove();
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

function send(form, list, file) {
  const shown = row(list, file.name);
  const said = list.dataset;
  if (file.size > Number(said.maxBytes)) {
    fail(shown, said.wordsTooLarge); // before all of it has been sent for nothing
    return Promise.resolve();
  }
  return new Promise((done) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how much has been sent
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const sent = Math.floor((event.loaded / event.total) * PERCENT);
      shown.bar.value = sent;
      const all = event.loaded === event.total;
      shown.words.textContent = all ? said.wordsChecking : `${said.wordsSending}: ${sent} %`;
      if (all) shown.bar.removeAttribute("value");
    });
    request.addEventListener("load", () => {
      const plain = (request.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
      if (request.status !== 200 || !replace(shown, request.responseText)) {
        fail(shown, plain && request.responseText ? request.responseText : said.wordsRefused);
      }
      done();
    });
    request.addEventListener("error", () => { fail(shown, said.wordsBroken); done(); });
    request.addEventListener("abort", () => { fail(shown, said.wordsBroken); done(); });
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append("purpose", form.elements.purpose.value);
    body.append("file", file);
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.send(body);
  });
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const list = document.querySelector(`[data-uploads="${form.elements.purpose.value}"]`);
  const input = form.elements.file;
  const zone = form.querySelector("[data-dropzone]");
  let queue = Promise.resolve(); // one after the other: they share one line

  const take = (files) => {
    const some = input.multiple ? [...files] : [...files].slice(0, 1);
    for (const file of some) queue = queue.then(() => send(form, list, file));
  };

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
