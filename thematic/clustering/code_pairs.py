"""Codes that are hard to tell apart by what is said under them, with the excerpts that show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from thematic.clustering.partition import unit
from thematic.model import Excerpt, Vectors

__all__ = ["CodePair", "hard_to_tell_apart"]

_FEWEST_EXCERPTS = 8  # of each code without the other
_FEWEST_INTERVIEWS = 3  # of each code
_HARD = 0.3  # of excerpts on the wrong side, the mean of the two codes; chance is one half
_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePair:
    """Two codes and how often an excerpt of one reads like the other.

    error: the share of excerpts nearer to the other code's centre than to their own, its interview left out;
        the mean of the two codes, so that a frequent code does not decide. One half is chance.
    excerpts: how many have one of the codes and not the other. together: how many have both.
    misplaced: ids of the excerpts that show it, those farthest on the wrong side first, from both codes.
    """

    code_ids: tuple[str, str]
    error: float
    excerpts: tuple[int, int]
    together: int
    misplaced: tuple[str, ...]


def hard_to_tell_apart(
    excerpts: Sequence[Excerpt],
    vectors: Vectors,
    codes: Mapping[str, frozenset[str]],
    *,
    related: Mapping[str, str | None] | None = None,
) -> tuple[CodePair, ...]:
    """Pairs of codes whose excerpts a nearest-centre rule confuses at least 30 % of the time, worst first.

    codes: excerpt id -> the codes that people gave it. related: code id -> its parent; a theme is not
    compared with its own codes, which it ought to resemble. A pair is compared only over excerpts that have
    one of the two, at least eight from three interviews each. Each excerpt is judged with its own interview
    left out of both centres, so that one talkative participant cannot make two codes look distinct.
    """
    rows = {name: row for row, name in enumerate(vectors.ids)}
    coded = [excerpt for excerpt in excerpts if codes.get(excerpt.id)]
    values = unit(vectors.values[[rows[excerpt.id] for excerpt in coded]])
    names = np.array([excerpt.transcript_id for excerpt in coded])
    _, interviews = np.unique(names, return_inverse=True)
    used = sorted({code for excerpt in coded for code in codes[excerpt.id]})
    has = {code: np.array([code in codes[excerpt.id] for excerpt in coded]) for code in used}
    parents = related or {}
    found = []
    for one, other in combinations(used, 2):
        if parents.get(one) == other or parents.get(other) == one:
            continue
        only = (has[one] & ~has[other], has[other] & ~has[one])
        if any(
            side.sum() < _FEWEST_EXCERPTS or len(set(interviews[side])) < _FEWEST_INTERVIEWS for side in only
        ):
            continue
        margins = [_margins(values, interviews, only[0], only[1]), _margins(values, interviews, *only[::-1])]
        wrong = [float((side < 0).mean()) for side in margins]
        error = round((wrong[0] + wrong[1]) / 2, 4)
        if error < _HARD:
            continue
        placed = [
            (round(float(margin), 6), coded[row].id)
            for side, of_side in zip(margins, only, strict=True)
            for margin, row in sorted(zip(side, np.flatnonzero(of_side), strict=True))[:_EXAMPLES]
            if margin < 0
        ]
        found.append(
            CodePair(
                code_ids=(one, other),
                error=error,
                excerpts=(int(only[0].sum()), int(only[1].sum())),
                together=int((has[one] & has[other]).sum()),
                misplaced=tuple(id_ for _, id_ in sorted(placed)),
            )
        )
    return tuple(sorted(found, key=lambda pair: (-pair.error, pair.code_ids)))


def _margins(
    values: NDArray[np.float32],
    interviews: NDArray[np.intp],
    own: NDArray[np.bool_],
    other: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """How much nearer each excerpt of `own` is to its own centre than to the other's, interview left out."""
    groups = int(interviews.max()) + 1
    by_interview = np.zeros((2, groups, values.shape[1]))
    for side, rows in enumerate((own, other)):
        np.add.at(by_interview[side], interviews[rows], values[rows].astype(np.float64))
    total = by_interview.sum(axis=1)
    here = interviews[own]
    points = values[own].astype(np.float64)
    to_own = unit(total[0] - by_interview[0, here]).astype(np.float64)
    to_other = unit(total[1] - by_interview[1, here]).astype(np.float64)
    return np.asarray((points * to_own).sum(axis=1) - (points * to_other).sum(axis=1))
