"""Krippendorff's alpha with any fixed distance, among any number of distinct values or sets of codes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.coefficients import Cells
from thematic.agreement.distances import Distance
from thematic.agreement.statistic import Groups

__all__ = ["ComparableRatings", "DistanceAlpha", "alpha_of", "distances_to"]

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

# Distances in one block of work, few enough for the processor's cache.
_BLOCK = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class DistanceAlpha:
    """Krippendorff's alpha of one variable, with a distance that does not depend on the data.

    1 - (n - 1) Σ_u D_u / Σ_ck n_c n_k δ_ck, where D_u = Σ_{i≠j} δ_ij / (r_u - 1) adds up over units, and the
    double sum S is a square in the counts: without a part of the units it is S - 2 (part with all) + (part
    with itself). So leaving out each part in turn takes all distances once, however many sets there are.

    ratings: of the units with two ratings or more. to_everybody: Σ_k δ_ck n_k of each category c.
    """

    ratings: ComparableRatings
    distance: Distance
    to_everybody: Floats

    @classmethod
    def of(cls, cells: Cells, distance: Distance) -> DistanceAlpha:
        ratings = ComparableRatings.of(cells, distance)
        return cls(ratings, distance, distances_to(distance, ratings.counts()))

    def value(self) -> Floats:
        expected = np.array([self.ratings.counts() @ self.to_everybody])
        return alpha_of(*self.ratings.totals(), expected)

    def without_each(self, groups: Groups) -> Floats:
        own = self.ratings
        disagreement, n_ratings = own.by_group(groups)
        with_all = _totals(groups.of_unit[own.unit], own.size * self.to_everybody[own.category], groups.count)
        expected = with_all.sum() - 2 * with_all + self._with_itself(groups)
        n_all = n_ratings.sum()
        rest = (disagreement.sum() - disagreement, n_all - n_ratings, expected)
        return alpha_of(*rest, precision=n_all**2)[:, None]

    def reweighted(self, groups: Groups, weights: Floats) -> Floats:
        own = self.ratings
        disagreement, n_ratings = own.by_group(groups)
        group = groups.of_unit[own.unit]
        if groups.count <= len(weights):
            place = own.category * groups.count + group
            counts = _totals(place, own.size, own.n_categories * groups.count).reshape(-1, groups.count)
            squares = counts.T @ distances_to(self.distance, counts)
            expected = ((weights @ squares) * weights).sum(axis=1)
        else:
            drawn = [_totals(own.category, row[group] * own.size, own.n_categories) for row in weights]
            counts = np.stack(drawn, axis=1)
            expected = (counts * distances_to(self.distance, counts)).sum(axis=0)
        return alpha_of(weights @ disagreement, weights @ n_ratings, expected)[:, None]

    def _with_itself(self, groups: Groups) -> Floats:
        """For each group Σ_ck n_c(group) n_k(group) δ_ck."""
        own = self.ratings
        if groups.are_units:
            return own.within * own.raters_less_one * own.sizes
        group = groups.of_unit[own.unit]
        order = np.argsort(group, kind="stable")
        ends = np.cumsum(np.bincount(group, minlength=groups.count))
        squares = np.zeros(groups.count)
        for position, members in enumerate(np.split(order, ends[:-1])):
            used, inverse = np.unique(own.category[members], return_inverse=True)
            counts = _totals(inverse, own.size[members], len(used))
            squares[position] = counts @ distances_to(self.distance, counts, used)
        return squares


@dataclass(frozen=True, slots=True, eq=False)
class ComparableRatings:
    """The ratings of one variable on units with two ratings or more.

    unit, category, size: of each rating, the unit's size being how many equal units it stands for.
    within: shape (units,), D_u = Σ_{i≠j} δ_ij / (r_u - 1), times the size. raters_less_one, sizes: of each
    unit.
    """

    unit: Indices
    category: Indices
    size: Floats
    within: Floats
    raters_less_one: Floats
    sizes: Floats
    n_categories: int

    @classmethod
    def of(cls, cells: Cells, distance: Distance) -> ComparableRatings:
        indices = cells.indices[:, :, 0]
        rated = indices >= 0
        raters = np.count_nonzero(rated, axis=1)
        rated = rated & (raters >= 2)[:, None]
        between = np.zeros(len(indices))
        for a, b in combinations(range(indices.shape[1]), 2):
            both = rated[:, a] & rated[:, b]
            between[both] += 2 * distance.between(indices[both, a], indices[both, b])
        unit, coder = np.nonzero(rated)
        sizes = np.ones(len(indices)) if cells.sizes is None else cells.sizes
        others = np.maximum(raters - 1, 0).astype(np.float64)
        return cls(
            unit=unit,
            category=indices[unit, coder].astype(np.intp),
            size=sizes[unit],
            within=between / np.maximum(others, 1) * sizes,
            raters_less_one=others,
            sizes=sizes,
            n_categories=cells.n_categories,
        )

    def counts(self) -> Floats:
        """n_c: how often each category was given; shape (categories,)."""
        return _totals(self.category, self.size, self.n_categories)

    def totals(self) -> tuple[Floats, Floats]:
        """Σ D_u and the number of ratings; shape (1,) each."""
        return np.array([self.within.sum()]), np.array([self.size.sum()])

    def by_group(self, groups: Groups) -> tuple[Floats, Floats]:
        """Σ D_u and the number of ratings of each group."""
        return (
            _totals(groups.of_unit, self.within, groups.count),
            _totals(groups.of_unit[self.unit], self.size, groups.count),
        )


def distances_to(distance: Distance, counts: Floats, categories: Indices | None = None) -> Floats:
    """Σ_k δ_ck n_k for each category c, and each column of counts if they have two dimensions.

    categories: those that the rows of `counts` are of, where not all. In blocks, so that memory stays small.
    """
    chosen = np.arange(len(counts)) if categories is None else categories
    step = max(1, _BLOCK // max(len(chosen), 1))
    blocks = [chosen[start : start + step] for start in range(0, len(chosen), step)]
    return np.concatenate(
        [np.zeros((0, *counts.shape[1:]))] + [distance.block(rows, chosen) @ counts for rows in blocks]
    )


def alpha_of(
    disagreement: Floats, n_ratings: Floats, expected: Floats, precision: float | None = None
) -> Floats:
    """1 - (n - 1) Σ D_u / Σ n_c n_k δ_ck. precision: the size of what `expected` is a difference of."""
    ratio: Floats = np.full(expected.shape, np.nan)
    possible = expected > 1e-12 * (n_ratings**2 if precision is None else precision)
    np.divide((n_ratings - 1) * disagreement, expected, out=ratio, where=possible)
    return 1 - ratio


def _totals(place: Indices, amounts: Floats, count: int) -> Floats:
    """The sum of the amounts at each place 0 … count - 1."""
    return np.bincount(place, weights=amounts, minlength=count).astype(np.float64)
