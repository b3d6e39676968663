"""A study as tidy Arrow tables: a row an observation, the same names everywhere, ids to join them by.

`table.to_pandas()` gives a pandas data frame, `polars.from_arrow(table)` one of Polars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from thematic.codebook import ancestors
from thematic.formats.exports.excerpt_rows import excerpt_rows
from thematic.model import Decision, StudyData
from thematic.reporting.coded import code_excerpts
from thematic.text import count_words

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Frames", "make_frames"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frames:
    """Tables of one study; times of interviews are seconds, those of decisions UTC.

    excerpts: a row an excerpt, with its cluster. codings: a row a span and code that a person gave.
    coded: a row an excerpt, code and coder: the codings joined to every excerpt they share a character with.
    decisions: a row an event of a journal, undone ones included. suggestions: a row an excerpt and rank.
    codes: the codebook, with the topmost code over each. participants: a column a case attribute.
    """

    excerpts: pa.Table
    codings: pa.Table
    coded: pa.Table
    decisions: pa.Table
    suggestions: pa.Table
    codes: pa.Table
    participants: pa.Table

    def __iter__(self) -> Iterator[tuple[str, pa.Table]]:
        """The tables with their names."""
        return ((field.name, getattr(self, field.name)) for field in fields(self))

    def to_pandas(self) -> dict[str, Any]:
        """Every table as a pandas data frame, by name. Needs pandas."""
        return {name: table.to_pandas() for name, table in self}


def make_frames(data: StudyData, decisions: Mapping[str, Sequence[Decision]] | None = None) -> Frames:
    """The tables of a study. decisions: the events of each coder, in their order."""
    import pyarrow as pa

    text, number, real, flag = pa.string(), pa.int64(), pa.float64(), pa.bool_()
    when, texts = pa.timestamp("us", tz="UTC"), pa.list_(pa.string())
    rows = excerpt_rows(data)
    people = code_excerpts(data).participants
    top = {c.id: [c, *ancestors(data.codebook, c.id)][-1].id for c in data.codebook.codes}
    events = [event for made in (decisions or {}).values() for event in made]
    attributes = list(dict.fromkeys(name for person in people for name in person.attributes))

    def table(columns: Mapping[str, pa.DataType], found: Sequence[Sequence[Any]]) -> pa.Table:
        arrays = [
            pa.array([_clean(row[at]) for row in found], type=kind)
            for at, kind in enumerate(columns.values())
        ]
        return pa.Table.from_arrays(arrays, names=list(columns))

    return Frames(
        excerpts=table(
            {"excerpt": text, "interview": text, "start": number, "end": number, "text": text,
             "words": number, "speaker": text, "role": text, "start_time": real, "end_time": real,
             "question": text, "cluster": text},
            [
                (e.id, e.transcript_id, e.start, e.end, e.text, count_words(e.text), e.speaker, e.role,
                 e.start_time, e.end_time, e.question.text if e.question else None,
                 row.cluster.id if row.cluster else None)
                for row in rows
                for e in (row.excerpt,)
            ],
        ),
        codings=table(
            {"interview": text, "start": number, "end": number, "text": text, "code": text, "coder": text,
             "layer": text, "mode": text, "from_suggestion": flag, "codebook_version": text, "at": when,
             "memo": text},
            [
                (c.quote.transcript_id, c.quote.start, c.quote.end, c.quote.text, c.code_id, c.coder_id,
                 c.layer, c.mode, c.from_suggestion, c.codebook_version, c.at, c.memo)
                for c in data.codings
            ],
        ),
        coded=table(
            {"excerpt": text, "interview": text, "code": text, "theme": text, "coder": text, "layer": text},
            [
                (row.excerpt.id, row.transcript.id, c.code_id, top.get(c.code_id, c.code_id), c.coder_id,
                 c.layer)
                for row in rows
                for c in row.codings
            ],
        ),
        decisions=table(
            {"decision": text, "coder": text, "action": text, "at": when, "interview": text, "start": number,
             "end": number, "text": text, "codes": texts, "memo": text, "codebook_version": text,
             "excerpt": text, "layer": text, "mode": text, "seconds": real, "shown": texts},
            [
                (d.id, d.coder_id, d.action, d.at, d.quote.transcript_id, d.quote.start, d.quote.end,
                 d.quote.text, list(d.code_ids), d.memo, d.codebook_version, d.excerpt_id, d.layer, d.mode,
                 d.details.get("seconds"), [str(s.get("code", "")) for s in d.details.get("shown", ())])
                for d in events
            ],
        ),
        suggestions=table(
            {"excerpt": text, "code": text, "rank": number, "score": real, "band": text, "status": text,
             "probability": real, "reason": text},
            [
                (s.excerpt_id, s.code_id, s.rank, s.score, s.band, s.status, s.probability, s.reason)
                for s in data.suggestions
            ],
        ),
        codes=table(
            {"code": text, "name": text, "definition": text, "parent": text, "theme": text, "status": text,
             "color": text},
            [
                (c.id, c.name, c.definition, c.parent_id, top[c.id], c.status, c.color)
                for c in data.codebook.codes
            ],
        ),
        participants=table(
            {"participant": text, "interviews": texts} | dict.fromkeys(attributes, text),
            [
                (p.id, [data.transcripts[at].id for at in p.interviews],
                 *(p.attributes.get(name) for name in attributes))
                for p in people
            ],
        ),
    )  # fmt: skip


def _clean(value: Any) -> Any:
    """Arrow holds UTF-8, which has no lone surrogates, as a damaged transcript may."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
