"""The ledger of discussions: what became of readings that coders talked over. No coefficient is made of it.

Agreement reached by discussion shows how a team works; it says nothing about whether coders would agree
again on their own (Campbell et al., 2013; Garrison et al., 2006), so it is kept apart from reliability.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass

__all__ = ["Ledger", "make_ledger"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Passages that were discussed, by what was agreed on.

    toward: passages on which the reading of that coder alone was adopted. n_shared: adopted readings that
    several coders had. n_new: agreed readings that nobody had. n_unresolved: left open.
    """

    n_discussed: int
    toward: Mapping[str, int]
    n_shared: int
    n_new: int
    n_unresolved: int

    def in_words(self) -> str:
        """`12 units discussed: 7 as Ada had coded, 3 newly coded, 2 left open`."""
        parts = [f"{n} as {coder} had coded" for coder, n in self.toward.items()]
        for n, what in (
            (self.n_shared, "as several had coded"),
            (self.n_new, "newly coded"),
            (self.n_unresolved, "left open"),
        ):
            if n:
                parts.append(f"{n} {what}")
        return f"{self.n_discussed} units discussed: {', '.join(parts)}" if parts else "no unit discussed"


def make_ledger(
    agreed: Mapping[str, Set[str] | None], independent: Mapping[str, Mapping[str, Set[str]]]
) -> Ledger:
    """The ledger of the passages in `agreed`: the codes agreed on by passage, None where left open.

    independent: for each coder, the codes given on one's own, by passage.
    """
    toward: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for passage, codes in agreed.items():
        if codes is None:
            counts["unresolved"] += 1
            continue
        same = [coder for coder, read in independent.items() if read.get(passage) == codes]
        if len(same) == 1:
            toward[same[0]] += 1
        else:
            counts["shared" if same else "new"] += 1
    return Ledger(
        n_discussed=len(agreed),
        toward=dict(sorted(toward.items())),
        n_shared=counts["shared"],
        n_new=counts["new"],
        n_unresolved=counts["unresolved"],
    )
