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

__all__ = ["begin", "go_on", "render"]

SHORTLIST = 3


def render(data: StudyData) -> bytes:
    """One row an excerpt, in order of transcripts and text.

    There are three suggestions a row, or as many as the longest shortlist holds. An excerpt without any says
    why in `no_suggestion_because`. Codings read `coder: Theme › Code`, several separated by `; `.
    """
    longest = max((suggestion.rank for suggestion in data.suggestions), default=0)
    return begin(longest) + go_on(data, longest)


def begin(longest: int) -> bytes:
    """The head of the file, where the longest shortlist has so many codes."""
    header = ["id", "transcript", "speaker", "start_time", "question", "text"]
    for rank in range(1, max(SHORTLIST, longest) + 1):
        header += [f"suggestion_{rank}", f"band_{rank}", f"why_{rank}"]
    header += ["warning", "no_suggestion_because", "cluster", "codings"]
    return safe_csv(header, ())


def go_on(data: StudyData, longest: int) -> bytes:
    """The rows of a study, or of a part of it, to stand after the head or after those of the part before."""
    labels, names = code_labels(data.codebook), coder_names(data)
    shortlist = max(SHORTLIST, longest)
    return safe_csv(None, (_cells(row, shortlist, labels, names) for row in excerpt_rows(data)))


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
