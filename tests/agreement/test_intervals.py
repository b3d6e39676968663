"""Intervals against the same resampling done by computing the coefficient anew, sample by sample."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from thematic.agreement import distance_alpha, intervals, statistic
from thematic.agreement.estimates import estimate, estimate_codes
from thematic.agreement.ratings import Ratings, Values, code_sets, select_units, values_from_rows
from thematic.agreement.registry import COEFFICIENTS
from thematic.agreement.results import AuditSettings, Estimate

# Student's t, 97.5 %: Fisher & Yates (1963), Statistical Tables, table III.
T_975 = {1: 12.706, 4: 2.776, 5: 2.571, 7: 2.365, 9: 2.262, 19: 2.093}


def random_ratings(
    seed: int, *, n_interviews: int = 8, n_units: int = 12, n_coders: int = 3, n_codes: int = 4
) -> Ratings:
    """Interviews differ in how much they are coded; coders err; a tenth of the cells is not assigned."""
    random = np.random.default_rng(seed)
    total = n_interviews * n_units
    prevalence = random.uniform(0.1, 0.6, (n_interviews, n_codes)).repeat(n_units, axis=0)
    truth = random.random((total, n_codes)) < prevalence
    wrong = random.random((total, n_coders, n_codes)) < 0.15
    presence = (truth[:, None, :] ^ wrong).astype(np.int8)
    presence[random.random((total, n_coders)) < 0.1] = -1
    return Ratings(
        units=tuple(map(str, range(total))),
        coders=tuple("abcd"[:n_coders]),
        codes=tuple(f"code {i}" for i in range(n_codes)),
        presence=presence,
        interviews=tuple(f"interview {u // n_units}" for u in range(total)),
    )


def without_interview(ratings: Ratings, interview: str) -> Ratings:
    assert ratings.interviews is not None
    return select_units(
        ratings, np.array([i for i, own in enumerate(ratings.interviews) if own != interview])
    )


def spread_of(values: list[float]) -> float:
    """√((D - 1) / D · Σ (θ_i - mean)²)."""
    array = np.array(values)
    return float(np.sqrt((len(array) - 1) / len(array) * ((array - array.mean()) ** 2).sum()))


@pytest.mark.parametrize("name", [n for n, d in COEFFICIENTS.items() if not d.two_coders])
def test_jackknife_by_code_equals_recomputing_without_each_interview(name: str) -> None:
    ratings = random_ratings(1)
    names = sorted(set(ratings.interviews or ()))
    for position, found in enumerate(estimate_codes(ratings, name)):
        left = [
            estimate_codes(without_interview(ratings, interview), name, intervals=False)[position].value
            for interview in names
        ]
        error = spread_of([value for value in left if value is not None])
        assert found.value is not None
        assert found.standard_error == pytest.approx(error, rel=1e-9)
        assert found.low == pytest.approx(max(found.value - T_975[7] * error, -1), abs=2e-4)
        assert found.high == pytest.approx(min(found.value + T_975[7] * error, 1), abs=2e-4)
        assert found.interval == "jackknife over interviews"
        assert found.confidence == 0.95
        assert not found.optimistic
        assert found.n_interviews == 8


@pytest.mark.parametrize("metric", ["masi", "jaccard"])
def test_jackknife_of_sets_equals_recomputing(metric: str) -> None:
    ratings = random_ratings(2)
    found = estimate(code_sets(ratings), weights=metric)
    left = [
        estimate(code_sets(without_interview(ratings, interview)), weights=metric, intervals=False).value
        for interview in sorted(set(ratings.interviews or ()))
    ]
    assert found.standard_error == pytest.approx(spread_of([v for v in left if v is not None]), rel=1e-9)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_jackknife_over_units_equals_recomputing(level: Any) -> None:
    random = np.random.default_rng(3)
    truth = random.integers(1, 6, 20)
    rows = [[int(t), int(np.clip(t + random.integers(-1, 2), 1, 5)), int(t)] for t in truth]
    found = estimate(values_from_rows(rows, level=level, categories=[1, 2, 3, 4, 5]))
    left = [
        estimate(
            values_from_rows(rows[:u] + rows[u + 1 :], level=level, categories=[1, 2, 3, 4, 5]),
            intervals=False,
        ).value
        for u in range(20)
    ]
    error = spread_of([v for v in left if v is not None])
    assert found.standard_error == pytest.approx(error, rel=1e-9)
    assert found.value is not None
    assert found.low == pytest.approx(found.value - T_975[19] * error, abs=2e-4)
    assert found.interval == "jackknife over units"
    assert found.optimistic
    assert found.n_interviews is None


@pytest.mark.parametrize("by_interview", [True, False])
@pytest.mark.parametrize("name", ["krippendorff_alpha", "gwet_ac1", "positive_agreement"])
def test_bootstrap_by_code_equals_recomputing_on_the_same_draws(name: str, by_interview: bool) -> None:
    ratings = random_ratings(4, n_interviews=6, n_units=8)
    if not by_interview:
        ratings = without_interviews(ratings)
    settings = AuditSettings(interval="bootstrap", resamples=40, seed=7)
    found = estimate_codes(ratings, name, settings=settings)
    drawn = redraw(ratings, resamples=40, seed=7)
    for position, one in enumerate(found):
        values = [estimate_codes(sample, name, intervals=False)[position].value for sample in drawn]
        known = np.array([value for value in values if value is not None])
        assert (one.low, one.high) == pytest.approx(tuple(np.quantile(known, [0.025, 0.975])))
        assert one.standard_error == pytest.approx(known.std(ddof=1))
        assert one.undefined_draws == pytest.approx(1 - len(known) / 40)
        assert one.optimistic != by_interview
        if name == "krippendorff_alpha":
            assert one.p_below_tentative == pytest.approx((known < 0.667).mean())
            assert one.p_below_reliable == pytest.approx((known < 0.8).mean())


@pytest.mark.parametrize("by_interview", [True, False])
def test_bootstrap_of_sets_equals_recomputing_on_the_same_draws(by_interview: bool) -> None:
    ratings = random_ratings(5, n_interviews=6, n_units=8)
    if not by_interview:
        ratings = without_interviews(ratings)
    found = estimate(code_sets(ratings), settings=AuditSettings(interval="bootstrap", resamples=30, seed=1))
    values = [
        estimate(code_sets(sample), intervals=False).value for sample in redraw(ratings, resamples=30, seed=1)
    ]
    known = np.array([value for value in values if value is not None])
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(known, [0.025, 0.975])))


def without_interviews(ratings: Ratings) -> Ratings:
    return Ratings(units=ratings.units, coders=ratings.coders, codes=ratings.codes, presence=ratings.presence)


def redraw(ratings: Ratings, *, resamples: int, seed: int) -> list[Ratings]:
    """Samples of interviews, or of units without them, drawn as `bootstrap` draws them."""
    names = list(dict.fromkeys(ratings.interviews or ratings.units))
    rows = [[i for i, own in enumerate(ratings.interviews or ratings.units) if own == name] for name in names]
    pairable = (ratings.presence >= 0).sum(axis=1).max(axis=1) >= 2
    candidates = [own for own in rows if pairable[own].any()]
    picked = np.random.default_rng(seed).integers(len(candidates), size=(resamples, len(candidates)))
    samples = []
    for draw in picked:
        order = [row for interview in draw for row in candidates[interview]]
        samples.append(
            Ratings(
                units=tuple(map(str, range(len(order)))),
                coders=ratings.coders,
                codes=ratings.codes,
                presence=ratings.presence[order],
            )
        )
    return samples


def test_bootstrap_follows_its_seed_only() -> None:
    values = code_sets(random_ratings(6))
    first, again, other = (
        estimate(values, settings=AuditSettings(interval="bootstrap", resamples=50, seed=seed))
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first.low != other.low


@pytest.mark.parametrize("interval", ["jackknife", "bootstrap"])
@pytest.mark.parametrize("by_interview", [True, False])
def test_working_in_small_blocks_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, interval: Any, by_interview: bool
) -> None:
    """A table of any size fits in memory: units, distances and draws are taken a few at a time."""
    ratings = random_ratings(11)
    mixed = tuple(f"interview {u % 7}" for u in range(len(ratings.units)))
    ratings = replace(ratings, interviews=mixed if by_interview else None)
    settings = AuditSettings(interval=interval, resamples=30)

    def everything() -> list[Any]:
        found = [*estimate_codes(ratings, settings=settings), estimate(code_sets(ratings), settings=settings)]
        return [(own.value, own.low, own.high, own.standard_error) for own in found]

    whole = everything()
    monkeypatch.setattr(statistic, "_BLOCK", 1000)
    monkeypatch.setattr(distance_alpha, "_BLOCK", 50)
    monkeypatch.setattr(intervals, "_BATCH", 100)
    assert everything() == [pytest.approx(own) for own in whole]


# --- When there is an interval -------------------------------------------------------------------------


def labels(rows: list[list[Any]], interviews: list[str] | None = None) -> Values:
    return values_from_rows(rows, interviews=interviews)


def test_fewer_than_five_interviews_are_not_resampled() -> None:
    random = np.random.default_rng(0)
    rows = random.integers(0, 2, (40, 2)).tolist()
    four = estimate(labels(rows, [f"i{u % 4}" for u in range(40)]))
    five = estimate(labels(rows, [f"i{u % 5}" for u in range(40)]))
    none = estimate(labels(rows))
    assert (four.interval, four.optimistic, four.n_interviews) == ("jackknife over units", True, 4)
    assert (five.interval, five.optimistic, five.n_interviews) == ("jackknife over interviews", False, 5)
    assert (four.low, four.high) == (none.low, none.high)
    assert four.design_effect is None
    assert five.design_effect is not None


def test_interviews_with_nothing_to_compare_do_not_count() -> None:
    """Only one coder saw the last two of six interviews."""
    random = np.random.default_rng(0)
    rows: list[list[Any]] = random.integers(0, 2, (30, 2)).tolist()
    for u in range(20, 30):
        rows[u][1] = None
    found = estimate(labels(rows, [f"i{u // 5}" for u in range(30)]))
    assert found.n_interviews == 4
    assert found.optimistic
    more = estimate(labels(rows, [f"i{u // 2}" for u in range(30)]))
    left = [estimate(labels(rows[: 2 * i] + rows[2 * i + 2 :]), intervals=False).value for i in range(10)]
    assert more.n_interviews == 10
    assert more.standard_error == pytest.approx(spread_of([v for v in left if v is not None]))


def test_perfect_agreement_has_no_interval() -> None:
    rows = [[u % 2, u % 2] for u in range(20)]
    for interval in ("jackknife", "bootstrap"):
        settings = AuditSettings(interval=interval)  # type: ignore[arg-type]
        found = estimate(labels(rows, [f"i{u // 2}" for u in range(20)]), settings=settings)
        assert (found.value, found.low, found.high, found.interval) == (1.0, None, None, None)
        assert found.p_below_tentative is None


def test_a_code_of_one_interview_has_no_jackknife_interval() -> None:
    """Without that interview there is no variation, so that how much it matters cannot be told."""
    presence = np.zeros((60, 2, 1), dtype=np.int8)
    presence[:6, 0, 0] = presence[1:7, 1, 0] = 1
    ratings = Ratings(
        units=tuple(map(str, range(60))),
        coders=("a", "b"),
        codes=("x",),
        presence=presence,
        interviews=tuple(f"i{u // 10}" for u in range(60)),
    )
    [found] = estimate_codes(ratings)
    assert found.status == "ok"
    assert (found.low, found.high, found.standard_error) == (None, None, None)
    [drawn] = estimate_codes(ratings, settings=AuditSettings(interval="bootstrap", resamples=400))
    assert drawn.low is not None
    # The interview is missing from (5/6)^6 of the draws.
    assert drawn.undefined_draws == pytest.approx((5 / 6) ** 6, abs=0.06)


def test_probabilities_and_bounds_agree_with_the_interval() -> None:
    """The interval's ends are where the probability to lie below is 2.5 and 97.5 %."""
    ratings = random_ratings(8)
    [base, *_] = estimate_codes(ratings)
    assert base.low is not None
    assert base.high is not None
    settings = AuditSettings(tentative=base.low, reliable=base.high)
    [found, *_] = estimate_codes(ratings, settings=settings)
    assert found.p_below_tentative == pytest.approx(0.025, abs=1e-9)
    assert found.p_below_reliable == pytest.approx(0.975, abs=1e-9)
    assert estimate_codes(ratings, "percent_agreement")[0].p_below_tentative is None


