"""The audit: what it finds in tables small enough to count by hand, and in planted ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.agreement.test_intervals import random_ratings
from thematic.agreement.audits import audit, sensitivity
from thematic.agreement.cautions import unit_sensitive
from thematic.agreement.estimates import estimate, estimate_codes
from thematic.agreement.ratings import (
    Ratings,
    Values,
    as_ratings,
    code_sets,
    roll_up,
    select_coders,
    values_from_rows,
)
from thematic.agreement.results import AuditSettings, Caution, Circumstances, CodeAgreement, Estimate, Pool
from thematic.errors import AgreementError

SETTINGS = AuditSettings()


def table(
    sets: list[list[str | None]],
    *,
    coders: str = "ab",
    codes: str = "xyz",
    interviews: list[str] | None = None,
    models: str = "",
) -> Ratings:
    """One row a unit, one cell a coder: the letters of the codes applied, None for not assigned."""
    presence = np.full((len(sets), len(coders), len(codes)), -1, dtype=np.int8)
    for u, row in enumerate(sets):
        for g, cell in enumerate(row):
            if cell is not None:
                presence[u, g] = [code in cell for code in codes]
    return Ratings(
        units=tuple(f"u{u}" for u in range(len(sets))),
        coders=tuple(coders),
        codes=tuple(codes),
        presence=presence,
        interviews=None if interviews is None else tuple(interviews),
        model_coders=frozenset(models),
    )


def people(ratings: Ratings | Values, **options: Any) -> Pool:
    return audit(ratings, **options).people


def caution(pool: Pool, number: str) -> Caution | None:
    return next((found for found in pool.cautions if found.id == number), None)


# --- By code -------------------------------------------------------------------------------------------


def test_a_code_counted_by_hand() -> None:
    """x: both 4, a alone 3, b alone 1, neither 2; one unit more that b did not see."""
    sets: list[list[str | None]] = (
        [["x", "x"]] * 4 + [["x", ""]] * 3 + [["", "x"]] + [["", ""]] * 2 + [["x", None]]
    )
    row = people(table(sets, codes="x")).codes[0]
    assert row.instances == (8, 5)
    assert (row.n_units, row.n_applied, row.n_disagreements) == (10, 8, 4)
    assert row.prevalence == pytest.approx(12 / 20)
    assert row.percent_agreement.value == pytest.approx(6 / 10)
    assert row.positive_agreement.value == pytest.approx(8 / 12)
    assert row.negative_agreement.value == pytest.approx(4 / 8)
    assert row.prevalence_index == pytest.approx(2 / 10)
    assert row.bias_index == pytest.approx(2 / 10)
    assert row.pabak.value == pytest.approx(2 * 0.6 - 1)
    # p_e = .7 · .5 + .3 · .5; alpha = 1 - 19 · .4 · 10 / (2 · 12 · 8) · 2.
    assert row.kappa.value == pytest.approx((0.6 - 0.5) / 0.5)
    assert row.alpha.value == pytest.approx(1 - 19 * 8 / (2 * 12 * 8))
    # AC1 takes π from every rating, with the unit only a saw: 2 π (1 - π), π = 7 / 11.
    chance = 2 * (7 / 11) * (4 / 11)
    assert row.ac1.value == pytest.approx((0.6 - chance) / (1 - chance))
    assert row.kappa.coefficient == "cohen_kappa"
    assert row.alpha.variant == "Krippendorff's alpha, nominal"


def test_kappa_is_named_by_the_number_of_coders() -> None:
    two, three = random_ratings(1, n_coders=2), random_ratings(1, n_coders=3)
    assert people(two).codes[0].kappa.coefficient == "cohen_kappa"
    assert people(three).codes[0].kappa.coefficient == "fleiss_kappa"


def test_every_code_of_the_table_is_reported() -> None:
    """z is never used, y always, w twice; none of them has a value, none is dropped."""
    sets: list[list[str | None]] = [["xy", "xy"], ["y", "xy"], ["wy", "y"], ["y", "wy"]] * 3
    pool = people(table(sets[:4] + sets[:2] * 4, codes="wxyz"))
    assert [row.code for row in pool.codes] == ["w", "x", "y", "z"]
    assert [row.alpha.status for row in pool.codes] == ["rare", "ok", "no_variation", "no_variation"]
    for row in (pool.codes[0], pool.codes[2], pool.codes[3]):
        assert row.alpha.value is row.ac1.value is row.kappa.value is row.pabak.value is None
        assert row.verdict == "too few"
    assert pool.codes[0].instances == (1, 1)
    assert {found.status for found in by_coefficient(pool.codes[0])} == {"rare"}
    assert {found.status for found in by_coefficient(pool.codes[3])} == {"no_variation"}
    assert pool.summary.left_out == {"rare": 1, "no_variation": 2}
    assert (pool.summary.n_codes, pool.summary.n_judged) == (4, 1)


def by_coefficient(row: CodeAgreement) -> list[Estimate]:
    fields = (getattr(row, name) for name in CodeAgreement.__dataclass_fields__)
    return [field for field in fields if isinstance(field, Estimate)]


def test_a_code_that_is_hardly_ever_left_out_is_rare_too() -> None:
    sets: list[list[str | None]] = [["x", "x"]] * 30 + [["", "x"]] * 2 + [["", ""]]
    assert people(table(sets, codes="x")).codes[0].alpha.status == "rare"


def test_verdicts_follow_the_interval() -> None:
    ratings = random_ratings(3, n_interviews=10, n_units=20)
    [row, *_] = people(ratings).codes
    low, high = row.alpha.low, row.alpha.high
    assert low is not None
    assert high is not None
    for threshold, verdict in (
        (low - 0.01, "above"),
        ((low + high) / 2, "straddles"),
        (high + 0.01, "below"),
    ):
        settings = AuditSettings(tentative=threshold)
        assert people(ratings, settings=settings).codes[0].verdict == verdict


def test_perfect_agreement_is_above() -> None:
    sets: list[list[str | None]] = [["x", "x"]] * 10 + [["", ""]] * 10
    row = people(table(sets, codes="x", interviews=[f"i{u % 5}" for u in range(20)])).codes[0]
    assert (row.alpha.value, row.alpha.low, row.verdict) == (1.0, None, "above")


def test_the_summary_counts_codes_in_bands() -> None:
    pool = people(random_ratings(3, n_interviews=10, n_units=20))
    values = sorted(row.alpha.value for row in pool.codes if row.alpha.value is not None)
    assert pool.summary.median == pytest.approx(np.median(values))
    assert (pool.summary.lowest, pool.summary.highest) == (values[0], values[-1])
    assert pool.summary.worst_code == min(pool.codes, key=lambda row: row.alpha.value or 9).code
    bands = pool.summary.n_reliable, pool.summary.n_between, pool.summary.n_below
    assert bands == (
        sum(v >= 0.8 for v in values),
        sum(0.667 <= v < 0.8 for v in values),
        sum(v < 0.667 for v in values),
    )
    assert sum(pool.summary.verdicts.values()) == len(pool.codes)


def test_trouble_is_where_most_ratings_differ() -> None:
    """y: 3 disagreements in few units; x: 2 in many; z: none."""
    sets: list[list[str | None]] = [["xz", "xz"]] * 8 + [
        ["x", ""],
        ["", "x"],
        ["y", ""],
        ["", "y"],
        ["y", ""],
    ]
    pool = people(table(sets))
    assert pool.trouble == ("y", "x")


# --- Themes --------------------------------------------------------------------------------------------


def test_a_theme_is_present_where_any_code_below_it_is() -> None:
    sets: list[list[str | None]] = [["x", "y"], ["x", ""], ["", ""], ["z", "y"], ["xy", None]]
    parents = {"x": "t", "y": "s", "s": "t", "t": None, "z": None}
    rolled = roll_up(table(sets), parents)
    assert rolled.codes == ("t", "s")
    assert rolled.presence[:, :, 0].tolist() == [[1, 1], [1, 0], [0, 0], [0, 1], [1, -1]]
    assert rolled.presence[:, :, 1].tolist() == [[0, 1], [0, 0], [0, 0], [0, 1], [1, -1]]


def test_a_theme_that_is_a_code_itself_counts() -> None:
    rolled = roll_up(table([["x", ""], ["y", "x"]]), {"y": "x"})
    assert rolled.codes == ("x",)
    assert rolled.presence[:, :, 0].tolist() == [[1, 0], [1, 1]]


def test_a_theme_of_codes_partly_unassigned_is_known_only_where_something_applies() -> None:
    presence = np.array([[[1, -1], [0, -1]], [[0, 0], [-1, -1]]])
    ratings = Ratings(units=("u", "v"), coders=("a", "b"), codes=("x", "y"), presence=presence)
    rolled = roll_up(ratings, {"x": "t", "y": "t"})
    assert rolled.presence[:, :, 0].tolist() == [[1, -1], [0, -1]]


def test_a_loop_of_parents_ends() -> None:
    assert roll_up(table([["x", "y"]]), {"x": "y", "y": "x"}).presence.tolist() == [[[1, 1], [1, 1]]]


def test_themes_are_audited_like_codes() -> None:
    ratings = random_ratings(5)
    parents = {"code 0": "t", "code 1": "t"}
    pool = people(ratings, parents=parents)
    assert [row.code for row in pool.themes] == ["t"]
    assert pool.themes[0].alpha == estimate_codes(roll_up(ratings, parents))[0]
    assert people(ratings).themes == ()


# --- Coders --------------------------------------------------------------------------------------------


def test_pairs_and_leave_one_out_are_the_audits_of_those_coders() -> None:
    ratings = random_ratings(6)
    pool = people(ratings)
    assert [pair.coders for pair in pool.pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    for pair in pool.pairs:
        alone = people(select_coders(ratings, pair.coders))
        assert pair.overall.value == pytest.approx(alone.overall[0].value)
        assert pair.n_units == alone.n_double
        assert [e.value for e in pair.by_code] == pytest.approx([row.alpha.value for row in alone.codes])
    for left in pool.without:
        others = [coder for coder in ratings.coders if coder != left.coder]
        alone = people(select_coders(ratings, others))
        assert left.overall.value == pytest.approx(alone.overall[0].value)
        assert left.shift == pytest.approx(alone.overall[0].value - pool.overall[0].value)  # type: ignore[operator]
        for shift, rest, everybody in zip(left.shift_by_code, alone.codes, pool.codes, strict=True):
            assert rest.alpha.value is not None
            assert everybody.alpha.value is not None
            assert shift == pytest.approx(rest.alpha.value - everybody.alpha.value)


def test_two_coders_leave_nobody_out() -> None:
    assert people(random_ratings(6, n_coders=2)).without == ()


def test_machines_are_never_pooled_with_people() -> None:
    ratings = random_ratings(7, n_coders=4)
    marked = replace(ratings, model_coders=frozenset("bd"))
    result = audit(marked)
    assert result.people.coders == ("a", "c")
    assert replace_kind(result.people) == replace_kind(people(select_coders(ratings, ["a", "c"])))
    assert [pool.coders for pool in result.machines] == [("a", "b"), ("c", "b"), ("a", "d"), ("c", "d")]
    assert {pool.kind for pool in result.machines} == {"person and machine"}
    assert result.machines[0].overall[0].value == pytest.approx(
        people(select_coders(ratings, ["a", "b"])).overall[0].value
    )


def replace_kind(pool: Pool) -> tuple[Any, ...]:
    return pool.overall, pool.codes, pool.pairs, pool.summary


def test_one_person_and_a_machine() -> None:
    result = audit(replace(random_ratings(7, n_coders=2), model_coders=frozenset("b")))
    assert {row.alpha.status for row in result.people.codes} == {"one_coder"}
    assert result.people.overall[0].status == "one_coder"
    assert result.people.pairs == ()
    assert result.machines[0].overall[0].status == "ok"


def test_machines_alone() -> None:
    result = audit(replace(random_ratings(7, n_coders=2), model_coders=frozenset("ab")))
    assert result.people.coders == ()
    assert result.people.overall[0].status == "one_coder"
    assert result.machines == ()


# --- Confusions ----------------------------------------------------------------------------------------


def test_confusions_counted_by_hand() -> None:
    sets: list[list[str | None]] = [
        ["x", "y"],  # x for y
        ["y", "x"],  # and the other way round
        ["x", ""],  # x left out
        ["xz", "yz"],  # x for y beside an agreed z
        ["xz", "x"],  # agreed x, z left out
        ["", "y"],  # y left out by the first
        ["x", None],
    ]
    confusions = people(table(sets)).confusions
    assert confusions is not None
    assert confusions.codes == ("x", "y", "z")
    assert confusions.counts.tolist() == [[1, 3, 0], [3, 0, 0], [0, 0, 1]]
    assert confusions.omitted.tolist() == [1, 1, 1]


def test_confusions_count_pairs_of_coders() -> None:
    confusions = people(table([["x", "x", "y"]], coders="abc")).confusions
    assert confusions is not None
    assert confusions.counts.tolist() == [[1, 2, 0], [2, 0, 0], [0, 0, 0]]


# --- Interviews ----------------------------------------------------------------------------------------


def test_interviews_in_order_of_the_table() -> None:
    sets: list[list[str | None]] = [["x", "x"], ["", "y"], ["x", "y"], ["", ""], ["xy", None], ["x", "x"]]
    names = ["late", "late", "early", "early", "none", "late"]
    pool = people(table(sets, codes="xy", interviews=names))
    assert [row.interview for row in pool.interviews] == ["late", "early", "none"]
    late, early, none = pool.interviews
    assert (late.n_units, early.n_units, none.n_units) == (3, 2, 0)
    assert late.percent_agreement == pytest.approx((3 + 2) / 6)
    assert late.positive_agreement == pytest.approx(2 * 2 / (2 * 2 + 1))
    assert early.percent_agreement == pytest.approx((1 + 1) / 4)
    assert early.positive_agreement == 0.0
    assert (none.percent_agreement, none.positive_agreement) == (None, None)
    assert none.overall.status == "one_coder"
    assert people(table(sets)).interviews == ()


def test_overall_of_an_interview_is_that_of_its_units() -> None:
    ratings = random_ratings(8)
    for position, row in enumerate(people(ratings).interviews):
        own = slice(12 * position, 12 * position + 12)
        part = Ratings(
            units=ratings.units[own],
            coders=ratings.coders,
            codes=ratings.codes,
            presence=ratings.presence[own],
        )
        assert row.overall.value == pytest.approx(estimate(code_sets(part), intervals=False).value)


# --- A single variable ---------------------------------------------------------------------------------


def test_overall_suits_the_level_and_the_number_of_coders() -> None:
    def names(values: Values) -> list[str]:
        return [found.coefficient for found in people(values).overall]

    two, three = [[1, 2], [2, 2], [3, 1]], [[1, 2, 2], [2, 2, 2], [3, 1, 3]]
    common = ["krippendorff_alpha", "percent_agreement"]
    assert names(values_from_rows(two)) == [
        *common,
        "cohen_kappa",
        "scott_pi",
        "brennan_prediger",
        "gwet_ac1",
    ]
    assert names(values_from_rows(three)) == [
        *common, "fleiss_kappa", "conger_kappa", "light_kappa", "brennan_prediger", "gwet_ac1"
    ]  # fmt: skip
    assert names(values_from_rows(two, level="ordinal")) == [
        *common, "cohen_kappa", "scott_pi", "brennan_prediger", "gwet_ac2"
    ]  # fmt: skip
    assert names(values_from_rows(two, level="interval")) == ["krippendorff_alpha"]
    assert [e.variant.split(", ")[1] for e in people(table([["x", "x"], ["y", ""]])).overall] == [
        "MASI distance between sets of codes",
        "Jaccard distance between sets of codes",
    ]


def test_values_are_audited_one_against_all_others() -> None:
    values = values_from_rows([["p", "p"], ["q", "p"], ["q", "q"], ["r", "r"], ["p", "q"]] * 3)
    pool = people(values)
    assert [row.code for row in pool.codes] == ["p", "q", "r"]
    assert pool.codes == people(as_ratings(values)).codes
    assert pool.confusions is not None
    assert pool.confusions.counts.tolist() == [[3, 6, 0], [6, 3, 0], [0, 0, 3]]
    numbers = people(values_from_rows([[1.5, 2.0], [3.0, 3.5], [2.0, 2.0]], level="interval"))
    assert (numbers.codes, numbers.confusions, numbers.summary.median) == ((), None, None)


# --- Bad input -----------------------------------------------------------------------------------------


def test_nothing_to_compare_is_an_error() -> None:
    with pytest.raises(AgreementError, match="needs two coders or more; this table has 1"):
        audit(table([["x"]], coders="a"))
    with pytest.raises(AgreementError, match="no units"):
        audit(table([]))


def test_coders_who_share_no_unit_are_a_result() -> None:
    pool = people(table([["x", None], ["y", None], [None, "x"], [None, "y"]]))
    assert {row.alpha.status for row in pool.codes} == {"too_few_units"}
    assert pool.overall[0].status == "too_few_units"
    assert pool.pairs[0].overall.status == "too_few_units"
    assert pool.n_double == 0


def test_a_table_without_codes() -> None:
    pool = people(table([["", ""], ["", ""]], codes=""))
    assert pool.codes == ()
    assert pool.overall[0].status == "no_variation"


# --- Sensitivity ---------------------------------------------------------------------------------------


def test_sensitivity_says_whose_verdict_flips() -> None:
    by_turn = random_ratings(9, n_interviews=10, n_units=30, n_codes=2)
    presence = by_turn.presence.copy()
    # Under the other rule the coders agree on the first code, and on the second as before.
    presence[:, :, 0] = np.where(presence[:, :, 0] >= 0, presence[:, :1, 0].clip(0), -1)
    by_sentence = replace(by_turn, presence=presence)
    found = sensitivity({"turn": by_turn, "sentence": by_sentence})
    assert found.flips_by_unit == ("code 0",)
    assert {(row.unit_rule, row.estimate.coefficient) for row in found.rows} == {
        (rule, name)
        for rule in ("turn", "sentence")
        for name in ("krippendorff_alpha", "gwet_ac1", "fleiss_kappa")
    }
    warning = unit_sensitive(found)
    assert warning is not None
    assert (warning.id, warning.number, warning.about) == ("W07", 1, ("code 0",))
    assert unit_sensitive(sensitivity({"turn": by_turn, "again": by_turn})) is None


def test_too_few_is_no_verdict_that_could_flip() -> None:
    by_turn = random_ratings(9, n_interviews=10, n_units=30, n_codes=1)
    unseen = replace(by_turn, presence=np.zeros_like(by_turn.presence))
    found = sensitivity({"turn": by_turn, "sentence": unseen})
    assert {row.verdict for row in found.rows if row.unit_rule == "sentence"} == {"too few"}
    assert found.flips_by_unit == ()


def test_sensitivity_to_the_coefficient() -> None:
    """A rare code on which coders agree badly: AC1 is far above the threshold, alpha far below."""
    random = np.random.default_rng(0)
    presence = (random.random((600, 2, 1)) < 0.05).astype(np.int8)
    ratings = Ratings(
        units=tuple(map(str, range(600))),
        coders=("a", "b"),
        codes=("x",),
        presence=presence,
        interviews=tuple(f"i{u // 30}" for u in range(600)),
    )
    found = sensitivity({"turn": ratings})
    assert found.flips_by_coefficient == ("x",)
    assert found.flips_by_unit == ()


def test_sensitivity_needs_the_same_codes_and_leaves_machines_out() -> None:
    ratings = random_ratings(9)
    with pytest.raises(ValueError, match="same codes"):
        sensitivity({"turn": ratings, "sentence": roll_up(ratings, {"code 0": "t"})})
    marked = replace(ratings, model_coders=frozenset("c"))
    both = select_coders(ratings, ["a", "b"])
    assert sensitivity({"turn": marked}) == sensitivity({"turn": both})


# --- Cautions ------------------------------------------------------------------------------------------


def big(n_units: int, *applied: tuple[str, int], n_interviews: int = 10) -> Ratings:
    """Units of two coders: `applied` says how many have which cells, such as ("x|", 3): x by a alone."""
    sets: list[list[str | None]] = []
    for cells, count in applied:
        sets += [list(cells.split("|"))] * count
    sets += [["", ""]] * (n_units - len(sets))
    order = np.random.default_rng(0).permutation(n_units)
    names = [f"i{u % n_interviews}" for u in range(n_units)]
    return table([sets[u] for u in order], codes="x", interviews=names)


def test_good_data_have_no_caution() -> None:
    pool = people(big(200, ("x|x", 96), ("x|", 2), ("|x", 2)))
    assert pool.cautions == ()


def test_w01_few_instances() -> None:
    found = caution(people(big(100, ("x|x", 8), ("|x", 4))), "W01")
    assert found is not None
    assert (found.number, found.about) == (1, ("x",))
    assert "x (8)" in found.message
    assert caution(people(big(100, ("x|x", 12))), "W01") is None
    # A code that nobody used is no code with few instances; its status says so.
    assert caution(people(big(100)), "W01") is None


def test_w02_straddling() -> None:
    ratings = big(100, ("x|x", 40), ("x|", 8), ("|x", 8))
    found = caution(people(ratings), "W02")
    assert found is not None
    assert found.about == ("x",)
    assert caution(people(ratings, settings=AuditSettings(tentative=0.1)), "W02") is None


def test_w03_few_interviews() -> None:
    applied = (("x|x", 40), ("x|", 3))
    found = caution(people(big(100, *applied, n_interviews=4)), "W03")
    assert found is not None
    assert found.number == 4
    assert caution(people(big(100, *applied, n_interviews=5)), "W03") is None
    unknown = caution(people(replace(big(100, *applied), interviews=None)), "W03")
    assert unknown is not None
    assert unknown.number == 0
    assert "column" in unknown.action


def test_w04_paradox_and_w11_uncoded() -> None:
    pool = people(big(500, ("x|x", 6), ("x|", 8), ("|x", 8)))
    paradox, uncoded = caution(pool, "W04"), caution(pool, "W11")
    assert paradox is not None
    assert uncoded is not None
    assert paradox.about == ("x",)
    assert "alpha .41, AC1 .97" in paradox.message
    assert uncoded.number == pytest.approx(478 / 500)
    assert caution(people(big(100, ("x|x", 46), ("x|", 4))), "W04") is None
    assert caution(people(big(100, ("x|x", 46), ("x|", 4))), "W11") is None


def test_w05_bias() -> None:
    found = caution(people(big(100, ("x|x", 40), ("x|", 15))), "W05")
    assert found is not None
    assert found.number == pytest.approx(0.15)
    assert caution(people(big(100, ("x|x", 40), ("x|", 8), ("|x", 7))), "W05") is None
    # Small in itself, but one of the coders applies the code four times as often.
    rare = caution(people(big(400, ("x|x", 6), ("x|", 18))), "W05")
    assert rare is not None


def test_w06_one_coder_drives_it() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 2, (200, 1, 2)).repeat(3, axis=1).astype(np.int8)
    truth[:, 2] = random.integers(0, 2, (200, 2))
    ratings = Ratings(
        units=tuple(map(str, range(200))), coders=("a", "b", "odd"), codes=("x", "y"), presence=truth
    )
    found = caution(people(ratings), "W06")
    assert found is not None
    assert found.about[0] == "odd"
    assert found.number == pytest.approx(people(ratings).without[2].shift)
    assert caution(people(random_ratings(1)), "W06") is None


def test_w08_too_good_to_be_independent() -> None:
    sets: list[list[str | None]] = [["x", "x"], ["y", "y"], ["z", "z"], ["", ""]] * 20
    good = table(sets, interviews=[f"i{u % 8}" for u in range(80)])
    assert caution(people(good), "W08") is not None
    assert caution(people(random_ratings(1)), "W08") is None
    dated = people(random_ratings(1), circumstances=Circumstances(n_after_discussion=7))
    found = caution(dated, "W08")
    assert found is not None
    assert found.number == 7


def test_w09_versions() -> None:
    def versions(b: str) -> Circumstances:
        return Circumstances(codebook_versions={"a": frozenset({"v1"}), "b": frozenset({b})})

    found = caution(people(random_ratings(1), circumstances=versions("v2")), "W09")
    assert found is not None
    assert (found.number, found.about) == (2, ("a", "b"))
    assert caution(people(random_ratings(1), circumstances=versions("v1")), "W09") is None


def test_w10_design_effect() -> None:
    random = np.random.default_rng(0)
    presence = random.integers(0, 2, (600, 2, 1)).astype(np.int8)
    guessed = np.arange(600) // 30 % 2 == 0
    presence[guessed, 1] = presence[guessed, 0]
    ratings = Ratings(
        units=tuple(map(str, range(600))),
        coders=("a", "b"),
        codes=("x",),
        presence=presence,
        interviews=tuple(f"i{u // 30}" for u in range(600)),
    )
    pool = people(ratings)
    found = caution(pool, "W10")
    assert found is not None
    assert found.number == pool.codes[0].alpha.design_effect
    assert found.number > 2
    mixed = replace(ratings, interviews=tuple(f"i{u % 20}" for u in range(600)))
    assert caution(people(mixed), "W10") is None


def test_w12_share_coded_twice() -> None:
    sets: list[list[str | None]] = [["x", "x"], ["", ""]] + [["x", None]] * 28
    found = caution(people(table(sets)), "W12")
    assert found is not None
    assert found.number == pytest.approx(2 / 30)
    assert caution(people(table(sets[:12])), "W12") is None
    of_many = people(table(sets[:12]), circumstances=Circumstances(n_eligible_units=100))
    assert caution(of_many, "W12") is not None
    by_hand = people(table(sets[:12]), circumstances=Circumstances(drawn_by_seed=False))
    chosen = caution(by_hand, "W12")
    assert chosen is not None
    assert "not drawn at random" in chosen.message


def test_w13_undefined_draws() -> None:
    presence = np.zeros((60, 2, 1), dtype=np.int8)
    presence[:6, 0, 0] = presence[1:7, 1, 0] = 1
    ratings = Ratings(
        units=tuple(map(str, range(60))),
        coders=("a", "b"),
        codes=("x",),
        presence=presence,
        interviews=tuple(f"i{u // 10}" for u in range(60)),
    )
    settings = AuditSettings(interval="bootstrap", resamples=200)
    found = caution(people(ratings, settings=settings), "W13")
    assert found is not None
    assert found.number > 0.2
    assert caution(people(ratings), "W13") is None


def test_w14_overlapping_spans() -> None:
    found = caution(people(random_ratings(1), circumstances=Circumstances(n_overlapping=3)), "W14")
    assert found is not None
    assert found.number == 3


@pytest.mark.parametrize(
    ("name", "suspected"),
    [
        ("gpt-4o", True),
        ("Claude", True),
        ("llm_run2", True),
        ("Aileen", False),
        ("Abbot", False),
        ("Mo Del", False),
    ],
)
def test_w15_a_machine_among_people(name: str, suspected: bool) -> None:
    ratings = replace(random_ratings(1, n_coders=2), coders=("Ann", name))
    found = caution(people(ratings), "W15")
    assert (found is not None) == suspected
    marked = audit(replace(ratings, model_coders=frozenset({name})))
    assert all(caution(pool, "W15") is None for pool in (marked.people, *marked.machines))


def test_w16_what_was_asked_for_and_is_not_read() -> None:
    unread = {"ben": (26, 60), "ada": (1, 40)}
    found = caution(people(random_ratings(1), circumstances=Circumstances(unread=unread)), "W16")
    assert found is not None
    assert (found.number, found.about) == (27, ("ada", "ben"))
    assert "ada 1 of 40 and ben 26 of 60" in found.message
    assert caution(people(random_ratings(1)), "W16") is None


def test_cautions_are_one_line_each() -> None:
    pools = [people(random_ratings(1)), people(big(100, ("x|x", 8), ("|x", 4), n_interviews=3))]
    for found in [caution for pool in pools for caution in pool.cautions]:
        assert "\n" not in found.message + found.action
        assert found.message[-1] not in ".!"
        assert found.action


def test_the_audit_does_not_depend_on_the_order_of_rows() -> None:
    ratings = random_ratings(10)
    order = np.random.default_rng(0).permutation(len(ratings.units))
    assert ratings.interviews is not None
    shuffled = Ratings(
        units=tuple(ratings.units[u] for u in order),
        coders=ratings.coders,
        codes=ratings.codes,
        presence=ratings.presence[order],
        interviews=tuple(ratings.interviews[u] for u in order),
    )
    first, second = people(ratings), people(shuffled)
    for a, b in zip(first.codes, second.codes, strict=True):
        assert a.alpha.value == pytest.approx(b.alpha.value)
        assert a.alpha.low == pytest.approx(b.alpha.low)
        assert a.instances == b.instances
    assert first.overall[0].low == pytest.approx(second.overall[0].low)
    assert first.trouble == second.trouble
