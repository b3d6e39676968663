"""Every kind of disagreement, its share, its rank; and spans matched by overlap."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thematic.agreement.character import CodedSpan
from thematic.agreement.disagreements import (
    disagreements,
    kind_shares,
    match_spans,
    span_agreement,
)
from thematic.agreement.ratings import Ratings
from thematic.agreement.units import CodedUnits, Unit

CODES = ("first", "theme", "child", "sister", "other")
PARENTS = {"child": "theme", "sister": "theme", "theme": None, "other": None}

Reading = Mapping[str, str | None]
"""Codes of each coder, separated by spaces; None for not assigned."""


def coded_units(
    *readings: Reading,
    order_known: bool = False,
    spans: tuple[CodedSpan, ...] = (),
    interview_of: str = "",
) -> CodedUnits:
    coders = tuple(dict.fromkeys(coder for reading in readings for coder in reading))
    presence = np.full((len(readings), len(coders), len(CODES)), -1, dtype=np.int8)
    for position, reading in enumerate(readings):
        for coder, codes in reading.items():
            if codes is not None:
                presence[position, coders.index(coder)] = [code in codes.split() for code in CODES]
    units = tuple(
        Unit(
            id=f"u{i}",
            interview=interview_of[i : i + 1] or "P",
            text=f"words {i}",
            start=10 * i,
            end=10 * i + 10,
        )
        for i in range(len(readings))
    )
    ratings = Ratings(
        units=tuple(unit.id for unit in units),
        coders=coders,
        codes=CODES,
        presence=presence,
        interviews=tuple(unit.interview or "" for unit in units),
    )
    return CodedUnits(
        ratings=ratings,
        values=None,
        units=units,
        rule="",
        memos={("u0", "Ben"): "hm"},
        spans=spans,
        order_known=order_known,
    )


@pytest.mark.parametrize(
    ("ada", "ben", "expected"),
    [
        ("child", "child", []),
        ("", "", []),
        ("child", None, []),
        ("child", "", [("omission", ("child",))]),
        ("", "child other", [("omission", ("child",)), ("omission", ("other",))]),
        ("child other", "child", [("multiplicity", ("other",))]),
        ("child", "theme", [("granularity", ("theme", "child"))]),
        ("child", "sister", [("confusion", ("child", "sister"))]),
        ("child", "first sister", [("confusion", ("child", "sister")), ("multiplicity", ("first",))]),
        ("child", "other", [("confusion", ("child", "other"))]),
        ("child other", "sister", [("confusion", ("child", "sister")), ("multiplicity", ("other",))]),
        ("theme other", "child", [("granularity", ("theme", "child")), ("multiplicity", ("other",))]),
        (
            "theme other",
            "child sister",
            [("granularity", ("theme", "child")), ("confusion", ("sister", "other"))],
        ),
    ],
)
def test_kinds(ada: str, ben: str | None, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    for first, second in ((ada, ben), (ben, ada)):
        found = disagreements(coded_units({"Ada": first, "Ben": second}), parents=PARENTS)
        assert sorted((d.kind, d.codes) for d in found) == sorted(expected)


def test_a_slip_to_the_neighbour_is_one_disagreement_at_two_units() -> None:
    coded = coded_units(
        {"Ada": "child", "Ben": ""},
        {"Ada": "", "Ben": "child"},
        {"Ada": "child", "Ben": ""},
        order_known=True,
    )
    slip, left = disagreements(coded)
    assert (slip.kind, slip.unit, slip.other_unit, slip.weight) == ("unit slip", "u0", "u1", 2)
    assert (left.kind, left.unit) == ("omission", "u2")
    assert (slip.before, slip.after, left.before) == ("", "words 1", "words 1")


def test_a_slip_stays_within_its_interview() -> None:
    readings: tuple[Reading, ...] = ({"Ada": "child", "Ben": ""}, {"Ada": "", "Ben": "child"})
    apart = disagreements(coded_units(*readings, order_known=True, interview_of="PQ"))
    assert [(d.kind, d.before, d.after) for d in apart] == [("omission", "", "")] * 2


def test_two_values_of_a_variable_that_cross_are_no_slip() -> None:
    """Where every unit has a value, to cross is common by chance, and no code is left out anywhere."""
    crossed = coded_units(
        {"Ada": "child", "Ben": "other"}, {"Ada": "other", "Ben": "child"}, order_known=True
    )
    assert [d.kind for d in disagreements(crossed)] == ["confusion", "confusion"]


def test_without_an_order_of_units_there_is_no_slip() -> None:
    found = disagreements(coded_units({"Ada": "child", "Ben": ""}, {"Ada": "", "Ben": "child"}))
    assert [d.kind for d in found] == ["omission", "omission"]
    assert found[0].after == ""


def test_a_unit_that_only_one_of_two_overlapping_spans_reaches_is_a_boundary() -> None:
    spans = (
        span(0, 20, "Ada", "child"),
        span(0, 10, "Ben", "child"),
        span(20, 30, "Ben", "child"),
    )
    coded = coded_units(
        {"Ada": "child", "Ben": "child"},
        {"Ada": "child", "Ben": ""},
        {"Ada": "", "Ben": "child"},
        spans=spans,
    )
    found = disagreements(coded)
    assert [(d.kind, d.unit) for d in found] == [("boundary", "u1"), ("omission", "u2")]


def test_coders_who_differ_alike_are_one_entry_and_weigh_as_in_alpha() -> None:
    coded = coded_units({"Ada": "child", "Ben": "", "Cy": "", "Di": None})
    (only,) = disagreements(coded)
    assert only.pairs == (("Ada", "Ben"), ("Ada", "Cy"))
    assert only.readings == {"Ada": ("child",), "Ben": (), "Cy": ()}
    assert only.memos == {"Ben": "hm"}
    assert only.weight == pytest.approx(2 / (3 - 1))


def test_weights_add_up_to_the_observed_disagreement_of_alpha_over_all_codes() -> None:
    generator = np.random.default_rng(3)
    presence = generator.integers(0, 2, (80, 4, 5)).astype(np.int8)
    presence[generator.random((80, 4)) < 0.2] = -1
    units = tuple(Unit(id=f"u{i}", interview=f"P{i // 20}") for i in range(80))
    ratings = Ratings(
        units=tuple(u.id for u in units),
        coders=("a", "b", "c", "d"),
        codes=CODES,
        presence=presence,
        interviews=tuple(u.interview or "" for u in units),
    )
    coded = CodedUnits(ratings=ratings, values=None, units=units, rule="", order_known=True)
    found = disagreements(coded, parents=PARENTS)
    expected = 0.0
    for unit in presence:
        rows = unit[(unit >= 0).all(axis=1)]
        for i in range(len(rows)):
            expected += sum(np.sum(rows[i] != rows[j]) for j in range(i)) / max(len(rows) - 1, 1)
    assert sum(d.weight for d in found) == pytest.approx(expected)
    shares = kind_shares(found)
    assert sum(share.share for share in shares) == pytest.approx(1)
    assert sum(share.n for share in shares) == len(found)
    assert {share.kind for share in shares if share.n} == {
        "unit slip",
        "granularity",
        "confusion",
        "multiplicity",
        "omission",
    }


def test_the_worst_code_comes_first() -> None:
    coded = coded_units({"Ada": "child", "Ben": ""}, {"Ada": "other", "Ben": ""})
    assert [d.codes for d in disagreements(coded, trouble=["other", "child"])] == [("other",), ("child",)]
    assert [d.codes for d in disagreements(coded)] == [("child",), ("other",)]


def test_only_the_coders_asked_for() -> None:
    coded = coded_units({"Ada": "child", "Ben": "child", "Cy": ""})
    assert disagreements(coded, coders=["Ada", "Ben"]) == ()
    assert list(disagreements(coded, coders=["Ada", "Cy"])[0].readings) == ["Ada", "Cy"]


def test_no_disagreement_has_no_share() -> None:
    assert {share.share for share in kind_shares(())} == {0.0}


# --- Spans ---------------------------------------------------------------------------------------------


def span(start: int, end: int, coder: str = "Ada", code: str = "x", interview: str = "P") -> CodedSpan:
    return CodedSpan(interview=interview, coder=coder, code=code, start=start, end=end)


INTERVALS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=5,
    unique=True,
)


def _iou(a: CodedSpan, b: CodedSpan) -> float:
    mine, theirs = set(range(a.start, a.end)), set(range(b.start, b.end))
    return len(mine & theirs) / len(mine | theirs)


@settings(deadline=None)  # the first example imports scipy
@given(first=INTERVALS, second=INTERVALS)
def test_matching_is_optimal(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    ours, theirs = [span(*s) for s in first], [span(*s, coder="Ben") for s in second]
    pairs = match_spans(ours, theirs)
    assert all(overlap == pytest.approx(_iou(a, b)) and overlap > 0 for a, b, overlap in pairs)
    assert len({a for a, _, _ in pairs}) == len({b for _, b, _ in pairs}) == len(pairs)
    short, long = sorted((ours, theirs), key=len)
    best = max(
        (
            sum(_iou(a, b) for a, b in zip(short, order, strict=True))
            for order in permutations(long, len(short))
        ),
        default=0.0,
    )
    assert sum(overlap for _, _, overlap in pairs) == pytest.approx(best)


def test_offsets_and_f1() -> None:
    text = "I took two buses and then I walked the last mile home."
    spans = [
        span(0, 16),
        span(2, 16, coder="Ben"),
        span(26, 34),
        span(26, 54, coder="Ben"),
        span(40, 45, code="y"),
    ]
    everything, x, y = span_agreement(spans, coders=["Ada", "Ben"], texts={"P": text})
    assert (x.code, x.n_spans, x.n_matched, x.f1) == ("x", (2, 2), 1, 0.5)
    assert (x.start_offset, x.end_offset, x.start_words, x.end_words) == (1, 10, 0.5, 2)
    assert (everything.code, everything.n_spans, everything.f1) == (None, (3, 2), 2 / 5)
    assert (y.n_matched, y.f1, y.start_offset) == (0, 0.0, None)


def test_spans_of_other_interviews_never_match() -> None:
    (everything, _) = span_agreement([span(0, 5), span(0, 5, "Ben", interview="Q")], coders=["Ada", "Ben"])
    assert everything.n_matched == 0
