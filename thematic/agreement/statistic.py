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
SumsOf = Callable[[Cells, Scale], Floats]
ValueOf = Callable[[Floats, Scale], Floats]

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
    """NaN stands for undefined throughout."""

    def value(self) -> Floats:
        """On the whole table; shape (variables,)."""

    def without_each(self, groups: Groups) -> Floats:
        """On the table less one group at a time; shape (groups, variables)."""

    def reweighted(self, groups: Groups, weights: Floats) -> Floats:
        """With each group counted `weights` times; (draws, groups) to (draws, variables)."""


@dataclass(frozen=True, slots=True, eq=False)
class AdditiveStatistic:
    """A coefficient that is a function of sums over units: see `coefficients`.

    n_terms: how many numbers the sums of one unit and variable take, about, while they are made.
    total: the sums over all units; shape (variables, terms).
    kept: the sums of each unit, where they are few enough to be kept; else they are made again when needed.
    """

    cells: Cells
    scale: Scale
    sums_of: SumsOf
    value_of: ValueOf
    n_terms: int
    total: Floats
    kept: Floats | None

    @classmethod
    def of(
        cls, cells: Cells, scale: Scale, sums_of: SumsOf, value_of: ValueOf, n_terms: int
    ) -> AdditiveStatistic:
        parts: list[Floats] = []
        total = np.zeros(())
        for _, sums in _made(cells, scale, sums_of, n_terms, np.arange(cells.n_units)):
            total = total + sums.sum(axis=0)
            if cells.n_units * total.size <= _BLOCK:
                parts.append(sums)
        kept = np.concatenate(parts) if parts else None
        return cls(cells, scale, sums_of, value_of, n_terms, np.asarray(total), kept)

    def value(self) -> Floats:
        return self.value_of(self.total, self.scale)

    def without_each(self, groups: Groups) -> Floats:
        if not groups.are_units:
            return self.value_of(self.total - self.group_sums(groups), self.scale)
        left = np.empty((groups.count, len(self.total)))
        for rows, sums in self._blocks(np.arange(groups.count)):
            left[rows] = self.value_of(self.total - sums, self.scale)
        return left

    def reweighted(self, groups: Groups, weights: Floats) -> Floats:
        redrawn = np.zeros((len(weights), self.total.size))
        if groups.are_units:
            for rows, sums in self._blocks(np.arange(groups.count)):
                redrawn += weights[:, rows] @ sums.reshape(len(rows), -1)
        else:
            redrawn += weights @ self.group_sums(groups).reshape(groups.count, -1)
        return self.value_of(redrawn.reshape(len(weights), *self.total.shape), self.scale)

    def group_sums(self, groups: Groups) -> Floats:
        """Shape (groups, variables, terms)."""
        out = np.zeros((groups.count, *self.total.shape))
        for rows, sums in self._blocks(np.argsort(groups.of_unit, kind="stable")):
            group = groups.of_unit[rows]
            starts = np.flatnonzero(np.diff(group, prepend=-1))
            out[group[starts]] += np.add.reduceat(sums, starts, axis=0)
        return out

    def _blocks(self, order: Indices) -> Iterator[tuple[Indices, Floats]]:
        if self.kept is not None:
            return iter([(order, self.kept[order])])
        return _made(self.cells, self.scale, self.sums_of, self.n_terms, order)


def _made(
    cells: Cells, scale: Scale, sums_of: SumsOf, n_terms: int, order: Indices
) -> Iterator[tuple[Indices, Floats]]:
    """The sums of the units in this order, a few megabytes at a time."""
    step = max(1, _BLOCK // max(n_terms * cells.indices.shape[2], 1))
    for start in range(0, len(order), step):
        rows = order[start : start + step]
        yield rows, sums_of(cells.take(rows), scale)
