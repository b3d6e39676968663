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

  // A click on a line opens the passage that was said there, or the nearest.
  for (const strip of document.querySelectorAll(".line > svg")) {
    strip.addEventListener("click", (event) => {
      const box = strip.getBoundingClientRect();
      const place = (event.clientX - box.left) / box.width;
      const details = strip.parentElement.querySelector("details");
      if (!details) return;
      details.open = true;
      draw(details);
      let best = null, least = Infinity;
      for (const item of details.querySelectorAll("li")) {
        const [start, end] = item.dataset.at.split(" ").map(Number);
        const off = place < start ? start - place : place > end ? place - end : 0;
        item.classList.remove("chosen");
        if (off < least) [best, least] = [item, off];
      }
      if (best) {
        best.classList.add("chosen");
        best.scrollIntoView({ block: "nearest" });
      }
    });
  }

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
