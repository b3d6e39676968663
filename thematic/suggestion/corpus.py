"""All excerpts of a study as columns: what suggesting from the codebook's wording reads.

A million excerpts as nouns take more memory than a small machine has, and seconds to make. As columns they
are a few arrays, which may lie on the disk (`numpy.memmap`), and are gone through block by block.
"""

from __future__ import annotations

import mmap
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thematic.suggestion.words import all_words, content_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import Excerpt, FloatMatrix, Vectors

__all__ = ["BLOCK", "Corpus", "WordCounts", "blocks", "corpus_of", "count_words_in", "let_go", "text_order"]

BLOCK = 16_384
"""Rows gone through at a time: 25 MB of vectors."""

# Cut to its first letters, a word meets its inflections (travel, travelling) in most European languages.
LETTERS = 6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WordCounts:
    """The words of content of each text. Row i has `words[ends[i] : ends[i + 1]]`, each `counts` times.

    vocabulary: the words, cut to their first letters; `words` are places in it. total: all words of all
    texts, those of grammar too.
    """

    ends: NDArray[np.int64]
    words: NDArray[np.int32]
    counts: NDArray[np.int32]
    vocabulary: Sequence[str]
    total: int

    def of_content(self) -> NDArray[np.int64]:
        """How many words of content each text has."""
        sums = np.concatenate([[0], np.cumsum(self.counts, dtype=np.int64)])
        return np.asarray(sums[self.ends[1:]] - sums[self.ends[:-1]])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Corpus:
    """The excerpts of a study, a row each, those of a transcript together and in order of the text.

    ids: their ids. transcripts: a number for the transcript of each. values, questions: float32, (n, d), as
    in Vectors. words: what they say.
    """

    ids: Sequence[str]
    transcripts: NDArray[np.int32]
    values: FloatMatrix
    questions: FloatMatrix
    words: WordCounts


def text_order(excerpts: Sequence[Excerpt]) -> NDArray[np.intp]:
    """The positions of the excerpts, those of a transcript together and in order of the text."""
    order = sorted(range(len(excerpts)), key=lambda i: (excerpts[i].transcript_id, excerpts[i].start))
    return np.array(order, np.intp)


def corpus_of(
    excerpts: Sequence[Excerpt],
    vectors: Vectors,
    *,
    order: NDArray[np.intp],
    words: WordCounts | None = None,
) -> Corpus:
    """The columns of these excerpts, taken in this order; `vectors` has the order of `excerpts`.

    words: of the excerpts in the order that is asked for, where they are counted already.
    """
    taken = [excerpts[i] for i in order.tolist()]
    as_they_are = bool((order == np.arange(len(order))).all())
    numbers: dict[str, int] = {}
    return Corpus(
        ids=[excerpt.id for excerpt in taken],
        transcripts=np.array([numbers.setdefault(e.transcript_id, len(numbers)) for e in taken], np.int32),
        values=vectors.values if as_they_are else vectors.values[order],
        questions=vectors.questions if as_they_are else vectors.questions[order],
        words=count_words_in(excerpt.text for excerpt in taken) if words is None else words,
    )


def count_words_in(texts: Iterable[str]) -> WordCounts:
    """The words of content of these texts, counted."""
    places: dict[str, int] = {}
    words, counts, ends = array("i"), array("i"), array("q", [0])
    total = 0
    for text in texts:
        of_text = Counter(word[:LETTERS] for word in content_words(text))
        words.extend(places.setdefault(word, len(places)) for word in of_text)
        counts.extend(of_text.values())
        ends.append(len(words))
        total += sum(1 for _ in all_words(text))
    return WordCounts(
        ends=np.frombuffer(ends, np.int64),
        words=np.frombuffer(words, np.int32) if words else np.zeros(0, np.int32),
        counts=np.frombuffer(counts, np.int32) if counts else np.zeros(0, np.int32),
        vocabulary=list(places),
        total=total,
    )


def blocks(rows: NDArray[Any]) -> Iterator[slice]:
    """Slices of at most BLOCK of these rows, in order."""
    for begin in range(0, len(rows), BLOCK):
        yield slice(begin, min(begin + BLOCK, len(rows)))


def let_go(matrix: NDArray[Any]) -> None:
    """Give back the memory in which a mapped matrix was read; it is read from the disk again when asked for.

    A mapped page stays with the process until the system is short of memory, so that going through a
    million excerpts once would take as much as all their vectors. Nothing for a matrix that is not mapped, or
    of which changed copies may be all there is (mode "c"), or where the system has no such advice (Windows).
    """
    pages, advice = getattr(matrix, "_mmap", None), getattr(mmap, "MADV_DONTNEED", None)
    if pages is not None and advice is not None and getattr(matrix, "mode", None) != "c":
        pages.madvise(advice)
