"""quotes.csv: what people coded, one coding a row."""

from __future__ import annotations

from thematic.formats.exports.excerpt_rows import clock, code_labels, coder_names
from thematic.formats.exports.places import Speech
from thematic.formats.safe_csv import safe_csv
from thematic.model import StudyData

__all__ = ["render"]

HEADER = (
    "transcript", "start", "end", "speaker", "start_time", "text", "code", "code_id", "coder", "layer",
    "memo", "coded_at", "mode", "was_suggested", "codebook_version",
)  # fmt: skip


def render(data: StudyData) -> bytes:
    """One row a coding, in order of the texts, then of code and coder; case attributes at the end.

    `start` and `end` are code points into the canonical text, half-open. Read back by `thematic import`.
    """
    labels, names = code_labels(data.codebook), coder_names(data)
    speech = Speech(data.transcripts)
    order = {transcript.id: i for i, transcript in enumerate(data.transcripts)}
    attributes = list(dict.fromkeys(name for t in data.transcripts for name in t.attributes))
    rows = []
    for coding in sorted(
        data.codings,
        key=lambda c: (
            order[c.quote.transcript_id], c.quote.start, c.quote.end, c.code_id, c.coder_id, c.layer, c.at,
        ),
    ):  # fmt: skip
        quote = coding.quote
        transcript = speech.transcripts[quote.transcript_id]
        rows.append(
            [
                transcript.id,
                quote.start,
                quote.end,
                ", ".join(speech.speakers(quote)),
                clock(speech.time(quote)),
                quote.text,
                labels.get(coding.code_id, coding.code_id),
                coding.code_id,
                names[coding.coder_id],
                coding.layer,
                coding.memo,
                coding.at.isoformat(),
                coding.mode,
                "yes" if coding.from_suggestion else "no",
                coding.codebook_version,
                *(transcript.attributes.get(name, "") for name in attributes),
            ]
        )
    return safe_csv([*HEADER, *attributes], rows)