def test_confidence_is_the_one_asked_for() -> None:
    ratings = random_ratings(8)
    width: dict[float, float] = {}
    for confidence in (0.5, 0.95):
        [found, *_] = estimate_codes(ratings, settings=AuditSettings(confidence=confidence))
        assert found.low is not None
        assert found.high is not None
        width[confidence] = found.high - found.low
    # t(7): 75 % quantile 0.711.
    assert width[0.95] / width[0.5] == pytest.approx(2.365 / 0.711, abs=0.01)


def test_ends_do_not_leave_the_range_of_the_coefficient() -> None:
    rows = [[1, 1]] * 9 + [[0, 0]] * 9 + [[0, 1]]
    found = estimate(labels(rows))
    assert found.high == 1.0
    worst = estimate(labels([[0, 1], [1, 0], [0, 1], [1, 0], [0, 0]]), "percent_agreement")
    assert worst.low == 0.0


def test_design_effect_is_the_ratio_of_variances() -> None:
    ratings = random_ratings(9, n_interviews=10, n_units=10)
    [clustered, *_] = estimate_codes(ratings)
    [single, *_] = estimate_codes(without_interviews(ratings))
    assert clustered.standard_error is not None
    assert single.standard_error is not None
    assert clustered.design_effect == pytest.approx((clustered.standard_error / single.standard_error) ** 2)


