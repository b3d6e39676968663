"""Multi-valued alpha against the values printed in Krippendorff & Craggs (2016), and its sums written out."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, permutations
from math import prod

import numpy as np
import pytest

from thematic.agreement.multivalued import multivalued_alpha
from thematic.agreement.ratings import Values, values_from_rows


def values(rows: list[list[str | None]]) -> Values:
    sets = [[None if cell is None else frozenset(cell) for cell in row] for row in rows]
    return values_from_rows(sets, level="sets")


@pytest.mark.parametrize(
    ("rows", "printed", "tolerance"),
    [
        ([["bd", "d", None], ["abd", "b", "bd"], ["", "a", "a"], ["a", None, None]], 0.2866, 0.00006),
        ([["a", "a", "a"], ["abd", "abd", "abde"], ["d", "d", "d"]], 0.947, 0.0006),
        ([["a", "a", "a"], ["ab", "ab", "abd"], ["d", "d", "d"]], 0.923, 0.0006),
        ([["a", "a", "a"], ["b", "b", "bd"], ["d", "d", "d"]], 0.895, 0.0006),
        ([["a", "a", "a"], ["ab", "ad", "bd"], ["d", "d", "d"]], 0.716, 0.0006),
        ([["a", "a", "a"], ["ab", "de", "f"], ["d", "d", "d"]], 0.554, 0.0006),
        ([["a", "b", "ab"], ["ab", "de", "f"], ["bd", "d", "be"]], -0.002, 0.0006),
    ],
    ids=["table 3", "table 8a", "table 8b", "table 8c", "table 9a", "table 9b", "table 9c"],
)
def test_published_value(rows: list[list[str | None]], printed: float, tolerance: float) -> None:
    assert multivalued_alpha(values(rows)).value == pytest.approx(printed, abs=tolerance)


def dice(a: frozenset[str], b: frozenset[str]) -> float:
    return 1 - 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0


def literally(rows: list[list[str | None]]) -> float:
    """All pairs of possible sets, written out."""
    units = [[frozenset(cell) for cell in row if cell is not None] for row in rows]
    units = [unit for unit in units if len(unit) >= 2]
    found = [own for unit in units for own in unit]
    observed = sum(sum(dice(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    counts = Counter(code for own in found for code in own)
    sizes = Counter(map(len, found))
    expected = 0.0
    for c in sizes:
        for k in sizes:
            weights, distances = [], []
            for first in map(frozenset, combinations(sorted(counts), c)):
                for second in map(frozenset, combinations(sorted(counts), k)):
                    left = prod(counts[code] for code in first)
                    weights.append(left * prod(counts[code] - (code in first) for code in second))
                    distances.append(dice(first, second))
            if sum(weights):
                expected += sizes[c] * sizes[k] / len(found) ** 2 * np.average(distances, weights=weights)
    return 1 - observed / len(found) / expected


@pytest.mark.parametrize("seed", range(10))
def test_equals_writing_all_sets_out(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows: list[list[str | None]] = [
        [
            None if random.random() < 0.2 else "".join(c for c in "abcde" if random.random() < 0.4)
            for _ in "123"
        ]
        for _ in range(6)
    ]
    assert multivalued_alpha(values(rows)).value == pytest.approx(literally(rows))


def test_single_codes_are_alpha_up_to_sample_size() -> None:
    """With one code a unit, the codes drawn are the ratings: D_e is that of nominal alpha."""
    from thematic.agreement.estimates import estimate

    rows: list[list[str | None]] = [["a", "a"], ["b", "a"], ["c", "c"], ["b", "b"]]
    alpha = estimate(values(rows), weights="jaccard", intervals=False).value
    assert multivalued_alpha(values(rows)).value == pytest.approx(alpha)


def test_undefined() -> None:
    assert multivalued_alpha(values([["a", "a"], ["a", "a"]])).status == "no_variation"
    assert multivalued_alpha(values([["a", "b"], ["a", None]])).status == "too_few_units"
    assert multivalued_alpha(values([["a", None], ["b", None]])).status == "one_coder"
    with pytest.raises(ValueError, match="sets of codes"):
        multivalued_alpha(values_from_rows([["a", "b"]]))
