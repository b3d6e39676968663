"""Counting patterns of who applied a code gives what adding up unit by unit gives."""

from __future__ import annotations

import numpy as np
import pytest

from thematic.agreement import coefficients as formulas
from thematic.agreement import statistic
from thematic.agreement.coefficients import Cells, Scale
from thematic.agreement.registry import COEFFICIENTS, Coefficient
from thematic.agreement.statistic import AdditiveStatistic, Groups, PatternStatistic

BY_COUNTS = [
    declared
    for declared in COEFFICIENTS.values()
    if not declared.coders_apart and not declared.complete_pairs
]


@pytest.mark.parametrize("block", [2_000_000, 50])
@pytest.mark.parametrize("sized", [False, True])
@pytest.mark.parametrize("declared", BY_COUNTS, ids=lambda declared: declared.name)
def test_patterns_are_a_shorter_way(
    declared: Coefficient, sized: bool, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistic, "_BLOCK", block)
    random = np.random.default_rng(3)
    indices = random.integers(-1, 2, (60, 4, 3)).astype(np.int8)
    sizes = random.integers(1, 9, 60).astype(float) if sized else None
    matrix = 1 - np.eye(2) if declared.name == "krippendorff_alpha" else np.eye(2)
    cells, scale = Cells(indices, 2, sizes), Scale(4, 2, matrix, np.zeros(2))
    short = PatternStatistic.of(cells, scale, declared.sums, declared.value)
    long = AdditiveStatistic.of(cells, scale, declared.sums, declared.value, 12)
    np.testing.assert_allclose(short.value(), long.value(), atol=1e-12)
    for groups in (Groups(np.arange(60) % 7, 7), Groups.single_units(60)):
        weights = random.integers(0, 4, (5, groups.count)).astype(float)
        np.testing.assert_allclose(short.without_each(groups), long.without_each(groups), atol=1e-12)
        np.testing.assert_allclose(
            short.reweighted(groups, weights), long.reweighted(groups, weights), atol=1e-12
        )


def test_patterns_are_of_two_categories() -> None:
    cells = Cells(np.zeros((4, 2, 1), dtype=np.int8), 3)
    with pytest.raises(ValueError, match="two categories, found 3"):
        PatternStatistic.of(cells, Scale(2, 3, np.eye(3), np.zeros(3)), formulas.alpha_sums, formulas.alpha)
