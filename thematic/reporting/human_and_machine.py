"""Section 9: what people made of the machine's suggestions, and how fast.

People who see a suggestion agree with it more often than they would have on their own, also where it is
wrong. So what was decided in view of suggestions is set beside what was decided without.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from thematic.reporting.missing import Missing

__all__ = ["CoderActs", "HumanAndMachine", "ModeRow", "Shown", "Statement", "Step", "watch_decisions"]

QUICK = 2.0  # seconds
WINDOW = 20  # assisted statements in one step of the curve


class Statement(Protocol):
    """One statement of the codes of a passage, and the help that the coder had: `thematic.assistance` reads
    them from journals. rank: of the best suggestion that was taken, or None."""

    @property
    def mode(self) -> str: ...
    @property
    def shown(self) -> tuple[str, ...]: ...
    @property
    def bands(self) -> tuple[str, ...]: ...
    @property
    def by_lot(self) -> bool: ...
    @property
    def codes(self) -> tuple[str, ...]: ...
    @property
    def rank(self) -> int | None: ...
    @property
    def seconds(self) -> float | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Assisted statements `first` to `last` of one coder, from 1: in how many a suggestion was taken."""

    first: int
    last: int
    taken: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderActs:
    """assisted: statements with suggestions in view. first_taken: of these, those that took the one ranked
    first; any_taken: that took any; added: that gave a code not shown. kept_back: nothing was shown by lot.
    timed: with their seconds recorded; quick: of these under two seconds. steps: acceptance over time.
    """

    coder: str
    statements: int
    assisted: int
    first_taken: int
    any_taken: int
    added: int
    kept_back: int
    timed: int
    quick: int
    median_seconds: float | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeRow:
    """All coders together, with suggestions in view or without, in one mode."""

    mode: str
    in_view: bool
    statements: int
    codes_a_statement: float
    none_share: float
    timed: int
    quick: int
    median_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Suggestions of one band, or of one rank, as they were shown: how many, and how many people took."""

    name: str
    shown: int
    taken: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanAndMachine:
    coders: tuple[CoderActs, ...]
    modes: tuple[ModeRow, ...]
    bands: tuple[Shown, ...]
    ranks: tuple[Shown, ...]


def watch_decisions(
    made: Mapping[str, Sequence[Statement]], names: Mapping[str, str] | None = None
) -> HumanAndMachine | Missing:
    """What coders did with suggestions. made: each coder's statements in their order; names: of coders."""
    everything = [statement for statements in made.values() for statement in statements]
    if not any(s.shown or s.seconds is not None for s in everything):
        return Missing(
            what="No decision records which suggestions were in view or how long it took: nothing was "
            "decided on the review page.",
            how="Code some interviews with `thematic review --coder NAME --mode assist`; each decision then "
            "records what was shown, at which rank, and the seconds.",
        )
    return HumanAndMachine(
        coders=tuple(_acts((names or {}).get(who, who), found) for who, found in made.items() if found),
        modes=_modes(everything),
        bands=_shown(everything, [s.bands for s in everything]),
        ranks=_shown(
            everything, [tuple(f"rank {n}" for n in range(1, len(s.shown) + 1)) for s in everything]
        ),
    )


def _acts(coder: str, made: Sequence[Statement]) -> CoderActs:
    assisted = [s for s in made if s.shown]
    taken = [s.rank is not None for s in assisted]
    times = [s.seconds for s in made if s.seconds is not None]
    steps: list[Step] = []
    for start in range(0, len(taken), WINDOW):
        window = taken[start : start + WINDOW]
        if len(window) == WINDOW or not steps:
            share = sum(window) / len(window)
            steps.append(Step(first=start + 1, last=start + len(window), taken=sum(window), share=share))
    return CoderActs(
        coder=coder,
        statements=len(made),
        assisted=len(assisted),
        first_taken=sum(s.rank == 1 for s in assisted),
        any_taken=sum(taken),
        added=sum(bool(set(s.codes) - set(s.shown)) for s in assisted),
        kept_back=sum(s.by_lot for s in made),
        timed=len(times),
        quick=sum(t < QUICK for t in times),
        median_seconds=median(times) if times else None,
        steps=tuple(steps),
    )


def _modes(made: Sequence[Statement]) -> tuple[ModeRow, ...]:
    rows = []
    for mode, in_view in sorted({(s.mode, bool(s.shown)) for s in made}):
        own = [s for s in made if s.mode == mode and bool(s.shown) == in_view]
        times = [s.seconds for s in own if s.seconds is not None]
        rows.append(
            ModeRow(
                mode=mode,
                in_view=in_view,
                statements=len(own),
                codes_a_statement=sum(len(s.codes) for s in own) / len(own),
                none_share=sum(not s.codes for s in own) / len(own),
                timed=len(times),
                quick=sum(t < QUICK for t in times),
                median_seconds=median(times) if times else None,
            )
        )
    return tuple(rows)


def _shown(made: Sequence[Statement], labels: Sequence[Sequence[str]]) -> tuple[Shown, ...]:
    shown: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for statement, own in zip(made, labels, strict=True):
        for code, label in zip(statement.shown, own, strict=True):
            if label:
                shown[label] += 1
                taken[label] += code in statement.codes
    rows = [Shown(name=name, shown=n, taken=taken[name], share=taken[name] / n) for name, n in shown.items()]
    return tuple(sorted(rows, key=lambda row: (-row.share, row.name)))
