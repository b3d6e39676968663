"""Alpha on an ordinal scale of many ranks equals its definition, less a part of the units and redrawn too."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tests.agreement import literal
from thematic.agreement import ordinal_alpha
from thematic.agreement.coefficients import Cells
from thematic.agreement.estimates import estimate
from thematic.agreement.ordinal_alpha import OrdinalAlpha
from thematic.agreement.ratings import values_from_rows
from thematic.agreement.statistic import Groups

N_RANKS = 300


def table(*, n_units: int = 40, sized: bool = False) -> Cells:
    random = np.random.default_rng(11)
    truth = random.integers(N_RANKS, size=n_units)
    indices = np.clip(truth[:, None] + random.integers(-20, 21, (n_units, 3)), 0, N_RANKS - 1)
    indices[random.random(indices.shape) < 0.2] = -1
    sizes = random.integers(1, 9, n_units).astype(float) if sized else None
    return Cells(indices[:, :, None].astype(np.int32), N_RANKS, sizes)


def defined(cells: Cells, times: np.ndarray | None = None) -> float:
    """By the definition, each unit as often as it was drawn and as large as it is."""
    often = np.ones(cells.n_units) if times is None else times
    often = often if cells.sizes is None else often * cells.sizes
    rows = [
        [int(rank) if rank >= 0 else None for rank in row]
        for row, n in zip(cells.indices[:, :, 0], often.astype(int), strict=True)
        for _ in range(n)
    ]
    found = literal.alpha(rows, literal.ordinal_distance(rows))
    assert found is not None
    return float(found)


@pytest.mark.parametrize("sized", [False, True])
def test_many_ranks_equal_the_definition(sized: bool) -> None:
    cells = table(n_units=15, sized=sized)
    assert OrdinalAlpha.of(cells).value() == pytest.approx([defined(cells)], abs=1e-12)


@pytest.mark.parametrize("block", [2_000_000, 700])
@pytest.mark.parametrize("n_groups", [12, 5])
@pytest.mark.parametrize("sized", [False, True])
def test_without_each_group_equals_the_definition(
    sized: bool, n_groups: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordinal_alpha, "_BLOCK", block)
    cells = table(n_units=12, sized=sized)
    groups = Groups((np.arange(12) * 7) % n_groups, n_groups)
    found = OrdinalAlpha.of(cells).without_each(groups)
    wanted = [defined(cells, (groups.of_unit != group).astype(float)) for group in range(n_groups)]
    assert found[:, 0] == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("n_groups", [12, 5])
def test_redrawn_groups_equal_the_definition(n_groups: int) -> None:
    cells = table(n_units=12, sized=True)
    groups = Groups(np.arange(12) % n_groups, n_groups)
    weights = np.random.default_rng(2).integers(0, 3, (6, n_groups)).astype(float)
    found = OrdinalAlpha.of(cells).reweighted(groups, weights)
    wanted = [defined(cells, row[groups.of_unit]) for row in weights]
    assert found[:, 0] == pytest.approx(wanted, abs=1e-12)


def test_without_variation_there_is_no_value() -> None:
    same = OrdinalAlpha.of(Cells(np.full((6, 2, 1), 4, dtype=np.int32), N_RANKS))
    assert np.isnan(same.value()).all()
    assert np.isnan(same.without_each(Groups.single_units(6))).all()
    assert np.isnan(OrdinalAlpha.of(Cells(np.full((6, 2, 1), -1, dtype=np.int32), N_RANKS)).value()).all()


def test_thousands_of_ranks_have_an_estimate_with_an_interval() -> None:
    order = np.random.default_rng(5).permutation(3000)
    found = estimate(values_from_rows([[rank, rank + 0.5] for rank in order.tolist()], level="ordinal"))
    # 6000 distinct ranks, each beside the next: Σ o δ² = 6000 and Σ n n δ² = N² (N² - 1) / 6 with N = 6000.
    chance = Fraction(6000**2 * (6000**2 - 1), 6)
    assert found.value == pytest.approx(float(1 - Fraction(5999 * 6000) / chance), abs=1e-12)
    noisy = [[rank, rank + 200 * step] for rank, step in zip(order.tolist(), order[::-1] % 7, strict=True)]
    spread = estimate(values_from_rows(noisy, level="ordinal"))
    assert spread.low is not None and spread.value is not None and spread.high is not None
    assert spread.low < spread.value < spread.high
