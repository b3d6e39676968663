"""The rules of suggesting from the codebook's wording, written plainly for a few excerpts: what the block by
block arithmetic of `thematic.suggestion.likeness` and `ranking` is held against.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from thematic.model import Code, CodeText, Excerpt
from thematic.suggestion import SuggestSettings
from thematic.suggestion.bands import FEWEST_RANKED
from thematic.suggestion.likeness import code_anchors, standardised, wording_of
from thematic.suggestion.words import content_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix


def code_likeness(
    excerpts: Sequence[Excerpt],
    values: FloatMatrix,
    questions: FloatMatrix,
    codes: Sequence[Code],
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
    *,
    settings: SuggestSettings,
) -> FloatMatrix:
    """How like each excerpt is to each code, shape (excerpts, codes). Comparable within a column only.

    The cosine of the centred excerpt and the centred code; plus that of the question and the words shared, by
    their weights; plus, by theirs, the mean of the same for the passages before and after.
    """
    anchors = code_anchors(codes, code_texts, code_vectors, parent_weight=settings.parent_weight)
    # einsum, not a matrix product: its sums are in one order, whatever the threads of the linear algebra.
    likeness: FloatMatrix = np.einsum("nd,kd->nk", _centred(values), anchors)
    if settings.question_weight:
        likeness += settings.question_weight * np.einsum("nd,kd->nk", _centred(questions), anchors)
    if settings.words_weight:
        wording = wording_of(code_texts)
        shared = shared_words([excerpt.text for excerpt in excerpts], [wording[code.id] for code in codes])
        likeness += np.float32(settings.words_weight) * shared
    if settings.neighbour_weight:
        likeness += settings.neighbour_weight * _neighbours(excerpts, likeness)
    return likeness


def _centred(matrix: FloatMatrix) -> FloatMatrix:
    """Rows without what all of them share, of unit length. Rows of zeros stay so and do not count.

    Where rows are too few to know what they share, nothing is subtracted.
    """
    there = np.flatnonzero(matrix.any(axis=1))
    if len(there) < FEWEST_RANKED:
        return matrix
    centred = np.zeros_like(matrix)
    centred[there] = matrix[there] - matrix[there].mean(axis=0)
    centred[there] /= np.linalg.norm(centred[there], axis=1, keepdims=True)
    return centred


def _neighbours(excerpts: Sequence[Excerpt], likeness: FloatMatrix) -> FloatMatrix:
    """The mean of the rows of the excerpts before and after each in its transcript; half of one at an end."""
    order = sorted(range(len(excerpts)), key=lambda i: (excerpts[i].transcript_id, excerpts[i].start))
    total = np.zeros_like(likeness)
    for before, after in pairwise(order):
        if excerpts[before].transcript_id == excerpts[after].transcript_id:
            total[after] += likeness[before]
            total[before] += likeness[after]
    return total / np.float32(2)


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
        words = Counter(word[:6] for word in content_words(text))
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


def rank_codes(likeness: FloatMatrix, shortlist: int) -> tuple[NDArray[np.intp], FloatMatrix | None]:
    """The columns of the `shortlist` best codes for each row, best first; and, for each excerpt and code, the
    share of excerpts that the code fits less well, or None where there are too few excerpts to rank against.

    Codes are ranked by how many standard deviations the excerpt is above the code's mean over all excerpts;
    ties go to the code that comes first.
    """
    n = len(likeness)
    ranked_against = n >= FEWEST_RANKED
    # Rounded, so that differences in the last bits of two machines seldom change an order.
    standard = np.round(standardised(likeness) if ranked_against else likeness, 4)
    ranked = np.argsort(-standard, axis=1, kind="stable")[:, :shortlist]
    if not ranked_against:
        return ranked, None
    shares = np.empty_like(standard)
    for column in range(standard.shape[1]):
        values = standard[:, column]
        shares[:, column] = np.searchsorted(np.sort(values), values) / n
    return ranked, shares
