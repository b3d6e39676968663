"""Time and size of every export of a large study: 10,000 excerpts, 100,000 codings of two coders, 200 codes.

    python benchmarks/exports.py [--interviews N] [--record]

The study is made up from a few words, by seed. Each format is made in memory, as `thematic export --to` makes
it; seconds are of the processor (user and system), since the wall clock tells of the other work of a machine.
`qdpx` is measured with its own tests: it is made from the journals and not from this.
"""

from __future__ import annotations

import argparse
import random
import time
from datetime import UTC, datetime
from pathlib import Path

from thematic.codebook import make_codebook
from thematic.formats.exports.front_door import FORMATS, files_of, not_carried
from thematic.model import (
    Code,
    Coder,
    Coding,
    Excerpt,
    Judged,
    Quote,
    Segmentation,
    Source,
    StudyData,
    Transcript,
    Turn,
    excerpt_id,
)

RESULTS = Path(__file__).parent / "results" / "exports.md"
WORDS = "the bus was late and nobody came to the group on Tuesday evening because of rain".split()
TURNS, CODES, A_CODER = 400, 200, 5


def make_study(interviews: int, seed: int = 1) -> StudyData:
    """Interviews of 400 turns in turn about; every answer is an excerpt with five codes of each coder."""
    draw = random.Random(seed)
    transcripts, segmentations = [], []
    for number in range(interviews):
        id_, text, turns = f"P{number:03}", "", []
        for index in range(TURNS):
            asks = index % 2 == 0
            text += f"{'Interviewer' if asks else 'Ada'}: "
            start = len(text)
            text += " ".join(draw.choices(WORDS, k=12 if asks else 35))
            role = "interviewer" if asks else "participant"
            speaker = "Interviewer" if asks else "Ada"
            turns.append(Turn(index=index, speaker=speaker, role=role, start=start, end=len(text)))  # type: ignore[arg-type]
            text += "\n\n"
        source = Source(path=f"{id_}.txt", sha256="", format="txt")
        attributes = {"site": draw.choice(("north", "south")), "age": str(draw.randrange(20, 80))}
        transcript = Transcript(
            id=id_, title=id_, text=text, turns=tuple(turns), source=source, attributes=attributes
        )
        excerpts = tuple(
            Excerpt(
                id=excerpt_id(id_, str(turn.index)),
                transcript_id=id_,
                start=turn.start,
                end=turn.end,
                text=text[turn.start : turn.end],
                turns=(turn.index,),
                speaker=turn.speaker,
            )
            for turn in turns
            if turn.role == "participant"
        )
        transcripts.append(transcript)
        segmentations.append(Segmentation(transcript_id=id_, excerpts=excerpts))
    codes = [
        Code(id=f"c{i}", name=f"Code {i}", parent_id=f"c{i - i % 10}" if i % 10 else None)
        for i in range(CODES)
    ]
    at = datetime(2024, 1, 1, tzinfo=UTC)
    codings, judged = [], []
    for coder in ("ana", "ben"):
        for excerpt in (e for s in segmentations for e in s.excerpts):
            quote = Quote(
                transcript_id=excerpt.transcript_id, start=excerpt.start, end=excerpt.end, text=excerpt.text
            )
            judged.append(Judged(quote=quote, coder_id=coder, excerpt_id=excerpt.id))
            codings += [
                Coding(quote=quote, code_id=f"c{code}", coder_id=coder, codebook_version="v", at=at)
                for code in draw.sample(range(CODES), A_CODER)
            ]
    return StudyData(
        title="Made up",
        transcripts=tuple(transcripts),
        segmentations=tuple(segmentations),
        codebook=make_codebook("Made up", codes),
        codings=tuple(codings),
        judged=tuple(judged),
        coders=(Coder(id="ana", name="Ana"), Coder(id="ben", name="Ben")),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--interviews", type=int, default=50)
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/exports.md")
    options = parser.parse_args()
    data = make_study(options.interviews)
    excerpts = sum(len(s.excerpts) for s in data.segmentations)
    lines = [
        "# Exports of a large study",
        "",
        f"`python benchmarks/exports.py --interviews {options.interviews} --record`",
        "",
        f"{excerpts:,} excerpts, {len(data.codings):,} codings, {len(data.codebook.codes)} codes. "
        "Seconds of the processor, on a machine that was busy with other work.",
        "",
        "| format | seconds | MB |",
        "|---|---|---|",
    ]
    for name, made in FORMATS.items():
        if made.from_study:
            continue
        began = time.process_time()
        files = files_of(made, data)
        not_carried(made, data)
        seconds = time.process_time() - began
        lines.append(f"| `{name}` | {seconds:.1f} | {sum(map(len, files.values())) / 1e6:.1f} |")
        print(lines[-1], flush=True)
    if options.record:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
