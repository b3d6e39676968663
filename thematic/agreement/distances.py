"""Distances between categories, for Krippendorff's alpha: 0 for the same category.

A distance is asked for block by block and pair by pair, so that the whole square of many distinct sets of
codes is never in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.ratings import Category
from thematic.errors import SettingsError

__all__ = ["Distance", "jaccard", "masi", "matrix_distance", "nominal", "ratio", "set_distance", "unequal"]

Floats = NDArray[np.float64]
Indices = NDArray[np.integer]


@dataclass(frozen=True, slots=True, eq=False)
class Distance:
    """A distance between the categories of one variable.

    block: positions, shapes (n,) and (m,), to the distances of all pairs of them, shape (n, m).
    between: two arrays of positions of one shape to distances of that shape.
    """

    block: Callable[[Indices, Indices], Floats]
    between: Callable[[Indices, Indices], Floats]


def matrix_distance(matrix: Floats) -> Distance:
    """A distance given as a square.

    Raises SettingsError unless it is symmetric, never negative and 0 between a category and itself.
    """
    square = np.asarray(matrix, dtype=np.float64)
    if square.ndim != 2 or square.shape[0] != square.shape[1]:
        raise SettingsError(f"distances must be a square, found shape {square.shape}")
    if not np.allclose(square, square.T) or np.diag(square).any() or (square < 0).any():
        raise SettingsError(
            "distances must be symmetric, 0 between a category and itself, and never negative"
        )
    return Distance(
        block=lambda rows, columns: square[np.ix_(rows, columns)], between=lambda a, b: square[a, b]
    )


def nominal(n_categories: int) -> Floats:
    """1 between any two categories. Krippendorff (2011), section B."""
    return 1 - np.eye(n_categories)


def unequal() -> Distance:
    """The same, for any number of categories."""

    def differ(c: Indices, k: Indices) -> Floats:
        return np.not_equal(c, k).astype(np.float64)

    return Distance(block=lambda rows, columns: differ(rows[:, None], columns), between=differ)


def ratio(positions: Floats) -> Distance:
    """((c - k) / (c + k))², for numbers of at least 0. Krippendorff (2011), section D."""

    def squared(c: Floats, k: Floats) -> Floats:
        sums = c + k
        return np.divide(c - k, sums, out=np.zeros_like(sums), where=sums != 0) ** 2

    return Distance(
        block=lambda rows, columns: squared(positions[rows, None], positions[columns]),
        between=lambda a, b: squared(positions[a], positions[b]),
    )


def jaccard(common: Floats, size_a: Floats, size_b: Floats) -> Floats:
    """1 - |A ∩ B| / |A ∪ B| (Jaccard 1912), and 0 between two empty sets: both coders said "nothing here"."""
    union = np.asarray(size_a + size_b - common)
    return 1 - np.divide(common, union, out=np.ones_like(union), where=union > 0)


def masi(common: Floats, size_a: Floats, size_b: Floats) -> Floats:
    """1 - J · M of Passonneau (2006), J the Jaccard coefficient, and 0 between two empty sets.

    M is 1 for the same set, 2/3 where one holds the other, 1/3 where they merely overlap, 0 where they are
    disjoint.
    """
    same = (common == size_a) & (common == size_b)
    nested = (common == size_a) | (common == size_b)
    monotonicity = np.where(same, 1.0, np.where(nested, 2 / 3, 1 / 3))
    return 1 - (1 - jaccard(common, size_a, size_b)) * monotonicity


def set_distance(
    formula: Callable[[Floats, Floats, Floats], Floats], categories: Sequence[Category]
) -> Distance:
    """A distance between sets of codes: `jaccard` or `masi`. A category that is no set is a set of one."""
    sets = [found if isinstance(found, frozenset) else frozenset((str(found),)) for found in categories]
    column = {code: position for position, code in enumerate(sorted(frozenset().union(*sets)))}
    # The distance depends on three small numbers: how many codes are common, and in each set. It is computed
    # once for all of them; the sizes travel as two more columns, so that one product finds the place to look.
    sizes, size_at = np.unique([len(codes) for codes in sets], return_inverse=True)
    shape = (len(sizes), len(sizes), int(sizes.max(initial=0)) + 1)
    exact = np.float32 if np.prod(shape) < 2**24 else np.float64
    left = np.zeros((len(sets), len(column) + 2), dtype=exact)
    for row, codes in enumerate(sets):
        left[row, [column[code] for code in codes]] = 1
    right = left.copy()
    left[:, -2], left[:, -1] = size_at * (shape[1] * shape[2]), 1
    right[:, -2], right[:, -1] = 1, size_at * shape[2]
    size = sizes.astype(np.float64)
    common = np.arange(float(shape[2]))
    table: Floats = formula(common, size[:, None, None], size[None, :, None]).ravel()

    def block(rows: Indices, columns: Indices) -> Floats:
        return table[(left[rows] @ right[columns].T).astype(np.intp)]

    def between(a: Indices, b: Indices) -> Floats:
        place = np.einsum("ij,ij->i", left[a], right[b]).astype(np.intp)
        found: Floats = table[place]
        return found

    return Distance(block=block, between=between)
