"""Clusters as a tree of two levels: candidate themes for inductive coding, and the clusters under each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from thematic.clustering.description import terms
from thematic.clustering.partition import unit
from thematic.model import Cluster, Clustering, Excerpt, Vectors

__all__ = ["CandidateTheme", "candidate_themes"]

_TERMS = 5
_FEWEST_JOINED = 4  # clusters; fewer are read as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateTheme:
    """Clusters that read alike. A prompt for reading, not a theme: what they mean is for people to say.

    terms: the words that set it apart from the other candidates. clusters: largest first.
    """

    terms: tuple[str, ...]
    clusters: tuple[Cluster, ...]
    excerpts: int
    transcript_ids: tuple[str, ...]


def candidate_themes(
    clustering: Clustering, excerpts: Sequence[Excerpt], vectors: Vectors, *, themes: int | None = None
) -> tuple[CandidateTheme, ...]:
    """The clusters that are shown, joined into about √k candidate themes from k clusters, largest first.

    Clusters are joined two at a time, those first whose joining adds least to the squared distances from
    the centre (Ward 1963, J. Am. Stat. Assoc. 58, eq. 1): with sizes m, n and centres a, b that is
    m·n / (m + n) · ‖a − b‖². Equal costs are broken by order. Fewer than four clusters stay as they are.
    """
    shown = [cluster for cluster in clustering.clusters if cluster.status != "hidden"]
    rows = {name: row for row, name in enumerate(vectors.ids)}
    centres = [vectors.values[[rows[i] for i in c.excerpt_ids]].mean(axis=0) for c in shown]
    sizes = [len(cluster.excerpt_ids) for cluster in shown]
    wanted = len(shown) if len(shown) < _FEWEST_JOINED else themes or max(2, round(sqrt(len(shown))))
    groups = _joined(np.array(centres, dtype=np.float64), np.array(sizes, dtype=np.float64), wanted)
    text = {excerpt.id: excerpt.text for excerpt in excerpts}
    labels = [label for label, group in enumerate(groups) for c in group for _ in shown[c].excerpt_ids]
    words = [text[id_] for group in groups for c in group for id_ in shown[c].excerpt_ids]
    telling = terms(words, np.array(labels, dtype=np.intp), count=_TERMS)
    found = [
        CandidateTheme(
            terms=telling[label],
            clusters=tuple(sorted((shown[c] for c in group), key=lambda c: (-len(c.excerpt_ids), c.id))),
            excerpts=sum(sizes[c] for c in group),
            transcript_ids=tuple(sorted({t for c in group for t in shown[c].transcript_ids})),
        )
        for label, group in enumerate(groups)
    ]
    return tuple(sorted(found, key=lambda theme: (-theme.excerpts, theme.clusters[0].id)))


def _joined(centres: NDArray[np.float64], sizes: NDArray[np.float64], wanted: int) -> list[list[int]]:
    """The rows of `centres` in `wanted` groups, by Ward's cost."""
    groups = [[row] for row in range(len(centres))]
    points = unit(centres).astype(np.float64) if len(centres) else centres
    weights = sizes.copy()
    while len(groups) > max(wanted, 1):
        squares = (points**2).sum(axis=1)
        distances = squares[:, None] + squares[None, :] - 2 * points @ points.T
        cost = weights[:, None] * weights[None, :] / (weights[:, None] + weights[None, :]) * distances
        cost[np.tril_indices(len(groups))] = np.inf
        one, other = np.unravel_index(int(cost.round(9).argmin()), cost.shape)
        both = weights[one] + weights[other]
        points[one] = (weights[one] * points[one] + weights[other] * points[other]) / both
        weights[one] = both
        groups[one] += groups[other]
        points, weights = np.delete(points, other, axis=0), np.delete(weights, other)
        del groups[int(other)]
    return groups
