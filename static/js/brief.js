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

// The list of citation styles, narrowed while typing: <input data-filters="id of the list">.
for (const box of document.querySelectorAll("[data-filters]")) {
  const list = document.getElementById(box.dataset.filters);
  if (!list) continue;
  const items = [...list.querySelectorAll("[data-filter-text]")];
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLocaleLowerCase();
    for (const item of items) item.hidden = !item.dataset.filterText.toLocaleLowerCase().includes(wanted);
  });
}
