"""What one interview more costs, stage by stage, against the whole of fifty.

    python -m benchmarks.one_more [--interviews 50] [--record]

Fifty invented interviews of a hundred excerpts (`corpora.py`) go through `thematic run` with the packaged
model; then one more is put beside them, and the same command runs again. Seconds are of the clock, from
timings.json of the study; *start* is what is in no stage: imports, reading, hashes. Reading, cutting and
embedding are of the new interview alone (wanted: at most 5 % of the whole). Suggestions, clusters and
exports are of all excerpts, because each depends on all: they are made anew, so that the result is the
same, byte for byte, as of fifty-one at once, which is checked.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.corpora import EXCERPTS_A_TRANSCRIPT, write_corpus
from benchmarks.recording import record
from thematic.samples import samples

RESULTS = Path(__file__).parent / "results" / "one_more.md"
ALONE = ("start", "segment", "embed")
STAGES = {
    "start": "start, reading",
    "segment": "cutting",
    "embed": "embedding",
    "columns": "columns",
    "suggest": "suggestions",
    "cluster": "clusters",
    "export": "exports",
}


def run(interviews: Path, codebook: Path, study: Path) -> dict[str, float]:
    """Seconds of each stage of `thematic run`."""
    command = ("run", str(interviews), "--codebook", str(codebook), "--out", str(study), "--title", "T")
    subprocess.run(
        [sys.executable, "-m", "thematic", *command, "--quiet"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    told = json.loads((study / "timings.json").read_bytes())
    seconds = dict.fromkeys(STAGES, 0.0) | told["seconds"]
    return seconds | {"start": told["seconds_total"] - sum(told["seconds"].values())}


def hashes(study: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (study / "exports").iterdir()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--interviews", type=int, default=50)
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, samples() as (_, codebook):
        folder = Path(name)
        write_corpus(folder / "all", (options.interviews + 1) * EXCERPTS_A_TRANSCRIPT)
        *rest, last = sorted((folder / "all").rglob("*.txt"))
        (folder / "in").mkdir()
        for path in rest:
            (folder / "in" / path.name).write_bytes(path.read_bytes())
        whole = run(folder / "in", codebook, folder / "study")
        (folder / "in" / last.name).write_bytes(last.read_bytes())
        more = run(folder / "in", codebook, folder / "study")
        at_once = run(folder / "in", codebook, folder / "at-once")
        same = hashes(folder / "study") == hashes(folder / "at-once")
    lines = [
        f"| | {options.interviews} interviews, s | one more, s | share |",
        "|---|---|---|---|",
        *(
            f"| {title} | {whole[stage]:.2f} | {more[stage]:.2f} | {share(more[stage], whole[stage])} |"
            for stage, title in STAGES.items()
        ),
    ]
    own, total = sum(more[stage] for stage in ALONE), sum(whole.values())
    lines += [
        f"| what is of the new interview alone, against the whole | {total:.2f} | {own:.2f} "
        f"| {share(own, total)} (wanted: 5 % or less) |",
        f"| all | {total:.2f} | {sum(more.values()):.2f} | {share(sum(more.values()), total)} |",
        "",
        f"{options.interviews + 1} interviews at once take {sum(at_once.values()):.2f} s; the exports are "
        f"{'the same, byte for byte' if same else 'NOT THE SAME'}.",
    ]
    print("\n".join(lines))
    if options.record:
        record(RESULTS, "One interview more", __doc__, lines)


def share(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else ""


if __name__ == "__main__":
    main()
