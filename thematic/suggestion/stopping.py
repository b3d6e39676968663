"""How much of each code is still to be found, from the excerpts that were judged in an order drawn by lot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Remaining", "at_most", "remaining"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """One code: found so far; how many excerpts have it in all, estimated and at the most (95 %, one-sided).

    recall_at_least: found of `at_most`: from .95 on, looking on for this code is hardly worth it.
    """

    code_id: str
    found: int
    estimated: float
    at_most: int
    recall_at_least: float


def remaining(
    drawn: Sequence[str], codes_of: Mapping[str, frozenset[str]], code_ids: Sequence[str]
) -> tuple[int, tuple[Remaining, ...]]:
    """The size of the random sample, and what it says of each code.

    drawn: all excerpts in the order drawn by lot (`next_to_code.drawn_order`). codes_of: the codes of each
    judged excerpt. The sample is the longest beginning of `drawn` that was judged without a gap: whatever
    else was chosen to be judged, that is a simple random sample of everything.
    """
    sample = 0
    while sample < len(drawn) and drawn[sample] in codes_of:
        sample += 1
    found = []
    for code_id in code_ids:
        total = sum(code_id in codes for codes in codes_of.values())
        in_sample = sum(code_id in codes_of[id_] for id_ in drawn[:sample])
        unjudged = len(drawn) - len(codes_of)
        most = min(at_most(in_sample, sample, len(drawn)), total + unjudged)
        most = max(most, total)
        found.append(
            Remaining(
                code_id=code_id,
                found=total,
                estimated=round(max(total, in_sample * len(drawn) / sample), 1) if sample else float(total),
                at_most=most,
                recall_at_least=round(total / most, 4) if most else 1.0,
            )
        )
    return sample, tuple(found)


def at_most(positives: int, sample: int, everything: int, *, confidence: float = 0.95) -> int:
    """The most excerpts of `everything` that may have a code of which a random sample has so many.

    The largest K under which so few, or fewer, in the sample are not less likely than 1 - confidence: the
    exact one-sided bound of the hypergeometric distribution (as in technology-assisted review).
    """
    from scipy.stats import hypergeom

    low, high = positives, everything - (sample - positives)
    while low < high:
        middle = (low + high + 1) // 2
        if hypergeom.cdf(positives, everything, middle, sample) >= 1 - confidence:
            low = middle
        else:
            high = middle - 1
    return low
