"""50,000 excerpts through suggesting and clustering: seconds and peak memory on this machine (wanted: 4 GB).

    python benchmarks/fifty_thousand.py [--excerpts 50000] [--record]

The excerpts are those of the sample interviews, repeated as 500 interviews; each vector is moved a little at
random (seeded), so that no two are equal and the neighbourhoods stay realistic. Embedding is left out: its
speed is in embed_speed.md, and it holds one interview at a time.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from thematic.clustering import cluster, place
from thematic.codebook import code_texts
from thematic.embedding import code_vectors, concatenate, embed, load_embedder
from thematic.formats.codebooks.front_door import read_codebook
from thematic.formats.transcripts.front_door import read_transcripts
from thematic.model import Excerpt, Vectors, excerpt_id
from thematic.samples import samples
from thematic.segmentation import segment
from thematic.suggestion import suggest

RESULTS = Path(__file__).parent / "results" / "fifty_thousand.md"
INTERVIEWS = 500


def repeated(excerpts: list[Excerpt], vectors: Vectors, count: int) -> tuple[list[Excerpt], Vectors]:
    """`count` excerpts in INTERVIEWS interviews, and a vector for each: a sample one moved at random."""
    rng = np.random.default_rng(0)
    rows = np.arange(count) % len(excerpts)
    made: list[Excerpt] = []
    for i, row in enumerate(rows):
        transcript = f"S{i * INTERVIEWS // count:03d}"
        text = f"{excerpts[row].text} ({i})"
        start = made[-1].end if made and made[-1].transcript_id == transcript else 0
        made.append(
            replace(
                excerpts[row],
                id=excerpt_id(transcript, text),
                transcript_id=transcript,
                start=start,
                end=start + len(text),
                text=text,
                question=None,
            )
        )

    def moved(matrix: np.ndarray) -> np.ndarray:
        noise = rng.standard_normal((count, matrix.shape[1]), dtype=np.float32) * 0.02
        values = matrix[rows] + noise
        return values / np.linalg.norm(values, axis=1, keepdims=True)

    return made, replace(
        vectors,
        ids=tuple(excerpt.id for excerpt in made),
        values=moved(vectors.values),
        questions=moved(vectors.questions),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--excerpts", type=int, default=50_000)
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    options = parser.parse_args()

    embedder = load_embedder()
    with samples() as (folder, codebook_path):
        transcripts = [t for reading in read_transcripts([folder]) for t in reading.transcripts]
        codebook, _ = read_codebook(codebook_path)
    segmentations = [segment(transcript) for transcript in transcripts]
    vectors = concatenate([embed(s, embedder=embedder) for s in segmentations])
    texts = code_texts(codebook)
    anchors = code_vectors(texts, embedder)
    excerpts, vectors = repeated([e for s in segmentations for e in s.excerpts], vectors, options.excerpts)

    begin = time.perf_counter()
    suggestions, _ = suggest(excerpts, vectors, codebook, texts, anchors)
    suggested = time.perf_counter()
    clustering = place(cluster(excerpts, vectors), suggestions, codebook)
    clustered = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = [
        "| excerpts | codes | suggesting | clustering and placing | clusters | peak memory |",
        "|---|---|---|---|---|---|",
        f"| {len(excerpts):,} | {len(codebook.codes)} | {suggested - begin:.1f} s | "
        f"{clustered - suggested:.0f} s | {len(clustering.clusters)} | {peak / 1024:.2f} GB |",
        "",
        clustering.note,
        "",
    ]
    print("\n".join(lines))
    if options.record:
        head = ["# 50,000 excerpts on one machine", "", (__doc__ or "").strip(), ""]
        RESULTS.write_text("\n".join(head + lines), encoding="utf-8")


if __name__ == "__main__":
    main()
