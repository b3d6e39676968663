"""Suggesting for 10,000, 100,000 and 1,000,000 excerpts: seconds of processor an excerpt, and peak memory.

    python benchmarks/scale.py [--sizes 10000 100000 1000000] [--record]

Each size runs in a process of its own: columns mapped from the disk are ranked against a codebook of 24 codes
and the suggestions written as Parquet, as `thematic suggest` does after one code was edited. The excerpts are
those of a synthetic corpus of 10,000 (`corpora.py`, cut and embedded with the packaged model), repeated; each
vector is moved a little at random (seeded), so that no two are equal: beyond 10,000, vectors are made, not
embedded. Seconds are of processor time in one thread, since the machine had other work; the peak is of the
process, and counts what of the mapped vectors lies in memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.corpora import write_corpus

RESULTS = Path(__file__).parent / "results" / "scale.md"
BASE = 10_000


def make_base(folder: Path) -> None:
    """The columns of a study of about 10,000 excerpts, and the vectors of its codebook."""
    from thematic.ingestion import ingest, read_codebook_file, read_inputs, set_codebook
    from thematic.pipeline import Pipeline
    from thematic.samples import samples
    from thematic.study import Study, StudySettings

    write_corpus(folder / "in", BASE)
    settings = StudySettings(title="Scale")
    study = Study.create(folder / "study", settings)
    with samples() as (_, codebook):
        set_codebook(study, read_codebook_file(codebook))
    ingest(study, read_inputs([*(folder / "in").iterdir()], settings=settings.read, study=study))
    pipeline = Pipeline(study)
    columns = pipeline.columns
    np.save(folder / "codes.npy", pipeline.code_vectors)
    print(f"{len(columns.ids):,} excerpts cut and embedded: {pipeline.ledger.seconds}", file=sys.stderr)


def grow(folder: Path, count: int) -> Path:
    """Columns of `count` excerpts beside the base: its rows over and over, every vector moved a little."""
    (base,) = (folder / "study" / ".thematic" / "columns").iterdir()
    target = folder / f"columns-{count}"
    target.mkdir()
    rng = np.random.default_rng(0)
    ends, words, counts = (np.load(base / f"{name}.npy") for name in ("ends", "words", "counts"))
    ids = (base / "ids.txt").read_text().split("\n")
    n = len(ids)
    times, left = divmod(count, n)
    per_text, last = np.diff(ends), int(ends[left])
    np.save(target / "ends.npy", np.concatenate([[0], np.cumsum(np.resize(per_text, count))]))
    for name, values in (("words", words), ("counts", counts)):
        np.save(target / f"{name}.npy", np.concatenate([np.tile(values, times), values[:last]]))
    transcripts = np.load(base / "transcripts.npy")
    rounds = np.repeat(np.arange(times + 1), [n] * times + [left]).astype(np.int32)
    np.save(target / "transcripts.npy", np.resize(transcripts, count) + rounds * (transcripts.max() + 1))
    (target / "ids.txt").write_text("\n".join(f"{ids[i % n]}{i // n}" for i in range(count)))
    (target / "vocabulary.txt").write_bytes((base / "vocabulary.txt").read_bytes())
    (target / "total.txt").write_text("1000")
    for name in ("values.npy", "questions.npy"):
        source = np.load(base / name)
        array = np.lib.format.open_memmap(
            target / name, mode="w+", dtype=np.float32, shape=(count, source.shape[1])
        )
        for begin in range(0, count, n):
            block = source[: min(n, count - begin)].copy()
            there = block.any(axis=1)
            noise = rng.standard_normal(block.shape, dtype=np.float32) * np.float32(0.02)
            block[there] += noise[there]
            block[there] /= np.linalg.norm(block[there], axis=1, keepdims=True)
            array[begin : begin + len(block)] = block
        array.flush()
    return target


def measure(folder: Path, columns: Path) -> dict[str, float]:
    """Rank and write in this process."""
    from thematic.codebook import code_texts
    from thematic.columns import columns_of
    from thematic.formats.codebooks.front_door import read_codebook
    from thematic.formats.machine.parquet import write_ranking
    from thematic.suggestion import SuggestSettings
    from thematic.suggestion.ranking import rank

    codebook, _ = read_codebook(folder / "study" / "codebook.yaml")
    texts, vectors = list(code_texts(codebook)), np.load(folder / "codes.npy")
    begin = time.process_time()
    corpus = columns_of(columns, 0, (), ())
    opened = time.process_time()
    ranking = rank(corpus, codebook, texts, vectors, settings=SuggestSettings())
    ranked = time.process_time()
    written = write_ranking(corpus.ids, ranking, texts)
    end = time.process_time()
    return {
        "excerpts": len(corpus.ids),
        "codes": len(ranking.codes),
        "open": opened - begin,
        "rank": ranked - opened,
        "write": end - ranked,
        "bytes": len(written),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    parser.add_argument("--measure", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(*options.measure)))
        return
    lines = [
        "| excerpts | codes | ranking, s | writing, s | microseconds an excerpt | against the first "
        "| suggestions | peak memory |",
        "|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_base(folder)
        first = 0.0
        for size in options.sizes:
            columns = grow(folder, size)
            script = [sys.executable, "-m", "benchmarks.scale", "--measure", str(folder), str(columns)]
            runs = [json.loads(subprocess.run(script, capture_output=True, check=True).stdout) for _ in "123"]
            best = min(runs, key=lambda run: run["rank"] + run["write"])
            each = (best["open"] + best["rank"] + best["write"]) / best["excerpts"] * 1e6
            first = first or each
            lines.append(
                f"| {best['excerpts']:,} | {best['codes']} | {best['rank']:.2f} | {best['write']:.2f} | "
                f"{each:.1f} | {each / first:.2f} | {best['bytes'] / 1e6:.1f} MB | {best['peak']:.2f} GB |"
            )
    text = "\n".join(lines) + "\n"
    print(text)
    if options.record:
        head = f"# Suggesting at scale\n\n{(__doc__ or '').strip()}\n\nThe best of three runs each.\n\n"
        RESULTS.write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
