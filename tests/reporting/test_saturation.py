"""Saturation as Guest, Namey & Chen (2020) define it, by hand, and the lines of interviews."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest

from tests.reporting.planted import planted
from thematic.model import Code
from thematic.reporting.code_lines import draw_lines
from thematic.reporting.coded import code_excerpts
from thematic.reporting.missing import Missing
from thematic.reporting.saturation import Saturation, saturate
from thematic.reporting.settings import ReportSettings

LETTERS = tuple(Code(id=letter, name=letter) for letter in "abcdefghijklmnopqrstuvwxyz")


def saturation(interviews: Sequence[str], **settings: object) -> Saturation:
    """Each interview is the string of its codes, one excerpt a code."""
    data, reads = planted(
        {f"P{n:02d}": [[code] for code in codes] or [[]] for n, codes in enumerate(interviews)}, codes=LETTERS
    )
    found = saturate(code_excerpts(data, reads=reads, settings=ReportSettings(**settings)))  # type: ignore[arg-type]
    assert isinstance(found, Saturation)
    return found


def test_base_runs_and_threshold_by_hand() -> None:
    # New codes: 8, 5, 4, 3 | 2, 1, 0, 1, 0; the base has 20 codes, and runs of two overlap.
    found = saturation(["abcdefgh", "ijklm", "nopq", "rst", "uva", "wb", "ab", "xc", "d"])
    assert [step.new for step in found.steps] == [8, 5, 4, 3, 2, 1, 0, 1, 0]
    assert [step.cumulative for step in found.steps][-1] == 24
    assert found.base_codes == 20
    assert [(run.first, run.last, run.new) for run in found.runs] == [
        (5, 6, 3),
        (6, 7, 1),
        (7, 8, 1),
        (8, 9, 1),
    ]
    assert [run.share for run in found.runs] == [0.15, 0.05, 0.05, 0.05]
    assert found.reached == 5 and "5+2" in found.verdict


def test_a_threshold_of_nothing_waits_for_a_run_without_new_codes() -> None:
    interviews = ["abcd", "ef", "a", "g", "b", "c", "a"]
    strict = saturation(interviews, base_size=2, new_information=0.0)
    assert strict.reached == 4  # interviews 5 and 6 add nothing
    assert saturation(interviews, base_size=2, run_length=3, new_information=0.0).reached == 4
    never = saturation(["ab", "cd", "ef", "gh"], base_size=1, run_length=1)
    assert never.reached is None and "not saturated yet" in never.verdict


def test_too_few_interviews_say_how_many_are_needed() -> None:
    found = saturation(["ab", "c"])
    assert found.runs == () and found.reached_in is None
    assert "needs 6 interviews; 2 are coded" in found.verdict
    data, reads = planted({"P1": [["costs"]]})
    assert isinstance(saturate(code_excerpts(data, reads=reads)), Missing)


def test_bands_are_those_of_all_orders() -> None:
    interviews = ["abc", "ad", "e", "f"]
    counts = [[len(set("".join(order[:n]))) for n in range(1, 5)] for order in permutations(interviews)]
    found = saturation(interviews, base_size=1, run_length=1, orders=4000)
    for place, band in enumerate(found.cumulative):
        values = sorted(row[place] for row in counts)
        assert band.low == values[0] and band.high == values[-1]  # one in four is more than a twentieth
        assert values[len(values) // 2 - 1] <= band.median <= values[len(values) // 2]


def test_an_interview_that_nobody_read_is_not_counted() -> None:
    data, reads = planted({"P1": [["costs"]], "P2": [["pushed"]], "P3": [["pulled"]]})
    found = saturate(code_excerpts(data, reads=[r for r in reads if r.quote.transcript_id != "P2"]))
    assert isinstance(found, Saturation)
    assert [step.interview for step in found.steps] == ["P1", "P3"]


def test_lines_follow_the_times_or_else_the_words() -> None:
    rows = {"P1": [["pushed"], [], ["costs"]]}
    data, reads = planted(rows, seconds=10)
    (line,) = draw_lines(code_excerpts(data, reads=reads)).lines
    # Turns of ten seconds: question, answer, question, answer, question, answer.
    assert (line.axis, line.length) == ("time", 1.0)
    assert [(mark.start, mark.end) for mark in line.marks] == [
        (pytest.approx(10 / 60, abs=1e-4), pytest.approx(20 / 60, abs=1e-4)),
        (pytest.approx(50 / 60, abs=1e-4), 1.0),
    ]
    data, reads = planted(rows)
    found = draw_lines(code_excerpts(data, reads=reads))
    assert found.themes == ("reasons", "costs")
    (line,) = found.lines
    assert line.axis == "words" and [mark.themes for mark in line.marks] == [(0,), (1,)]
    assert line.marks[-1].end == pytest.approx(1.0) and 0 < line.marks[0].start < line.marks[0].end


def test_many_themes_share_the_last_lane() -> None:
    data, reads = planted({"P1": [[letter] for letter in "abcdefghij"], "P2": [["a"], ["b"]]}, codes=LETTERS)
    found = draw_lines(code_excerpts(data, reads=reads))
    assert len(found.themes) == 8 and found.themes[-1] is None
    assert sum(7 in mark.themes for mark in found.lines[0].marks) == 3
