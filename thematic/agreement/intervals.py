"""How far a coefficient would move with other interviews: jackknife and bootstrap.

Units of one interview resemble each other, so what is left out or redrawn is whole interviews. With the few
interviews that studies have, percentiles of a bootstrap come out too narrow; the delete-one jackknife with
Student's t on D - 1 degrees of freedom does not (see benchmarks/agreement_coverage.py), and needs no seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.statistic import Groups, Statistic

__all__ = ["Spread", "bootstrap", "jackknife"]

Floats = NDArray[np.float64]

# Numbers in one batch of bootstrap draws, few enough for the processor's cache.
_BATCH = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Of each variable; NaN where it cannot be told.

    low, high, standard_error: shape (variables,). below: shape (thresholds, variables), the probability that
    the true value is below each. undefined: share of draws in which the coefficient was undefined.
    """

    low: Floats
    high: Floats
    standard_error: Floats
    below: Floats
    undefined: Floats | None = None


def jackknife(
    statistic: Statistic,
    groups: Groups,
    present: NDArray[np.bool_],
    *,
    confidence: float,
    thresholds: tuple[float, ...] = (),
) -> Spread:
    """value ± t(D - 1) · √((D - 1) / D · Σ (value without i - their mean)²), over the D groups present.

    Quenouille (1956) and Tukey (1958); Efron & Tibshirani (1993), An Introduction to the Bootstrap, eq. 11.5.
    present: shape (groups, variables), the groups with anything to compare. NaN throughout where D < 2, where
    a value is undefined without some group, and where no group makes a difference.
    """
    from scipy.special import stdtr, stdtrit

    value = statistic.value()
    without = statistic.without_each(groups)
    n_groups = present.sum(axis=0)
    fitting = np.where(present, without, 0.0)
    mean = fitting.sum(axis=0) / np.maximum(n_groups, 1)
    squares = np.where(present, (without - mean) ** 2, 0.0).sum(axis=0)
    error = np.sqrt(squares * (n_groups - 1) / np.maximum(n_groups, 1))
    error = np.where((n_groups >= 2) & (error > 1e-12), error, np.nan)
    freedom = np.maximum(n_groups - 1, 1)
    reach = stdtrit(freedom, (1 + confidence) / 2) * error
    below = [stdtr(freedom, (threshold - value) / error) for threshold in thresholds]
    return Spread(value - reach, value + reach, error, np.array(below).reshape(len(thresholds), len(value)))


def bootstrap(
    statistic: Statistic,
    groups: Groups,
    present: NDArray[np.bool_],
    *,
    confidence: float,
    thresholds: tuple[float, ...] = (),
    resamples: int,
    seed: int,
) -> Spread:
    """Percentiles of the value on samples of the groups drawn with replacement.

    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 13; drawing whole interviews: Davison &
    Hinkley (1997), Bootstrap Methods and their Application, sec. 3.8. Groups with nothing to compare are not
    drawn. Draws in which the coefficient is undefined are left out and counted; NaN throughout where a
    variable has fewer than two groups, or where every draw is the same.
    """
    draws = np.concatenate(_redrawn(statistic, groups, np.flatnonzero(present.any(axis=1)), resamples, seed))
    defined = ~np.isnan(draws)
    n_defined = defined.sum(axis=0)
    usable = (present.sum(axis=0) >= 2) & (n_defined >= 2)
    tail = (1 - confidence) / 2
    low, high, error = (np.full(draws.shape[1], np.nan) for _ in range(3))
    below = np.full((len(thresholds), draws.shape[1]), np.nan)
    for variable in np.flatnonzero(usable):
        own = draws[defined[:, variable], variable]
        if np.ptp(own) < 1e-12:
            continue
        low[variable], high[variable] = np.quantile(own, [tail, 1 - tail])
        error[variable] = own.std(ddof=1)
        below[:, variable] = [(own < threshold).mean() for threshold in thresholds]
    return Spread(low, high, error, below, 1 - n_defined / resamples)


def _redrawn(
    statistic: Statistic, groups: Groups, candidates: NDArray[np.intp], resamples: int, seed: int
) -> list[Floats]:
    """The value in each sample, in batches of shape (draws, variables)."""
    random = np.random.default_rng(seed)
    batch = max(1, _BATCH // groups.count)
    values = []
    for start in range(0, resamples, batch):
        n_draws = min(batch, resamples - start)
        picked = random.integers(len(candidates), size=(n_draws, len(candidates)))
        picked += np.arange(n_draws)[:, None] * len(candidates)
        counts = np.bincount(picked.ravel(), minlength=picked.size).reshape(picked.shape)
        weights = np.zeros((n_draws, groups.count))
        weights[:, candidates] = counts
        values.append(statistic.reweighted(groups, weights))
    return values
