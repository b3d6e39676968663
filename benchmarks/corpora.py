"""Synthetic interviews by seed, realistic in length and repetition: for benchmarks of scale.

    python benchmarks/corpora.py FOLDER --excerpts 10000

The sentences are those of the invented sample interviews; in each, some content words are exchanged for
others of the samples, so that passages are near each other without being the same. An interview has about 100
excerpts, questions between them, back-channels, and turns of one to eight sentences.
"""

from __future__ import annotations

import argparse
import random
import re
from pathlib import Path

from thematic.formats.transcripts.front_door import read_transcripts
from thematic.samples import samples

EXCERPTS_A_TRANSCRIPT = 100
_WORD = re.compile(r"[a-z]{5,}")


def write_corpus(folder: Path, excerpts: int, seed: int = 0) -> int:
    """Write interviews that will be cut into about so many excerpts; returns how many interviews."""
    with samples() as (sources, _):
        read = [t for reading in read_transcripts([sources]) for t in reading.transcripts]
    said = [(turn.role, t.text[turn.start : turn.end]) for t in read for turn in t.turns]
    questions = [text for role, text in said if role == "interviewer"]
    sentences = [
        sentence
        for role, text in said
        if role == "participant"
        for sentence in re.split(r"(?<=[.?!])\s+", " ".join(text.split()))
        if sentence.count(" ") >= 3
    ]
    words = sorted({word for sentence in sentences for word in _WORD.findall(sentence)})
    folder.mkdir(parents=True, exist_ok=True)
    count = max(1, excerpts // EXCERPTS_A_TRANSCRIPT)
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        lines = []
        for _ in range(EXCERPTS_A_TRANSCRIPT):
            lines.append(f"INT: {chance.choice(questions)}")
            if chance.random() < 0.1:
                lines.append("P: Mm-hm.")
                lines.append("INT: Go on, please, tell me more of that.")
            turn = [
                _WORD.sub(lambda m, c=chance: c.choice(words) if c.random() < 0.25 else m.group(), sentence)
                for sentence in chance.choices(sentences, k=chance.choice((1, 2, 2, 3, 4)))
            ]
            lines.append("P: " + " ".join(turn))
        path = folder / f"{number // 1000:03d}" / f"S{number:05d}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--excerpts", type=int, default=10_000)
    options = parser.parse_args()
    print(write_corpus(options.folder, options.excerpts), "interviews")
