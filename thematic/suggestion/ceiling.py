"""How well people agree among themselves: what no suggestion can be expected to exceed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from thematic.model import Codebook, Excerpt
from thematic.suggestion.lessons import Lesson, Taught, teach

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["human_ceiling"]

_FEWEST = 10


def human_ceiling(
    excerpts: Sequence[Excerpt],
    codebook: Codebook,
    lessons: Sequence[Lesson],
    taught: Taught,
    rows: NDArray[np.intp],
    taken: NDArray[np.bool_],
) -> dict[str, Any] | None:
    """The micro-F1 of one coder against another, and of the machine against the same coders.

    rows: the excerpts that were evaluated; taken: (rows, codes), what the machine would give at its
    thresholds, from other interviews. Pairs of coders with fewer than ten excerpts in common are left out;
    None where no pair is left.
    """
    by_coder: dict[str, list[Lesson]] = defaultdict(list)
    for lesson in lessons:
        if not lesson.settled:
            by_coder[lesson.coder_id].append(lesson)
    column = {code.id: j for j, code in enumerate(taught.codes)}
    given: dict[str, NDArray[np.bool_]] = {}
    judged: dict[str, NDArray[np.bool_]] = {}
    for coder, own in sorted(by_coder.items()):
        alone = teach(excerpts, codebook, own)
        matrix = np.zeros((len(excerpts), len(column)), bool)
        matrix[:, [column[code.id] for code in alone.codes]] = alone.truth
        given[coder], judged[coder] = matrix[rows], alone.judged[rows]
    people, machine, pairs = [], [], 0
    for one, other in combinations(given, 2):
        common = judged[one] & judged[other]
        if int(common.sum()) < _FEWEST:
            continue
        pairs += 1
        people.append(_micro_f1(given[one][common], given[other][common]))
        machine += [_micro_f1(taken[common], given[coder][common]) for coder in (one, other)]
    if not pairs:
        return None
    return {
        "coders": len(given),
        "pairs": pairs,
        "people_f1": round(float(np.mean(people)), 4),
        "machine_f1": round(float(np.mean(machine)), 4),
    }


def _micro_f1(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    either = int(one.sum() + other.sum())
    return 2 * int((one & other).sum()) / either if either else 1.0
