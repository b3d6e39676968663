"""How good rankings of codes are against what people coded, with intervals over interviews."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

    Truth = NDArray[np.bool_]

__all__ = ["average_precision", "best_threshold", "hits", "interval_over_interviews", "top"]


def top(scores: FloatMatrix, k: int) -> NDArray[np.intp]:
    """The columns of the k highest scores of each row, best first; ties to the column that comes first."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def hits(scores: FloatMatrix, truth: Truth, k: int) -> NDArray[np.float64]:
    """For each row with a true column, 1.0 if one of them is among its k highest scores and 0.0 if none is.

    Their mean is recall@k in the sense of "the reader finds a right code on a shortlist of k".
    """
    coded = truth.any(axis=1)
    found = np.take_along_axis(truth[coded], top(scores[coded], k), axis=1)
    return np.asarray(found.any(axis=1), np.float64)


def average_precision(scores: NDArray[np.floating], truth: NDArray[np.bool_]) -> float | None:
    """The mean of the precision at each true row, rows by falling score; None where no row is true."""
    if not truth.any():
        return None
    found = truth[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(found) / np.arange(1, len(found) + 1)
    return float(precision[found].mean())


def best_threshold(scores: NDArray[np.floating], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """The highest F1 that a threshold reaches when all scores of at least it are taken, and that threshold.

    (0.0, 1.0) where no row is true. Of thresholds with one F1 the highest.
    """
    if not truth.any():
        return 0.0, 1.0
    order = np.argsort(-scores, kind="stable")
    found, ranked = np.cumsum(truth[order]), scores[order]
    f1 = 2 * found / (np.arange(1, len(found) + 1) + found[-1])
    f1[:-1][ranked[:-1] == ranked[1:]] = 0  # a threshold takes all equal scores or none
    best = int(np.argmax(f1))
    return float(f1[best]), float(ranked[best])


def interval_over_interviews(
    values: NDArray[np.float64], interviews: Sequence[str], *, draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """The 2.5th and 97.5th percentile of the mean of `values` when interviews are drawn with replacement.

    Excerpts of one interview are alike, so it is interviews that are drawn (the cluster bootstrap, Davison
    and Hinkley 1997, section 3.8).
    """
    names, index = np.unique(np.asarray(interviews), return_inverse=True)
    sums = np.bincount(index, weights=values, minlength=len(names))
    counts = np.bincount(index, minlength=len(names))
    drawn = np.random.default_rng(seed).integers(len(names), size=(draws, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
