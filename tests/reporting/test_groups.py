"""Groups, small cells, the map, and what people made of suggestions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import pytest

from tests.builders import make_excerpt
from tests.reporting.planted import planted
from thematic.model import Vectors
from thematic.reporting.coded import code_excerpts
from thematic.reporting.excerpt_map import ExcerptMap, map_excerpts
from thematic.reporting.groups import Groups, compare_groups
from thematic.reporting.human_and_machine import HumanAndMachine, watch_decisions
from thematic.reporting.missing import Missing
from thematic.reporting.report import Inputs, make_report
from thematic.reporting.settings import ReportSettings
from thematic.reporting.small_cells import find_recognisable

ATTRIBUTES = {
    "P1": {"site": "A", "age": "30"},
    "P2": {"site": "A", "age": "40"},
    "P3": {"site": "B", "age": "30"},
    "P4": {"site": "B", "age": "40"},
    "P5": {"site": "B", "age": "40"},
}
SAID = {
    "P1": [["costs"]] * 8 + [[]] * 2,
    "P2": [[], []],
    "P3": [["costs"], []],
    "P4": [["costs"], [], []],
    "P5": [["costs"], ["pushed"]],
}


def groups_of(**settings: object) -> Groups:
    data, reads = planted(SAID, attributes=ATTRIBUTES)
    report = make_report(Inputs(data=data, reads=reads, settings=ReportSettings(**settings)))  # type: ignore[arg-type]
    assert isinstance(report.groups, Groups)
    return report.groups


def test_groups_are_counted_in_people() -> None:
    by_age, by_site = sorted(groups_of().tables, key=lambda table: table.attribute)
    assert (by_age.attribute, by_site.attribute) == ("age", "site")
    assert [(g.value, g.participants, g.words) for g in by_site.groups] == [("A", 2, 240), ("B", 3, 140)]
    costs = next(row for row in by_site.rows if row.code == "costs")
    a, b = costs.cells
    assert (a.participants, a.excerpts, b.participants, b.excerpts) == (1, 8, 3, 3)
    assert a.share == 0.5 and b.share == 1
    assert a.per_1000_words == pytest.approx(1000 * 8 / 240)
    assert costs.difference == -0.5
    assert costs.difference_interval is not None and costs.difference_interval.high > -0.2


def test_rates_move_with_interviews_left_out() -> None:
    _, by_site = sorted(groups_of().tables, key=lambda table: table.attribute)
    cell = next(row for row in by_site.rows if row.code == "costs").cells[1]
    without = [1000 * n / words for n, words in ((2, 100), (2, 80), (2, 100))]
    mean = sum(without) / 3
    error = sqrt(2 / 3 * sum((value - mean) ** 2 for value in without))
    assert cell.rate_interval is not None
    # Student's t with 2 degrees of freedom: 4.302653 at 97.5%, from any table.
    assert cell.rate_interval.high == pytest.approx(1000 * 3 / 140 + 4.302652730 * error)


def test_attributes_that_make_no_groups_are_named_with_the_reason() -> None:
    attributes = {f"P{n}": {"site": "A", "meetings": str(n)} for n in range(10)}
    data, reads = planted({who: [["costs"]] for who in attributes}, attributes=attributes)
    found = compare_groups(code_excerpts(data, reads=reads))
    assert isinstance(found, Groups) and found.tables == ()
    assert [name for name, _ in found.skipped] == ["site", "meetings"]
    data, reads = planted({"P1": [["costs"]]})
    missing = compare_groups(code_excerpts(data, reads=reads))
    assert isinstance(missing, Missing) and "participants.csv" in missing.how


def test_the_smallest_combination_that_is_unique_is_found() -> None:
    data, reads = planted(SAID, attributes=ATTRIBUTES | {"P5": {"site": "B", "age": "40", "job": "mayor"}})
    found = find_recognisable(code_excerpts(data, reads=reads))
    assert [(r.participant, dict(r.values)) for r in found] == [
        ("P5", {"job": "mayor"}),
        ("P1", {"age": "30", "site": "A"}),
        ("P2", {"age": "40", "site": "A"}),
        ("P3", {"age": "30", "site": "B"}),
    ]


def test_small_numbers_are_withheld_everywhere() -> None:
    data, reads = planted(SAID, attributes=ATTRIBUTES)
    report = make_report(Inputs(data=data, reads=reads, settings=ReportSettings(suppress_below=2)))
    assert not isinstance(report.themes, Missing) and not isinstance(report.matrix, Missing)
    pushed = next(row for row in report.themes.rows if row.code == "pushed")  # one person only
    costs = next(row for row in report.themes.rows if row.code == "costs")
    assert pushed.participants is None and pushed.quotes == () and costs.participants == 4
    column = [c.code for c in report.matrix.columns].index("pushed")
    assert all(row.cells[column].excerpts is None for row in report.matrix.rows)
    assert all(row.attributes == {} for row in report.matrix.rows)
    assert not isinstance(report.lines, Missing)
    assert not any("pushed" in mark.codes for line in report.lines.lines for mark in line.marks)


def test_the_total_cannot_give_a_withheld_cell_away() -> None:
    _, by_site = sorted(groups_of(suppress_below=2).tables, key=lambda table: table.attribute)
    costs = next(row for row in by_site.rows if row.code == "costs")
    assert [cell.participants for cell in costs.cells] == [None, None]  # 1 and 3, of 4 in all
    assert costs.difference is None
    free = next(row for row in by_site.rows if row.code == "old" or row.code == "pulled")
    assert [cell.participants for cell in free.cells] == [0, 0]


def test_the_map_keeps_groups_together_and_says_how_well() -> None:
    random = np.random.default_rng(1)
    data, _ = planted({f"P{n}": [[]] * 10 for n in range(6)})
    coded = code_excerpts(data)
    centres = np.repeat(np.eye(3), 20, axis=0)
    values = np.concatenate([centres, random.normal(0, 0.05, (60, 3))], axis=1).astype(np.float32)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    found = map_excerpts(coded, values)
    again = map_excerpts(coded, values)
    assert isinstance(found, ExcerptMap) and found == again
    places = np.array([[p.x, p.y] for p in found.points])
    nearest = [int(np.argsort(((places - own) ** 2).sum(axis=1))[1]) for own in places]
    assert np.mean([at // 20 == n // 20 for at, n in enumerate(nearest)]) == 1
    assert 0.3 < found.kept <= 1
    assert isinstance(map_excerpts(coded, values[:5]), Missing)


@dataclass(frozen=True)
class Said:
    mode: str = "assist"
    shown: tuple[str, ...] = ("a", "b")
    bands: tuple[str, ...] = ("strong", "fair")
    by_lot: bool = False
    codes: tuple[str, ...] = ("a",)
    rank: int | None = 1
    seconds: float | None = 5.0


def test_acceptance_is_counted_over_time_and_by_band() -> None:
    first = [Said()] * 20
    later = [Said(codes=("b",), rank=2, seconds=1.0)] * 5 + [Said(codes=("c",), rank=None)] * 15
    alone = [Said(mode="blind", shown=(), bands=(), codes=(), rank=None, seconds=None)] * 2
    found = watch_decisions({"ana": [*first, *later, *alone]}, {"ana": "Ana"})
    assert isinstance(found, HumanAndMachine)
    (ana,) = found.coders
    assert (ana.coder, ana.statements, ana.assisted, ana.first_taken, ana.any_taken, ana.added) == (
        "Ana", 42, 40, 20, 25, 15,
    )  # fmt: skip
    assert [(s.first, s.last, s.taken) for s in ana.steps] == [(1, 20, 20), (21, 40, 5)]
    assert (ana.timed, ana.quick, ana.median_seconds) == (40, 5, 5.0)
    assert {b.name: (b.shown, b.taken) for b in found.bands} == {"strong": (40, 20), "fair": (40, 5)}
    assert [(m.mode, m.in_view, m.statements, m.none_share) for m in found.modes] == [
        ("assist", True, 40, 0.0),
        ("blind", False, 2, 1.0),
    ]


def test_nothing_recorded_says_how_to_get_it() -> None:
    blind = Said(shown=(), bands=(), seconds=None, rank=None)
    for made in ({}, {"ana": [blind]}):
        found = watch_decisions(made)
        assert isinstance(found, Missing) and "--mode assist" in found.how


def test_vectors_are_put_in_the_order_of_the_excerpts() -> None:
    from thematic.reporting.quotes import Meaning

    data, reads = planted(SAID)
    coded = code_excerpts(data, reads=reads)
    ids = tuple(e.id for e in reversed(coded.excerpts))
    values = np.arange(len(ids), dtype=np.float32)[:, None]
    vectors = Vectors(ids=ids, values=values, questions=values, model="", model_sha256="")
    assert Meaning.of(coded, vectors).excerpts[:, 0].tolist() == values[::-1, 0].tolist()
    stranger = make_excerpt(data.transcripts[0], data.transcripts[0].text[-8:])
    with pytest.raises(KeyError):
        Meaning.of(replace(coded, excerpts=(*coded.excerpts, stranger)), vectors)
