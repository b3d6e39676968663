"""excerpts.csv: one excerpt a row, for a spreadsheet or a statistics program."""

from __future__ import annotations

from thematic.formats.exports.excerpt_rows import (
    ExcerptRow,
    clock,
    code_labels,
    coder_names,
    excerpt_rows,
    how_sure,
    said_by,
    why,
)
from thematic.formats.safe_csv import safe_csv
from thematic.model import StudyData

__all__ = ["render"]

SHORTLIST = 3


def render(data: StudyData) -> bytes:
    """One row an excerpt, in order of transcripts and text.

    There are three suggestions a row, or as many as the longest shortlist holds. An excerpt without any says
    why in `no_suggestion_because`. Codings read `coder: Theme › Code`, several separated by `; `.
    """
    rows = excerpt_rows(data)
    shortlist = max((SHORTLIST, *(len(row.shortlist) for row in rows)))
    header = ["id", "transcript", "speaker", "start_time", "question", "text"]
    for rank in range(1, shortlist + 1):
        header += [f"suggestion_{rank}", f"band_{rank}", f"why_{rank}"]
    header += ["warning", "no_suggestion_because", "cluster", "codings"]
    labels, names = code_labels(data.codebook), coder_names(data)
    return safe_csv(header, (_cells(row, shortlist, labels, names) for row in rows))


def _cells(row: ExcerptRow, shortlist: int, labels: dict[str, str], names: dict[str, str]) -> list[str]:
    excerpt = row.excerpt
    cells = [
        excerpt.id,
        excerpt.transcript_id,
        excerpt.speaker,
        clock(excerpt.start_time),
        excerpt.question.text if excerpt.question else "",
        excerpt.text,
    ]
    for suggestion in row.shortlist:
        reasons = [why(e, suggestion, labels) for e in suggestion.evidence if not e.warning]
        code_id = suggestion.code_id or ""
        cells += [labels.get(code_id, code_id), how_sure(suggestion), "; ".join(reasons)]
    cells += [""] * (3 * (shortlist - len(row.shortlist)))
    warnings = [
        f"{labels.get(e.code_id, e.code_id)}: {why(e, s, labels)}"
        for s in row.shortlist
        for e in s.evidence
        if e.warning
    ]
    codings = [f"{said_by(c, names)}: {labels.get(c.code_id, c.code_id)}" for c in row.codings]
    return [
        *cells,
        "; ".join(warnings),
        (row.abstained.reason or "") if row.abstained else "",
        row.cluster.id if row.cluster else "",
        "; ".join(codings),
    ]
