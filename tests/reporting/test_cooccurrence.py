"""Codes that occur together, under each unit, against a literal count."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import exp, log, sqrt

import numpy as np
import pytest

from tests.builders import make_coding
from tests.reporting.planted import planted
from thematic.reporting.coded import CodedExcerpts, code_excerpts
from thematic.reporting.cooccurrence import CoOccurrence, Pair, count_pairs
from thematic.reporting.missing import Missing
from thematic.reporting.settings import ReportSettings

BOTH, ONE, OTHER, NONE = ["pushed", "costs"], ["pushed"], ["costs"], []
INTERVIEWS = {
    "P1": [BOTH, ONE, NONE, NONE, OTHER],
    "P2": [BOTH, NONE, NONE, BOTH],
    "P3": [BOTH, ONE, NONE, NONE, NONE, NONE],
    "P4": [NONE, OTHER, ONE],
}


def pair_of(found: CoOccurrence | Missing) -> Pair:
    assert isinstance(found, CoOccurrence)
    (pair,) = [p for p in found.pairs if {p.code, p.other} == {"pushed", "costs"}]
    return pair


def coded(**settings: object) -> CodedExcerpts:
    data, reads = planted(INTERVIEWS)
    return code_excerpts(data, reads=reads, settings=ReportSettings(**settings))  # type: ignore[arg-type]


def test_lift_and_its_interval_are_those_of_a_literal_count() -> None:
    def lift(interviews: list[list[list[str]]]) -> float:
        rows = [row for interview in interviews for row in interview]
        first, second = (sum(code in row for row in rows) for code in ("pushed", "costs"))
        return len(rows) * sum(len(row) == 2 for row in rows) / (first * second)

    everything = list(INTERVIEWS.values())
    whole = log(lift(everything))
    without = [log(lift(everything[:i] + everything[i + 1 :])) for i in range(4)]
    mean = sum(without) / 4
    error = sqrt(3 / 4 * sum((value - mean) ** 2 for value in without))
    pair = pair_of(count_pairs(coded()))
    assert pair.lift is not None and pair.interval is not None
    assert pair.lift == pytest.approx(exp(whole))
    assert (pair.together, pair.interviews) == (4, 3)
    assert pair.expected == pytest.approx(7 * 6 / 18)
    # Student's t with 3 degrees of freedom: 3.182446 at 97.5%, from any table.
    assert pair.interval.low == pytest.approx(exp(whole - 3.182446305 * error))
    assert pair.interval.high == pytest.approx(exp(whole + 3.182446305 * error))


def test_no_interval_where_codes_meet_in_two_interviews_only() -> None:
    data, reads = planted({"P1": [BOTH, ONE], "P2": [BOTH, NONE], "P3": [ONE, NONE], "P4": [OTHER, NONE]})
    pair = pair_of(count_pairs(code_excerpts(data, reads=reads)))
    assert pair.interviews == 2 and pair.lift is not None and pair.interval is None


def test_within_turns_slides_a_window() -> None:
    found = count_pairs(coded(cooccurrence="turns", within_turns=1))
    windows = 0
    for rows in INTERVIEWS.values():
        unions = [{*a, *b} for a, b in pairwise(rows)]
        windows += sum(union == {"pushed", "costs"} for union in unions)
    assert pair_of(found).together == windows == 5
    assert isinstance(found, CoOccurrence) and found.units == 14
    assert pair_of(count_pairs(coded(cooccurrence="turns", within_turns=0))).together == 4


def test_overlap_counts_shared_characters() -> None:
    data, reads = planted({"P1": [[], []], "P2": [[]]})
    first = data.segmentations[0].excerpts[0]
    long, short = (make_coding(first, code, "ana") for code in ("pushed", "costs"))
    long = replace(long, quote=replace(long.quote, end=first.start + 30))
    short = replace(short, quote=replace(short.quote, start=first.start + 20, end=first.start + 50))
    study = replace(data, codings=(long, short))
    found = count_pairs(code_excerpts(study, reads=reads, settings=ReportSettings(cooccurrence="overlap")))
    pair = pair_of(found)
    assert pair.together == 10
    assert isinstance(found, CoOccurrence)
    total = sum(e.end - e.start for s in data.segmentations for e in s.excerpts)
    assert found.units == total and pair.expected == pytest.approx(30 * 30 / total)


def test_what_nobody_read_is_no_unit() -> None:
    data, reads = planted(INTERVIEWS)
    found = count_pairs(code_excerpts(data, reads=reads[:5]))
    assert isinstance(found, CoOccurrence) and found.units == 5


def test_one_code_alone_says_what_is_missing() -> None:
    data, reads = planted({"P1": [ONE]})
    assert isinstance(count_pairs(code_excerpts(data, reads=reads)), Missing)


def test_random_tables_give_symmetric_counts_that_add_up() -> None:
    random = np.random.default_rng(3)
    rows = {
        f"P{n}": [[code for code in ("pushed", "pulled", "costs") if random.random() < 0.4] for _ in range(9)]
        for n in range(6)
    }
    data, reads = planted(rows)
    found = count_pairs(code_excerpts(data, reads=reads))
    assert isinstance(found, CoOccurrence)
    flat = [row for given in rows.values() for row in given]
    for pair in found.pairs:
        assert pair.together == sum(pair.code in row and pair.other in row for row in flat)
