"""Multi-valued alpha: a unit may get several codes, and chance puts codes together as well as giving them.

Experimental: checked against the seven values printed in Krippendorff & Craggs (2016), The Reliability of
Multi-Valued Coding of Data, Communication Methods and Measures 10:181-198, and against no other program.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.estimates import without_idle_coders
from thematic.agreement.ratings import Values
from thematic.agreement.results import Estimate, Status

__all__ = ["multivalued_alpha"]

Floats = NDArray[np.float64]


def multivalued_alpha(values: Values) -> Estimate:
    """mvα = 1 - D_o / D_e for nominal codes, without an interval. Krippendorff & Craggs (2016).

    Two sets of c and k codes with j in common differ by 1 - 2j / (c + k), and two empty ones by 0. D_o is the
    mean within units, as in alpha. In D_e the sizes of two sets are those found, independently; given the
    sizes, a pair of sets is as likely as its codes are frequent, drawn without returning those already drawn.

    Raises ValueError unless `values` has level sets.
    """
    if values.level != "sets":
        raise ValueError("multi-valued alpha is for sets of codes")
    table = without_idle_coders(values)
    sets = [frozenset(map(str, category)) for category in table.categories if isinstance(category, frozenset)]
    rated = table.indices >= 0
    pairable = rated.sum(axis=1) >= 2
    status: Status = "ok"
    value: float | None = None
    if len(table.coders) < 2:
        status = "one_coder"
    elif pairable.sum() < 2:
        status = "too_few_units"
    else:
        units = [[sets[index] for index in row if index >= 0] for row in table.indices[pairable]]
        expected = _expected_disagreement([found for unit in units for found in unit])
        if expected < 1e-12:
            status = "no_variation"
        else:
            value = float(1 - _observed_disagreement(units) / expected)
    return Estimate(
        coefficient="multivalued_alpha",
        variant="Krippendorff & Craggs' multi-valued alpha, nominal (experimental)",
        value=value,
        status=status,
        n_units=int(pairable.sum()),
    )


def _observed_disagreement(units: list[list[frozenset[str]]]) -> float:
    n_sets = sum(len(unit) for unit in units)
    within = 0.0
    for unit in units:
        between = sum(_distance(len(a), len(b), len(a & b)) for a, b in combinations(unit, 2))
        within += 2 * between / (len(unit) - 1)
    return within / n_sets


def _expected_disagreement(sets: list[frozenset[str]]) -> float:
    sizes = np.bincount([len(found) for found in sets]) / len(sets)
    codes, counts = np.unique([code for found in sets for code in sorted(found)], return_counts=True)
    n_codes = int(counts.sum()) if len(codes) else 1
    chances = _pairs_by_overlap(counts.astype(np.float64), n_codes, len(sizes) - 1)
    expected = 0.0
    for c, k in np.ndindex(len(sizes), len(sizes)):
        together = chances[c, k].sum()
        if together > 0:
            distances = [_distance(c, k, j) for j in range(len(sizes))]
            expected += sizes[c] * sizes[k] * float(chances[c, k] @ distances) / together
    return expected


def _pairs_by_overlap(counts: Floats, n_codes: int, largest: int) -> Floats:
    """Weight of all pairs of sets of c and k codes with j in common; shape (largest + 1,) three times.

    A code of count n is in neither set, in one (weight n), or in both (n (n - 1)): codes are taken one by
    one, so that the sets never have to be written out. Counts are divided by their sum, which only scales.
    """
    chances = np.zeros((largest + 1, largest + 1, largest + 1))
    chances[0, 0, 0] = 1
    for count in counts:
        before = chances.copy()
        chances[1:] += before[:-1] * (count / n_codes)
        chances[:, 1:] += before[:, :-1] * (count / n_codes)
        chances[1:, 1:, 1:] += before[:-1, :-1, :-1] * (count * (count - 1) / n_codes**2)
    return chances


def _distance(c: int, k: int, common: int) -> float:
    return 1 - 2 * common / (c + k) if c + k else 0.0
