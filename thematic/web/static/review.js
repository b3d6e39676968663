// Keys, the span, and the search over codes. Without this file the page still works as plain forms and links.
"use strict";
document.documentElement.classList.add("js");

(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = () => $("#decide");
  const say = (words) => { $("#live").textContent = ""; requestAnimationFrame(() => { $("#live").textContent = words; }); };
  let begun = null;    // the form that begin() has set up
  let opened = null;   // the form as it was when it was opened, to know whether anything would be lost
  let warned = false;  // leaving with unsaved choices asks once

  // --- What is chosen ------------------------------------------------------------------------------

  const boxes = () => all(".tree input[name=code]");
  const box = (code) => boxes().find((input) => input.value === code);
  const reach = (code) => box(code)?.closest("li").scrollIntoView({ block: "nearest" });
  const nameOf = (code) => $(".name", box(code)?.closest("li"))?.textContent ?? code;
  const state = () => {
    const fields = new FormData(form());
    ["csrf", "decision", "version", "opened"].forEach((name) => fields.delete(name));
    return new URLSearchParams(fields).toString();
  };
  const dirty = () => Boolean(form()) && (form().dataset.unsaved === "yes" || (opened !== null && state() !== opened));

  function choose(code, chosen = !box(code)?.checked) {
    const input = box(code);
    if (!input) return;
    input.checked = chosen;
    const judge = all(".judge input").filter((radio) => radio.name === `judge:${code}`);
    judge.forEach((radio) => { if (radio.value === "applies") radio.checked = chosen; else if (chosen) radio.checked = false; });
    show(code);
    reach(code);
    refresh();
    say(`${nameOf(code)} ${chosen ? "chosen" : "taken away"}`);
  }

  function refresh() {
    const list = $("#chosen");
    if (!list) return;
    const chosen = boxes().filter((input) => input.checked);
    list.replaceChildren(...chosen.map((input) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = nameOf(input.value);
      button.title = "take it away";
      button.addEventListener("click", () => choose(input.value, false));
      return button;
    }));
    if (!chosen.length) list.textContent = "none yet";
    warned = false;
  }

  // What a code means stays in sight: the code last looked at, or the first that is chosen.
  function show(code) {
    const text = $(".criteria > div", box(code)?.closest("li"));
    if (text && $("#meaning")) { $("#meaning").replaceChildren(text.cloneNode(true)); $("#meaning").scrollTop = 0; }
  }

  // --- Suggestions ---------------------------------------------------------------------------------

  const suggestions = () => all("[data-suggestion]");
  const judged = (item) => all("input", item).some((radio) => radio.checked);

  function markSuggestion(item) {
    suggestions().forEach((other) => other.classList.toggle("at", other === item));
    if (item) { show(item.dataset.suggestion); item.scrollIntoView({ block: "nearest" }); }
  }

  function judge(value) {
    const items = suggestions();
    const item = items.find((one) => one.classList.contains("at")) ?? items[0];
    if (!item) return;
    const radio = all("input", item).find((one) => one.value === value);
    radio.checked = true;
    onJudged(radio);
  }

  function onJudged(radio) {
    const item = radio.closest("[data-suggestion]");
    const input = box(item.dataset.suggestion);
    if (input) input.checked = radio.value === "applies";
    reach(item.dataset.suggestion);
    refresh();
    say(`${nameOf(item.dataset.suggestion)}: ${radio.value === "applies" ? "applies" : "does not apply"}`);
    const items = suggestions();
    markSuggestion(items.slice(items.indexOf(item) + 1).find((one) => !judged(one)) ?? items.find((one) => !judged(one)) ?? item);
  }

  // --- The span ------------------------------------------------------------------------------------

  const pieces = () => all(".turn.current [data-start]").map((node) => {
    const start = Number(node.dataset.start);
    return { node, start, end: start + [...node.textContent].length };
  });
  const field = (name) => form().elements.namedItem(name);
  const span = () => [Number(field("start").value), Number(field("end").value)];
  const edges = (from) => pieces().filter((p) => p.node.textContent.trim()).map((p) => p[from]);

  function adjust(end, larger) {
    let [a, b] = span();
    if (end === "end") b = larger ? Math.min(...edges("end").filter((e) => e > b)) : Math.max(...edges("end").filter((e) => e > a && e < b));
    else a = larger ? Math.max(...edges("start").filter((s) => s < a)) : Math.min(...edges("start").filter((s) => s > a && s < b));
    if (Number.isFinite(a) && Number.isFinite(b)) setSpan(a, b);
    else say("The span cannot go further.");
  }

  function setSpan(a, b) {
    const [start, end] = [field("start"), field("end")];
    const [wholeStart, wholeEnd] = [Number(start.dataset.whole), Number(end.dataset.whole)];
    if (a >= wholeEnd || b <= wholeStart) { say("Mark some words of the excerpt, too."); return; }
    start.value = a;
    end.value = b;
    paint(a, b);
    const whole = a === wholeStart && b === wholeEnd;
    $("#span-reset").hidden = whole;
    $("#span-words").textContent = whole ? "The span as it was cut." : "The span was adjusted.";
    warned = false;
  }

  // A text node and a place in it for an offset in code points; strings of JavaScript count in UTF-16.
  function point(offset, after) {
    const piece = pieces().find((p) => (after ? p.start < offset && offset <= p.end : p.start <= offset && offset < p.end));
    if (!piece) return null;
    const text = [...piece.node.textContent].slice(0, offset - piece.start).join("");
    return [piece.node.firstChild, text.length];
  }

  function paint(a, b) {
    const [from, to] = [point(a, false), point(b, true)];
    if (!from || !to || !window.Highlight) return;
    const range = new Range();
    range.setStart(...from);
    range.setEnd(...to);
    $(".conversation").classList.add("adjusting");
    CSS.highlights.set("span", new Highlight(range));
  }

  // The offset, in code points of the transcript, of an end of a selection; null outside the turn.
  function offsetOf(node, place) {
    const holder = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest?.(".turn.current [data-start]");
    if (!holder || node.nodeType !== Node.TEXT_NODE) return null;
    return Number(holder.dataset.start) + [...node.textContent.slice(0, place)].length;
  }

  document.addEventListener("pointerup", (event) => {
    if (!form() || event.target.closest?.("input, textarea, button, a, summary")) return;
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    const turn = $(".turn.current .words");
    if (!turn || !range.intersectsNode(turn)) return;
    const known = pieces();
    let a = offsetOf(range.startContainer, range.startOffset) ?? known[0].start;
    let b = offsetOf(range.endContainer, range.endOffset) ?? known.at(-1).end;
    const text = known.map((p) => p.node.textContent).join("");
    const points = [...text];
    while (a < b && !points[a - known[0].start]?.trim()) a += 1;
    while (b > a && !points[b - 1 - known[0].start]?.trim()) b -= 1;
    if (a < b) { setSpan(a, b); selection.removeAllRanges(); }
  });

  // --- Search --------------------------------------------------------------------------------------

  function search() {
    const words = $("#search").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let first = null;
    all(".tree > li").forEach((item) => {
      const name = $(".name", item).textContent.toLocaleLowerCase();
      const hit = words.every((word) => item.textContent.toLocaleLowerCase().includes(word));
      item.hidden = !hit;
      item.classList.remove("first-hit");
      const inName = words.length && words.every((word) => name.includes(word));
      if (hit && words.length && (!first || (inName && !first.inName))) first = { item, inName };
    });
    first?.item.classList.add("first-hit");
    if (first) show(first.item.dataset.code);
  }

  // What was searched for and is not in the codebook may be a code that it lacks.
  function propose(name) {
    const details = $("#propose");
    details.open = true;
    $("#propose-name").value = name;
    $("#propose-definition").focus();
    say("No code is called so. You may propose it.");
  }

  function endSearch() {
    const input = $("#search");
    input.value = "";
    search();
    input.blur();
  }

  // --- Keys ----------------------------------------------------------------------------------------

  const keysOn = () => localStorage.getItem("keys") !== "off";
  const inField = (node) => node.matches?.("textarea, select, input:not([type]), input[type=search]");

  function press(button) {
    if (button.matches("textarea, input[type=search]")) { button.focus(); return; }
    if (button.matches("summary")) { button.parentElement.open = true; $("input", button.parentElement).focus(); return; }
    button.click();
  }

  function save() {
    if (inField(document.activeElement)) document.activeElement.blur();
    if (form().dataset.decided === "yes" && !dirty()) $("#go-on").click();
    else $("#save").click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const { key, target } = event;
    const done = () => event.preventDefault();
    if (key === "Enter" && (event.ctrlKey || event.metaKey) && form()) { done(); save(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if ($("dialog[open]")) return;
    if (target.id === "search") {
      if (key === "Enter") { done(); const [hit, words] = [$(".first-hit"), target.value.trim()]; endSearch(); if (hit) choose(hit.dataset.code, true); else if (words) propose(words); }
      if (key === "Escape") { done(); endSearch(); }
      return;
    }
    if (key === "Enter" && target.id === "propose-name") { done(); $("button[value=propose]").click(); return; }
    if (inField(target)) { if (key === "Escape") { done(); target.blur(); } return; }
    if (!keysOn()) return;
    if (key === "?") { done(); $("dialog").showModal(); return; }
    if (form()) {
      if (event.shiftKey && key.startsWith("Arrow")) {
        done();
        if (key === "ArrowRight" || key === "ArrowLeft") adjust("end", key === "ArrowRight");
        else adjust("start", key === "ArrowUp");
        return;
      }
      if (key === "0") { done(); setSpan(Number(field("start").dataset.whole), Number(field("end").dataset.whole)); return; }
      if (/^[1-9]$/.test(key)) {
        const hit = all(".tree li").find((item) => $("label > kbd", item)?.textContent === key);
        if (hit) { done(); choose(hit.dataset.code); }
        return;
      }
      if (key === "a" || key === "x") { judge(key === "a" ? "applies" : "not"); return; }
      if (key === "t") { take(); return; }
      if (key === "Enter" && !target.matches("button, a, summary")) { done(); save(); return; }
      if (target.matches("input[type=radio]") && key.startsWith("Arrow")) return;
    }
    const hit = all("[data-key]").find((node) => node.dataset.key.split(" ").includes(key) && node.offsetParent !== null);
    if (hit) { done(); press(hit); }
  });

  let taken = -1;
  function take(button = null) {
    const offers = all(".take");
    if (!offers.length) return;
    taken = button ? offers.indexOf(button) : (taken + 1) % offers.length;
    const codes = offers[taken].dataset.codes.split(" ");
    all(".positions > ol > li").forEach((item) => item.classList.toggle("at", item.contains(offers[taken])));
    boxes().forEach((input) => { input.checked = codes.includes(input.value); });
    show(codes[0]);
    reach(codes[0]);
    refresh();
    say(`Taken: ${codes.map(nameOf).join(", ")}`);
  }

  // --- Wiring --------------------------------------------------------------------------------------

  document.addEventListener("change", (event) => {
    if (event.target.id === "keys-on") localStorage.setItem("keys", event.target.checked ? "on" : "off");
    else if (event.target.matches(".tree input")) choose(event.target.value, event.target.checked);
    else if (event.target.matches(".judge input")) onJudged(event.target);
  });
  document.addEventListener("input", (event) => { if (event.target.id === "search") search(); });
  for (const kind of ["focusin", "pointerover"]) {
    document.addEventListener(kind, (event) => {
      const item = event.target.closest?.(".tree > li");
      if (item && $("#search").value === "") show(item.dataset.code);
      if (kind === "focusin") { const at = event.target.closest?.("[data-suggestion]"); if (at) markSuggestion(at); }
    });
  }
  // Before the links of the page are followed: choices that were not saved are not thrown away in silence.
  document.addEventListener("click", (event) => {
    if (event.target.id === "span-reset") { setSpan(Number(field("start").dataset.whole), Number(field("end").dataset.whole)); return; }
    const take_ = event.target.closest?.(".take");
    if (take_) { take(take_); return; }
    if (event.target.closest?.("a[data-key='?']")) { event.preventDefault(); event.stopImmediatePropagation(); $("dialog").showModal(); return; }
    if (event.target.closest?.("a[href]") && form() && dirty() && !warned) {
      event.preventDefault();
      event.stopImmediatePropagation();
      warned = true;
      const note = "Not saved yet: Enter saves your choice; the same again leaves without it.";
      $("#span-words").textContent = note;
      say(note);
    }
  }, true);

  let treeTop = 0;
  document.addEventListener("htmx:before:swap", () => { treeTop = $(".tree")?.scrollTop ?? 0; opened = null; });
  document.addEventListener("htmx:after:swap", () => { begin(); say($("#page").dataset.announce); });
  document.addEventListener("htmx:error", () => { $("#offline").hidden = false; });
  document.addEventListener("htmx:after:request", () => { $("#offline").hidden = true; });

  function place() {
    // The excerpt stands in the middle, but not so high that the question before it is out of sight.
    const [mark, talk] = [$("mark"), $(".conversation")];
    if (mark && talk.scrollHeight > talk.clientHeight) {
      const top = (node) => node.getBoundingClientRect().top - talk.getBoundingClientRect().top + talk.scrollTop;
      const question = $(".turn.current").previousElementSibling;
      const middle = top(mark) - Math.max(30, (talk.clientHeight - mark.offsetHeight) / 2);
      const fits = question && top(mark) + mark.offsetHeight - top(question) < talk.clientHeight - 8;
      talk.scrollTop = fits ? Math.min(middle, top(question) - 8) : middle;
    }
  }

  function begin() {
    if (form() && form() === begun) return;
    begun = form();
    CSS.highlights?.clear();
    taken = -1;
    $("#keys-on").checked = keysOn();
    if (!form()) { window.scrollTo(0, 0); return; }
    opened = state();
    refresh();
    $(".tree").scrollTop = treeTop;
    const chosen = boxes().find((input) => input.checked) ?? boxes().find((input) => !input.closest("li").classList.contains("theme")) ?? boxes()[0];
    if (chosen) show(chosen.value);
    const item = suggestions().find((one) => !judged(one)) ?? suggestions()[0];
    if (item) markSuggestion(item);
    place();
  }
  document.addEventListener("DOMContentLoaded", begin);
  // htmx shows a page a moment before it says so: what is pressed in that moment must count as a change of it.
  const ready = () => { if (form() && form() !== begun) begin(); };
  document.addEventListener("keydown", ready, true);
  document.addEventListener("pointerdown", ready, true);
})();
