"""The coefficients, each as two pure functions: sums over units, and the value of those sums.

The sums add up: those of a set of units are the sum over its units. So a coefficient without one interview,
or on a redrawn sample of interviews, is the value of a difference or of a matrix product; nothing is counted
twice.

Sums have shape (units, variables, terms); a value function turns (..., terms) into (...), with NaN where the
coefficient is undefined. NaN stays inside this package: `estimates` turns it into None and a status.

Notation of the docstrings, after Gwet (2014): q categories; r_ik coders put unit i in category k, r_i rated
it; w_kl is the agreement weight of k against l; p_a is the observed and p_e the chance-expected agreement; a
coefficient is (p_a - p_e) / (1 - p_e) unless it says otherwise. In alpha, o_ck are coincidences, n_c their
margins and n their total, after Krippendorff (2011).

References
----------
Bennett, Alpert & Goldstein (1954), Public Opinion Quarterly 18:303-308.
Brennan & Prediger (1981), Educational and Psychological Measurement 41:687-699.
Byrt, Bishop & Carlin (1993), Journal of Clinical Epidemiology 46:423-429.
Cicchetti & Feinstein (1990), Journal of Clinical Epidemiology 43:551-558.
Cohen (1960), Educational and Psychological Measurement 20:37-46; (1968), Psychological Bulletin 70:213-220.
Conger (1980), Psychological Bulletin 88:322-328.
de Vet, Dikmans & Eekhout (2017), Journal of Clinical Epidemiology 83:85-89.
Fleiss (1971), Psychological Bulletin 76:378-382.
Gwet (2008), British Journal of Mathematical and Statistical Psychology 61:29-48; (2014), Handbook of
Inter-Rater Reliability, 4th ed.
Krippendorff (2004), Content Analysis, 2nd ed., ch. 11; (2011), Computing Krippendorff's Alpha-Reliability.
Light (1971), Psychological Bulletin 76:365-377.
Scott (1955), Public Opinion Quarterly 19:321-325.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Cells",
    "Scale",
    "agreement_sums",
    "alpha",
    "alpha_interval",
    "alpha_sums",
    "bias_index",
    "brennan_prediger",
    "conger_kappa",
    "conger_sums",
    "fleiss_kappa",
    "gwet_ac",
    "light_kappa",
    "moment_sums",
    "pair_sums",
    "percent_agreement",
    "prevalence_index",
    "scott_pi",
    "scott_sums",
    "specific_agreement",
    "specific_sums",
]

Floats = NDArray[np.float64]

# Below this, a denominator that would be 0 in exact arithmetic is taken as 0.
_ZERO = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """What the formulas need to know besides the ratings.

    matrix: agreement weights or, for alpha, distances; shape (categories, categories).
    positions: the numbers of an interval variable, centred; shape (categories,).
    """

    n_coders: int
    n_categories: int
    matrix: Floats
    positions: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Ratings of several variables on the same units, as positions in the categories they share.

    indices: shape (units, coders, variables), -1 for not assigned.
    sizes: shape (units,): how many equal units each row stands for, or None for one each.
    """

    indices: NDArray[np.integer]
    n_categories: int
    sizes: Floats | None = None

    @property
    def n_units(self) -> int:
        return len(self.indices)

    def take(self, rows: NDArray[np.intp]) -> Cells:
        """The cells of some of the units."""
        sizes = None if self.sizes is None else self.sizes[rows]
        return Cells(self.indices[rows], self.n_categories, sizes)

    def counts(self) -> Floats:
        """r_ik: how many coders gave each category; shape (units, variables, categories)."""
        n_units, _, n_variables = self.indices.shape
        if self.n_categories <= 8:
            found = (self.indices == k for k in range(self.n_categories))
            by_category = [np.add.reduce(cells, axis=1, dtype=np.int16) for cells in found]
            return np.stack(by_category, axis=-1).astype(np.float64)
        place = np.arange(n_units * n_variables).reshape(n_units, 1, n_variables) * self.n_categories
        rated = self.indices >= 0
        cells = (place + self.indices)[rated]
        counts = np.bincount(cells, minlength=n_units * n_variables * self.n_categories)
        return counts.reshape(n_units, n_variables, self.n_categories).astype(np.float64)

    def weigh(self, sums: Floats) -> Floats:
        """The sums of rows, times the number of units that each row stands for."""
        return sums if self.sizes is None else sums * self.sizes[:, None, None]


