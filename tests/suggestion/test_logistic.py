"""The solver for all codes at once against scikit-learn's, one code at a time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from thematic.suggestion.logistic import fit_logistic


def problem(seed: int = 0, n: int = 120, d: int = 12, v: int = 40, k: int = 3):
    rng = np.random.default_rng(seed)
    dense = rng.standard_normal((n, d)).astype(np.float32)
    words = csr_matrix((rng.random((n, v)) < 0.1) * rng.random((n, v)), dtype=np.float32)
    weights = rng.standard_normal((d, k))
    targets = (dense @ weights + rng.standard_normal((n, k)) > 1).astype(np.float32)
    return dense, words, targets


@pytest.mark.parametrize("strength", [0.3, 10.0])
def test_the_scores_are_those_of_scikit_learn(strength):
    dense, words, targets = problem()
    found = fit_logistic(dense, words, targets, np.ones_like(targets), strength=strength, tolerance=1e-4)
    ours = dense @ found.dense + words @ found.sparse + found.intercept
    together = hstack([csr_matrix(dense), words]).tocsr()
    for j in range(targets.shape[1]):
        theirs = LogisticRegression(C=strength, tol=1e-8, max_iter=5000).fit(together, targets[:, j])
        np.testing.assert_allclose(ours[:, j], theirs.decision_function(together), atol=5e-3)


def test_a_half_target_is_half_an_example_for_and_half_against():
    dense, words, targets = problem()
    targets[:10, 0] = 0.5
    found = fit_logistic(
        dense, words, targets[:, :1], np.ones((120, 1), np.float32), strength=1.0, tolerance=1e-3
    )
    twice = np.vstack([dense[:10], dense])
    answers = np.concatenate([np.ones(10), np.where(targets[:, 0] == 0.5, 0, targets[:, 0])])
    weight = np.concatenate([np.full(10, 0.5), np.full(10, 0.5), np.ones(110)])
    both = csr_matrix(np.hstack([twice, np.vstack([words.toarray()[:10], words.toarray()])]))
    theirs = LogisticRegression(C=1.0, tol=1e-8, max_iter=5000).fit(both, answers, sample_weight=weight)
    ours = dense @ found.dense + words @ found.sparse + found.intercept
    np.testing.assert_allclose(ours[:, 0], theirs.decision_function(both)[10:], atol=2e-2)


def test_what_is_not_known_changes_nothing():
    dense, words, targets = problem()
    known = np.ones_like(targets)
    known[60:] = 0
    lied = targets.copy()
    lied[60:] = 1 - lied[60:]
    first = fit_logistic(dense, words, targets, known, strength=1.0)
    second = fit_logistic(dense, words, lied, known, strength=1.0)
    assert np.array_equal(first.dense, second.dense)
    assert np.array_equal(first.intercept, second.intercept)


@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_a_code_that_everything_or_nothing_has_stays_finite(answer):
    dense, words, targets = problem()
    targets[:, 1] = answer
    found = fit_logistic(dense, words, targets, np.ones_like(targets), strength=10.0)
    scores = dense @ found.dense + words @ found.sparse + found.intercept
    assert np.isfinite(scores).all()
    assert ((scores[:, 1] > 0) == bool(answer)).all()
