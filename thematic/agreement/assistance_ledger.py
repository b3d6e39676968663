"""The ledger of help: what coders did with suggestions that were in view. No coefficient is made of it.

Readings that were made beside a suggestion are drawn towards it, so that they tell nothing of how far people
agree on their own; they are counted here, and audited by themselves with `agree --mode assist`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from thematic.model import Decision

__all__ = ["AssistanceLedger", "make_assistance_ledger"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistanceLedger:
    """One coder's decisions on passages, by what was in view.

    n_alone: without help; of these n_kept_back had suggestions that were kept back by lot. n_aided: with
    help: n_none_shown had no suggestion to show, n_first took the first one, n_other another of those shown,
    n_own none of them. seconds_alone, seconds_aided: median times, None where not recorded.
    """

    coder: str
    n_alone: int
    n_kept_back: int
    n_aided: int
    n_none_shown: int
    n_first: int
    n_other: int
    n_own: int
    seconds_alone: float | None
    seconds_aided: float | None

    def in_words(self) -> str:
        """`ada: 40 with suggestions in view (31 took the first, 5 another, 4 neither), 12 without`."""
        parts = [
            f"{n} {what}"
            for n, what in (
                (self.n_first, "took the first"),
                (self.n_other, "another"),
                (self.n_own, "none of them"),
                (self.n_none_shown, "had none to see"),
            )
            if n
        ]
        kept_back = f", {self.n_kept_back} of these by lot" if self.n_kept_back else ""
        return (
            f"{self.coder}: {self.n_aided} with suggestions in view ({', '.join(parts)}), "
            f"{self.n_alone} without{kept_back}"
        )


def make_assistance_ledger(
    coder: str, alone: Iterable[Decision], aided: Iterable[Decision]
) -> AssistanceLedger:
    """The ledger of one coder.

    alone, aided: the statement that stands of each passage, without and with help.
    """
    without, helped = tuple(alone), tuple(aided)
    counts = {"none": 0, "first": 0, "other": 0, "own": 0}
    for decision in helped:
        shown = [
            str(item.get("code"))
            for item in sorted(decision.details.get("shown", ()), key=lambda item: int(item.get("rank", 1)))
        ]
        chosen = set(decision.code_ids)
        if not shown:
            counts["none"] += 1
        elif shown[0] in chosen:
            counts["first"] += 1
        else:
            counts["other" if chosen & set(shown) else "own"] += 1
    return AssistanceLedger(
        coder=coder,
        n_alone=len(without),
        n_kept_back=sum(bool(decision.details.get("hidden_by_lot")) for decision in without),
        n_aided=len(helped),
        n_none_shown=counts["none"],
        n_first=counts["first"],
        n_other=counts["other"],
        n_own=counts["own"],
        seconds_alone=_usual(without),
        seconds_aided=_usual(helped),
    )


def _usual(decisions: Iterable[Decision]) -> float | None:
    times = [float(d.details["seconds"]) for d in decisions if "seconds" in d.details]
    return median(times) if times else None
