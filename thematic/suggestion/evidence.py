"""Why a code is suggested: what of its wording the excerpt is nearest to, and what of it warns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from thematic.model import Code, CodeText, Evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

PIECES = 2


def find_evidence(
    values: FloatMatrix,
    ranked: NDArray[np.intp],
    codes: Sequence[Code],
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
) -> dict[tuple[int, int], tuple[Evidence, ...]]:
    """The evidence for the code in each cell (excerpt, place) of `ranked`.

    First the two pieces of the code's wording nearest to the excerpt: definition, include, example. The name
    is one only for a code that has nothing else. Then, as a warning, the nearest exclusion or
    counter-example, if it is nearer than all of these.
    """
    pieces = {code.id: _Pieces(code.id, code_texts) for code in codes}
    evidence: dict[tuple[int, int], tuple[Evidence, ...]] = {}
    for column, code in enumerate(codes):
        cells = np.argwhere(ranked == column)
        if not len(cells):
            continue
        rows = pieces[code.id].rows
        near = np.einsum("nd,kd->nk", values[cells[:, 0]], code_vectors[rows])
        for (row, place), similarities in zip(
            cells.tolist(), np.round(near.astype(np.float64), 4).tolist(), strict=True
        ):
            evidence[row, place] = pieces[code.id].nearest(similarities)
    return evidence


def evidence_rows(code_id: str, code_texts: Sequence[CodeText]) -> tuple[list[int], list[int]]:
    """The rows of the code's wording that can speak for it, and of those that can speak against it."""
    of_code = [(row, piece.kind) for row, piece in enumerate(code_texts) if piece.code_id == code_id]
    for_it = [row for row, kind in of_code if kind in ("definition", "include", "example")]
    for_it = for_it or [row for row, kind in of_code if kind == "name"]
    return for_it, [row for row, kind in of_code if kind in ("exclude", "counter_example")]


class _Pieces:
    """The pieces of one code's wording that can be evidence, those for it before those against it."""

    def __init__(self, code_id: str, code_texts: Sequence[CodeText]) -> None:
        for_it, against = evidence_rows(code_id, code_texts)
        self.rows = for_it + against
        self._pieces = [code_texts[row] for row in self.rows]
        self._for_it = len(for_it)

    def nearest(self, similarities: Sequence[float]) -> tuple[Evidence, ...]:
        def by_nearness(i: int) -> tuple[float, int]:
            return -similarities[i], i

        best = sorted(range(self._for_it), key=by_nearness)[:PIECES]
        warning = sorted(range(self._for_it, len(self._pieces)), key=by_nearness)[:1]
        warning = [i for i in warning if similarities[i] > max(similarities[: self._for_it], default=-1.0)]
        return tuple(
            Evidence(
                kind=self._pieces[i].kind,
                text=self._pieces[i].text,
                code_id=self._pieces[i].code_id,
                similarity=similarities[i],
                warning=i >= self._for_it,
            )
            for i in best + warning
        )
