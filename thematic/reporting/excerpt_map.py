"""Section 8: excerpts and clusters as a map of two dimensions, whose distances are approximate.

t-SNE (van der Maaten & Hinton, 2008, JMLR 9, 2579-2605) keeps neighbours together and nothing else: how far
apart two groups lie and how large they look says little. The map says how many neighbours it kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thematic.model import Cluster
from thematic.reporting.coded import CodedExcerpts
from thematic.reporting.missing import Missing

__all__ = ["ClusterRow", "ExcerptMap", "MapPoint", "map_excerpts"]

MOST_POINTS = 1500
FEWEST_POINTS = 20
NEIGHBOURS = 10
PERPLEXITY = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPoint:
    """cluster: its number on the map, or None. codes: what people gave the excerpt."""

    excerpt_id: str
    transcript_id: str
    x: float
    y: float
    cluster: int | None
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRow:
    """A cluster as it stands against the codebook. number: on the map, from 1."""

    number: int
    id: str
    terms: tuple[str, ...]
    excerpts: int
    interviews: int
    status: str
    stability: float | None
    placement: str
    codes: tuple[str, ...]
    shares: tuple[float, ...]
    basis: str
    explanation: str
    exemplars: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcerptMap:
    """kept: share of each excerpt's ten nearest neighbours, by meaning, that are among its ten nearest on the
    map. drawn_of: excerpts of which `points` are a draw by seed, or as many as there are points."""

    points: tuple[MapPoint, ...]
    clusters: tuple[ClusterRow, ...]
    kept: float
    drawn_of: int
    seed: int


def map_excerpts(coded: CodedExcerpts, vectors: NDArray[np.float32] | None) -> ExcerptMap | Missing:
    """The map. vectors: shape (n, d), of unit length, in the order of the excerpts."""
    if vectors is None or len(vectors) < FEWEST_POINTS:
        return Missing(
            what=f"A map needs at least {FEWEST_POINTS} excerpts; there are {len(coded.excerpts)}.",
            how="Add interviews with `thematic ingest PATH`, then run `thematic report` again.",
        )
    clustering = coded.data.clustering
    shown = [c for c in clustering.clusters if c.status != "hidden"] if clustering else []
    number = {id_: n for n, cluster in enumerate(shown, start=1) for id_ in cluster.excerpt_ids}
    random = np.random.default_rng(coded.settings.seed)
    rows = np.arange(len(vectors))
    if len(rows) > MOST_POINTS:
        rows = np.sort(random.choice(len(rows), MOST_POINTS, replace=False))
    places = _places(vectors[rows], coded.settings.seed)
    text = {excerpt.id: excerpt for excerpt in coded.excerpts}
    return ExcerptMap(
        points=tuple(
            MapPoint(
                excerpt_id=coded.excerpts[row].id,
                transcript_id=coded.excerpts[row].transcript_id,
                x=round(float(x), 3),
                y=round(float(y), 3),
                cluster=number.get(coded.excerpts[row].id),
                codes=tuple(coded.codes[at].id for at in np.flatnonzero(coded.direct[row])),
            )
            for row, (x, y) in zip(rows.tolist(), places, strict=True)
        ),
        clusters=tuple(
            _row(n, cluster, {id_: text[id_].text for id_ in cluster.exemplar_ids if id_ in text})
            for n, cluster in enumerate(shown, start=1)
        ),
        kept=round(_kept(vectors[rows], places), 3),
        drawn_of=len(vectors),
        seed=coded.settings.seed,
    )


def _places(vectors: NDArray[np.float32], seed: int) -> NDArray[np.float64]:
    """Shape (n, 2). One thread, as sums in another order give another map."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        centred = vectors.astype(np.float64) - vectors.mean(axis=0)
        _, _, axes = np.linalg.svd(centred, full_matrices=False)
        # The sign of an axis is arbitrary: its largest entry is made positive.
        axes = axes[: min(50, len(axes))]
        axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
        reduced = centred @ axes.T
        start = reduced[:, :2] / (reduced[:, 0].std() or 1.0) * 1e-4
        return np.asarray(
            TSNE(
                init=start,
                perplexity=min(PERPLEXITY, (len(vectors) - 1) / 3),
                learning_rate="auto",
                random_state=seed,
                max_iter=400,
                n_jobs=1,
            ).fit_transform(reduced.astype(np.float32)),
            dtype=np.float64,
        )


def _kept(vectors: NDArray[np.float32], places: NDArray[np.float64]) -> float:
    count = min(NEIGHBOURS, len(vectors) - 1)
    meaning = -(vectors @ vectors.T)
    squares = (places**2).sum(axis=1)
    distance = squares[:, None] + squares[None, :] - 2 * places @ places.T
    np.fill_diagonal(meaning, np.inf)
    np.fill_diagonal(distance, np.inf)
    near, drawn = (np.argpartition(m, count - 1, axis=1)[:, :count] for m in (meaning, distance))
    return float(np.mean([len(np.intersect1d(a, b)) / count for a, b in zip(near, drawn, strict=True)]))


def _row(number: int, cluster: Cluster, exemplars: dict[str, str]) -> ClusterRow:
    placed = cluster.placement
    return ClusterRow(
        number=number,
        id=cluster.id,
        terms=cluster.terms,
        excerpts=len(cluster.excerpt_ids),
        interviews=len(cluster.transcript_ids),
        status=cluster.status,
        stability=cluster.stability,
        placement=placed.kind if placed else "unclear",
        codes=placed.code_ids if placed else (),
        shares=placed.shares if placed else (),
        basis=placed.basis if placed else "suggestions",
        explanation=placed.explanation if placed else "",
        exemplars=tuple(exemplars.items()),
    )
