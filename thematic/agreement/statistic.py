"""A coefficient made ready on one table: its value, that without each interview, and that of redrawn ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.coefficients import Cells, Scale

__all__ = ["AdditiveStatistic", "Groups", "Statistic"]

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
    total: the sums over all units; shape (variables, terms).
    """

    cells: Cells
    scale: Scale
    sums_of: Callable[[Cells, Scale], Floats]
    value_of: Callable[[Floats, Scale], Floats]
    n_terms: int
    total: Floats

    @classmethod
    def of(
        cls,
        cells: Cells,
        scale: Scale,
        sums_of: Callable[[Cells, Scale], Floats],
        value_of: Callable[[Floats, Scale], Floats],
        n_terms: int,
    ) -> AdditiveStatistic:
        blocks = _blocks(cells, scale, sums_of, n_terms, np.arange(cells.n_units))
        total = sum((sums.sum(axis=0) for _, sums in blocks), start=np.zeros(()))
        return cls(cells, scale, sums_of, value_of, n_terms, np.asarray(total))

    def value(self) -> Floats:
        return self.value_of(self.total, self.scale)

    def of_each(self, groups: Groups) -> Floats:
        return self.value_of(self.group_sums(groups), self.scale)

    def without_each(self, groups: Groups) -> Floats:
        if not groups.are_units:
            return self.value_of(self.total - self.group_sums(groups), self.scale)
        left = np.empty((groups.count, self.cells.indices.shape[2]))
        for rows, sums in self._blocks(np.arange(groups.count)):
            left[rows] = self.value_of(self.total - sums, self.scale)
        return left

    def reweighted(self, groups: Groups, weights: Floats) -> Floats:
        if not groups.are_units:
            sums = self.group_sums(groups)
            redrawn = weights @ sums.reshape(groups.count, -1)
            return self.value_of(redrawn.reshape(len(weights), *sums.shape[1:]), self.scale)
        parts = (
            (weights[:, rows] @ sums.reshape(len(rows), -1)).reshape(len(weights), *sums.shape[1:])
            for rows, sums in self._blocks(np.arange(groups.count))
        )
        return self.value_of(np.asarray(sum(parts, start=np.zeros(()))), self.scale)

    def group_sums(self, groups: Groups) -> Floats:
        """Shape (groups, variables, terms)."""
        out = np.zeros((groups.count, *self.total.shape))
        for rows, sums in self._blocks(np.argsort(groups.of_unit, kind="stable")):
            group = groups.of_unit[rows]
            starts = np.flatnonzero(np.diff(group, prepend=-1))
            out[group[starts]] += np.add.reduceat(sums, starts, axis=0)
        return out

    def _blocks(self, order: Indices) -> Iterator[tuple[Indices, Floats]]:
        return _blocks(self.cells, self.scale, self.sums_of, self.n_terms, order)


def _blocks(
    cells: Cells, scale: Scale, sums_of: Callable[[Cells, Scale], Floats], n_terms: int, order: Indices
) -> Iterator[tuple[Indices, Floats]]:
    """The sums of the units in this order, a few megabytes at a time."""
    step = max(1, _BLOCK // max(n_terms * cells.indices.shape[2], 1))
    for start in range(0, len(order), step):
        rows = order[start : start + step]
        yield rows, sums_of(cells.take(rows), scale)
