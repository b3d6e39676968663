"""How like each excerpt is to what the codebook says of each code.

An excerpt is compared by likeness of meaning (vectors) and by shared words, which find what vectors of
meaning miss, such as names; the question before it and the passages around it count some. Excerpts come as
columns and are gone through block by block: memory is a few numbers a code and excerpt, however long the
vectors are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from thematic.errors import CodebookError
from thematic.model import Code, Codebook, CodeText
from thematic.suggestion import SuggestSettings
from thematic.suggestion.bands import FEWEST_RANKED
from thematic.suggestion.corpus import LETTERS, Corpus, WordCounts, blocks, let_go
from thematic.suggestion.words import content_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

__all__ = ["code_anchors", "likeness_to_codes", "standardised", "suggested_codes", "wording_of"]


def suggested_codes(codebook: Codebook) -> list[Code]:
    """The active codes that have no active code under them, in order of their ids."""
    active = [code for code in codebook.codes if code.status == "active"]
    themes = {code.parent_id for code in active}
    codes = sorted((code for code in active if code.id not in themes), key=lambda code: code.id)
    if not codes:
        raise CodebookError("no code of the codebook is active", hint="make a code active, or add one")
    return codes


def likeness_to_codes(
    corpus: Corpus,
    rows: NDArray[np.intp],
    codes: Sequence[Code],
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
    settings: SuggestSettings,
) -> FloatMatrix:
    """How like the excerpts in `rows` are to each code, shape (rows, codes). Comparable within a column only.

    The cosine of the centred excerpt and the centred code; plus that of the question and the words shared, by
    their weights; plus, by theirs, the mean of the same for the passages before and after. In one thread: the
    last bits of a matrix product depend on how it is shared out.
    """
    anchors = code_anchors(codes, code_texts, code_vectors, parent_weight=settings.parent_weight)
    likeness = _cosines(corpus.values, rows, anchors)
    if settings.question_weight:
        likeness += np.float32(settings.question_weight) * _cosines(corpus.questions, rows, anchors)
    if settings.words_weight:
        wording = wording_of(code_texts)
        for place, shared in _shared_words(corpus.words, rows, [wording[code.id] for code in codes]):
            likeness[place] += np.float32(settings.words_weight) * shared
    if settings.neighbour_weight:
        same = corpus.transcripts[rows[1:]] == corpus.transcripts[rows[:-1]]
        beside = np.zeros_like(likeness)
        beside[1:] += np.where(same[:, None], likeness[:-1], 0)
        beside[:-1] += np.where(same[:, None], likeness[1:], 0)
        beside *= np.float32(settings.neighbour_weight / 2)
        likeness += beside
    return likeness


def _cosines(matrix: FloatMatrix, rows: NDArray[np.intp], anchors: FloatMatrix) -> FloatMatrix:
    """The cosines of the centred rows and the anchors; zero for rows of zeros, which are not there."""
    there = np.zeros(len(rows), bool)
    total = np.zeros(matrix.shape[1], np.float64)
    for place in blocks(rows):
        block = matrix[rows[place]]
        there[place] = block.any(axis=1)
        total += block.sum(axis=0, dtype=np.float64)
        let_go(matrix)
    count = int(there.sum())
    mean = (total / max(count, 1)).astype(np.float32) if count >= FEWEST_RANKED else np.zeros(1, np.float32)
    cosines = np.zeros((len(rows), len(anchors)), np.float32)
    for place in blocks(rows):
        block = matrix[rows[place]] - mean
        lengths = np.linalg.norm(block, axis=1, keepdims=True)
        found = (block @ anchors.T) / np.where(lengths > 1e-9, lengths, 1)
        cosines[place] = np.where(there[place, None], found, 0)
        let_go(matrix)
    return cosines


def _shared_words(
    counts: WordCounts, rows: NDArray[np.intp], wordings: Sequence[str]
) -> Iterator[tuple[slice, FloatMatrix]]:
    """The cosine of the TF-IDF weights of each text in `rows` and each wording, 0 to 1, block by block.

    Words of grammar count nothing. Any other counts 1 + log of how often it occurs, times the log of how rare
    it is among the texts (the weights of Salton and Buckley 1988, as in scikit-learn with sublinear_tf).
    """
    from scipy.sparse import csr_array

    places = {word: place for place, word in enumerate(counts.vocabulary)}
    of_wordings = [Counter(word[:LETTERS] for word in content_words(text)) for text in wordings]
    for words in of_wordings:
        for word in words:
            places.setdefault(word, len(places))
    starts, ends = counts.ends[rows], counts.ends[rows + 1]
    sizes = ends - starts
    in_texts = np.zeros(len(places), np.int64)
    chosen = [_ranges(starts[place], sizes[place]) for place in blocks(rows)]
    for entries in chosen:
        in_texts += np.bincount(counts.words[entries], minlength=len(places))
    rarity = np.log((1 + len(rows)) / (1 + in_texts)) + 1

    def weights(cells: NDArray[Any], numbers: NDArray[Any], lengths: NDArray[Any]) -> Any:
        matrix = csr_array(
            ((1 + np.log(numbers)) * rarity[cells], cells, np.concatenate([[0], np.cumsum(lengths)])),
            shape=(len(lengths), len(places)),
        )
        norms = np.sqrt(matrix.multiply(matrix).sum(axis=1))
        matrix.data /= np.repeat(norms, lengths)
        return matrix

    codes = weights(
        np.array([places[word] for words in of_wordings for word in words], np.int64),
        np.array([number for words in of_wordings for number in words.values()], np.int64),
        np.array([len(words) for words in of_wordings], np.int64),
    ).T.tocsc()
    for place, entries in zip(blocks(rows), chosen, strict=True):
        texts = weights(counts.words[entries], counts.counts[entries], sizes[place])
        yield place, (texts @ codes).toarray().astype(np.float32)


def _ranges(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers starts[i], starts[i] + 1, … of each range of that size, one range after the other."""
    before = np.cumsum(sizes) - sizes
    numbers = np.arange(int(sizes.sum()), dtype=np.int64)
    numbers += np.repeat(starts - before, sizes)
    return numbers


