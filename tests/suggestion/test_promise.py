"""The promise: it holds on interviews that it has not seen, and is refused where it cannot be tested."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from thematic.suggestion.promise import design_effect, lower_bound, make_promise


def decisions(n: int, interviews: int, seed: int, *, spread: float = 0.0):
    """Probabilities that are true on average, in interviews that are `spread` better or worse as a whole."""
    rng = np.random.default_rng(seed)
    group = rng.integers(interviews, size=n)
    p = rng.beta(2, 1, size=n)
    true = np.clip(p + spread * rng.standard_normal(interviews)[group], 0, 1)
    return p, rng.random(n) < true, group


def test_the_bound_is_clopper_and_pearsons_for_ever_and_stricter_for_few():
    assert lower_bound(57, 60) == pytest.approx(beta.ppf(0.025, 57, 4))
    bounds = [lower_bound(57, 60, promised) for promised in (10, 40, 1000, 1e9)]
    assert bounds == sorted(bounds)
    assert bounds[-1] == pytest.approx(lower_bound(57, 60))
    assert lower_bound(0, 40) == 0.0


@pytest.mark.parametrize("spread", [0.0, 0.1])
def test_it_is_kept_in_nineteen_of_twenty_studies(spread):
    kept = made = 0
    for seed in range(200):
        p, right, group = decisions(900, 12, seed, spread=spread)
        promise = make_promise(p, right, group.tolist(), target=0.8, unseen=400)
        if promise.threshold is None:
            continue
        made += 1
        new, outcome, _ = decisions(400, 5, 10_000 + seed, spread=spread)
        kept += outcome[new >= promise.threshold].mean() >= 0.8
    assert made >= 50
    assert kept / made >= 0.95


def test_a_threshold_that_merely_looked_right_would_break_it():
    """The same studies with the threshold whose share was right on the data: what the rule is there for."""
    kept = 0
    for seed in range(100):
        p, right, _ = decisions(900, 12, seed)
        order = np.argsort(-p)
        good = np.flatnonzero(np.cumsum(right[order]) / np.arange(1, 901) >= 0.8)
        new, outcome, _ = decisions(400, 5, 10_000 + seed)
        kept += outcome[new >= p[order][good[-1]]].mean() >= 0.8
    assert kept < 80


def test_too_few_interviews_or_decisions_are_refused_and_said():
    p, right, group = decisions(900, 7, 0)
    few = make_promise(p, right, group.tolist(), target=0.8, unseen=100)
    assert few.threshold is None
    assert "7 coded interviews" in few.reason
    p, right, group = decisions(29, 9, 0)
    assert "fewer than 30" in make_promise(p, right, group.tolist(), target=0.5, unseen=10).reason


def test_what_is_never_right_is_not_promised():
    p, right, group = decisions(900, 12, 0)
    promise = make_promise(p, np.zeros_like(right), group.tolist(), target=0.5, unseen=100)
    assert promise.threshold is None
    assert "not right often enough" in promise.reason


def test_interviews_that_differ_make_decisions_worth_less():
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(10), 50)
    assert design_effect(rng.random(500) < 0.8, group) < 1.7
    apart = rng.random(500) < np.where(group < 5, 0.95, 0.6)
    assert design_effect(apart, group) > 5
    assert design_effect(np.ones(20, bool), np.zeros(20, np.intp)) == 1.0


def test_each_threshold_is_tested_as_mapies_learn_then_test_does():
    """The bound reaches the target exactly where their p-value for a binary risk is at most .025."""
    methods = pytest.importorskip("mapie.risk_control.methods")
    for n in (45, 60, 200):
        for target in (0.8, 0.9):
            right = np.arange(n + 1)
            # A hair less: mapie rounds n times the risk up, and 5.000000001 wrong ones would be six.
            risk = np.maximum((n - right - 1e-6) / n, 0)
            theirs = methods.compute_hoeffding_bentkus_p_value(risk, n, 1 - target, binary=True)
            ours = np.array([lower_bound(int(r), n) >= target for r in right])
            assert ours.any() and not ours.all()
            assert (ours == (theirs[:, 0] <= 0.025)).all()