def test_design_effect_grows_with_likeness_within_interviews() -> None:
    """In half of the interviews the coders agree always, in the other half they guess."""
    random = np.random.default_rng(0)
    rows = []
    for interview in range(20):
        for _ in range(30):
            truth = int(random.integers(2))
            rows.append([truth, truth if interview % 2 else int(random.integers(2))])
    names = [f"i{u // 30}" for u in range(600)]
    shuffled = [names[u] for u in random.permutation(600)]
    alike = estimate(labels(rows, names)).design_effect
    mixed = estimate(labels(rows, shuffled)).design_effect
    assert alike is not None
    assert mixed is not None
    assert alike > 4
    assert mixed < 2


def test_the_default_covers_what_the_unit_bootstrap_does_not() -> None:
    """benchmarks/agreement_coverage.py in small: 400 samples of 12 interviews, as the codes of one table.

    Interviews differ in frequency and in how easy they are to code. The true alpha is the mean squared
    accuracy, since guesses are independent of everything: E[a²] = .85² + .85 · .15 · .1.
    """
    random = np.random.default_rng(0)
    shape = (12, 1, 1, 400)
    frequency = random.beta(0.3 * 4, 0.7 * 4, shape)
    accuracy = random.beta(0.85 * 9, 0.15 * 9, shape)
    truth = random.random((12, 50, 1, 400)) < frequency
    sees = random.random((12, 50, 3, 400)) < accuracy
    presence = (
        np.where(sees, truth, random.random((12, 50, 3, 400)) < 0.3).astype(np.int8).reshape(600, 3, 400)
    )
    ratings = Ratings(
        units=tuple(map(str, range(600))),
        coders=("a", "b", "c"),
        codes=tuple(map(str, range(400))),
        presence=presence,
        interviews=tuple(str(unit // 50) for unit in range(600)),
    )
    alpha = 0.85**2 + 0.85 * 0.15 * 0.1

    def coverage(table: Ratings, settings: AuditSettings) -> float:
        found = estimate_codes(table, settings=settings)
        return float(
            np.mean([e.low is not None and e.high is not None and e.low <= alpha <= e.high for e in found])
        )

    assert 0.9 <= coverage(ratings, AuditSettings()) <= 0.98
    naive = AuditSettings(interval="bootstrap", resamples=300)
    assert coverage(without_interviews(ratings), naive) <= 0.75


def test_estimates_hold_plain_numbers() -> None:
    """So that they print and serialise as they are."""
    for found in (
        *estimate_codes(random_ratings(1)),
        estimate(code_sets(random_ratings(1)), settings=AuditSettings(interval="bootstrap", resamples=20)),
    ):
        for field in Estimate.__dataclass_fields__:
            assert type(getattr(found, field)) in (str, int, float, bool, type(None)), field
