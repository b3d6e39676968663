"""The words an excerpt shares with a code's wording: what vectors of meaning miss, such as names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from thematic.suggestion.words import content_words

if TYPE_CHECKING:
    from thematic.model import FloatMatrix

# Cut to its first letters, a word meets its inflections (travel, travelling) in most European languages.
_LETTERS = 6


def shared_words(texts: Sequence[str], wordings: Sequence[str]) -> FloatMatrix:
    """The cosine of the TF-IDF weights of each text and each wording, shape (texts, wordings), 0 to 1.

    Words of grammar count nothing. Any other counts 1 + log of how often it occurs, times the log of how rare
    it is among the texts (the weights of Salton and Buckley 1988, as in scikit-learn with sublinear_tf).
    """
    from scipy.sparse import csr_array

    columns: dict[str, int] = {}
    counts: list[int] = []
    cells: list[int] = []
    ends = [0]
    for text in [*texts, *wordings]:
        words = Counter(word[:_LETTERS] for word in content_words(text))
        cells += [columns.setdefault(word, len(columns)) for word in words]
        counts += words.values()
        ends.append(len(cells))
    weights = csr_array((1 + np.log(counts), cells, ends), shape=(len(ends) - 1, len(columns)))
    in_texts = np.bincount(cells[: ends[len(texts)]], minlength=len(columns))
    weights.data *= (np.log((1 + len(texts)) / (1 + in_texts)) + 1)[weights.indices]
    lengths = np.sqrt(weights.multiply(weights).sum(axis=1))
    weights.data /= np.repeat(lengths, np.diff(weights.indptr))
    cosines: FloatMatrix = (weights[: len(texts)] @ weights[len(texts) :].T).toarray().astype(np.float32)
    return cosines
