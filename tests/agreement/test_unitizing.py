"""Unitizing alpha against the continua of Krippendorff (1995), p. 57."""

from __future__ import annotations

import pytest

from thematic.agreement.unitizing import unitizing_alpha

A = [[(2, 10), (14, 20)], [(4, 8), (15, 17)]]


def test_continuum_a() -> None:
    """Squared boundary distances 2² + 2² and 1² + 3², over 24²."""
    assert unitizing_alpha({"x": A}, (0, 24)).observed == pytest.approx(18 / 24**2)


def test_continuum_a_in_the_limit() -> None:
    """The printed .553 is for a scale so fine that single steps do not matter."""
    fine = [[(50_000 * start, 50_000 * end) for start, end in coder] for coder in A]
    found = unitizing_alpha({"x": fine}, (0, 50_000 * 24))
    assert found.value == pytest.approx(0.553, abs=0.0006)


def test_where_the_text_begins_does_not_matter() -> None:
    moved = [[(start + 1000, end + 1000) for start, end in coder] for coder in A]
    assert unitizing_alpha({"x": moved}, (1000, 1024)) == unitizing_alpha({"x": A}, (0, 24))


def test_order_of_coders_and_spans_does_not_matter() -> None:
    turned = [list(reversed(coder)) for coder in reversed(A)]
    assert unitizing_alpha({"x": turned}, (0, 24)).value == pytest.approx(
        unitizing_alpha({"x": A}, (0, 24)).value
    )


def test_a_span_in_a_gap_counts_its_squared_length() -> None:
    found = unitizing_alpha({"x": [[(5, 8)], []]}, (0, 10))
    assert found.observed == pytest.approx(3**2 / 10**2)


def test_expected_disagreement_by_hand() -> None:
    """One stretch of 2 in a text of 4; gaps of 2 and 4 have 1 and 3 places for it.

    2 / 4 · 2² (1 + 3) / (8 · 7 - 2 · 1).
    """
    found = unitizing_alpha({"x": [[(0, 2)], []]}, (0, 4))
    assert found.expected == pytest.approx(0.5 * 16 / 54)
    assert found.observed == pytest.approx(4 / 16)
    assert found.value == pytest.approx(1 - 0.25 * 54 / 8)


def test_spans_that_only_touch_do_not_overlap() -> None:
    """Each lies in the other's gap, and counts its squared length."""
    found = unitizing_alpha({"x": [[(0, 5)], [(5, 10)]]}, (0, 10))
    assert found.observed == pytest.approx((25 + 25) / 100)


def test_perfect_agreement_and_none() -> None:
    assert unitizing_alpha({"x": [A[0], A[0]]}, (0, 24)).value == 1.0
    assert unitizing_alpha({"x": [[], []]}, (0, 24)).status == "no_variation"
    assert unitizing_alpha({"x": [[(0, 4)]]}, (0, 24)).status == "one_coder"
    assert unitizing_alpha({}, (0, 24)).status == "one_coder"


def test_codes_add_up() -> None:
    one = unitizing_alpha({"x": A}, (0, 24))
    both = unitizing_alpha({"x": A, "y": A}, (0, 24))
    assert both.observed == pytest.approx(2 * one.observed)
    assert both.value == pytest.approx(one.value)


@pytest.mark.parametrize("spans", [[(3, 3)], [(1, 5), (4, 8)], [(-1, 2)], [(20, 25)]])
def test_impossible_spans_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="empty, overlaps another or leaves the text"):
        unitizing_alpha({"x": [spans, []]}, (0, 24))
    with pytest.raises(ValueError, match="1 coders where others have 2"):
        unitizing_alpha({"x": A, "y": [[]]}, (0, 24))
