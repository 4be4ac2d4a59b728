// A slider and a number that say the same. The number is the field that is sent; the slider only moves it.

for (const pair of document.querySelectorAll("[data-sync]")) {
  const range = pair.querySelector("[data-sync-range]");
  const number = pair.querySelector("input[type=number]");
  if (!range || !number) continue;
  range.value = number.value || range.value;

  range.addEventListener("input", () => {
    number.value = range.value;
    number.dispatchEvent(new Event("input", { bubbles: true })); // the price beside it listens to the number
  });
  number.addEventListener("input", () => {
    if (number.value && number.validity.valid) range.value = number.value;
  });
}

// The citation style: the list is narrowed while typing, and the one that is chosen shows its example.
// Options are taken out of the list rather than hidden: not every browser hides options.
for (const examples of document.querySelectorAll("[data-style-examples]")) {
  const select = document.getElementById(examples.dataset.styleExamples);
  if (!select) continue;
  const shown = document.createElement("div");
  shown.setAttribute("role", "status");
  examples.after(shown);
  const show = () => {
    const example = [...examples.querySelectorAll("[data-style]")].find((figure) => figure.dataset.style === select.value);
    shown.replaceChildren(...(example ? [example.cloneNode(true)] : []));
    shown.querySelector("figcaption")?.remove();
  };
  select.addEventListener("change", show);
  show();

  const box = document.querySelector(`[data-narrows="${select.id}"]`);
  const options = [...select.options];
  box?.addEventListener("input", () => {
    const words = box.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const fits = (option) => words.every((word) => `${option.text} ${option.value}`.toLocaleLowerCase().includes(word));
    const chosen = select.value;
    const left = options.filter(fits);
    select.replaceChildren(...(left.length ? left : options));
    select.value = left.some((option) => option.value === chosen) || !left.length ? chosen : left[0].value;
    show();
  });
}