def standardised(likeness: FloatMatrix) -> FloatMatrix:
    """How many standard deviations each excerpt is above the code's mean, column by column."""
    spread = likeness.std(axis=0)
    standard: FloatMatrix = (likeness - likeness.mean(axis=0)) / np.where(spread > 1e-6, spread, 1)
    return standard


# --- The codebook's wording -----------------------------------------------------------------------------


def wording_of(code_texts: Sequence[CodeText]) -> dict[str, str]:
    """All words that speak for each code."""
    pieces: dict[str, list[str]] = defaultdict(list)
    for piece in code_texts:
        if piece.kind not in ("exclude", "counter_example"):
            pieces[piece.code_id].append(piece.text)
    return {code_id: "\n".join(texts) for code_id, texts in pieces.items()}


def code_anchors(
    codes: Sequence[Code],
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
    *,
    parent_weight: float,
) -> FloatMatrix:
    """One direction a code, rows of unit length: what sets it apart from the rest of the codebook."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, piece in enumerate(code_texts):
        kind = "definition" if piece.kind == "include" else piece.kind
        rows[piece.code_id, kind].append(row)

    def total(code_id: str, kind: str) -> FloatMatrix:
        vector: FloatMatrix = np.add.reduce(code_vectors[rows[code_id, kind]])
        return vector

    def own(code_id: str) -> FloatMatrix:
        wording = _unit(_unit(total(code_id, "name")) + _unit(total(code_id, "definition")))
        # An example quote counts half as much as all the wording: measured with 1 to 10 on a real codebook.
        return _unit(np.float32(2) * wording + total(code_id, "example"))

    anchors = np.stack([own(code.id) for code in codes])
    parents = [own(code.parent_id) if code.parent_id else np.zeros_like(anchors[0]) for code in codes]
    themes: FloatMatrix = np.float32(parent_weight) * np.stack(parents)
    anchors = _unit(anchors + themes)
    # What all codes share is subtracted, so that no code wins for being general. The mean of few codes is
    # mostly these codes themselves, so less of it is: nothing with one code, half with three.
    share = (len(codes) - 1) / (len(codes) + 1)
    shared: FloatMatrix = anchors.mean(axis=0)
    return _unit(anchors - np.float32(share) * shared)


def _unit(matrix: FloatMatrix) -> FloatMatrix:
    """Rows scaled to unit length; a row of zeros stays one."""
    length = np.linalg.norm(matrix, axis=-1, keepdims=True)
    unit: FloatMatrix = (matrix / np.where(length > 1e-9, length, 1)).astype(np.float32)
    return unit
