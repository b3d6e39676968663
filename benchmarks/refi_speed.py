"""A large REFI-QDA project into a study and out again: seconds of the processor and memory of each command.

    python benchmarks/refi_speed.py [--codings N] [--record]

The project is made up by seed: 5,000 codes, 200 interviews with emoji, selections that overlap, two coders.
Each command runs as a process of its own, as from the shell; seconds are of the processor (user and system),
since the wall clock tells of the other work of a machine; memory is the most that the process held.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from thematic.codebook import make_codebook
from thematic.coded_project import CodedProject, ProjectCoding, ProjectText
from thematic.formats.refi.writing import write_project
from thematic.model import Code, Coder, Quote, Source, Transcript

RESULTS = Path(__file__).parent / "results" / "refi_speed.md"
WORDS = "the bus was late 😀 and nobody came to the group on Tuesday evening because of 🌧️ rain".split()
CODES, TEXTS, TURNS = 5_000, 200, 60
MOST_SECONDS, MOST_MEMORY = 30, 1000


def make_project(codings: int, seed: int = 1) -> CodedProject:
    """A project in which coders select four to forty words, wherever that is, with one to three codes."""
    draw = random.Random(seed)
    codes = [
        Code(id=f"c{i}", name=f"Code {i}", parent_id=f"c{i - i % 20}" if i % 20 else None)
        for i in range(CODES)
    ]
    texts, places = [], []
    for number in range(TEXTS):
        lines = [
            f"{'INT' if turn % 2 == 0 else 'P'}: {' '.join(draw.choices(WORDS, k=30))}"
            for turn in range(TURNS)
        ]
        text = "\n".join(lines) + "\n"
        id_ = f"P{number:03}"
        source = Source(path=f"{id_}.txt", sha256="", format="txt")
        transcript = Transcript(id=id_, title=f"Interview {id_}", text=text, turns=(), source=source)
        texts.append(ProjectText(transcript=transcript, original=b"", file_name=f"{id_}.txt"))
        places.append([i for i, sign in enumerate(text) if sign == " "])
    made: dict[tuple[str, str, int, int, str], ProjectCoding] = {}
    began = datetime(2026, 1, 1, tzinfo=UTC)
    while len(made) < codings:
        number, coder = draw.randrange(TEXTS), draw.choice(("Ada", "Ben"))
        first = draw.randrange(len(places[number]) - 41)
        start, end = places[number][first] + 1, places[number][first + draw.randrange(4, 41)]
        transcript = texts[number].transcript
        quote = Quote(transcript_id=transcript.id, start=start, end=end, text=transcript.text[start:end])
        for _ in range(draw.randrange(1, 4)):
            code = f"c{draw.randrange(CODES)}"
            made[coder, transcript.id, start, end, code] = ProjectCoding(
                quote=quote, coder_id=coder, code_id=code, at=began + timedelta(seconds=len(made))
            )
    return CodedProject(
        title="Made up",
        program="made up",
        format="refi-qda",
        file="",
        sha256="",
        codebook=make_codebook("Made up", codes),
        texts=tuple(texts),
        coders=(Coder(id="Ada", name="Ada"), Coder(id="Ben", name="Ben")),
        codings=tuple(made.values())[:codings],
    )


def run(*arguments: str) -> tuple[float, float]:
    """Seconds of the processor and MB of memory of `thematic` with these arguments."""
    command = [sys.executable, "-m", "thematic.cli.app", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"thematic {' '.join(arguments)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--codings", type=int, default=100_000)
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/refi_speed.md")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path, study = Path(folder, "large.qdpx"), str(Path(folder, "study"))
        path.write_bytes(write_project(make_project(options.codings)).data)
        # A project of ours says how it counts; this one has to be found out.
        unsaid = Path(folder, "unsaid.qdpx")
        _say_nothing(path, unsaid)
        residual = ("--accept-residual", "made up")
        for what, arguments in (
            ("import", ("import", str(unsaid), "--out", study)),
            ("import again: nothing is new", ("import", str(unsaid), "--study", study)),
            ("export, `spec`", ("export", "--study", study, "--to", "qdpx", *residual)),
            (
                "export, `nvivo-win`",
                ("export", "--study", study, "--to", "qdpx", "--profile", "nvivo-win", *residual),
            ),
        ):
            seconds, memory = run(*arguments)
            within = seconds < MOST_SECONDS and memory < MOST_MEMORY
            rows.append(f"| {what} | {seconds:.1f} | {memory:.0f} | {'yes' if within else '**no**'} |")
            print(rows[-1], flush=True)
        size = unsaid.stat().st_size / 1e6
    lines = [
        "# A large REFI-QDA project",
        "",
        f"`python benchmarks/refi_speed.py --codings {options.codings} --record`",
        "",
        f"{options.codings:,} codings of two coders, {CODES:,} codes, {TEXTS} texts, {size:.0f} MB packed. "
        "Seconds of the processor, on a machine that was busy with other work; the most memory that the "
        "process held.",
        "",
        f"| command | seconds | MB | under {MOST_SECONDS} s and {MOST_MEMORY:,} MB |",
        "|---|---|---|---|",
        *rows,
    ]
    if options.record:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _say_nothing(path: Path, to: Path) -> None:
    """The same package, by a program of which nothing is known."""
    import zipfile

    with zipfile.ZipFile(path) as given, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            data = given.read(name)
            made.writestr(name, data.replace(b'origin="thematic', b'origin="made up', 1))


if __name__ == "__main__":
    main()
