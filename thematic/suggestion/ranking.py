"""Shortlists from the codebook's wording for a whole corpus, as columns.

Likeness means nothing by itself, since some codes are like everything. So each is measured against the same
code's likeness to all other excerpts: that is what ranks the codes, and what a reader is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thematic.model import Codebook, CodeText, Suggestion
from thematic.suggestion import NOT_CALIBRATED, SuggestSettings
from thematic.suggestion.bands import FEWEST_RANKED, TOO_FEW, TOO_LITTLE, band
from thematic.suggestion.corpus import Corpus
from thematic.suggestion.evidence import evidence_of, nearest_pieces
from thematic.suggestion.likeness import likeness_to_codes, suggested_codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

__all__ = ["Ranking", "rank", "rank_codes", "shares_below"]


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

    def part(self, begin: int, end: int) -> Ranking:
        """The shortlists of the excerpts from `begin` up to `end`."""
        rows = slice(int(self.kept[:begin].sum()), int(self.kept[:end].sum()))
        return replace(
            self,
            kept=self.kept[begin:end],
            ranked=self.ranked[rows],
            shares=None if self.shares is None else self.shares[rows],
            pieces=self.pieces[rows],
            similarities=self.similarities[rows],
        )

    def bands(self) -> tuple[list[str], NDArray[np.intp]]:
        """Words for how well a code fits, and for each place of a shortlist which of them it is, (m, k)."""
        if self.shares is None:
            return [TOO_FEW], np.zeros(self.ranked.shape, np.intp)
        steps, place = np.unique(self.shares, return_inverse=True)
        return [band(float(share)) for share in steps], place.reshape(self.shares.shape)

    def suggestions(self, ids: Sequence[str], code_texts: Sequence[CodeText]) -> Iterator[Suggestion]:
        """The same as nouns, in order of the excerpts and of rank."""
        (bands, band_of), row = self.bands(), -1
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
                    band=bands[band_of[row, place]],
                    status="suggested",
                    reason=NOT_CALIBRATED,
                    evidence=evidence_of(
                        self.pieces[row, place].tolist(), self.similarities[row, place].tolist(), code_texts
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
        likeness = likeness_to_codes(corpus, rows, codes, code_texts, code_vectors, settings)
        ranked, shares = rank_codes(likeness, settings.shortlist)
        pieces, similarities = nearest_pieces(corpus.values, rows, ranked, codes, code_texts, code_vectors)
    return Ranking(
        kept=kept,
        codes=tuple(code.id for code in codes),
        ranked=ranked,
        shares=shares,
        pieces=pieces,
        similarities=similarities,
    )


# --- Ranks and reasons -----------------------------------------------------------------------------------


def rank_codes(likeness: FloatMatrix, shortlist: int) -> tuple[NDArray[np.intp], NDArray[np.float64] | None]:
    """The columns of the best codes for each row, best first; and for each the share of rows that the code
    fits less well, or None where there are too few rows to rank against. `likeness` is used up.

    Codes are ranked by how many standard deviations the excerpt is above the code's mean over all excerpts;
    ties go to the code that comes first.
    """
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
    return ranked, shares_below(likeness, ranked)


def shares_below(scores: NDArray[np.floating], ranked: NDArray[np.intp]) -> NDArray[np.float64] | None:
    """For each place of the shortlists the share of rows that score less at its code, four decimals.

    scores: (n, codes). ranked: (n, k), columns. None where there are too few rows to rank against.
    """
    n = len(scores)
    if n < FEWEST_RANKED:
        return None
    shares = np.empty(ranked.shape, np.float64)
    for column in range(scores.shape[1]):
        cells = ranked == column
        values = scores[:, column]
        shares[cells] = np.searchsorted(np.sort(values), values[cells.any(axis=1)]) / n
    return np.round(shares, 4)
