// The page reads without this: it draws what is folded away when it is asked for, and filters the matrix.
"use strict";
(() => {
  // What is folded away waits as inert text in a <noscript>; it becomes elements when it is opened.
  const draw = (details) => {
    for (const waiting of details.querySelectorAll(":scope > noscript")) {
      const drawn = document.createElement("div");
      drawn.innerHTML = waiting.textContent;
      waiting.replaceWith(drawn);
    }
  };
  document.addEventListener("toggle", (event) => {
    if (event.target instanceof HTMLDetailsElement && event.target.open) draw(event.target);
  }, true);

  // The framework matrix by case attributes.
  for (const form of document.querySelectorAll("form.filters")) {
    form.hidden = false;
    const rows = [...document.querySelectorAll(`#${form.dataset.table} tbody tr`)];
    const output = form.querySelector("output");
    const apply = () => {
      const chosen = [...form.querySelectorAll("select")].map((select) => select.value);
      let shown = 0;
      for (const row of rows) {
        const values = JSON.parse(row.dataset.values);
        row.hidden = chosen.some((value, at) => value !== "" && values[at] !== value);
        shown += row.hidden ? 0 : 1;
      }
      output.textContent = `${shown} of ${rows.length} participants`;
    };
    form.addEventListener("change", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(apply));
    apply();
  }
})();
