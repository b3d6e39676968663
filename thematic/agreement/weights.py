"""Agreement weights between categories: 1 for the same category, less the further apart they are.

After Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed.; the linear ones are those of Cicchetti &
Allison (1971), the quadratic ones of Fleiss & Cohen (1973). Where the categories are numbers, the distances
between the numbers count; otherwise those between their ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.ratings import Category
from thematic.errors import SettingsError

__all__ = ["WEIGHTINGS", "agreement_weights", "scale_positions"]

Floats = NDArray[np.float64]


def agreement_weights(weights: str | Floats, categories: Sequence[Category]) -> Floats:
    """The weights of all pairs of categories: shape (categories, categories), 1 on the diagonal.

    weights: a name of `WEIGHTINGS`, or a matrix of one's own. Raises SettingsError on an unknown name and on
    a matrix that does not fit.
    """
    if not isinstance(weights, str):
        return _checked(np.asarray(weights, dtype=np.float64), len(categories))
    if weights not in WEIGHTINGS:
        raise SettingsError(
            f"no agreement weights are called “{weights}”", hint=f"choose one of: {', '.join(WEIGHTINGS)}"
        )
    if len(categories) < 2:
        return np.ones((len(categories), len(categories)))
    return WEIGHTINGS[weights](scale_positions(categories))


def scale_positions(categories: Sequence[Category]) -> Floats:
    """Where the categories stand on their scale: the numbers themselves, or 1, 2, 3 … for words."""
    if all(isinstance(category, int | float) for category in categories):
        return np.array(categories, dtype=np.float64)
    return np.arange(1.0, len(categories) + 1)


def identity(x: Floats) -> Floats:
    """1 for the same category, 0 for any other."""
    return np.eye(len(x))


def linear(x: Floats) -> Floats:
    """1 - |k - l| / (max - min): Cicchetti & Allison (1971)."""
    return 1 - np.abs(_differences(x)) / np.ptp(x)


def quadratic(x: Floats) -> Floats:
    """1 - (k - l)² / (max - min)²: Fleiss & Cohen (1973)."""
    return 1 - (_differences(x) / np.ptp(x)) ** 2


def radical(x: Floats) -> Floats:
    """1 - √|k - l| / √(max - min)."""
    return 1 - np.sqrt(np.abs(_differences(x)) / np.ptp(x))


def ordinal_gwet(x: Floats) -> Floats:
    """1 - M(k, l) / M(1, q), M(k, l) the number of pairs of categories from rank k to rank l.

    Gwet's ordinal weights. They are not Krippendorff's ordinal metric, which depends on the data.
    """
    spans = np.abs(_differences(np.argsort(np.argsort(x)))) + 1
    pairs = spans * (spans - 1) / 2
    return _falling(pairs)


def ratio(x: Floats) -> Floats:
    """1 - ((k - l) / (k + l))² / max. For numbers above 0."""
    sums = x[:, None] + x
    distances = np.divide(_differences(x), sums, out=np.zeros_like(sums), where=sums != 0) ** 2
    return _falling(distances)


def circular(x: Floats) -> Floats:
    """1 - sin²(π (k - l) / (max - min + 1)) / max: for scales whose ends meet."""
    distances = np.sin(np.pi * _differences(x) / (np.ptp(x) + 1)) ** 2
    return _falling(distances)


def bipolar(x: Floats) -> Floats:
    """1 - (k - l)² / ((k + l - 2 min)(2 max - k - l)) / max: steps near the ends of a scale count more."""
    sums = x[:, None] + x
    room = (sums - 2 * x.min()) * (2 * x.max() - sums)
    distances = np.divide(_differences(x) ** 2, room, out=np.zeros_like(room), where=room != 0)
    return _falling(distances)


WEIGHTINGS: dict[str, Callable[[Floats], Floats]] = {
    "identity": identity,
    "linear": linear,
    "quadratic": quadratic,
    "radical": radical,
    "ordinal_gwet": ordinal_gwet,
    "ratio": ratio,
    "circular": circular,
    "bipolar": bipolar,
}


def _falling(distances: Floats) -> Floats:
    weights: Floats = 1 - distances / distances.max()
    return weights


def _differences(x: NDArray[np.generic]) -> Floats:
    values = x.astype(np.float64)
    return values[:, None] - values


def _checked(matrix: Floats, n_categories: int) -> Floats:
    if matrix.shape != (n_categories, n_categories):
        raise SettingsError(
            f"the weights are {matrix.shape}; {n_categories} categories need a square of them"
        )
    if not (np.allclose(matrix, matrix.T) and np.allclose(np.diag(matrix), 1)):
        raise SettingsError(
            "agreement weights must be symmetric, with 1 for each category against itself",
            hint="from distances d, the weights are 1 - d / max(d)",
        )
    return matrix
