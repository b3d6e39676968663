"""Clusters against human codes, and against what a researcher would run instead, on the same vectors.

    python benchmarks/clusters.py --data DIR --peers PYTHON [--record]

DIR holds pairs NAME.jsonl (rows `doc`, `i`, `speaker`, `text`, `codes`) and NAME.codebook.json. PYTHON is
that of an environment with the peers: requirements-bertopic.txt says how to make one. Every method runs in a
process of its own, as it comes: with its default settings and seed.

- *left out*: share of excerpts in no cluster.
- *ARI*, *AMI*: agreement with the human codes of the coded excerpts (of several codes, the first of the
  codebook). What a method leaves out is one more group; *ARI inside* is without it.
- *again*: ARI of two runs on the same vectors.
- *stability*: mean best Jaccard overlap of a cluster when one interview in five is left out, weighted by
  size; the same five draws for all methods, and only what is in clusters counts.
- *seconds*: processor time of one run, imports and compilers excepted. *thematic* does the whole stage:
  groups, dense cores, twenty regroupings for stability, terms, exemplars; BERTopic does UMAP, HDBSCAN, terms.
- *MB*: peak memory of the process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).parent / "results" / "clusters.md"
DRAWS = 5
Rows = list[dict[str, str]]


# --- Methods: rows and vectors in, a label for each out, -1 for none. They run in processes of their own ---


def nouns(rows: Rows, values: np.ndarray) -> tuple[Any, Any]:
    from thematic.model import Excerpt, Vectors

    excerpts = [
        Excerpt(
            id=row["id"],
            transcript_id=row["interview"],
            start=place,
            end=place + len(row["text"]),
            text=row["text"],
            turns=(0,),
            speaker="",
        )
        for place, row in enumerate(rows)
    ]
    ids = tuple(row["id"] for row in rows)
    questions = np.zeros_like(values)
    return excerpts, Vectors(ids=ids, values=values, questions=questions, model="benchmark", model_sha256="")


def thematic(rows: Rows, values: np.ndarray, only_shown: bool = False, **settings: Any) -> np.ndarray:
    from thematic.clustering import ClusterSettings, cluster

    found = cluster(*nouns(rows, values), settings=ClusterSettings(**settings)).clusters
    kept = [item for item in found if not (only_shown and item.status == "hidden")]
    label = {name: number for number, item in enumerate(kept) for name in item.excerpt_ids}
    return np.array([label.get(row["id"], -1) for row in rows])


def without_shift(rows: Rows, values: np.ndarray) -> np.ndarray:
    from thematic.clustering import partition

    partition._SHIFTS = 0
    return thematic(rows, values)


def ward_tree_alone(_rows: Rows, values: np.ndarray) -> np.ndarray:
    from thematic.clustering.partition import cut, nearest, neighbour_graph, reduce, ward_tree

    points = reduce(values, min(50, len(values) - 1))
    neighbours = nearest(points, 15 if len(points) >= 500 else 10)
    return cut(ward_tree(points, neighbour_graph(points, neighbours)), round(len(points) ** 0.5))


def k_means(_rows: Rows, values: np.ndarray) -> np.ndarray:
    from sklearn.cluster import KMeans

    return KMeans(round(len(values) ** 0.5), n_init=10).fit(values).labels_


def bertopic(rows: Rows, values: np.ndarray) -> np.ndarray:
    from bertopic import BERTopic

    return np.array(BERTopic().fit_transform([row["text"] for row in rows], values)[0])


def evoc(_rows: Rows, values: np.ndarray) -> np.ndarray:
    from evoc import EVoC

    return EVoC().fit_predict(values)


def suggest_and_cluster(rows: Rows, values: np.ndarray) -> np.ndarray:
    from thematic.codebook import code_texts
    from thematic.embedding import code_vectors, load_embedder
    from thematic.formats.codebooks.front_door import read_codebook
    from thematic.suggestion import suggest

    codebook, _ = read_codebook(Path(__file__).parents[1] / "codebooks" / "smart_recovery.yaml")
    excerpts, vectors = nouns(rows, values)
    texts = code_texts(codebook)
    suggest(excerpts, vectors, codebook, texts, code_vectors(texts, load_embedder()))
    return thematic(rows, values)


OURS: dict[str, Callable[[Rows, np.ndarray], np.ndarray]] = {
    "**thematic**": thematic,
    "… what it shows of these": lambda rows, values: thematic(rows, values, only_shown=True),
    "… coarse": lambda rows, values: thematic(rows, values, granularity="coarse"),
    "… fine": lambda rows, values: thematic(rows, values, granularity="fine"),
    "… without the shift to neighbours": without_shift,
    "… the tree alone: no shift, nothing settles": ward_tree_alone,
    "… hdbscan": lambda rows, values: thematic(rows, values, method="hdbscan"),
    "k-means, k = √n": k_means,
}
PEERS: dict[str, Callable[[Rows, np.ndarray], np.ndarray]] = {"BERTopic()": bertopic, "EVoC()": evoc}
LARGE = {"**thematic**": thematic, "thematic suggest and cluster": suggest_and_cluster}


def work(method: str, folder: Path) -> None:
    """Run one method on all rows, then on the rows of each draw, and write what was found."""
    rows = json.loads((folder / "rows.json").read_text("utf-8"))
    values = np.load(folder / "values.npy")
    run = (OURS | PEERS | LARGE)[method]
    few = range(min(len(rows), 200))
    run([rows[i] for i in few], values[few])  # imports and compilers, which are not the method
    begin, clock = time.process_time(), time.perf_counter()
    labels = [run(rows, values).tolist()]
    found: dict[str, Any] = {
        "seconds": time.process_time() - begin,
        "wall": time.perf_counter() - clock,
        "megabytes": peak_megabytes(),
    }
    for chosen in json.loads((folder / "draws.json").read_text("utf-8")):
        labels.append(run([rows[i] for i in chosen], values[chosen]).tolist())
    (folder / "found.json").write_text(json.dumps(found | {"labels": labels}), "utf-8")


def peak_megabytes() -> float:
    """Of this process alone: getrusage would count what its parent had before it started this one."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def in_a_process(
    method: str, python: str, rows: Rows, values: np.ndarray, draws: Sequence[np.ndarray] = ()
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "values.npy", values)
        (folder / "rows.json").write_text(json.dumps(rows), "utf-8")
        (folder / "draws.json").write_text(json.dumps([draw.tolist() for draw in draws]), "utf-8")
        arguments = [python, __file__, "--work", method, "--folder", name]
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found: dict[str, Any] = json.loads((folder / "found.json").read_text("utf-8"))
    print(f"{method}: {found['wall']:.0f} s", file=sys.stderr)
    return found


