'use strict';
// The passages stand in <noscript> elements, which a browser with JavaScript keeps as inert text. This script
// decides which to draw. The address after # says what is read (#code-3, #transcript-0, #cluster-2, or the
// id of an excerpt), the form says which of it.
(() => {
  const PAGE = 40;
  const PRINT = 2000;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const numbers = (text) => text.split(' ').filter(Boolean).map(Number);
  const root = document.documentElement;
  const form = document.querySelector('.filters');
  const output = form.querySelector('output');
  const reset = form.querySelector('.clear');
  const sections = ['themes', 'transcripts', 'clusters'].map((id) => document.getElementById(id));

  // --- What there is ---

  const passages = [];
  const byId = new Map();
  const transcripts = all('section.transcript').map((node, index) => ({
    name: node.dataset.name,
    head: node,
    attributes: all('[data-attribute]', form).map((_, n) => node.dataset['a' + n]),
    units: all('noscript.unit', node).map((unit) => {
      const data = unit.dataset;
      if (!data.id) return { node: unit };
      const passage = {
        node: unit,
        id: data.id,
        transcript: index,
        speaker: data.speaker,
        codes: numbers(data.codes),
        bands: numbers(data.bands),
        score: Number(data.score),
        coded: numbers(data.coded),
        cluster: Number(data.cluster),
      };
      passages.push(passage);
      byId.set(passage.id, passage);
      return passage;
    }),
  }));
  const entries = new Map();
  const themeOf = new Map();
  for (const node of all('.entry')) {
    const code = Number(node.dataset.code);
    const theme = Number(node.dataset.theme);
    entries.set(code, { node, codes: new Set([code]) });
    themeOf.set(code, theme);
    entries.get(theme).codes.add(code);
  }

  const ENTITIES = { '&lt;': '<', '&gt;': '>', '&#34;': '"', '&#39;': "'", '&amp;': '&' };
  const folded = (text) => text.toLowerCase().replace(/[‘’]/g, "'");

  function words(passage) {
    if (passage.words === undefined) {
      const source = passage.node.textContent;
      const marked = source.slice(source.indexOf('<mark>') + 6, source.indexOf('</mark>'));
      passage.words = folded(marked.replace(/&(?:lt|gt|#34|#39|amp);/g, (entity) => ENTITIES[entity]));
    }
    return passage.words;
  }

  // --- What is asked for ---

  function place() {
    const hash = location.hash.slice(1);
    if (byId.has(hash)) {
      return { view: 'transcripts', transcript: byId.get(hash).transcript, passage: byId.get(hash) };
    }
    const [, kind, number] = /^(code|transcript|cluster)-(\d+)$/.exec(hash) || [];
    const there = { code: entries, transcript: transcripts, cluster: sections[2].querySelectorAll('.cluster') };
    if (kind === 'code' && entries.has(Number(number))) return { view: 'themes', code: Number(number) };
    if (kind && kind !== 'code' && there[kind][Number(number)]) return { view: kind + 's', [kind]: Number(number) };
    return { view: ['transcripts', 'clusters'].includes(hash) ? hash : 'themes' };
  }

  function filters() {
    const value = (name) => (form.elements[name] ? form.elements[name].value : '');
    return {
      words: folded(value('words').trim()),
      transcript: value('transcript'),
      speaker: value('speaker'),
      code: value('code'),
      band: value('band'),
      people: value('people'),
      attributes: all('[data-attribute]', form).map((select) => select.value),
    };
  }

  const isSet = (asked) => Object.values(asked).flat().some((value) => value !== '');

  function bandOf(passage, codes) {
    return passage.bands[codes ? passage.codes.findIndex((code) => codes.has(code)) : 0];
  }

  function matching(asked) {
    const codes = asked.code === '' ? null : entries.get(Number(asked.code)).codes;
    return passages.filter(
      (p) =>
        (asked.transcript === '' || p.transcript === Number(asked.transcript)) &&
        (asked.speaker === '' || p.speaker === asked.speaker) &&
        (!codes || p.codes.some((code) => codes.has(code)) || p.coded.some((code) => codes.has(code))) &&
        (asked.band === '' || bandOf(p, codes) === Number(asked.band)) &&
        (asked.people === '' || (asked.people === 'yes') === p.coded.length > 0) &&
        asked.attributes.every((value, n) => value === '' || transcripts[p.transcript].attributes[n] === value) &&
        (asked.words === '' || words(p).includes(asked.words)),
    );
  }

  // --- Drawing ---

  function element(tag, className, text = '') {
    const node = document.createElement(tag);
    node.className = className;
    node.textContent = text;
    return node;
  }

  function copy(node) {
    const twin = node.cloneNode(true);
    for (const part of [twin, ...all('[id], [aria-labelledby]', twin)]) {
      part.removeAttribute('id');
      part.removeAttribute('aria-labelledby');
    }
    return twin;
  }

  function drawn(unit) {
    const template = document.createElement('template');
    template.innerHTML = unit.node.textContent; // written by us, and escaped: see excerpts.html.jinja
    return template.content.firstElementChild;
  }

  let lists = [];

  // A list that draws a page at a time; `upTo` is the unit that must be on the first page.
  function list(units, className, upTo) {
    const box = element('div', className);
    const more = element('button', 'more-button');
    more.type = 'button';
    let done = 0;
    const draw = (count) => {
      const next = units.slice(done, done + count).map(drawn);
      done += next.length;
      more.before(...next);
      more.textContent = `Show ${Math.min(PAGE, units.length - done)} more (${(units.length - done).toLocaleString('en')} left)`;
      more.hidden = done >= units.length;
      return next[0];
    };
    more.addEventListener('click', () => {
      const first = draw(PAGE);
      find();
      first.tabIndex = -1;
      first.focus({ preventScroll: true });
    });
    box.append(more);
    draw(Math.max(PAGE, units.indexOf(upTo) + 10));
    lists.push({ draw, left: () => units.length - done });
    return box;
  }

  function group(title, units) {
    if (!units.length) return [];
    return [element('h4', 'group', `${title} (${units.length.toLocaleString('en')})`), list(units, 'passages')];
  }

  function heading(text) {
    const node = element('h3', 'reading-title', text);
    node.tabIndex = -1;
    return node;
  }

  const back = (view, text) => {
    const link = element('a', 'back', text);
    link.href = '#' + view;
    return link;
  };

  const matchTitle = (found) => heading(`${found.length.toLocaleString('en')} ${found.length === 1 ? 'excerpt matches' : 'excerpts match'}`);
  const nothing = () => element('p', 'nothing', 'No excerpt matches these filters.');

  function readCode(code, found) {
    const { node, codes } = entries.get(code);
    const head = copy(node);
    for (const part of all('h3, h4, .closest, .figures', head)) part.remove();
    const coded = found.filter((p) => p.coded.some((c) => codes.has(c)));
    const rest = found.filter((p) => !coded.includes(p));
    const first = rest.filter((p) => codes.has(p.codes[0])).sort((a, b) => b.score - a.score);
    const further = rest.filter((p) => !codes.has(p.codes[0]));
    return [
      back('themes', 'All themes and codes'),
      heading(node.dataset.name),
      head,
      ...group('Coded by people', coded),
      ...group('Suggested first, the closest on top', first),
      ...group('Further down the shortlist', further),
      ...(found.length ? [] : [nothing()]),
    ];
  }

  function readTranscript(number, found, filtered, target) {
    const transcript = transcripts[number];
    const about = all(':scope > .figures, :scope > .elsewhere', transcript.head).map(copy);
    const units = filtered ? found.filter((p) => p.transcript === number) : transcript.units;
    const className = filtered ? 'passages' : 'passages flow';
    return [
      back('transcripts', 'All transcripts'),
      heading(transcript.name),
      ...about,
      units.length ? list(units, className, target) : nothing(),
    ];
  }

  function readCluster(number, found) {
    const head = copy(sections[2].querySelectorAll('.cluster')[number]);
    for (const part of all('h3, .closest, .read-all', head)) part.remove();
    const units = found.filter((p) => p.cluster === number);
    const name = sections[2].querySelectorAll('.cluster')[number].dataset.name;
    return [
      back('clusters', 'All clusters'),
      heading(name),
      head,
      units.length ? list(units, 'passages') : nothing(),
    ];
  }

  function reading(where, found, filtered) {
    if (where.code !== undefined) return readCode(where.code, found);
    if (where.transcript !== undefined) return readTranscript(where.transcript, found, filtered, where.passage);
    if (where.cluster !== undefined) return readCluster(where.cluster, found);
    if (filtered && where.view !== 'clusters') {
      return [matchTitle(found), found.length ? list(found, 'passages') : nothing()];
    }
    return null;
  }

  // Counts beside the outlines, and clusters without a match, follow the filters; but how many excerpts another
  // code or interview has does not depend on the one that is chosen.
  function count(asked) {
    const codes = new Map();
    const interviews = new Map();
    const clusters = new Map();
    const add = (map, key) => map.set(key, (map.get(key) || 0) + 1);
    for (const p of matching({ ...asked, code: '' })) {
      const own = new Set([...p.coded, ...p.codes.slice(0, 1)]);
      for (const code of [...own]) own.add(themeOf.get(code));
      for (const code of own) add(codes, code);
    }
    for (const p of matching({ ...asked, transcript: '' })) add(interviews, p.transcript);
    for (const p of matching(asked)) add(clusters, p.cluster);
    const show = (name, counts) => {
      for (const node of all(`[data-${name}]`)) {
        node.textContent = (counts.get(Number(node.getAttribute(`data-${name}`))) || 0).toLocaleString('en');
      }
    };
    show('count', codes);
    show('transcript-count', interviews);
    all('.overview > .cluster').forEach((node, n) => {
      node.hidden = !clusters.has(n);
    });
  }

  // Words looked for are marked by the browser itself: the text stays as it is.
  function find() {
    if (!window.CSS || !CSS.highlights) return;
    const asked = filters().words;
    const ranges = [];
    for (const mark of asked ? all('.reading:not([hidden]) mark') : []) {
      const text = folded(mark.textContent);
      for (let at = text.indexOf(asked); at >= 0; at = text.indexOf(asked, at + asked.length)) {
        if (text.length !== mark.firstChild.length) break;
        const range = new Range();
        range.setStart(mark.firstChild, at);
        range.setEnd(mark.firstChild, at + asked.length);
        ranges.push(range);
      }
    }
    CSS.highlights.set('found', new Highlight(...ranges));
  }

  let shown = '';

  function show() {
    const where = place();
    // Among themes the address holds the code; elsewhere it is one filter among others.
    if (where.view === 'themes') form.elements.code.value = where.code === undefined ? '' : String(where.code);
    const asked = filters();
    const found = matching(asked);
    const filtered = isSet(where.code === undefined ? asked : { ...asked, code: '' });
    lists = [];
    sections.forEach((section) => {
      section.hidden = section.id !== where.view;
      section.querySelector('.reading').replaceChildren(); // an excerpt stands in the page once at most
    });
    for (const link of all('.views a')) {
      link.toggleAttribute('aria-current', link.hash === '#' + where.view);
      if (link.hash === '#' + where.view) link.setAttribute('aria-current', 'page');
    }
    const key = Object.keys(where).find((name) => ['code', 'transcript', 'cluster'].includes(name));
    const link = key ? `#${key}-${where[key]}` : '';
    for (const item of all('.outline a')) {
      if (item.hash === link) item.setAttribute('aria-current', 'true');
      else item.removeAttribute('aria-current');
    }
    const section = document.getElementById(where.view);
    const parts = reading(where, found, filtered);
    section.querySelector('.overview').hidden = parts !== null;
    const box = section.querySelector('.reading');
    box.hidden = parts === null;
    box.append(...(parts || []));
    count(asked);
    find();
    const total = passages.length.toLocaleString('en');
    const some = found.length.toLocaleString('en');
    output.textContent = found.length < passages.length ? `${some} of ${total} excerpts` : `${total} excerpts`;
    reset.hidden = !filtered;
    return { where, box };
  }

  // Goes to what the address says: its title, or the excerpt, is where the reader goes on.
  function go() {
    const { where, box } = show();
    const changed = location.hash !== shown;
    shown = location.hash;
    if (!changed) return;
    const target = where.passage ? document.getElementById(where.passage.id) : box.querySelector('.reading-title');
    if (where.passage) {
      target.classList.add('target');
      target.scrollIntoView({ block: 'center' });
      target.focus({ preventScroll: true });
    } else if (target) {
      document.querySelector('.views').scrollIntoView();
      target.focus({ preventScroll: true });
    }
  }

  // --- Events ---

  const fields = all('input, select', form);
  const remember = () => history.replaceState(fields.map((field) => field.value), '');

  function fill(values) {
    fields.forEach((field, n) => {
      field.value = values[n] || '';
    });
  }

  // Not popstate: after that the browser still moves the focus to what the address names.
  window.addEventListener('hashchange', () => {
    if (history.state) {
      fill(history.state);
    } else if (place().passage) {
      fill([]); // an excerpt is read in its interview, with all that is around it
    } else if (place().view !== 'themes' && shown.startsWith('#code-')) {
      form.elements.code.value = '';
    }
    go();
    remember();
  });

  let waiting = 0;
  form.addEventListener('input', (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(
      () => {
        if (event.target === form.elements.code && place().view === 'themes') {
          location.hash = event.target.value === '' ? '#themes' : '#code-' + event.target.value;
          return;
        }
        show();
        remember();
      },
      event.target.type === 'search' ? 200 : 0,
    );
  });
  form.querySelector('.fold').addEventListener('click', (event) => {
    const open = event.target.getAttribute('aria-expanded') === 'true';
    event.target.setAttribute('aria-expanded', String(!open));
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  reset.addEventListener('click', () => {
    const code = place().code;
    fill([]);
    if (code === undefined) show();
    else location.hash = '#themes';
    remember();
    form.elements.words.focus();
  });
  window.addEventListener('beforeprint', () => {
    let room = PRINT;
    for (const { draw, left } of lists) {
      const count = Math.min(room, left());
      if (count) draw(count);
      room -= count;
    }
  });

  root.classList.add('js');
  form.hidden = false;
  for (const node of all('.read-all')) node.hidden = false;
  go();
  remember();
})();
