"""Runs of characters against characters counted one by one."""

from __future__ import annotations

import numpy as np
import pytest

from thematic.agreement.audits import audit
from thematic.agreement.character import CodedSpan, character_ratings
from thematic.agreement.estimates import estimate, estimate_codes
from thematic.agreement.ratings import Ratings, code_sets, values_from_rows
from thematic.agreement.results import AuditSettings

CODERS, CODES = ("ann", "bo", "cy"), ("x", "y")
ELIGIBLE = {"one": [(0, 40), (55, 100)], "two": [(5, 60)], "three": [(0, 30)]}
ASSIGNED = {"one": {"ann", "bo", "cy"}, "two": {"ann", "bo"}, "three": {"cy"}}


def random_spans(seed: int) -> list[CodedSpan]:
    random = np.random.default_rng(seed)
    spans = []
    for interview, coders in sorted(ASSIGNED.items()):
        for coder in sorted(coders):
            for code in CODES:
                for _ in range(random.integers(0, 4)):
                    start = int(random.integers(0, 95))
                    spans.append(
                        CodedSpan(interview, coder, code, start, start + int(random.integers(1, 30)))
                    )
    return spans


def character_by_character(spans: list[CodedSpan]) -> Ratings:
    units, interviews, presence = [], [], []
    for interview, stretches in ELIGIBLE.items():
        for at in (at for start, end in stretches for at in range(start, end)):
            cell = np.full((len(CODERS), len(CODES)), -1)
            for g, coder in enumerate(CODERS):
                if coder in ASSIGNED[interview]:
                    cell[g] = 0
            for span in spans:
                if span.interview == interview and span.start <= at < span.end:
                    cell[CODERS.index(span.coder), CODES.index(span.code)] = 1
            units.append(f"{interview}:{at}")
            interviews.append(interview)
            presence.append(cell)
    return Ratings(
        units=tuple(units),
        coders=CODERS,
        codes=CODES,
        presence=np.array(presence),
        interviews=tuple(interviews),
    )


def by_runs(spans: list[CodedSpan]) -> Ratings:
    return character_ratings(spans, eligible=ELIGIBLE, assigned=ASSIGNED, coders=CODERS, codes=CODES)


@pytest.mark.parametrize("seed", range(8))
def test_runs_are_the_characters(seed: int) -> None:
    spans = random_spans(seed)
    runs, characters = by_runs(spans), character_by_character(spans)
    assert runs.sizes is not None
    assert np.array_equal(runs.presence.repeat(runs.sizes, axis=0), characters.presence)
    assert len(runs.units) < len(characters.units)
    assert [
        name for name, size in zip(runs.interviews or (), runs.sizes, strict=True) for _ in range(size)
    ] == list(characters.interviews or ())


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", ["krippendorff_alpha", "gwet_ac1", "positive_agreement", "light_kappa"])
def test_coefficients_are_those_of_the_characters(seed: int, name: str) -> None:
    spans = random_spans(seed)
    settings = AuditSettings(min_interviews=2, rare=0)
    for found, expected in zip(
        estimate_codes(by_runs(spans), name, settings=settings),
        estimate_codes(character_by_character(spans), name, settings=settings),
        strict=True,
    ):
        for field in ("status", "n_units", "n_interviews", "interval"):
            assert getattr(found, field) == getattr(expected, field)
        for field in ("value", "low", "high", "standard_error"):
            assert getattr(found, field) == pytest.approx(getattr(expected, field)), field


def test_sets_are_those_of_the_characters() -> None:
    spans = random_spans(1)
    found = estimate(code_sets(by_runs(spans)), intervals=False)
    expected = estimate(code_sets(character_by_character(spans)), intervals=False)
    assert found.value == pytest.approx(expected.value)
    assert found.n_units == expected.n_units


def test_an_audit_counts_characters() -> None:
    spans = [CodedSpan("one", "ann", "x", 0, 20), CodedSpan("one", "bo", "x", 10, 30)]
    pool = audit(by_runs(spans)).people
    row = pool.codes[0]
    # On each of 30 characters, two of the three pairs of coders differ.
    assert (row.instances, row.n_applied, row.n_disagreements) == ((20, 20, 0), 30, 60)
    assert (pool.n_units, pool.n_double) == (85 + 55 + 30, 85 + 55)
    assert pool.pairs[0].n_units == 85 + 55


def test_digitised_continuum_of_krippendorff_1995() -> None:
    """Continuum A in 24 equal parts: alpha .3286, as two coders who mark 2-10, 14-20 and 4-8, 15-17."""
    spans = [
        CodedSpan("a", "i", "x", 2, 10),
        CodedSpan("a", "i", "x", 14, 20),
        CodedSpan("a", "j", "x", 4, 8),
        CodedSpan("a", "j", "x", 15, 17),
    ]
    ratings = character_ratings(
        spans, eligible={"a": [(0, 24)]}, assigned={"a": "ij"}, coders=("i", "j"), codes=("x",)
    )
    [found] = estimate_codes(ratings, settings=AuditSettings(rare=0), intervals=False)
    assert found.value == pytest.approx(0.328571, abs=1e-6)


def test_names_say_where() -> None:
    spans = [CodedSpan("one", "ann", "x", 35, 60)]
    assert by_runs(spans).units[:5] == ("one:0-35", "one:35-40", "one:55-60", "one:60-100", "two:5-60")


def test_text_without_spans_counts_as_not_coded() -> None:
    ratings = by_runs([])
    assert ratings.presence[:2].tolist() == [[[0, 0]] * 3] * 2
    assert ratings.presence[2].tolist() == [[0, 0], [0, 0], [-1, -1]]


def test_no_eligible_text() -> None:
    ratings = character_ratings(
        [CodedSpan("a", "i", "x", 0, 5)], eligible={"a": []}, assigned={"a": "i"}, coders=("i",), codes=("x",)
    )
    assert ratings.units == ()


def test_unknown_names_are_refused() -> None:
    for span in (
        CodedSpan("four", "ann", "x", 0, 1),
        CodedSpan("one", "di", "x", 0, 1),
        CodedSpan("one", "ann", "z", 0, 1),
    ):
        with pytest.raises(ValueError, match="unknown"):
            by_runs([span])
    with pytest.raises(ValueError, match="bo was not assigned three"):
        by_runs([CodedSpan("three", "bo", "x", 0, 1)])


def test_values_from_rows_reads_a_plain_table() -> None:
    values = values_from_rows([["b", None], ["a", "b"]], coders=["i", "j"], units=["p", "q"])
    assert (values.categories, values.coders, values.units) == (("a", "b"), ("i", "j"), ("p", "q"))
    assert values.indices.tolist() == [[1, -1], [0, 1]]
    assert values_from_rows([[10, 9]]).categories == (9, 10)
    assert values_from_rows([["low"]], categories=["low", "high"]).categories == ("low", "high")
    with pytest.raises(ValueError, match="one cell for each coder"):
        values_from_rows([["a"], ["a", "b"]])
    with pytest.raises(ValueError, match="not in the scale: \\['c'\\]"):
        values_from_rows([["c"]], categories=["a"])
    with pytest.raises(ValueError, match="must be numbers"):
        values_from_rows([["a"]], level="interval")
