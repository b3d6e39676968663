"""A coefficient made ready on one table: its value, that without each interview, and that of redrawn ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.coefficients import Cells, Scale
from thematic.agreement.distances import Distance

__all__ = ["AdditiveStatistic", "DistanceAlpha", "Groups", "Statistic"]

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

# Floating-point numbers in one block of work: 16 MB.
_BLOCK = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The interview that each unit belongs to, as positions 0 … count - 1; shape (units,)."""

    of_unit: Indices
    count: int

    @classmethod
    def by_name(cls, names: tuple[str, ...]) -> Groups:
        """Groups in order of their first unit."""
        position = {name: index for index, name in enumerate(dict.fromkeys(names))}
        return cls(np.array([position[name] for name in names], dtype=np.intp), len(position))

    @classmethod
    def single_units(cls, n_units: int) -> Groups:
        """Every unit a group of its own."""
        return cls(np.arange(n_units), n_units)

    @property
    def are_units(self) -> bool:
        return self.count == len(self.of_unit)


class Statistic(Protocol):
    """NaN stands for undefined in all three."""

    def value(self) -> Floats:
        """On the whole table; shape (variables,)."""

    def of_each(self, groups: Groups) -> Floats:
        """On each group alone; shape (groups, variables)."""

    def without_each(self, groups: Groups) -> Floats:
        """On the table less one group at a time; shape (groups, variables)."""

    def reweighted(self, groups: Groups, weights: Floats) -> Floats:
        """With each group counted `weights` times; (draws, groups) to (draws, variables)."""


