"""From scores to probabilities: true on average, of all codes and of the first one."""

from __future__ import annotations

import numpy as np
import pytest

from thematic.suggestion.calibration import calibrate, calibration_error

ROWS = 4000


def one_of(codes: int, *, sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores of codes of which each passage has exactly one, by lot with the odds that the scores say when
    they are multiplied by the sharpness; scores, shares.
    """
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 1.5, (ROWS, codes)).astype(np.float32)
    odds = np.exp(sharpness * scores)
    odds /= odds.sum(axis=1, keepdims=True)
    given = (odds.cumsum(axis=1) > rng.random((ROWS, 1))).argmax(axis=1)
    shares = np.zeros((ROWS, codes), np.float32)
    shares[np.arange(ROWS), given] = 1
    return scores, shares


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 2.0])
def test_first_suggestions_come_true_as_often_as_said_though_codes_compete(sharpness: float) -> None:
    scores, shares = one_of(12, sharpness=sharpness)
    learnt, held_out = slice(0, ROWS // 2), slice(ROWS // 2, None)
    known = np.ones(shares.shape, bool)
    p = calibrate(scores[learnt], shares[learnt], known[learnt]).probabilities(scores[held_out])
    truth = shares[held_out].astype(float)
    first = p.argmax(axis=1)
    rows = np.arange(len(first))
    assert calibration_error(p.ravel(), truth.ravel()) < 0.02
    assert calibration_error(p[rows, first], truth[rows, first]) < 0.05


def test_a_first_code_far_ahead_is_believed_and_one_hardly_ahead_is_not() -> None:
    rng = np.random.default_rng(2)
    scores = np.sort(rng.uniform(-3, -1, (ROWS, 8)).astype(np.float32), axis=1)
    scores[:, -1] += rng.choice(np.array([0, 3], np.float32), ROWS)
    scores += rng.normal(0, 2, (ROWS, 1)).astype(np.float32)
    ahead = scores[:, -1] - scores[:, -2] > 2
    shares = np.zeros(scores.shape, np.float32)
    shares[:, -1] = rng.random(ROWS) < np.where(ahead, 0.9, 0.2)
    shares[:, :-1] = rng.random((ROWS, 7)) < 0.1
    p = calibrate(scores, shares, np.ones(shares.shape, bool)).probabilities(scores)[:, -1]
    assert p[ahead].mean() == pytest.approx(0.9, abs=0.1)
    assert p[~ahead].mean() == pytest.approx(0.2, abs=0.1)


def test_what_is_not_known_teaches_nothing() -> None:
    scores, shares = one_of(6, sharpness=1.0)
    known = np.ones(shares.shape, bool)
    known[:, 3] = False
    told = calibrate(scores, shares, known)
    shares[:, 3] = 1 - shares[:, 3]
    assert (calibrate(scores, shares, known).coefficients == told.coefficients).all()


def test_one_code_alone_and_one_answer_alone() -> None:
    scores, shares = one_of(1, sharpness=1.0)
    assert (shares == 1).all()
    known = np.ones(shares.shape, bool)
    as_they_are = calibrate(scores, shares, known).probabilities(scores)
    assert as_they_are == pytest.approx(1 / (1 + np.exp(-scores.astype(float))), abs=6e-5)
    shares = (np.random.default_rng(1).random(shares.shape) < as_they_are).astype(np.float32)
    p = calibrate(scores, shares, known).probabilities(scores)
    assert calibration_error(p.ravel(), shares.ravel().astype(float)) < 0.04
