"""From vectors to groups: reduction, exact neighbours, Ward's tree and its cut, dense cores.

Every function is repeatable to the last bit on one machine, whatever the number of threads: matrix products
run on one thread each, ties are broken by row, and nothing is drawn at random. Rows are excerpts throughout.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "cut",
    "dense_groups",
    "join_nearest",
    "nearest",
    "neighbour_graph",
    "one_thread",
    "principal",
    "reduce",
    "unit",
    "ward_groups",
    "ward_tree",
]

Points = NDArray[np.float32]
Labels = NDArray[np.intp]

_BLOCK = 1024  # rows of the similarity matrix held at once: 200 MB at 50,000 excerpts
_WORKERS = 2
_SHIFTS = 2
_MOST_MOVES = 100  # rounds; a few dozen are usual
_DENSE_COMPONENTS = 15  # density means little in more dimensions


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, numerical libraries use one thread: the last bits of a sum depend on how it is shared out."""
    import scipy.linalg  # noqa: F401  loaded first, because only libraries already loaded can be limited
    import sklearn.cluster  # noqa: F401
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


def unit(values: NDArray[Any]) -> Points:
    """`values` with rows of length one, float32; zero rows stay zero."""
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    scaled: Points = (values / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return scaled


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Principal components: the mean of the rows they were found in, and a column for each, (d, size)."""

    mean: NDArray[np.float64]
    weights: NDArray[np.float64]

    def of(self, values: Points) -> Points:
        """The components of these rows, rows of length one: shape (n, size), float32."""
        return unit((values - self.mean) @ self.weights)


def principal(values: Points, size: int) -> Components:
    """The first `size` principal components of `values`.

    They come from the covariance matrix. Their signs, which the eigenvalue problem leaves open, are fixed so
    that the largest weight of each is positive.
    """
    mean = values.mean(axis=0, dtype=np.float64)
    centred = values - mean
    _, vectors = np.linalg.eigh(centred.T @ centred)
    components = vectors[:, ::-1][:, :size]
    largest = np.abs(components).argmax(axis=0)
    return Components(mean, components * np.sign(components[largest, np.arange(size)]))


def reduce(values: Points, size: int) -> Points:
    """The first `size` principal components of `values`, of these rows: shape (n, size), float32."""
    return principal(values, size).of(values)


def nearest(points: Points, k: int) -> Labels:
    """The rows of the `k` nearest other points of each point by cosine, shape (n, k), each row ascending.

    Exact, not approximate. Where several points are equally near at the edge, the lowest rows are taken.
    """
    count = len(points)
    rows = np.empty((count, k), dtype=np.intp)

    def fill(start: int) -> None:
        block = points[start : start + _BLOCK] @ points.T
        here = np.arange(len(block))
        block[here, start + here] = -np.inf
        kth = np.partition(block, count - k, axis=1)[:, count - k, None]
        chosen = block >= kth
        for row in np.flatnonzero(chosen.sum(axis=1) > k):
            tied = np.flatnonzero(block[row] == kth[row])
            surplus = int(chosen[row].sum()) - k
            chosen[row, tied[len(tied) - surplus :]] = False
        rows[start : start + len(block)] = np.nonzero(chosen)[1].reshape(len(block), k)

    # Blocks do not depend on each other, so the number of workers cannot change a bit.
    with ThreadPoolExecutor(_WORKERS) as pool:
        list(pool.map(fill, range(0, count, _BLOCK)))
    return rows


def neighbour_graph(points: Points, neighbours: Labels) -> Any:
    """The symmetric graph of `neighbours` as a sparse matrix, in one piece.

    Pieces that no neighbour joins are joined at their nearest pair of points, so that one tree holds all.
    """
    import scipy.sparse
    from scipy.sparse.csgraph import connected_components

    count, k = neighbours.shape
    sources, targets = np.repeat(np.arange(count), k), neighbours.ravel()
    while True:
        links = np.ones(2 * len(sources), dtype=np.int8)
        ends = (np.concatenate([sources, targets]), np.concatenate([targets, sources]))
        graph = scipy.sparse.csr_matrix((links, ends), shape=(count, count))
        pieces, piece = connected_components(graph, directed=False)
        if pieces == 1:
            return graph
        bridges = [_bridge(points, piece == number) for number in range(pieces)]
        sources = np.append(sources, [start for start, _ in bridges])
        targets = np.append(targets, [end for _, end in bridges])


def _bridge(points: Points, inside: NDArray[np.bool_]) -> tuple[int, int]:
    """The nearest pair of points, row inside, row outside; the lowest rows where several are equally near."""
    own, others = np.flatnonzero(inside), np.flatnonzero(~inside)
    best = (-np.inf, 0, 0)
    for start in range(0, len(own), _BLOCK):
        block = points[own[start : start + _BLOCK]] @ points[others].T
        row, column = np.unravel_index(block.argmax(), block.shape)
        if block[row, column] > best[0]:
            best = (float(block[row, column]), int(own[start + row]), int(others[column]))
    return best[1], best[2]


def ward_tree(points: Points, graph: Any) -> Labels:
    """All merges of Ward's method along the edges of `graph`, first to last: shape (n - 1, 2).

    Row i merges two nodes into node n + i; nodes below n are points. Each merge is the one that adds least
    to the squared distances from the points to the means of their groups (Ward 1963,
    doi:10.1080/01621459.1963.10500845).
    """
    from sklearn.cluster import ward_tree as tree

    merges: Labels = tree(points, connectivity=graph)[0]
    return merges


def ward_groups(points: Points, sample: Labels, groups: int) -> Labels:
    """A label from 0 for each point: at most `groups` groups, near in Ward's sense. Shape (n,).

    The rows `sample` first move towards their neighbours, twice (mean shift; Fukunaga and Hostetler 1975,
    doi:10.1109/TIT.1975.1055330): between groups it gets emptier, and other interviews lead to the same
    groups. Ward's tree on the graph of nearest neighbours then gives the groups. A merge, once made, is never
    undone, so in the end every point, from where it stood at first, moves to the nearest centre until none
    moves; this brings in the rows outside the sample.
    """
    inside = points[sample]
    found = np.arange(len(inside))
    if groups < len(inside):
        k = min(15 if len(inside) >= 500 else 10, len(inside) - 1)
        shifted, neighbours = inside, nearest(inside, k)
        for _ in range(_SHIFTS):
            shifted = unit(shifted + shifted[neighbours].mean(axis=1))
            neighbours = nearest(shifted, k)
        found = cut(ward_tree(shifted, neighbour_graph(shifted, neighbours)), groups)
    labels = _nearest_centre(points, _centres(inside, found))
    for _ in range(_MOST_MOVES):
        moved = _nearest_centre(points, _centres(points, labels))
        if np.array_equal(moved, labels):
            break
        labels = moved
    return labels


def _centres(points: Points, labels: Labels) -> Points:
    """The mean of the points of each label that occurs: shape (labels, d)."""
    return np.array([points[labels == label].mean(axis=0) for label in np.unique(labels)])


def _nearest_centre(points: Points, means: Points) -> Labels:
    """The row of `means` nearest to each point, the first where several are; rows numbered without gaps."""
    return np.unique(_nearest_means(points, means)[0], return_inverse=True)[1]


def _nearest_means(points: Points, means: Points) -> tuple[Labels, NDArray[np.float64]]:
    """The row of `means` nearest to each point, the first where several are, and the squared distance."""
    rows = np.empty(len(points), dtype=np.intp)
    squared = np.empty(len(points))
    for start in range(0, len(points), _BLOCK):
        # The nearest mean m of p has the largest 2pm - mm, because |p - m|² = pp - 2pm + mm.
        block = points[start : start + _BLOCK]
        nearness = 2 * block @ means.T - (means**2).sum(axis=1)
        rows[start : start + _BLOCK] = nearness.argmax(axis=1)
        squared[start : start + _BLOCK] = (block**2).sum(axis=1) - nearness.max(axis=1)
    return rows, squared


def join_nearest(points: Points, inside: Labels, labels: Labels) -> tuple[Labels, float]:
    """Labels for all points, when those in the rows `inside` have `labels` from 0: the others get that of the
    nearest centre. And the loss: by how much, as a share, their mean squared distance to it is larger.
    """
    rows, squared = _nearest_means(points, _centres(points[inside], labels))
    rows[inside] = labels
    others = np.ones(len(points), bool)
    others[inside] = False
    return rows, float(squared[others].mean() / max(squared[inside].mean(), 1e-12) - 1)


def cut(merges: Labels, groups: int) -> Labels:
    """A label from 0 for each point: the `groups` groups that stand before the last merges. Shape (n,)."""
    import scipy.sparse
    from scipy.sparse.csgraph import connected_components

    count = len(merges) + 1
    done = merges[: count - groups]
    nodes = count + len(done)
    parents = np.repeat(np.arange(count, nodes), 2)
    links = (np.ones(len(parents), dtype=np.int8), (done.ravel(), parents))
    labels: Labels = connected_components(
        scipy.sparse.csr_matrix(links, shape=(nodes, nodes)), directed=False
    )[1]
    return labels[:count].astype(np.intp)


def dense_groups(points: Points, sample: Labels) -> Labels:
    """A label from 0 for each point in a dense group, -1 for the sparse rest. Shape (n,).

    `points` are principal components, of which the first 15 are used. The groups are leaves of the HDBSCAN
    tree (Campello, Moulavi and Sander 2013, doi:10.1007/978-3-642-37456-2_14) of the rows `sample`; the other
    rows are placed in it one by one.
    """
    import hdbscan

    space = unit(points[:, :_DENSE_COMPONENTS]).astype(np.float64)
    labels = np.full(len(points), -1, dtype=np.intp)
    size = max(5, round(sqrt(len(sample)) / 5))
    if len(sample) <= size:
        return labels
    rest = np.setdiff1d(np.arange(len(points)), sample)
    finder = hdbscan.HDBSCAN(
        min_cluster_size=size,
        min_samples=3,
        cluster_selection_method="leaf",
        core_dist_n_jobs=1,
        prediction_data=len(rest) > 0,
    ).fit(space[sample])
    labels[sample] = finder.labels_
    if len(rest) and labels.max() >= 0:
        labels[rest] = hdbscan.approximate_predict(finder, space[rest])[0]
    return labels
