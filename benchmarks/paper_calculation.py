"""What 17 and 110 million excerpts would take, on paper, from the recorded rates: nothing here was run.

    python -m benchmarks.paper_calculation [--record]

17 million excerpts are about 55,000 oral-history testimonies; 110 million, a corpus of podcasts. The rates
are read from the results beside this file, none is typed in here: cutting and embedding from one_more.md,
reading from read_speed.md, everything after from scale.md, of its largest size. Reading, cutting and
embedding are done unit by unit on as many machines as there are, so they are told in core-days, with what
one processor does. Everything after is one process on one machine: hours, and memory by the line through
the two largest sizes. So the figures are as good as these lines are straight, and for machines like the one
of the records.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpora import EXCERPTS_A_TRANSCRIPT

HERE = Path(__file__).parent / "results"
RESULTS = HERE / "paper_calculation.md"
SIZES = {"17 million": 17_000_000, "110 million": 110_000_000}
MACHINES = (16, 64, 256, 1024)  # GB that machines have


class Step(NamedTuple):
    """A step after embedding, at one size: processor seconds and GB."""

    excerpts: int
    seconds: float
    memory: float


def rows(name: str) -> list[list[str]]:
    """The cells of every row of every table of a result."""
    text = (HERE / name).read_text(encoding="utf-8")
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line
    ]


def number(cell: str) -> float:
    found = re.match(r"[\d,]+(?:\.\d+)?", cell)
    if not found:
        raise SystemExit(f"not a number: {cell!r}")
    return float(found[0].replace(",", ""))


def one_more() -> tuple[dict[str, float], int, int]:
    """Seconds of the clock by stage for all of the first run, its excerpts, and the processors there."""
    text = (HERE / "one_more.md").read_text(encoding="utf-8")
    interviews = int(number(next(row[1] for row in rows("one_more.md") if "interviews" in row[1])))
    seconds = {row[0]: number(row[1]) for row in rows("one_more.md") if row[0] in ("cutting", "embedding")}
    processors = re.search(r"^(\d+) processors", text, re.MULTILINE)
    if not processors:
        raise SystemExit("one_more.md does not say how many processors")
    return seconds, interviews * EXCERPTS_A_TRANSCRIPT, int(processors[1])


def steps() -> dict[str, list[Step]]:
    """Of each step of scale.md, what it took at each size, smallest first."""
    found: dict[str, list[Step]] = {}
    for row in rows("scale.md"):
        if len(row) == 7 and row[1].replace(",", "").isdigit():
            found.setdefault(row[0], []).append(
                Step(int(number(row[1])), number(row[2]), number(row[6].removesuffix("GB")))
            )
    return found


def disk() -> dict[str, float]:
    """Bytes an excerpt by what they are, at the largest size of scale.md."""
    found = [row for row in rows("scale.md") if len(row) == 3 and row[1].replace(",", "").isdigit()]
    most = max(number(row[1]) for row in found)
    return {row[0]: number(row[2]) for row in found if number(row[1]) == most}


def words_a_second() -> float:
    """Of one processor, over all formats of read_speed.md."""
    return next(number(row[3]) for row in rows("read_speed.md") if row[0] == "all")


def words_an_excerpt() -> float:
    """All words, of questions too, of the invented interviews, for one excerpt."""
    import tempfile

    from benchmarks.corpora import write_corpus

    with tempfile.TemporaryDirectory() as name:
        count = write_corpus(Path(name), 10 * EXCERPTS_A_TRANSCRIPT)
        words = sum(len(path.read_text("utf-8").split()) for path in Path(name).rglob("*.txt"))
    return words / (count * EXCERPTS_A_TRANSCRIPT)


def memory_at(found: list[Step], excerpts: int) -> float:
    """GB by the line through the two largest sizes."""
    before, last = sorted(found)[-2:]
    slope = (last.memory - before.memory) / (last.excerpts - before.excerpts)
    return last.memory + slope * (excerpts - last.excerpts)


def report() -> list[str]:
    seconds, excerpts, processors = one_more()
    after, space = steps(), disk()
    lines = ["| | " + " | ".join(SIZES) + " |", "|---|" + "---|" * len(SIZES)]
    day = 86_400

    def row(title: str, cells: list[str]) -> None:
        lines.append(f"| {title} | " + " | ".join(cells) + " |")

    each = words_an_excerpt() / words_a_second()
    row("reading, core-days", [f"{n * each / day:.1f}" for n in SIZES.values()])
    for stage, taken in seconds.items():
        core = taken * processors / excerpts
        row(f"{stage}, core-days", [f"{n * core / day:.1f}" for n in SIZES.values()])
    for step, found in after.items():
        last = max(found)
        row(
            f"{step}, hours on one processor",
            [f"{n * last.seconds / last.excerpts / 3600:.1f}" for n in SIZES.values()],
        )
    for step, found in after.items():
        row(f"{step}, memory", [f"{memory_at(found, n):,.0f} GB" for n in SIZES.values()])
    for name, used in space.items():
        row(f"{name}, disk", [f"{n * used / 1e9:,.0f} GB" for n in SIZES.values()])
    row("disk in all", [f"{n * sum(space.values()) / 1e9:,.0f} GB" for n in SIZES.values()])
    lines += ["", "Where it would break first: the most excerpts for which each step fits into memory.", ""]
    lines += ["| | " + " | ".join(f"{gb:,} GB" for gb in MACHINES) + " |", "|---|" + "---|" * len(MACHINES)]
    most = {step: [excerpts_in(found, gb) for gb in MACHINES] for step, found in after.items()}
    for step, limits in most.items():
        lines.append(f"| {step} | " + " | ".join(f"{limit / 1e6:,.0f} million" for limit in limits) + " |")
    first = min(most, key=lambda step: most[step][0])
    lines += [
        "",
        f"So memory of *{first}* is the first to be short. What is done in units, on however many machines, "
        "holds one unit at a time, of at most 2,000 excerpts.",
    ]
    return lines


def excerpts_in(found: list[Step], gigabytes: float) -> float:
    before, last = sorted(found)[-2:]
    slope = (last.memory - before.memory) / (last.excerpts - before.excerpts)
    return last.excerpts + max(gigabytes - last.memory, 0) / slope if slope > 0 else float("inf")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    options = parser.parse_args()
    lines = report()
    print("\n".join(lines))
    if options.record:
        head = f"# 17 and 110 million excerpts, on paper\n\n{(__doc__ or '').strip()}\n\n"
        RESULTS.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
