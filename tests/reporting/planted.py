"""A small invented study whose every count is known: who said what is written as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.builders import make_coding, make_segmentation, make_transcript
from thematic.model import Code, Codebook, Coder, Coding, StudyData
from thematic.reporting.coded import PassageRead

CODES = (
    Code(id="reasons", name="Reasons", definition="Why they came."),
    Code(id="pushed", name="Pushed", parent_id="reasons"),
    Code(id="pulled", name="Pulled", parent_id="reasons"),
    Code(id="costs", name="Costs", definition="What it costs."),
    Code(id="old", name="Old", status="retired"),
)

Row = Sequence[Sequence[str]]


def planted(
    interviews: Mapping[str, Row],
    *,
    coders: Sequence[str] = ("ana",),
    attributes: Mapping[str, Mapping[str, str]] | None = None,
    codes: Sequence[Code] = CODES,
    words: int = 20,
    seconds: float | None = None,
) -> tuple[StudyData, tuple[PassageRead, ...]]:
    """Each interview is a list of excerpts, each the list of its codes; every coder gives all of them.

    Every excerpt has `words` words. An excerpt is a turn, and the interviewer asks before each.
    """
    transcripts, segmentations, codings, reads = [], [], [], []
    for id_, rows in interviews.items():
        turns = []
        for at, _ in enumerate(rows):
            turns.append(("Interviewer", f"Question {at}?"))
            turns.append((id_, " ".join(f"{id_.lower()}w{at}x{n}" for n in range(words))))
        transcript = make_transcript(
            id_, turns, seconds_a_turn=seconds, attributes=(attributes or {}).get(id_)
        )
        segmentation = make_segmentation(transcript)
        for excerpt, given in zip(segmentation.excerpts, rows, strict=True):
            for coder in coders:
                made: list[Coding] = [make_coding(excerpt, code, coder) for code in given]
                codings += made
                quote = make_coding(excerpt, "any", coder).quote
                reads.append(PassageRead(coder_id=coder, quote=quote))
        transcripts.append(transcript)
        segmentations.append(segmentation)
    data = StudyData(
        title="Planted",
        transcripts=tuple(transcripts),
        segmentations=tuple(segmentations),
        codebook=Codebook(title="Planted codes", version="v1", codes=tuple(codes)),
        codings=tuple(codings),
        coders=tuple(Coder(id=coder, name=coder) for coder in coders),
    )
    return data, tuple(reads)
