"""The report: its words, its methods paragraph, the sample, and readings side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thematic.agreement.cautions import cautions
from thematic.agreement.methods import REFERENCES, Background
from thematic.agreement.negotiation import make_ledger
from thematic.agreement.ratings import Ratings, values_from_rows
from thematic.agreement.report import make_report
from thematic.agreement.results import AuditSettings, Estimate
from thematic.agreement.sampling import draw
from thematic.agreement.side_by_side import side_by_side
from thematic.agreement.tables import ratings_from_table
from thematic.agreement.units import CodedUnits, Excluded, Unit
from thematic.agreement.wording import interval, number, threshold, value
from thematic.errors import SettingsError
from thematic.formats.agreement.coding_tables import read_codings


def coded(
    presence: Sequence[Sequence[Sequence[int]]], *, interviews: int = 8, model: bool = False
) -> CodedUnits:
    """Units dealt to interviews in turn; coders Ada, Ben, Cy; codes calm, travel, waiting."""
    array = np.array(presence, dtype=np.int8)
    n_units, n_coders, n_codes = array.shape
    units = tuple(Unit(id=f"u{i}", interview=f"P{i % interviews}", text=f"words {i}") for i in range(n_units))
    coders = ("Ada", "Ben", "Cy")[:n_coders]
    ratings = Ratings(
        units=tuple(unit.id for unit in units),
        coders=coders,
        codes=("calm", "travel", "waiting")[:n_codes],
        presence=array,
        interviews=tuple(unit.interview or "" for unit in units),
        model_coders=frozenset(coders[-1:]) if model else frozenset(),
    )
    return CodedUnits(ratings=ratings, values=None, units=units, rule="turn")


def random_units(n_coders: int = 2, n_units: int = 80, error: float = 0.1) -> CodedUnits:
    generator = np.random.default_rng(7)
    truth = generator.random((n_units, 1, 3)) < 0.3
    flipped = generator.random((n_units, n_coders, 3)) < error
    return coded((truth ^ flipped).astype(int).tolist())


@pytest.mark.parametrize(
    ("coefficient", "text"),
    [
        (0.666, ".67"),
        (1.0, "1.00"),
        (-0.118, "-.12"),
        (-0.001, ".00"),
        (0.999, "1.00"),
        (None, "–"),
        (-1, "-1.00"),
    ],
)
def test_numbers_are_written_as_papers_do(coefficient: float | None, text: str) -> None:
    assert number(coefficient) == text


def test_thresholds_keep_their_places() -> None:
    assert [threshold(limit) for limit in (0.667, 0.8, 0.75)] == [".667", ".80", ".75"]


def test_an_undefined_value_is_its_reason() -> None:
    estimate = Estimate(coefficient="a", variant="A", value=None, status="no_variation", n_units=3)
    assert (value(estimate), interval(estimate)) == ("no variation", "")
    known = Estimate(
        coefficient="a", variant="A", value=0.5, status="ok", n_units=3, low=-0.2, high=1.0, optimistic=True
    )
    assert (value(known), interval(known)) == (".50", "[-.20, 1.00]*")


def test_methods_name_the_exact_variants_and_cite_them() -> None:
    two = make_report(random_units(2)).methods
    for words in (
        "2 coders (Ada and Ben) coded 80 units of 8 interviews; 80 of them (100%)",
        "The unit was: turn.",
        "Krippendorff's alpha, nominal",
        "Cohen's kappa",
        "MASI distance between sets of codes",
        "delete-one-interview jackknife",
        "Cohen, J. (1960)",
        "Passonneau, R. J. (2006)",
        "27 Software: thematic",
    ):
        assert words in two, words
    three = make_report(random_units(3)).methods
    assert "Fleiss' kappa" in three and "Fleiss, J. L. (1971)" in three
    assert "Cohen" not in three


def test_what_is_unknown_is_said_to_be_so() -> None:
    methods = make_report(random_units()).methods
    for what in ("How the units coded twice were chosen", "Their training", "Codebook"):
        assert f"{what}: not recorded" in methods


def test_what_was_left_out_is_in_the_methods() -> None:
    units = random_units()
    left_out = CodedUnits(
        ratings=units.ratings,
        values=None,
        units=units.units,
        rule="turn",
        excluded=(Excluded(reason="turns of the interviewer", n_units=12),),
    )
    assert "Left out before counting: 12 turns of the interviewer." in make_report(left_out).methods


def test_the_headline_is_no_grand_mean() -> None:
    units = random_units()
    presence = units.ratings.presence.copy()
    presence[:, :, 2] = 0
    report = make_report(coded(presence.tolist()), background=Background(names={"calm": "Calm"}))
    assert report.headline.startswith("Median alpha .")
    assert "over 2 codes" in report.headline
    assert "1 code cannot be judged: 1 " in report.headline


def test_the_headline_where_nothing_can_be_judged() -> None:
    report = make_report(coded(np.zeros((10, 2, 3), dtype=int).tolist()))
    assert report.headline.startswith("None of the 3 codes can be judged: 3 ")
    assert report.disagreements == ()


def test_numbers_are_audited_without_codes() -> None:
    rows = [[float(i % 7), float(i % 7 + i % 2)] for i in range(40)]
    values = values_from_rows(rows, level="interval")
    units = tuple(Unit(id=name) for name in values.units)
    ratings = Ratings(
        units=values.units, coders=values.coders, codes=(), presence=np.empty((40, 2, 0), dtype=np.int8)
    )
    report = make_report(CodedUnits(ratings=ratings, values=values, units=units, rule="row"))
    assert report.headline.startswith("Krippendorff's alpha, interval")
    assert (report.compared.codes, report.sensitivity) == ((), None)
    assert (
        "Each coder gave each unit one value. The headline is Krippendorff's alpha, interval."
        in report.methods
    )
    assert "Codes applied" not in report.methods


def test_cautions_call_codes_by_their_names() -> None:
    units = coded([[[1, 0, 0], [1, 0, 0]]] * 3 + [[[0, 1, 0], [0, 0, 0]]] * 20)
    report = make_report(units, background=Background(names={"calm": "Calm & slow"}))
    (few,) = [caution for caution in report.cautions if caution.id == "W01"]
    assert "Calm & slow" in few.message and "calm (" not in few.message


def test_unit_rules_that_change_the_verdict_are_a_caution() -> None:
    good, bad = random_units(error=0.005, n_units=400), random_units(error=0.25, n_units=400)
    report = make_report(good, unit_rules={"sentence": bad.ratings})
    assert report.sensitivity is not None
    assert report.sensitivity.flips_by_unit
    assert "W07" in [caution.id for caution in report.cautions]
    assert "W07" not in [caution.id for caution in make_report(good).cautions]


def test_a_person_and_a_machine() -> None:
    units = random_units(2)
    report = make_report(coded(units.ratings.presence.tolist(), model=True))
    assert report.compared.kind == "person and machine"
    assert "a person and a machine (Ada and Ben)" in report.methods


def test_same_report_twice() -> None:
    settings = AuditSettings(interval="bootstrap", seed=4, resamples=200)
    first, second = (make_report(random_units(3), settings=settings) for _ in range(2))
    assert repr(first.compared.codes) == repr(second.compared.codes)
    assert first.methods == second.methods
    assert "seed 4" in first.methods


# --- Sampling ------------------------------------------------------------------------------------------

SIZES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), min_size=1)


@given(sizes=SIZES, seed=st.integers(0, 5), data=st.data())
def test_a_draw_has_the_size_asked_for_and_its_share_of_every_interview(
    sizes: dict[str, int], seed: int, data: st.DataObject
) -> None:
    units = {interview: [f"{interview}{n}" for n in range(size)] for interview, size in sizes.items()}
    total = sum(sizes.values())
    if not total:
        return
    count = data.draw(st.integers(1, total))
    drawn = draw(units, count=count, seed=seed)
    assert sum(map(len, drawn.values())) == count
    for interview, chosen in drawn.items():
        assert list(chosen) == [unit for unit in units[interview] if unit in set(chosen)]
        exact = sizes[interview] * count / total
        if count >= sum(1 for size in sizes.values() if size):
            assert len(chosen) >= min(1, sizes[interview])
            assert len(chosen) <= max(1, exact) + 1
        else:
            assert abs(len(chosen) - exact) <= 1
    assert drawn == draw(units, count=count, seed=seed)


def test_every_unit_is_as_likely_as_any_other() -> None:
    units = {"P1": [str(n) for n in range(10)], "P2": [str(n) for n in range(10, 40)]}
    seen = np.zeros(40)
    for seed in range(2000):
        for chosen in draw(units, count=8, seed=seed).values():
            seen[[int(unit) for unit in chosen]] += 1
    assert seen.min() > 320 and seen.max() < 480  # 400 expected, 4.5 standard deviations


def test_another_interview_leaves_a_draw_of_the_same_size_alone() -> None:
    units = {"P1": [str(n) for n in range(10)]}
    alone = draw(units, count=2, seed=3)
    assert draw(units | {"P2": [str(n) for n in range(10, 20)]}, count=4, seed=3)["P1"] == alone["P1"]


def test_interviews_are_drawn_from_on_their_own() -> None:
    units = {name: [str(n) for n in range(50)] for name in ("P1", "P2")}
    drawn = draw(units, count=20)
    assert drawn["P1"] != drawn["P2"]


@pytest.mark.parametrize("count", [0, -1, 11])
def test_a_draw_that_cannot_be_made(count: int) -> None:
    with pytest.raises(SettingsError, match="of 10 units cannot be drawn"):
        draw({"P1": [str(n) for n in range(10)]}, count=count)


# --- Discussion, and readings side by side -------------------------------------------------------------


def test_a_ledger_counts_where_discussions_went() -> None:
    alone = {
        "Ada": {"u1": {"x"}, "u2": {"x"}, "u3": set[str]()},
        "Ben": {"u1": {"y"}, "u2": {"x"}, "u3": {"z"}},
    }
    ledger = make_ledger({"u1": {"x"}, "u2": {"x"}, "u3": {"z", "y"}, "u4": None}, alone)
    assert (ledger.n_discussed, ledger.toward, ledger.n_shared) == (4, {"Ada": 1}, 1)
    assert (ledger.n_new, ledger.n_unresolved) == (1, 1)
    assert ledger.in_words() == (
        "4 units discussed: 1 as Ada had coded, 1 as several had coded, 1 newly coded, 1 left open"
    )


def test_readings_side_by_side_are_of_passages_that_several_read() -> None:
    units = coded([[[1, 0, 0], [1, 0, 0]], [[1, 0, 0], [-1, -1, -1]], [[0, 0, 0], [0, 1, 0]]])
    found = side_by_side(units, title="T", names={"travel": "Travel"})
    assert [(p.unit, p.alike, dict(p.readings)) for p in found.passages] == [
        ("u0", True, {"Ada": ("calm",), "Ben": ("calm",)}),
        ("u2", False, {"Ada": (), "Ben": ("travel",)}),
    ]
    assert found.n_alike == 1


# --- The manual ----------------------------------------------------------------------------------------

MANUAL = (Path(__file__).parents[2] / "docs" / "agreement.md").read_text(encoding="utf-8")


def test_tables_of_the_manual_are_what_it_says_they_are(tmp_path: Path) -> None:
    found = {}
    for layout, table in re.findall(r"\*\*(\w+)\*\*: .*?```csv\n(.*?)```", MANUAL, flags=re.DOTALL):
        path = tmp_path / f"{layout}.csv"
        path.write_text(table, encoding="utf-8")
        read = read_codings([path])
        assert read.layout == layout
        states = ratings_from_table(read).ratings
        found[layout] = states.presence[1].max(axis=1).tolist()  # the second unit: Ada, Ben
    assert found == {"wide": [1, -1], "sets": [0, 1], "long": [0, -1]}


def test_the_python_of_the_manual_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", MANUAL, flags=re.DOTALL)
    exec(compile(code, "docs/agreement.md", "exec"), {})
    assert capsys.readouterr().out == "Krippendorff's alpha, nominal 0.4444444444444444\n"


def test_the_manual_explains_every_caution_and_cites_every_reference() -> None:
    source = (Path(cautions.__code__.co_filename)).read_text(encoding="utf-8")
    assert set(re.findall(r"\bW\d\d\b", source)) <= set(
        re.findall(r"^\| (W\d\d) ", MANUAL, flags=re.MULTILINE)
    )
    for reference in REFERENCES.values():
        authors, year = re.match(r"(.*?) \((\d{4})\)", reference).groups()  # type: ignore[union-attr]
        assert f"- {authors} ({year})" in MANUAL, reference
