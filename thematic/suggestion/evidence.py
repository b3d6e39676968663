"""Why a code is suggested: what of its wording the excerpt is nearest to, and what of it warns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from thematic.model import Code, CodeText, Evidence
from thematic.suggestion.corpus import blocks, let_go

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

__all__ = ["PIECES", "evidence_of", "nearest_pieces"]

PIECES = 2
"""Of a code's wording at most so many pieces are shown for it."""


def nearest_pieces(
    values: FloatMatrix,
    rows: NDArray[np.intp],
    ranked: NDArray[np.intp],
    codes: Sequence[Code],
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The evidence for the code in each place of `ranked`, (m, k), whose rows are those `rows` of `values`.

    pieces: (m, k, PIECES + 1), rows of `code_texts`; -1 for none. First the pieces of the code's wording
    nearest to the excerpt: definition, include, example. The name is one only for a code that has nothing
    else. Then, as a warning, the nearest exclusion or counter-example, if it is nearer than all of these.
    similarities: the same shape, four decimals. In one thread, as `likeness_to_codes`.
    """
    pieces = np.full((*ranked.shape, PIECES + 1), -1, np.int32)
    similarities = np.zeros(pieces.shape, np.float64)
    wording = [_evidence_rows(code.id, code_texts) for code in codes]
    for place in blocks(rows):
        block = values[rows[place]]
        let_go(values)
        for column, (speaks_for, against) in enumerate(wording):
            cells = np.argwhere(ranked[place] == column)
            if not len(cells) or not speaks_for:
                continue
            near = np.round((block[cells[:, 0]] @ code_vectors[speaks_for].T).astype(np.float64), 4)
            best = np.argsort(-near, axis=1, kind="stable")[:, :PIECES]
            at = (cells[:, 0] + place.start, cells[:, 1])
            for i in range(best.shape[1]):
                pieces[(*at, i)] = np.array(speaks_for, np.int32)[best[:, i]]
                similarities[(*at, i)] = np.take_along_axis(near, best[:, i, None], axis=1)[:, 0]
            if against:
                warns = np.round((block[cells[:, 0]] @ code_vectors[against].T).astype(np.float64), 4)
                nearest = warns.argmax(axis=1)
                likest = warns.max(axis=1)
                is_nearer = likest > near.max(axis=1)
                pieces[(*at, PIECES)] = np.where(is_nearer, np.array(against, np.int32)[nearest], -1)
                similarities[(*at, PIECES)] = np.where(is_nearer, likest, 0)
    return pieces, similarities


def evidence_of(
    pieces: Sequence[int], similarities: Sequence[float], code_texts: Sequence[CodeText]
) -> tuple[Evidence, ...]:
    """One place of what `nearest_pieces` found, as nouns."""
    return tuple(
        Evidence(
            kind=code_texts[piece].kind,
            text=code_texts[piece].text,
            code_id=code_texts[piece].code_id,
            similarity=similarity,
            warning=i == PIECES,
        )
        for i, (piece, similarity) in enumerate(zip(pieces, similarities, strict=True))
        if piece >= 0
    )


def _evidence_rows(code_id: str, code_texts: Sequence[CodeText]) -> tuple[list[int], list[int]]:
    """The rows of the code's wording that can speak for it, and of those that can speak against it."""
    of_code = [(row, piece.kind) for row, piece in enumerate(code_texts) if piece.code_id == code_id]
    for_it = [row for row, kind in of_code if kind in ("definition", "include", "example")]
    for_it = for_it or [row for row, kind in of_code if kind == "name"]
    return for_it, [row for row, kind in of_code if kind in ("exclude", "counter_example")]
