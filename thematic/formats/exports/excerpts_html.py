"""excerpts.html: the excerpts as one page to read, by theme, by interview and by cluster.

One file that asks nothing of anybody: no network, no server. A content security policy names the one script
and the one style sheet by their hashes, so that nothing in a transcript could run even if it got through.

Every passage is written once, as HTML in a `<noscript>` of its interview. A browser without JavaScript shows
them all, in order. With JavaScript they are inert text that costs next to nothing, and the script draws those
that are asked for: one rendering of a passage, and a page of 50,000 opens much as one of 50 does.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from thematic.codebook import ancestors, walk
from thematic.formats.exports.excerpt_rows import (
    PROMPTS,
    ExcerptRow,
    caution,
    clock,
    code_labels,
    coder_names,
    codings_elsewhere,
    excerpt_rows,
    further_notes,
    how_sure,
    said_by,
    stability_in_words,
    why,
)
from thematic.model import (
    Code,
    Codebook,
    Coding,
    Evidence,
    Excerpt,
    SetAside,
    StudyData,
    Suggestion,
    Transcript,
    Turn,
)
from thematic.text import count_words, snippet

__all__ = ["FULL_EVIDENCE", "render"]

FULL_EVIDENCE = 5_000
"""Up to so many excerpts the page tells all the evidence; above, that of the first suggestion only."""

CONTEXT = 280  # characters of the turn shown before and after a passage
EVIDENCE_WIDTH = 240  # characters of a definition or an example; the code's own entry has all of it
DOTS = 40  # interviews that a row of dots can show
FILTER_VALUES = range(2, 31)  # an attribute with fewer or more values is no filter


def render(data: StudyData) -> bytes:
    """The page, in UTF-8. Same data, same bytes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    data = _with_every_code(data)
    loader = PackageLoader("thematic.formats")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "clock": clock,
        "one_line": snippet,
        "stability": stability_in_words,
        "how_sure": how_sure,
    }
    style = "".join(loader.get_source(environment, name)[0] for name in ("page.css", "excerpts.css"))
    style += _colors(data.codebook)
    script = loader.get_source(environment, "excerpts.js")[0]
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    page = environment.get_template("excerpts.html.jinja").render(
        _context(data), style=style, script=script, policy=policy
    )
    return _UNSHOWABLE.sub("�", page).encode("utf-8")


# A page cannot hold these: NUL, lone surrogates, and two code points that are no characters.
_UNSHOWABLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _with_every_code(data: StudyData) -> StudyData:
    """The study with an entry for each code that people used and that has since left the codebook."""
    known = {code.id for code in data.codebook.codes}
    used = {coding.code_id for coding in data.codings} | {s.code_id for s in data.suggestions if s.code_id}
    gone = tuple(
        Code(id=code_id, name=code_id, definition="No longer in the codebook.", status="retired")
        for code_id in sorted(used - known)
    )
    return replace(data, codebook=replace(data.codebook, codes=(*data.codebook.codes, *gone)))


def _colors(codebook: Codebook) -> str:
    """Each code's colour, or its theme's, as a rule: the policy forbids `style` attributes."""
    rules = []
    for number, code in enumerate(codebook.codes):
        family = (code, *ancestors(codebook, code.id))
        if color := next((c.color for c in family if c.color), None):
            rules.append(f".c{number} {{ --code: {color}; }}\n")
    return "".join(rules)


def _context(data: StudyData) -> dict[str, Any]:
    """What the template reads: the study itself, and what is counted or joined over it."""
    rows = excerpt_rows(data)
    labels, names = code_labels(data.codebook), coder_names(data)
    by_transcript: dict[str, list[ExcerptRow]] = {transcript.id: [] for transcript in data.transcripts}
    for row in rows:
        by_transcript[row.transcript.id].append(row)
    elsewhere: dict[str, list[Any]] = {transcript.id: [] for transcript in data.transcripts}
    for coding in codings_elsewhere(data):
        elsewhere[coding.quote.transcript_id].append(coding)
    clusters = data.clustering.clusters if data.clustering else ()
    shown = [cluster for cluster in clusters if cluster.status != "hidden"]
    full_evidence = len(rows) <= FULL_EVIDENCE

    def evidence(suggestion: Suggestion) -> Iterable[tuple[Evidence, str]]:
        told = (e for e in suggestion.evidence if full_evidence or suggestion.rank == 1 or e.warning)
        return ((e, snippet(why(e, suggestion, labels), EVIDENCE_WIDTH)) for e in told)

    def coders(codings: Iterable[Coding]) -> str:
        return ", ".join(dict.fromkeys(said_by(coding, names) for coding in codings))

    return {
        "data": data,
        "rows": {row.excerpt.id: row for row in rows},
        "by_transcript": by_transcript,
        "units": {
            transcript.id: list(_units(transcript, by_transcript[transcript.id], segmentation.set_aside))
            for transcript, segmentation in zip(data.transcripts, data.segmentations, strict=True)
        },
        "elsewhere": elsewhere,
        "themes": _themes(data, rows),
        "theme_rows": _theme_rows,
        "labels": labels,
        "coders": coders,
        "code_name": {code.id: code.name for code in data.codebook.codes},
        "code_number": {code.id: n for n, code in enumerate(data.codebook.codes)},
        "transcript_number": {transcript.id: n for n, transcript in enumerate(data.transcripts)},
        "clusters": shown,
        "cluster_number": {cluster.id: n for n, cluster in enumerate(shown)},
        "hidden_clusters": len(clusters) - len(shown),
        "bands": _bands(data.suggestions),
        "speakers": sorted({row.excerpt.speaker for row in rows}),
        "attributes": _attributes(data.transcripts),
        "evidence": evidence,
        "full_evidence": full_evidence,
        "full_evidence_limit": FULL_EVIDENCE,
        "caution": caution(data.suggestions),
        "notes": further_notes(data),
        "prompts": PROMPTS,
    }