# --- Observed agreement, and the coefficients that share its sums ---------------------------------------


def agreement_sums(cells: Cells, scale: Scale) -> Floats:
    """Terms: units with two ratings or more; their agreement; units with any rating; q shares r_ik / r_i.

    The agreement of a unit is the weighted share of its pairs of coders that agree,
    Σ_k r_ik (Σ_l w_kl r_il - 1) / (r_i (r_i - 1)): Fleiss (1971); weighted and incomplete: Gwet (2014).
    """
    counts = cells.counts()
    raters = _sum(counts)
    pairs = raters * (raters - 1)
    agreeing = _sum(counts * (counts @ scale.matrix - 1))
    terms = [raters >= 2, _ratio(agreeing, pairs, empty=0.0), raters >= 1]
    shares = _ratio(counts, raters[..., None], empty=0.0)
    return cells.weigh(np.concatenate([np.stack(terms, axis=-1), shares], axis=-1))


def percent_agreement(sums: Floats, scale: Scale) -> Floats:  # noqa: ARG001  one signature for all
    """p_a: the mean over units of the share of pairs of coders that agree. Fleiss (1971); Gwet (2014)."""
    return _ratio(sums[..., 1], sums[..., 0])


def brennan_prediger(sums: Floats, scale: Scale) -> Floats:
    """p_e = Σ w_kl / q²: every category as likely as any other.

    κ_n of Brennan & Prediger (1981); for two categories PABAK of Byrt, Bishop & Carlin (1993); for two coders
    S of Bennett, Alpert & Goldstein (1954). Weighted and incomplete: Gwet (2014).
    """
    chance = scale.matrix.sum() / scale.n_categories**2
    observed = percent_agreement(sums, scale)
    return _beyond_chance(observed, np.full_like(observed, chance))


def fleiss_kappa(sums: Floats, scale: Scale) -> Floats:
    """p_e = Σ w_kl π_k π_l, π_k the mean share of category k a unit.

    Fleiss (1971); weighted and incomplete: Gwet (2014).
    """
    shares = _ratio(sums[..., 3:], sums[..., 2:3])
    chance = _bilinear(shares, scale.matrix, shares)
    return _beyond_chance(percent_agreement(sums, scale), chance)


def gwet_ac(sums: Floats, scale: Scale) -> Floats:
    """p_e = Σ w_kl / (q (q - 1)) · Σ π_k (1 - π_k): AC1 with identity weights, AC2 with others.

    Gwet (2008); weighted and incomplete: Gwet (2014).
    """
    shares = _ratio(sums[..., 3:], sums[..., 2:3])
    spread = _sum(shares * (1 - shares))
    pairs = scale.n_categories * (scale.n_categories - 1)
    chance = spread * (scale.matrix.sum() / pairs) if pairs else np.full_like(spread, np.nan)
    return _beyond_chance(percent_agreement(sums, scale), chance)


# --- Specific agreement --------------------------------------------------------------------------------


def specific_sums(cells: Cells, scale: Scale) -> Floats:  # noqa: ARG001
    """Terms: for each category r_ik (r_ik - 1), then for each r_ik (r_i - 1)."""
    counts = cells.counts()
    raters = _sum(counts)[..., None]
    both = counts * (counts - 1)
    either = counts * np.maximum(raters - 1, 0)
    return cells.weigh(np.concatenate([both, either], axis=-1))


def specific_agreement(sums: Floats, scale: Scale, category: int) -> Floats:
    """How likely a coder is to give this category to a unit that another coder gave it to.

    Σ r_ik (r_ik - 1) / Σ r_ik (r_i - 1). For two coders 2a / (2a + b + c): Cicchetti & Feinstein (1990); for
    more, all pairs of coders together: de Vet, Dikmans & Eekhout (2017).
    """
    return _ratio(sums[..., category], sums[..., scale.n_categories + category])


# --- Coefficients that know the coders apart ------------------------------------------------------------


def pair_sums(cells: Cells, scale: Scale) -> Floats:
    """Terms, for each pair of coders in order: units both rated, agreement, q counts of each of the two."""
    terms = [_pair_terms(cells, scale, a, b) for a, b in combinations(range(scale.n_coders), 2)]
    return cells.weigh(np.concatenate(terms, axis=-1))


