"""Typed tables of a study as Parquet, for pandas, Arrow, DuckDB and R.

Names and types do not depend on the data, but for case attributes: each is a column of `participants`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thematic.codebook import walk
from thematic.formats.exports.excerpt_rows import code_labels, coder_names, coders_who_looked, excerpt_rows
from thematic.formats.exports.places import Speech, participants
from thematic.formats.machine.parquet import table_bytes
from thematic.model import StudyData
from thematic.text import count_words

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["render_files", "schemas"]


def render_files(data: StudyData) -> dict[str, bytes]:
    """excerpts, codings, suggestions, codes and participants. Same data and pyarrow version, same bytes.

    Offsets are code points into the canonical text of a transcript, half-open; times are seconds; moments are
    microseconds UTC. `codings.excerpts` lists the excerpts that share a character with the coded span;
    `excerpts.judged_by` the coders who could have coded an excerpt, whether they did or not.
    """
    tables = {
        "excerpts": _excerpts(data),
        "codings": _codings(data),
        "suggestions": _suggestions(data),
        "codes": _codes(data),
        "participants": _participants(data),
    }
    found = schemas(data)
    return {f"{name}.parquet": table_bytes(rows, found[name]) for name, rows in tables.items()}


def schemas(data: StudyData) -> dict[str, pa.Schema]:
    """The columns of each table with their types."""
    import pyarrow as pa

    text, whole, real, truth = pa.string(), pa.int64(), pa.float64(), pa.bool_()
    texts = pa.list_(text)
    evidence = pa.struct(
        [
            ("kind", text), ("text", text), ("code", text), ("similarity", real), ("excerpt", text),
            ("warning", truth),
        ]
    )  # fmt: skip
    columns: dict[str, list[tuple[str, pa.DataType]]] = {
        "excerpts": [
            ("id", text), ("transcript", text), ("start", whole), ("end", whole), ("text", text),
            ("speaker", text), ("role", text), ("turns", pa.list_(whole)), ("start_time", real),
            ("end_time", real), ("question", text), ("words", whole), ("cluster", text),
            ("judged_by", texts),
        ],
        "codings": [
            ("transcript", text), ("start", whole), ("end", whole), ("text", text), ("speakers", texts),
            ("start_time", real), ("code", text), ("coder", text), ("coder_name", text), ("layer", text),
            ("mode", text), ("memo", text), ("at", pa.timestamp("us", tz="UTC")), ("from_suggestion", truth),
            ("codebook_version", text), ("excerpts", texts),
        ],
        "suggestions": [
            ("excerpt", text), ("rank", whole), ("code", text), ("status", text), ("score", real),
            ("probability", real), ("band", text), ("reason", text), ("evidence", pa.list_(evidence)),
            ("examples", whole), ("promised", real),
        ],
        "codes": [
            ("id", text), ("name", text), ("path", text), ("parent", text), ("depth", whole),
            ("definition", text), ("include", texts), ("exclude", texts), ("examples", texts),
            ("counter_examples", texts), ("color", text), ("status", text), ("merged_into", text),
            ("guid", text),
        ],
        "participants": [
            ("participant", text), ("transcript", text), ("title", text), ("speaker", text), ("words", whole),
            *((column, text) for column in _attribute_columns(data).values()),
        ],
    }  # fmt: skip
    return {name: pa.schema(fields) for name, fields in columns.items()}


def _attribute_columns(data: StudyData) -> dict[str, str]:
    """Case attribute -> column; one that is called like a column of ours gets `case.` before it."""
    ours = {"participant", "transcript", "title", "speaker", "words"}
    names = dict.fromkeys(name for t in data.transcripts for name in t.attributes)
    return {name: f"case.{name}" if name in ours else name for name in names}


def _excerpts(data: StudyData) -> list[dict[str, Any]]:
    looked = coders_who_looked(data)
    return [
        {
            "id": row.excerpt.id,
            "transcript": row.excerpt.transcript_id,
            "start": row.excerpt.start,
            "end": row.excerpt.end,
            "text": row.excerpt.text,
            "speaker": row.excerpt.speaker,
            "role": row.excerpt.role,
            "turns": list(row.excerpt.turns),
            "start_time": row.excerpt.start_time,
            "end_time": row.excerpt.end_time,
            "question": row.excerpt.question.text if row.excerpt.question else None,
            "words": count_words(row.excerpt.text),
            "cluster": row.cluster.id if row.cluster else None,
            "judged_by": list(looked.get(row.excerpt.id, ())),
        }
        for row in excerpt_rows(data)
    ]


def _codings(data: StudyData) -> list[dict[str, Any]]:
    speech = Speech(data.transcripts)
    names = coder_names(data)
    met: dict[int, list[str]] = {}
    for row in excerpt_rows(data):
        for coding in row.codings:
            met.setdefault(id(coding), []).append(row.excerpt.id)
    ordered = sorted(
        data.codings,
        key=lambda c: (
            c.quote.transcript_id,
            c.quote.start,
            c.quote.end,
            c.code_id,
            c.coder_id,
            c.layer,
            c.at,
        ),
    )
    return [
        {
            "transcript": c.quote.transcript_id,
            "start": c.quote.start,
            "end": c.quote.end,
            "text": c.quote.text,
            "speakers": list(speech.speakers(c.quote)),
            "start_time": speech.time(c.quote),
            "code": c.code_id,
            "coder": c.coder_id,
            "coder_name": names[c.coder_id],
            "layer": c.layer,
            "mode": c.mode,
            "memo": c.memo,
            "at": c.at,
            "from_suggestion": c.from_suggestion,
            "codebook_version": c.codebook_version,
            "excerpts": met.get(id(c), []),
        }
        for c in ordered
    ]


def _suggestions(data: StudyData) -> list[dict[str, Any]]:
    return [
        {
            "excerpt": s.excerpt_id,
            "rank": s.rank,
            "code": s.code_id,
            "status": s.status,
            "score": s.score,
            "probability": s.probability,
            "band": s.band,
            "reason": s.reason,
            "examples": s.examples,
            "promised": s.promised,
            "evidence": [
                {
                    "kind": e.kind,
                    "text": e.text,
                    "code": e.code_id,
                    "similarity": e.similarity,
                    "excerpt": e.excerpt_id,
                    "warning": e.warning,
                }
                for e in s.evidence
            ],
        }
        for s in data.suggestions
    ]


def _codes(data: StudyData) -> list[dict[str, Any]]:
    labels = code_labels(data.codebook)
    return [
        {
            "id": code.id,
            "name": code.name,
            "path": labels[code.id],
            "parent": code.parent_id,
            "depth": depth,
            "definition": code.definition,
            "include": list(code.include),
            "exclude": list(code.exclude),
            "examples": list(code.examples),
            "counter_examples": list(code.counter_examples),
            "color": code.color,
            "status": code.status,
            "merged_into": code.merged_into,
            "guid": code.guid,
        }
        for depth, code in walk(data.codebook)
    ]


def _participants(data: StudyData) -> list[dict[str, Any]]:
    columns = _attribute_columns(data)
    return [
        {
            "participant": person.id,
            "transcript": person.transcript.id,
            "title": person.transcript.title,
            "speaker": person.speaker,
            "words": person.words,
        }
        | {column: person.transcript.attributes.get(name) for name, column in columns.items()}
        for person in participants(data)
    ]
