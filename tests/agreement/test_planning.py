"""How many units: the printed numbers, and what they are multiplied by."""

from __future__ import annotations

import pytest

from tests.agreement.test_intervals import random_ratings
from thematic.agreement.audits import audit
from thematic.agreement.planning import plan, plan_codes, required_units
from thematic.errors import SettingsError


@pytest.mark.parametrize(("least_alpha", "printed"), [(0.8, 139), (0.667, 81)])
def test_printed_sizes(least_alpha: float, printed: int) -> None:
    """Krippendorff (2004), ch. 11, as in the manual of ATLAS.ti: prevalence .25, significance .05."""
    assert required_units(least_alpha, 0.25, significance=0.05) == printed


def test_more_units_for_rarer_codes_stricter_tests_and_clustered_units() -> None:
    base = required_units(0.8, 0.25)
    assert required_units(0.8, 0.02) > required_units(0.8, 0.05) > base
    assert required_units(0.8, 0.25, significance=0.01) > base
    # 2 · 1.645² · 25.6 is 138.54 before it is rounded up.
    assert required_units(0.8, 0.25, design_effect=3) == 416
    assert required_units(0.8, 0.75) == base


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"least_alpha": 1.0, "prevalence": 0.2}, "least_alpha"),
        ({"least_alpha": 0.8, "prevalence": 0.0}, "prevalence"),
        ({"least_alpha": 0.8, "prevalence": 0.2, "significance": 1.5}, "significance"),
        ({"least_alpha": 0.8, "prevalence": 0.2, "design_effect": 0.0}, "design_effect"),
    ],
)
def test_arguments_out_of_range(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        required_units(**arguments)


def test_a_plan_before_anything_is_coded() -> None:
    """At prevalence .1: 2 · 1.645² · (3.96 / .072 - .8) is 293.3."""
    rows = plan(0.8, prevalences=(0.25, 0.1), design_effect=2)
    assert [(row.code, row.prevalence, row.independent) for row in rows] == [
        (None, 0.25, 139),
        (None, 0.1, 294),
    ]
    assert [row.required for row in rows] == [278, 587]


def test_a_plan_from_what_was_coded() -> None:
    pool = audit(random_ratings(3)).people
    for planned, row in zip(plan_codes(pool, 0.8), pool.codes, strict=True):
        assert row.prevalence is not None
        assert row.alpha.design_effect is not None
        assert planned.code == row.code
        assert planned.have == row.n_units
        assert planned.design_effect == max(1.0, row.alpha.design_effect)
        assert planned.required == required_units(0.8, row.prevalence, design_effect=planned.design_effect)


def test_codes_without_a_design_effect_take_the_median() -> None:
    from dataclasses import replace

    pool = audit(random_ratings(3)).people
    effects = (3.0, 5.0, 9.0)
    known = tuple(
        replace(row, alpha=replace(row.alpha, design_effect=effect))
        for row, effect in zip(pool.codes, (*effects, None), strict=True)
    )
    *_, last = plan_codes(replace(pool, codes=known), 0.8)
    assert last.design_effect == 5.0
    unknown = tuple(replace(row, prevalence=0.0) for row in known)
    assert {row.required for row in plan_codes(replace(pool, codes=unknown), 0.8)} == {None}