def light_kappa(sums: Floats, scale: Scale) -> Floats:
    """The mean over pairs of coders of p_e = Σ w_kl p_ak p_bl, on the units that both rated.

    Light (1971). For two coders it is Cohen's kappa (1960, eq. 1), weighted: Cohen (1968).
    """
    pairs = sums.reshape(*sums.shape[:-1], -1, 2 + 2 * scale.n_categories)
    n_units = pairs[..., 0]
    first = _ratio(pairs[..., 2 : 2 + scale.n_categories], n_units[..., None])
    second = _ratio(pairs[..., 2 + scale.n_categories :], n_units[..., None])
    chance = _bilinear(first, scale.matrix, second)
    by_pair = _beyond_chance(_ratio(pairs[..., 1], n_units), chance)
    mean: Floats = by_pair.mean(axis=-1)
    return mean


def scott_sums(cells: Cells, scale: Scale) -> Floats:
    """Terms for two coders: units both rated, agreement, q counts of both together."""
    terms = _pair_terms(cells, scale, 0, 1)
    q = scale.n_categories
    pooled = terms[..., 2 : 2 + q] + terms[..., 2 + q :]
    return cells.weigh(np.concatenate([terms[..., :2], pooled], axis=-1))


def scott_pi(sums: Floats, scale: Scale) -> Floats:
    """p_e = Σ w_kl π_k π_l, π_k the share of category k in the ratings of both coders. Scott (1955)."""
    shares = _ratio(sums[..., 2:], 2 * sums[..., :1])
    return _beyond_chance(_ratio(sums[..., 1], sums[..., 0]), _bilinear(shares, scale.matrix, shares))


def conger_sums(cells: Cells, scale: Scale) -> Floats:
    """Terms: units with two ratings or more; their agreement; q counts of each coder in turn."""
    shared = agreement_sums(Cells(cells.indices, cells.n_categories), scale)[..., :2]
    own = cells.indices[..., None] == np.arange(scale.n_categories)
    by_coder = own.transpose(0, 2, 1, 3).reshape(*shared.shape[:2], -1)
    return cells.weigh(np.concatenate([shared, by_coder], axis=-1))


def conger_kappa(sums: Floats, scale: Scale) -> Floats:
    """p_e = the mean over ordered pairs of different coders g, h of Σ w_kl p_gk p_hl.

    Conger (1980); weighted and incomplete, p_gk then over all that coder g rated: Gwet (2014).
    """
    by_coder = sums[..., 2:].reshape(*sums.shape[:-1], scale.n_coders, scale.n_categories)
    rated = _sum(by_coder)
    shares = _ratio(by_coder, rated[..., None], empty=0.0)
    n_coders = (rated > 0).sum(axis=-1)
    everybody = shares.sum(axis=-2)
    with_oneself = _bilinear(shares, scale.matrix, shares).sum(axis=-1)
    between = _bilinear(everybody, scale.matrix, everybody) - with_oneself
    chance = _ratio(between, (n_coders * (n_coders - 1)).astype(np.float64))
    return _beyond_chance(_ratio(sums[..., 1], sums[..., 0]), chance)


# --- Krippendorff's alpha ------------------------------------------------------------------------------


def alpha_sums(cells: Cells, scale: Scale) -> Floats:
    """Terms: disagreement Σ_ck r_ic r_ik δ²_ck / (r_i - 1); q counts; of units with two ratings or more."""
    counts = _pairable(cells.counts())
    raters = _sum(counts)
    disagreeing = _bilinear(counts, scale.matrix, counts)
    disagreement = _ratio(disagreeing, raters - 1, empty=0.0)
    return cells.weigh(np.concatenate([disagreement[..., None], counts], axis=-1))


def alpha(sums: Floats, scale: Scale) -> Floats:
    """1 - (n - 1) Σ o_ck δ²_ck / Σ n_c n_k δ²_ck, for a distance that does not depend on the data.

    Krippendorff (2011), sections C and D.
    """
    counts = sums[..., 1:]
    total = _sum(counts)
    expected = _bilinear(counts, scale.matrix, counts)
    return 1 - _ratio((total - 1) * sums[..., 0], expected, least=_ZERO * total**2)


