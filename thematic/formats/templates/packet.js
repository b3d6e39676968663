"use strict";
// What is chosen counts at once and is kept in this browser; "Save decisions" writes it to a file to be sent.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const about = document.body.dataset;
  const store = `thematic-packet-${about.packet}`;
  const passages = all(".passage");
  const boxes = all(".tree input");
  const nameOf = Object.fromEntries(all(".tree > li").map((li) => [li.dataset.code, $(".name", li).textContent]));
  const givenAt = Object.fromEntries(all(".given").map((node) => [node.dataset.for, node]));
  const shownAt = Object.fromEntries(all(".shown").map((node) => [node.dataset.for, node]));
  const empty = () => ({ decision: "", codes: [], rejected: [], memo: "" });

  let state = {};         // what was decided, by excerpt
  let at = null;          // the passage in question
  let saved = "{}";       // the state as it was last written to a file or read from one
  let typing = null;      // the passage whose memo is being written
  const steps = [];       // for undo: the excerpt, and what stood there before

  const of = (id) => state[id] ?? empty();
  const decided = (entry) => entry.codes.length > 0 || ["none applies", "unsure", "reject"].includes(entry.decision);
  const something = (entry) => decided(entry) || entry.memo !== "" || entry.rejected.length > 0;
  const say = (words) => { $("#live").textContent = words; };

  function tell(words, good = false) {
    const node = $("#message");
    node.textContent = words;
    node.hidden = !words;
    node.classList.toggle("good", good);
  }

  // --- Deciding ------------------------------------------------------------------------------------

  function set(id, entry, undoable = true) {
    if (undoable) steps.push([id, of(id)]);
    if (something(entry)) state[id] = entry; else delete state[id];
    try { localStorage.setItem(store, JSON.stringify(state)); } catch { /* only the file keeps it then */ }
    paint(id);
    refresh();
  }

  function choose(code, chosen = !of(at).codes.includes(code)) {
    if (!at) return;
    const entry = of(at);
    const codes = entry.codes.filter((one) => one !== code);
    if (chosen) codes.push(code);
    set(at, { ...entry, decision: "", codes, rejected: entry.rejected.filter((one) => one !== code) });
    if (chosen) use(code);
    show(code);
    say(`${nameOf[code]} ${chosen ? "chosen" : "taken away"}`);
  }

  function reject(code) {
    const entry = of(at);
    const was = entry.rejected.includes(code);
    const rejected = entry.rejected.filter((one) => one !== code);
    if (!was) rejected.push(code);
    set(at, { ...entry, codes: entry.codes.filter((one) => one !== code), rejected });
    say(`${nameOf[code]}: ${was ? "open again" : "does not apply"}`);
  }

  function decide(decision) {
    if (!at) return;
    const entry = of(at);
    const off = entry.decision === decision;
    set(at, { ...entry, decision: off ? "" : decision, codes: off ? entry.codes : [] });
    if (!off) next();
  }

  function undo() {
    const step = steps.pop();
    if (!step) return;
    set(step[0], step[1], false);
    go(step[0]);
    say("Undone.");
  }

  function keepMemo() {
    if (typing === null) return;
    const memo = $("#memo").value.trim();
    const id = typing;
    typing = null;
    if (memo !== of(id).memo) set(id, { ...of(id), memo });
  }

  // --- Looking -------------------------------------------------------------------------------------

  function paint(id) {
    const entry = of(id);
    const passage = document.getElementById(id);
    passage.classList.toggle("decided", decided(entry));
    const words = entry.codes.map((code) => nameOf[code] ?? code);
    if (entry.decision) words.push(entry.decision);
    if (entry.memo) words.push("memo");
    givenAt[id].textContent = words.join(", ");
  }

  function refresh() {
    const count = passages.filter((passage) => decided(of(passage.id))).length;
    $("#bar").value = count;
    $("#count").textContent = `${count.toLocaleString("en")} of ${passages.length.toLocaleString("en")} decided`;
    $("#undo").disabled = steps.length === 0;
    $("#save").textContent = saved !== "{}" && JSON.stringify(state) === saved ? "Saved" : "Save decisions";
    if (!at) return;
    const entry = of(at);
    for (const box of boxes) box.checked = entry.codes.includes(box.value);
    $("#chosen").replaceChildren(...entry.codes.map((code) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = nameOf[code] ?? code;
      button.title = "take it away";
      button.addEventListener("click", () => choose(code, false));
      return button;
    }));
    if (!entry.codes.length) $("#chosen").textContent = entry.decision || "none yet";
    $("#none").setAttribute("aria-pressed", String(entry.decision === "none applies"));
    $("#unsure").setAttribute("aria-pressed", String(entry.decision === "unsure"));
    for (const item of all("#suggested li")) {
      const code = item.dataset.suggestion;
      $("[data-judge=applies]", item).setAttribute("aria-pressed", String(entry.codes.includes(code)));
      $("[data-judge=not]", item).setAttribute("aria-pressed", String(entry.rejected.includes(code)));
    }
    mark(open());
    if (typing === null) $("#memo").value = entry.memo;
  }

  // The suggestion to be judged next shows its reasons, and what its code means.
  const open = () => all("#suggested li").find((li) => all("[aria-pressed=true]", li).length === 0) ?? $("#suggested li");
  function mark(item) {
    for (const li of all("#suggested li")) li.classList.toggle("at", li === item);
  }

  function go(id) {
    if (!id) return;
    keepMemo();
    if (at) document.getElementById(at).classList.remove("at");
    at = id;
    const passage = document.getElementById(id);
    passage.classList.add("at");
    for (const one of passages) one.tabIndex = one === passage ? 0 : -1;
    $("#dock").hidden = false;
    const list = shownAt[id]?.cloneNode(true);
    if (list) list.hidden = false;
    $("#suggested").replaceChildren(...(list ? [list] : []));
    refresh();
    passage.scrollIntoView({ block: "center" });
    const first = of(id).codes[0] ?? passage.dataset.shown.split(";")[0];
    if (first) show(first);
    say(passage.textContent.slice(0, 200));
  }

  function beside(step) {
    const place = passages.findIndex((passage) => passage.id === at) + step;
    if (passages[place]) go(passages[place].id);
  }

  function next() {
    keepMemo();
    const place = passages.findIndex((passage) => passage.id === at);
    const round = [...passages.slice(place + 1), ...passages.slice(0, place + 1)];
    const open = round.find((passage) => !decided(of(passage.id)));
    if (open) go(open.id);
    else tell("Everything is decided. Choose “Save decisions”, and send the file.", true);
  }

  function show(code) {
    const text = $(`.tree > li[data-code="${CSS.escape(code ?? "")}"] .criteria`);
    if (!text) return;
    const copy = text.cloneNode(true);
    copy.hidden = false;
    $("#meaning").replaceChildren(copy);
    $("#meaning").scrollTop = 0;
  }

  // --- Keys on codes -------------------------------------------------------------------------------

  const keys = [];        // the codes on 1 to 9: one that is used keeps its key until it is the longest unused
  const lastUse = {};
  let uses = 0;
  function use(code) {
    lastUse[code] = uses += 1;
    if (!keys.includes(code)) {
      if (keys.length < 9) keys.push(code);
      else keys[keys.indexOf([...keys].sort((a, b) => lastUse[a] - lastUse[b])[0])] = code;
    }
    for (const li of all(".tree > li")) {
      const key = keys.indexOf(li.dataset.code);
      $("label > kbd", li).hidden = key < 0;
      $("label > kbd", li).textContent = key < 0 ? "" : String(key + 1);
    }
  }

  function search() {
    const words = $("#search").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let first = null;
    for (const li of all(".tree > li")) {
      const name = $(".name", li).textContent.toLocaleLowerCase();
      const hit = words.every((word) => li.textContent.toLocaleLowerCase().includes(word));
      li.hidden = !hit;
      li.classList.remove("first-hit");
      const inName = words.every((word) => name.includes(word));
      if (hit && words.length && (!first || (inName && !first.inName))) first = { li, inName };
    }
    first?.li.classList.add("first-hit");
    if (first) show(first.li.dataset.code);
  }

  function endSearch() {
    $("#search").value = "";
    search();
    $("#search").blur();
  }

  // --- The file ------------------------------------------------------------------------------------

  function save() {
    keepMemo();
    const rows = passages.filter((passage) => something(of(passage.id))).map((passage) => ({
      excerpt: passage.id,
      words: passage.dataset.words,
      hash: passage.dataset.hash,
      shown: passage.dataset.shown ? passage.dataset.shown.split(";") : [],
      ...of(passage.id),
    }));
    const content = { schema: about.schema, packet: about.packet, coder: about.coder, mode: about.mode, codebook: about.codebook, rows };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(content, null, 1)], { type: "application/json" }));
    link.download = `${about.coder}-${about.packet}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    saved = JSON.stringify(state);
    refresh();
    tell(`${rows.length.toLocaleString("en")} decisions are in ${link.download}, where your browser keeps downloads. Send that file back.`, true);
  }

  async function load(file) {
    let content = null;
    try { content = JSON.parse(await file.text()); } catch { /* told below */ }
    if (content?.schema !== about.schema || content.packet !== about.packet) {
      tell("That file was not saved from this packet. Nothing was changed.");
      return;
    }
    const known = new Set(passages.map((passage) => passage.id));
    const loaded = {};
    for (const { excerpt, decision, codes, rejected, memo } of content.rows) {
      if (known.has(excerpt)) loaded[excerpt] = { decision, codes, rejected, memo };
    }
    const more = Object.keys(state).filter((id) => !(id in loaded)).length;
    if (more && !confirm(`The file lacks ${more} decisions that are here. Load it and lose them?`)) return;
    state = loaded;
    saved = JSON.stringify(state);
    steps.length = 0;
    try { localStorage.setItem(store, saved); } catch { /* only the file keeps it then */ }
    for (const passage of passages) paint(passage.id);
    refresh();
    tell(`${Object.keys(state).length.toLocaleString("en")} decisions were loaded.`, true);
  }

  // --- Wiring --------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const passage = event.target.closest?.(".passage");
    if (passage) go(passage.id);
    const suggestion = event.target.closest?.("#suggested li");
    if (suggestion) { mark(suggestion); show(suggestion.dataset.suggestion); }
    const judge = event.target.closest?.("[data-judge]");
    if (judge) judgeAs(judge.closest("li").dataset.suggestion, judge.dataset.judge);
  });
  function judgeAs(code, value) {
    if (value === "applies") choose(code);
    else reject(code);
  }
  for (const [id, act] of Object.entries({
    next, undo, save, begin: next, none: () => decide("none applies"), unsure: () => decide("unsure"),
    clear: () => { if (at) set(at, empty()); }, "keys-button": () => $("#keys").showModal(),
  })) document.getElementById(id).addEventListener("click", act);
  for (const box of boxes) box.addEventListener("change", () => {
    if (at) choose(box.value, box.checked);
    else { box.checked = false; tell("Choose a passage first."); }
  });
  $("#memo").addEventListener("input", () => { typing = at; });
  $("#memo").addEventListener("blur", keepMemo);
  $("#search").addEventListener("input", search);
  $("#load").addEventListener("change", (event) => { const [file] = event.target.files; if (file) load(file); event.target.value = ""; });
  for (const kind of ["focusin", "pointerover"]) document.addEventListener(kind, (event) => {
    const li = event.target.closest?.(".tree > li");
    if (li && !$("#search").value) show(li.dataset.code);
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || $("dialog[open]")) return;
    const { key, target } = event;
    const done = () => event.preventDefault();
    if ((event.ctrlKey || event.metaKey) && key === "Enter") { done(); next(); return; }
    if (event.ctrlKey || event.metaKey) return;
    if (target.id === "search") {
      if (key === "Enter") { done(); const hit = $(".first-hit"); if (hit) choose(hit.dataset.code, true); endSearch(); }
      if (key === "Escape") { done(); endSearch(); }
      return;
    }
    if (target.id === "memo") { if (key === "Escape") { done(); target.blur(); } return; }
    if (key === "Enter" && target.matches("button, summary, a")) return;
    const acts = {
      Enter: next, n: () => decide("none applies"), l: () => decide("unsure"), u: undo, s: save,
      j: () => beside(1), ArrowRight: () => beside(1), k: () => beside(-1), ArrowLeft: () => beside(-1),
      m: () => { if (at) $("#memo").focus(); }, "/": () => $("#search").focus(), "?": () => $("#keys").showModal(),
      a: () => { const li = open(); if (li) judgeAs(li.dataset.suggestion, "applies"); },
      x: () => { const li = open(); if (li) judgeAs(li.dataset.suggestion, "not"); },
    };
    if (/^[1-9]$/.test(key) && keys[Number(key) - 1]) { done(); choose(keys[Number(key) - 1]); return; }
    if (acts[key]) { done(); acts[key](); }
  });

  addEventListener("beforeunload", (event) => {
    keepMemo();
    if (JSON.stringify(state) !== saved) event.preventDefault();
  });

  try { state = JSON.parse(localStorage.getItem(store) ?? "{}"); } catch { state = {}; }
  for (const id of Object.keys(state)) {
    if (!givenAt[id]) delete state[id];
    else { paint(id); state[id].codes.forEach(use); }
  }
  refresh();
  show((boxes.find((box) => !box.closest("li").classList.contains("theme")) ?? boxes[0])?.value);
  if (Object.keys(state).length) tell("What you decided in this browser before is here again.", true);
})();
