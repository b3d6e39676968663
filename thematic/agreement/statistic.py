"""A coefficient made ready on one table: its value, that without each interview, and that of redrawn ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.coefficients import Cells, Scale

__all__ = ["AdditiveStatistic", "Groups", "PatternStatistic", "Statistic", "SumsOf"]

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
    by_group: the sums of groups that were asked for, shared by coefficients that stand on the same sums.
    """

    cells: Cells
    scale: Scale
    sums_of: SumsOf
    value_of: ValueOf
    n_terms: int
    total: Floats
    kept: Floats | None
    by_group: dict[Groups, Floats]

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
        return cls(cells, scale, sums_of, value_of, n_terms, np.asarray(total), kept, {})

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
        if groups in self.by_group:
            return self.by_group[groups]
        out = np.zeros((groups.count, *self.total.shape))
        for rows, sums in self._blocks(np.argsort(groups.of_unit, kind="stable")):
            group = groups.of_unit[rows]
            starts = np.flatnonzero(np.diff(group, prepend=-1))
            out[group[starts]] += np.add.reduceat(sums, starts, axis=0)
        self.by_group[groups] = out
        return out

    def _blocks(self, order: Indices) -> Iterator[tuple[Indices, Floats]]:
        if self.kept is not None:
            return iter([(order, self.kept[order])])
        return _made(self.cells, self.scale, self.sums_of, self.n_terms, order)


@dataclass(frozen=True, slots=True, eq=False)
class PatternStatistic:
    """An additive statistic of codes, applied or not, whose sums do not ask which coder said what.

    Then a unit is told by how many coders applied the code and how many did not, and there are few such
    patterns: sums are made once for each, and units are counted.

    pattern: shape (units, variables), a row of `sums`, which has shape (patterns, terms).
    counts: how many units have each pattern; shape (variables, patterns).
    """

    pattern: Indices
    sums: Floats
    counts: Floats
    sizes: Floats | None
    scale: Scale
    value_of: ValueOf
    by_group: dict[Groups, Floats]

    @classmethod
    def of(cls, cells: Cells, scale: Scale, sums_of: SumsOf, value_of: ValueOf) -> PatternStatistic:
        """Raises ValueError unless there are two categories."""
        if cells.n_categories != 2:
            raise ValueError(f"patterns are of two categories, found {cells.n_categories}")
        n_coders = cells.indices.shape[1]
        kind = np.int16 if n_coders < 180 else np.int64
        applied = np.add.reduce(cells.indices == 1, axis=1, dtype=kind)
        left_out = np.add.reduce(cells.indices == 0, axis=1, dtype=kind)
        pattern = (applied * kind(n_coders + 1) + left_out).astype(np.intp)
        examples = np.full(((n_coders + 1) ** 2, n_coders, 1), -1, dtype=np.int8)
        for both in np.flatnonzero(np.bincount(pattern.ravel())).tolist():
            n_applied, n_left_out = divmod(both, n_coders + 1)
            examples[both, :n_applied] = 1
            examples[both, n_applied : n_applied + n_left_out] = 0
        sums = sums_of(Cells(examples, 2), scale)[:, 0]
        nobody = Groups(np.zeros(len(pattern), dtype=np.intp), 1)
        found = cls(pattern, sums, np.empty(0), cells.sizes, scale, value_of, {})
        return replace(found, counts=found.group_counts(nobody)[0])

    def value(self) -> Floats:
        return self.value_of(self.counts @ self.sums, self.scale)

    def without_each(self, groups: Groups) -> Floats:
        total = self.counts @ self.sums
        if not groups.are_units:
            return self.value_of(total - self.group_sums(groups), self.scale)
        variables = np.arange(self.pattern.shape[1])
        if self.sizes is None:
            less_one = self.value_of(total[:, None] - self.sums, self.scale)
            return np.asarray(less_one[variables, self.pattern])
        left = np.empty((groups.count, len(total)))
        step = max(1, _BLOCK // max(total.size, 1))
        for start in range(0, groups.count, step):
            rows = slice(start, start + step)
            left[rows] = self.value_of(total - self._of_units(rows), self.scale)
        return left

    def reweighted(self, groups: Groups, weights: Floats) -> Floats:
        shape = (self.pattern.shape[1], self.sums.shape[1])
        redrawn = np.zeros((len(weights), shape[0] * shape[1]))
        if groups.are_units and groups.count * redrawn.shape[1] > _BLOCK:
            step = max(1, _BLOCK // max(redrawn.shape[1], 1))
            for start in range(0, groups.count, step):
                rows = slice(start, start + step)
                redrawn += weights[:, rows] @ self._of_units(rows).reshape(-1, redrawn.shape[1])
        else:
            redrawn += weights @ self.group_sums(groups).reshape(groups.count, -1)
        return self.value_of(redrawn.reshape(len(weights), *shape), self.scale)

    def group_sums(self, groups: Groups) -> Floats:
        """Shape (groups, variables, terms)."""
        if groups not in self.by_group:
            of_units = groups.are_units
            found = self._of_units(slice(None)) if of_units else self.group_counts(groups) @ self.sums
            self.by_group[groups] = found
        return self.by_group[groups]

    def group_counts(self, groups: Groups) -> Floats:
        """Shape (groups, variables, patterns)."""
        shape = (groups.count, self.pattern.shape[1], len(self.sums))
        place = (groups.of_unit[:, None] * shape[1] + np.arange(shape[1])) * shape[2] + self.pattern
        weights = None if self.sizes is None else np.repeat(self.sizes, shape[1])
        counts = np.bincount(place.ravel(), weights=weights, minlength=int(np.prod(shape)))
        return counts.reshape(shape).astype(np.float64)

    def _of_units(self, rows: slice) -> Floats:
        sums = self.sums[self.pattern[rows]]
        return sums if self.sizes is None else sums * self.sizes[rows, None, None]


def _made(
    cells: Cells, scale: Scale, sums_of: SumsOf, n_terms: int, order: Indices
) -> Iterator[tuple[Indices, Floats]]:
    """The sums of the units in this order, a few megabytes at a time."""
    step = max(1, _BLOCK // max(n_terms * cells.indices.shape[2], 1))
    for start in range(0, len(order), step):
        rows = order[start : start + step]
        yield rows, sums_of(cells.take(rows), scale)
