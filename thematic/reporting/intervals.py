"""Intervals that respect participants and interviews: what would move if other people had been asked."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["Interval", "jackknife", "share_difference", "wilson"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


def wilson(k: int, n: int, confidence: float) -> Interval | None:
    """The score interval of a share k / n of independent people; None without any.

    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212.
    """
    if n <= 0:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p = k / n
    middle = p + z * z / (2 * n)
    reach = z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    scale = 1 + z * z / n
    # At the ends the formula gives 0 and 1 up to rounding.
    low = 0.0 if k == 0 else (middle - reach) / scale
    return Interval(low, 1.0 if k == n else (middle + reach) / scale)


def share_difference(k: int, n: int, other_k: int, other_n: int, confidence: float) -> Interval | None:
    """The interval of k / n - other_k / other_n, two groups of independent people; None where one is empty.

    Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17, 873-890, method 10: the hybrid of two score intervals.
    """
    first, second = wilson(k, n, confidence), wilson(other_k, other_n, confidence)
    if first is None or second is None:
        return None
    p, q = k / n, other_k / other_n
    below = ((p - first.low) ** 2 + (second.high - q) ** 2) ** 0.5
    above = ((first.high - p) ** 2 + (q - second.low) ** 2) ** 0.5
    return Interval(p - q - below, p - q + above)


def jackknife(value: Floats, without: Floats, present: NDArray[np.bool_], confidence: float) -> Floats:
    """value ± t(D - 1) · √((D - 1) / D · Σ (value without i - their mean)²), over the D groups present.

    Quenouille (1956) and Tukey (1958); Efron & Tibshirani (1993), An Introduction to the Bootstrap, eq. 11.5.
    value: shape (v,). without: shape (groups, v), the value without each group. present: as `without`, the
    groups that have anything to say on a variable. Returns shape (2, v), low and high; NaN where fewer than
    two groups are present, where the value is undefined with or without some group, and where no group
    makes a difference.
    """
    from scipy.special import stdtrit

    n = present.sum(axis=0)
    fitting = np.where(present, without, 0.0)
    mean = fitting.sum(axis=0) / np.maximum(n, 1)
    with np.errstate(invalid="ignore"):  # undefined without some group: no interval, see below
        squares = np.where(present, (without - mean) ** 2, 0.0).sum(axis=0)
    error = np.sqrt(squares * (n - 1) / np.maximum(n, 1))
    error = np.where((n >= 2) & np.isfinite(error) & (error > 1e-12), error, np.nan)
    reach = stdtrit(np.maximum(n - 1, 1), (1 + confidence) / 2) * error
    return np.array([value - reach, value + reach])
