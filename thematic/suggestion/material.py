"""What a learner can see of excerpts and codes: vectors, words, likeness to the codebook's wording.

Four blocks of features, side by side and never joined as text (a question put in front of the text does harm,
beside it it helps): the excerpt's vector, its question's by .7, the mean of the passages around it by .5, and
the TF-IDF weights of its words. A fifth is not learnt but given: the likeness to the codebook's wording.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from thematic.model import Code, CodeText, Excerpt, Vectors
from thematic.suggestion.corpus import LETTERS, WordCounts, blocks, corpus_of, let_go, text_order
from thematic.suggestion.likeness import likeness_to_codes, standardised
from thematic.suggestion.words import all_words, carries_content

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix
    from thematic.suggestion import SuggestSettings

__all__ = ["NEIGHBOUR_WEIGHT", "QUESTION_WEIGHT", "Material", "prepare"]

QUESTION_WEIGHT = np.float32(0.7)
NEIGHBOUR_WEIGHT = np.float32(0.5)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material:
    """Excerpts (n rows) and the codebook's wording (m pieces), as a learner sees them.

    values, questions: (n, d). before, after: the row of the passage next to each, or -1.
    counts: (n + m, words), how often each word occurs; the pieces come after the excerpts.
    content_words: (n,), how many words of an excerpt are neither grammar nor back-channel.
    likeness: (n, codes), in standard deviations above the code's mean.
    piece_vectors: (m, d). piece_codes: the column of each piece. piece_for: whether it speaks for its code.
    related: (codes, codes), whether one is above the other in the codebook: neither speaks against the other.
    """

    values: FloatMatrix
    questions: FloatMatrix
    before: NDArray[np.intp]
    after: NDArray[np.intp]
    counts: Any
    content_words: NDArray[np.int64]
    likeness: FloatMatrix
    piece_vectors: FloatMatrix
    piece_codes: NDArray[np.intp]
    piece_for: NDArray[np.bool_]
    related: NDArray[np.bool_]

    def around(self, rows: NDArray[np.intp], matrix: FloatMatrix) -> FloatMatrix:
        """The mean of the rows of `matrix` before and after each of `rows`; half of one at an end."""
        total = np.zeros((len(rows), matrix.shape[1]), np.float32)
        for beside in (self.before[rows], self.after[rows]):
            there = beside >= 0
            total[there] += matrix[beside[there]]
        return total / np.float32(2)

    def of_codes(self, columns: NDArray[np.intp]) -> Material:
        """The same excerpts, with these of the codes and what is worded of them."""
        place = np.full(self.likeness.shape[1], -1, np.intp)
        place[columns] = np.arange(len(columns))
        pieces = np.flatnonzero(place[self.piece_codes] >= 0)
        n = len(self.values)
        return replace(
            self,
            counts=self.counts[np.concatenate([np.arange(n), n + pieces])],
            likeness=self.likeness[:, columns],
            piece_vectors=self.piece_vectors[pieces],
            piece_codes=place[self.piece_codes[pieces]],
            piece_for=self.piece_for[pieces],
            related=self.related[np.ix_(columns, columns)],
        )

    def blocks(self, rows: NDArray[np.intp]) -> tuple[FloatMatrix, FloatMatrix, FloatMatrix]:
        """The vectors of these rows, of their questions and of their surroundings, (rows, d) each."""
        return (
            self.values[rows],
            QUESTION_WEIGHT * self.questions[rows],
            NEIGHBOUR_WEIGHT * self.around(rows, self.values),
        )

    def dense_times(self, coefficients: FloatMatrix, rows: NDArray[np.intp] | None) -> FloatMatrix:
        """`hstack(blocks(rows)) @ coefficients` for these rows, or for all, without making the blocks."""
        d = self.values.shape[1]
        own, asked, around = coefficients[:d], coefficients[d : 2 * d], coefficients[2 * d :]
        chosen = np.arange(len(self.values)) if rows is None else rows
        result = _times(self.values, chosen, own)
        result += _times(self.questions, chosen, QUESTION_WEIGHT * asked)
        if rows is None:
            result += self.around(chosen, _times(self.values, chosen, NEIGHBOUR_WEIGHT * around))
        else:
            result += self.around(chosen, self.values) @ (NEIGHBOUR_WEIGHT * around)
        return result


def _times(matrix: FloatMatrix, rows: NDArray[np.intp], coefficients: FloatMatrix) -> FloatMatrix:
    """`matrix[rows] @ coefficients`, block by block: the matrix may lie on the disk."""
    result = np.empty((len(rows), coefficients.shape[1]), np.float32)
    for place in blocks(rows):
        result[place] = matrix[rows[place]] @ coefficients
        let_go(matrix)
    return result


def prepare(
    excerpts: Sequence[Excerpt],
    vectors: Vectors,
    codes: Sequence[Code],
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
    *,
    settings: SuggestSettings,
) -> Material:
    """The material of these excerpts, one row each in their order, and of these codes in theirs."""
    column = {code.id: j for j, code in enumerate(codes)}
    pieces = [i for i, piece in enumerate(code_texts) if piece.code_id in column]
    order = text_order(excerpts)
    before, after = _beside(excerpts, order)
    counts, vocabulary = _count([e.text for e in excerpts] + [code_texts[i].text for i in pieces])
    words = _of_content(counts[order], vocabulary)
    likeness = np.empty((len(excerpts), len(codes)), np.float32)
    corpus = corpus_of(excerpts, vectors, order=order, words=words)
    with threadpool_limits(1):
        likeness[order] = likeness_to_codes(
            corpus, np.arange(len(order)), codes, code_texts, code_vectors, settings
        )
    content_words = np.empty(len(excerpts), np.int64)
    content_words[order] = words.of_content()
    return Material(
        values=vectors.values,
        questions=vectors.questions,
        before=before,
        after=after,
        counts=counts,
        content_words=content_words,
        likeness=standardised(likeness),
        piece_vectors=code_vectors[pieces],
        piece_codes=np.array([column[code_texts[i].code_id] for i in pieces], np.intp),
        piece_for=np.array([code_texts[i].kind not in ("exclude", "counter_example") for i in pieces], bool),
        related=_related(codes),
    )


def _related(codes: Sequence[Code]) -> NDArray[np.bool_]:
    parent = {code.id: code.parent_id for code in codes}
    column = {code.id: j for j, code in enumerate(codes)}
    related = np.zeros((len(codes), len(codes)), bool)
    for j, code in enumerate(codes):
        above = code.parent_id
        while above in column:
            related[j, column[above]] = related[column[above], j] = True
            above = parent[above]
    return related


def _beside(
    excerpts: Sequence[Excerpt], order: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    before = np.full(len(excerpts), -1, np.intp)
    after = np.full(len(excerpts), -1, np.intp)
    for first, second in pairwise(order.tolist()):
        if excerpts[first].transcript_id == excerpts[second].transcript_id:
            before[second], after[first] = first, second
    return before, after


def _count(texts: Collection[str]) -> tuple[Any, list[str]]:
    """How often each word occurs in each text, float32 CSR, and the words, in the order they first occur."""
    from scipy.sparse import csr_matrix

    columns: dict[str, int] = {}
    counts, cells, ends = array("f"), array("i"), array("q", [0])
    for text in texts:
        words = Counter(all_words(text))
        cells.extend(columns.setdefault(word, len(columns)) for word in words)
        counts.extend(words.values())
        ends.append(len(cells))
    data = (np.array(counts, np.float32), np.array(cells, np.int32), np.array(ends, np.int64))
    return csr_matrix(data, shape=(len(texts), len(columns))), list(columns)


def _of_content(counts: Any, words: Sequence[str]) -> WordCounts:
    """As `corpus.count_words_in`, of the texts in which each of the words occurs so often."""
    from scipy.sparse import csr_matrix

    stems: dict[str, int] = {}
    content = [i for i, word in enumerate(words) if carries_content(word)]
    cells = [stems.setdefault(words[i][:LETTERS], len(stems)) for i in content]
    ones = np.ones(len(content), np.float32)
    found = (counts @ csr_matrix((ones, (content, cells)), shape=(len(words), len(stems)))).tocsr()
    return WordCounts(
        ends=found.indptr.astype(np.int64),
        words=found.indices,
        counts=found.data.astype(np.int32),
        vocabulary=list(stems),
        total=int(counts.sum()),
    )