@dataclass(frozen=True, slots=True, eq=False)
class AdditiveStatistic:
    """A coefficient that is a function of sums over units: see `coefficients`.

    n_terms: how many numbers the sums of one unit and variable take, about, while they are made.
    """

    cells: Cells
    scale: Scale
    sums_of: Callable[[Cells, Scale], Floats]
    value_of: Callable[[Floats, Scale], Floats]
    n_terms: int

    def value(self) -> Floats:
        return self.value_of(self._total(), self.scale)

    def of_each(self, groups: Groups) -> Floats:
        return self.value_of(self._group_sums(groups), self.scale)

    def without_each(self, groups: Groups) -> Floats:
        total = self._total()
        if not groups.are_units:
            return self.value_of(total - self._group_sums(groups), self.scale)
        left = np.empty((groups.count, self.cells.indices.shape[2]))
        for rows, sums in self._blocks(np.arange(groups.count)):
            left[rows] = self.value_of(total - sums, self.scale)
        return left

    def reweighted(self, groups: Groups, weights: Floats) -> Floats:
        if not groups.are_units:
            sums = self._group_sums(groups)
            redrawn = weights @ sums.reshape(groups.count, -1)
            return self.value_of(redrawn.reshape(len(weights), *sums.shape[1:]), self.scale)
        parts = (
            (weights[:, rows] @ sums.reshape(len(rows), -1)).reshape(len(weights), *sums.shape[1:])
            for rows, sums in self._blocks(np.arange(groups.count))
        )
        return self.value_of(np.asarray(sum(parts, start=np.zeros(()))), self.scale)

    def _blocks(self, order: Indices) -> Iterator[tuple[Indices, Floats]]:
        """The sums of the units in this order, a few megabytes at a time."""
        step = max(1, _BLOCK // (self.n_terms * max(self.cells.indices.shape[2], 1)))
        for start in range(0, len(order), step):
            rows = order[start : start + step]
            yield rows, self.sums_of(self.cells.take(rows), self.scale)

    def _total(self) -> Floats:
        parts = (sums.sum(axis=0) for _, sums in self._blocks(np.arange(self.cells.n_units)))
        return np.asarray(sum(parts, start=np.zeros(())))

    def _group_sums(self, groups: Groups) -> Floats:
        """Shape (groups, variables, terms)."""
        out: Floats | None = None
        for rows, sums in self._blocks(np.argsort(groups.of_unit, kind="stable")):
            group = groups.of_unit[rows]
            starts = np.flatnonzero(np.diff(group, prepend=-1))
            out = np.zeros((groups.count, *sums.shape[1:])) if out is None else out
            out[group[starts]] += np.add.reduceat(sums, starts, axis=0)
        assert out is not None, "a table without units has no groups"
        return out


@dataclass(frozen=True, slots=True, eq=False)
class DistanceAlpha:
    """Krippendorff's alpha of one variable, with a distance that does not depend on the data.

    1 - (n - 1) Σ_u D_u / Σ_ck n_c n_k δ_ck, where D_u = Σ_{i≠j} δ_ij / (r_u - 1) adds up over units, and the
    double sum S is a square in the counts: without a part of the units it is S - 2 (part with all) + (part
    with itself). So leaving out each part in turn takes all distances once, however many sets there are.
    """

    cells: Cells
    distance: Distance

    def value(self) -> Floats:
        whole = Groups(np.zeros(self.cells.n_units, dtype=np.intp), 1)
        disagreement, n_ratings = self._linear(whole)
        counts = self._counts(whole)
        expected = np.asarray((counts * self._distances_to(counts)).sum(axis=0))
        value: Floats = _alpha(disagreement, n_ratings, expected)[0]
        return value

    def of_each(self, groups: Groups) -> Floats:
        disagreement, n_ratings = self._linear(groups)
        return _alpha(disagreement, n_ratings, self._with_itself(groups))

    def without_each(self, groups: Groups) -> Floats:
        disagreement, n_ratings = self._linear(groups)
        with_all = self._with_all(groups)
        expected = with_all.sum() - 2 * with_all + self._with_itself(groups)
        n_all = n_ratings.sum()
        return _alpha(disagreement.sum() - disagreement, n_all - n_ratings, expected, precision=n_all**2)

    def reweighted(self, groups: Groups, weights: Floats) -> Floats:
        disagreement, n_ratings = self._linear(groups)
        counts = self._counts(groups, weights)
        expected = (counts * self._distances_to(counts)).sum(axis=0)
        return _alpha(weights @ disagreement, weights @ n_ratings, expected)

    def _ratings(self) -> tuple[Indices, Indices, Floats]:
        """Of the units with two ratings or more: unit, category and size of each rating."""
        indices = self.cells.indices[:, :, 0]
        rated = indices >= 0
        rated &= (rated.sum(axis=1) >= 2)[:, None]
        unit, coder = np.nonzero(rated)
        return unit, indices[unit, coder].astype(np.intp), self._sizes()[unit]

    def _sizes(self) -> Floats:
        return np.ones(self.cells.n_units) if self.cells.sizes is None else self.cells.sizes

    def _within_units(self) -> tuple[Floats, Floats]:
        """For each unit Σ_{i≠j} δ_ij between its ratings, and how many ratings it has."""
        indices = self.cells.indices[:, :, 0]
        between = np.zeros(len(indices))
        for a, b in combinations(range(indices.shape[1]), 2):
            both = (indices[:, a] >= 0) & (indices[:, b] >= 0)
            between[both] += 2 * self.distance.between(indices[both, a], indices[both, b])
        return between, (indices >= 0).sum(axis=1).astype(np.float64)

    def _linear(self, groups: Groups) -> tuple[Floats, Floats]:
        """Σ D_u, and the number of ratings of units with two or more, of each group."""
        between, raters = self._within_units()
        pairable = raters >= 2
        disagreement = np.where(pairable, between / np.maximum(raters - 1, 1), 0.0) * self._sizes()
        n_ratings = np.where(pairable, raters, 0.0) * self._sizes()
        return _add_up(groups, disagreement), _add_up(groups, n_ratings)

    def _counts(self, groups: Groups, weights: Floats | None = None) -> Floats:
        """How often each category was given: (categories, groups), or (categories, draws) if reweighted."""
        unit, category, size = self._ratings()
        if weights is None:
            place = category * groups.count + groups.of_unit[unit]
            return _totals(place, size, self.cells.n_categories * groups.count).reshape(-1, groups.count)
        by_rating = weights[:, groups.of_unit[unit]] * size
        return np.stack([_totals(category, row, self.cells.n_categories) for row in by_rating], axis=1)

    def _distances_to(self, counts: Floats) -> Floats:
        """Σ_k δ_ck n_k for each category and column of counts, in blocks."""
        everything = np.arange(self.cells.n_categories)
        step = max(1, _BLOCK // max(len(everything), 1))
        blocks = [everything[start : start + step] for start in range(0, len(everything), step)]
        return np.concatenate([self.distance.block(rows, everything) @ counts for rows in blocks])

    def _with_all(self, groups: Groups) -> Floats:
        """For each group Σ_ck n_c(group) n_k(all) δ_ck."""
        unit, category, size = self._ratings()
        everybody = _totals(category, size, self.cells.n_categories)
        to_everybody = self._distances_to(everybody[:, None])[:, 0]
        return _add_up(groups, _totals(unit, size * to_everybody[category], self.cells.n_units))

    def _with_itself(self, groups: Groups) -> Floats:
        """For each group Σ_ck n_c(group) n_k(group) δ_ck."""
        if groups.are_units:
            between, raters = self._within_units()
            own: Floats = np.where(raters >= 2, between, 0.0) * self._sizes() ** 2
            return own
        unit, category, size = self._ratings()
        group = groups.of_unit[unit]
        squares = np.zeros(groups.count)
        for position in range(groups.count):
            members = group == position
            used, inverse = np.unique(category[members], return_inverse=True)
            counts = _totals(inverse, size[members], len(used))
            squares[position] = counts @ self.distance.block(used, used) @ counts
        return squares


def _alpha(
    disagreement: Floats, n_ratings: Floats, expected: Floats, precision: float | None = None
) -> Floats:
    """Shape (groups, 1). precision: the size of the numbers that `expected` is a difference of."""
    ratio: Floats = np.full(expected.shape, np.nan)
    possible = expected > 1e-12 * (n_ratings**2 if precision is None else precision)
    np.divide((n_ratings - 1) * disagreement, expected, out=ratio, where=possible)
    return (1 - ratio)[:, None]


def _add_up(groups: Groups, by_unit: Floats) -> Floats:
    return _totals(groups.of_unit, by_unit, groups.count)


def _totals(place: Indices, amounts: Floats, count: int) -> Floats:
    """The sum of the amounts at each place 0 … count - 1."""
    return np.bincount(place, weights=amounts, minlength=count).astype(np.float64)
