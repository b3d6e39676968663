"""What suggestions are compared with: the commonest codes, and what a user would build from parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from thematic.suggestion.logistic import fit_logistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

__all__ = ["popularity", "tfidf_cosine", "tfidf_regression"]


def popularity(truth: NDArray[np.bool_], rows: int) -> FloatMatrix:
    """For each of `rows` the same scores: how often each code was given in `truth`, (examples, codes)."""
    return np.repeat(truth.sum(axis=0, dtype=np.float32)[None, :], rows, axis=0)


def tfidf_cosine(texts: Sequence[str], wordings: Sequence[str]) -> FloatMatrix:
    """The cosine of the TF-IDF weights of each text and each wording, (texts, wordings)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(sublinear_tf=True)
    weights = vectorizer.fit_transform([*texts, *wordings])
    cosines: FloatMatrix = (weights[: len(texts)] @ weights[len(texts) :].T).toarray().astype(np.float32)
    return cosines


def tfidf_regression(
    train: Sequence[str], truth: NDArray[np.bool_], test: Sequence[str], *, strength: float
) -> FloatMatrix:
    """Logistic regression on TF-IDF weights of words and pairs of words, a model a code, (test, codes).

    The weights are scikit-learn's; so is the regression, whose objective and scores those of `logistic` are.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    learnt, new = vectorizer.fit_transform(train), vectorizer.transform(test)
    found = fit_logistic(
        np.zeros((len(train), 1), np.float32),
        learnt.astype(np.float32).tocsr(),
        truth.astype(np.float32),
        np.ones(truth.shape, np.float32),
        strength=strength,
    )
    scores: FloatMatrix = new.astype(np.float32) @ found.sparse + found.intercept
    return scores
