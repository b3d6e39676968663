"""A packet as one page: the interviews, the codebook, and a form whose decisions are saved to a file.

It works in any browser, from a disk, without network: a content security policy names the one script and the
one style sheet by their hashes and forbids everything else. What the coder sends back is the file that the
page saves (`packet_json.py` reads it), not the page.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from thematic.codebook import is_theme, walk
from thematic.formats.exports.excerpt_rows import ExcerptRow, caution, clock, code_labels, excerpt_rows, why
from thematic.model import StudyData, Transcript, Turn
from thematic.packets import BY_LOT, PACKET_SCHEMA, Packet, words_hash
from thematic.text import snippet

__all__ = ["render"]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words of a turn; `row` is set where they are an excerpt."""

    text: str
    row: ExcerptRow | None = None


def render(data: StudyData, packet: Packet) -> bytes:
    """The page, in UTF-8; same data, same bytes. A blind packet must be given data without suggestions."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("thematic.formats")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["clock"] = clock
    style = loader.get_source(environment, "packet.css")[0]
    script = loader.get_source(environment, "packet.js")[0]
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    rows = excerpt_rows(data)
    labels = code_labels(data.codebook)
    page = environment.get_template("packet.html.jinja").render(
        data=data,
        packet=packet,
        schema=PACKET_SCHEMA,
        rows=rows,
        turns=_turns(rows),
        tree=[
            (depth, code, is_theme(data.codebook, code.id))
            for depth, code in walk(data.codebook)
            if code.status == "active"
        ],
        labels=labels,
        name_of={code.id: code.name for code in data.codebook.codes},
        reasons=lambda row: _reasons(row, labels),
        hash_of=words_hash,
        snippet=snippet,
        caution=f"{caution(data.suggestions)} {BY_LOT}" if packet.mode != "blind" else "",
        style=style,
        script=script,
        policy=policy,
    )
    return _UNSHOWABLE.sub("�", page).encode("utf-8")


# A page cannot hold these: NUL, lone surrogates, and two code points that are no characters.
_UNSHOWABLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _turns(rows: list[ExcerptRow]) -> Mapping[str, list[tuple[Turn, list[_Piece]]]]:
    """The turns of each transcript, each cut into its excerpts and the words between them."""
    by_transcript: dict[str, tuple[Transcript, dict[int, list[ExcerptRow]]]] = {}
    for row in rows:
        _, by_turn = by_transcript.setdefault(row.transcript.id, (row.transcript, {}))
        by_turn.setdefault(row.excerpt.turns[0], []).append(row)
    return {
        id_: [(turn, list(_pieces(transcript, turn, here.get(turn.index, [])))) for turn in transcript.turns]
        for id_, (transcript, here) in by_transcript.items()
    }


def _pieces(transcript: Transcript, turn: Turn, here: list[ExcerptRow]) -> Iterator[_Piece]:
    at = turn.start
    for row in here:
        if row.excerpt.start > at:
            yield _Piece(transcript.text[at : row.excerpt.start])
        yield _Piece(row.excerpt.text, row)
        at = max(at, row.excerpt.end)
    if turn.end > at:
        yield _Piece(transcript.text[at : turn.end])


def _reasons(row: ExcerptRow, labels: Mapping[str, str]) -> dict[str, list[tuple[bool, str]]]:
    """For each suggested code its nearest wording, then the warnings (True)."""
    found: dict[str, list[tuple[bool, str]]] = {}
    for suggestion in row.shortlist:
        told = [e for e in suggestion.evidence if not e.warning][:1]
        told += [e for e in suggestion.evidence if e.warning]
        found[suggestion.code_id or ""] = [(e.warning, why(e, suggestion, labels)) for e in told]
    return found
