"""What suggestions were learnt from, in sentences."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from thematic.suggestion.learnt import Learning
    from thematic.suggestion.promise import Promise

__all__ = ["tell", "tell_promise"]


def tell(learning: Learning) -> tuple[str, ...]:
    """What a reader of the suggestions must be told, the most important first."""
    coders = f"{len(learning.coders)} coder{'' if len(learning.coders) == 1 else 's'}"
    interviews = f"{learning.interviews} interview{'' if learning.interviews == 1 else 's'}"
    said = [
        f"Suggestions are learnt from {learning.coded:,} coded excerpts (of {learning.judged:,} judged, from "
        f"{interviews}, by {coders}): {learning.chosen}"
        + (", which did best on interviews kept back." if learning.losses else ".")
    ]
    if not learning.by_interview:
        said.append(
            "All codings are from one interview, so how far suggestions hold in others cannot be said: "
            "no probability is given."
        )
    elif not learning.calibrated:
        said.append("Too few excerpts are judged to say how likely a suggestion is: no probability is given.")
    else:
        verdicts = Counter(verdict.verdict for verdict in learning.verdicts)
        parts = [f"{verdicts[v]} {v}" for v in ("usable", "weak", "not enough examples") if verdicts[v]]
        said.append(
            f"Probabilities are calibrated on interviews kept back. Suggestions by code: {', '.join(parts)}."
        )
    if learning.shortlist:
        rule = learning.shortlist
        said.append(
            f"A shortlist has {rule.mean_length:.1f} codes on average and holds one that people gave for "
            f"{rule.holds:.0%} of coded excerpts of interviews kept back (aim: {rule.coverage:.0%})."
        )
    said.append(tell_promise(learning.promise))
    if learning.contradicted:
        said.append(
            f"Coders differ on {learning.contradicted:,} excerpts: each counts alike, until they settle it."
        )
    if learning.left_out:
        number = sum(learning.left_out.values())
        names = ", ".join(list(learning.left_out)[:5]) + (" …" if len(learning.left_out) > 5 else "")
        said.append(
            f"{number:,} codings are not learnt from: their codes are retired or not in the codebook "
            f"({names})."
        )
    return tuple(said)


def tell_promise(promise: Promise) -> str:
    """What is promised, or that nothing is, and why."""
    if promise.threshold is None:
        return f"Cannot promise a precision of {promise.target:.0%}: {promise.reason}."
    return (
        f"Promise of {promise.target:.0%}: first suggestions of {promise.threshold:.0%} and more are marked, "
        f"{promise.coverage:.0%} of excerpts. Estimated on {promise.interviews} coded interviews, where "
        f"{promise.right} of {promise.decisions} were right and the lower end of the 95 % interval reaches "
        "the promise. Nothing is accepted by itself."
    )
