"""Krippendorff's alpha on an ordinal scale of any number of ranks, whose distance changes with the sample."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.coefficients import Cells
from thematic.agreement.statistic import Groups

__all__ = ["OrdinalAlpha"]

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

# Floating-point numbers in one block of work: 16 MB.
_BLOCK = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalAlpha:
    """Alpha with δ_ck = Σ_{g=c..k} n_g - (n_c + n_k) / 2: Krippendorff (2011), section D.

    That is how far the mid-ranks m_c = Σ_{g≤c} n_g - n_c / 2 and m_k lie apart among all ratings, so

        alpha = 1 - (n - 1) Σ_ck o_ck (m_c - m_k)² / Σ_ck n_c n_k (m_c - m_k)²,

    where the lower sum is 2 n Σ_c n_c (m_c - n / 2)², since the mean mid-rank is n / 2. The upper sum runs
    over the pairs of ranks that met in a unit, of which there are few, however many ranks there are.

    rank, unit, size: of each rating in a unit with two ratings or more.
    low, high: the ranks of each pair that met. met, met_unit, amount: each meeting: which pair, in which
    unit, and the 2 / (r_u - 1) that it adds to o_ck + o_kc, times the unit's size.
    """

    rank: Indices
    unit: Indices
    size: Floats
    n_ranks: int
    low: Indices
    high: Indices
    met: Indices
    met_unit: Indices
    amount: Floats

    @classmethod
    def of(cls, cells: Cells) -> OrdinalAlpha:
        """cells: of one variable, whose categories are the ranks in their order."""
        indices = cells.indices[:, :, 0].astype(np.intp)
        rated = indices >= 0
        raters = np.count_nonzero(rated, axis=1)
        rated &= (raters >= 2)[:, None]
        sizes = np.ones(len(indices)) if cells.sizes is None else cells.sizes
        share = 2 * sizes / np.maximum(raters - 1, 1)
        places, units = [], []
        for a, b in combinations(range(indices.shape[1]), 2):
            both = np.flatnonzero(rated[:, a] & rated[:, b] & (indices[:, a] != indices[:, b]))
            pair = np.sort(indices[both][:, [a, b]], axis=1)
            places.append(pair[:, 0] * cells.n_categories + pair[:, 1])
            units.append(both)
        nothing = np.empty(0, dtype=np.intp)
        met_unit = np.concatenate([nothing, *units])
        distinct, met = np.unique(np.concatenate([nothing, *places]), return_inverse=True)
        low, high = np.divmod(distinct, max(cells.n_categories, 1))
        unit, coder = np.nonzero(rated)
        return cls(
            rank=indices[unit, coder],
            unit=unit,
            size=sizes[unit],
            n_ranks=cells.n_categories,
            low=low,
            high=high,
            met=met,
            met_unit=met_unit,
            amount=share[met_unit],
        )

    def value(self) -> Floats:
        counts, amounts = self._totals(self.size, self.amount)
        return _alpha(counts, self._squares(counts) @ amounts)

    def without_each(self, groups: Groups) -> Floats:
        own, met = groups.of_unit[self.unit], groups.of_unit[self.met_unit]
        own_order, met_order = np.argsort(own, kind="stable"), np.argsort(met, kind="stable")
        counts, amounts = self._totals(self.size, self.amount)
        step = max(1, _BLOCK // max(self.n_ranks, len(self.low)))
        left = np.empty((groups.count, 1))
        for start in range(0, groups.count, step):
            stop = min(start + step, groups.count)
            mine = own_order[slice(*np.searchsorted(own, (start, stop), sorter=own_order))]
            rest = np.repeat(counts, stop - start, axis=0)
            np.subtract.at(rest, (own[mine] - start, self.rank[mine]), self.size[mine])
            meetings = met_order[slice(*np.searchsorted(met, (start, stop), sorter=met_order))]
            squares = self._squares(rest)
            row = met[meetings] - start
            taken = self.amount[meetings] * squares[row, self.met[meetings]]
            observed = squares @ amounts - np.bincount(row, weights=taken, minlength=stop - start)
            left[start:stop, 0] = _alpha(rest, observed)
        return left

    def reweighted(self, groups: Groups, weights: Floats) -> Floats:
        own, met = groups.of_unit[self.unit], groups.of_unit[self.met_unit]
        drawn = np.empty((len(weights), 1))
        for draw, row in enumerate(weights):
            counts, amounts = self._totals(row[own] * self.size, row[met] * self.amount)
            drawn[draw] = _alpha(counts, self._squares(counts) @ amounts)
        return drawn

    def _totals(self, sizes: Floats, amounts: Floats) -> tuple[Floats, Floats]:
        """n_c, shape (1, ranks), and o_ck + o_kc, shape (pairs,), of ratings and meetings weighted so."""
        counts = np.bincount(self.rank, weights=sizes, minlength=self.n_ranks)
        coincidences = np.bincount(self.met, weights=amounts, minlength=len(self.low))
        return counts[None, :].astype(np.float64), coincidences.astype(np.float64)

    def _squares(self, counts: Floats) -> Floats:
        """(m_c - m_k)² of the pairs that met; shape (samples, pairs)."""
        ranks = _mid_ranks(counts)
        squares: Floats = (ranks[:, self.low] - ranks[:, self.high]) ** 2
        return squares


def _mid_ranks(counts: Floats) -> Floats:
    """Less n / 2, their mean, so that their squares keep their last digits. Shape (samples, ranks)."""
    ranks: Floats = np.cumsum(counts, axis=1) - counts / 2 - counts.sum(axis=1, keepdims=True) / 2
    return ranks


def _alpha(counts: Floats, observed: Floats) -> Floats:
    """counts: shape (samples, ranks); observed: shape (samples,); NaN where all ratings are of one rank."""
    total = counts.sum(axis=1)
    expected = 2 * total * (counts * _mid_ranks(counts) ** 2).sum(axis=1)
    ratio = np.full(len(counts), np.nan)
    np.divide((total - 1) * observed, expected, out=ratio, where=expected > 1e-12 * total**4)
    return 1 - ratio
