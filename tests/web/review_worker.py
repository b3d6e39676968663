"""A process that serves the review page of one coder over many invented excerpts, to be killed or measured.

    python -m tests.web.review_worker FOLDER CODER EXCERPTS [assist]

Prints the address of the page as its first line on stdout.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.builders import make_codebook, make_suggestion
from thematic.journal import Journal
from thematic.model import Excerpt, Segmentation, Source, StudyData, Suggestion, Transcript, Turn, excerpt_id
from thematic.web.server import serve
from thematic.web.session import ReviewSession

WORDS = (
    "the week has a gap in it and I go because somebody there says what I cannot say at home. "
    "Then I take two buses back. It is quiet, and I think about it until the morning."
)
A_TRANSCRIPT = 100


def make_large_study(excerpts: int, *, suggestions: bool = False) -> StudyData:
    """Interviews of a hundred excerpts of some forty words, each a turn after a question."""
    transcripts, segmentations, suggested = [], [], []
    codes = [code.id for code in make_codebook().codes if code.parent_id and code.status == "active"]
    for number in range(-(-excerpts // A_TRANSCRIPT)):
        id_ = f"I{number:04}"
        text, turns, cut = "", [], []
        for i in range(min(A_TRANSCRIPT, excerpts - number * A_TRANSCRIPT)):
            for speaker, words in (("Interviewer", f"And {i}?"), (id_, f"{number}, {i}: {WORDS}")):
                text += f"{speaker}: "
                start = len(text)
                text += words + "\n\n"
                role = "interviewer" if speaker == "Interviewer" else "participant"
                end = start + len(words)
                turns.append(Turn(index=len(turns), speaker=speaker, role=role, start=start, end=end))
            cut.append(
                Excerpt(
                    id=excerpt_id(id_, words),
                    transcript_id=id_,
                    start=start,
                    end=end,
                    text=words,
                    turns=(len(turns) - 1,),
                    speaker=id_,
                )
            )
        source = Source(path=f"{id_}.txt", sha256="0" * 64, format="txt")
        transcripts.append(Transcript(id=id_, title=id_, text=text, turns=tuple(turns), source=source))
        segmentations.append(Segmentation(transcript_id=id_, excerpts=tuple(cut)))
        if suggestions:
            suggested += [make_suggestion(e, code, rank) for e in cut for rank, code in enumerate(codes, 1)]
    return StudyData(
        title="Many invented excerpts",
        transcripts=tuple(transcripts),
        segmentations=tuple(segmentations),
        codebook=make_codebook(),
        suggestions=tuple[Suggestion, ...](suggested),
    )


def main(folder: str, coder: str, excerpts: str, mode: str = "blind") -> None:
    session = ReviewSession(
        data=make_large_study(int(excerpts), suggestions=mode == "assist"),
        journal=Journal.open(Path(folder) / f"{coder}.jsonl"),
        coder_id=coder,
        mode="assist" if mode == "assist" else "blind",
    )
    serve(session, on_ready=lambda address: print(address, flush=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
