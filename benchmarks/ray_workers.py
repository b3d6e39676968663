"""Embedding with Ray: two workers against one, and the same bytes as without it.

    python -m benchmarks.ray_workers [--interviews 60] [--rounds 3] [--record]

Invented interviews of a hundred excerpts (`corpora.py`) are cut once. Then their vectors are made by a
cluster that Ray starts on this machine, with one worker and with two, taking turns, each time in a new
process and from nothing. A rate is units a second from the first result to the last, so that what Ray and
the model take to start is left out. Each worker computes in one thread; the process without Ray, in as many
as there are processors. Wanted: two workers at least 1.7 times as fast as one, where there are processors
for them, beside the driver and Ray's own processes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.corpora import EXCERPTS_A_TRANSCRIPT, write_corpus
from benchmarks.recording import record

RESULTS = Path(__file__).parent / "results" / "ray_workers.md"


def rate(root: Path, jobs: int, engine: str) -> None:
    """Make the vectors of this study with so many workers; prints units a second."""
    from thematic.engines import EngineSettings, load_engine
    from thematic.pipeline import Pipeline
    from thematic.study import Study
    from thematic.units import Receipt

    settings = EngineSettings(name=engine, jobs=jobs)
    pipeline = Pipeline(Study.open(root))
    units = pipeline.planned_vector_units
    times = []
    for outcome in load_engine(settings).run(units, pipeline.workload._plan()):
        assert isinstance(outcome, Receipt), outcome
        times.append(time.perf_counter())
    print(json.dumps((len(times) - 1) / (times[-1] - times[0])))


def measured(root: Path, jobs: int, engine: str) -> tuple[float, dict[str, str]]:
    """Units a second in a new process, and the hash of each file it wrote."""
    vectors = root / ".thematic" / "vectors"
    shutil.rmtree(vectors, ignore_errors=True)
    command = ("-m", "benchmarks.ray_workers", "--one", str(root), str(jobs), engine)
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    made = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in vectors.glob("*.parquet")}
    return float(done.stdout.splitlines()[-1]), made


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--interviews", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        rate(Path(options.one[0]), int(options.one[1]), options.one[2])
        return
    from thematic.ingestion import ingest, read_inputs
    from thematic.pipeline import Pipeline
    from thematic.study import Study, StudySettings

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_corpus(folder / "in", options.interviews * EXCERPTS_A_TRANSCRIPT)
        study = Study.create(folder / "study", StudySettings(title="Ray"))
        ingest(study, read_inputs([folder / "in"], settings=study.settings.read, study=study))
        units = len(Pipeline(study).cut_units)
        expected = measured(study.root, 1, "local")
        rates: dict[int, list[float]] = {1: [], 2: []}
        same = True
        for _ in range(options.rounds):
            for jobs, found in rates.items():
                speed, made = measured(study.root, jobs, "ray")
                found.append(speed)
                same &= made == expected[1]
    ratio = statistics.median(b / a for a, b in zip(rates[1], rates[2], strict=True))
    lines = [
        f"{units} units of about {EXCERPTS_A_TRANSCRIPT} excerpts, {options.rounds} rounds; medians, and "
        "least to most",
        "",
        "| workers | units a second |",
        "|---|---|",
        f"| one process, without Ray | {expected[0]:.2f} |",
        *(
            f"| Ray, {jobs} | {statistics.median(found):.2f} ({min(found):.2f}–{max(found):.2f}) |"
            for jobs, found in rates.items()
        ),
        f"| two against one, round by round | {ratio:.2f} (wanted: 1.7 or more) |",
        "",
        f"The files are {'the same as without Ray, byte for byte' if same else 'NOT THE SAME'}.",
    ]
    print("\n".join(lines))
    if options.record:
        record(RESULTS, "Two workers of Ray against one", __doc__, lines)


if __name__ == "__main__":
    main()