def moment_sums(cells: Cells, scale: Scale) -> Floats:
    """Terms of units with two ratings or more: Σ_ij (x_i - x_j)² / (r - 1), r, Σ x and Σ x²."""
    rated = cells.indices >= 0
    rated = rated & (rated.sum(axis=1, keepdims=True) >= 2)
    numbers = np.where(rated, scale.positions[cells.indices], 0.0)
    raters = rated.sum(axis=1).astype(np.float64)
    first = numbers.sum(axis=1)
    second = (numbers**2).sum(axis=1)
    disagreement = _ratio(2 * (raters * second - first**2), raters - 1, empty=0.0)
    return cells.weigh(np.stack([disagreement, raters, first, second], axis=-1))


def alpha_interval(sums: Floats, scale: Scale) -> Floats:  # noqa: ARG001
    """Alpha with δ²_ck = (c - k)²: Krippendorff (2011), section D.

    Σ_ck n_c n_k (c - k)² is 2 (n Σ x² - (Σ x)²), so that any number of distinct values takes four sums.
    """
    disagreement, total, first, second = np.moveaxis(sums, -1, 0)
    expected = 2 * (total * second - first**2)
    return 1 - _ratio((total - 1) * disagreement, expected, least=_ZERO * total * second)


# --- What a reader needs beside a coefficient -----------------------------------------------------------


def prevalence_index(cells: Cells) -> Floats:
    """Share of ratings that apply a code minus share that do not, per variable; -1 to 1.

    For two coders (a - d) / n: Byrt, Bishop & Carlin (1993). For more, over all ratings of units with two
    ratings or more. Two categories only.
    """
    counts = cells.weigh(_pairable(cells.counts())).sum(axis=0)
    return _ratio(counts[:, 1] - counts[:, 0], counts.sum(axis=-1))


def bias_index(cells: Cells) -> Floats:
    """How much more often one coder applies a code than another, on units both rated; 0 to 1, per variable.

    For two coders |b - c| / n: Byrt, Bishop & Carlin (1993), without the sign; for more, the pair of coders
    that differ most. Two categories only.
    """
    rated = cells.indices >= 0
    applied = cells.indices == 1
    sizes = np.ones(cells.n_units) if cells.sizes is None else cells.sizes
    largest = np.full(cells.indices.shape[2], np.nan)
    for a, b in combinations(range(cells.indices.shape[1]), 2):
        both = rated[:, a] & rated[:, b]
        more = sizes @ (applied[:, a] & both) - sizes @ (applied[:, b] & both)
        largest = np.fmax(largest, _ratio(np.abs(more), sizes @ both))
    return largest


# --- Small parts ---------------------------------------------------------------------------------------


def _pair_terms(cells: Cells, scale: Scale, a: int, b: int) -> Floats:
    """Units both rated, their agreement, counts of a, counts of b; shape (units, variables, 2 + 2 q)."""
    both = (cells.indices[:, a] >= 0) & (cells.indices[:, b] >= 0)
    first = (cells.indices[:, a, :, None] == np.arange(scale.n_categories)) & both[..., None]
    second = (cells.indices[:, b, :, None] == np.arange(scale.n_categories)) & both[..., None]
    agreement = _bilinear(first.astype(np.float64), scale.matrix, second.astype(np.float64))
    return np.concatenate([np.stack([both, agreement], axis=-1), first, second], axis=-1)


def _pairable(counts: Floats) -> Floats:
    """The counts, with those of units that have fewer than two ratings set to 0."""
    kept: Floats = counts * (_sum(counts)[..., None] >= 2)
    return kept


def _bilinear(left: Floats, matrix: Floats, right: Floats) -> Floats:
    return _sum((left @ matrix) * right)


def _sum(terms: Floats) -> Floats:
    """Over the last axis: as a product, which on the few categories of a code is ten times faster."""
    return terms @ np.ones(terms.shape[-1])


def _beyond_chance(observed: Floats, chance: Floats) -> Floats:
    """(p_a - p_e) / (1 - p_e): what agreement there is of what chance leaves room for."""
    return _ratio(observed - chance, 1 - chance)


def _ratio(
    numerator: Floats, denominator: Floats, *, empty: float = np.nan, least: float | Floats = _ZERO
) -> Floats:
    """numerator / denominator, and `empty` where the denominator is not above `least`."""
    out: Floats = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), empty)
    np.divide(numerator, denominator, out=out, where=denominator > least)
    return out