# --- Against human codes -------------------------------------------------------------------------------


class Case:
    """A coded set: excerpts, their vectors, the ids of their codes, and one code number each, -1 for none."""

    def __init__(self, path: Path) -> None:
        from thematic.embedding import load_embedder
        from thematic.formats.codebooks.front_door import read_codebook
        from thematic.formats.evaluation.coded_excerpts import read_coded_excerpts
        from thematic.text import count_words

        self.name = path.stem
        self.codebook, _ = read_codebook(path.with_name(f"{path.stem}.codebook.json"))
        coded = read_coded_excerpts(path, self.codebook)
        # Back-channels and repeats are set aside for all methods alike: they are no test of grouping.
        spoken = {e.text: e for e in reversed(coded.excerpts) if count_words(e.text) >= 3}
        self.excerpts = sorted(spoken.values(), key=lambda e: (e.transcript_id, e.start, e.id))
        self.values = load_embedder().encode([e.text for e in self.excerpts])
        self.given = {e.id: frozenset().union(*coded.codes[e.id].values()) for e in self.excerpts}
        order = [code.id for code in self.codebook.codes]
        self.codes = np.array([min(map(order.index, self.given[e.id]), default=-1) for e in self.excerpts])
        self.rows = [{"id": e.id, "interview": e.transcript_id, "text": e.text} for e in self.excerpts]
        self.interviews = np.unique([e.transcript_id for e in self.excerpts], return_inverse=True)[1]