# --- By theme and code ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Entry:
    """A code in the outline: the excerpts that people coded with it, and those it is suggested first for."""

    code: Code
    depth: int
    coded: list[ExcerptRow] = field(default_factory=list)
    first: list[ExcerptRow] = field(default_factory=list)

    @property
    def rows(self) -> list[ExcerptRow]:
        """Coded excerpts, then suggested ones, each once."""
        return list({row.excerpt.id: row for row in (*self.coded, *self.first)}.values())

    @property
    def interviews(self) -> int:
        return len({row.transcript.id for row in self.rows})

    def dots(self, transcripts: Sequence[Transcript]) -> list[float]:
        """A radius for each interview, its area in proportion to the excerpts; none for many interviews."""
        counts = Counter(row.transcript.id for row in self.rows)
        if not counts or len(transcripts) > DOTS:
            return []
        most = max(counts.values())
        return [round(5 * (counts[transcript.id] / most) ** 0.5, 2) for transcript in transcripts]

    @property
    def closest(self) -> Excerpt | None:
        """A passage to show for the code: one that people coded, else the one that it fits best."""
        rows = self.coded or sorted(self.first, key=lambda row: -(row.shortlist[0].score or 0))
        # A few words say little and a speech is no quotation.
        readable = (row for row in rows if 12 <= count_words(row.excerpt.text) <= 70)
        row = next(readable, rows[0] if rows else None)
        return row.excerpt if row else None


def _themes(data: StudyData, rows: Iterable[ExcerptRow]) -> list[list[_Entry]]:
    """Each topmost code followed by those under it, without codes out of use that nobody has used."""
    entries = {code.id: _Entry(code, depth) for depth, code in walk(data.codebook)}
    for row in rows:
        for code_id in dict.fromkeys(coding.code_id for coding in row.codings):
            entries[code_id].coded.append(row)
        if row.shortlist and row.shortlist[0].code_id:
            entries[row.shortlist[0].code_id].first.append(row)
    themes: list[list[_Entry]] = []
    for entry in entries.values():
        if entry.depth == 0:
            themes.append([])
        if entry.code.status == "active" or entry.rows:
            themes[-1].append(entry)
    return [theme for theme in themes if theme]


def _theme_rows(theme: Iterable[_Entry]) -> list[ExcerptRow]:
    """The excerpts of all codes of the theme, each once."""
    return list({row.excerpt.id: row for entry in theme for row in entry.rows}.values())


# --- By interview --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passage:
    """An excerpt within its turn: what was said just before it and just after, by the same speaker."""

    row: ExcerptRow
    before: str
    after: str


def _units(
    transcript: Transcript, rows: Sequence[ExcerptRow], set_aside: Sequence[SetAside]
) -> Iterator[tuple[str, Turn | _Passage | SetAside]]:
    """The interview from first to last word: (`turn` | `passage` | `aside`, and what it is)."""
    spoken = {turn for row in rows for turn in row.excerpt.turns} | {item.turn for item in set_aside}
    units: list[tuple[int, str, Turn | _Passage | SetAside]] = [
        (turn.start, "turn", turn) for turn in transcript.turns if turn.index not in spoken
    ]
    for row in rows:
        start, end = row.excerpt.start, row.excerpt.end
        turns = [transcript.turns[index] for index in row.excerpt.turns]
        before = transcript.text[turns[0].start : start]
        after = transcript.text[end : turns[-1].end]
        passage = _Passage(row=row, before=_tail(before, CONTEXT), after=_head(after, CONTEXT))
        units.append((start, "passage", passage))
    units += [(item.quote.start, "aside", item) for item in set_aside]
    for _, kind, unit in sorted(units, key=lambda entry: entry[0]):
        yield kind, unit


def _head(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[:width].rpartition(' ')[0] or text[:width]} …"


def _tail(text: str, width: int) -> str:
    return text if len(text) <= width else f"… {text[-width:].partition(' ')[2] or text[-width:]}"


# --- Filters -------------------------------------------------------------------------------------------


def _bands(suggestions: Iterable[Suggestion]) -> list[str]:
    """The bands that occur, the best first."""
    best: dict[str, float] = {}
    for s in suggestions:
        if s.band is not None:
            best[s.band] = max(best.get(s.band, 0.0), s.score or 0.0)
    return sorted(best, key=lambda band: (-best[band], band))


def _attributes(transcripts: Sequence[Transcript]) -> dict[str, list[str]]:
    """The attributes of interviews that tell them apart, each with its values."""
    values: dict[str, set[str]] = {}
    for transcript in transcripts:
        for name, value in transcript.attributes.items():
            values.setdefault(name, set()).add(value)
    return {name: sorted(found) for name, found in sorted(values.items()) if len(found) in FILTER_VALUES}
