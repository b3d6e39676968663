"""excerpts.jsonl: one excerpt a line, whole and unrounded text, for programs."""

from __future__ import annotations

import json
from typing import Any

from thematic.formats.exports.excerpt_rows import ExcerptRow, excerpt_rows
from thematic.model import StudyData, Suggestion

__all__ = ["begin", "go_on", "render"]

# JSON allows these inside a string, but some readers end a line at them.
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def render(data: StudyData) -> bytes:
    """One JSON object a line, UTF-8, keys always present and in the same order.

    `start` and `end` are code points into the canonical text of the transcript, half-open; `turn` is the
    index of the first turn of the excerpt; times are seconds. `suggestions` holds the shortlist by rank, or
    one entry with `code` null, status `abstained` and its `reason`. Scores have six decimals.
    """
    return go_on(data)


def begin(_longest: int) -> bytes:
    """The file has no head."""
    return b""


def go_on(data: StudyData, _longest: int = 0) -> bytes:
    """The lines of a study, or of a part of it."""
    lines = (
        json.dumps(_record(row), ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS)
        for row in excerpt_rows(data)
    )
    # A lone surrogate is no UTF-8; backslashreplace writes it as JSON's own escape, \udXXX.
    return "".join(line + "\n" for line in lines).encode("utf-8", "backslashreplace")


def _record(row: ExcerptRow) -> dict[str, Any]:
    excerpt = row.excerpt
    abstained = (row.abstained,) if row.abstained else ()
    return {
        "id": excerpt.id,
        "transcript": excerpt.transcript_id,
        "start": excerpt.start,
        "end": excerpt.end,
        "text": excerpt.text,
        "speaker": excerpt.speaker,
        "role": excerpt.role,
        "turn": excerpt.turns[0],
        "start_time": excerpt.start_time,
        "end_time": excerpt.end_time,
        "question": excerpt.question.text if excerpt.question else None,
        "suggestions": [_suggestion(s) for s in (*row.shortlist, *abstained)],
        "cluster": row.cluster.id if row.cluster else None,
        "codings": [
            {
                "coder": c.coder_id,
                "code": c.code_id,
                "at": c.at.isoformat().replace("+00:00", "Z"),
                "layer": c.layer,
                "mode": c.mode,
                "memo": c.memo,
            }
            for c in row.codings
        ],
    }


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "code": suggestion.code_id,
        "score": _rounded(suggestion.score),
        "probability": _rounded(suggestion.probability),
        "status": suggestion.status,
        "evidence": [
            {
                "kind": e.kind,
                "text": e.text,
                "code": e.code_id,
                "similarity": _rounded(e.similarity),
                "excerpt": e.excerpt_id,
                "warning": e.warning,
            }
            for e in suggestion.evidence
        ],
        "band": suggestion.band,
        "rank": suggestion.rank,
        "reason": suggestion.reason,
        "examples": suggestion.examples,
        "promised": suggestion.promised,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6)