def table(case: Case, peers: str) -> list[str]:
    from thematic.clustering.stability import draws

    dropped = draws(int(case.interviews.max()) + 1, DRAWS, seed=0)
    kept = [np.flatnonzero(~np.isin(case.interviews, out)) for out in dropped]
    coded = case.codes >= 0
    lines = [
        f"### {case.name}: {len(case.rows)} excerpts, {case.interviews.max() + 1} interviews, {coded.sum()} "
        f"coded with {len(set(case.codes[coded]))} codes",
        "",
        "| method | clusters | left out | ARI | AMI | ARI inside | again | stability | seconds | MB |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for python, methods in ((sys.executable, OURS), (peers, PEERS)):
        for method in methods:
            found = in_a_process(method, python, case.rows, case.values, [np.arange(len(case.rows)), *kept])
            lines.append(f"| {' | '.join([method, *figures(found, case.codes, kept)])} |")
    return [*lines, ""]


def figures(found: dict[str, Any], codes: np.ndarray, kept: Sequence[np.ndarray]) -> list[str]:
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    from thematic.clustering.stability import best_overlaps

    first, again, *others = (np.array(labels) for labels in found["labels"])
    groups = int(first.max()) + 1
    coded, inside = codes >= 0, (codes >= 0) & (first >= 0)
    overlaps = [best_overlaps(first[rows], new, groups) for rows, new in zip(kept, others, strict=True)]
    sizes = np.bincount(first[first >= 0], minlength=groups)
    return [
        str(groups),
        f"{(first < 0).mean():.2f}",
        f"{adjusted_rand_score(codes[coded], first[coded]):.3f}",
        f"{adjusted_mutual_info_score(codes[coded], first[coded]):.3f}",
        f"{adjusted_rand_score(codes[inside], first[inside]):.3f}",
        f"{adjusted_rand_score(first, again):.2f}",
        f"{np.average(np.nanmean(overlaps, axis=0), weights=sizes):.2f}" if groups else "",
        f"{found['seconds']:.1f}",
        f"{found['megabytes']:.0f}",
    ]


# --- Placement -----------------------------------------------------------------------------------------


def placements(cases: Sequence[Case]) -> list[str]:
    """How far placement by suggestions can be believed: against people's codes, and with a code left out."""
    from thematic.clustering import cluster, place
    from thematic.codebook import code_texts
    from thematic.embedding import code_vectors, load_embedder
    from thematic.suggestion import suggest

    embedder = load_embedder()
    lines = [
        "### Placement by suggestions",
        "",
        "*same code*: of the clusters shown, how many have the same commonest code by first suggestions as",
        "by people. Then each code with ten excerpts or more is left out of the codebook in turn: how many",
        "of the stable clusters that are mostly its own are called new, and how many of the others.",
        "",
        "| set | same code | its own called new | others called new |",
        "|---|---|---|---|",
    ]
    for case in cases:
        excerpts, vectors = nouns(case.rows, case.values)
        clustering = cluster(excerpts, vectors)
        shown = [item for item in clustering.clusters if item.status != "hidden"]

        def by_suggestions(codebook: Any, case: Case = case) -> Any:
            excerpts, vectors = nouns(case.rows, case.values)
            texts = code_texts(codebook)
            return suggest(excerpts, vectors, codebook, texts, code_vectors(texts, embedder))[0]

        def counts(item: Any, case: Case = case) -> Counter[str]:
            return Counter(code for name in item.excerpt_ids for code in case.given[name])

        first = {s.excerpt_id: s.code_id for s in by_suggestions(case.codebook) if s.rank == 1}
        same = [
            counts(item)[Counter(first[name] for name in item.excerpt_ids).most_common(1)[0][0] or ""]
            == max(counts(item).values(), default=1)
            for item in shown
        ]
        own, others = [], []
        sizes = Counter(code for given in case.given.values() for code in given)
        for code in [code for code, size in sizes.items() if size >= 10]:
            without = type(case.codebook)(
                title="",
                version="",
                codes=tuple(c for c in case.codebook.codes if code not in (c.id, c.parent_id)),
            )
            for item in place(clustering, by_suggestions(without), without).clusters:
                if item.status == "stable" and item.placement:
                    mostly = 2 * counts(item)[code] >= len(item.excerpt_ids)
                    (own if mostly else others).append(item.placement.kind == "new")
        lines.append(
            f"| {case.name} | {sum(same)} of {len(same)} | {sum(own)} of {len(own)} | "
            f"{sum(others)} of {len(others)} |"
        )
    return [*lines, ""]


# --- Size ----------------------------------------------------------------------------------------------


def invented(cases: Sequence[Case], count: int) -> tuple[Rows, np.ndarray, np.ndarray]:
    """Rows, vectors and codes of excerpts drawn from the sets, vectors blurred to a cosine of about .93."""
    random = np.random.default_rng(0)
    texts = [row["text"] for case in cases for row in case.rows]
    values = np.concatenate([case.values for case in cases])
    shifts = np.cumsum([0, *(len(case.codebook.codes) for case in cases)])
    codes = np.concatenate(
        [np.where(case.codes < 0, -1, case.codes + shift) for case, shift in zip(cases, shifts, strict=False)]
    )
    drawn = random.integers(0, len(texts), count)
    blurred = values[drawn] + random.normal(0, 0.02, (count, values.shape[1]))
    blurred /= np.linalg.norm(blurred, axis=1, keepdims=True)
    rows = [
        {"id": f"e{n:06}", "interview": f"i{n // 130:04}", "text": f"{texts[i]} {n}"}
        for n, i in enumerate(drawn)
    ]
    return rows, blurred.astype(np.float32), codes[drawn]


def samples(cases: Sequence[Case]) -> list[str]:
    from sklearn.metrics import adjusted_mutual_info_score

    from thematic.clustering.partition import one_thread, reduce, ward_groups

    _, values, codes = invented(cases, 12_000)
    order = np.random.default_rng(0).permutation(len(values))
    lines = [
        "### The tree from a sample: 12,000 excerpts drawn from the sets above, their vectors blurred",
        "",
        "*spread*: sum of squared distances to the centres, against that of the tree from all. The tree of",
        "thematic is from 5,000.",
        "",
        "| tree from | spread | AMI | seconds |",
        "|---|---|---|---|",
    ]
    spreads: list[float] = []
    with one_thread():
        points = reduce(values, 50)
        for most in (12_000, 10_000, 5_000, 2_500, 1_250):
            begin = time.process_time()
            labels = ward_groups(points, np.sort(order[:most]), round(len(points) ** 0.5))
            seconds = time.process_time() - begin
            groups = [points[labels == label] for label in range(labels.max() + 1)]
            spreads.append(sum(float(((group - group.mean(axis=0)) ** 2).sum()) for group in groups))
            ami = adjusted_mutual_info_score(codes[codes >= 0], labels[codes >= 0])
            lines.append(f"| {most:,} | {spreads[-1] / spreads[0]:.3f} | {ami:.3f} | {seconds:.1f} |")
    return [*lines, ""]


def large(cases: Sequence[Case]) -> list[str]:
    rows, values, _ = invented(cases, 50_000)
    lines = [
        "### 50,000 excerpts, given their vectors",
        "",
        "| stage | clusters | wall seconds | processor seconds | MB |",
        "|---|---|---|---|---|",
    ]
    for method in LARGE:
        found = in_a_process(method, sys.executable, rows, values)
        cells = (
            max(found["labels"][0]) + 1,
            *(f"{found[key]:.0f}" for key in ("wall", "seconds", "megabytes")),
        )
        lines.append(f"| {method} | {' | '.join(map(str, cells))} |")
    return [*lines, ""]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--peers", help="the Python of an environment with BERTopic and EVoC")
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work, options.folder)
        return
    if not (options.data and options.peers):
        parser.error("--data and --peers are needed")
    cases = [Case(path) for path in sorted(options.data.glob("*.jsonl"))]
    lines = placements(cases) + samples(cases) + large(cases)
    lines = [line for case in cases for line in table(case, options.peers)] + lines
    print("\n".join(lines))
    if options.record:
        head = ["# Clusters against human codes and against peers", "", (__doc__ or "").strip(), ""]
        RESULTS.write_text("\n".join(head + lines), encoding="utf-8")


if __name__ == "__main__":
    main()
