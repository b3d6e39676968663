"""What there is to compare in a table, and so when a coefficient is undefined: the one place that decides."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.coefficients import Cells
from thematic.agreement.registry import Coefficient
from thematic.agreement.results import Status

__all__ = ["Coverage"]

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What there is to compare of each variable.

    pairable: shape (units, variables), units rated by two coders or more. n_units counts them by their size,
    or, for a coefficient of pairs, those of the pair that shares fewest. rarer: how many ratings the rarer of
    two categories has. incomplete: some coder did not rate some unit.
    """

    pairable: Booleans
    n_units: NDArray[np.int64]
    n_coders: NDArray[np.int64]
    varies: Booleans
    rarer: NDArray[np.int64]
    incomplete: bool

    @classmethod
    def of(cls, cells: Cells, declared: Coefficient) -> Coverage:
        rated = cells.indices >= 0
        raters = np.add.reduce(rated, axis=1, dtype=np.int16)
        pairable = raters >= 2
        sizes = np.ones(cells.n_units) if cells.sizes is None else cells.sizes
        n_units = sizes @ pairable
        if declared.complete_pairs:
            pairs = combinations(range(rated.shape[1]), 2)
            shared = [sizes @ (rated[:, a] & rated[:, b]) for a, b in pairs]
            n_units = np.min(shared, axis=0) if shared else np.zeros(rated.shape[2])
        q = cells.n_categories
        highest = np.where(pairable, cells.indices.max(axis=1, initial=-1), -1).max(axis=0, initial=-1)
        least = np.where(rated, cells.indices, q).min(axis=1, initial=q)
        lowest = np.where(pairable, least, q).min(axis=0, initial=q)
        applied = (np.add.reduce(cells.indices == 1, axis=1, dtype=np.int16) * pairable).sum(axis=0)
        return cls(
            pairable=pairable,
            n_units=n_units.astype(np.int64),
            n_coders=rated.any(axis=0).sum(axis=0),
            varies=highest > lowest,
            rarer=np.minimum(applied, (raters * pairable).sum(axis=0) - applied),
            incomplete=not bool(rated.all()),
        )

    def status(self, variable: int, value: float, declared: Coefficient, rare: int) -> Status:
        """The first reason why there is no value, or ok."""
        if self.n_coders[variable] < 2:
            return "one_coder"
        if self.n_units[variable] < 2:
            return "too_few_units"
        if np.isnan(value) or (declared.chance_corrected and not self.varies[variable]):
            return "no_variation"
        if self.rarer[variable] < rare:
            return "rare" if self.varies[variable] else "no_variation"
        return "ok"
