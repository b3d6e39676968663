"""The whole of a study after embedding, from 10,000 to 1,000,000 excerpts: time an excerpt, and peak memory.

    python -m benchmarks.scale [--sizes 10000 50000 100000 1000000] [--folder FOLDER] [--record]

A study of each size is made by seed (`corpora.py`): transcripts are written, read and cut for real. Vectors
are not embedded, that is measured in embed_speed.md: each is that of a passage of the first 10,000, embedded
with the packaged model, moved a little at random, so that no two are equal. They are kept as a run keeps
them, with receipts. Then the commands run one after the other, each a cold process of its own:

- *first suggestions*: `thematic suggest`; checks and maps the vectors, ranks 24 codes for all, writes;
- *one code edited*: `thematic suggest` after a word was added to one definition (at 50,000 wanted: < 2 s);
- *clusters*: `thematic clusters`; groups, stability, terms;
- *exports*: `thematic export`; all files of a run.

Seconds are of the processor (user and system), since the machine had other work; memory is the largest
resident set of the process, mapped pages included. What is on the disk afterwards is the second table.
Python's compiled modules are there, as after any first start. --folder keeps the studies for a second look.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.corpora import write_corpus
from benchmarks.recording import record

if TYPE_CHECKING:
    from thematic.study import Study

RESULTS = Path(__file__).parent / "results" / "scale.md"
BASE = 10_000


def make_study(folder: Path, excerpts: int, base: Path | None) -> Study:
    """A study of about so many excerpts whose vectors are there: embedded, or moved from those of `base`."""
    from thematic.ingestion import ingest, read_codebook_file, read_inputs, set_codebook
    from thematic.pipeline import Pipeline
    from thematic.samples import samples
    from thematic.study import Study, StudySettings

    if (folder / "made").exists():
        return Study.open(folder / "study")
    write_corpus(folder / "in", excerpts)
    settings = StudySettings(title="Scale")
    study = Study.create(folder / "study", settings)
    with samples() as (_, codebook):
        set_codebook(study, read_codebook_file(codebook))
    ingest(study, read_inputs([folder / "in"], settings=settings.read, study=study))
    pipeline = Pipeline(study)
    _ = pipeline.cut_units
    if base is None:
        _ = pipeline.vector_units
    else:
        _plant_vectors(pipeline, base)
    (folder / "made").touch()
    return study


def _plant_vectors(pipeline: object, base: Path) -> None:
    """Write the file and the receipt of every unit of vectors, made from those of the study at `base`."""
    from hashlib import sha256

    from thematic.files import write_atomic
    from thematic.formats.machine.parquet import read_columns, write_vectors
    from thematic.model import Vectors
    from thematic.pipeline import Pipeline
    from thematic.study import Study
    from thematic.units import EXCERPTS_IN_UNIT, Receipt

    assert isinstance(pipeline, Pipeline)
    known = Pipeline(Study.open(base)).vectors
    rng = np.random.default_rng(0)

    def moved(matrix: np.ndarray, rows: np.ndarray) -> np.ndarray:
        block = matrix[rows]
        there = block.any(axis=1)
        block[there] += rng.standard_normal(block.shape, dtype=np.float32)[there] * np.float32(0.02)
        block[there] /= np.linalg.norm(block[there], axis=1, keepdims=True)
        return block

    for unit in pipeline.planned_vector_units:
        ids = read_columns(pipeline.study.root / unit.source, ["id"])["id"]
        ids = ids[unit.part * EXCERPTS_IN_UNIT :][:EXCERPTS_IN_UNIT]
        rows = rng.integers(len(known.ids), size=len(ids))
        data = write_vectors(
            Vectors(
                ids=tuple(ids),
                values=moved(known.values, rows),
                questions=moved(known.questions, rows),
                model=known.model,
                model_sha256=known.model_sha256,
            )
        )
        write_atomic(pipeline.study.root / unit.output, data)
        digest = sha256(data).hexdigest()
        receipt = Receipt(stage="embed", unit=unit.name, key=unit.key, rows=len(ids), sha256=digest)
        pipeline.workload.receipts.add(receipt)


def edit_a_code(study: Study) -> None:
    """Add a word to the first definition of the codebook."""
    text = study.codebook_path.read_text(encoding="utf-8")
    study.codebook_path.write_text(re.sub(r"(definition: >?-?\s*\w+)", r"\1 clearly", text, count=1), "utf-8")


def run(*command: str) -> tuple[float, float, float]:
    """Seconds of the processor, of the clock, and GB at most, of this command in a new process."""
    began = time.perf_counter()
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        [sys.executable, "-m", "thematic.cli.app", *command, "--quiet"],
        stdout=subprocess.DEVNULL,
        env=environment,
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"thematic {' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - began, used.ru_maxrss / 1024**2


def measure(study: Study) -> Iterator[tuple[str, tuple[float, float, float]]]:
    """Each step: its name, and what `run` says."""
    for kept in ("columns", "suggestions", "clusters"):
        shutil.rmtree(study.machine / kept, ignore_errors=True)
    (study.machine / "exports.json").unlink(missing_ok=True)
    where = ("--study", str(study.root))
    yield "first suggestions", run("suggest", *where)
    edit_a_code(study)
    yield "one code edited", run("suggest", *where)
    yield "clusters", run("clusters", *where)
    yield "exports", run("export", *where, "--accept-residual", "synthetic")


def disk(study: Study) -> dict[str, int]:
    """Bytes of each folder of machine data, of the texts with their originals, and of the exports."""
    folders = {
        "texts and originals": [study.root / "texts", study.root / "transcripts"],
        **{
            name: [study.machine / name]
            for name in ("excerpts", "vectors", "columns", "suggestions", "clusters")
        },
        "exports": [study.root / "exports"],
    }
    return {
        name: sum(path.stat().st_size for folder in found for path in folder.rglob("*") if path.is_file())
        for name, found in folders.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="where the studies are made, and kept")
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    options = parser.parse_args()
    lines = [
        "| step | excerpts | processor, s | clock, s | microseconds an excerpt | against the size before "
        "| peak memory |",
        "|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        base = make_study(folder / "base", BASE, None)
        for _ in measure(base):  # so that Python's compiled modules are there
            pass
        before: dict[str, float] = {}
        space = ["| on the disk | excerpts | bytes an excerpt |", "|---|---|---|"]
        for size in options.sizes:
            study = make_study(folder / str(size), size, base.root)
            count = excerpts_of(study)
            for step, (seconds, clock, peak) in measure(study):
                each = seconds / count * 1e6
                ratio = f"{each / before[step]:.2f}" if step in before else ""
                before[step] = each
                lines.append(
                    f"| {step} | {count:,} | {seconds:.1f} | {clock:.1f} | {each:.0f} | {ratio} "
                    f"| {peak:.2f} GB |"
                )
                print(lines[-1], flush=True)
            space += [f"| {name} | {count:,} | {used / count:.0f} |" for name, used in disk(study).items()]
    print("\n".join(space))
    if options.record:
        record(RESULTS, "From ten thousand to a million excerpts", __doc__, [*lines, "", *space])


def excerpts_of(study: Study) -> int:
    from thematic.pipeline import Pipeline

    pipeline = Pipeline(study)
    receipts = pipeline.workload.receipts
    return sum(receipt.rows for unit in pipeline.segment_units if (receipt := receipts.get(unit)))


if __name__ == "__main__":
    main()
