"""How fast it starts, and how little a rerun does.

    python benchmarks/start_and_rerun.py

1. CPU seconds of `thematic --help` against a process that imports typer and rich (wanted: at most 1.5 times).
2. Wall seconds of `thematic run` on the sample interviews again, with nothing changed (wanted: under 1.5 s).

The two commands of the first comparison take turns, so that a busy machine slows both alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 15


def cpu_and_wall(*arguments: str) -> tuple[float, float]:
    """CPU and wall seconds of one process."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments} exited with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, wall


def main() -> None:
    thematic = ("-c", "from thematic.cli.app import main; main()")
    baseline = ("-c", "import typer, rich")
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(cpu_and_wall(*baseline)[0])
        ours.append(cpu_and_wall(*thematic, "--help")[0])
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    with tempfile.TemporaryDirectory() as folder:
        run = (
            *thematic, "run", str(ROOT / "transcripts_sample"), "--codebook",
            str(ROOT / "codebooks" / "smart_recovery.yaml"), "--out", f"{folder}/study", "--quiet",
        )  # fmt: skip
        first = cpu_and_wall(*run)[1]
        again = [cpu_and_wall(*run)[1] for _ in range(ROUNDS)]
    lines = [
        "# Start, and a rerun with nothing changed",
        "",
        "Made by `python benchmarks/start_and_rerun.py`.",
        "",
        f"| medians of {ROUNDS} | measured | wanted |",
        "|---|---|---|",
        f"| `python -c 'import typer, rich'` | {statistics.median(theirs):.3f} CPU s | |",
        f"| `thematic --help` | {statistics.median(ours):.3f} CPU s | |",
        f"| ratio, pair by pair | {ratio:.2f} | at most 1.5 |",
        f"| first run on the ten sample interviews | {first:.1f} s | |",
        f"| the same run again | {statistics.median(again):.2f} s (most {max(again):.2f}) | under 1.5 s |",
        "",
    ]
    print("\n".join(lines))
    (ROOT / "benchmarks" / "results" / "start_and_rerun.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
