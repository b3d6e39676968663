"""Clusters against BERTopic's default pipeline, on the same excerpts and the same vectors.

    python -m benchmarks.clusters_vs_bertopic --peers PYTHON [--sizes 2000 20000] [--folder FOLDER] [--record]

PYTHON is that of an environment with BERTopic: requirements-bertopic.txt says how to make one. A study of
each size is made by seed (`corpora.py`): transcripts are written, read, cut and embedded with the packaged
model. The vectors are then given to both, so that embedding is in neither.

- *thematic*: `thematic clusters` on that study: groups, their stability over dropped interviews, terms,
  exemplars, and their place beside the codebook, for which it first suggests codes.
- *BERTopic*: `BERTopic().fit_transform(texts, vectors)` as it comes: UMAP, HDBSCAN, c-TF-IDF.

Each is run twice, each time in a new process; seconds and memory are those of the second run. *Agreement
with itself* is the adjusted Rand index of the two runs (Hubert and Arabie 1985), over all excerpts with those
in no cluster as one group, and over those that are in a cluster both times.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "clusters_vs_bertopic.md"
STAGES = {
    "_reduce_dimensionality": "UMAP",
    "_cluster_embeddings": "HDBSCAN",
    "_extract_topics": "terms",
}


def bertopic(folder: Path) -> None:
    """What a researcher would write, with a clock around its stages; run in the peers' environment."""
    import numpy as np
    from bertopic import BERTopic

    texts = json.loads((folder / "texts.json").read_text("utf-8"))
    seconds: dict[str, float] = {}

    def timed(name: str, stage: str) -> None:
        inner = getattr(BERTopic, name)

        def outer(*args: Any, **kwargs: Any) -> Any:
            begin = time.perf_counter()
            try:
                return inner(*args, **kwargs)
            finally:
                seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - begin

        setattr(BERTopic, name, outer)

    for name, stage in STAGES.items():
        timed(name, stage)
    labels, _ = BERTopic().fit_transform(texts, np.load(folder / "vectors.npy"))
    found = {"seconds": seconds, "labels": [int(label) for label in labels]}
    (folder / "bertopic.json").write_text(json.dumps(found))


def measured(*command: str) -> tuple[float, float]:
    """Seconds of the clock, and GB at most, of one process."""
    begin = time.perf_counter()
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - begin, used.ru_maxrss / 1024**2


def ours(root: Path) -> tuple[tuple[float, float], list[int], dict[str, float]]:
    """One run of `thematic clusters`: its cost, the cluster of each excerpt, seconds of its stages."""
    from thematic.pipeline import Pipeline
    from thematic.study import Study

    study = Study.open(root)
    for kept in ("columns", "suggestions", "clusters"):
        shutil.rmtree(study.machine / kept, ignore_errors=True)
    code = (
        "import sys\nfrom pathlib import Path\nfrom thematic.pipeline import Pipeline\n"
        "from thematic.study import Study, json_bytes\n"
        "p = Pipeline(Study.open(Path(sys.argv[1])))\n_ = p.clustering\n"
        "Path(sys.argv[1], 'seconds.json').write_bytes(json_bytes(p.ledger.seconds))\n"
    )
    cost = measured(sys.executable, "-c", code, str(root))
    seconds = json.loads((root / "seconds.json").read_bytes())
    pipeline = Pipeline(study)
    number = {id_: i for i, c in enumerate(pipeline.clustering.clusters) for id_ in c.excerpt_ids}
    return cost, [number.get(id_, -1) for id_ in pipeline.columns.ids], seconds


def agreement(first: list[int], second: list[int]) -> tuple[float, float]:
    from sklearn.metrics import adjusted_rand_score

    both = [(a, b) for a, b in zip(first, second, strict=True) if a >= 0 and b >= 0]
    placed = adjusted_rand_score(*zip(*both, strict=True)) if both else float("nan")
    return float(adjusted_rand_score(first, second)), float(placed)


def row(size: int, name: str, runs: list[tuple[tuple[float, float], list[int], dict[str, float]]]) -> str:
    (_, first, _), ((seconds, memory), labels, stages) = runs
    everywhere, placed = agreement(first, labels)
    outside = sum(label < 0 for label in labels) / len(labels)
    told = ", ".join(f"{stage} {taken:.1f}" for stage, taken in stages.items())
    clusters = len({label for label in labels if label >= 0})
    return (
        f"| {size:,} | {name} | {seconds:.1f} | {told} | {memory:.2f} GB | {clusters} "
        f"| {outside:.0%} | {everywhere:.2f} | {placed:.2f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", help="the Python of an environment with BERTopic")
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 20_000])
    parser.add_argument("--folder", type=Path, help="where the studies are made, and kept")
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    parser.add_argument("--fit", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fit:
        bertopic(options.fit)
        return
    if not options.peers:
        parser.error("--peers is needed")
    lines = [
        "| excerpts | | seconds | of which | peak memory | clusters | in none | agreement with itself "
        "| of those placed both times |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        for size in options.sizes:
            lines += compared(folder / f"compared-{size}", size, options.peers)
            print("\n".join(lines[-2:]), flush=True)
    if options.record:
        from benchmarks.recording import record

        record(RESULTS, "Clusters against BERTopic's default pipeline", __doc__, lines)


def compared(folder: Path, size: int, peers: str) -> list[str]:
    """The rows of both for one size."""
    import numpy as np

    from benchmarks.scale import make_study
    from thematic.pipeline import Pipeline

    study = make_study(folder, size, None)
    pipeline = Pipeline(study)
    (folder / "texts.json").write_text(json.dumps([excerpt.text for excerpt in pipeline.excerpts]))
    np.save(folder / "vectors.npy", np.asarray(pipeline.columns.values))
    count = len(pipeline.columns.ids)
    theirs = []
    for _ in range(2):
        cost = measured(peers, __file__, "--fit", str(folder))
        found = json.loads((folder / "bertopic.json").read_text())
        theirs.append((cost, found["labels"], found["seconds"]))
    return [
        row(count, "thematic", [ours(study.root) for _ in range(2)]),
        row(count, "BERTopic()", theirs),
    ]


if __name__ == "__main__":
    main()
