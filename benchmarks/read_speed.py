"""How fast transcripts are read: a thousand one-hour interviews, about ten million words.

    python benchmarks/read_speed.py [--interviews N] [--record]

Interviews of 10,000 words are invented from a small vocabulary and written as text, Markdown, Word,
OpenDocument, RTF, WebVTT of Zoom and of Teams, SubRip and WhisperX JSON, an equal share each: a paragraph a
turn in documents, ten words a cue in captions. Each file is read and let go, so the memory is that of one
file. Writing is not timed. CPU seconds of one process.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.formats.writers import WRITERS, Spoken
from thematic.formats import read_file
from thematic.formats.transcripts.reading import SourceFile

RESULTS = Path(__file__).parent / "results" / "read_speed.md"
CAPTIONS = ("zoom vtt", "teams vtt", "srt", "whisperx")
SHAPES = ("text", "markdown", "docx", "odt", "rtf", *CAPTIONS)
CUE = 10
WORDS_EACH = 10_000
VOCABULARY = (
    "so it was really a good group and I went there because my friend said that people don't judge you, "
    "which is what I needed then; the café – near the station – was where we met every Thursday for a year"
).split()


def interview(chance: random.Random, words_a_piece: int) -> Iterator[Spoken]:
    """An hour's talk, two and a half words a second: short questions and long answers, in pieces."""
    words, now = 0, 0.0
    while words < WORDS_EACH:
        for speaker, length in (("INT", chance.randint(8, 25)), ("P01", chance.randint(30, 150))):
            words += length
            for n in range(0, length, words_a_piece):
                said = chance.choices(VOCABULARY, k=min(words_a_piece, length - n))
                yield Spoken(speaker, " ".join(said), now, now + len(said) / 2.5)
                now += len(said) / 2.5


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--interviews", type=int, default=1000)
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    count = options.interviews
    chance = random.Random(1)
    seconds = dict.fromkeys(SHAPES, 0.0)
    words = dict.fromkeys(SHAPES, 0)
    memory = []
    for i in range(count):
        shape = SHAPES[i % len(SHAPES)]
        name, write = WRITERS[shape]
        spoken = list(interview(chance, CUE if shape in CAPTIONS else WORDS_EACH))
        file = SourceFile(f"{i}-{name}", write(spoken))
        start = time.process_time()
        report = read_file(file).report
        seconds[shape] += time.process_time() - start
        words[shape] += report.words_out
        if i in (count // 10, count - 1):
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    rows = [(shape, words[shape], seconds[shape]) for shape in SHAPES]
    rows.append(("all", sum(words.values()), sum(seconds.values())))
    lines = ["| format | words | CPU seconds | words a second |", "|---|---|---|---|"]
    lines += [f"| {name} | {n:,} | {spent:.1f} | {n / spent:,.0f} |" for name, n, spent in rows]
    peaks = f"{memory[0]:.0f} MB after a tenth of the files, {memory[-1]:.0f} MB after all"
    report = "\n".join([*lines, "", f"Peak memory: {peaks}."])
    print(report)
    if options.record:
        command = f"`python benchmarks/read_speed.py --interviews {count}`"
        RESULTS.write_text(f"# Speed of the transcript readers\n\n{command}\n\n{report}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
