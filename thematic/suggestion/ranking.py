"""Suggestions from the codebook's wording for a whole corpus, as columns: `zero_shot`, block by block.

The rules and the figures are those of `zero_shot.suggest`; a test holds the two together. Memory is three
numbers a code and excerpt, however long the vectors are: these are read twice, block by block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thematic.model import Code, Codebook, CodeText, Evidence, Suggestion
from thematic.suggestion import NOT_CALIBRATED, SuggestSettings
from thematic.suggestion.corpus import LETTERS, Corpus, WordCounts, blocks, let_go
from thematic.suggestion.evidence import PIECES, evidence_rows
from thematic.suggestion.words import content_words
from thematic.suggestion.zero_shot import (
    FEWEST_RANKED,
    TOO_FEW,
    TOO_LITTLE,
    band,
    code_anchors,
    suggested_codes,
    wording_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

__all__ = ["Ranking", "rank"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """The shortlists of a corpus of n excerpts, of which m say enough to have one; k codes in each.

    kept: (n,), which excerpts these are; the others abstain. codes: the columns of `ranked`.
    ranked: (m, k), the codes, best first. shares: (m, k), the share of excerpts that each fits less well, or
    None where there are too few to say. pieces: (m, k, PIECES + 1), rows of the codebook's wording that are
    the evidence, the last a warning; -1 for none. similarities: the same shape, four decimals.
    """

    kept: NDArray[np.bool_]
    codes: tuple[str, ...]
    ranked: NDArray[np.intp]
    shares: NDArray[np.float64] | None
    pieces: NDArray[np.int32]
    similarities: NDArray[np.float64]

    def bands(self) -> NDArray[np.object_]:
        """What each place of a shortlist says in words of how well the code fits, (m, k)."""
        if self.shares is None:
            return np.full(self.ranked.shape, TOO_FEW, object)
        steps, place = np.unique(self.shares, return_inverse=True)
        words = np.array([band(float(share)) for share in steps], object)
        return np.asarray(words[place].reshape(self.shares.shape), object)

    def suggestions(self, ids: Sequence[str], code_texts: Sequence[CodeText]) -> Iterator[Suggestion]:
        """The same as nouns, in order of the excerpts and of rank."""
        bands, row = self.bands(), -1
        for excerpt_id, kept in zip(ids, self.kept.tolist(), strict=True):
            if not kept:
                yield Suggestion(
                    excerpt_id=excerpt_id,
                    code_id=None,
                    rank=1,
                    score=None,
                    band=None,
                    status="abstained",
                    reason=TOO_LITTLE,
                )
                continue
            row += 1
            for place, column in enumerate(self.ranked[row].tolist()):
                yield Suggestion(
                    excerpt_id=excerpt_id,
                    code_id=self.codes[column],
                    rank=place + 1,
                    score=None if self.shares is None else float(self.shares[row, place]),
                    band=bands[row, place],
                    status="suggested",
                    reason=NOT_CALIBRATED,
                    evidence=tuple(
                        Evidence(
                            kind=code_texts[piece].kind,
                            text=code_texts[piece].text,
                            code_id=code_texts[piece].code_id,
                            similarity=float(self.similarities[row, place, i]),
                            warning=i == PIECES,
                        )
                        for i, piece in enumerate(self.pieces[row, place].tolist())
                        if piece >= 0
                    ),
                )


def rank(
    corpus: Corpus,
    codebook: Codebook,
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
    *,
    settings: SuggestSettings,
) -> Ranking:
    """The shortlists of all excerpts. Raises CodebookError when no code is active."""
    from threadpoolctl import threadpool_limits

    codes = suggested_codes(codebook)
    kept = corpus.words.of_content() >= settings.min_content_words
    rows = np.flatnonzero(kept)
    # One thread: the last bits of a matrix product depend on how it is shared out.
    with threadpool_limits(limits=1):
        likeness = _likeness(corpus, rows, codes, code_texts, code_vectors, settings)
        ranked, shares = _ranked(likeness, settings.shortlist)
        pieces, similarities = _evidence(corpus, rows, ranked, codes, code_texts, code_vectors)
    return Ranking(
        kept=kept,
        codes=tuple(code.id for code in codes),
        ranked=ranked,
        shares=shares,
        pieces=pieces,
        similarities=similarities,
    )


# --- Likeness ------------------------------------------------------------------------------------------


def _likeness(
    corpus: Corpus,
    rows: NDArray[np.intp],
    codes: Sequence[Code],
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
    settings: SuggestSettings,
) -> FloatMatrix:
    """As `zero_shot.code_likeness` for the excerpts in `rows`, shape (rows, codes)."""
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
    """As `shared_words.shared_words`, for the texts in `rows`, block by block."""
    from collections import Counter

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


# --- Ranks and reasons -----------------------------------------------------------------------------------


def _ranked(likeness: FloatMatrix, shortlist: int) -> tuple[NDArray[np.intp], NDArray[np.float64] | None]:
    """As `zero_shot.rank_codes`; shares for the codes of the shortlists only."""
    n = len(likeness)
    if n >= FEWEST_RANKED:
        spread = likeness.std(axis=0, dtype=np.float64).astype(np.float32)
        likeness -= likeness.mean(axis=0, dtype=np.float64).astype(np.float32)
        likeness /= np.where(spread > 1e-6, spread, 1)
    np.round(likeness, 4, out=likeness)
    ranked = np.empty((n, min(shortlist, likeness.shape[1])), np.intp)
    for begin in range(0, n, 65_536):
        block = likeness[begin : begin + 65_536]
        ranked[begin : begin + 65_536] = np.argsort(-block, axis=1, kind="stable")[:, :shortlist]
    if n < FEWEST_RANKED:
        return ranked, None
    shares = np.empty(ranked.shape, np.float64)
    for column in range(likeness.shape[1]):
        cells = ranked == column
        values = likeness[:, column]
        shares[cells] = np.searchsorted(np.sort(values), values[cells.any(axis=1)]) / n
    return ranked, np.round(shares, 4)


def _evidence(
    corpus: Corpus,
    rows: NDArray[np.intp],
    ranked: NDArray[np.intp],
    codes: Sequence[Code],
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """As `evidence.find_evidence`: for each place of a shortlist, rows of `code_texts` and similarities."""
    pieces = np.full((*ranked.shape, PIECES + 1), -1, np.int32)
    similarities = np.zeros(pieces.shape, np.float64)
    wording = [evidence_rows(code.id, code_texts) for code in codes]
    for place in blocks(rows):
        values = corpus.values[rows[place]]
        let_go(corpus.values)
        for column, (speaks_for, against) in enumerate(wording):
            cells = np.argwhere(ranked[place] == column)
            if not len(cells) or not speaks_for:
                continue
            near = np.round((values[cells[:, 0]] @ code_vectors[speaks_for].T).astype(np.float64), 4)
            best = np.argsort(-near, axis=1, kind="stable")[:, :PIECES]
            at = (cells[:, 0] + place.start, cells[:, 1])
            for i in range(best.shape[1]):
                pieces[(*at, i)] = np.array(speaks_for, np.int32)[best[:, i]]
                similarities[(*at, i)] = np.take_along_axis(near, best[:, i, None], axis=1)[:, 0]
            if against:
                warns = np.round((values[cells[:, 0]] @ code_vectors[against].T).astype(np.float64), 4)
                nearest = warns.argmax(axis=1)
                likest = warns.max(axis=1)
                is_nearer = likest > near.max(axis=1)
                pieces[(*at, PIECES)] = np.where(is_nearer, np.array(against, np.int32)[nearest], -1)
                similarities[(*at, PIECES)] = np.where(is_nearer, likest, 0)
    return pieces, similarities
